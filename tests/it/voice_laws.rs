//! Laws of listening, and independent computations of its numbers.

use customer_value::segment::Segmentation;
use customer_value::voice::{
    AnswerFrom, Case, Cell, Completeness, Crosshair, FactorPoint, FactorReport, ImportancePerformance, IndexPoints,
    LeastAnswers, NetPromoter, OneToSeven, Promises, Proportion, Servqual, ServqualAnswers, Survey, ZeroToTen,
    answered_in_time, cases,
};
use customer_value::{
    Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, Probability, Span, Weights, Window,
};
use proptest::collection::vec;
use proptest::prelude::*;

const TWO: LeastAnswers = LeastAnswers::TWO;

type Rows = Vec<Vec<Option<u8>>>;

fn survey<const LOW: u8, const HIGH: u8>(rows: &Rows) -> Survey<LOW, HIGH> {
    Survey::from_scores((0..rows[0].len()).map(|k| k.to_string()), rows).unwrap()
}

fn report(rows: &Rows, parts: &[u32]) -> FactorReport {
    let weights = Weights::proportional(parts.iter().map(|&part| f64::from(part)).collect::<Vec<_>>()).unwrap();
    survey::<0, 10>(rows).report(&weights, IndexPoints::Hundred, TWO).unwrap()
}

fn number(cell: &Cell) -> f64 {
    cell.reading().unwrap().value()
}

/// Complete rows of answers from 0 to 10 to three factors.
fn complete() -> impl Strategy<Value = Rows> {
    vec(vec((0_u8..=10).prop_map(Some), 3), 2..30)
}

/// The same with gaps.
fn gappy() -> impl Strategy<Value = Rows> {
    vec(vec(proptest::option::weighted(0.7, 0_u8..=10), 3), 0..30)
        // Two who answered everything, so that nothing is suppressed.
        .prop_map(|rows| [vec![vec![Some(3); 3], vec![Some(9), Some(0), Some(4)]], rows].concat())
}

fn parts() -> impl Strategy<Value = Vec<u32>> {
    vec(0_u32..50, 3).prop_filter("something must weigh", |parts| parts.iter().any(|&part| part > 0))
}

fn day(count: i32) -> Day {
    Day::from_days_since_epoch(count).unwrap()
}

/// Days on which cases are opened, and how many days later they are answered.
fn opened() -> impl Strategy<Value = Vec<(i32, Option<i32>)>> {
    vec((0..40_i32, proptest::option::of(0..20_i32)), 0..40)
}

fn made(opened: &[(i32, Option<i32>)]) -> Vec<Case> {
    let case = |&(open, taken): &(i32, Option<i32>)| Case::new(day(open), taken.map(|taken| day(open + taken).into()));
    opened.iter().map(|given| case(given).unwrap()).collect()
}

proptest! {
    #[test]
    fn contributions_sum_to_the_change_of_the_index(
        before in gappy(), now in gappy(), weights_before in parts(), weights_now in parts(),
    ) {
        let (before, now) = (report(&before, &weights_before), report(&now, &weights_now));
        let change = now.change_from(&before).unwrap();
        let difference = number(now.index()) - number(before.index());
        prop_assert!((change.total() - difference).abs() < 1e-12 * 100.0, "{} {difference}", change.total());
        let tree = change.derivation();
        prop_assert_eq!(tree.replay().unwrap().to_bits(), change.total().to_bits());
        // What was added is taken back on the way back.
        let back = before.change_from(&now).unwrap();
        for (there, back) in change.factors().iter().zip(back.factors()) {
            prop_assert!((there.level + back.level).abs() < 1e-11 && (there.mix + back.mix).abs() < 1e-11);
        }
    }

    #[test]
    fn a_report_does_not_depend_on_the_order_of_respondents(
        rows in gappy(), weights in parts(), turn in 0_usize..30,
    ) {
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        turned.reverse();
        prop_assert_eq!(report(&rows, &weights), report(&turned, &weights));
    }

    #[test]
    fn the_error_of_a_complete_index_is_that_of_the_jackknife(rows in complete(), weights in parts()) {
        prop_assume!(rows.len() > 2);
        let error = report(&rows, &weights).index().reading().unwrap().standard_error();
        let n = rows.len() as f64;
        let without = |i: usize| {
            let mut rows = rows.clone();
            rows.remove(i);
            number(report(&rows, &weights).index())
        };
        let left: Vec<f64> = (0..rows.len()).map(without).collect();
        let mean = left.iter().sum::<f64>() / n;
        let jackknife = ((n - 1.0) / n * left.iter().map(|value| (value - mean).powi(2)).sum::<f64>()).sqrt();
        // Differences of indices near 100 keep 14 digits.
        prop_assert!((error - jackknife).abs() < 1e-11 * n, "{error} {jackknife}");
    }

    #[test]
    fn means_of_groups_average_to_those_of_all(rows in complete(), weights in parts(), seed in 0_u32..1000) {
        let group = |row: usize| (row as u32).wrapping_mul(seed).wrapping_add(seed) % 3;
        let groups = Segmentation::new(["a", "b", "c"], (0..rows.len()).map(|row| group(row) % 3)).unwrap();
        let parts = survey::<0, 10>(&rows).by(&groups).unwrap();
        prop_assert_eq!(parts.iter().map(|(_, part)| part.respondents()).sum::<usize>(), rows.len());
        let whole = report(&rows, &weights);
        let mut sum = 0.0;
        for (_, part) in &parts {
            // One respondent has an index, though not one that is shown: twice the same has.
            let once = (0..part.respondents()).map(|row| part.row(row).unwrap());
            let doubled: Rows = once
                .clone()
                .chain(once)
                .map(|row| row.iter().map(|answer| answer.map(Into::into)).collect())
                .collect();
            if !doubled.is_empty() {
                sum += part.respondents() as f64 * number(report(&doubled, &weights).index());
            }
        }
        prop_assert!((sum / rows.len() as f64 - number(whole.index())).abs() < 1e-11);
    }

    #[test]
    fn mending_a_factor_adds_what_was_said_it_would(rows in complete(), weights in parts(), factor in 0_usize..3) {
        let now = report(&rows, &weights);
        let mut perfect = rows.clone();
        for row in &mut perfect {
            row[factor] = Some(10);
        }
        let gains = now.mend_first(&[100.0; 3]).unwrap();
        prop_assert!(gains.windows(2).all(|pair| pair[0].gain >= pair[1].gain));
        let gain = gains.iter().find(|gain| gain.factor == factor.to_string()).map_or(0.0, |gain| gain.gain);
        let difference = number(report(&perfect, &weights).index()) - number(now.index());
        prop_assert!((gain - difference).abs() < 1e-11, "{gain} {difference}");
    }

    #[test]
    fn the_net_promoter_score_is_the_mean_of_its_kinds(answers in vec(0_u8..=10, 2..100)) {
        let score = answers.iter().map(|&x| ZeroToTen::new(x).unwrap()).collect::<NetPromoter>().score(TWO);
        let kinds: Vec<f64> =
            answers.iter().map(|&x| if x >= 9 { 100.0 } else if x <= 6 { -100.0 } else { 0.0 }).collect();
        let n = kinds.len() as f64;
        let mean = kinds.iter().sum::<f64>() / n;
        let variance = kinds.iter().map(|kind| (kind - mean).powi(2)).sum::<f64>() / n;
        prop_assert!((number(&score) - mean).abs() < 1e-12);
        prop_assert!((score.reading().unwrap().standard_error() - (variance / n).sqrt()).abs() < 1e-11);
    }

    #[test]
    fn servqual_with_the_weights_of_items_is_the_mean_over_all_items(answers in vec((1_u8..=7, 1_u8..=7), 44)) {
        let sheet = |half: &[(u8, u8)]| {
            let column = |of: fn(&(u8, u8)) -> u8| -> [OneToSeven; 22] {
                std::array::from_fn(|item| OneToSeven::new(of(&half[item])).unwrap())
            };
            ServqualAnswers { expected: column(|pair| pair.0), perceived: column(|pair| pair.1) }
        };
        let customers = [sheet(&answers[..22]), sheet(&answers[22..])];
        let items = Weights::proportional([4.0, 5.0, 4.0, 4.0, 5.0]).unwrap();
        let quality = Servqual::new(&customers, &items, TWO).unwrap();
        let mean = answers.iter().map(|&(e, p)| f64::from(p) - f64::from(e)).sum::<f64>() / 44.0;
        prop_assert!((number(quality.weighted()) - mean).abs() < 1e-13);
    }

    #[test]
    fn wilsons_interval_holds_the_share_and_widens(
        (part, whole) in (1_u64..5_000).prop_flat_map(|whole| (0..=whole, Just(whole))), level in 0.01_f64..0.98,
    ) {
        let proportion = Proportion::new(part, whole).unwrap();
        let at = |level| proportion.interval(Probability::new(level).unwrap()).unwrap().unwrap();
        let (narrow, wide) = (at(level), at(level + 0.01));
        prop_assert!(narrow.contains(proportion.share().unwrap().get()));
        prop_assert!(0.0 <= wide.low && wide.low <= narrow.low && narrow.high <= wide.high && wide.high <= 1.0);
        // The interval of the others is the mirror image.
        let others = Proportion::new(whole - part, whole).unwrap().interval(Probability::new(level).unwrap());
        prop_assert!((others.unwrap().unwrap().low - (1.0 - narrow.high)).abs() < 1e-15);
    }

    #[test]
    fn promises_agree_with_a_count_by_hand(opened in opened(), within in 0..15_i32, now in 0..70_i32) {
        let promises = Promises::of_cases(&made(&opened), Span::days(within.into()).unwrap(), day(now)).unwrap();
        let mut expected = Promises::default();
        let (mut part, mut whole) = (0, 0);
        for &(open, taken) in opened.iter().filter(|(open, _)| *open <= now) {
            let known = taken.filter(|taken| open + taken <= now);
            let in_time = known.is_some_and(|taken| taken <= within);
            match known {
                Some(_) if in_time => expected.met += 1,
                Some(_) => expected.late += 1,
                None if now - open > within => expected.overdue += 1,
                None => expected.open += 1,
            }
            if now - open > within {
                whole += 1;
                part += u64::from(in_time);
            }
        }
        prop_assert_eq!(promises, expected);
        let answered = answered_in_time(&made(&opened), Span::days(within.into()).unwrap(), day(now)).unwrap();
        prop_assert_eq!((answered.part(), answered.whole()), (part, whole));
    }

    #[test]
    fn once_all_promises_are_over_both_shares_agree(opened in opened(), within in 0..15_i32) {
        let (cases, within) = (made(&opened), Span::days(within.into()).unwrap());
        let kept = Promises::of_cases(&cases, within, day(100)).unwrap().kept();
        prop_assert_eq!(kept, answered_in_time(&cases, within, day(100)).unwrap());
        prop_assert_eq!(kept.whole(), cases.len() as u64);
    }

    #[test]
    fn cases_of_a_log_are_those_of_its_rows(
        rows in vec((0_u8..4, 1_i8..=20, any::<bool>()), 0..40), later in any::<bool>(),
    ) {
        let may = |day| Day::new(2024, 5, day).unwrap();
        let event = |complains| if complains { Event::Complaint } else { Event::ServiceVisit { cost: None } };
        let window = Window::new(may(1), may(31), FirstSeen::IsNew).unwrap();
        let log = InteractionLog::builder(window, Granularity::Day)
            .extend(rows.iter().map(|&(id, on, complains)| Interaction::new(id, may(on), event(complains))))
            .build()
            .unwrap();
        let from = if later { AnswerFrom::Later } else { AnswerFrom::SameMoment };
        let found = cases(
            &log,
            |event| matches!(event, Event::Complaint),
            |event| matches!(event, Event::ServiceVisit { .. }),
            from,
        );
        let mut sorted: Vec<(u8, i8)> = rows.iter().filter(|row| row.2).map(|row| (row.0, row.1)).collect();
        sorted.sort_unstable();
        let expected = sorted.into_iter().map(|(id, on)| {
            let answers = rows.iter().filter(|row| row.0 == id && !row.2).map(|row| row.1);
            let first = answers.filter(|&answer| answer > on || (answer == on && !later)).min();
            Case::new(may(on), first.map(|first| may(first).into())).unwrap()
        });
        prop_assert_eq!(found, expected.collect::<Vec<_>>());
    }

    #[test]
    fn quadrants_do_not_depend_on_the_units_of_the_scales(
        points in vec((-100_i16..100, -100_i16..100), 1..20), medians in any::<bool>(),
    ) {
        // Powers of two, so that no number is rounded.
        let map = |scale: f64, shift: f64| {
            let point = |(k, &(importance, performance)): (usize, &(i16, i16))| FactorPoint {
                factor: k.to_string(),
                importance: scale * f64::from(importance) + shift,
                performance: f64::from(performance),
            };
            let crosshair = if medians { Crosshair::Medians } else { Crosshair::Means };
            let points: Vec<_> = points.iter().enumerate().map(point).collect();
            ImportancePerformance::new(points, crosshair).unwrap()
        };
        let quadrants = |map: ImportancePerformance| map.factors().iter().map(|(_, found)| *found).collect::<Vec<_>>();
        prop_assert_eq!(quadrants(map(1.0, 0.0)), quadrants(map(4.0, 0.0)));
    }

    #[test]
    fn completeness_is_what_is_not_missing(weights in vec(1_u32..50, 1..20), known in vec(any::<bool>(), 20)) {
        let profile: Vec<Option<()>> = known[..weights.len()].iter().map(|known| known.then_some(())).collect();
        let total: u32 = weights.iter().sum();
        let known = weights.iter().zip(&profile).filter(|(_, field)| field.is_some());
        let have: u32 = known.map(|(weight, _)| weight).sum();
        let parts = Weights::proportional(weights.iter().map(|&weight| f64::from(weight)).collect::<Vec<_>>()).unwrap();
        let completeness = Completeness::new(&parts, &profile).unwrap();
        prop_assert!((completeness.share.get() - f64::from(have) / f64::from(total)).abs() < 1e-14);
        let sorted = completeness.missing.windows(2).all(|pair| weights[pair[0]] >= weights[pair[1]]);
        prop_assert!(sorted && completeness.missing.iter().all(|&field| profile[field].is_none()));
    }
}

#[test]
fn an_interval_of_hardly_any_confidence_holds_the_share() {
    for (part, whole) in [(198, 1_000), (2_135_965_467_243_616_506, u64::MAX), (1, 3), (0, 7), (7, 7)] {
        let share = part as f64 / whole as f64;
        let interval =
            Proportion::new(part, whole).unwrap().interval(Probability::new(1e-100).unwrap()).unwrap().unwrap();
        assert!(interval.low <= share && share <= interval.high, "{part} of {whole}: {interval:?}");
        assert!(interval.high - interval.low < 1e-15);
    }
}

proptest! {
    /// The interval of a score holds it, stays on its scale, widens with confidence, and is that of the opposite answers
    /// turned round.
    #[test]
    fn intervals_of_net_promoters_are_of_a_scale_with_two_ends(
        [promoters, passives, detractors] in prop::array::uniform3(0_u32..200), sure in 0.01_f64..0.9, surer in 0.01_f64..0.09,
    ) {
        prop_assume!(promoters + passives + detractors > 0);
        let of = |counts: NetPromoter, confidence| {
            counts.interval(Probability::new(confidence).unwrap()).unwrap().unwrap()
        };
        let counts = NetPromoter { promoters, passives, detractors };
        let (narrow, wide) = (of(counts, sure), of(counts, sure + surer));
        let net = f64::from(promoters) - f64::from(detractors);
        let score = 100.0 * net / f64::from(promoters + passives + detractors);
        prop_assert!(narrow.low <= score + 1e-12 && score <= narrow.high + 1e-12, "{narrow}");
        prop_assert!(-100.0 <= wide.low && wide.low <= narrow.low, "{wide} {narrow}");
        prop_assert!(narrow.high <= wide.high && wide.high <= 100.0, "{wide} {narrow}");
        let turned = of(NetPromoter { promoters: detractors, passives, detractors: promoters }, sure);
        prop_assert_eq!((turned.low, turned.high), (-narrow.high, -narrow.low));
    }
}

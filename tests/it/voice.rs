//! Listening: the numbers of the reference, and every degenerate case by name. Numbers marked `computed` were computed
//! for this project by other means; those marked `recomputed` were published, and their weights are recalled.

use customer_value::index::{
    Constant, ControlLimits, ControlVerdict, Evidence, Indicator, Missing, Node, Scale, Sense, Tree,
};
use customer_value::segment::{Cuts, Segmentation};
use customer_value::voice::{
    Answer, AnswerFrom, Case, Cell, Completeness, Crosshair, DriftLimits, FactorPoint, FactorReport,
    ImportancePerformance, IndexPoints, LeastAnswers, NetPromoter, OneToFive, OneToSeven, OneToTen, Outage, Promises,
    Proportion, Quadrant, QualityDimension, Reliability, Servqual, ServqualAnswers, Survey, VoiceError, ZeroToTen,
    acsi, answered_in_time, cases, participation,
};
use customer_value::{
    Currency, Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, Moment, Money, Probability, Span,
    Timestamp, UnitError, Weights, WeightsError, Window,
};

use crate::shared::assert_printed;

const TWO: LeastAnswers = LeastAnswers::TWO;

fn weights(weights: &[f64]) -> Weights {
    Weights::new(weights).unwrap()
}

fn value(cell: &Cell) -> f64 {
    cell.reading().unwrap().value()
}

fn error(cell: &Cell) -> f64 {
    cell.reading().unwrap().standard_error()
}

fn confidence(level: f64) -> Probability {
    Probability::new(level).unwrap()
}

/// Ten answers with a mean in tenths.
fn ten_with_mean(tenths: usize) -> Vec<u8> {
    (0..10).map(|i| (tenths / 10 + usize::from(i < tenths % 10)) as u8).collect()
}

/// A survey of ten persons whose means are in tenths.
fn means<const LOW: u8, const HIGH: u8>(tenths: &[usize]) -> Survey<LOW, HIGH> {
    let columns: Vec<_> = tenths.iter().map(|&tenths| ten_with_mean(tenths)).collect();
    let rows: Vec<Vec<u8>> = (0..10).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
    Survey::from_scores((0..tenths.len()).map(|k| format!("factor {k}")), &rows).unwrap()
}

fn month(tenths: &[usize], of: &[f64]) -> FactorReport {
    means::<0, 10>(tenths).report(&weights(of), IndexPoints::Hundred, TWO).unwrap()
}

fn june(day: i8) -> Day {
    Day::new(2024, 6, day).unwrap()
}

fn days(count: f64) -> Span {
    Span::days(count).unwrap()
}

#[test]
fn f60_reichheld_2003_net_promoter_computed() {
    let score = NetPromoter { promoters: 50, passives: 30, detractors: 20 }.score(TWO);
    assert_printed(value(&score), "30");
    assert_printed(error(&score) / 100.0, ".078102");
    let interval = score.reading().unwrap().interval(confidence(0.95)).unwrap();
    assert_printed(0.5 * (interval.high - interval.low), "15.31");
}

#[test]
fn f60_every_answer_is_of_the_kind_of_reichheld_2003() {
    let kinds: Vec<[u32; 3]> = (0..=10)
        .map(|answer| {
            let one: NetPromoter = [ZeroToTen::new(answer).unwrap()].into_iter().collect();
            [one.promoters, one.passives, one.detractors]
        })
        .collect();
    assert_eq!(kinds[..7], [[0, 0, 1]; 7]);
    assert_eq!(kinds[7..9], [[0, 1, 0]; 2]);
    assert_eq!(kinds[9..], [[1, 0, 0]; 2]);
}

#[test]
fn an_empty_survey_of_promoters_is_suppressed() {
    let thirty = LeastAnswers::new(30).unwrap();
    assert_eq!(NetPromoter::default().score(thirty), Cell::Suppressed { n: 0, least: thirty });
    let few = NetPromoter { promoters: 29, passives: 0, detractors: 0 };
    assert_eq!(few.score(thirty), Cell::Suppressed { n: 29, least: thirty });
    let enough = NetPromoter { passives: 1, ..few }.score(thirty);
    assert_eq!((enough.n(), enough.reading().is_some()), (30, true));
}

#[test]
fn promoters_alone_score_100_without_a_spread() {
    let score = NetPromoter { promoters: 5, passives: 0, detractors: 0 }.score(TWO);
    assert_eq!((value(&score), error(&score)), (100.0, 0.0));
    let none = NetPromoter { promoters: 2, passives: 0, detractors: 2 }.score(TWO);
    assert_eq!((value(&none), error(&none)), (0.0, 50.0));
}

#[test]
fn counts_of_promoters_at_their_limit_give_a_score() {
    let all = NetPromoter { promoters: u32::MAX, passives: u32::MAX, detractors: u32::MAX }.score(TWO);
    assert_eq!((value(&all), all.n()), (0.0, u32::MAX));
}

#[test]
fn answers_off_the_scale_name_the_scale() {
    assert_eq!(OneToTen::new(0), Err(VoiceError::Answer { value: 0.0, low: 1, high: 10 }));
    assert_eq!(OneToTen::new(11), Err(VoiceError::Answer { value: 11.0, low: 1, high: 10 }));
    assert_eq!(ZeroToTen::new(0).unwrap().get(), 0);
    assert_eq!(OneToFive::from_score(2.5), Err(VoiceError::Answer { value: 2.5, low: 1, high: 5 }));
    assert!(matches!(OneToSeven::from_score(f64::NAN), Err(VoiceError::Answer { low: 1, high: 7, .. })));
    assert_eq!(ZeroToTen::from_score(-0.0), ZeroToTen::new(0));
    let message = OneToSeven::new(9).unwrap_err().to_string();
    assert_eq!(message, "answer 9 is off the scale, expected a whole number from 1 to 7");
}

#[test]
fn f61_fornell_1996_acsi_by_published_weights() {
    let rows: Vec<[OneToTen; 3]> = [[8, 7, 6], [8, 7, 6]].map(|row| row.map(|x| OneToTen::new(x).unwrap())).into();
    let report = acsi(&rows, &weights(&[0.3885, 0.3190, 0.2925]), TWO).unwrap();
    assert_printed(value(report.index()), "67.7333");
}

#[test]
fn f61_fornell_1996_acsi_by_equal_weights_computed() {
    let rows: Vec<[OneToTen; 3]> = [[9, 6, 7], [7, 8, 5]].map(|row| row.map(|x| OneToTen::new(x).unwrap())).into();
    let report = acsi(&rows, &Weights::equal(3).unwrap(), TWO).unwrap();
    assert_printed(value(report.index()), "66.6667");
    // Means of persons are 7 1/3 and 6 2/3: 70 10/27 and 62 26/27 points.
    let half_the_difference = 0.5 * (2.0 / 3.0) / 9.0 * 100.0;
    assert!((error(report.index()) - half_the_difference).abs() < 1e-12);
}

#[test]
fn f61_acsi_runs_from_0_to_100() {
    for (answer, points) in [(1, 0.0), (10, 100.0)] {
        let rows = [[OneToTen::new(answer).unwrap(); 3]; 4];
        let report = acsi(&rows, &weights(&[0.5, 0.25, 0.25]), TWO).unwrap();
        assert_eq!((value(report.index()), error(report.index())), (points, 0.0));
    }
}

#[test]
fn f62_thousand_points_computed() {
    // The factors of the China CSI of 2013: service quality, facility, pick-up, advisor, initiation.
    let survey = means::<1, 10>(&[82, 79, 85, 80, 76]);
    let report = survey.report(&weights(&[0.30, 0.22, 0.20, 0.16, 0.12]), IndexPoints::Thousand, TWO).unwrap();
    assert_printed(value(report.index()), "809");
    assert_eq!(
        report.factors().iter().map(|factor| value(&factor.score).round()).collect::<Vec<_>>(),
        [820.0, 790.0, 850.0, 800.0, 760.0]
    );
}

fn servqual_customers() -> Vec<ServqualAnswers> {
    // Sums of gaps over 20 customers and the items of a dimension that make means of −.2, −1.1, −.6, −.3, −.5.
    let sums = [16, 110, 48, 24, 50];
    let mut customers = vec![
        ServqualAnswers {
            expected: [OneToSeven::new(6).unwrap(); 22],
            perceived: [OneToSeven::new(6).unwrap(); 22]
        };
        20
    ];
    for (dimension, sum) in QualityDimension::ALL.into_iter().zip(sums) {
        let places = dimension.items().flat_map(|item| (0..20).map(move |customer| (customer, item)));
        let places: Vec<_> = places.collect();
        for step in 0..sum {
            let (customer, item) = places[step % places.len()];
            let answer = &mut customers[customer].perceived[item];
            *answer = OneToSeven::new(answer.get() - 1).unwrap();
        }
    }
    customers
}

#[test]
fn f63_parasuraman_1988_servqual_recomputed() {
    let points = Weights::proportional([11.0, 32.0, 22.0, 19.0, 16.0]).unwrap();
    let quality = Servqual::new(&servqual_customers(), &points, TWO).unwrap();
    for (dimension, gap) in QualityDimension::ALL.into_iter().zip(["-.2", "-1.1", "-.6", "-.3", "-.5"]) {
        assert_printed(value(quality.gap(dimension)), gap);
        assert!((value(quality.gap(dimension)) - gap.parse::<f64>().unwrap()).abs() < 1e-14);
    }
    assert_printed(value(quality.weighted()), "-.643");
    assert_printed(value(quality.plain()), "-.54");
}

#[test]
fn f63_dimensions_share_out_the_22_items() {
    let items: Vec<usize> = QualityDimension::ALL.into_iter().flat_map(QualityDimension::items).collect();
    assert_eq!(items, (0..22).collect::<Vec<_>>());
}

#[test]
fn f63_gaps_run_from_minus_6_to_6() {
    let [low, high] = [1, 7].map(|answer| [OneToSeven::new(answer).unwrap(); 22]);
    for (expected, perceived, gap) in [(high, low, -6.0), (low, high, 6.0), (low, low, 0.0)] {
        let customers = [ServqualAnswers { expected, perceived }; 3];
        let quality = Servqual::new(&customers, &Weights::equal(5).unwrap(), TWO).unwrap();
        assert!((value(quality.weighted()) - gap).abs() < 1e-15);
        assert_eq!(quality.plain().n(), 3);
        let disconfirmation = customers[0].disconfirmation(QualityDimension::Empathy);
        assert_eq!(disconfirmation.difference(), gap);
    }
}

#[test]
fn servqual_of_nobody_is_suppressed_and_needs_five_weights() {
    let five = Weights::equal(5).unwrap();
    let quality = Servqual::new(&[], &five, TWO).unwrap();
    assert_eq!(quality.weighted(), &Cell::Suppressed { n: 0, least: TWO });
    assert_eq!(quality.gap(QualityDimension::Empathy), &Cell::Suppressed { n: 0, least: TWO });
    let four = Servqual::new(&[], &Weights::equal(4).unwrap(), TWO);
    assert_eq!(four, Err(VoiceError::Lengths { items: "weights", expected: 5, found: 4 }));
}

fn point(factor: &str, importance: f64, performance: f64) -> FactorPoint {
    FactorPoint { factor: factor.into(), importance, performance }
}

#[test]
fn f64_martilla_james_1977_quadrants_computed() {
    let factors = [point("a", 8.0, 8.0), point("b", 8.0, 4.0), point("c", 5.0, 8.0), point("d", 5.0, 4.0)];
    let lines = Crosshair::At { importance: 6.0, performance: 6.0 };
    let map = ImportancePerformance::new(factors, lines).unwrap();
    let quadrants: Vec<Quadrant> = map.factors().iter().map(|(_, quadrant)| *quadrant).collect();
    let [good, bad] = [Quadrant::KeepUp, Quadrant::ConcentrateHere];
    assert_eq!(quadrants, [good, bad, Quadrant::PossibleOverkill, Quadrant::LowPriority]);
    assert_eq!((map.crosshair(), map.importance_line(), map.performance_line()), (lines, 6.0, 6.0));
    assert_eq!(map.quadrant("e"), None);
}

#[test]
fn f64_factors_on_a_line_go_up() {
    let lines = Crosshair::At { importance: OneToTen::MIDPOINT, performance: OneToSeven::MIDPOINT };
    let map = ImportancePerformance::new([point("a", 5.5, 4.0)], lines).unwrap();
    assert_eq!(map.quadrant("a"), Some(Quadrant::KeepUp));
    let below = ImportancePerformance::new([point("a", 5.5_f64.next_down(), 4.0_f64.next_down())], lines).unwrap();
    assert_eq!(below.quadrant("a"), Some(Quadrant::LowPriority));
}

#[test]
fn f64_equal_factors_are_on_the_lines_of_means_and_medians() {
    for crosshair in [Crosshair::Means, Crosshair::Medians] {
        let equal = ["a", "b", "c"].map(|factor| point(factor, 0.1, 0.7));
        let map = ImportancePerformance::new(equal, crosshair).unwrap();
        assert!(map.factors().iter().all(|(_, quadrant)| *quadrant == Quadrant::KeepUp), "{crosshair:?}");
    }
}

#[test]
fn f64_medians_of_odd_and_even_numbers_of_factors() {
    let mut factors = vec![point("a", 1.0, 9.0), point("b", 7.0, 1.0), point("c", 3.0, 2.0)];
    let odd = ImportancePerformance::new(factors.clone(), Crosshair::Medians).unwrap();
    assert_eq!((odd.importance_line(), odd.performance_line()), (3.0, 2.0));
    factors.push(point("d", 4.0, 4.0));
    let even = ImportancePerformance::new(factors, Crosshair::Medians).unwrap();
    assert_eq!((even.importance_line(), even.performance_line()), (3.5, 3.0));
}

#[test]
fn f64_rejects_what_is_no_map() {
    let none = ImportancePerformance::new([], Crosshair::Means);
    assert_eq!(none, Err(VoiceError::TooFew { items: "factors", least: 1, found: 0 }));
    let twice = ImportancePerformance::new([point("a", 1.0, 1.0), point("a", 2.0, 2.0)], Crosshair::Means);
    assert_eq!(twice, Err(VoiceError::DuplicateFactor { factor: "a".into() }));
    let infinite = ImportancePerformance::new([point("a", f64::INFINITY, 1.0)], Crosshair::Means);
    assert!(matches!(infinite, Err(VoiceError::Unit(UnitError { quantity: "importance", .. }))));
    let line = Crosshair::At { importance: 0.0, performance: f64::NAN };
    let lineless = ImportancePerformance::new([point("a", 1.0, 1.0)], line);
    assert!(matches!(lineless, Err(VoiceError::Unit(UnitError { quantity: "performance line", .. }))));
}

#[test]
fn f64_factors_of_a_report_by_their_weights_and_scores() {
    let report = month(&[80, 40, 90], &[0.5, 0.3, 0.2]);
    let map = report.importance_performance(Crosshair::Means).unwrap();
    assert_eq!((map.performance_line(), (map.importance_line() - 1.0 / 3.0).abs() < 1e-15), (70.0, true));
    let quadrants: Vec<Quadrant> = map.factors().iter().map(|(_, quadrant)| *quadrant).collect();
    assert_eq!(quadrants, [Quadrant::KeepUp, Quadrant::LowPriority, Quadrant::PossibleOverkill]);
    assert_eq!(map.factors()[1].0, point("factor 1", 0.3, 40.0));
}

#[test]
fn f65_change_by_factor_computed() {
    let (before, now) = (month(&[80, 70], &[0.6, 0.4]), month(&[82, 65], &[0.6, 0.4]));
    assert_printed(value(before.index()), "76");
    assert_printed(value(now.index()), "75.2");
    let change = now.change_from(&before).unwrap();
    assert_printed(change.factors()[0].total(), "1.2");
    assert_printed(change.factors()[1].total(), "-2.0");
    assert!(change.factors().iter().all(|part| part.mix == 0.0));
    assert_printed(change.total(), "-.8");
    assert!((change.total() - (value(now.index()) - value(before.index()))).abs() < 1e-12);
    assert_eq!(change.standard_error(), error(now.index()).hypot(error(before.index())));
}

#[test]
fn f65_weights_that_move_make_a_mix_but_no_rest() {
    // Scores stay: all of the change is that weight moves from 50 to 90 points.
    let change = month(&[90, 50], &[0.75, 0.25]).change_from(&month(&[90, 50], &[0.5, 0.5])).unwrap();
    assert!(change.factors().iter().all(|part| part.level == 0.0));
    // The mean of both indices is 75: a quarter of the weight times 15 above it, and of 25 below it given up.
    assert_eq!(change.factors().iter().map(|part| part.mix).collect::<Vec<_>>(), [3.75, 6.25]);
    assert_eq!(change.total(), 10.0);
}

#[test]
fn f65_what_did_not_move_adds_0_and_not_minus_0() {
    let change = month(&[82, 65, 31], &[0.5, 0.5, 0.0]).change_from(&month(&[80, 70, 40], &[0.5, 0.5, 0.0])).unwrap();
    for part in change.factors() {
        assert!(part.mix.is_sign_positive() && (part.level != 0.0 || part.level.is_sign_positive()), "{part:?}");
    }
    assert_eq!(change.derivation().value().to_bits(), change.total().to_bits());
}

#[test]
fn f65_a_change_is_told_as_a_tree_that_adds_up_to_the_last_bit() {
    let change = month(&[82, 65, 31], &[0.5, 0.3, 0.2]).change_from(&month(&[80, 71, 44], &[0.2, 0.2, 0.6])).unwrap();
    let tree = change.derivation();
    assert_eq!(tree.value().to_bits(), change.total().to_bits());
    assert_eq!(tree.replay(), Ok(change.total()));
    for part in change.factors() {
        let find = |name| tree.find(&[&part.factor, name]).unwrap().value();
        assert_eq!((find("level"), find("mix")), (part.level, part.mix));
        assert_eq!(tree.find(&[&part.factor]).unwrap().value(), part.total());
    }
}

#[test]
fn f65_weights_that_miss_one_by_rounding_leave_no_rest() {
    let third = 0.333_333_333_3;
    let thirds = weights(&[third; 3]);
    let report = |tenths: [usize; 3]| means::<0, 10>(&tenths).report(&thirds, IndexPoints::Hundred, TWO).unwrap();
    let (before, now) = (report([0, 0, 0]), report([100, 100, 100]));
    assert!((value(now.index()) - 100.0).abs() < 1e-13);
    assert!((now.change_from(&before).unwrap().total() - 100.0).abs() < 1e-13);
}

#[test]
fn f65_reports_on_other_factors_or_scales_have_no_change() {
    let now = month(&[80, 70], &[0.6, 0.4]);
    let other_points = means::<0, 10>(&[80, 70]).report(now.weights(), IndexPoints::Thousand, TWO).unwrap();
    let other_scale = means::<1, 10>(&[80, 70]).report(now.weights(), IndexPoints::Hundred, TWO).unwrap();
    let renamed = Survey::<0, 10>::from_scores(["factor 1", "factor 0"], &[[8, 7], [8, 7]]).unwrap();
    let renamed = renamed.report(now.weights(), IndexPoints::Hundred, TWO).unwrap();
    let fewer = month(&[80], &[1.0]);
    for other in [other_points, other_scale, renamed, fewer] {
        assert_eq!(now.change_from(&other), Err(VoiceError::OtherFactors));
        assert_eq!(DriftLimits::from_baseline(&[now.clone(), other], 3.0), Err(VoiceError::OtherFactors));
    }
}

fn sparse() -> Survey<1, 5> {
    let rows = [[Some(4), None], [Some(5), Some(2)], [Some(3), None], [None, None]];
    Survey::from_scores(["waiting", "coffee"], &rows).unwrap()
}

#[test]
fn f65_small_cells_are_suppressed_and_so_is_an_index_that_needs_them() {
    let least = LeastAnswers::new(3).unwrap();
    let report = sparse().report(&weights(&[0.75, 0.25]), IndexPoints::Hundred, least).unwrap();
    assert_eq!(report.score("waiting").unwrap().n(), 3);
    assert_eq!(value(report.score("waiting").unwrap()), 75.0);
    assert_eq!(report.score("coffee"), Some(&Cell::Suppressed { n: 1, least }));
    assert_eq!(report.index(), &Cell::Suppressed { n: 1, least });
    assert_eq!(report.score("tea"), None);
    let hidden = VoiceError::Suppressed { factor: "coffee".into(), n: 1, least: 3 };
    assert_eq!(report.change_from(&report), Err(hidden.clone()));
    assert_eq!(report.mend_first(&[100.0, 100.0]), Err(hidden.clone()));
    assert_eq!(report.importance_performance(Crosshair::Means), Err(hidden.clone()));
    assert_eq!(DriftLimits::from_baseline(&[report.clone(), report], 3.0), Err(hidden));
}

#[test]
fn f65_a_suppressed_factor_without_weight_does_not_hide_the_index() {
    let least = LeastAnswers::new(3).unwrap();
    let report = sparse().report(&weights(&[1.0, 0.0]), IndexPoints::Hundred, least).unwrap();
    assert_eq!((value(report.index()), report.index().n()), (75.0, 3));
}

#[test]
fn an_empty_survey_has_a_report_of_suppressed_cells() {
    let nobody: [[u8; 1]; 0] = [];
    let survey = Survey::<1, 5>::from_scores(["waiting"], &nobody).unwrap();
    let report = survey.report(&weights(&[1.0]), IndexPoints::Thousand, TWO).unwrap();
    assert_eq!(report.index(), &Cell::Suppressed { n: 0, least: TWO });
    assert_eq!((survey.respondents(), survey.row(0)), (0, None));
    assert_eq!(survey.figures(), Vec::<Vec<Option<f64>>>::new());
}

#[test]
fn least_answers_are_at_least_two() {
    for answers in [0, 1] {
        let problem = VoiceError::TooFew { items: "answers to show a number", least: 2, found: answers as usize };
        assert_eq!(LeastAnswers::new(answers), Err(problem));
    }
    assert_eq!(LeastAnswers::new(2), Ok(TWO));
}

#[test]
fn surveys_of_no_factors_or_bad_rows_name_them() {
    let rows: [[u8; 2]; 2] = [[4, 4], [4, 4]];
    let no_factors = Survey::<1, 5>::from_scores([""; 0], &[[0_u8; 0]; 0]);
    assert_eq!(no_factors, Err(VoiceError::TooFew { items: "factors", least: 1, found: 0 }));
    let twice = Survey::<1, 5>::from_scores(["a", "a"], &rows);
    assert_eq!(twice, Err(VoiceError::DuplicateFactor { factor: "a".into() }));
    let short = Survey::<1, 5>::from_scores(["a", "b"], &[vec![4], vec![4, 4]]);
    assert_eq!(short, Err(VoiceError::RowLength { row: 0, expected: 2, found: 1 }));
    let many = Survey::<1, 5>::from_scores((0..1001).map(|k| k.to_string()), &rows);
    assert_eq!(many, Err(VoiceError::TooMany { items: "factors", most: 1000, found: 1001 }));
    let off = Survey::<1, 5>::from_scores(["a", "b"], &[[4, 5], [0, 4]]);
    let source = Box::new(VoiceError::Answer { value: 0.0, low: 1, high: 5 });
    assert_eq!(off, Err(VoiceError::RowAnswer { row: 1, column: 0, source }));
    let survey = Survey::<1, 5>::from_scores(["a", "b"], &rows).unwrap();
    let unweighted = survey.report(&weights(&[1.0]), IndexPoints::Hundred, TWO);
    assert_eq!(unweighted, Err(VoiceError::Lengths { items: "weights", expected: 2, found: 1 }));
}

#[test]
fn surveys_split_by_owner_keep_every_answer_in_order() {
    let owners = Segmentation::new(["north", "south", "nobody"], [1, 0, 1, 1]).unwrap();
    let parts = sparse().by(&owners).unwrap();
    let sizes: Vec<_> = parts.iter().map(|(owner, survey)| (owner.as_str(), survey.respondents())).collect();
    assert_eq!(sizes, [("north", 1), ("south", 3), ("nobody", 0)]);
    assert_eq!(parts[1].1.column("waiting"), Some(vec![Some(4.0), Some(3.0), None]));
    assert_eq!(parts[0].1.column("coffee"), Some(vec![Some(2.0)]));
    let short = Segmentation::new(["north"], [0, 0]).unwrap();
    let items = "respondents in segments";
    assert_eq!(sparse().by(&short), Err(VoiceError::Lengths { items, expected: 4, found: 2 }));
}

#[test]
fn factor_scores_feed_segments_and_the_index() {
    let survey = means::<1, 5>(&[42, 31]);
    let waiting: Option<Vec<f64>> = survey.column("factor 0").unwrap().into_iter().collect();
    let segments = Cuts::fixed([4.5]).unwrap().partition(["content", "delighted"], &waiting.unwrap()).unwrap();
    assert_eq!(segments.sizes(), [8, 2]);
    let leaf = |name| Indicator::new(name, Sense::Benefit, Evidence::Survey).unwrap();
    let tree = Tree::new(Node::imd("service", [leaf("factor 0"), leaf("factor 1")]).unwrap()).unwrap();
    let index = tree.fit(Scale::MinMax, &survey.figures(), Constant::Reject).unwrap();
    assert_eq!(index.score(&survey.figures()[0], Missing::Fail).unwrap().total(), 1.0);
    assert_eq!(survey.column("factor 2"), None);
}

#[test]
fn g54_drift_limits_of_a_baseline_computed() {
    let limits = ControlLimits::from_baseline(&[75.0, 76.0, 74.0, 75.0], 3.0).unwrap();
    assert_printed(limits.low(), "72.5505");
    assert_printed(limits.high(), "77.4495");
    // The same months as reports of one factor.
    let months = [75, 76, 74, 75].map(|tenths| month(&[tenths], &[1.0]));
    let drift = DriftLimits::from_baseline(&months, 3.0).unwrap();
    assert_printed(drift.index().low(), "72.5505");
    assert_printed(drift.factors()[0].high(), "77.4495");
    let verdict = |tenths| drift.verdict(&month(&[tenths], &[1.0])).unwrap().index;
    assert_eq!(verdict(72), ControlVerdict::Below);
    assert_eq!(verdict(73), ControlVerdict::Within);
    assert_eq!(verdict(78), ControlVerdict::Above);
}

#[test]
fn drift_of_one_month_or_without_sigmas_has_no_limits() {
    let one = [month(&[75], &[1.0])];
    let few = VoiceError::TooFew { items: "reports", least: 2, found: 1 };
    assert_eq!(DriftLimits::from_baseline(&one, 3.0), Err(few));
    let two = [one[0].clone(), one[0].clone()];
    assert!(matches!(DriftLimits::from_baseline(&two, 0.0), Err(VoiceError::Index(_))));
    // A month like the others: any move is then news.
    let still = DriftLimits::from_baseline(&two, 3.0).unwrap();
    assert_eq!((still.index().low(), still.index().high()), (75.0, 75.0));
    assert_eq!(still.verdict(&month(&[80, 70], &[0.6, 0.4])), Err(VoiceError::OtherFactors));
}

#[test]
fn what_to_mend_first_is_what_adds_most_to_the_index() {
    let report = month(&[80, 40, 90], &[0.5, 0.3, 0.2]);
    let first = report.mend_first(&[100.0; 3]).unwrap();
    let order: Vec<_> = first.iter().map(|shortfall| (shortfall.factor.as_str(), shortfall.gain.round())).collect();
    assert_eq!(order, [("factor 1", 18.0), ("factor 0", 10.0), ("factor 2", 2.0)]);
    let gain: f64 = first.iter().map(|shortfall| shortfall.gain).sum();
    assert!((value(report.index()) + gain - 100.0).abs() < 1e-12);
    // Who meets the target needs no mending.
    assert_eq!(report.mend_first(&[80.0, 40.0, 90.0]).unwrap(), []);
    let short = VoiceError::Lengths { items: "targets", expected: 3, found: 1 };
    assert_eq!(report.mend_first(&[1.0]), Err(short));
    let nowhere = report.mend_first(&[1.0, f64::NAN, 1.0]);
    assert!(matches!(nowhere, Err(VoiceError::Unit(UnitError { quantity: "target", .. }))));
}

#[test]
fn derived_weights_refuse_what_tells_nothing() {
    let overall = |answers: &[u8]| answers.iter().map(|&x| Some(OneToTen::new(x).unwrap())).collect::<Vec<_>>();
    let survey = |rows: &[[u8; 2]]| Survey::<1, 10>::from_scores(["a", "b"], rows).unwrap();
    let rows = [[1, 2], [3, 1], [2, 5], [5, 3], [4, 4]];
    let short = VoiceError::Lengths { items: "overall answers", expected: 5, found: 4 };
    assert_eq!(survey(&rows).derived_weights(&overall(&[1, 2, 3, 4])), Err(short));
    let few = VoiceError::TooFew { items: "respondents with all answers", least: 4, found: 3 };
    assert_eq!(survey(&rows[..3]).derived_weights(&overall(&[1, 2, 3])), Err(few));
    let constant = |factor: &str| Err(VoiceError::Constant { factor: factor.into() });
    assert_eq!(survey(&rows).derived_weights(&overall(&[5; 5])), constant("overall"));
    let same = rows.map(|[a, _]| [a, 4]);
    assert_eq!(survey(&same).derived_weights(&overall(&[1, 2, 3, 4, 5])), constant("b"));
    let double = rows.map(|[a, _]| [a, 2 * a]);
    let collinear = VoiceError::Collinear { factor: "b".into() };
    assert_eq!(survey(&double).derived_weights(&overall(&[1, 2, 3, 4, 5])), Err(collinear));
    let against = survey(&rows).derived_weights(&overall(&[9, 7, 8, 5, 6]));
    let Err(VoiceError::NegativeImportance { factor, coefficient }) = against else { panic!("{against:?}") };
    assert!(factor == "a" && coefficient < -0.9);
}

#[test]
fn derived_weights_of_a_factor_that_does_not_count_are_0_and_not_below() {
    // Satisfaction is three times the first factor, which goes with the others as chance has it.
    let rows = [[1, 4, 2], [2, 7, 5], [7, 1, 6], [4, 4, 1], [6, 2, 3], [3, 3, 7], [5, 6, 2], [2, 1, 1]];
    for places in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]] {
        let rows = rows.map(|row| places.map(|place| row[place]));
        let first = places.iter().position(|&place| place == 0).unwrap();
        let overall = rows.map(|row| Some(Answer::<0, 100>::new(3 * row[first]).unwrap()));
        let derived = Survey::<1, 10>::from_scores(["a", "b", "c"], &rows).unwrap().derived_weights(&overall).unwrap();
        let expected = [0, 1, 2].map(|factor| if factor == first { 1.0 } else { 0.0 });
        assert_eq!(derived.weights.as_slice(), expected);
        assert!((derived.coefficients[first] - 1.0).abs() < 1e-14);
    }
}

#[test]
fn derived_weights_of_factors_that_do_not_count_are_none() {
    // Uncorrelated with everything.
    let survey = Survey::<1, 10>::from_scores(["a"], &[[1], [1], [2], [2]]).unwrap();
    let overall = [4, 6, 4, 6].map(|x| Some(OneToTen::new(x).unwrap()));
    assert_eq!(survey.derived_weights(&overall), Err(VoiceError::Weights(WeightsError::Sum { sum: 0.0 })));
}

#[test]
fn f69_follow_up_coverage_computed() {
    let coverage = Proportion::new(96, 120).unwrap();
    assert_printed(coverage.share().unwrap().get(), ".80");
}

#[test]
fn f69_promises_kept_computed() {
    let promises = Promises { met: 30, late: 6, overdue: 2, open: 4 };
    assert_eq!((promises.kept().part(), promises.kept().whole()), (30, 38));
    assert_printed(promises.kept().share().unwrap().get(), ".789474");
}

#[test]
fn f69_shares_of_nobody_are_none() {
    let nobody = Proportion::new(0, 0).unwrap();
    assert_eq!((nobody.share(), nobody.interval(confidence(0.95))), (None, Ok(None)));
    assert_eq!(Promises { open: 3, ..Promises::default() }.kept().share(), None);
    assert_eq!(Proportion::new(3, 2), Err(VoiceError::PartExceedsWhole { part: 3, whole: 2 }));
    for level in [0.0, 1.0] {
        let wide = nobody.interval(confidence(level));
        assert!(matches!(wide, Err(VoiceError::Unit(UnitError { quantity: "confidence", .. }))), "{level}");
    }
}

#[test]
fn f69_intervals_of_none_and_all_end_at_0_and_1() {
    let interval = |part| Proportion::new(part, 5).unwrap().interval(confidence(0.95)).unwrap().unwrap();
    assert_eq!((interval(0).low, interval(5).high), (0.0, 1.0));
    assert!(interval(0).high > 0.4 && interval(5).low < 0.6);
}

fn case(opened: i8, answered: Option<i8>) -> Case {
    Case::new(june(opened), answered.map(|day| june(day).into())).unwrap()
}

#[test]
fn f69_the_day_of_the_promise_still_keeps_it() {
    let within = days(2.0);
    let at = |case: Case, now: i8| Promises::of_cases(&[case], within, june(now)).unwrap();
    let one = Promises::default();
    assert_eq!(at(case(10, Some(12)), 30), Promises { met: 1, ..one });
    assert_eq!(at(case(10, Some(13)), 30), Promises { late: 1, ..one });
    assert_eq!(at(case(10, None), 12), Promises { open: 1, ..one });
    assert_eq!(at(case(10, None), 13), Promises { overdue: 1, ..one });
    assert_eq!(at(case(10, Some(10)), 10), Promises { met: 1, ..one });
}

#[test]
fn f69_what_happens_later_is_not_known_yet() {
    let at = |case: Case, now: i8| Promises::of_cases(&[case], days(2.0), june(now)).unwrap();
    assert_eq!(at(case(10, Some(12)), 11), Promises { open: 1, ..Promises::default() });
    assert_eq!(at(case(10, Some(14)), 13), Promises { overdue: 1, ..Promises::default() });
    assert_eq!(at(case(10, Some(12)), 9), Promises::default());
}

#[test]
fn f69_a_promise_in_minutes_holds_to_the_nanosecond() {
    const MINUTE: i64 = 60_000_000_000;
    let at = |nanoseconds| Moment::from(Timestamp::from_nanoseconds(nanoseconds));
    for minutes in 1..=600 {
        let within = Span::hours(minutes as f64 / 60.0).unwrap();
        let cases = [0, 1].map(|late| Case::new(at(0), Some(at(minutes * MINUTE + late))).unwrap());
        let promises = Promises::of_cases(&cases, within, at(i64::MAX)).unwrap();
        assert_eq!(promises, Promises { met: 1, late: 1, ..Promises::default() }, "{minutes} minutes");
    }
}

#[test]
fn f69_a_promise_of_a_year_holds_to_the_nanosecond() {
    let opened = Timestamp::from_seconds(0).unwrap();
    let year = 365 * 86_400 * 1_000_000_000;
    let case = |nanoseconds| {
        let answered = Timestamp::from_nanoseconds(nanoseconds).into();
        Case::new(opened, Some(answered)).unwrap()
    };
    let now = Timestamp::from_nanoseconds(2 * year);
    let promises = Promises::of_cases(&[case(year), case(year + 1)], days(365.0), now).unwrap();
    assert_eq!((promises.met, promises.late), (1, 1));
}

#[test]
fn f69_a_promise_in_parts_of_a_week_keeps_its_last_day() {
    // 61 sevenths of a week are less than 61 days by a rounding error.
    let within = Span::weeks(61.0 / 7.0).unwrap();
    assert!(within < days(61.0));
    let case = |after| Case::new(june(1), Some(june(1).plus_days(after).unwrap().into())).unwrap();
    let promises = Promises::of_cases(&[case(61), case(62)], within, june(1).plus_days(90).unwrap()).unwrap();
    assert_eq!((promises.met, promises.late), (1, 1));
}

#[test]
fn no_event_of_a_log_answers_itself() {
    let rows = vec![
        Interaction::new("li", june(3), call()),
        Interaction::new("li", june(5), call()),
        Interaction::new("wu", june(3), call()),
        Interaction::new("wu", june(3), call()),
    ];
    let june_log = log(Granularity::Day, rows);
    let answers = |from| cases(&june_log, is_call, is_call, from).iter().map(Case::answered).collect::<Vec<_>>();
    let on = |day| Some(Moment::from(june(day)));
    assert_eq!(answers(AnswerFrom::SameMoment), [on(5), None, on(3), on(3)]);
    assert_eq!(answers(AnswerFrom::Later), [on(5), None, None, None]);
}

#[test]
fn cases_answered_before_they_were_opened_or_in_another_calendar_are_none() {
    let (opened, answered) = (june(10).into(), june(9).into());
    assert_eq!(Case::new(june(10), Some(answered)), Err(VoiceError::AnsweredBeforeOpened { opened, answered }));
    let instant = Moment::from(Timestamp::from_seconds(0).unwrap());
    let mixed = VoiceError::MixedMoments { one: opened, other: instant };
    assert_eq!(Case::new(june(10), Some(instant)), Err(mixed.clone()));
    let open = [case(10, None)];
    assert_eq!(Promises::of_cases(&open, days(1.0), instant), Err(mixed.clone()));
    assert_eq!(answered_in_time(&open, days(1.0), instant), Err(mixed));
}

#[test]
fn f69_recovery_counts_only_cases_whose_time_is_over() {
    let cases = [case(1, Some(3)), case(1, Some(20)), case(1, None), case(18, Some(18)), case(18, None)];
    let recovered = answered_in_time(&cases, days(7.0), june(20)).unwrap();
    assert_eq!((recovered.part(), recovered.whole()), (1, 3));
    // On the last day of the promise nobody can tell yet; on the day after, those of the 18th count as well.
    let recovered = |day| answered_in_time(&cases, days(7.0), june(day)).unwrap();
    assert_eq!((recovered(25).part(), recovered(25).whole()), (1, 3));
    assert_eq!((recovered(26).part(), recovered(26).whole()), (2, 5));
}

fn log(granularity: Granularity, rows: Vec<Interaction<&'static str>>) -> InteractionLog<&'static str> {
    let window = Window::new(june(1), june(30), FirstSeen::IsNew).unwrap();
    InteractionLog::builder(window, granularity).extend(rows).build().unwrap()
}

fn call() -> Event<&'static str> {
    Event::Contact { channel: "phone".into(), cost: None }
}

fn is_complaint(event: &Event<&'static str>) -> bool {
    matches!(event, Event::Complaint)
}

fn is_call(event: &Event<&'static str>) -> bool {
    matches!(event, Event::Contact { .. })
}

#[test]
fn complaints_of_a_log_are_answered_by_the_same_customer_from_the_same_day_on() {
    let log = log(
        Granularity::Day,
        vec![
            Interaction::new("wu", june(9), call()),
            Interaction::new("li", june(5), Event::Complaint),
            Interaction::new("li", june(3), call()),
            Interaction::new("li", june(5), call()),
            Interaction::new("li", june(7), Event::Complaint),
            Interaction::new("li", june(8), Event::Complaint),
            Interaction::new("li", june(9), call()),
            Interaction::new("xu", june(9), Event::Complaint),
        ],
    );
    let found = cases(&log, is_complaint, is_call, AnswerFrom::SameMoment);
    assert_eq!(found, [case(5, Some(5)), case(7, Some(9)), case(8, Some(9)), case(9, None)]);
    let later = cases(&log, is_complaint, is_call, AnswerFrom::Later);
    assert_eq!(later[0], case(5, Some(9)));
}

#[test]
fn complaints_of_a_log_of_instants_keep_their_instants() {
    let at = |seconds: i64| Timestamp::from_seconds(1_718_000_000 + seconds).unwrap();
    let log = log(
        Granularity::Instant,
        vec![Interaction::new("li", at(0), Event::Complaint), Interaction::new("li", at(3_600), call())],
    );
    let found = cases(&log, is_complaint, is_call, AnswerFrom::SameMoment);
    assert_eq!(found, [Case::new(at(0), Some(at(3_600).into())).unwrap()]);
    let hour = Promises::of_cases(&found, Span::hours(1.0).unwrap(), at(9_999)).unwrap();
    assert_eq!(hour.met, 1);
}

#[test]
fn answers_of_a_log_are_rows_by_customer_and_the_last_one_counts() {
    let said = |id, day, question: &str, answer| {
        Interaction::new(id, june(day), OneToTen::new(answer).unwrap().event(question))
    };
    let rows = vec![
        said("wu", 4, "advice", 3),
        said("li", 9, "advice", 9),
        said("li", 2, "advice", 2),
        said("li", 2, "waiting", 7),
        said("xu", 2, "parking", 10),
    ];
    let survey = Survey::<1, 10>::of_log(&log(Granularity::Day, rows), ["waiting", "advice"]).unwrap();
    let rows = [vec![Some(7.0), Some(9.0)], vec![None, Some(3.0)], vec![None, None]];
    assert_eq!(survey.figures(), rows);
}

#[test]
fn answers_of_a_log_off_the_scale_name_customer_and_question() {
    let said = |id, score| Interaction::new(id, june(4), Event::SurveyResponse { question: "advice".into(), score });
    let log = log(Granularity::Day, vec![said("li", 5.0), said("wu", 0.0)]);
    let source = Box::new(VoiceError::Answer { value: 0.0, low: 1, high: 10 });
    let problem = VoiceError::LoggedAnswer { customer: 1, question: "advice".into(), source };
    assert_eq!(Survey::<1, 10>::of_log(&log, ["advice"]), Err(problem));
    assert_eq!(Survey::<0, 10>::of_log(&log, ["advice"]).unwrap().column("advice"), Some(vec![Some(5.0), Some(0.0)]));
}

#[test]
fn participation_is_of_members_only_and_of_each_once() {
    let bought = |id| Interaction::purchase(id, june(4), Money::from_minor(100, Currency::EUR));
    let log = log(
        Granularity::Day,
        vec![bought("li"), bought("li"), bought("stranger"), Interaction::new("wu", june(4), call())],
    );
    let buys = |event: &Event<&str>| matches!(event, Event::Purchase { .. });
    let active = participation(&log, &["xu", "wu", "li", "ma"], buys).unwrap();
    assert_eq!((active.part(), active.whole()), (1, 4));
    assert_eq!(participation(&log, &[], buys).unwrap().share(), None);
    let twice = participation(&log, &["wu", "li", "xu", "li", "wu"], buys);
    assert_eq!(twice, Err(VoiceError::DuplicateMember { row: 3, earlier: 1 }));
}

#[test]
fn reliability_of_ieee_1366_ratios_computed() {
    let outage = |customers, hours| Outage { customers, duration: Span::hours(hours).unwrap() };
    let year = Reliability::new(2_000, &[outage(500, 2.0), outage(1_500, 1.0), outage(2_000, 0.25)]).unwrap();
    assert_eq!(year.interruptions_per_customer, 2.0);
    assert!((year.downtime_per_customer.as_hours() - 1.5).abs() < 1e-12);
    assert!((year.downtime_per_interruption.unwrap().as_hours() - 0.75).abs() < 1e-12);
}

#[test]
fn reliability_without_outages_or_customers() {
    let perfect = Reliability::new(10, &[]).unwrap();
    assert_eq!((perfect.interruptions_per_customer, perfect.downtime_per_customer), (0.0, Span::ZERO));
    assert_eq!(perfect.downtime_per_interruption, None);
    let nobody = VoiceError::TooFew { items: "customers served", least: 1, found: 0 };
    assert_eq!(Reliability::new(0, &[]), Err(nobody));
    let outage = Outage { customers: 11, duration: Span::ZERO };
    assert_eq!(Reliability::new(10, &[outage]), Err(VoiceError::PartExceedsWhole { part: 11, whole: 10 }));
    let longest = vec![Outage { customers: 10, duration: days(1e12) }; 2];
    assert!(matches!(Reliability::new(10, &longest), Err(VoiceError::Unit(UnitError { value: 2e12, .. }))));
}

#[test]
fn outages_as_long_as_spans_can_be_have_that_mean() {
    let outage = |customers| Outage { customers, duration: days(1e12) };
    for customers in [6_334_590_672_782_344_338, 1_869_433_477_580_526_123] {
        let year = Reliability::new(u64::MAX, &[outage(customers)]).unwrap();
        assert_eq!(year.downtime_per_interruption, Some(days(1e12)));
    }
}

#[test]
fn g50_completeness_of_a_profile_computed() {
    let profile = [Some(1), None, Some(2), None, Some(3)];
    let completeness = Completeness::new(&Weights::equal(5).unwrap(), &profile).unwrap();
    assert_printed(completeness.share.get(), ".6");
    assert_eq!(completeness.missing, [1, 3]);
}

#[test]
fn g50_completeness_asks_first_for_what_weighs_most() {
    let profile = [None, Some("x"), None, None];
    let completeness = Completeness::new(&weights(&[0.125, 0.25, 0.5, 0.125]), &profile).unwrap();
    assert_eq!((completeness.share.get(), completeness.missing), (0.25, vec![2, 0, 3]));
    let nothing = Completeness::new(&weights(&[1.0]), &[None::<u8>]).unwrap();
    assert_eq!(nothing.share.get(), 0.0);
    let thirds = Completeness::new(&Weights::equal(3).unwrap(), &[Some(1), Some(1), Some(1)]).unwrap();
    assert_eq!((thirds.share.get(), thirds.missing), (1.0, vec![]));
    let short = Completeness::new(&weights(&[1.0]), &[Some(1), None]);
    assert_eq!(short, Err(VoiceError::Lengths { items: "fields", expected: 1, found: 2 }));
}

#[test]
fn g51_disconfirmation_of_answers_computed() {
    let [six, seven] = [6, 7].map(|answer| [OneToSeven::new(answer).unwrap(); 22]);
    let answers = ServqualAnswers { expected: seven, perceived: six };
    for dimension in QualityDimension::ALL {
        assert_eq!(answers.disconfirmation(dimension).difference(), -1.0);
    }
}

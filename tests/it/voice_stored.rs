//! Values of the room `voice` as they are stored: what is read went through the checks of `new`.
#![cfg(feature = "serde")]

use customer_value::voice::{
    Case, Cell, Crosshair, DriftLimits, FactorPoint, FactorReport, IndexPoints, LeastAnswers, NetPromoter, OneToTen,
    Outage, Promises, Proportion, Quadrant, Reading, Survey,
};
use customer_value::{Day, Span, Weights};

use crate::delivered_stored::assert_stored;

fn survey() -> Survey<1, 5> {
    Survey::from_scores(["waiting", "coffee"], &[[Some(4), Some(2)], [Some(5), None], [Some(3), None]]).unwrap()
}

fn report(weights: [f64; 2]) -> FactorReport {
    survey().report(&Weights::new(weights).unwrap(), IndexPoints::Hundred, LeastAnswers::TWO).unwrap()
}

#[test]
fn answers_and_surveys() {
    assert_stored(&OneToTen::new(7).unwrap(), &[("7", "11"), ("7", "0"), ("7", "6.5")]);
    assert_stored(&LeastAnswers::new(30).unwrap(), &[("30", "1")]);
    assert_stored(&survey(), &[("coffee", "waiting"), ("[5,null]", "[5]"), ("[4,2]", "[4,6]")]);
}

#[test]
fn reports_and_their_cells() {
    let sound = report([1.0, 0.0]);
    assert_stored(
        &sound,
        &[
            ("coffee", "waiting"),
            ("[1.0,0.0]", "[1.0]"),
            ("\"value\":75.0", "\"value\":175.0"),
            ("\"value\":75.0", "\"value\":74.0"),
            ("\"n\":3", "\"n\":1"),
            ("\"standard_error\":14", "\"standard_error\":-14"),
            ("\"high\":5", "\"high\":1"),
        ],
    );
    // The index of a factor that is not shown cannot be shown.
    let suppressed = serde_json::to_string(&report([0.5, 0.5])).unwrap();
    let shown = serde_json::to_string(sound.index()).unwrap();
    let (head, _) = suppressed.split_once("\"index\":").unwrap();
    assert!(serde_json::from_str::<FactorReport>(&suppressed).is_ok());
    assert!(serde_json::from_str::<FactorReport>(&format!("{head}\"index\":{shown}}}")).is_err());
    let Cell::Shown(reading) = sound.index() else { panic!() };
    assert_stored::<Reading>(reading, &[("75.0", "75000.0"), ("\"n\":3", "\"n\":0")]);
}

#[test]
fn limits_of_a_quiet_time() {
    let limits = DriftLimits::from_baseline(&[sound(4), sound(5), sound(4)], 3.0).unwrap();
    assert_stored(
        &limits,
        &[
            ("coffee", "waiting"),
            ("[\"waiting\",\"coffee\"]", "[\"waiting\"]"),
            ("[\"waiting\",\"coffee\"]", "[]"),
            ("[1,5,", "[5,5,"),
            ("\"Hundred\"", "\"Dozen\""),
        ],
    );
    let again: DriftLimits = serde_json::from_str(&serde_json::to_string(&limits).unwrap()).unwrap();
    assert_eq!(again.verdict(&sound(4)), limits.verdict(&sound(4)));
    assert_eq!(again.verdict(&report([0.5, 0.5])), limits.verdict(&report([0.5, 0.5])));
}

fn sound(waiting: u8) -> FactorReport {
    let survey = Survey::<1, 5>::from_scores(["waiting", "coffee"], &[[waiting, 2], [waiting, 3]]).unwrap();
    survey.report(&Weights::equal(2).unwrap(), IndexPoints::Hundred, LeastAnswers::TWO).unwrap()
}

#[test]
fn cases_counts_and_points() {
    let day = |day| Day::new(2024, 6, day).unwrap();
    assert_stored(&Case::new(day(3), Some(day(5).into())).unwrap(), &[("2024-06-03", "2024-06-06")]);
    assert_stored(&Proportion::new(3, 4).unwrap(), &[("3", "5")]);
    assert_stored(&Promises { met: 1, late: 2, overdue: 3, open: 4 }, &[("1", "-1")]);
    assert_stored(&NetPromoter { promoters: 1, passives: 2, detractors: 3 }, &[("1", "-1")]);
    assert_stored(&Outage { customers: 3, duration: Span::days(0.5).unwrap() }, &[("0.5", "-0.5")]);
    assert_stored(&Crosshair::At { importance: 0.5, performance: 0.25 }, &[("At", "Nowhere")]);
    assert_stored(&Quadrant::KeepUp, &[("KeepUp", "Keep")]);
    assert_stored(&FactorPoint { factor: "a".into(), importance: 0.5, performance: 0.25 }, &[("0.5", "null")]);
}

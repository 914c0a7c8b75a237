//! GGompertz/NBD on CDNOW: it degenerates to Pareto/NBD, as Adler (2022) found of the fit of Bemmaor and Glady (2012).

use customer_value::{
    CountModel, FirstSeen, Fit, GgompertzNbd, GgompertzNbdParams, Mle, ParetoNbd, Patterns, Probability,
    PurchaseHistory, Span, TimeUnit, Verdict,
};

use crate::cdnow::{day, log};
use crate::shared::{cdnow_summary, relative_error};

fn fits(data: &Patterns) -> (Fit<GgompertzNbd>, Fit<ParetoNbd>) {
    (Mle::default().fit(data.clone()).unwrap(), Mle::default().fit(data.clone()).unwrap())
}

#[test]
fn ggompertz_nbd_on_cdnow_degenerates_to_pareto_nbd_as_adler_2022_found() {
    let (summary, _): (Vec<PurchaseHistory>, Vec<_>) = cdnow_summary().into_iter().unzip();
    let day_exact = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    for data in [Patterns::from(&summary), Patterns::from(&day_exact)] {
        let (gompertz, pareto) = fits(&data);
        let verdict = Verdict::Boundary { parameters: vec!["b".into()], limit: Some("Pareto/NBD") };
        assert_eq!(gompertz.certificate().verdict, verdict);
        let supremum = pareto.log_likelihood(TimeUnit::Week);
        let gap = gompertz.log_likelihood(TimeUnit::Week) - supremum;
        assert!(gap.abs() < 1e-6, "{gap}");

        let (own, limit) = (gompertz.estimates(TimeUnit::Week), pareto.estimates(TimeUnit::Week));
        for (own, limit) in [(&own[0], &limit[0]), (&own[1], &limit[1]), (&own[3], &limit[2])] {
            assert_eq!(own.name, limit.name);
            assert!(relative_error(own.value, limit.value) < 1e-4, "{own} {limit}");
            let errors = (own.standard_error.unwrap(), limit.standard_error.unwrap());
            assert!(relative_error(errors.0, errors.1) < 1e-4, "{own} {limit}");
        }
        // What the data do not tell has no error, and no interval.
        assert_eq!((own[2].standard_error, own[4].standard_error), (None, None));
        assert_eq!((gompertz.covariance(TimeUnit::Week), gompertz.ln_covariance()), (None, None));
        let all = gompertz.wald_intervals(Probability::new(0.95).unwrap(), TimeUnit::Week);
        for index in [2, 4] {
            assert_eq!((all[index].interval.low, all[index].interval.high), (0.0, f64::INFINITY));
        }
        // β/b is the β of Pareto/NBD.
        let GgompertzNbdParams { b_per_day, beta, .. } = gompertz.model().params();
        assert!(relative_error(beta / b_per_day / 7.0, limit[3].value) < 1e-4, "{}", beta / b_per_day);
        // So it predicts what that predicts.
        let year = Span::weeks(52.0).unwrap();
        for row in data.rows().iter().step_by(97) {
            let own = gompertz.model().forecast(&row.history).expected_purchases(year);
            let limit = pareto.model().forecast(&row.history).expected_purchases(year);
            assert!(relative_error(own, limit) < 1e-4, "{own} {limit}");
        }
        // And is as sure of it: beta moves with the others, though it means nothing by itself.
        let newcomer = PurchaseHistory::acquired();
        let own = gompertz.delta(|model| model.forecast(&newcomer).expected_purchases(year)).unwrap();
        let limit = pareto.delta(|model| model.forecast(&newcomer).expected_purchases(year)).unwrap();
        assert!(relative_error(own.standard_error, limit.standard_error) < 1e-3, "{own:?} {limit:?}");
    }
}

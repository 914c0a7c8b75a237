//! How good are the forecasts, and which model makes the best ones: five cuts of CDNOW, all count models, four rules.
//!
//! Data: 6,919 purchases of the 2,357 customers in the 1/10 sample of CDNOW who first bought in January to March
//! 1997, made public by P. Fader and B. Hardie; the copy in `data/` is that of the PyPI package Lifetimes (MIT).

use std::error::Error;
use std::ops::ControlFlow;

use customer_value::evaluate::{
    Backtest, Backtested, Baseline, Contender, CountForecast, Fold, Score, SpendIndependence, Surprise,
};
use customer_value::{
    Currency, Day, FirstSeen, Granularity, Holdout, Interaction, InteractionLog, Mle, ModelKind, Money, Probability,
    Progress, Span, Window,
};
use indicatif::{ProgressBar, ProgressStyle};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let log = purchases()?;
    let backtest = Backtest {
        cuts: [(1997, 6, 30), (1997, 7, 31), (1997, 9, 30), (1997, 12, 31), (1998, 3, 31)]
            .into_iter()
            .map(|(year, month, day)| Day::new(year, month, day))
            .collect::<Result<_, _>>()?,
        horizon: Span::whole_days(91),
        models: vec![
            ModelKind::Nbd,
            ModelKind::BgNbd,
            ModelKind::MbgNbd,
            ModelKind::BgCnbd(2),
            ModelKind::MbgCnbd(2),
            ModelKind::ParetoNbd,
            ModelKind::GgompertzNbd,
        ],
        baselines: vec![
            Baseline::Mean,
            Baseline::LastPeriod,
            Baseline::Hiatus(Span::whole_days(90)),
            Baseline::LearnedHiatus,
        ],
        mle: Mle::default(),
    };

    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:40} {pos} of {len} forecasts")?);
    let judged = backtest.run(&log, |progress: Progress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.done as u64);
        ControlFlow::Continue(())
    })?;
    bar.finish_and_clear();

    println!("CDNOW: forecasts of the next 91 days at five cuts, from what was known at each.\n");
    totals(&judged)?;
    scores(&judged)?;
    ranking(&judged)?;
    let fold = &judged.folds()[2];
    let pareto = contender(fold, "Pareto/NBD")?;
    calibration(fold, pareto)?;
    spend(fold, pareto)?;
    surprise(fold, pareto)
}

/// Expected and actual totals, cut by cut.
fn totals(judged: &Backtested<u32>) -> Outcome<()> {
    println!("Purchases expected less made, in percent, with 95 % intervals (x: outside)\n");
    print!("  {:38}", "");
    for fold in judged.folds() {
        print!(" {:>18}", fold.cut().to_string());
    }
    print!("\n  {:38}", "made");
    for fold in judged.folds() {
        print!(" {:>18}", fold.actual().iter().sum::<u32>());
    }
    println!();
    let level = Probability::new(0.95)?;
    for (index, contender) in judged.folds()[0].contenders().iter().enumerate() {
        print!("  {:38}", contender.candidate());
        for fold in judged.folds() {
            let total = fold.contenders()[index].total();
            let percent = |purchases: f64| 100.0 * (purchases / total.actual as f64 - 1.0);
            let text = total.interval(level).map_or_else(
                || format!("{:+.0}", percent(total.expected)),
                |interval| {
                    let outside = if interval.contains(total.actual as f64) { "" } else { " x" };
                    let (low, high) = (percent(interval.low), percent(interval.high));
                    format!("{:+.0} ({low:+.0} to {high:+.0}){outside}", percent(total.expected))
                },
            );
            print!(" {text:>18}");
        }
        println!();
    }
    Ok(())
}

/// Mean losses over all cuts, and the order that forecasts put customers in.
fn scores(judged: &Backtested<u32>) -> Outcome<()> {
    println!(
        "\nMean losses over all customers and cuts; Gini as a share of the best, lift of the best tenth, third cut\n"
    );
    let scores = [
        Score::Log,
        Score::Crps,
        Score::Quantile(Probability::new(0.9)?),
        Score::AbsoluteError,
        Score::AbsoluteErrorOfMedian,
        Score::SquaredError,
    ];
    println!(
        "  {:38} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>6}",
        "", "log", "CRPS", "90 % q.", "|mean|", "|median|", "RMSE", "Gini", "lift"
    );
    let comparisons: Vec<_> = scores.iter().map(|&score| judged.compare(score)).collect::<Result<_, _>>()?;
    for contender in judged.folds()[2].contenders() {
        print!("  {:38}", contender.candidate());
        for comparison in &comparisons {
            let own = comparison.ranking().iter().find(|ranked| ranked.candidate == *contender.candidate());
            let root = comparison.score() == Score::SquaredError;
            let loss = own.map(|ranked| if root { ranked.loss.sqrt() } else { ranked.loss });
            print!(" {:>8}", loss.map_or_else(|| "-".into(), |loss| format!("{loss:.4}")));
        }
        let judged = contender.assessment();
        println!(" {:6.3} {:6.2}", judged.ranking()?.normalised(), judged.lift(10)?[0].lift);
    }
    Ok(())
}

fn ranking(judged: &Backtested<u32>) -> Outcome<()> {
    let comparison = judged.compare(Score::Crps)?;
    println!(
        "\nRanked by {}: mean, and by how much behind the best (± standard error, by customer)\n",
        comparison.score()
    );
    for ranked in comparison.ranking() {
        let behind = ranked.standard_error.map(|error| format!("{:+.5} ± {error:.5}", ranked.behind));
        println!("  {:38} {:.5}  {}", ranked.candidate, ranked.loss, behind.unwrap_or_default());
    }
    let best = comparison.best_model().ok_or("nobody scored")?;
    if let (Some(second), Some(confidence)) = (best.runner_up, best.confidence) {
        println!(
            "\n  Best: {}, by {:.5} before {}; sure to {:.1} % were the two compared alone.",
            best.candidate,
            second.behind,
            second.candidate,
            100.0 * confidence.get()
        );
    }
    Ok(())
}

fn calibration(fold: &Fold<u32>, contender: &Contender) -> Outcome<()> {
    println!(
        "\n{} at the cut on {}: purchases a customer by repeat purchases before\n",
        contender.candidate(),
        fold.cut()
    );
    println!("  before  customers  expected    made");
    let histories = fold.split().calibration.purchases();
    for class in contender.assessment().calibration_by_frequency(histories, 7)?.classes() {
        let more = if class.lowest >= 7.0 { "+" } else { " " };
        println!(
            "  {:5}{more} {:10} {:9.3} {:7.3}",
            class.lowest,
            class.customers,
            class.mean_expected(),
            class.mean_actual()
        );
    }
    Ok(())
}

fn spend(fold: &Fold<u32>, contender: &Contender) -> Outcome<()> {
    let test = SpendIndependence::of(&fold.split().calibration)?;
    let level = Probability::new(0.95)?;
    println!("\nDoes spend go with frequency? Correlations with the number of repeat purchases\n");
    for (name, correlation) in [("numbers", test.numbers), ("ranks", test.ranks)] {
        println!(
            "  {name:8} {:.3} ({}), p = {:.4}, {} customers",
            correlation.coefficient,
            correlation.interval(level),
            correlation.p_value().get(),
            correlation.customers
        );
    }
    let values = fold.values(contender, Mle::default())?;
    println!("\nSpend after the cut, {} with gamma-gamma: mean losses a customer\n", contender.candidate());
    for score in [Score::Crps, Score::AbsoluteError, Score::AbsoluteErrorOfMedian] {
        println!("  {:30} {}", score.to_string(), values.assessment().mean_loss(score)?);
    }
    let total = values.total();
    let interval =
        total.interval(level).map_or_else(|| "-".into(), |held| format!("{:.0} to {:.0}", held.low, held.high));
    println!("\n  all customers: expected {} ({interval}), spent {}", total.expected, total.actual);
    Ok(())
}

/// Who came back against all odds, and who stayed away.
fn surprise(fold: &Fold<u32>, contender: &Contender) -> Outcome<()> {
    let split = fold.split();
    let forecasts = contender.assessment().forecasts().iter().zip(&split.holdout);
    let of =
        |(forecast, holdout): (&CountForecast, &Holdout)| Some(forecast.distribution()?.surprise(holdout.purchases()));
    let surprises: Vec<Surprise> = forecasts.map(of).collect::<Option<_>>().ok_or("no distribution")?;
    let most = |tail: fn(&Surprise) -> Probability| {
        (0..surprises.len())
            .min_by(|&one, &other| tail(&surprises[one]).get().total_cmp(&tail(&surprises[other]).get()))
    };
    println!("\nMost surprising among {} customers\n", surprises.len());
    for (text, index) in [("bought", most(|one| one.at_least)), ("bought only", most(|one| one.at_most))] {
        let index = index.ok_or("nobody")?;
        let history = split.calibration.purchases()[index];
        println!(
            "  customer {:04}: {} repeat purchases, the last {:.0} days before the cut; then {text} {}: P(N >= n) = {:.1e}, P(N <= n) = {:.1e}",
            split.calibration.ids()[index],
            history.repeats(),
            history.time_since_last().as_days(),
            split.holdout[index].purchases(),
            surprises[index].at_least.get(),
            surprises[index].at_most.get()
        );
    }
    Ok(())
}

fn contender<'a>(fold: &'a Fold<u32>, name: &str) -> Outcome<&'a Contender> {
    let found = fold.contenders().iter().find(|contender| contender.candidate().to_string() == name);
    Ok(found.ok_or("no such contender")?)
}

fn purchases() -> Outcome<InteractionLog<u32>> {
    let mut rows = Vec::new();
    for line in include_str!("../data/CDNOW_sample.txt").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, customer, date, _, dollars] = fields[..] else { return Err("five columns expected".into()) };
        let day = Day::new(date[..4].parse()?, date[4..6].parse()?, date[6..].parse()?)?;
        rows.push(Interaction::purchase(customer.parse()?, day, Money::parse(dollars, Currency::USD)?));
    }
    // The sample was drawn among those who bought for the first time, so all of them are new.
    let window = Window::new(Day::new(1997, 1, 1)?, Day::new(1998, 6, 30)?, FirstSeen::IsNew)?;
    Ok(InteractionLog::builder(window, Granularity::Day).source("CDNOW_sample.txt").extend(rows).build()?)
}

//! Customers of a machine builder in four dimensions, with weights that are judged and measured; the service of a
//! workshop by votes for grades; and how far the ranking can be trusted.
//!
//! All figures, judgements and votes are invented.

use std::error::Error;

use customer_value::index::{
    Admissible, Assessment, Combination, Constant, FittedIndex, FuzzyOperator, Grey, Interpolation, Judgements,
    LifecycleWeights, Missing, PriorityMethod, RandomIndex, Ranking, RankingMethod, Robustness, Scale, Sense, Table,
    Topsis, Tree, TreeScore, Vikor, entropy_weights, rank_reversals, stability_radius,
};
use customer_value::{Probability, Seed, Weights};

type Outcome<T> = Result<T, Box<dyn Error>>;

const DIMENSIONS: [&str; 4] = ["financial", "market", "management", "learning and growth"];
const CUSTOMERS: [&str; 5] = ["Foundry", "Dairy", "Shipyard", "Printer", "Brewery"];

/// A row for each indicator of the template, a column for each customer; a gap where nobody knows.
#[rustfmt::skip]
const FIGURES: [[Option<f64>; 5]; 17] = [
    [Some(182.0), Some(95.0), Some(240.0), Some(61.0), Some(120.0)], // contribution margin, kEUR
    [Some(0.04), Some(0.05), Some(0.12), Some(0.02), Some(0.08)],    // growth of revenue
    [Some(38.0), Some(35.0), Some(28.0), Some(45.0), Some(30.0)],    // days to payment
    [Some(3.5), Some(4.0), Some(4.4), Some(3.1), Some(4.2)],         // payment discipline, 1 to 5
    [Some(0.55), Some(0.35), Some(0.70), Some(0.20), Some(0.45)],    // share of wallet
    [Some(14.0), Some(22.0), Some(6.0), Some(9.0), Some(18.0)],      // orders per year
    [Some(1.0), Some(4.0), Some(0.0), Some(1.0), Some(3.0)],         // referrals
    [Some(3.8), Some(4.5), Some(3.0), None, Some(4.1)],              // satisfaction, 1 to 5
    [Some(3.6), Some(4.2), Some(3.9), None, Some(4.0)],              // loyalty, 1 to 5
    [Some(24.0), Some(16.0), Some(41.0), Some(12.0), Some(19.0)],    // cost to serve, kEUR
    [Some(0.06), Some(0.02), Some(0.11), Some(0.05), Some(0.03)],    // complaints per order
    [Some(3.0), Some(4.0), Some(2.5), Some(3.0), Some(3.5)],         // sharing of information, 1 to 5
    [Some(3.2), Some(3.8), Some(2.8), Some(3.4), Some(3.6)],         // openness of decisions, 1 to 5
    [Some(2.0), Some(5.0), Some(1.0), Some(1.0), Some(4.0)],         // new products taken up
    [Some(1.0), Some(2.0), Some(3.0), Some(0.0), Some(1.0)],         // joint projects
    [Some(2.9), Some(4.1), Some(2.2), Some(2.0), Some(3.9)],         // growth of the customer's market, 1 to 5
    [Some(3.3), Some(4.4), Some(2.6), Some(2.8), Some(4.0)],         // readiness to change, 1 to 5
];

fn main() -> Outcome<()> {
    println!("ALL FIGURES, JUDGEMENTS AND VOTES ARE INVENTED.\n");
    let plain = Tree::four_dimensions().fit(Scale::MinMax, &customers(), Constant::Reject)?;
    let dimensions = dimension_scores(&scored(&plain)?)?;
    let weights = print_weights(&dimensions)?;
    let index = Tree::four_dimensions().with_weights("customer", &weights)?;
    let index = index.fit(Scale::MinMax, &customers(), Constant::Reject)?;
    let scores = scored(&index)?;
    print_index(&scores)?;
    print_contributions(&scores[0])?;
    print_lifecycle(&weights, &dimensions)?;
    print_rankings(&dimensions, &weights)?;
    print_robustness(&dimensions, &weights)?;
    print_service()
}

/// A row for each customer.
fn customers() -> Vec<Vec<Option<f64>>> {
    (0..CUSTOMERS.len()).map(|customer| FIGURES.iter().map(|row| row[customer]).collect()).collect()
}

fn scored(index: &FittedIndex) -> Outcome<Vec<TreeScore>> {
    customers().iter().map(|figures| Ok(index.score(figures, Missing::Renormalise)?)).collect()
}

/// The customers by their scores in the four dimensions, of which more is better.
fn dimension_scores(scores: &[TreeScore]) -> Outcome<Table> {
    let mut rows = Vec::new();
    for score in scores {
        rows.push(DIMENSIONS.map(|name| score.branch(name).unwrap_or_default()));
    }
    Ok(Table::new([Sense::Benefit; 4], &rows)?)
}

fn print_weights(dimensions: &Table) -> Outcome<Weights> {
    // Financial twice as important as market, three times as management, and so on.
    let judgements = Judgements::from_upper([2.0, 3.0, 4.0, 2.0, 2.0, 1.0])?;
    let priorities = judgements.priorities(PriorityMethod::Eigenvector, RandomIndex::Saaty)?;
    let consistency = priorities.consistency();
    let judged = priorities.weights()?;
    let measured = entropy_weights(dimensions)?;
    let both = Combination::RelativeEntropy.of(&[judged.clone(), measured.clone()])?;
    println!("What the four dimensions weigh\n");
    println!("  {:<22}{:>10}{:>10}{:>10}", "", "judged", "measured", "combined");
    for (place, name) in DIMENSIONS.iter().enumerate() {
        let of = |weights: &Weights| weights.as_slice()[place];
        println!("  {name:<22}{:>10.3}{:>10.3}{:>10.3}", of(&judged), of(&measured), of(&both));
    }
    println!(
        "\n  Judged in pairs (AHP): λ = {:.4}, consistency ratio {:.4} (limit 0.1).",
        consistency.lambda(),
        consistency.ratio()
    );
    println!("  Measured by entropy: what sets these customers apart weighs more. Combined: the geometric mean.\n");
    Ok(both)
}

fn print_index(scores: &[TreeScore]) -> Outcome<()> {
    let totals: Vec<f64> = scores.iter().map(TreeScore::total).collect();
    let ranks = Ranking::new(totals)?.ranks();
    println!("The index (0 worst to 1 best of these customers; gaps are filled by siblings)\n");
    println!(
        "  {:<10}{:>11}{:>9}{:>13}{:>11}{:>9}{:>7}",
        "", "financial", "market", "management", "learning", "index", "rank"
    );
    for ((name, score), rank) in CUSTOMERS.iter().zip(scores).zip(ranks) {
        let [a, b, c, d] = DIMENSIONS.map(|dimension| score.branch(dimension).unwrap_or_default());
        println!("  {name:<10}{a:>11.3}{b:>9.3}{c:>13.3}{d:>11.3}{:>9.3}{rank:>7}", score.total());
    }
    let tree = Tree::four_dimensions();
    let gaps = tree.completeness(&customers()[3])?;
    println!("\n  Of the Printer, {:.1} % of the index (by the template's weights) is known.\n", 100.0 * gaps);
    Ok(())
}

fn print_contributions(score: &TreeScore) -> Outcome<()> {
    let mut parts: Vec<_> = score.contributions().iter().collect();
    parts.sort_by(|one, other| (other.weight - other.amount).total_cmp(&(one.weight - one.amount)));
    println!("Where the {} loses most of the points it could have\n", CUSTOMERS[0]);
    println!("  {:<34}{:>8}{:>8}{:>9}{:>8}", "", "weight", "score", "adds", "lost");
    for part in parts.iter().take(5) {
        let known = part.score.ok_or("no score")?;
        let lost = part.weight - part.amount;
        println!("  {:<34}{:>8.3}{known:>8.3}{:>9.4}{lost:>8.4}", part.indicator, part.weight, part.amount);
    }
    println!("\n  All {} contributions add up to the index, {:.3}.\n", parts.len(), score.total());
    Ok(())
}

fn print_lifecycle(partner: &Weights, dimensions: &Table) -> Outcome<()> {
    let early = Weights::new([0.15, 0.30, 0.15, 0.40])?;
    let stages = LifecycleWeights::new([("early", early), ("partner", partner.clone())], Interpolation::LogRatio)?;
    println!("The same customers, were they at other stages of the relationship (weights between by log-ratio)\n");
    println!("  {:<26}{}", "", CUSTOMERS.map(|name| format!("{name:>10}")).concat());
    for (gone, name) in [(0.0, "early"), (0.5, "halfway"), (1.0, "partner (as above)")] {
        let weights = stages.between("early", "partner", Probability::new(gone)?)?;
        let row = |customer: usize| dimensions.row(customer).unwrap_or_default();
        let index = |customer: usize| row(customer).iter().zip(weights.as_slice()).map(|(s, w)| s * w).sum::<f64>();
        let columns: Vec<String> = (0..CUSTOMERS.len()).map(|customer| format!("{:>10.3}", index(customer))).collect();
        println!("  {name:<26}{}", columns.concat());
    }
    println!();
    Ok(())
}

fn methods() -> Outcome<[(&'static str, RankingMethod); 5]> {
    Ok([
        ("weighted sum, min–max", RankingMethod::WeightedSum(Scale::MinMax)),
        ("TOPSIS, vector", RankingMethod::Topsis(Topsis::Vector)),
        ("TOPSIS, min–max", RankingMethod::Topsis(Topsis::MinMax)),
        ("VIKOR, v = ½", RankingMethod::Vikor(Vikor { majority: Probability::new(0.5)? })),
        ("grey relation, ρ = ½", RankingMethod::Grey(Grey::new(0.5)?)),
    ])
}

fn print_rankings(dimensions: &Table, weights: &Weights) -> Outcome<()> {
    println!("Ranks by five methods, on the four dimensions with the combined weights\n");
    println!("  {:<26}{}{:>14}", "", CUSTOMERS.map(|name| format!("{name:>10}")).concat(), "reversals");
    for (name, method) in methods()? {
        let ranks = method.rank(dimensions, weights)?.ranks();
        let reversals = rank_reversals(method, dimensions, weights)?.len();
        println!(
            "  {name:<26}{}{reversals:>14}",
            ranks.iter().map(|rank| format!("{rank:>10}")).collect::<Vec<_>>().concat()
        );
    }
    let compromise = Vikor { majority: Probability::new(0.5)? }.compromise(dimensions, weights)?;
    let accepted: Vec<&str> = compromise.accepted.iter().map(|&customer| CUSTOMERS[customer]).collect();
    println!("\n  Reversals: pairs that change places when a third customer is left out.");
    println!("  VIKOR accepts: {}.\n", accepted.join(", "));
    Ok(())
}

fn print_robustness(dimensions: &Table, weights: &Weights) -> Outcome<()> {
    let method = RankingMethod::WeightedSum(Scale::MinMax);
    println!("How often the order by weighted sums holds when the weights vary (20,000 draws)\n");
    println!("  {:<34}{:>10}   best of all: share of the draws", "weights", "order");
    let tenth = Probability::new(0.1)?;
    let half = Probability::new(0.5)?;
    let cases = [
        ("a tenth replaced by any", Admissible::Within(tenth)),
        ("half replaced by any", Admissible::Within(half)),
        ("any in the same order", Admissible::SameOrder),
        ("any", Admissible::Any),
    ];
    for (name, admissible) in cases {
        let robustness = Robustness::sampled(method, dimensions, weights, admissible, 20_000, Seed::new(2026))?;
        let best = CUSTOMERS.iter().zip(&robustness.best).filter(|(_, share)| **share > 0.0);
        let best: Vec<String> = best.map(|(customer, share)| format!("{customer} {:.1} %", 100.0 * share)).collect();
        println!("  {name:<34}{:>8.1} %   {}", 100.0 * robustness.order_holds, best.join(", "));
    }
    let rows: Vec<&[f64]> = (0..CUSTOMERS.len()).filter_map(|customer| dimensions.row(customer)).collect();
    let radius = stability_radius(&rows, weights)?.get();
    println!(
        "\n  Exactly, for the index itself: up to {:.1} % of the weights may be replaced by any others",
        100.0 * radius
    );
    println!("  before anybody changes places.\n");
    Ok(())
}

fn print_service() -> Outcome<()> {
    println!("The service of a workshop, by 40 votes for each part (fuzzy comprehensive evaluation)\n");
    let votes = [("reception", [16, 14, 8, 2]), ("repair", [8, 20, 10, 2]), ("price", [2, 10, 18, 10])];
    let grades = ["excellent", "good", "fair", "poor"];
    let row = |name: &str, values: &[f64]| {
        println!("  {name:<26}{}", values.iter().map(|value| format!("{value:>11.3}")).collect::<Vec<_>>().concat());
    };
    println!("  {:<26}{}", "", grades.map(|grade| format!("{grade:>11}")).concat());
    let mut parts = Vec::new();
    for (name, votes) in votes {
        let part = Assessment::survey(votes)?;
        row(name, part.memberships());
        parts.push(part);
    }
    let weights = Weights::new([0.3, 0.5, 0.2])?;
    println!("\n  The whole, with weights 0.3, 0.5 and 0.2:");
    let operators = [
        ("weighted mean M(·,+)", FuzzyOperator::WeightedMean),
        ("max–min M(∧,∨)", FuzzyOperator::MinMax),
        ("max–product M(·,∨)", FuzzyOperator::ProductMax),
        ("bounded sum M(∧,⊕)", FuzzyOperator::BoundedSum),
    ];
    for (name, operator) in operators {
        let whole = operator.combine(&weights, &parts)?;
        row(name, whole.memberships());
        let leading: Vec<&str> = whole.leading().into_iter().map(|grade| grades[grade]).collect();
        println!("  {:<26}{:>11} leads; {:.1} points", "", leading.join(", "), whole.score(&[95.0, 82.0, 67.0, 50.0])?);
    }
    Ok(())
}

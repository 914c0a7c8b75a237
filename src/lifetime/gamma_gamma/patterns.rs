use crate::{
    cohort::{Cohort, SpendHistory},
    lifetime::{Fingerprint, GammaGamma, Observations, sealed::Sealed, simulate::Generator},
    parallel,
    units::{Currency, Money},
};

/// Equal spend histories counted once: all that a fit of [`GammaGamma`](crate::GammaGamma) needs.
///
/// Made of spend histories, which know the mean of a customer's purchases, or of the
/// [amounts of single transactions](SpendPatterns::from_transactions), which also tell how much the purchases of one
/// customer differ.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendPatterns {
    /// Ascending by purchases and total.
    pub(super) rows: Vec<SpendPattern>,
    pub(super) density: Density,
    pub(super) currency: Option<Currency>,
    /// A second one, if amounts are mixed; a fit then says so.
    pub(super) other_currency: Option<Currency>,
    customers: u64,
    left_out: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SpendPattern {
    pub(super) purchases: u32,
    pub(super) total: f64,
    pub(super) ln_total: f64,
    pub(super) ln_mean: f64,
    pub(super) customers: u64,
    /// Σ ln(z/m) over the transactions z of all these customers, with m their mean; 0 where unknown.
    pub(super) ln_evenness: f64,
}

/// What the likelihood is a density of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Density {
    /// The mean spend of each customer.
    Mean,
    /// Every transaction.
    Transaction,
}

impl SpendPattern {
    pub(super) fn new(purchases: u32, total: f64, customers: u64) -> Self {
        let ln_mean = (total / f64::from(purchases)).ln();
        Self { purchases, total, ln_total: total.ln(), ln_mean, customers, ln_evenness: 0.0 }
    }
}

impl SpendPatterns {
    /// The amounts of single transactions, those of each customer together, in any order. The same model is fitted and
    /// forecasts are made as ever, from a count and a total; but p is told by how much the purchases of one customer
    /// differ, and not by differences between customers alone.
    ///
    /// Give what a forecast will be given: repeat purchases, one amount a purchase day, if spend histories come from a
    /// cohort. Amounts that are not positive are left out one by one, and customers without a positive one are counted by
    /// [`SpendPatterns::left_out`].
    ///
    /// The likelihood is then a density of every transaction, and not of the mean of each customer: log-likelihoods of
    /// the two kinds of data do not compare.
    ///
    /// # Formula
    ///
    /// ```text
    /// L = Γ(pn+q)/(Γ(p)^n Γ(q)) · v^q · Π z^(p−1) · (v + Σ z)^−(pn+q)
    /// ```
    ///
    /// ```math
    /// L = \frac{\Gamma(pn+q)}{\Gamma(p)^n\,\Gamma(q)} \frac{v^q \prod_i z_i^{p-1}}{(v + \sum_i z_i)^{pn+q}}
    /// ```
    ///
    /// where `z` are the n amounts of a customer.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::lifetime::SpendPatterns;
    /// use customer_value::{Currency, Money};
    ///
    /// let euros = |cents| Money::from_minor(cents, Currency::EUR);
    /// let data = SpendPatterns::from_transactions([vec![euros(2_000), euros(2_400)], vec![], vec![euros(900)]]);
    /// assert_eq!(data.left_out(), 1);
    /// ```
    pub fn from_transactions<Amounts>(customers: impl IntoIterator<Item = Amounts>) -> Self
    where
        Amounts: IntoIterator<Item = Money>,
    {
        let (mut currency, mut other_currency, mut left_out) = (None, None, 0);
        let mut paying = Vec::new();
        for amounts in customers {
            let note = |money: Money| {
                let first = *currency.get_or_insert(money.currency());
                if money.currency() != first {
                    other_currency.get_or_insert(money.currency());
                }
                money.to_f64()
            };
            let amounts = amounts.into_iter().map(note).filter(|amount| *amount > 0.0).collect();
            match Paid::of(amounts) {
                Some(paid) => paying.push(paid),
                None => left_out += 1,
            }
        }
        Self { other_currency, left_out, ..Self::of_transactions(paying, currency) }
    }

    fn of_transactions(mut paying: Vec<Paid>, currency: Option<Currency>) -> Self {
        parallel::sort(&mut paying);
        let same = |one: &Paid, next: &Paid| (one.purchases, one.total) == (next.purchases, next.total);
        let row = |run: &[Paid]| {
            let ln_evenness = run.iter().map(|paid| -f64::from_bits(paid.unevenness)).sum();
            let row = SpendPattern::new(run[0].purchases, f64::from_bits(run[0].total), run.len() as u64);
            SpendPattern { ln_evenness, ..row }
        };
        let rows = paying.chunk_by(same).map(row).collect();
        Self::new(Density::Transaction, rows, currency, paying.len())
    }

    /// Numbers of purchases and the bits of positive totals, by which they are ordered.
    fn of_means(mut paying: Vec<(u32, u64)>, currency: Option<Currency>) -> Self {
        parallel::sort(&mut paying);
        let row = |run: &[(u32, u64)]| SpendPattern::new(run[0].0, f64::from_bits(run[0].1), run.len() as u64);
        let rows = paying.chunk_by(|one, next| one == next).map(row).collect();
        Self::new(Density::Mean, rows, currency, paying.len())
    }

    fn new(density: Density, rows: Vec<SpendPattern>, currency: Option<Currency>, customers: usize) -> Self {
        Self { rows, density, currency, other_currency: None, customers: customers as u64, left_out: 0 }
    }

    /// As many customers with as many purchases, what they pay drawn from a model. Amounts too small or too large for a
    /// number leave their customer out.
    pub(super) fn resample(&self, model: &GammaGamma, rng: &mut Generator) -> Self {
        let purchases = self.rows.iter().flat_map(|row| (0..row.customers).map(|_| row.purchases));
        let drawn = match self.density {
            Density::Mean => {
                let total = |purchases: u32| (purchases, model.draw(rng)(purchases, rng));
                let paying = purchases.map(total).filter(|(_, total)| total.is_normal());
                Self::of_means(paying.map(|(purchases, total)| (purchases, total.to_bits())).collect(), self.currency)
            }
            Density::Transaction => {
                let amounts = |purchases: u32| -> Vec<f64> {
                    let pay = model.draw(rng);
                    (0..purchases).map(|_| pay(1, rng)).collect()
                };
                let paying = purchases.map(amounts).filter(|amounts| amounts.iter().all(|amount| amount.is_normal()));
                Self::of_transactions(paying.filter_map(Paid::of).collect(), self.currency)
            }
        };
        Self { left_out: self.left_out, ..drawn }
    }

    /// Customers left out because they have no repeat purchase with a positive amount.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }
}

/// The transactions of one customer; numbers as bits, by which those that are not negative are ordered.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Paid {
    purchases: u32,
    total: u64,
    /// −Σ ln(z/m).
    unevenness: u64,
}

impl Paid {
    /// Of positive amounts in major units; `None` without one.
    fn of(mut amounts: Vec<f64>) -> Option<Self> {
        let purchases = u32::try_from(amounts.len()).ok().filter(|purchases| *purchases > 0)?;
        // In order, so that the sums do not depend on that of the transactions.
        amounts.sort_unstable_by(f64::total_cmp);
        let total: f64 = amounts.iter().sum();
        let mean = total / f64::from(purchases);
        let unevenness: f64 = amounts.iter().map(|amount| -(amount / mean).ln()).sum();
        Some(Self { purchases, total: total.to_bits(), unevenness: unevenness.max(0.0).to_bits() })
    }
}

impl From<&[SpendHistory]> for SpendPatterns {
    fn from(histories: &[SpendHistory]) -> Self {
        let mut paying: Vec<(u32, u64)> =
            parallel::map(histories, |history| (history.repeats(), history.repeat_total().to_f64().to_bits()));
        paying.retain(|&(purchases, bits)| purchases > 0 && f64::from_bits(bits) > 0.0);
        let mut currencies = histories.iter().map(|history| history.repeat_total().currency());
        let currency = currencies.next();
        Self {
            other_currency: currencies.find(|&other| Some(other) != currency),
            left_out: (histories.len() - paying.len()) as u64,
            ..Self::of_means(paying, currency)
        }
    }
}

impl From<&Vec<SpendHistory>> for SpendPatterns {
    fn from(histories: &Vec<SpendHistory>) -> Self {
        histories.as_slice().into()
    }
}

impl<Id> From<&Cohort<Id>> for SpendPatterns {
    /// Without spend in the cohort there are no rows, and a fit says so.
    fn from(cohort: &Cohort<Id>) -> Self {
        cohort.spend().unwrap_or_default().into()
    }
}

impl Sealed for SpendPatterns {}

impl Observations for SpendPatterns {
    type One = SpendHistory;

    fn distinct(&self) -> usize {
        self.rows.len()
    }

    fn sample(&self, every: usize) -> Self {
        Self { rows: self.rows.iter().step_by(every).copied().collect(), ..*self }
    }

    fn customers(&self) -> u64 {
        self.customers
    }

    /// The densities are in money, not in time.
    fn densities_in_time(&self) -> u64 {
        0
    }
    fn fingerprint(&self) -> Fingerprint {
        let kind = self.currency.map_or_else(|| "spend".into(), |currency| format!("spend {currency}"));
        Fingerprint::of(&kind, &self.rows, |row| {
            [row.purchases.into(), row.total.to_bits(), row.customers, row.ln_evenness.to_bits()]
        })
    }
}

mod density;
mod em;
mod expectation;
mod exponential;
mod gaussian;
mod moments;
#[cfg(feature = "serde")]
mod stored;

use density::Density;
use em::{Climbed, Search};
use expectation::{Expectation, responsibilities};
use gaussian::Gaussian;

use super::{
    ClusterError, Ending, KMeans, Measures, Scale, Scaling, kmeans::prepared, lexicographic, numbered,
    rows::map_ranges, segment,
};
use crate::segment::Segmentation;
use crate::units::{Probability, Seed};

/// How to search for groups of customers that are normally distributed around their means: a Gaussian mixture.
///
/// Unlike k-means, groups may be large or small, round or long, and a customer belongs to each with a probability.
/// Every start is one of k-means ([`KMeans`] with the same seed); expectation maximisation takes over from there and
/// ends when an iteration raises the mean log-likelihood of a customer by less than 1e-9. The likeliest result is kept.
/// It is the same bit for bit for any order of customers and any number of threads.
///
/// The likelihood has no bound where a group shrinks to a point, so each covariance is held at or above a floor: no
/// variance in any direction is below [`floor`](Self::floor) times that of the measures. This is a constrained maximum,
/// in which the likelihood still never falls from one iteration to the next. Measures with many ties, as numbers of
/// purchases, make components that lie [on the floor](MixtureComponent::on_floor); a higher floor is the cure.
///
/// # Formula
///
/// ```text
/// f(x) = Σ_c w_c · N(x; μ_c, Σ_c)        Σ_c ⪰ floor · diag(variances of the measures)
/// ```
///
/// ```math
/// f(x) = \sum_c w_c \, \mathcal{N}(x; \mu_c, \Sigma_c), \qquad
/// \Sigma_c \succeq \varepsilon \operatorname{diag}(s_1^2, \dots, s_d^2)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Seed;
/// use customer_value::segment::{GaussianMixture, Measures};
///
/// let measures = Measures::new([("visits", [1.0, 2.0, 3.0, 10.0, 11.0, 12.0])])?;
/// let fit = GaussianMixture::new(Seed::new(1)).fit(&measures, 2)?;
/// let [few, many] = &fit.model().components()[..] else { panic!("two were asked for") };
/// assert!((few.mean[0] - 2.0).abs() < 1e-6 && (many.mean[0] - 11.0).abs() < 1e-6);
/// assert!((few.covariance[0][0] - 2.0 / 3.0).abs() < 1e-6);
/// assert_eq!(fit.segmentation().sizes(), [3, 3]);
/// # Ok::<(), customer_value::segment::ClusterError>(())
/// ```
///
/// # References
///
/// Dempster, Laird & Rubin (1977), *Maximum likelihood from incomplete data via the EM algorithm*; McLachlan & Peel
/// (2000), *Finite mixture models*, chapter 3.
#[doc(alias = "GMM")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GaussianMixture {
    /// Where the random draws of the starts begin.
    pub seed: Seed,
    /// How many starts there are after the first.
    pub restarts: u32,
    /// How often the parameters of a start may be improved.
    pub iterations: u32,
    /// The least variance of a component in any direction, as a share of the variance of the measures: 1e-9 to 1.
    pub floor: f64,
}

/// Of the variance of the measures; far below any spread that matters, far above rounding.
const FLOOR: f64 = 1e-6;

/// Variances from here up leave seven digits of a distance after it is divided by them.
const LEAST_FLOOR: f64 = 1e-9;

impl GaussianMixture {
    /// Ten starts, at most 1,000 iterations each, a floor of 1e-6.
    pub const fn new(seed: Seed) -> Self {
        Self { seed, restarts: 9, iterations: 1000, floor: FLOOR }
    }

    /// A mixture of so many components.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoClusters`], [`ClusterError::NoCustomers`], [`ClusterError::Floor`],
    /// [`ClusterError::Constant`] for measures without spread, [`ClusterError::TooManyClusters`] for more components
    /// than different customers, or [`ClusterError::EmptyComponent`] where every start ends with one that nobody
    /// belongs to.
    pub fn fit(&self, measures: &Measures, components: usize) -> Result<MixtureFit, ClusterError> {
        if components == 0 {
            return Err(ClusterError::NoClusters);
        }
        checked_floor(self.floor)?;
        let (scale, points) = prepared(measures, components, Scaling::Standard)?;
        let search = Search { points: points.rows(), floor: self.floor, most: self.iterations };
        let k_means = KMeans::new(self.seed);
        let mut best: Option<Climbed> = None;
        for start in 0..=self.restarts {
            let next = search.climb(&k_means.start(&points, components, start)?.centroids);
            if next.as_ref().map(|next| next.log_likelihood) > best.as_ref().map(|best| best.log_likelihood) {
                best = next;
            }
        }
        let best = best.ok_or(ClusterError::EmptyComponent { components })?;
        let mut model = MixtureModel { scale, floor: self.floor, gaussians: best.gaussians };
        model.gaussians.sort_by(|a, b| lexicographic(&a.mean, &b.mean));
        // In the order kept: a sum of densities depends on it in the last bit.
        let log_likelihood =
            Expectation::of(points.rows(), &model.densities()).log_likelihood - model.ln_volume(points.rows().total());
        let segmentation = model.assigned(measures);
        let (iterations, ending) = (best.iterations, best.ending);
        Ok(MixtureFit { model, segmentation, log_likelihood, iterations, ending })
    }
}

fn checked_floor(value: f64) -> Result<(), ClusterError> {
    if (LEAST_FLOOR..=1.0).contains(&value) { Ok(()) } else { Err(ClusterError::Floor { value }) }
}

/// A mixture of normal distributions, with the scale it was fitted on: what gives customers their memberships.
///
/// Components stand in ascending order of their mean in the first measure, among equals in the next. The example is at
/// [`GaussianMixture`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::UncheckedModel"))]
pub struct MixtureModel {
    scale: Scale,
    floor: f64,
    gaussians: Vec<Gaussian>,
}

/// A component in the units of the measures.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MixtureComponent {
    /// Its share of the customers; 0 if nobody is left in it.
    pub weight: Probability,
    /// The mean of each measure.
    pub mean: Vec<f64>,
    /// The covariance of each pair of measures.
    pub covariance: Vec<Vec<f64>>,
    /// Whether a variance would be below the floor if it were not held there.
    pub on_floor: bool,
}

impl MixtureModel {
    /// The scale learnt with the mixture.
    pub const fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The components, in their order.
    pub fn components(&self) -> Vec<MixtureComponent> {
        let spreads = self.scale.spreads();
        let component = |gaussian: &Gaussian| MixtureComponent {
            weight: Probability::computed(gaussian.weight),
            mean: self.scale.undo(&gaussian.mean),
            covariance: gaussian.covariance_in(spreads),
            on_floor: gaussian.on_floor,
        };
        self.gaussians.iter().map(component).collect()
    }

    /// The probability that each customer belongs to each component: a column a component, in their order.
    ///
    /// What is less than 3e-308 of the greatest is 0.
    ///
    /// # Formula
    ///
    /// ```text
    /// r_c = w_c N(x; μ_c, Σ_c) / Σ_j w_j N(x; μ_j, Σ_j)
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClusterError::OtherMeasures`], or [`ClusterError::OutOfRange`] for a number too far from the scale.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Seed;
    /// use customer_value::segment::{GaussianMixture, Measures};
    ///
    /// let measures = Measures::new([("visits", [1.0, 2.0, 3.0, 10.0, 11.0, 12.0])])?;
    /// let fit = GaussianMixture::new(Seed::new(1)).fit(&measures, 2)?;
    /// let between = Measures::new([("visits", [6.5])])?;
    /// let memberships = fit.model().memberships(&between)?;
    /// assert!((memberships[0][0] - 0.5).abs() < 1e-6);
    /// # Ok::<(), customer_value::segment::ClusterError>(())
    /// ```
    pub fn memberships(&self, measures: &Measures) -> Result<Vec<Vec<f64>>, ClusterError> {
        self.scale.check(measures)?;
        let chunks = self.shares(measures);
        let column = |component| chunks.iter().flat_map(|shares| &shares[component]).copied().collect();
        Ok((0..self.gaussians.len()).map(column).collect())
    }

    /// The component each customer most probably belongs to, the first among equals.
    ///
    /// # Errors
    ///
    /// [`ClusterError::OtherMeasures`], or [`ClusterError::OutOfRange`] for a number too far from the scale.
    pub fn assign(&self, measures: &Measures) -> Result<Segmentation, ClusterError> {
        self.scale.check(measures)?;
        Ok(self.assigned(measures))
    }

    fn assigned(&self, measures: &Measures) -> Segmentation {
        let of_chunk = |shares: &Vec<Vec<f64>>| -> Vec<u32> {
            let likeliest = |row: usize| {
                let greater =
                    |best: usize, next: usize| if shares[next][row] > shares[best][row] { next } else { best };
                segment((1..shares.len()).fold(0, greater))
            };
            (0..shares[0].len()).map(likeliest).collect()
        };
        let segments = self.shares(measures).iter().flat_map(of_chunk).collect();
        numbered("cluster", self.gaussians.len(), segments)
    }

    /// Memberships chunk by chunk, by component and customer.
    fn shares(&self, measures: &Measures) -> Vec<Vec<Vec<f64>>> {
        let densities = self.densities();
        map_ranges(measures.customers(), |customers| {
            let columns = self.scale.columns(measures, customers);
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            responsibilities(&columns, &densities)
        })
    }

    fn densities(&self) -> Vec<Density> {
        self.gaussians.iter().map(|gaussian| Density::new(gaussian, self.floor)).collect()
    }

    /// What scaling adds to the log-likelihood of customers.
    fn ln_volume(&self, customers: f64) -> f64 {
        customers * self.scale.spreads().iter().map(|spread| spread.ln()).sum::<f64>()
    }
}

/// A mixture fitted to customers, and who most probably belongs where.
///
/// # Formula
///
/// ```text
/// AIC = 2 p − 2 ln L        BIC = p ln n − 2 ln L        p = k − 1 + k d + k d (d + 1) / 2
/// ```
///
/// for `k` components of `d` measures and `n` customers. The example is at [`GaussianMixture`].
///
/// # References
///
/// Schwarz (1978), *Estimating the dimension of a model*.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::UncheckedFit"))]
pub struct MixtureFit {
    model: MixtureModel,
    segmentation: Segmentation,
    log_likelihood: f64,
    iterations: u32,
    ending: Ending,
}

impl MixtureFit {
    /// What gives other customers their memberships.
    pub const fn model(&self) -> &MixtureModel {
        &self.model
    }

    /// The component each customer most probably belongs to.
    pub const fn segmentation(&self) -> &Segmentation {
        &self.segmentation
    }

    /// The logarithm of the density of all measures, in their own units.
    pub const fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// How many numbers were fitted.
    pub fn parameters(&self) -> usize {
        let (k, d) = (self.model.gaussians.len(), self.model.scale.names().len());
        k - 1 + k * d + k * d * (d + 1) / 2
    }

    /// Akaike's information criterion: the lower, the better.
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters() as f64 - 2.0 * self.log_likelihood
    }

    /// The Bayesian information criterion: the lower, the better.
    pub fn bic(&self) -> f64 {
        self.parameters() as f64 * (self.segmentation.len() as f64).ln() - 2.0 * self.log_likelihood
    }

    /// How often the parameters were improved.
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Whether another iteration would hardly raise the likelihood.
    pub const fn ending(&self) -> Ending {
        self.ending
    }
}

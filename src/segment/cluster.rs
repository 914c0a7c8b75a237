mod choice;
mod gower;
mod kmeans;
mod lanes;
mod lloyd;
mod measures;
mod mixture;
mod nearest;
mod order;
mod rows;
mod scale;
mod seeding;
mod silhouette;
mod tree;

pub use choice::{Candidate, ClusterChoice};
pub use gower::{Attribute, Profiles};
pub use kmeans::{Centroids, KMeans, KMeansFit};
pub use measures::Measures;
pub use mixture::{GaussianMixture, MixtureComponent, MixtureFit, MixtureModel};
pub use scale::{Scale, Scaling};
pub use silhouette::{Silhouette, SilhouetteBase};

use super::Segmentation;

/// How a search that goes step by step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ending {
    /// Another step would change nothing.
    Converged,
    /// The number of steps allowed was used up before.
    OutOfIterations,
}

/// Why customers cannot be clustered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// There is no column.
    #[error("there is no measure, expected at least one")]
    NoMeasures,
    /// There is nobody to learn from.
    #[error("there is no customer")]
    NoCustomers,
    /// No number of clusters was asked for.
    #[error("no cluster asked for, expected at least one")]
    NoClusters,
    /// Two columns have one name.
    #[error("two columns are called {measure:?}")]
    DuplicateMeasure {
        /// The name.
        measure: String,
    },
    /// Columns about the same customers differ in length.
    #[error("{measure} has {found} customers, expected {expected}")]
    Lengths {
        /// The column.
        measure: String,
        /// The number of customers expected.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A number is no number, or so large that squares of differences are none.
    #[error("{measure} of customer {index} is {value}, expected a number from -1e140 to 1e140")]
    OutOfRange {
        /// The column.
        measure: String,
        /// Position of the customer.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// Columns that tell no two customers apart have no scale.
    #[error("all customers are equal in {}, expected measures that differ", measures.join(", "))]
    Constant {
        /// The columns.
        measures: Vec<String>,
    },
    /// The measures are not those that the scale was learnt from.
    #[error("measures are {}, expected {}", found.join(", "), expected.join(", "))]
    OtherMeasures {
        /// Those of the scale, in order.
        expected: Vec<String>,
        /// Those given, in order.
        found: Vec<String>,
    },
    /// There are fewer different customers than clusters.
    #[error("{clusters} clusters asked for, but only {distinct} customers can be told apart")]
    TooManyClusters {
        /// How many clusters were asked for.
        clusters: usize,
        /// How many different rows of measures there are.
        distinct: usize,
    },
    /// A range of numbers of clusters is empty.
    #[error("from {from} to {to} clusters asked for, expected a range that is not empty")]
    EmptyRange {
        /// Where it begins.
        from: usize,
        /// Where it ends.
        to: usize,
    },
    /// The least variance of a component is out of range.
    #[error("the floor of the covariance is {value}, expected from 1e-9 to 1 of the variance of the measures")]
    Floor {
        /// What was given.
        value: f64,
    },
    /// From every start, one of the components lost everybody to the others.
    #[error("one of {components} components ends with nobody in it from every start, expected fewer components")]
    EmptyComponent {
        /// How many components were asked for.
        components: usize,
    },
    /// How well clusters are separated is a question about two at least.
    #[error("all customers are in one cluster, expected at least two with somebody in them")]
    OneCluster,
    /// The segments are those of other customers.
    #[error("{found} customers are segmented, expected {expected}")]
    OtherCustomers {
        /// How many customers there are.
        expected: usize,
        /// How many have a segment.
        found: usize,
    },
    /// Two customers have no attribute in common that is known of both.
    #[error("customers {first} and {second} have no attribute that is known of both")]
    Incomparable {
        /// Position of one.
        first: usize,
        /// Position of the other.
        second: usize,
    },
    /// There is no such customer.
    #[error("customer {customer} asked for, expected one of 0 to {customers} (exclusive)")]
    UnknownCustomer {
        /// Position asked for.
        customer: usize,
        /// How many there are.
        customers: usize,
    },
    /// More different profiles than can be compared in pairs.
    #[error("{profiles} different profiles, expected at most {most}")]
    TooManyProfiles {
        /// How many there are.
        profiles: usize,
        /// How many there may be.
        most: usize,
    },
    /// A stored result contradicts itself.
    #[error("{quantity} of the stored clusters is impossible")]
    Stored {
        /// What is impossible.
        quantity: &'static str,
    },
}

/// Segments that are told apart by their numbers, from 1.
fn numbered(what: &str, count: usize, segments: Vec<u32>) -> Segmentation {
    Segmentation::proven((1..=count).map(|number| format!("{what} {number}")).collect(), segments)
}

/// The order of clusters: by the first measure, among equals by the next.
fn lexicographic(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let pairs = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// A position of a cluster as a number of a segment: memory holds fewer centroids than that.
fn segment(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Where a simulation starts: equal seeds give equal results, on every machine and with any number of threads.
///
/// The library has no random state of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Seed(u64);

impl Seed {
    /// A seed; any number will do.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

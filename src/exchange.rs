//! Where both sides meet: what more value **to** the customers makes of the value **of** the customers.

mod bridge;

pub use bridge::{BridgeError, CohortEquity, CohortUplift, Elasticity, Uplift, ValueChange, ValueElasticity};

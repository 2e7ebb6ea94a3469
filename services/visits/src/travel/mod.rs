//! How long it takes from one place to another: by a road engine where one is configured, else by an estimate that needs
//! nothing.

mod estimate;
mod known;
mod osrm;
mod roads;

use nexus_records::text_enum;

pub use estimate::{crow_meters, estimate, leg};
pub use roads::Roads;

/// Latitude and longitude, WGS 84, degrees.
pub type Point = (f64, f64);

text_enum! {
    /// Where travel times come from: the road engine, the estimate because there is no road engine, or the estimate because the
    /// road engine did not answer in time.
    TimesFrom { Roads = "roads", Estimate = "estimate", Fallback = "fallback" }
}

/// Seconds and metres from each point to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    pub seconds: Vec<Vec<u32>>,
    pub meters: Vec<Vec<u32>>,
    pub from: TimesFrom,
}

//! How long it takes from one place to another: by a road engine where one is configured, else by an estimate that needs
//! nothing.

mod estimate;
mod osrm;

pub use estimate::{crow_meters, estimate, leg};
pub use osrm::Roads;

/// Latitude and longitude, WGS 84, degrees.
pub type Point = (f64, f64);

/// Seconds and metres from each point to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    pub seconds: Vec<Vec<u32>>,
    pub meters: Vec<Vec<u32>>,
}

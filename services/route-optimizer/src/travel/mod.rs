//! Where travel times come from: the request itself, the road engine, or an estimate. One trait, one kind of answer.

mod cache;
mod great_circle;
mod osrm;
mod polyline;
mod tables;
mod wait;

use crate::request::Coordinates;

pub use great_circle::{GreatCircle, SpeedBand};
pub use osrm::{Osrm, OsrmSettings};
pub use tables::{Source, Table, Tables, Travel};
pub use wait::Wait;

/// Seconds and metres between places, row by row; `None` where there is no way.
#[derive(Debug, Clone, Default)]
pub struct Legs {
    /// Seconds.
    pub durations: Vec<Option<u32>>,
    /// Metres.
    pub distances: Vec<Option<u32>>,
}

/// Why a source gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It does not know this way of travelling.
    #[error("Invalid profile: {0}.")]
    Profile(String),
    /// It cannot be reached, is too slow or answers nonsense.
    #[error("{0}")]
    Down(String),
}

/// Something that knows how long it takes from place to place.
pub trait TravelTimes: Send + Sync {
    /// All legs between these places, answered while somebody waits.
    ///
    /// # Errors
    /// When the profile is unknown or the source fails.
    fn legs(&self, profile: &str, places: &[Coordinates], wait: Wait<'_>) -> Result<Legs, Trouble>;

    /// The line of the road through these places, as an encoded polyline.
    ///
    /// # Errors
    /// When the profile is unknown or the source fails.
    fn line(
        &self,
        profile: &str,
        places: &[Coordinates],
        wait: Wait<'_>,
    ) -> Result<String, Trouble>;
}

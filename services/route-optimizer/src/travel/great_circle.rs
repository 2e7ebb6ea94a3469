//! The estimate that needs nobody: distance as the crow flies, times a detour, at a speed that grows with the distance.

use super::{Legs, TravelTimes, Trouble, Wait, polyline};
use crate::request::Coordinates;

const EARTH_RADIUS_METERS: f64 = 6_371_008.8;

/// Up to so far, so fast: trips within a town are slow, trips between towns are fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedBand {
    /// Where the band ends, in kilometres of road.
    pub until_km: f64,
    /// Speed within the band.
    pub km_per_hour: f64,
}

/// The estimate and its settings.
#[derive(Debug, Clone)]
pub struct GreatCircle {
    detour: f64,
    car: Vec<SpeedBand>,
}

/// Slow to leave, slow to arrive; only the middle of a long trip is fast.
const CAR: [SpeedBand; 4] = [
    band(2.0, 22.0),
    band(10.0, 38.0),
    band(40.0, 62.0),
    band(f64::INFINITY, 92.0),
];
const BIKE: [SpeedBand; 1] = [band(f64::INFINITY, 15.0)];
const FOOT: [SpeedBand; 1] = [band(f64::INFINITY, 4.8)];

const fn band(until_km: f64, km_per_hour: f64) -> SpeedBand {
    SpeedBand {
        until_km,
        km_per_hour,
    }
}

impl Default for GreatCircle {
    fn default() -> Self {
        Self::new(1.3, CAR.to_vec())
    }
}

impl GreatCircle {
    /// With a detour factor and a car's speeds, bands in growing order.
    #[must_use]
    pub const fn new(detour: f64, car: Vec<SpeedBand>) -> Self {
        Self { detour, car }
    }

    /// The same speeds, other detours.
    #[must_use]
    pub fn with_detour(self, detour: f64) -> Self {
        Self { detour, ..self }
    }

    fn bands(&self, profile: &str) -> Result<&[SpeedBand], Trouble> {
        match profile {
            "car" | "driving" => Ok(&self.car),
            "bike" | "cycling" => Ok(&BIKE),
            "foot" | "walking" => Ok(&FOOT),
            other => Err(Trouble::Profile(other.to_owned())),
        }
    }

    /// Seconds and metres of one leg.
    fn leg(&self, bands: &[SpeedBand], from: Coordinates, to: Coordinates) -> (u32, u32) {
        let meters = haversine(from, to) * self.detour;
        let (mut seconds, mut done) = (0.0, 0.0);
        for band in bands {
            let end = meters.min(band.until_km * 1000.0);
            seconds += (end - done).max(0.0) * 3.6 / band.km_per_hour;
            done = f64::max(done, end);
        }
        // From float to integer saturates, so nothing here can overflow.
        (seconds.round() as u32, meters.round() as u32)
    }
}

impl TravelTimes for GreatCircle {
    fn legs(&self, profile: &str, places: &[Coordinates], _: Wait<'_>) -> Result<Legs, Trouble> {
        let bands = self.bands(profile)?;
        let size = places.len();
        let mut legs = Legs {
            durations: vec![Some(0); size * size],
            distances: vec![Some(0); size * size],
        };
        for row in 0..size {
            for column in row + 1..size {
                let (seconds, meters) = self.leg(bands, places[row], places[column]);
                for entry in [row * size + column, column * size + row] {
                    legs.durations[entry] = Some(seconds);
                    legs.distances[entry] = Some(meters);
                }
            }
        }
        Ok(legs)
    }

    fn line(&self, profile: &str, places: &[Coordinates], _: Wait<'_>) -> Result<String, Trouble> {
        self.bands(profile)?;
        Ok(polyline::encode(places))
    }
}

fn haversine(from: Coordinates, to: Coordinates) -> f64 {
    let [from_longitude, from_latitude] = from.map(f64::to_radians);
    let [to_longitude, to_latitude] = to.map(f64::to_radians);
    let across = ((to_longitude - from_longitude) / 2.0).sin().powi(2);
    let along = ((to_latitude - from_latitude) / 2.0).sin().powi(2);
    let share = along + from_latitude.cos() * to_latitude.cos() * across;
    2.0 * EARTH_RADIUS_METERS * share.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Instant;

    use super::*;

    const MILAN: Coordinates = [9.19, 45.4642];
    const TURIN: Coordinates = [7.6869, 45.0703];

    static STAYS: AtomicBool = AtomicBool::new(false);

    fn now(gone: &AtomicBool) -> Wait<'_> {
        Wait {
            until: Instant::now(),
            gone,
        }
    }

    fn estimate(profile: &str, places: &[Coordinates]) -> Legs {
        let made = GreatCircle::default().legs(profile, places, now(&STAYS));
        made.unwrap()
    }

    #[test]
    fn milan_to_turin_is_what_a_map_says_within_reason() {
        let legs = estimate("car", &[MILAN, TURIN]);
        let (meters, seconds) = (legs.distances[1].unwrap(), legs.durations[1].unwrap());
        assert!((140_000..180_000).contains(&meters), "{meters}");
        assert!((5_400..9_000).contains(&seconds), "{seconds}");
        assert_eq!(
            legs.durations[2], legs.durations[1],
            "there and back are alike"
        );
        assert_eq!(legs.durations[0], Some(0));
    }

    #[test]
    fn longer_is_never_sooner_and_the_speed_grows() {
        let places: Vec<Coordinates> = (0..200)
            .map(|step| [9.0 + 0.01 * f64::from(step), 45.0])
            .collect();
        let legs = estimate("car", &places);
        let times: Vec<u32> = legs.durations[..200]
            .iter()
            .map(|leg| leg.unwrap())
            .collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
        let speed = |to: usize| f64::from(legs.distances[to].unwrap()) / f64::from(times[to]);
        assert!(speed(5) < speed(50) && speed(50) < speed(199));
    }

    #[test]
    fn an_unknown_profile_is_named() {
        let refused = GreatCircle::default().legs("boat", &[MILAN], now(&STAYS));
        assert_eq!(refused.unwrap_err().to_string(), "Invalid profile: boat.");
    }
}

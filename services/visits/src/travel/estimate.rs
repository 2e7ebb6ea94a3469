//! Great-circle distance × detour, at a speed that grows with the distance: towns are slow, motorways fast.

use super::{Matrix, Point, TimesFrom};

const EARTH_M: f64 = 6_371_000.0;
/// Roads are so much longer than a straight line.
const DETOUR: f64 = 1.3;
const IN_TOWN_KMH: f64 = 22.0;
const FAR_OUT_KMH: f64 = 95.0;
/// Over so many kilometres the speed comes 63 % of the way from the one to the other.
const GROWTH_KM: f64 = 40.0;
/// Starting, and finding a place to park.
const PARKING_S: f64 = 120.0;

/// Metres as the crow flies.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "half the equator is 20,000,000"
)]
pub fn crow_meters(a: Point, b: Point) -> i32 {
    crow(a, b).round() as i32
}

fn crow(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lng = ((b.1 - a.1).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lng * half_lng;
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

/// Seconds and metres by car.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative, at most some days"
)]
pub fn leg(a: Point, b: Point) -> (u32, u32) {
    let meters = crow(a, b) * DETOUR;
    if meters < 1.0 {
        return (0, 0);
    }
    let km = meters / 1000.0;
    let speed = IN_TOWN_KMH + (FAR_OUT_KMH - IN_TOWN_KMH) * (1.0 - (-km / GROWTH_KM).exp());
    let seconds = km / speed * 3600.0 + PARKING_S;
    (seconds.round() as u32, meters.round() as u32)
}

/// From each point to each. There and back are the same.
#[must_use]
pub fn estimate(points: &[Point]) -> Matrix {
    let size = points.len();
    let mut matrix = Matrix {
        seconds: vec![vec![0; size]; size],
        meters: vec![vec![0; size]; size],
        from: TimesFrom::Estimate,
    };
    for a in 0..size {
        for b in a + 1..size {
            let (seconds, meters) = leg(points[a], points[b]);
            matrix.seconds[a][b] = seconds;
            matrix.seconds[b][a] = seconds;
            matrix.meters[a][b] = meters;
            matrix.meters[b][a] = meters;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    const TORINO: Point = (45.0703, 7.6869);
    const MILANO: Point = (45.4642, 9.1900);
    const ROMA: Point = (41.9028, 12.4964);

    #[test]
    fn towns_are_as_far_apart_as_they_are() {
        for (a, b, km) in [(TORINO, MILANO, 126), (TORINO, ROMA, 525), (ROMA, ROMA, 0)] {
            assert!((crow_meters(a, b) / 1000 - km).abs() <= 2, "{km}");
        }
    }

    #[test]
    fn a_trip_takes_about_as_long_as_people_say() {
        let matrix = estimate(&[TORINO, MILANO, (45.0803, 7.6869)]);
        let minutes = |a: usize, b: usize| matrix.seconds[a][b] / 60;
        // Torino to Milano: an hour and three quarters; a kilometre across town: some minutes and a place to park.
        assert!((95..125).contains(&minutes(0, 1)), "{}", minutes(0, 1));
        assert!((4..9).contains(&minutes(0, 2)), "{}", minutes(0, 2));
        assert_eq!(matrix.seconds[0][1], matrix.seconds[1][0]);
        assert_eq!((matrix.seconds[1][1], matrix.meters[1][1]), (0, 0));
    }

    #[test]
    fn farther_is_never_sooner() {
        let along: Vec<Point> = (0..60)
            .map(|step| (45.0, 7.0 + f64::from(step) * 0.1))
            .collect();
        let row = &estimate(&along).seconds[0];
        assert!(row.is_sorted());
    }
}

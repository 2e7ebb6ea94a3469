//! Ways that the road engine has told, for a while: a bounded number, by places rounded to about a metre.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::Point;

/// A place in units of 0.00001°.
pub(super) type Spot = (i32, i32);

/// Seconds and metres; none where no road goes.
pub(super) type Way = (Option<u32>, Option<u32>);

/// Two halves of this many ways are kept: some 10 MB together, the ways of five plans of twenty days.
const HALF: usize = 150_000;
/// Roads change when their owner loads a new map.
const KEPT: Duration = Duration::from_secs(12 * 3_600);

/// The place, rounded.
#[expect(clippy::cast_possible_truncation, reason = "at most 18,000,000")]
pub(super) fn spot(point: Point) -> Spot {
    let units = |degrees: f64| (degrees * 100_000.0).round() as i32;
    (units(point.0), units(point.1))
}

/// Ways that are known: when the newer half is full, it becomes the older one, and what was that is forgotten.
pub(super) struct Known {
    newer: HashMap<(Spot, Spot), Way>,
    older: HashMap<(Spot, Spot), Way>,
    half: usize,
    begun: Instant,
}

impl Default for Known {
    fn default() -> Self {
        Self::of(HALF)
    }
}

impl Known {
    fn of(half: usize) -> Self {
        Self {
            newer: HashMap::new(),
            older: HashMap::new(),
            half,
            begun: Instant::now(),
        }
    }

    /// A way, if it is known.
    pub fn get(&self, from: Spot, to: Spot) -> Option<Way> {
        let key = (from, to);
        self.newer.get(&key).or(self.older.get(&key)).copied()
    }

    pub fn put(&mut self, from: Spot, to: Spot, way: Way) {
        if self.newer.len() >= self.half {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert((from, to), way);
    }

    /// Forgets everything when it is too old.
    pub fn age(&mut self, now: Instant) {
        if now.duration_since(self.begun) > KEPT {
            *self = Self::of(self.half);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_within_a_metre_are_one() {
        assert_eq!(spot((45.070_312, 7.686_9)), spot((45.070_309, 7.686_904)));
        assert_ne!(spot((45.070_31, 7.686_9)), spot((45.070_33, 7.686_9)));
        assert_eq!(spot((-90.0, 180.0)), (-9_000_000, 18_000_000));
    }

    #[test]
    fn there_are_never_more_ways_than_two_halves_and_the_newest_stay() {
        let mut known = Known::of(10);
        for number in 0..100 {
            known.put((number, 0), (0, 0), (Some(1), Some(2)));
            assert!(known.newer.len() + known.older.len() <= 20);
        }
        for number in 90..100 {
            assert_eq!(known.get((number, 0), (0, 0)), Some((Some(1), Some(2))));
        }
        assert_eq!(known.get((50, 0), (0, 0)), None);
    }

    #[test]
    fn after_half_a_day_the_roads_are_asked_again() {
        let mut known = Known::of(10);
        known.put((1, 0), (0, 0), (None, None));
        known.age(known.begun + KEPT);
        assert_eq!(known.get((1, 0), (0, 0)), Some((None, None)));
        known.age(known.begun + KEPT + Duration::from_secs(1));
        assert_eq!(known.get((1, 0), (0, 0)), None);
    }
}

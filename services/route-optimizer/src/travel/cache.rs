//! Legs asked before, by pair of places rounded to about a metre. Bounded: what was not asked for lately goes first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::request::Coordinates;

/// A place to five digits: 1.1 metres of latitude.
type Rounded = (i32, i32);

/// Profile, from, to.
type Key = (u16, Rounded, Rounded);

/// Seconds and metres; `None` when there is no way.
pub type Leg = Option<(u32, u32)>;

/// Two generations: a full young one becomes the old one, and what is asked for again moves back.
#[derive(Debug)]
pub struct Cache {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    profiles: Vec<String>,
    young: HashMap<Key, Leg>,
    old: HashMap<Key, Leg>,
}

const MOST_PROFILES: usize = 64;

impl State {
    fn profile(&mut self, name: &str) -> Option<u16> {
        let known = self.profiles.iter().position(|profile| profile == name);
        let rank = known.or_else(|| {
            (self.profiles.len() < MOST_PROFILES).then(|| {
                self.profiles.push(name.to_owned());
                self.profiles.len() - 1
            })
        })?;
        u16::try_from(rank).ok()
    }

    fn keep(&mut self, key: Key, leg: Leg, most: usize) {
        if self.young.len() >= most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, leg);
    }

    fn find(&mut self, key: Key, most: usize) -> Option<Leg> {
        if let Some(leg) = self.young.get(&key) {
            return Some(*leg);
        }
        let leg = self.old.remove(&key)?;
        self.keep(key, leg, most);
        Some(leg)
    }
}

fn rounded(place: Coordinates) -> Rounded {
    let [longitude, latitude] = place.map(|degrees| (degrees * 1e5).round() as i32);
    (longitude, latitude)
}

impl Cache {
    /// Holds at most so many legs.
    pub fn new(most: usize) -> Self {
        Self {
            most: most / 2,
            state: Mutex::default(),
        }
    }

    /// What is known of all pairs, row by row; the outer `None` means "never asked".
    pub fn known(&self, profile: &str, places: &[Coordinates]) -> Vec<Option<Leg>> {
        let mut state = self.lock();
        let Some(profile) = state.profile(profile) else {
            return vec![None; places.len() * places.len()];
        };
        let places: Vec<Rounded> = places.iter().copied().map(rounded).collect();
        let mut legs = Vec::with_capacity(places.len() * places.len());
        for from in &places {
            for to in &places {
                legs.push(if from == to {
                    Some(Some((0, 0)))
                } else {
                    state.find((profile, *from, *to), self.most)
                });
            }
        }
        legs
    }

    /// Remembers legs.
    pub fn keep(&self, profile: &str, legs: impl Iterator<Item = (Coordinates, Coordinates, Leg)>) {
        if self.most == 0 {
            return;
        }
        let mut state = self.lock();
        if let Some(profile) = state.profile(profile) {
            for (from, to, leg) in legs {
                state.keep((profile, rounded(from), rounded(to)), leg, self.most);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Coordinates = [7.42, 43.73];
    const B: Coordinates = [7.43, 43.74];

    #[test]
    fn a_leg_is_known_again_a_step_beside_but_not_the_other_way() {
        let cache = Cache::new(10);
        cache.keep("car", [(A, B, Some((60, 900)))].into_iter());
        let beside = [A[0] + 1e-6, A[1]];
        assert_eq!(
            cache.known("car", &[beside, B]),
            [
                Some(Some((0, 0))),
                Some(Some((60, 900))),
                None,
                Some(Some((0, 0)))
            ]
        );
        assert_eq!(cache.known("bike", &[A, B])[1], None);
    }

    #[test]
    fn it_never_grows_beyond_its_bound_and_keeps_what_is_asked_for() {
        let cache = Cache::new(100);
        cache.keep("car", [(A, B, Some((60, 900)))].into_iter());
        for step in 0..1000_i32 {
            let other = [f64::from(step) / 1000.0, 0.0];
            cache.keep("car", [(A, other, None)].into_iter());
            assert_eq!(cache.known("car", &[A, B])[1], Some(Some((60, 900))));
            let state = cache.lock();
            assert!(state.young.len() + state.old.len() <= 100);
        }
    }
}

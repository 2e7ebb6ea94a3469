//! Answers that are still true: until something changes, but not for longer than a minute, since some figures are about
//! hours. While changes come in, an answer is given for a second, so that many viewers do not cost many sums.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::model::Tile;
use crate::filter::Scoped;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    pub scoped: Scoped,
    pub tiles: Vec<Tile>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Known {
    pub change: i64,
    pub body: Arc<str>,
    made: Instant,
}

/// Known answers, for all requests of this process.
#[derive(Debug, Default)]
pub struct Cache {
    known: Mutex<HashMap<Question, Known>>,
}

const LONGEST: Duration = Duration::from_secs(60);
const SHORTEST: Duration = Duration::from_secs(1);
/// More viewers than that look at different things only in a flood.
const MOST: usize = 256;

impl Cache {
    /// The answer, if it is still true.
    pub fn get(&self, question: &Question, change: i64) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = known.get(question)?;
        let age = answer.made.elapsed();
        let holds = if answer.change == change {
            age < LONGEST
        } else {
            age < SHORTEST
        };
        holds.then(|| answer.clone())
    }

    /// Keeps an answer.
    pub fn put(&self, question: Question, change: i64, body: &str) -> Known {
        let answer = Known {
            change,
            body: body.into(),
            made: Instant::now(),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, other| other.made.elapsed() < SHORTEST);
        }
        if known.len() < MOST {
            known.insert(question, answer.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::read::{Span, Which};

    fn question(tiles: &[Tile]) -> Question {
        let day = "2026-11-30".parse().unwrap();
        let scoped = Scoped {
            which: Which::default(),
            span: Span {
                from: day,
                until: day,
            },
            previous: None,
            today: day,
        };
        Question {
            scoped,
            tiles: tiles.to_vec(),
        }
    }

    #[test]
    fn an_answer_is_for_its_own_question_and_survives_a_second_of_changes() {
        let cache = Cache::default();
        cache.put(question(&[Tile::Funnel]), 7, "{}");
        assert!(cache.get(&question(&[Tile::Funnel]), 7).is_some());
        assert!(cache.get(&question(&[Tile::Funnel]), 8).is_some());
        assert!(cache.get(&question(&[Tile::Agents]), 7).is_none());
        cache
            .known
            .lock()
            .unwrap()
            .values_mut()
            .for_each(|known| known.made -= SHORTEST);
        assert!(cache.get(&question(&[Tile::Funnel]), 8).is_none());
        assert!(cache.get(&question(&[Tile::Funnel]), 7).is_some());
        cache
            .known
            .lock()
            .unwrap()
            .values_mut()
            .for_each(|known| known.made -= LONGEST);
        assert!(cache.get(&question(&[Tile::Funnel]), 7).is_none());
    }
}

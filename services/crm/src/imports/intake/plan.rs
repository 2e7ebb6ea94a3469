use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use uuid::Uuid;

/// A record that a check would have made: which id it was given, and a mark of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    pub id: Uuid,
    pub mark: u64,
}

/// What a check would have made so far, by the keys under which later rows find it. A run leaves it empty: it finds its
/// records in the database.
#[derive(Debug, Default)]
pub struct Planned(HashMap<String, Trace>);

impl Planned {
    /// What was planned under this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Trace> {
        self.0.get(key).copied()
    }

    /// Plans a record.
    pub fn add(&mut self, keys: impl IntoIterator<Item = String>, trace: Trace) {
        for key in keys {
            self.0.entry(key).or_insert(trace);
        }
    }

    /// Adds what a batch planned.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// A mark by which equal records are known.
pub fn mark(record: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(record)
        .unwrap_or_default()
        .hash(&mut hasher);
    hasher.finish()
}

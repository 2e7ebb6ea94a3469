//! What comes back, brought to the questions that it answers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::plan::{Counts, Plan};
use super::{Ask, By, Sum, first_of_month};

/// A line of the statement.
#[derive(Debug, QueryableByName)]
pub struct Line {
    /// The place of the question's read in the plan: rollups first, then every way of every read of facts; -1 for what
    /// was appended to the rollups and is not folded in.
    #[diesel(sql_type = Integer)]
    pub read: i32,
    /// Of what was appended.
    #[diesel(sql_type = SmallInt)]
    pub measure: i16,
    #[diesel(sql_type = SmallInt)]
    pub slice: i16,
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub owner_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    #[diesel(sql_type = BigInt)]
    pub cents: i64,
}

type Place = (Option<NaiveDate>, Option<Uuid>, String);

/// The answers as they grow; lines of the same day, owner and key are one.
pub struct Answers(Vec<BTreeMap<Place, (i64, i64)>>);

impl Answers {
    pub fn of(asks: &[Ask]) -> Self {
        Self(vec![BTreeMap::new(); asks.len()])
    }

    /// Adds a line to all that it is for.
    pub fn take(&mut self, plan: &Plan, asks: &[Ask], line: Line) {
        let Ok(read) = usize::try_from(line.read) else {
            for counts in plan.counts.iter().filter(|counts| counts.hold(&line)) {
                self.add(&counts.asks, asks, &line);
            }
            return;
        };
        if let Some(counts) = plan.counts.get(read) {
            return self.add(&counts.asks, asks, &line);
        }
        let ways = plan.facts.iter().flat_map(|facts| &facts.ways);
        if let Some((_, list)) = ways.into_iter().nth(read - plan.counts.len()) {
            self.add(list, asks, &line);
        }
    }

    fn add(&mut self, list: &[usize], asks: &[Ask], line: &Line) {
        for ask in list {
            let held = self.0[*ask].entry(place(asks[*ask].by, line)).or_default();
            *held = (held.0 + line.n, held.1 + line.cents);
        }
    }

    pub fn finished(self) -> Vec<Vec<Sum>> {
        let line = |((day, owner_id, key), (n, cents))| Sum {
            day,
            owner_id,
            key,
            n,
            cents,
        };
        let list = |answer: BTreeMap<Place, (i64, i64)>| answer.into_iter().map(line).collect();
        self.0.into_iter().map(list).collect()
    }
}

impl Counts {
    /// Whether an appended cell belongs to these rollups.
    fn hold(&self, line: &Line) -> bool {
        line.measure == self.measure.number()
            && line.slice == self.slice
            && self.span.is_none_or(|span| {
                line.day
                    .is_some_and(|day| (span.from..=span.until).contains(&day))
            })
    }
}

/// What of a line a question wants to know.
fn place(by: By, line: &Line) -> Place {
    let month = || line.day.map(first_of_month);
    match by {
        By::Nothing => (None, None, String::new()),
        By::Day => (line.day, None, String::new()),
        By::Month => (month(), None, String::new()),
        By::Owner => (None, line.owner_id, String::new()),
        By::MonthKey => (month(), None, line.key.clone()),
        By::Key | By::Province | By::Product | By::Source => (None, None, line.key.clone()),
    }
}

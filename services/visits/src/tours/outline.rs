//! A day as its times are computed: what is behind, what is to come, and from where one goes on.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use crate::agents::model::Base;
use crate::places::model::Place;
use crate::planner::order::Item;
use crate::planner::past::{Made, after};
use crate::planner::schedule::{Call, Day, Shift, schedule};
use crate::rules::hours::Span;
use crate::travel::{Matrix, Point};
use crate::visits::model::{Visit, VisitId};
use crate::visits::queries as visits;

/// A visit that is done or under way: its times are what they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub visit: Visit,
    pub made: Made,
}

/// A visit that is to come; one that is in no diary yet has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    pub place: Place,
    pub visit: Option<Visit>,
    pub minutes: i32,
    pub pinned: bool,
    pub points: i32,
    pub call: Call,
    /// When its shop is open on that day, whatever was agreed.
    pub open: Vec<Span>,
}

impl Ahead {
    /// An appointment: its time stands.
    #[must_use]
    pub fn fixed(&self) -> bool {
        self.visit
            .as_ref()
            .is_some_and(|visit| visit.fixed_at.is_some())
    }

    fn item(&self) -> Item {
        Item {
            call: self.call.clone(),
            must: self.pinned || self.fixed(),
            points: self.points,
        }
    }
}

/// A day, but for the travel times.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub agent_id: UserId,
    pub day: NaiveDate,
    pub start: Option<Base>,
    pub end: Option<Base>,
    /// Every place of the matrix.
    pub points: Vec<Point>,
    /// Where the whole day begins, in the matrix.
    pub begins: Option<usize>,
    pub head: Vec<Past>,
    pub ahead: Vec<Ahead>,
    /// The rest of the day.
    pub shift: Shift,
}

impl Outline {
    /// The times of the whole day, what is to come in the order of the list, as far as they can be kept.
    #[must_use]
    pub fn timed(&self, matrix: &Matrix) -> Day {
        let calls: Vec<Call> = self.ahead.iter().map(|ahead| ahead.call.clone()).collect();
        self.whole(schedule(&self.shift, &calls, matrix), matrix)
    }

    /// What is to come, as the planner's rules see it.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        self.ahead.iter().map(Ahead::item).collect()
    }

    /// The same day with these of the visits to come, in this order.
    #[must_use]
    pub fn ordered(&self, order: &[usize]) -> Self {
        Self {
            ahead: order.iter().map(|at| self.ahead[*at].clone()).collect(),
            ..self.clone()
        }
    }

    /// What is behind, and then the rest.
    #[must_use]
    pub fn whole(&self, rest: Day, matrix: &Matrix) -> Day {
        let past: Vec<Made> = self.head.iter().map(|past| past.made).collect();
        after(&past, self.begins, rest, matrix)
    }

    /// The visits of the diary that are on it, in their order.
    #[must_use]
    pub fn visit_ids(&self) -> Vec<VisitId> {
        let ahead = self.ahead.iter().filter_map(|ahead| ahead.visit.as_ref());
        let head = self.head.iter().map(|past| &past.visit);
        head.chain(ahead).map(|visit| visit.id).collect()
    }

    /// Whether the visits are still as they were read; they are held until the transaction ends.
    pub fn holds(&self, conn: &mut PgConnection) -> DbResult<bool> {
        let ahead = self.ahead.iter().filter_map(|ahead| ahead.visit.as_ref());
        let mut then: Vec<&Visit> = self
            .head
            .iter()
            .map(|past| &past.visit)
            .chain(ahead)
            .collect();
        then.sort_by_key(|visit| visit.id);
        let ids: Vec<VisitId> = then.iter().map(|visit| visit.id).collect();
        let now = visits::lock_these(conn, &ids)?;
        Ok(now.iter().eq(then))
    }
}

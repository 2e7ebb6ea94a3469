use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId, business_day};
use nexus_records::text_enum;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::fields::VisitFields;
pub use super::report::{DiscussedProduct, NextStep, Report, VisitOutcome};
use crate::reports::model::Answers;
use crate::schema::visits;

/// A visit's id.
pub type VisitId = RecordId<Visit>;

text_enum! {
    /// Where a visit stands.
    VisitStatus { Planned = "planned", UnderWay = "under_way", Done = "done", Missed = "missed", Cancelled = "cancelled" }
}

/// A visit's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = visits, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Visit {
    #[schema(value_type = Uuid)]
    pub id: VisitId,
    pub version: i64,
    /// The shop.
    pub place_id: Uuid,
    pub client_id: Uuid,
    /// Who goes.
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub status: VisitStatus,
    pub day: NaiveDate,
    /// Any day from `day` to this one will do.
    pub until_day: Option<NaiveDate>,
    /// The day for which it was planned, even if it was made on another.
    pub planned_on: NaiveDate,
    /// An appointment: no plan drops or moves it.
    pub fixed_at: Option<DateTime<Utc>>,
    /// So many minutes earlier or later it may begin.
    pub leeway_minutes: i32,
    /// When the tour expects to be there.
    pub expected_at: Option<DateTime<Utc>>,
    pub minutes: i32,
    pub subject: Option<String>,
    pub outcome: Option<VisitOutcome>,
    pub note: Option<String>,
    /// What was talked about.
    #[schema(value_type = Vec<DiscussedProduct>)]
    pub products: Value,
    #[schema(value_type = Option<NextStep>)]
    pub next_step: Option<Value>,
    /// What the report's template asked, and the answers.
    #[schema(value_type = Option<Answers>)]
    pub answers: Option<Value>,
    /// Why it was missed or cancelled.
    pub reason: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub tour_id: Option<Uuid>,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Why a visit does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is over: done, missed or cancelled.
    Over,
    /// Somebody is in the shop already.
    UnderWay,
    /// Nobody has checked in.
    NotBegun,
    /// It was not cancelled, or that is too long ago.
    Stands,
}

/// What was cancelled longer ago is planned anew.
const REOPEN_DAYS: i64 = 7;

impl Visit {
    /// Somebody came into the shop at that instant.
    ///
    /// # Errors
    /// Why not.
    pub fn begun(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.status {
            VisitStatus::Planned => Ok(Self {
                status: VisitStatus::UnderWay,
                started_at: Some(at),
                ..self.next(now)
            }),
            VisitStatus::UnderWay => Err(Refusal::UnderWay),
            VisitStatus::Done | VisitStatus::Missed | VisitStatus::Cancelled => Err(Refusal::Over),
        }
    }

    /// The check-in was wrong: somebody came at this instant.
    ///
    /// # Errors
    /// Why not.
    pub fn begun_otherwise(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.status {
            VisitStatus::UnderWay => {}
            VisitStatus::Done if self.ended_at.is_some_and(|ended| at <= ended) => {}
            VisitStatus::Planned => return Err(Refusal::NotBegun),
            VisitStatus::Done | VisitStatus::Missed | VisitStatus::Cancelled => {
                return Err(Refusal::Over);
            }
        }
        Ok(Self {
            started_at: Some(at),
            ..self.next(now)
        })
    }

    /// It takes place after all, or still can.
    ///
    /// # Errors
    /// Why not.
    pub fn reopened(&self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let fell = matches!(self.status, VisitStatus::Cancelled | VisitStatus::Missed);
        if !fell || now - self.updated_at > chrono::Duration::days(REOPEN_DAYS) {
            return Err(Refusal::Stands);
        }
        Ok(Self {
            status: VisitStatus::Planned,
            reason: None,
            ..self.next(now)
        })
    }

    /// It is over, and this came of it (reviewed). The day becomes the one on which it was.
    ///
    /// # Errors
    /// Why not.
    pub fn done(
        &self,
        report: Report,
        answers: Option<Answers>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if !self.is_open() {
            return Err(Refusal::Over);
        }
        let ended = report.ended_at.unwrap_or(now);
        let length = chrono::Duration::minutes(i64::from(self.minutes));
        let started = report
            .started_at
            .or(self.started_at)
            .unwrap_or(ended - length);
        Ok(Self {
            status: VisitStatus::Done,
            day: business_day(ended),
            outcome: Some(report.outcome),
            note: report.note,
            products: serde_json::to_value(report.products).unwrap_or_default(),
            next_step: report
                .next_step
                .and_then(|step| serde_json::to_value(step).ok()),
            answers: answers.and_then(|answers| serde_json::to_value(answers).ok()),
            started_at: Some(started.min(ended)),
            ended_at: Some(ended),
            ..self.next(now)
        })
    }

    /// It did not take place.
    ///
    /// # Errors
    /// Why not.
    pub fn fallen(
        &self,
        status: VisitStatus,
        reason: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if !self.is_open() {
            return Err(Refusal::Over);
        }
        Ok(Self {
            status,
            reason,
            ..self.next(now)
        })
    }

    /// Planned otherwise.
    ///
    /// # Errors
    /// Why not.
    pub fn replanned(
        &self,
        fields: VisitFields,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        match self.status {
            VisitStatus::Planned => Ok(Self {
                agent_id: fields.agent_id.unwrap_or(self.agent_id),
                day,
                until_day: fields.until_day,
                planned_on: day,
                fixed_at: fields.fixed_at,
                leeway_minutes: fields.leeway_minutes.unwrap_or(0),
                minutes: fields.minutes.unwrap_or(self.minutes),
                subject: fields.subject,
                ..self.next(now)
            }),
            VisitStatus::UnderWay => Err(Refusal::UnderWay),
            VisitStatus::Done | VisitStatus::Missed | VisitStatus::Cancelled => Err(Refusal::Over),
        }
    }

    /// Whether it is still to be made or under way.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, VisitStatus::Planned | VisitStatus::UnderWay)
    }

    /// The next version.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn visit(status: VisitStatus) -> Visit {
        Visit {
            id: VisitId::new(),
            version: 1,
            place_id: Uuid::nil(),
            client_id: Uuid::nil(),
            agent_id: UserId::new(),
            status,
            day: "2026-11-23".parse().unwrap(),
            until_day: None,
            planned_on: "2026-11-23".parse().unwrap(),
            fixed_at: None,
            leeway_minutes: 0,
            expected_at: None,
            minutes: 30,
            subject: None,
            outcome: None,
            note: None,
            products: Value::Array(Vec::new()),
            next_step: None,
            answers: None,
            reason: None,
            started_at: None,
            ended_at: None,
            tour_id: None,
            created_by: UserId::new(),
            created_at: at("2026-11-20T08:00:00Z"),
            updated_at: at("2026-11-20T08:00:00Z"),
        }
    }

    fn report(outcome: VisitOutcome) -> Report {
        Report {
            outcome,
            note: None,
            products: Vec::new(),
            next_step: None,
            template: None,
            answers: std::collections::BTreeMap::new(),
            started_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_visit_goes_its_way_and_no_other() {
        use VisitStatus::{Cancelled, Done, Missed, Planned, UnderWay};
        let now = at("2026-11-24T10:00:00Z");
        let (over, under_way, stands) = (Refusal::Over, Refusal::UnderWay, Refusal::Stands);
        for (from, begins, ends, falls, moves, reopens) in [
            (Planned, None, None, None, None, Some(stands)),
            (
                UnderWay,
                Some(under_way),
                None,
                None,
                Some(under_way),
                Some(stands),
            ),
            (
                Done,
                Some(over),
                Some(over),
                Some(over),
                Some(over),
                Some(stands),
            ),
            (Missed, Some(over), Some(over), Some(over), Some(over), None),
            (
                Cancelled,
                Some(over),
                Some(over),
                Some(over),
                Some(over),
                None,
            ),
        ] {
            let visit = visit(from);
            let fields = VisitFields::on(visit.place_id, visit.day);
            let done = visit.done(report(VisitOutcome::Ordered), None, now);
            assert_eq!(visit.begun(now, now).err(), begins, "{from:?}");
            assert_eq!(done.err(), ends, "{from:?}");
            assert_eq!(visit.fallen(Missed, None, now).err(), falls, "{from:?}");
            assert_eq!(
                visit.replanned(fields, visit.day, now).err(),
                moves,
                "{from:?}"
            );
            assert_eq!(visit.reopened(now).err(), reopens, "{from:?}");
        }
    }

    #[test]
    fn what_fell_long_ago_stays_so() {
        let fell = visit(VisitStatus::Cancelled);
        let late = at("2026-11-28T08:00:00Z");
        assert_eq!(fell.reopened(late).err(), Some(Refusal::Stands));
    }

    #[test]
    fn a_check_in_is_corrected_while_there_and_before_the_end() {
        let now = at("2026-11-24T10:00:00Z");
        let ended = |status| Visit {
            ended_at: Some(at("2026-11-24T09:00:00Z")),
            ..visit(status)
        };
        let (before, after) = (at("2026-11-24T08:40:00Z"), at("2026-11-24T09:10:00Z"));
        for (of, to, expected) in [
            (visit(VisitStatus::Planned), before, Err(Refusal::NotBegun)),
            (visit(VisitStatus::UnderWay), after, Ok(Some(after))),
            (ended(VisitStatus::Done), before, Ok(Some(before))),
            (ended(VisitStatus::Done), after, Err(Refusal::Over)),
            (visit(VisitStatus::Missed), before, Err(Refusal::Over)),
        ] {
            let found = of.begun_otherwise(to, now).map(|visit| visit.started_at);
            assert_eq!(found, expected, "{:?} {to}", of.status);
        }
    }

    #[test]
    fn what_was_done_was_done_when_it_ended() {
        let done = visit(VisitStatus::Planned)
            .done(
                report(VisitOutcome::Interested),
                None,
                at("2026-11-24T10:00:00Z"),
            )
            .unwrap();
        assert_eq!(done.day.to_string(), "2026-11-24");
        assert_eq!(done.planned_on.to_string(), "2026-11-23");
        assert_eq!(done.started_at, Some(at("2026-11-24T09:30:00Z")));
        assert_eq!(
            (done.version, done.outcome),
            (2, Some(VisitOutcome::Interested))
        );
    }
}

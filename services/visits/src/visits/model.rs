use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId, business_day};
use nexus_problem::{FieldErrors, optional_text, required_text};
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::visits;

/// A visit's id.
pub type VisitId = RecordId<Visit>;

text_enum! {
    /// Where a visit stands.
    VisitStatus { Planned = "planned", UnderWay = "under_way", Done = "done", Missed = "missed", Cancelled = "cancelled" }
}

text_enum! {
    /// What came of a visit.
    Outcome {
        /// They ordered.
        Ordered = "ordered",
        /// They want to know more.
        Interested = "interested",
        /// Nothing for now.
        Nothing = "nothing",
        /// Whoever decides was not there.
        NobodyThere = "nobody_there",
        /// The shop was closed.
        Closed = "closed",
    }
}

impl Outcome {
    /// Whether somebody was met: only then was the shop seen.
    #[must_use]
    pub fn is_contact(self) -> bool {
        !matches!(self, Self::NobodyThere | Self::Closed)
    }
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
    /// An appointment: no plan drops or moves it.
    pub fixed_at: Option<DateTime<Utc>>,
    /// When the tour expects to be there.
    pub expected_at: Option<DateTime<Utc>>,
    pub minutes: i32,
    pub subject: Option<String>,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    /// What was talked about.
    #[schema(value_type = Vec<DiscussedProduct>)]
    pub products: Value,
    #[schema(value_type = Option<NextStep>)]
    pub next_step: Option<Value>,
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

/// A product that was talked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscussedProduct {
    pub id: Uuid,
    pub name: String,
}

/// What comes next; becomes a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextStep {
    #[schema(example = "Portare il campionario")]
    pub title: String,
    pub due_on: NaiveDate,
}

/// What may be written of a visit that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitFields {
    pub place_id: Uuid,
    /// The caller when not given.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub agent_id: Option<UserId>,
    /// The day; with `fixed_at`, its day.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// An appointment: no plan drops or moves it.
    #[serde(default)]
    pub fixed_at: Option<DateTime<Utc>>,
    /// How long; as the rules say when not given.
    #[serde(default)]
    pub minutes: Option<i32>,
    #[serde(default)]
    pub subject: Option<String>,
}

impl VisitFields {
    /// Brings every field to its stored form and checks it; answers the day, too.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<(Self, NaiveDate), FieldErrors> {
        let mut errors = FieldErrors::default();
        self.subject = optional_text(&mut errors, "/subject", self.subject.as_deref(), 200);
        if self
            .minutes
            .is_some_and(|minutes| !(5..=480).contains(&minutes))
        {
            errors.add("/minutes", "number.range", "Give 5 to 480.");
        }
        let of_appointment = self.fixed_at.map(business_day);
        let day = match (of_appointment, self.day) {
            (Some(fixed), Some(day)) if fixed != day => {
                errors.add("/day", "day.other", "The appointment is on another day.");
                fixed
            }
            (Some(day), _) | (None, Some(day)) => day,
            (None, None) => {
                errors.add("/day", "required", "Say on which day, or at what time.");
                NaiveDate::MIN
            }
        };
        self.day = Some(day);
        errors.or((self, day))
    }
}

/// What came of a visit.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub outcome: Outcome,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub products: Vec<DiscussedProduct>,
    #[serde(default)]
    pub next_step: Option<NextStep>,
    /// When it began, if nobody checked in: then the end less its length.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended; now when not given.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
}

const PRODUCTS_MOST: usize = 50;

impl Report {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, now: DateTime<Utc>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.note = optional_text(&mut errors, "/note", self.note.as_deref(), 5_000);
        if self.products.len() > PRODUCTS_MOST {
            errors.add(
                "/products",
                "items.many",
                format!("At most {PRODUCTS_MOST}."),
            );
        }
        for (at, product) in self.products.iter_mut().enumerate() {
            product.name = required_text(
                &mut errors,
                &format!("/products/{at}/name"),
                &product.name,
                200,
            );
        }
        if let Some(step) = &mut self.next_step {
            step.title = required_text(&mut errors, "/next_step/title", &step.title, 200);
        }
        // A phone's clock may be a little ahead.
        let latest = now + chrono::Duration::minutes(10);
        for (pointer, at) in [
            ("/started_at", self.started_at),
            ("/ended_at", self.ended_at),
        ] {
            if at.is_some_and(|at| at > latest) {
                errors.add(pointer, "time.future", "This is still to come.");
            }
        }
        if let (Some(from), Some(until)) = (self.started_at, self.ended_at)
            && until < from
        {
            errors.add("/ended_at", "ended_at.order", "It ends after it begins.");
        }
        errors.or(self)
    }
}

/// Why a visit does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is over: done, missed or cancelled.
    Over,
    /// Somebody is in the shop already.
    UnderWay,
}

impl Visit {
    /// Somebody is in the shop.
    ///
    /// # Errors
    /// Why not.
    pub fn begun(&self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.status {
            VisitStatus::Planned => Ok(Self {
                status: VisitStatus::UnderWay,
                started_at: Some(now),
                ..self.next(now)
            }),
            VisitStatus::UnderWay => Err(Refusal::UnderWay),
            VisitStatus::Done | VisitStatus::Missed | VisitStatus::Cancelled => Err(Refusal::Over),
        }
    }

    /// It is over, and this came of it (reviewed). The day becomes the one on which it was.
    ///
    /// # Errors
    /// Why not.
    pub fn done(&self, report: Report, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if !matches!(self.status, VisitStatus::Planned | VisitStatus::UnderWay) {
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
        if !matches!(self.status, VisitStatus::Planned | VisitStatus::UnderWay) {
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
                fixed_at: fields.fixed_at,
                minutes: fields.minutes.unwrap_or(self.minutes),
                subject: fields.subject,
                ..self.next(now)
            }),
            VisitStatus::UnderWay => Err(Refusal::UnderWay),
            VisitStatus::Done | VisitStatus::Missed | VisitStatus::Cancelled => Err(Refusal::Over),
        }
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
            fixed_at: None,
            expected_at: None,
            minutes: 30,
            subject: None,
            outcome: None,
            note: None,
            products: Value::Array(Vec::new()),
            next_step: None,
            reason: None,
            started_at: None,
            ended_at: None,
            tour_id: None,
            created_by: UserId::new(),
            created_at: at("2026-11-20T08:00:00Z"),
            updated_at: at("2026-11-20T08:00:00Z"),
        }
    }

    fn report(outcome: Outcome) -> Report {
        Report {
            outcome,
            note: None,
            products: Vec::new(),
            next_step: None,
            started_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_visit_goes_its_way_and_no_other() {
        use VisitStatus::{Cancelled, Done, Missed, Planned, UnderWay};
        let now = at("2026-11-24T10:00:00Z");
        for (from, begins, ends, falls, moves) in [
            (Planned, Ok(()), Ok(()), Ok(()), Ok(())),
            (
                UnderWay,
                Err(Refusal::UnderWay),
                Ok(()),
                Ok(()),
                Err(Refusal::UnderWay),
            ),
            (
                Done,
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
            ),
            (
                Missed,
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
            ),
            (
                Cancelled,
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
                Err(Refusal::Over),
            ),
        ] {
            let visit = visit(from);
            let fields = VisitFields {
                place_id: visit.place_id,
                agent_id: None,
                day: Some(visit.day),
                fixed_at: None,
                minutes: None,
                subject: None,
            };
            assert_eq!(visit.begun(now).map(drop), begins, "{from:?}");
            assert_eq!(
                visit.done(report(Outcome::Ordered), now).map(drop),
                ends,
                "{from:?}"
            );
            assert_eq!(visit.fallen(Missed, None, now).map(drop), falls, "{from:?}");
            assert_eq!(
                visit.replanned(fields, visit.day, now).map(drop),
                moves,
                "{from:?}"
            );
        }
    }

    #[test]
    fn what_was_done_was_done_when_it_ended() {
        let done = visit(VisitStatus::Planned)
            .done(report(Outcome::Interested), at("2026-11-24T10:00:00Z"))
            .unwrap();
        assert_eq!(done.day.to_string(), "2026-11-24");
        assert_eq!(done.started_at, Some(at("2026-11-24T09:30:00Z")));
        assert_eq!((done.version, done.outcome), (2, Some(Outcome::Interested)));
    }

    #[test]
    fn an_appointment_says_its_day() {
        let fields = |day: Option<&str>, fixed: Option<&str>| VisitFields {
            place_id: Uuid::nil(),
            agent_id: None,
            day: day.map(|day| day.parse().unwrap()),
            fixed_at: fixed.map(at),
            minutes: None,
            subject: None,
        };
        let day = |fields: VisitFields| fields.review().map(|(_, day)| day.to_string()).ok();
        // Half past midnight in Rome is still the day before in Greenwich.
        for (given, fixed, expected) in [
            (Some("2026-11-24"), None, Some("2026-11-24")),
            (None, Some("2026-11-23T23:30:00Z"), Some("2026-11-24")),
            (Some("2026-11-23"), Some("2026-11-23T23:30:00Z"), None),
            (None, None, None),
        ] {
            assert_eq!(
                day(fields(given, fixed)).as_deref(),
                expected,
                "{given:?} {fixed:?}"
            );
        }
    }
}

//! What came of a visit, as it is told.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_problem::{FieldErrors, optional_text, required_text};
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::reports::model::Asked;

text_enum! {
    /// What came of a visit.
    VisitOutcome {
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

impl VisitOutcome {
    /// Whether somebody was met: only then was the shop seen.
    #[must_use]
    pub fn is_contact(self) -> bool {
        !matches!(self, Self::NobodyThere | Self::Closed)
    }
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

/// What came of a visit.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = VisitReport)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub outcome: VisitOutcome,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub products: Vec<DiscussedProduct>,
    #[serde(default)]
    pub next_step: Option<NextStep>,
    /// The template whose questions are answered, in the version that was shown; the one that is for this client when not
    /// given.
    #[serde(default)]
    pub template: Option<Asked>,
    /// By question: a text, a number, one of the options, `true` or `false`. A picture is answered by uploading it for
    /// the question.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>, example = json!({"esposizione": "buona", "concorrenza": true}))]
    pub answers: BTreeMap<String, Value>,
    /// When it began, if nobody checked in: then the end less its length.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended; now when not given.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
}

const PRODUCTS_MOST: usize = 50;
/// A phone's clock may be a little ahead.
const AHEAD_MINUTES: i64 = 10;
/// What was noted on paper may be told so much later.
const BACK_DAYS: i64 = 400;
const LONGEST_HOURS: i64 = 16;

/// Adds to `errors` what is wrong with an instant that somebody says later.
pub fn review_past(
    errors: &mut FieldErrors,
    pointer: &str,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    back_days: i64,
) {
    let Some(at) = at else { return };
    if at > now + chrono::Duration::minutes(AHEAD_MINUTES) {
        errors.add(pointer, "time.future", "This is still to come.");
    }
    if at < now - chrono::Duration::days(back_days) {
        let detail = format!("This is more than {back_days} days ago.");
        errors.add(pointer, "time.long_ago", detail);
    }
}

impl Report {
    /// Brings every field to its stored form and checks it, but for the answers.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, now: DateTime<Utc>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.note = optional_text(&mut errors, "/note", self.note.as_deref(), 5_000);
        if self.products.len() > PRODUCTS_MOST {
            let detail = format!("At most {PRODUCTS_MOST}.");
            errors.add("/products", "items.many", detail);
        }
        for (at, product) in self.products.iter_mut().enumerate() {
            let pointer = format!("/products/{at}/name");
            product.name = required_text(&mut errors, &pointer, &product.name, 200);
        }
        if let Some(step) = &mut self.next_step {
            step.title = required_text(&mut errors, "/next_step/title", &step.title, 200);
        }
        review_past(&mut errors, "/started_at", self.started_at, now, BACK_DAYS);
        review_past(&mut errors, "/ended_at", self.ended_at, now, BACK_DAYS);
        if let Some(from) = self.started_at {
            let until = self.ended_at.unwrap_or(now);
            if until < from {
                errors.add("/ended_at", "ended_at.order", "It ends after it begins.");
            } else if until - from > chrono::Duration::hours(LONGEST_HOURS) {
                let detail = "No visit takes that long: say when it ended.";
                errors.add("/ended_at", "ended_at.long", detail);
            }
        }
        errors.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_later_was_and_not_too_long_ago() {
        let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let told = |started: Option<&str>, ended: Option<&str>| {
            let at = |text: &str| text.parse().unwrap();
            let report = Report {
                outcome: VisitOutcome::Nothing,
                note: None,
                products: Vec::new(),
                next_step: None,
                template: None,
                answers: BTreeMap::new(),
                started_at: started.map(at),
                ended_at: ended.map(at),
            };
            let errors = report.review(now).err().map(|errors| errors.0);
            let codes = errors.into_iter().flatten().map(|error| error.code);
            codes.collect::<Vec<_>>()
        };
        for (started, ended, wrong) in [
            (None, None, None),
            (
                Some("2026-11-24T09:30:00Z"),
                Some("2026-11-24T10:05:00Z"),
                None,
            ),
            (
                Some("2026-11-23T09:30:00Z"),
                Some("2026-11-23T09:50:00Z"),
                None,
            ),
            (None, Some("2026-11-24T10:11:00Z"), Some("time.future")),
            (None, Some("2025-10-01T10:00:00Z"), Some("time.long_ago")),
            (
                Some("2026-11-24T09:30:00Z"),
                Some("2026-11-24T09:29:00Z"),
                Some("ended_at.order"),
            ),
            (Some("2026-11-23T09:30:00Z"), None, Some("ended_at.long")),
        ] {
            let expected: Vec<String> = wrong.map(str::to_owned).into_iter().collect();
            assert_eq!(told(started, ended), expected, "{started:?} {ended:?}");
        }
    }
}

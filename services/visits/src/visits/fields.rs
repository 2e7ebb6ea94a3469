//! What may be written of a visit that is to come.

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::{UserId, business_day};
use nexus_problem::{FieldErrors, optional_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What may be written of a visit that is to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// Any day from `day` to this one will do; a plan chooses. Not for appointments.
    #[serde(default)]
    pub until_day: Option<NaiveDate>,
    /// An appointment: no plan drops or moves it.
    #[serde(default)]
    pub fixed_at: Option<DateTime<Utc>>,
    /// So many minutes earlier or later an appointment may begin: 0 to 120, 0 when not given.
    #[serde(default)]
    pub leeway_minutes: Option<i32>,
    /// How long; as the rules say when not given.
    #[serde(default)]
    pub minutes: Option<i32>,
    #[serde(default)]
    pub subject: Option<String>,
}

/// Longer stretches are no plan.
const STRETCH_MOST: i64 = 62;

impl VisitFields {
    /// A visit to a place some time on a day.
    #[must_use]
    pub fn on(place_id: Uuid, day: NaiveDate) -> Self {
        Self {
            place_id,
            day: Some(day),
            ..Self::default()
        }
    }

    /// Brings every field to its stored form and checks it; answers the day, too.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<(Self, NaiveDate), FieldErrors> {
        let mut errors = FieldErrors::default();
        self.subject = optional_text(&mut errors, "/subject", self.subject.as_deref(), 200);
        for (pointer, value, least, most) in [
            ("/minutes", self.minutes, 5, 480),
            ("/leeway_minutes", self.leeway_minutes, 0, 120),
        ] {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                errors.add(pointer, "number.range", format!("Give {least} to {most}."));
            }
        }
        let day = self.review_day(&mut errors);
        self.review_stretch(&mut errors, day);
        errors.or((self, day))
    }

    fn review_day(&mut self, errors: &mut FieldErrors) -> NaiveDate {
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
        day
    }

    fn review_stretch(&mut self, errors: &mut FieldErrors, day: NaiveDate) {
        if self.leeway_minutes.is_some_and(|minutes| minutes > 0) && self.fixed_at.is_none() {
            let detail = "Only an appointment has a time that may give way.";
            errors.add("/leeway_minutes", "leeway_minutes.no_time", detail);
        }
        let Some(until) = self.until_day else { return };
        if self.fixed_at.is_some() {
            let detail = "An appointment is on one day.";
            errors.add("/until_day", "until_day.fixed", detail);
        } else if !(0..=STRETCH_MOST).contains(&(until - day).num_days()) {
            let detail = format!("It ends when it begins or later, at most {STRETCH_MOST} days.");
            errors.add("/until_day", "until_day.order", detail);
        }
        // A stretch of one day is a day.
        self.until_day = Some(until).filter(|until| *until != day);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(day: Option<&str>, fixed: Option<&str>) -> VisitFields {
        VisitFields {
            day: day.map(|day| day.parse().unwrap()),
            fixed_at: fixed.map(|at| at.parse().unwrap()),
            ..VisitFields::default()
        }
    }

    #[test]
    fn an_appointment_says_its_day() {
        let day = |fields: VisitFields| fields.review().map(|(_, day)| day.to_string()).ok();
        // Half past midnight in Rome is still the day before in Greenwich.
        for (given, fixed, expected) in [
            (Some("2026-11-24"), None, Some("2026-11-24")),
            (None, Some("2026-11-23T23:30:00Z"), Some("2026-11-24")),
            (Some("2026-11-23"), Some("2026-11-23T23:30:00Z"), None),
            (None, None, None),
        ] {
            let found = day(fields(given, fixed));
            assert_eq!(found.as_deref(), expected, "{given:?} {fixed:?}");
        }
    }

    #[test]
    fn a_stretch_of_days_is_no_appointment_and_an_appointment_may_give_way() {
        let at = Some("2026-11-24T09:00:00Z");
        let pointers = |day, fixed, until: Option<&str>, leeway| {
            let fields = VisitFields {
                until_day: until.map(|day| day.parse().unwrap()),
                leeway_minutes: leeway,
                ..fields(day, fixed)
            };
            let errors = fields.review().err().map(|errors| errors.0);
            let told = errors.into_iter().flatten().map(|error| error.pointer);
            told.collect::<Vec<_>>()
        };
        let monday = Some("2026-11-23");
        for (day, fixed, until, leeway, wrong) in [
            (monday, None, Some("2026-11-27"), None, None),
            (monday, None, Some("2026-11-22"), None, Some("/until_day")),
            (monday, None, Some("2027-03-01"), None, Some("/until_day")),
            (None, at, Some("2026-11-27"), None, Some("/until_day")),
            (None, at, None, Some(15), None),
            (None, at, None, Some(121), Some("/leeway_minutes")),
            (monday, None, None, Some(15), Some("/leeway_minutes")),
            (monday, None, None, Some(0), None),
        ] {
            let found = pointers(day, fixed, until, leeway);
            let expected: Vec<String> = wrong.map(str::to_owned).into_iter().collect();
            assert_eq!(found, expected, "{day:?} {fixed:?} {until:?} {leeway:?}");
        }
        let (one_day, _) = VisitFields {
            until_day: Some("2026-11-23".parse().unwrap()),
            ..fields(monday, None)
        }
        .review()
        .unwrap();
        assert_eq!(one_day.until_day, None);
    }
}

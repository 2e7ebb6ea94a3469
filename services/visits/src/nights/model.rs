use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use nexus_kernel::UserId;
use nexus_problem::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::model::{Base, WorkingHours};

/// The most nights of one stay.
const NIGHTS_MOST: i64 = 60;

/// Where somebody will sleep.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStay {
    /// The first evening.
    pub from_day: NaiveDate,
    /// The morning on which they leave.
    pub until_day: NaiveDate,
    pub place: Base,
}

impl NewStay {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(1..=NIGHTS_MOST).contains(&(self.until_day - self.from_day).num_days()) {
            let detail = "The day of leaving comes after the first evening, within 60 nights.";
            errors.add("/until_day", "until_day.order", detail);
        }
        self.place.review(&mut errors, "/place");
        if self.place.label.is_empty() {
            errors.add(
                "/place/label",
                "text.empty",
                "Say what the place is called.",
            );
        }
        errors.or(self)
    }
}

/// Nights of somebody in one place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Stay {
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    /// The first evening.
    pub from_day: NaiveDate,
    /// The morning on which they leave.
    pub until_day: NaiveDate,
    pub place: Base,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
}

/// Where one agent's days begin and end: at home, or where the night is spent.
#[derive(Debug, Clone, Default)]
pub struct Nights(HashMap<NaiveDate, Base>);

impl Nights {
    /// Of stays that may cover the days that matter.
    #[must_use]
    pub fn of(stays: &[Stay]) -> Self {
        let nights = stays.iter().flat_map(|stay| {
            let days = stay.from_day.iter_days();
            let days = days.take_while(|day| *day < stay.until_day);
            days.map(|day| (day, stay.place.clone()))
        });
        Self(nights.collect())
    }

    /// Where a day begins.
    #[must_use]
    pub fn start<'a>(&'a self, day: NaiveDate, hours: &'a WorkingHours) -> Option<&'a Base> {
        let before = day.checked_sub_days(Days::new(1))?;
        self.0.get(&before).or(hours.start.as_ref())
    }

    /// Where a day ends.
    #[must_use]
    pub fn end<'a>(&'a self, day: NaiveDate, hours: &'a WorkingHours) -> Option<&'a Base> {
        self.0.get(&day).or_else(|| hours.ends_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(label: &str) -> Base {
        Base {
            label: label.to_owned(),
            lat: 44.4,
            lng: 7.5,
        }
    }

    #[test]
    fn a_day_ends_and_the_next_begins_where_the_night_is_spent() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let stay = Stay {
            id: Uuid::nil(),
            agent_id: UserId::new(),
            from_day: day("2026-11-24"),
            until_day: day("2026-11-26"),
            place: base("Hotel"),
            created_by: UserId::new(),
            created_at: DateTime::UNIX_EPOCH,
        };
        let nights = Nights::of(&[stay]);
        let hours = WorkingHours {
            start: Some(base("Casa")),
            ..WorkingHours::default()
        };
        let way = |on: &str| {
            let label = |base: Option<&Base>| base.unwrap().label.clone();
            let on = day(on);
            (
                label(nights.start(on, &hours)),
                label(nights.end(on, &hours)),
            )
        };
        for (on, from, to) in [
            ("2026-11-23", "Casa", "Casa"),
            ("2026-11-24", "Casa", "Hotel"),
            ("2026-11-25", "Hotel", "Hotel"),
            ("2026-11-26", "Hotel", "Casa"),
            ("2026-11-27", "Casa", "Casa"),
        ] {
            assert_eq!(way(on), (from.to_owned(), to.to_owned()), "{on}");
        }
        let nowhere = WorkingHours::default();
        assert_eq!(nights.start(day("2026-11-23"), &nowhere), None);
    }

    #[test]
    fn stays_that_make_no_sense_are_refused() {
        let new = |from: &str, until: &str, label: &str| NewStay {
            from_day: from.parse().unwrap(),
            until_day: until.parse().unwrap(),
            place: base(label),
        };
        let pointers = |new: NewStay| -> Vec<String> {
            let errors = new.review().map(drop).err().unwrap_or_default();
            errors.0.into_iter().map(|error| error.pointer).collect()
        };
        assert!(pointers(new("2026-11-24", "2026-11-25", "Hotel")).is_empty());
        assert_eq!(
            pointers(new("2026-11-24", "2026-11-24", "Hotel")),
            ["/until_day"]
        );
        assert_eq!(
            pointers(new("2026-11-24", "2027-02-01", "Hotel")),
            ["/until_day"]
        );
        assert_eq!(
            pointers(new("2026-11-24", "2026-11-25", " ")),
            ["/place/label"]
        );
    }
}

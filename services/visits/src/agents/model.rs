use chrono::{Datelike, NaiveDate};
use nexus_problem::{FieldErrors, optional_text};
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::hours::{Span, Week, Window, review_week, review_windows, spans, spelled};

/// A place that is no shop: home, the office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Base {
    #[schema(example = "Casa, Torino")]
    pub label: String,
    #[schema(example = 45.07)]
    pub lat: f64,
    #[schema(example = 7.69)]
    pub lng: f64,
}

impl Base {
    /// Checks every field; what is wrong is told below `pointer`.
    pub fn review(&mut self, errors: &mut FieldErrors, pointer: &str) {
        let label = format!("{pointer}/label");
        self.label = optional_text(errors, &label, Some(&self.label), 120).unwrap_or_default();
        if !(-90.0..=90.0).contains(&self.lat) || !(-180.0..=180.0).contains(&self.lng) {
            let detail = "Latitude is -90 to 90, longitude -180 to 180.";
            errors.add(pointer, "place.unknown", detail);
        }
    }
}

/// How somebody works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingHours {
    /// One window a day: from leaving home to being back.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Vec<String>>>, example = json!({"mon": [["08:30", "18:00"]]}))]
    pub week: Week,
    /// Within this window there is a break …
    #[schema(value_type = Option<Vec<String>>, example = json!(["12:30", "14:30"]))]
    pub lunch: Option<Window>,
    /// … of so many minutes.
    pub lunch_minutes: i32,
    /// Where the day begins; at the first shop when not given.
    pub start: Option<Base>,
    /// Where it ends; where it began when not given.
    pub end: Option<Base>,
    /// The most visits of a day.
    pub visits_most: i32,
}

impl Default for WorkingHours {
    fn default() -> Self {
        let day: Vec<Window> = vec![["09:00".to_owned(), "18:00".to_owned()]];
        let days = ["mon", "tue", "wed", "thu", "fri"];
        Self {
            week: days.map(|name| (name.to_owned(), day.clone())).into(),
            lunch: Some(["12:30".to_owned(), "14:30".to_owned()]),
            lunch_minutes: 60,
            start: None,
            end: None,
            visits_most: 12,
        }
    }
}

impl WorkingHours {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        review_week(&mut errors, "/week", &self.week);
        if self.week.values().any(|windows| windows.len() > 1) {
            let detail = "One window a day: what is between two is the lunch break.";
            errors.add("/week", "windows.one", detail);
        }
        if let Some(lunch) = &self.lunch {
            review_windows(&mut errors, "/lunch", std::slice::from_ref(lunch));
        }
        if !(0..=180).contains(&self.lunch_minutes) {
            errors.add("/lunch_minutes", "number.range", "Give 0 to 180.");
        }
        if !(1..=40).contains(&self.visits_most) {
            errors.add("/visits_most", "number.range", "Give 1 to 40.");
        }
        for (pointer, base) in [("/start", &mut self.start), ("/end", &mut self.end)] {
            let Some(base) = base else { continue };
            base.review(&mut errors, pointer);
        }
        errors.or(self)
    }

    /// The working time of a day, from leaving to being back; none on a day off.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<Span> {
        let windows = self.week.get(spelled(day.weekday()))?;
        spans(day, windows).first().copied()
    }

    /// When the break of a day is.
    #[must_use]
    pub fn lunch_on(&self, day: NaiveDate) -> Option<Span> {
        let lunch = self.lunch.as_ref().filter(|_| self.lunch_minutes > 0)?;
        spans(day, std::slice::from_ref(lunch)).first().copied()
    }

    /// Where the day ends.
    #[must_use]
    pub fn ends_at(&self) -> Option<&Base> {
        self.end.as_ref().or(self.start.as_ref())
    }
}

text_enum! {
    /// Why somebody is away.
    AbsenceReason { Holiday = "holiday", Sick = "sick", Training = "training", Other = "other" }
}

/// Days on which somebody does not visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAbsence {
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    pub reason: AbsenceReason,
    #[serde(default)]
    pub note: Option<String>,
}

impl NewAbsence {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(0..=400).contains(&(self.until_day - self.from_day).num_days()) {
            errors.add(
                "/until_day",
                "until_day.order",
                "It ends after it begins, within a year.",
            );
        }
        self.note = optional_text(&mut errors, "/note", self.note.as_deref(), 500);
        errors.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_work_when_their_week_says() {
        let hours = WorkingHours::default();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(hours.on(day("2026-11-22")).is_none());
        let monday = hours.on(day("2026-11-23")).unwrap();
        assert_eq!((monday.until - monday.from).num_hours(), 9);
        assert!(hours.lunch_on(day("2026-11-23")).is_some());
        let without = WorkingHours {
            lunch_minutes: 0,
            ..WorkingHours::default()
        };
        assert!(without.lunch_on(day("2026-11-23")).is_none());
    }

    #[test]
    fn hours_that_make_no_sense_are_refused() {
        let two: Vec<Window> = vec![
            ["08:00".to_owned(), "12:00".to_owned()],
            ["14:00".to_owned(), "18:00".to_owned()],
        ];
        let hours = WorkingHours {
            week: [("mon".to_owned(), two)].into(),
            visits_most: 0,
            start: Some(Base {
                label: "Luna".to_owned(),
                lat: 120.0,
                lng: 0.0,
            }),
            ..WorkingHours::default()
        };
        let errors = hours.review().unwrap_err();
        let pointers: Vec<&str> = errors
            .0
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["/week", "/visits_most", "/start"]);
    }
}

use chrono::{Days, NaiveDate, TimeDelta};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{Span, Week, Window, review_week};

text_enum! {
    /// What of a visit has to be within the opening hours: all of it, or only its beginning.
    WithinHours { WholeVisit = "whole_visit", StartOnly = "start_only" }
}

/// How the company visits its shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VisitRules {
    /// Days from one visit to the next.
    pub cadence_days: PerClass,
    /// How long a visit takes.
    pub visit_minutes: PerClass,
    /// A visit is due when this share of its interval has passed.
    #[schema(example = 0.7)]
    pub due_from: f64,
    /// When a shop can be visited that has not said when it opens.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Vec<String>>>)]
    pub usual_hours: Week,
    /// Whether a visit has to end before the shop closes.
    pub within_hours: WithinHours,
    /// How much each reason to visit weighs, in points.
    pub weights: Weights,
    /// Whether people may say where they are when they check in. Off unless the company decides otherwise.
    pub positions: bool,
    /// After so many days the position of a check-in is forgotten.
    pub positions_kept_days: i32,
    /// Decimals of a degree that are kept of a position: 2 (a kilometre) to 5 (a metre).
    pub position_decimals: i32,
    /// Whoever is so near is at the shop.
    pub check_in_radius_m: i32,
}

/// One figure for each class of client, and one for those without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PerClass {
    pub a: i32,
    pub b: i32,
    pub c: i32,
    pub other: i32,
}

/// The most points that each part of a visit's worth can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// How long nobody has been there, by class.
    pub urgency: i32,
    /// What is open with the client, by its stage's probability.
    pub deals: i32,
    /// An offer that runs out.
    pub offers: i32,
    /// Orders that have stopped coming.
    pub churn: i32,
}

impl PerClass {
    /// The figure of a class.
    #[must_use]
    pub fn of(&self, class: Option<&str>) -> i32 {
        match class {
            Some("A") => self.a,
            Some("B") => self.b,
            Some("C") => self.c,
            _ => self.other,
        }
    }

    fn review(&self, errors: &mut FieldErrors, pointer: &str, least: i32, most: i32) {
        for (name, value) in [
            ("a", self.a),
            ("b", self.b),
            ("c", self.c),
            ("other", self.other),
        ] {
            if !(least..=most).contains(&value) {
                let detail = format!("Give {least} to {most}.");
                errors.add(format!("{pointer}/{name}"), "number.range", detail);
            }
        }
    }
}

impl Default for VisitRules {
    fn default() -> Self {
        let open: Vec<Window> = vec![
            ["09:00".to_owned(), "13:00".to_owned()],
            ["15:00".to_owned(), "19:00".to_owned()],
        ];
        let days = ["mon", "tue", "wed", "thu", "fri", "sat"];
        Self {
            cadence_days: PerClass {
                a: 14,
                b: 30,
                c: 60,
                other: 45,
            },
            visit_minutes: PerClass {
                a: 40,
                b: 30,
                c: 20,
                other: 30,
            },
            due_from: 0.7,
            usual_hours: days.map(|day| (day.to_owned(), open.clone())).into(),
            within_hours: WithinHours::WholeVisit,
            weights: Weights {
                urgency: 60,
                deals: 20,
                offers: 10,
                churn: 10,
            },
            positions: false,
            positions_kept_days: 90,
            position_decimals: 4,
            check_in_radius_m: 300,
        }
    }
}

impl VisitRules {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.cadence_days
            .review(&mut errors, "/cadence_days", 1, 730);
        self.visit_minutes
            .review(&mut errors, "/visit_minutes", 5, 480);
        if !(0.1..=1.0).contains(&self.due_from) {
            errors.add("/due_from", "number.range", "Give 0.1 to 1.");
        }
        review_week(&mut errors, "/usual_hours", &self.usual_hours);
        let Weights {
            urgency,
            deals,
            offers,
            churn,
        } = self.weights;
        for (name, value) in [
            ("urgency", urgency),
            ("deals", deals),
            ("offers", offers),
            ("churn", churn),
        ] {
            if !(0..=100).contains(&value) {
                errors.add(format!("/weights/{name}"), "number.range", "Give 0 to 100.");
            }
        }
        if urgency + deals + offers + churn == 0 {
            errors.add(
                "/weights",
                "weights.none",
                "Something must weigh something.",
            );
        }
        for (pointer, value, least, most) in [
            ("/positions_kept_days", self.positions_kept_days, 1, 730),
            ("/position_decimals", self.position_decimals, 2, 5),
            ("/check_in_radius_m", self.check_in_radius_m, 50, 5_000),
        ] {
            if !(least..=most).contains(&value) {
                errors.add(pointer, "number.range", format!("Give {least} to {most}."));
            }
        }
        errors.or(self)
    }

    /// Opening hours within which a visit of this length has to be, from its beginning to its end: where only the beginning
    /// counts, doors close so much later for it.
    #[must_use]
    pub fn fit(&self, open: Vec<Span>, minutes: i32) -> Vec<Span> {
        let longer = match self.within_hours {
            WithinHours::WholeVisit => TimeDelta::zero(),
            WithinHours::StartOnly => TimeDelta::minutes(i64::from(minutes)),
        };
        let stretched = |span: Span| Span {
            until: span.until + longer,
            ..span
        };
        open.into_iter().map(stretched).collect()
    }

    /// When a place comes due: the share of its interval after the last visit; one that nobody has seen is due since it is known.
    #[must_use]
    pub fn due_on(
        &self,
        cadence_days: i32,
        last_visit: Option<NaiveDate>,
        known_since: NaiveDate,
    ) -> NaiveDate {
        let Some(last) = last_visit else {
            return known_since;
        };
        let days = (f64::from(cadence_days) * self.due_from).ceil();
        // At most 730, and never negative.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 730"
        )]
        let days = days as u64;
        last.checked_add_days(Days::new(days)).unwrap_or(last)
    }
}

/// Days since the last visit ÷ cadence. Who was never visited is overdue from the first day: at least 1.
#[must_use]
pub fn urgency(
    today: NaiveDate,
    cadence_days: i32,
    last_visit: Option<NaiveDate>,
    known_since: NaiveDate,
) -> f64 {
    let since = |day: NaiveDate| {
        let days = i32::try_from((today - day).num_days().max(0)).unwrap_or(i32::MAX);
        f64::from(days) / f64::from(cadence_days.max(1))
    };
    match last_visit {
        Some(last) => since(last),
        None => since(known_since).max(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_visit_is_due_when_seven_tenths_of_its_interval_have_passed() {
        let rules = VisitRules::default();
        let known = day("2026-01-01");
        for (cadence, last, due) in [
            (14, Some("2026-11-02"), "2026-11-12"),
            (30, Some("2026-11-02"), "2026-11-23"),
            (1, Some("2026-11-02"), "2026-11-03"),
            (30, None, "2026-01-01"),
        ] {
            let due_on = rules.due_on(cadence, last.map(day), known);
            assert_eq!(due_on, day(due), "{cadence} {last:?}");
            if let Some(last) = last {
                assert!(urgency(due_on, cadence, Some(day(last)), known) >= 0.7);
                let before = due_on.pred_opt().unwrap();
                assert!(urgency(before, cadence, Some(day(last)), known) < 0.7);
            }
        }
    }

    #[test]
    fn urgency_is_the_share_of_the_interval_that_has_passed() {
        let known = day("2026-11-20");
        for (today, cadence, last, expected) in [
            ("2026-11-23", 30, Some("2026-11-08"), 0.5),
            ("2026-11-23", 30, Some("2026-10-24"), 1.0),
            ("2026-11-23", 30, Some("2026-11-30"), 0.0),
            ("2026-11-23", 30, None, 1.0),
            ("2026-12-20", 15, None, 2.0),
        ] {
            let found = urgency(day(today), cadence, last.map(day), known);
            assert!((found - expected).abs() < 1e-9, "{today} {last:?}: {found}");
        }
    }

    #[test]
    fn where_only_the_beginning_counts_a_visit_may_outlast_the_closing() {
        let at = |text: &str| text.parse().unwrap();
        let open = Span {
            from: at("2026-11-24T08:00:00Z"),
            until: at("2026-11-24T11:30:00Z"),
        };
        for (within_hours, until) in [
            (WithinHours::WholeVisit, "2026-11-24T11:30:00Z"),
            (WithinHours::StartOnly, "2026-11-24T12:00:00Z"),
        ] {
            let rules = VisitRules {
                within_hours,
                ..VisitRules::default()
            };
            let expected = Span {
                until: at(until),
                ..open
            };
            assert_eq!(rules.fit(vec![open], 30), [expected], "{within_hours:?}");
        }
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let rules = VisitRules {
            cadence_days: PerClass {
                a: 0,
                b: 30,
                c: 60,
                other: 45,
            },
            due_from: 1.2,
            weights: Weights {
                urgency: 0,
                deals: 0,
                offers: 0,
                churn: 0,
            },
            ..VisitRules::default()
        };
        let errors = rules.review().unwrap_err();
        let pointers: Vec<&str> = errors
            .0
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["/cadence_days/a", "/due_from", "/weights"]);
        assert!(VisitRules::default().review().is_ok());
    }
}

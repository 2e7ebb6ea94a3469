use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

text_enum! {
    /// What is to be reached.
    TargetMeasure {
        WonCents = "won_cents", Won = "won", OrderedCents = "ordered_cents", Ordered = "ordered", Visits = "visits",
        Activities = "activities",
    }
}

/// What one user is to reach in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub owner_id: Uuid,
    pub measure: TargetMeasure,
    /// Cents, or a number; 0 takes the target away.
    pub value: i64,
}

/// The targets of a month that are set; others stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetsOfMonth {
    /// Its first day.
    pub month: NaiveDate,
    pub targets: Vec<Target>,
}

const TARGETS_MOST: usize = 1_000;
/// A hundred million euros, or as many visits.
const VALUE_MOST: i64 = 10_000_000_000;

impl TargetsOfMonth {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.month.day() != 1 || !(2000..=2100).contains(&self.month.year()) {
            errors.add(
                "/month",
                "month.first",
                "Give the first day of a month, e.g. 2026-12-01.",
            );
        }
        if self.targets.len() > TARGETS_MOST {
            errors.add(
                "/targets",
                "targets.many",
                format!("At most {TARGETS_MOST}."),
            );
        }
        let mut seen = HashSet::new();
        for (place, target) in self.targets.iter().enumerate() {
            if !(0..=VALUE_MOST).contains(&target.value) {
                let detail = format!("Give 0 to {VALUE_MOST}.");
                errors.add(format!("/targets/{place}/value"), "number.range", detail);
            }
            if !seen.insert((target.owner_id, target.measure)) {
                let detail = "This user has a target of this kind already.";
                errors.add(format!("/targets/{place}"), "target.twice", detail);
            }
        }
        errors.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_of_whole_months_and_each_once() {
        let target = Target {
            owner_id: Uuid::nil(),
            measure: TargetMeasure::Won,
            value: 5,
        };
        let of = |month: &str, targets: Vec<Target>| TargetsOfMonth {
            month: month.parse().unwrap(),
            targets,
        };
        assert!(of("2026-12-01", vec![target.clone()]).review().is_ok());
        for (wrong, pointer) in [
            (of("2026-12-02", vec![]), "/month"),
            (
                of("2026-12-01", vec![target.clone(), target.clone()]),
                "/targets/1",
            ),
            (
                of(
                    "2026-12-01",
                    vec![Target {
                        value: -1,
                        ..target
                    }],
                ),
                "/targets/0/value",
            ),
        ] {
            let told = nexus_problem::Problem::from(wrong.review().unwrap_err()).body(None);
            assert_eq!(told.errors[0].pointer, pointer);
        }
    }
}

//! How somebody wants the tours of a plan to be.

use chrono::NaiveDate;
use nexus_kernel::UserId;
use nexus_problem::FieldErrors;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::tours::commands::STOPS_MOST;

/// Tours of a plan as they are to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// Each replaces the proposed tour of its agent and day, or is one more.
    pub(super) tours: Vec<TourDraft>,
}

/// One tour as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TourDraft {
    #[schema(value_type = Uuid)]
    pub(super) agent_id: UserId,
    pub(super) day: NaiveDate,
    /// In their order; none: the day has no tour.
    pub(super) stops: Vec<StopDraft>,
}

/// One stop as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopDraft {
    pub(super) place_id: Uuid,
    /// Its time stands, whatever is planned anew once the tour is accepted.
    #[serde(default)]
    pub(super) pinned: bool,
}

const TOURS_MOST: usize = 60;

impl PlanChange {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(1..=TOURS_MOST).contains(&self.tours.len()) {
            errors.add("/tours", "items.many", format!("Give 1 to {TOURS_MOST}."));
        }
        let mut seen: Vec<(UserId, NaiveDate, Uuid)> = Vec::new();
        for (at, tour) in self.tours.iter().enumerate() {
            if tour.stops.len() > STOPS_MOST {
                let detail = format!("At most {STOPS_MOST}.");
                errors.add(format!("/tours/{at}/stops"), "items.many", detail);
            }
            let again = self.tours[..at]
                .iter()
                .any(|other| (other.agent_id, other.day) == (tour.agent_id, tour.day));
            if again {
                let detail = "This agent's day is named before.";
                errors.add(format!("/tours/{at}/day"), "items.twice", detail);
            }
            for stop in &tour.stops {
                let key = (tour.agent_id, tour.day, stop.place_id);
                if seen.contains(&key) {
                    let detail = "A shop is named twice.";
                    errors.add(format!("/tours/{at}/stops"), "items.twice", detail);
                }
                seen.push(key);
            }
        }
        errors.or(())
    }
}

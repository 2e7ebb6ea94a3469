//! A stop that somebody wants on a tour.

use diesel::PgConnection;
use nexus_problem::{FieldErrors, Problem};
use nexus_records::Viewer;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::STOPS_MOST;
use super::edits;
use super::model::TourId;
use super::queries;
use super::timing::Wish;
use crate::places::queries as places;
use crate::planner::problem::AGREED;
use crate::visits::model::VisitId;
use crate::visits::queries as visit_rows;

/// A stop more: a visit of the diary, or a shop.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewStop {
    /// A visit that is to come; from another tour or day, too.
    #[schema(value_type = Option<Uuid>)]
    pub(super) visit_id: Option<VisitId>,
    /// Or a shop that nobody planned to visit.
    pub(super) place_id: Option<Uuid>,
    /// How long; as the rules say when not given.
    pub(super) minutes: Option<i32>,
    /// The place among the stops, from 0; where it costs least when not given.
    pub(super) position: Option<usize>,
}

impl NewStop {
    pub(super) fn review(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.visit_id.is_some() == self.place_id.is_some() {
            errors.add("/visit_id", "stop.one", "Give a visit or a shop.");
        }
        if self
            .minutes
            .is_some_and(|minutes| !(5..=480).contains(&minutes))
        {
            errors.add("/minutes", "number.range", "Give 5 to 480.");
        }
        if self.position.is_some_and(|position| position > STOPS_MOST) {
            errors.add(
                "/position",
                "number.range",
                format!("Give 0 to {STOPS_MOST}."),
            );
        }
        errors.or(())
    }

    pub(super) fn wish(&self, conn: &mut PgConnection, viewer: &Viewer) -> Result<Wish, Problem> {
        if let Some(id) = self.visit_id {
            let visit = visit_rows::find(conn, viewer, id)?;
            let visit = visit.ok_or_else(|| Problem::not_found("visit"))?;
            let stop = match visit.tour_id.map(TourId::from_uuid) {
                Some(tour) => queries::stops(conn, &[tour])?
                    .into_iter()
                    .find(|stop| stop.visit_id == id),
                None => None,
            };
            // It is worth what it was worth; its time is another one.
            let wish = stop.map_or_else(
                || Wish::of(visit.clone()),
                |stop| edits::wish(&stop, visit.clone()),
            );
            return Ok(Wish {
                minutes: self.minutes.or(wish.minutes),
                pinned: None,
                ..wish
            });
        }
        let place = places::find(conn, viewer, self.place_id.unwrap_or_default())?;
        let place = place.filter(|place| !place.archived);
        Ok(Wish {
            place_id: place.ok_or_else(|| Problem::not_found("place"))?.id,
            visit: None,
            minutes: self.minutes,
            pinned: None,
            points: AGREED,
        })
    }
}

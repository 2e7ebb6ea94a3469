use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged, optional_text};
use nexus_records::Act;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Place;
use super::queries::{self, ChangeRow};
use crate::rules;
use crate::rules::hours::{Window, review_windows};

/// What people say about visiting one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceWishes {
    /// Days between visits; `null`: as the rules say.
    #[serde(default)]
    pub own_cadence_days: Option<i32>,
    /// Minutes of a visit; `null`: as the rules say.
    #[serde(default)]
    pub own_visit_minutes: Option<i32>,
}

fn missing() -> Problem {
    Problem::not_found("place")
}

/// Changes what was said about a place (JSON merge patch).
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: Uuid,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Place, Problem> {
    let rules = rules::queries::hold(conn)?;
    let before = queries::lock(conn, &act.viewer, id)?.ok_or_else(missing)?;
    if !if_match.allows(before.version) {
        return Err(Problem::stale(&before));
    }
    let wishes = PlaceWishes {
        own_cadence_days: before.own_cadence_days,
        own_visit_minutes: before.own_visit_minutes,
    };
    let wishes: PlaceWishes = merged(&wishes, patch)?;
    let mut errors = FieldErrors::default();
    for (pointer, value, least, most) in [
        ("/own_cadence_days", wishes.own_cadence_days, 1, 730),
        ("/own_visit_minutes", wishes.own_visit_minutes, 5, 480),
    ] {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            errors.add(pointer, "number.range", format!("Give {least} to {most}."));
        }
    }
    let wishes = errors.or(wishes)?;
    let mut after = before.clone();
    after.own_cadence_days = wishes.own_cadence_days;
    after.own_visit_minutes = wishes.own_visit_minutes;
    after.apply(&rules);
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "visits.place.changed.v1",
            id,
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

/// Days and hours that are not as usual.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHoursChange {
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    /// None: closed.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<String>>, example = json!([["10:00", "13:00"]]))]
    pub windows: Vec<Window>,
    #[serde(default)]
    pub note: Option<String>,
}

/// A longest stretch, in days: a year and a bit.
const STRETCH_MOST: i64 = 400;

/// Notes that a place is closed, or open otherwise, for some days.
pub fn add_change(
    conn: &mut PgConnection,
    act: &Act,
    place: Uuid,
    id: Uuid,
    new: NewHoursChange,
) -> Result<ChangeRow, Problem> {
    let mut errors = FieldErrors::default();
    let days = (new.until_day - new.from_day).num_days();
    if !(0..=STRETCH_MOST).contains(&days) {
        errors.add(
            "/until_day",
            "until_day.order",
            "It ends after it begins, within a year.",
        );
    }
    review_windows(&mut errors, "/windows", &new.windows);
    let note = optional_text(&mut errors, "/note", new.note.as_deref(), 500);
    errors.or(())?;
    queries::lock(conn, &act.viewer, place)?.ok_or_else(missing)?;
    let row = ChangeRow {
        id,
        place_id: place,
        from_day: new.from_day,
        until_day: new.until_day,
        windows: serde_json::to_value(&new.windows).unwrap_or_default(),
        note,
        created_by: act.viewer.user_id.uuid(),
        created_at: act.now,
    };
    queries::insert_change(conn, &row).map_err(|error| {
        error.on_constraint("place_changes_pkey", || {
            Problem::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            )
        })
    })?;
    tell(conn, act, "visits.place_hours.added.v1", 1, &row)?;
    Ok(row)
}

/// The event of days that are not as usual.
fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    version: i64,
    row: &ChangeRow,
) -> Result<(), Problem> {
    let fact = act.fact(kind, row.id, version, None, row);
    Ok(announce(conn, &fact)?)
}

/// Takes such a note away.
pub fn remove_change(
    conn: &mut PgConnection,
    act: &Act,
    place: Uuid,
    id: Uuid,
) -> Result<(), Problem> {
    queries::lock(conn, &act.viewer, place)?.ok_or_else(missing)?;
    let gone = queries::delete_change(conn, place, id)?;
    let gone = gone.ok_or_else(|| Problem::not_found("change"))?;
    tell(conn, act, "visits.place_hours.removed.v1", 2, &gone)
}

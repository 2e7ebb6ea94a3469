use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged};
use nexus_records::{Act, users};
use serde_json::Value;

use super::model::{Territory, TerritoryFields, TerritoryId};
use super::queries;

fn missing() -> Problem {
    Problem::not_found("territory")
}

fn check_agents(conn: &mut PgConnection, fields: &TerritoryFields) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    for (at, agent) in fields.agent_ids.iter().enumerate() {
        if !users::queries::exists(conn, *agent)? {
            let pointer = format!("/agent_ids/{at}");
            errors.add(pointer, "user.unknown", "There is no such colleague.");
        }
    }
    Ok(errors.or(())?)
}

/// The fields, checked against the other territories; nobody else changes any meanwhile.
fn reviewed(
    conn: &mut PgConnection,
    id: TerritoryId,
    fields: TerritoryFields,
) -> Result<TerritoryFields, Problem> {
    let mut others = queries::all(conn)?;
    others.retain(|other| other.id != id);
    let fields = fields.review(&others)?;
    check_agents(conn, &fields)?;
    Ok(fields)
}

fn announced(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: Option<&Territory>,
    after: &Territory,
) -> Result<(), Problem> {
    queries::apply_to_places(conn)?;
    let fact = act.fact(kind, after.id.uuid(), after.version, before, after);
    Ok(announce(conn, &fact)?)
}

/// A new territory; every place follows.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: TerritoryId,
    fields: TerritoryFields,
) -> Result<Territory, Problem> {
    queries::alone(conn)?;
    let TerritoryFields {
        name,
        areas,
        agent_ids,
    } = reviewed(conn, id, fields)?;
    let territory = Territory {
        id,
        version: 1,
        name,
        areas,
        agent_ids,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    queries::insert(conn, &territory).map_err(|error| {
        error.on_constraint("territories_pkey", || {
            let detail = "Another record has this id.";
            Problem::conflict("id-taken", "This id is taken", detail)
        })
    })?;
    announced(conn, act, "visits.territory.created.v1", None, &territory)?;
    Ok(territory)
}

fn found(
    conn: &mut PgConnection,
    id: TerritoryId,
    if_match: &IfMatch,
) -> Result<Territory, Problem> {
    queries::alone(conn)?;
    let territory = queries::find(conn, id)?.ok_or_else(missing)?;
    if if_match.allows(territory.version) {
        Ok(territory)
    } else {
        Err(Problem::stale(&territory))
    }
}

/// Changes some fields (JSON merge patch); every place follows.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: TerritoryId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Territory, Problem> {
    let before = found(conn, id, if_match)?;
    let current = TerritoryFields {
        name: before.name.clone(),
        areas: before.areas.clone(),
        agent_ids: before.agent_ids.clone(),
    };
    let TerritoryFields {
        name,
        areas,
        agent_ids,
    } = reviewed(conn, id, merged(&current, patch)?)?;
    let after = Territory {
        version: before.version + 1,
        name,
        areas,
        agent_ids,
        updated_at: act.now,
        ..before.clone()
    };
    queries::save(conn, &after)?;
    announced(
        conn,
        act,
        "visits.territory.changed.v1",
        Some(&before),
        &after,
    )?;
    Ok(after)
}

/// Its places belong to the next closest.
pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: TerritoryId,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let before = found(conn, id, if_match)?;
    let after = Territory {
        version: before.version + 1,
        updated_at: act.now,
        archived_at: Some(act.now),
        ..before.clone()
    };
    queries::save(conn, &after)?;
    announced(
        conn,
        act,
        "visits.territory.archived.v1",
        Some(&before),
        &after,
    )
}

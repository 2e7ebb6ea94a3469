//! The list from which a lost deal's reason is picked.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::{DbError, DbResult};
use nexus_kernel::RecordId;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged, required_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::error::PipelineError;
use crate::italy::text::key;
use crate::schema::lost_reasons;
use nexus_records::Act;

/// A lost reason's id.
pub type LostReasonId = RecordId<LostReason>;

/// Why deals are lost, in a word or two.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = lost_reasons, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct LostReason {
    #[schema(value_type = uuid::Uuid)]
    pub id: LostReasonId,
    pub version: i64,
    pub name: String,
    #[serde(skip)]
    pub name_key: String,
    pub position: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What may be written of a lost reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LostReasonFields {
    pub name: String,
    /// Smaller comes first.
    pub position: i32,
}

pub fn all(conn: &mut PgConnection) -> DbResult<Vec<LostReason>> {
    let rows = lost_reasons::table
        .filter(lost_reasons::archived_at.is_null())
        .order((lost_reasons::position, lost_reasons::name_key))
        .limit(200)
        .select(LostReason::as_select())
        .load(conn)?;
    Ok(rows)
}

pub fn find(conn: &mut PgConnection, id: LostReasonId) -> DbResult<Option<LostReason>> {
    let row = lost_reasons::table
        .find(id)
        .select(LostReason::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn named(conn: &mut PgConnection, name: &str) -> DbResult<Option<LostReason>> {
    let row = lost_reasons::table
        .filter(lost_reasons::name_key.eq(key(name)))
        .select(LostReason::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: LostReasonId,
    fields: LostReasonFields,
) -> Result<LostReason, PipelineError> {
    let fields = fields.review()?;
    let reason = LostReason {
        id,
        version: 1,
        name_key: key(&fields.name),
        name: fields.name,
        position: fields.position,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    diesel::insert_into(lost_reasons::table)
        .values(&reason)
        .execute(conn)
        .map_err(DbError::from)
        .map_err(taken)?;
    announce(
        conn,
        &act.fact("crm.lost_reason.created.v1", id.uuid(), 1, None, &reason),
    )?;
    Ok(reason)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: LostReasonId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<LostReason, PipelineError> {
    let before = lock(conn, id, if_match)?;
    let fields = LostReasonFields {
        name: before.name.clone(),
        position: before.position,
    };
    let fields: LostReasonFields = merged(&fields, patch).map_err(PipelineError::Unfit)?;
    let fields = fields.review()?;
    let after = LostReason {
        version: before.version + 1,
        name_key: key(&fields.name),
        name: fields.name,
        position: fields.position,
        updated_at: act.now,
        ..before.clone()
    };
    save(conn, act, "crm.lost_reason.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: LostReasonId,
    if_match: &IfMatch,
) -> Result<(), PipelineError> {
    let before = lock(conn, id, if_match)?;
    let after = LostReason {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save(conn, act, "crm.lost_reason.archived.v1", &before, &after)
}

fn lock(
    conn: &mut PgConnection,
    id: LostReasonId,
    if_match: &IfMatch,
) -> Result<LostReason, PipelineError> {
    let reason: LostReason = lost_reasons::table
        .find(id)
        .select(LostReason::as_select())
        .for_update()
        .first(conn)
        .optional()
        .map_err(DbError::from)?
        .ok_or(PipelineError::NoReason)?;
    if if_match.allows(reason.version) {
        Ok(reason)
    } else {
        Err(PipelineError::StaleReason(Box::new(reason)))
    }
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &LostReason,
    after: &LostReason,
) -> Result<(), PipelineError> {
    diesel::update(after)
        .set(after)
        .execute(conn)
        .map_err(DbError::from)
        .map_err(taken)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}

fn taken(error: DbError) -> PipelineError {
    match error {
        DbError::Constraint { name } if name.starts_with("lost_reasons_") => PipelineError::Exists,
        other => other.into(),
    }
}

impl LostReasonFields {
    fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 80);
        errors.or(self)
    }
}

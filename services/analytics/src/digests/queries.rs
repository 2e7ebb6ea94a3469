use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use nexus_db::{DbError, DbResult};
use nexus_kernel::UserId;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Digest, DigestFields, DigestId, Rhythm};
use crate::schema::digests;

#[derive(Queryable, QueryableByName, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = digests, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: DigestId,
    version: i64,
    owner_id: UserId,
    board_id: Option<Uuid>,
    rhythm: Rhythm,
    tiles: Value,
    filter: Value,
    due_at: DateTime<Utc>,
    #[diesel(treat_none_as_null = true)]
    letter_id: Option<Uuid>,
    #[diesel(treat_none_as_null = true)]
    held_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

fn json(value: &impl Serialize) -> DbResult<Value> {
    serde_json::to_value(value)
        .map_err(|error| DbError::from(diesel::result::Error::SerializationError(Box::new(error))))
}

impl Row {
    fn of(digest: &Digest) -> DbResult<Self> {
        Ok(Self {
            id: digest.id,
            version: digest.version,
            owner_id: digest.owner_id,
            board_id: digest.fields.board_id,
            rhythm: digest.fields.rhythm,
            tiles: json(&digest.fields.tiles)?,
            filter: json(&digest.fields.filter)?,
            due_at: digest.due_at,
            letter_id: None,
            held_until: None,
            created_at: digest.created_at,
            updated_at: digest.updated_at,
        })
    }

    /// A tile that is no more is left out.
    fn digest(self) -> Digest {
        let tiles = self.tiles.as_array().cloned().unwrap_or_default();
        let tiles = tiles
            .into_iter()
            .filter_map(|tile| serde_json::from_value(tile).ok())
            .collect();
        Digest {
            id: self.id,
            version: self.version,
            owner_id: self.owner_id,
            fields: DigestFields {
                board_id: self.board_id,
                rhythm: self.rhythm,
                tiles,
                filter: serde_json::from_value(self.filter).unwrap_or_default(),
            },
            due_at: self.due_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Somebody's own.
pub fn list(conn: &mut PgConnection, owner: UserId) -> DbResult<Vec<Digest>> {
    let rows: Vec<Row> = digests::table
        .filter(digests::owner_id.eq(owner))
        .order((digests::created_at, digests::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::digest).collect())
}

/// Somebody's digest of a dashboard, held until the transaction ends.
pub fn lock_of(
    conn: &mut PgConnection,
    owner: UserId,
    board: Option<Uuid>,
) -> DbResult<Option<Digest>> {
    let row: Option<Row> = digests::table
        .filter(digests::owner_id.eq(owner))
        .filter(digests::board_id.is_not_distinct_from(board))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(Row::digest))
}

pub fn lock(conn: &mut PgConnection, owner: UserId, id: DigestId) -> DbResult<Option<Digest>> {
    let row: Option<Row> = digests::table
        .find(id)
        .filter(digests::owner_id.eq(owner))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(Row::digest))
}

pub fn insert(conn: &mut PgConnection, digest: &Digest) -> DbResult<()> {
    diesel::insert_into(digests::table)
        .values(Row::of(digest)?)
        .execute(conn)?;
    Ok(())
}

/// Saves it; a letter that is being written is not counted.
pub fn save(conn: &mut PgConnection, digest: &Digest) -> DbResult<()> {
    diesel::update(digests::table.find(digest.id))
        .set(Row::of(digest)?)
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, id: DigestId) -> DbResult<()> {
    diesel::delete(digests::table.find(id)).execute(conn)?;
    Ok(())
}

/// Takes the digest that has waited longest, for oneself until `until`; those that others hold are passed over. A letter
/// that was begun and not finished keeps its id.
pub fn take(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> DbResult<Option<(Digest, Uuid)>> {
    let row: Option<Row> = diesel::sql_query(
        "UPDATE digests SET held_until = $2, letter_id = coalesce(letter_id, $3) WHERE id = (
             SELECT id FROM digests WHERE due_at <= $1 AND (held_until IS NULL OR held_until <= $1)
             ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING *",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(until)
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .get_result(conn)
    .optional()?;
    Ok(row.and_then(|row| {
        let letter = row.letter_id?;
        Some((row.digest(), letter))
    }))
}

/// A letter is over; the next is due then. Nothing, if somebody has changed the digest meanwhile.
pub fn finish(
    conn: &mut PgConnection,
    id: DigestId,
    letter: Uuid,
    next: DateTime<Utc>,
) -> DbResult<()> {
    let written = digests::table
        .find(id)
        .filter(digests::letter_id.eq(letter));
    diesel::update(written)
        .set((
            digests::due_at.eq(next),
            digests::letter_id.eq(None::<Uuid>),
            digests::held_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    Ok(())
}

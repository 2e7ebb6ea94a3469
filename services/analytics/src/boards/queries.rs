use diesel::prelude::*;
use nexus_db::{DbError, DbResult};
use nexus_kernel::UserId;
use serde::Serialize;
use serde_json::Value;

use super::model::{Board, BoardFields, BoardId};
use crate::schema::dashboards;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dashboards, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: BoardId,
    version: i64,
    owner_id: UserId,
    name: String,
    shared: bool,
    tiles: Value,
    filter: Value,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

fn json(value: &impl Serialize) -> DbResult<Value> {
    serde_json::to_value(value)
        .map_err(|error| DbError::from(diesel::result::Error::SerializationError(Box::new(error))))
}

impl Row {
    fn of(board: &Board) -> DbResult<Self> {
        Ok(Self {
            id: board.id,
            version: board.version,
            owner_id: board.owner_id,
            name: board.fields.name.clone(),
            shared: board.fields.shared,
            tiles: json(&board.fields.tiles)?,
            filter: json(&board.fields.filter)?,
            created_at: board.created_at,
            updated_at: board.updated_at,
        })
    }

    /// A tile that is no more is left out.
    fn board(self) -> Board {
        let tiles = self.tiles.as_array().cloned().unwrap_or_default();
        let tiles = tiles
            .into_iter()
            .filter_map(|tile| serde_json::from_value(tile).ok())
            .collect();
        Board {
            id: self.id,
            version: self.version,
            owner_id: self.owner_id,
            fields: BoardFields {
                name: self.name,
                shared: self.shared,
                tiles,
                filter: serde_json::from_value(self.filter).unwrap_or_default(),
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// One's own, then those that are shared; by name.
pub fn list(conn: &mut PgConnection, user: UserId) -> DbResult<Vec<Board>> {
    let rows: Vec<Row> = dashboards::table
        .filter(dashboards::owner_id.eq(user).or(dashboards::shared))
        .order((
            dashboards::owner_id.ne(user),
            dashboards::name,
            dashboards::id,
        ))
        .limit(500)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::board).collect())
}

pub fn find(conn: &mut PgConnection, user: UserId, id: BoardId) -> DbResult<Option<Board>> {
    let row: Option<Row> = dashboards::table
        .find(id)
        .filter(dashboards::owner_id.eq(user).or(dashboards::shared))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Row::board))
}

pub fn lock(conn: &mut PgConnection, user: UserId, id: BoardId) -> DbResult<Option<Board>> {
    let row: Option<Row> = dashboards::table
        .find(id)
        .filter(dashboards::owner_id.eq(user).or(dashboards::shared))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(Row::board))
}

pub fn count(conn: &mut PgConnection, user: UserId) -> DbResult<i64> {
    Ok(dashboards::table
        .filter(dashboards::owner_id.eq(user))
        .count()
        .get_result(conn)?)
}

pub fn insert(conn: &mut PgConnection, board: &Board) -> DbResult<()> {
    diesel::insert_into(dashboards::table)
        .values(Row::of(board)?)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, board: &Board) -> DbResult<()> {
    diesel::update(dashboards::table.find(board.id))
        .set(Row::of(board)?)
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, id: BoardId) -> DbResult<()> {
    diesel::delete(dashboards::table.find(id)).execute(conn)?;
    Ok(())
}

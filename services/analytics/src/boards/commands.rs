//! Lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbError;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged};
use nexus_records::Author;
use serde_json::Value;

use super::model::{BOARDS_MOST, Board, BoardFields, BoardId};
use super::queries;

/// Who writes, and whether they may show a dashboard to everybody.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    pub user_id: nexus_kernel::UserId,
    pub shares: Shares,
    pub now: chrono::DateTime<chrono::Utc>,
}

/// Whether somebody may show a dashboard to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shares {
    May,
    MayNot,
}

impl Writer {
    fn author(&self) -> Author {
        Author {
            user_id: Some(self.user_id),
            now: self.now,
        }
    }
}

pub fn create(
    conn: &mut PgConnection,
    writer: &Writer,
    id: BoardId,
    fields: BoardFields,
) -> Result<Board, Problem> {
    let fields = fields.review()?;
    check_sharing(writer, false, &fields)?;
    if queries::count(conn, writer.user_id)? >= BOARDS_MOST {
        let detail = format!("You have {BOARDS_MOST} dashboards already. Take one away first.");
        return Err(Problem::conflict(
            "dashboards-many",
            "Too many dashboards",
            detail,
        ));
    }
    let board = Board {
        id,
        version: 1,
        owner_id: writer.user_id,
        fields,
        created_at: writer.now,
        updated_at: writer.now,
    };
    queries::insert(conn, &board).map_err(|error| {
        error.on_constraint("dashboards_pkey", || {
            let detail = "There is a dashboard with this id already.";
            Problem::conflict("dashboard-exists", "The dashboard exists", detail)
        })
    })?;
    tell(conn, writer, "analytics.dashboard.created.v1", None, &board)?;
    Ok(board)
}

pub fn change(
    conn: &mut PgConnection,
    writer: &Writer,
    id: BoardId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Board, Problem> {
    let before = lock(conn, writer, id, if_match)?;
    let fields: BoardFields = merged(&before.fields, patch)?;
    let fields = fields.review()?;
    check_sharing(writer, before.fields.shared, &fields)?;
    if fields == before.fields {
        return Ok(before);
    }
    let after = Board {
        version: before.version + 1,
        fields,
        updated_at: writer.now,
        ..before.clone()
    };
    queries::save(conn, &after)?;
    tell(
        conn,
        writer,
        "analytics.dashboard.changed.v1",
        Some(&before),
        &after,
    )?;
    Ok(after)
}

pub fn delete(
    conn: &mut PgConnection,
    writer: &Writer,
    id: BoardId,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let before = lock(conn, writer, id, if_match)?;
    queries::delete(conn, id)?;
    let after = Board {
        version: before.version + 1,
        updated_at: writer.now,
        ..before.clone()
    };
    tell(
        conn,
        writer,
        "analytics.dashboard.removed.v1",
        Some(&before),
        &after,
    )?;
    Ok(())
}

/// A dashboard of somebody else is there to be seen, and copied.
fn lock(
    conn: &mut PgConnection,
    writer: &Writer,
    id: BoardId,
    if_match: &IfMatch,
) -> Result<Board, Problem> {
    let board =
        queries::lock(conn, writer.user_id, id)?.ok_or_else(|| Problem::not_found("dashboard"))?;
    if board.owner_id != writer.user_id {
        return Err(Problem::forbidden(
            "Only its owner changes a dashboard. Make a copy of your own.",
        ));
    }
    if !if_match.allows(board.version) {
        return Err(Problem::stale(&board));
    }
    Ok(board)
}

fn check_sharing(writer: &Writer, shared: bool, fields: &BoardFields) -> Result<(), FieldErrors> {
    if fields.shared && !shared && writer.shares == Shares::MayNot {
        let detail = "None of your roles allows it to show a dashboard to everybody.";
        return Err(FieldErrors::one("/shared", "shared.not_yours", detail));
    }
    Ok(())
}

fn tell(
    conn: &mut PgConnection,
    writer: &Writer,
    kind: &'static str,
    before: Option<&Board>,
    after: &Board,
) -> Result<(), DbError> {
    let fact = writer
        .author()
        .fact(kind, after.id.uuid(), after.version, before, after);
    announce(conn, &fact)
}

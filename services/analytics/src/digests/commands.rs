//! Lock, decide, save, announce.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbError;
use nexus_kernel::{UserId, business_day};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, Problem};
use nexus_records::{Author, Viewer};

use super::model::{Digest, DigestFields, DigestId};
use super::queries;
use crate::boards;
use crate::boards::model::BoardId;
use crate::filter::scoped;

/// Sets the reader's digest of a dashboard.
pub fn set(
    conn: &mut PgConnection,
    viewer: &Viewer,
    fields: DigestFields,
    now: DateTime<Utc>,
) -> Result<Digest, Problem> {
    let today = business_day(now);
    let fields = fields.review(today)?;
    scoped(conn, viewer, &fields.filter.on(today), today)?;
    let owner = viewer.user_id;
    if let Some(board) = fields.board_id
        && boards::queries::find(conn, owner, BoardId::from_uuid(board))?.is_none()
    {
        let detail = "There is no such dashboard, or it is not shown to you.";
        return Err(FieldErrors::one("/board_id", "board_id.unknown", detail).into());
    }
    let before = queries::lock_of(conn, owner, fields.board_id)?;
    let due_at = fields.rhythm.next(now);
    let after = Digest {
        id: before.as_ref().map_or_else(DigestId::new, |known| known.id),
        version: before.as_ref().map_or(1, |known| known.version + 1),
        owner_id: owner,
        fields,
        due_at,
        created_at: before.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    if before.is_some() {
        queries::save(conn, &after)?;
    } else {
        queries::insert(conn, &after).map_err(|error| {
            error.on_constraint("digests_one_each", || {
                let detail = "It was set a moment ago from somewhere else. Look again.";
                Problem::conflict("digest-exists", "The digest exists", detail)
            })
        })?;
    }
    tell(
        conn,
        "analytics.digest.saved.v1",
        before.as_ref(),
        &after,
        now,
    )?;
    Ok(after)
}

pub fn delete(
    conn: &mut PgConnection,
    owner: UserId,
    id: DigestId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let before = queries::lock(conn, owner, id)?.ok_or_else(|| Problem::not_found("digest"))?;
    queries::delete(conn, id)?;
    let after = Digest {
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    tell(
        conn,
        "analytics.digest.removed.v1",
        Some(&before),
        &after,
        now,
    )?;
    Ok(())
}

fn tell(
    conn: &mut PgConnection,
    kind: &'static str,
    before: Option<&Digest>,
    after: &Digest,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let author = Author {
        user_id: Some(after.owner_id),
        now,
    };
    announce(
        conn,
        &author.fact(kind, after.id.uuid(), after.version, before, after),
    )
}

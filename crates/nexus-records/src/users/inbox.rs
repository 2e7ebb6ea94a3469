//! auth's events, applied to the mirror.

use diesel::pg::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_kernel::text::key;
use nexus_outbox::Event;
use serde::Deserialize;

use super::queries::{self, User};

/// The source's name in `inbox_positions`.
pub const SOURCE: &str = "auth";

#[derive(Deserialize)]
struct SavedUser {
    id: UserId,
    name: String,
    status: String,
    manager_id: Option<UserId>,
    #[serde(default)]
    roles: Vec<String>,
}

/// Applies one event. What is not needed here is passed over.
///
/// # Errors
/// The database's.
pub fn apply(conn: &mut PgConnection, event: &Event) -> DbResult<()> {
    if event.kind != "auth.user.saved.v1" {
        return Ok(());
    }
    let Ok(saved) = SavedUser::deserialize(&event.payload) else {
        tracing::error!(
            position = event.position,
            "a user's event cannot be read; passed over"
        );
        return Ok(());
    };
    let before = queries::find(conn, saved.id)?;
    // The feed may be read again from its beginning: what is known better stays.
    if before
        .as_ref()
        .is_some_and(|known| known.version > event.version)
    {
        return Ok(());
    }
    let user = User {
        id: saved.id,
        name_key: key(&saved.name),
        name: saved.name,
        status: saved.status,
        manager_id: saved.manager_id,
        version: event.version,
        roles: saved.roles,
    };
    queries::save(conn, &user)?;
    match before {
        None if user.manager_id.is_none() => queries::rebuild_reports(conn),
        None => queries::add_to_reports(conn, user.id, user.manager_id),
        Some(before) if before.manager_id != user.manager_id => queries::rebuild_reports(conn),
        Some(_) => Ok(()),
    }
}

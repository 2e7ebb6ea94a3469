use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_auth::{RevocationList, RevokedSession, RevokedUser};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_outbox::last_position;
use uuid::Uuid;

use crate::schema::users;
use crate::sessions::model::{matters_since, outlived};
use crate::{api_keys, sessions};

/// All that still matters. The position is read first: what ends meanwhile comes after it in the feed, too.
pub fn revocations(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<RevocationList> {
    let position = last_position(conn)?;
    let since = matters_since(now);
    let mut ended = sessions::queries::ended_since(conn, since)?;
    ended.extend(api_keys::queries::revoked_since(conn, since)?);
    let sessions = ended
        .into_iter()
        .map(|(sid, at)| RevokedSession {
            sid,
            until: outlived(at),
        })
        .collect();
    let users: Vec<(Uuid, i64, DateTime<Utc>)> = users::table
        .filter(users::access_changed_at.gt(since))
        .filter(users::access_version.gt(1))
        .select((users::id, users::access_version, users::access_changed_at))
        .load(conn)?;
    let users = users
        .into_iter()
        .map(|(id, min_ver, at)| RevokedUser {
            sub: UserId::from_uuid(id),
            min_ver,
            until: outlived(at),
        })
        .collect();
    Ok(RevocationList {
        position,
        sessions,
        users,
    })
}

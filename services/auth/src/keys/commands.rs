use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use nexus_db::{DbError, DbResult};
use nexus_kernel::UserId;
use nexus_outbox::{Fact, announce};
use serde_json::json;
use uuid::Uuid;

use super::model::{Begin, StoredKey, is_old, kept_until, thumbprint};
use super::{Sealer, queries};

/// The keys as they should be now: makes the first, replaces one that is old, forgets what has ended.
pub fn tend(
    conn: &mut PgConnection,
    sealer: &Sealer,
    now: DateTime<Utc>,
) -> DbResult<Vec<StoredKey>> {
    let keys = queries::published(conn, now)?;
    if keys.last().is_some_and(|newest| !is_old(newest, now)) {
        return Ok(keys);
    }
    queries::lock(conn)?;
    let keys = queries::published(conn, now)?;
    match keys.last() {
        None => add(conn, sealer, now, Begin::Now, None)?,
        Some(newest) if is_old(newest, now) => add(conn, sealer, now, Begin::Published, None)?,
        Some(_) => {}
    }
    queries::forget_ended(conn, now)?;
    queries::published(conn, now)
}

/// A new key, because somebody wants one.
pub fn rotate(
    conn: &mut PgConnection,
    sealer: &Sealer,
    now: DateTime<Utc>,
    begin: Begin,
    actor: UserId,
) -> DbResult<Vec<StoredKey>> {
    queries::lock(conn)?;
    add(conn, sealer, now, begin, Some(actor))?;
    queries::published(conn, now)
}

fn add(
    conn: &mut PgConnection,
    sealer: &Sealer,
    now: DateTime<Utc>,
    begin: Begin,
    actor: Option<UserId>,
) -> DbResult<()> {
    let key = make(sealer, now, begin)?;
    queries::insert(conn, &key)?;
    queries::end_others(conn, &key.kid, kept_until(key.signs_from))?;
    let payload = json!({"kid": key.kid, "signs_from": key.signs_from});
    let id = Uuid::now_v7();
    let actor = actor.map(UserId::uuid);
    announce(
        conn,
        &Fact::new("auth.signing_key.published.v1", id, actor, now, 1, payload),
    )
}

fn make(sealer: &Sealer, now: DateTime<Utc>, begin: Begin) -> DbResult<StoredKey> {
    let unmade = |_| DbError::Unreachable("the operating system gives no randomness".to_owned());
    let pair = Ed25519KeyPair::generate().map_err(unmade)?;
    let private = pair.to_pkcs8().map_err(unmade)?;
    let public_key = pair.public_key().as_ref().to_vec();
    let kid = thumbprint(&public_key);
    Ok(StoredKey {
        sealed_key: sealer.seal(&kid, private.as_ref()),
        kid,
        public_key,
        created_at: now,
        signs_from: begin.at(now),
        expires_at: None,
    })
}

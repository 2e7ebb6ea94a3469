//! One function per thing a user can make happen: lock, decide, save, announce.

use chrono::{DateTime, Utc};
use nexus_auth::RevokedSession;
use nexus_kernel::UserId;
use nexus_problem::FieldErrors;
use uuid::Uuid;

use super::model::{self, ApiKey, ApiKeyView};
use super::{ApiKeyError, queries};
use crate::app::Tx;
use crate::keys::Access;
use crate::roles;
use crate::secrets::{Key, Token};
use crate::security_log::{self, Kind};
use crate::sessions::model::outlived;
use crate::users::authority::Authority;
use crate::users::{self, Status, User};

/// A key to make.
pub struct Wish {
    pub id: Option<Uuid>,
    pub name: String,
    pub roles: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes a key, and the user as whom it acts.
pub fn create(
    tx: &mut Tx<'_>,
    authority: &Authority,
    secrets: &Key,
    wish: Wish,
) -> Result<ApiKeyView, ApiKeyError> {
    let mut errors = FieldErrors::default();
    let name = model::check_name(&mut errors, &wish.name);
    let expires_at = model::check_end(&mut errors, wish.expires_at, tx.now);
    errors.or(())?;
    let roles = authority.roles(tx.conn, &wish.roles)?;

    let user = User::new(UserId::new(), name.clone(), Status::Active, tx.now);
    let id = wish.id.unwrap_or_else(Uuid::now_v7);
    let key = ApiKey {
        id,
        name,
        user_id: user.id,
        secret_hash: model::secret(secrets, id).hash(),
        created_by: authority.me(),
        created_at: tx.now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let role_ids: Vec<Uuid> = roles.iter().map(|role| role.id).collect();
    users::commands::insert(tx, &user, &role_ids)?;
    queries::insert(tx.conn, &key).map_err(|error| {
        error.on_constraint("api_keys_pkey", || {
            ApiKeyError::from(FieldErrors::one(
                "/id",
                "id.taken",
                "Another key has this id.",
            ))
        })
    })?;
    security_log::write(tx, Kind::ApiKeyMade, Some(user.id))?;
    let view = ApiKeyView::new(key, roles.into_iter().map(|role| role.name).collect());
    tx.announce("auth.api_key.made.v1", id, 1, &view)?;
    Ok(view)
}

/// What the bearer of a key may have a token for, if the key is good.
pub fn exchange(tx: &mut Tx<'_>, secret: &Token) -> Result<Access, ApiKeyError> {
    let key = queries::by_secret(tx.conn, &secret.hash())?
        .filter(|key| key.is_good(tx.now))
        .ok_or(ApiKeyError::NoGood)?;
    // The user's row first: should their rights change meanwhile, the token is of the older version and ends.
    let user = users::queries::find(tx.conn, key.user_id)?
        .filter(|user| user.status == Status::Active)
        .ok_or(ApiKeyError::NoGood)?;
    let permissions = roles::queries::permissions_of(tx.conn, user.id)?;
    if key.use_is_news(tx.now) {
        queries::note_use(tx.conn, key.id, tx.now)?;
    }
    Ok(Access {
        user: user.id,
        session: key.session(),
        version: user.access_version,
        permissions,
    })
}

/// Ends a key and every token it was exchanged for.
pub fn revoke(tx: &mut Tx<'_>, id: Uuid) -> Result<(), ApiKeyError> {
    let key = queries::lock(tx.conn, id)?.ok_or(ApiKeyError::NotFound)?;
    if key.revoked_at.is_some() {
        return Ok(());
    }
    queries::revoke(tx.conn, id, tx.now)?;
    let ended = RevokedSession {
        sid: key.session(),
        until: outlived(tx.now),
    };
    tx.announce("auth.session.ended.v1", id, 2, &ended)?;
    tx.revoke_session(ended);
    Ok(security_log::write(
        tx,
        Kind::ApiKeyRevoked,
        Some(key.user_id),
    )?)
}

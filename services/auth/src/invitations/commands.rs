use chrono::Duration;
use nexus_kernel::UserId;
use nexus_problem::FieldErrors;
use uuid::Uuid;

use super::model::{Invitation, LASTS, token};
use super::{InvitationError, queries};
use crate::app::Tx;
use crate::passwords;
use crate::secrets::{Key, Token};
use crate::security_log::{self, Kind};
use crate::users::authority::Authority;
use crate::users::commands::announce_saved;
use crate::users::model::{check_email, check_name};
use crate::users::{self, Status, User, UserError, UserView};

/// A new link; older ones of the same person let nobody in any more.
pub fn issue(
    tx: &mut Tx<'_>,
    key: &Key,
    user: UserId,
    lasts: Duration,
) -> Result<Invitation, InvitationError> {
    queries::withdraw(tx.conn, user)?;
    let id = Uuid::now_v7();
    let invitation = Invitation {
        id,
        user_id: user.uuid(),
        token_hash: token(key, id).hash(),
        created_by: tx.actor.map(UserId::uuid),
        created_at: tx.now,
        expires_at: tx.now + lasts,
        used_at: None,
    };
    queries::insert(tx.conn, &invitation)?;
    Ok(invitation)
}

/// A new link for somebody who is known: imported, invited before, or locked out of their account.
pub fn invite_again(
    tx: &mut Tx<'_>,
    key: &Key,
    authority: &Authority,
    id: UserId,
    email: Option<&str>,
) -> Result<(UserView, Invitation), InvitationError> {
    let before = authority.lock(tx.conn, id, None)?;
    let status = match before.status {
        Status::Disabled => return Err(UserError::Disabled.into()),
        Status::Imported | Status::Invited => Status::Invited,
        Status::Waiting | Status::Active => before.status,
    };
    let mut errors = FieldErrors::default();
    let email = email
        .map(|text| check_email(&mut errors, text))
        .or_else(|| before.email.clone());
    if email.is_none() {
        errors.add(
            "/email",
            "email.needed",
            "Say which e-mail address they will sign in with.",
        );
    }
    errors.or(()).map_err(UserError::from)?;
    let changed = status != before.status || email != before.email;
    let mut user = User {
        email,
        status,
        ..before
    };
    if changed {
        user = user.changed(tx.now);
        users::queries::save(tx.conn, &user).map_err(UserError::from)?;
        announce_saved(tx, &user)?;
    }
    let invitation = issue(tx, key, id, LASTS)?;
    security_log::write(tx, Kind::Invited, Some(id))?;
    Ok((users::queries::view(tx.conn, user)?, invitation))
}

/// Whom an open invitation is for.
pub fn check(
    tx: &mut Tx<'_>,
    token: Option<&Token>,
) -> Result<(Invitation, User), InvitationError> {
    let hash = token.ok_or(InvitationError::NotOpen)?.hash();
    let invitation = queries::lock(tx.conn, &hash)?.filter(|invitation| invitation.is_open(tx.now));
    let invitation = invitation.ok_or(InvitationError::NotOpen)?;
    let user = users::queries::lock(tx.conn, UserId::from_uuid(invitation.user_id))?;
    let user = user
        .filter(|user| user.status != Status::Disabled)
        .ok_or(InvitationError::NotOpen)?;
    Ok((invitation, user))
}

/// Somebody comes in: with this password from now on.
pub fn accept(
    tx: &mut Tx<'_>,
    token: Option<&Token>,
    name: Option<&str>,
    password_hash: &str,
) -> Result<User, InvitationError> {
    let (invitation, user) = check(tx, token)?;
    let mut errors = FieldErrors::default();
    let name = name.map_or_else(|| user.name.clone(), |name| check_name(&mut errors, name));
    errors.or(()).map_err(UserError::from)?;
    tx.actor = Some(user.id);
    queries::mark_used(tx.conn, invitation.id, tx.now)?;
    let user = User {
        name,
        status: Status::Active,
        ..user
    }
    .changed(tx.now);
    users::queries::save(tx.conn, &user)?;
    passwords::commands::set(tx, user.id, password_hash, None)?;
    announce_saved(tx, &user)?;
    security_log::write(tx, Kind::InvitationAccepted, Some(user.id))?;
    Ok(user)
}

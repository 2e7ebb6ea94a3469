//! One function per thing a user can make happen: lock, decide, save, announce.

use nexus_auth::RevokedSession;
use nexus_db::DbResult;
use nexus_kernel::{SessionId, UserId};

use super::model::{Device, EndReason, Issued, RefreshToken, Session, outlived};
use super::{SessionError, queries};
use crate::app::Tx;
use crate::roles;
use crate::secrets::Token;
use crate::security_log::{self, Kind};
use crate::users::{self, Status, User};

/// Signs somebody in, whose password was right. They may have been disabled meanwhile.
pub fn begin(tx: &mut Tx<'_>, user: UserId, device: Device) -> Result<Issued, SessionError> {
    let before = users::queries::lock(tx.conn, user)?;
    let before = before
        .filter(|user| user.status == Status::Active)
        .ok_or(SessionError::InvalidCredentials)?;
    let after = User {
        last_login_at: Some(tx.now),
        ..before
    };
    let session = Session::new(user, device, tx.now);
    let refresh = Token::random();

    users::queries::save(tx.conn, &after)?;
    queries::insert(tx.conn, &session)?;
    queries::insert_token(tx.conn, &fresh(&session, &refresh, None, tx))?;
    tx.actor = Some(user);
    security_log::write(tx, Kind::LoginOk, Some(user))?;
    Ok(issued(tx, after, session, refresh)?)
}

pub(super) fn fresh(
    session: &Session,
    token: &Token,
    parent: Option<Vec<u8>>,
    tx: &Tx<'_>,
) -> RefreshToken {
    RefreshToken {
        hash: token.hash(),
        session_id: session.id,
        parent,
        created_at: tx.now,
        used_at: None,
    }
}

/// The user's row was read first: should their rights change meanwhile, the token is of the older version and ends.
pub(super) fn issued(
    tx: &mut Tx<'_>,
    user: User,
    session: Session,
    refresh: Token,
) -> DbResult<Issued> {
    let permissions = roles::queries::permissions_of(tx.conn, user.id)?;
    let access_version = user.access_version;
    let user = users::queries::view(tx.conn, user)?;
    Ok(Issued {
        user,
        permissions,
        access_version,
        session,
        refresh,
    })
}

/// Ends a session; one that has ended stays as it is.
pub fn end(tx: &mut Tx<'_>, id: SessionId, reason: EndReason) -> DbResult<bool> {
    if !queries::end(tx.conn, id, reason, tx.now)? {
        return Ok(false);
    }
    let ended = RevokedSession {
        sid: id,
        until: outlived(tx.now),
    };
    tx.announce("auth.session.ended.v1", id.uuid(), 1, &ended)?;
    tx.revoke_session(ended);
    Ok(true)
}

/// Ends every session of a user but this one.
pub fn end_all_of(
    tx: &mut Tx<'_>,
    user: UserId,
    but: Option<SessionId>,
    reason: EndReason,
) -> DbResult<()> {
    for id in queries::open_of(tx.conn, user, but)? {
        end(tx, id, reason)?;
    }
    Ok(())
}

/// Signs out.
pub fn log_out(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> DbResult<()> {
    end(tx, id, EndReason::Logout)?;
    security_log::write(tx, Kind::Logout, Some(user))
}

/// Ends one of the user's own sessions.
pub fn end_own(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<(), SessionError> {
    let own = queries::lock(tx.conn, id)?
        .filter(|session| session.user_id == user && session.is_alive(tx.now));
    own.ok_or(SessionError::NotFound)?;
    end(tx, id, EndReason::EndedByUser)?;
    Ok(security_log::write(tx, Kind::SessionEnded, Some(user))?)
}

/// Ends all of the user's sessions but the one that asks.
pub fn end_others(tx: &mut Tx<'_>, user: UserId, current: SessionId) -> DbResult<()> {
    end_all_of(tx, user, Some(current), EndReason::EndedByUser)?;
    security_log::write(tx, Kind::SessionEnded, Some(user))
}

//! The use of a refresh token.

use super::commands::{end, fresh, issued};
use super::model::{Device, EndReason, Issued, RefreshToken, Reuse, judge};
use super::{SessionError, queries};
use crate::app::Tx;
use crate::secrets::{Key, Token};
use crate::security_log::{self, Kind};
use crate::users::{self, Status};

/// What became of a refresh token. An end is an outcome and no error: it must be committed.
pub enum Refreshed {
    /// The session goes on.
    Issued(Box<Issued>),
    /// The session is over.
    Ended,
}

/// Uses a refresh token. Of several uses at once one makes the next token, and the others get the same one.
pub fn refresh(
    tx: &mut Tx<'_>,
    key: &Key,
    token: &Token,
    device: Device,
) -> Result<Refreshed, SessionError> {
    let hash = token.hash();
    let next = token.successor(key);
    match queries::use_token(tx.conn, &hash, tx.now)? {
        Some(used) => go_on(tx, &used, next, device, Next::IsNew),
        None => match queries::token(tx.conn, &hash)? {
            Some(before) => again(tx, &before, next, device),
            None => Ok(Refreshed::Ended),
        },
    }
}

/// The token was used before.
fn again(
    tx: &mut Tx<'_>,
    token: &RefreshToken,
    next: Token,
    device: Device,
) -> Result<Refreshed, SessionError> {
    // The session's row puts this after whatever else happens to the session now.
    let user = queries::lock(tx.conn, token.session_id)?.map(|session| session.user_id);
    let successor = queries::token(tx.conn, &next.hash())?;
    let successor_used = successor.is_none_or(|successor| successor.used_at.is_some());
    let used_at = token.used_at.unwrap_or(tx.now);
    match judge(used_at, successor_used, tx.now) {
        Reuse::Lost => go_on(tx, token, next, device, Next::IsKnown),
        Reuse::Stolen => {
            if end(tx, token.session_id, EndReason::TokenReused)? {
                security_log::write(tx, Kind::RefreshReused, user)?;
            }
            Ok(Refreshed::Ended)
        }
    }
}

/// Whether the next token is already kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    IsNew,
    IsKnown,
}

fn go_on(
    tx: &mut Tx<'_>,
    token: &RefreshToken,
    next: Token,
    device: Device,
    known: Next,
) -> Result<Refreshed, SessionError> {
    let session =
        queries::lock(tx.conn, token.session_id)?.filter(|session| session.is_alive(tx.now));
    let Some(mut session) = session else {
        return Ok(Refreshed::Ended);
    };
    let user = users::queries::find(tx.conn, session.user_id)?
        .filter(|user| user.status == Status::Active);
    let Some(user) = user else {
        return Ok(Refreshed::Ended);
    };
    session.last_used_at = tx.now;
    (session.ip, session.user_agent) = (device.ip, device.user_agent);
    queries::touch(tx.conn, &session)?;
    if known == Next::IsNew {
        queries::insert_token(
            tx.conn,
            &fresh(&session, &next, Some(token.hash.clone()), tx),
        )?;
    }
    Ok(Refreshed::Issued(Box::new(issued(
        tx, user, session, next,
    )?)))
}

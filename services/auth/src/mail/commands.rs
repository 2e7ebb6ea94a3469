use chrono::{DateTime, Duration, Utc};
use diesel::pg::PgConnection;
use nexus_db::DbResult;

use super::model::{Kind, again_after};
use super::queries::{self, Due};
use crate::app::{Auth, Tx};
use crate::invitations::InvitationError;
use crate::invitations::commands::issue;
use crate::invitations::model::{Invitation, NEW_PASSWORD_LASTS};
use crate::security_log;
use crate::users::Status;
use crate::{passwords, users};

/// Whoever asks again within so many minutes has the letter already.
const ONE_IN_MINUTES: i64 = 5;

/// Sends an invitation when there is a mail server and an address; tells whether.
pub fn announce_link(
    tx: &mut Tx<'_>,
    auth: &Auth,
    invitation: &Invitation,
    email: Option<&str>,
) -> DbResult<bool> {
    let can = auth.post.is_some() && email.is_some();
    if can {
        queries::insert(tx.conn, invitation.id, Kind::Invitation, tx.now)?;
    }
    Ok(can)
}

/// A letter with a link to whoever forgot their password, if this is somebody's address who comes in by one.
pub fn help(tx: &mut Tx<'_>, auth: &Auth, email: &str) -> Result<(), InvitationError> {
    let Some((id, _)) = passwords::queries::by_email(tx.conn, email)? else {
        return Ok(());
    };
    let user = users::queries::lock(tx.conn, id)?;
    let since = tx.now - Duration::minutes(ONE_IN_MINUTES);
    let active = user.is_some_and(|user| user.status == Status::Active);
    if !active || queries::has_link_since(tx.conn, id, since)? {
        return Ok(());
    }
    let invitation = issue(tx, &auth.invitation_key, id, NEW_PASSWORD_LASTS)?;
    queries::insert(tx.conn, invitation.id, Kind::NewPassword, tx.now)?;
    security_log::write(tx, security_log::Kind::PasswordForgotten, Some(id))?;
    Ok(())
}

/// Takes a letter to send; should this process end meanwhile, it is due again later. The last try takes it away.
pub fn take(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Option<Due>> {
    let Some(due) = queries::lock_due(conn, now)? else {
        return Ok(None);
    };
    match again_after(due.tries) {
        Some(after) => queries::put_off(conn, due.invitation_id, due.tries + 1, now + after)?,
        None => queries::delete(conn, due.invitation_id)?,
    }
    Ok(Some(due))
}

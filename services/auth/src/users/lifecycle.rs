//! Who may come in: disable, enable, approve.

use nexus_kernel::UserId;
use nexus_problem::IfMatch;

use super::authority::Authority;
use super::commands::{announce_saved, change_access, keep_an_admin};
use super::model::{Status, User, UserView};
use super::{UserError, queries};
use crate::app::Tx;
use crate::security_log::{self, Kind};
use crate::sessions::model::EndReason;
use crate::{api_keys, invitations, passwords, roles, sessions};

/// Somebody does not come in any more: not with a password, a session, a token or a link.
pub fn disable(
    tx: &mut Tx<'_>,
    authority: &Authority,
    id: UserId,
    if_match: &IfMatch,
) -> Result<UserView, UserError> {
    queries::lock_directory(tx.conn)?;
    let before = authority.lock(tx.conn, id, Some(if_match))?;
    if before.status == Status::Disabled {
        return Ok(queries::view(tx.conn, before)?);
    }
    keep_an_admin(tx, &before)?;
    let after = User {
        status: Status::Disabled,
        ..before
    }
    .changed(tx.now);
    let after = change_access(tx, after)?;
    sessions::commands::end_all_of(tx, id, None, EndReason::Disabled)?;
    invitations::queries::withdraw(tx.conn, id)?;
    security_log::write(tx, Kind::Disabled, Some(id))?;
    Ok(announce_saved(tx, &after)?)
}

/// Somebody disabled is again what they were.
pub fn enable(
    tx: &mut Tx<'_>,
    authority: &Authority,
    id: UserId,
    if_match: &IfMatch,
) -> Result<UserView, UserError> {
    let before = authority.lock(tx.conn, id, Some(if_match))?;
    if before.status != Status::Disabled {
        return Ok(queries::view(tx.conn, before)?);
    }
    let has_password = passwords::queries::hash_of(tx.conn, id)?.is_some();
    let status = if has_password || api_keys::queries::is_programs(tx.conn, id)? {
        Status::Active
    } else if before.email.is_some() {
        Status::Invited
    } else {
        Status::Imported
    };
    let after = User { status, ..before }.changed(tx.now);
    queries::save(tx.conn, &after)?;
    security_log::write(tx, Kind::Enabled, Some(id))?;
    Ok(announce_saved(tx, &after)?)
}

/// Somebody who registered may come in, with these roles or the one they have.
pub fn approve(
    tx: &mut Tx<'_>,
    authority: &Authority,
    id: UserId,
    if_match: &IfMatch,
    roles: Option<&[String]>,
) -> Result<UserView, UserError> {
    let before = authority.lock(tx.conn, id, Some(if_match))?;
    if before.status != Status::Waiting {
        return Err(UserError::NotWaiting);
    }
    if let Some(names) = roles {
        let ids: Vec<_> = authority
            .roles(tx.conn, names)?
            .iter()
            .map(|role| role.id)
            .collect();
        roles::queries::assign(tx.conn, id, &ids)?;
    }
    let after = User {
        status: Status::Active,
        ..before
    }
    .changed(tx.now);
    queries::save(tx.conn, &after)?;
    security_log::write(tx, Kind::Approved, Some(id))?;
    Ok(announce_saved(tx, &after)?)
}

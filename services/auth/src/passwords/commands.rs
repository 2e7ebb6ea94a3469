use nexus_kernel::{SessionId, UserId};

use super::{PasswordError, queries};
use crate::app::Tx;
use crate::security_log::{self, Kind};
use crate::sessions;
use crate::sessions::model::EndReason;
use crate::users;

/// Sets a password and ends every session of the user but `keep`.
pub fn set(
    tx: &mut Tx<'_>,
    user: UserId,
    hash: &str,
    keep: Option<SessionId>,
) -> Result<(), PasswordError> {
    let before = users::queries::lock(tx.conn, user)?.ok_or(PasswordError::NoUser)?;
    queries::save(tx.conn, user, hash, tx.now)?;
    sessions::commands::end_all_of(tx, user, keep, EndReason::PasswordChanged)?;
    users::commands::change_access(tx, before)?;
    security_log::write(tx, Kind::PasswordChanged, Some(user))?;
    Ok(())
}

use nexus_kernel::UserId;

use super::RegistrationError;
use crate::app::Tx;
use crate::config::Registration;
use crate::passwords;
use crate::roles;
use crate::security_log::{self, Kind};
use crate::sessions;
use crate::sessions::model::{Device, Issued};
use crate::users::{self, Status, User};

/// Somebody who wants to come in; all is checked, the password hashed.
pub struct Newcomer {
    pub name: String,
    pub email: String,
    pub password_hash: String,
    pub device: Device,
}

/// What became of them.
pub enum Registered {
    /// They are the first, the admin, and signed in.
    First(Box<Issued>),
    /// They wait, or are known already: nobody is told which.
    Waiting,
}

/// The role of somebody who registered until an admin says another.
const UNTIL_APPROVED: &str = "viewer";

pub fn register(
    tx: &mut Tx<'_>,
    open: Registration,
    new: Newcomer,
) -> Result<Registered, RegistrationError> {
    // Of two who come first at the same time, one waits here and then is the second.
    users::queries::lock_directory(tx.conn)?;
    if users::queries::nobody_is_there(tx.conn)? {
        return first(tx, new).map(|issued| Registered::First(Box::new(issued)));
    }
    match open {
        Registration::Invitation => Err(RegistrationError::Closed),
        Registration::Approval => {
            wait(tx, new)?;
            Ok(Registered::Waiting)
        }
    }
}

fn first(tx: &mut Tx<'_>, new: Newcomer) -> Result<Issued, RegistrationError> {
    let id = UserId::new();
    tx.actor = Some(id);
    let user = User {
        email: Some(new.email),
        ..User::new(id, new.name, Status::Active, tx.now)
    };
    users::commands::insert(tx, &user, &[roles::ADMIN])?;
    passwords::queries::save(tx.conn, id, &new.password_hash, tx.now)?;
    security_log::write(tx, Kind::FirstUser, Some(id))?;
    Ok(sessions::commands::begin(tx, id, new.device)?)
}

fn wait(tx: &mut Tx<'_>, new: Newcomer) -> Result<(), RegistrationError> {
    if passwords::queries::by_email(tx.conn, &new.email)?.is_some() {
        security_log::write(tx, Kind::Registered, None)?;
        return Ok(());
    }
    let id = UserId::new();
    let user = User {
        email: Some(new.email),
        ..User::new(id, new.name, Status::Waiting, tx.now)
    };
    let role = roles::queries::named(tx.conn, &[UNTIL_APPROVED.to_owned()])?;
    let ids: Vec<_> = role.iter().map(|role| role.id).collect();
    users::commands::insert(tx, &user, &ids)?;
    passwords::queries::save(tx.conn, id, &new.password_hash, tx.now)?;
    security_log::write(tx, Kind::Registered, Some(id))?;
    Ok(())
}

//! One function per thing a user can make happen: lock, decide, save, announce.

use nexus_auth::RevokedUser;
use nexus_db::DbResult;
use nexus_kernel::{Change, UserId};
use nexus_problem::{FieldErrors, IfMatch, optional_text};
use uuid::Uuid;

use super::authority::Authority;
use super::model::{Status, User, UserView, check_email, check_locale, check_name};
use super::{UserError, queries};
use crate::app::Tx;
use crate::roles;
use crate::security_log::{self, Kind};
use crate::sessions::model::outlived;

const OFFICE_MOST: usize = 120;

/// Somebody to invite.
pub struct NewPerson {
    pub id: Option<UserId>,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub manager_id: Option<UserId>,
    pub office: Option<String>,
}

/// What changes about somebody.
pub struct PersonChanges {
    pub name: Option<String>,
    pub email: Change<String>,
    pub roles: Option<Vec<String>>,
    pub manager_id: Change<UserId>,
    pub office: Change<String>,
}

/// Tells everybody how somebody is now. Returns what it told.
pub fn announce_saved(tx: &mut Tx<'_>, user: &User) -> DbResult<UserView> {
    let view = queries::view(tx.conn, user.clone())?;
    tx.announce("auth.user.saved.v1", user.id.uuid(), user.version, &view)?;
    Ok(view)
}

/// Makes all tokens that somebody has worthless. The row must be locked.
pub fn change_access(tx: &mut Tx<'_>, user: User) -> DbResult<User> {
    let user = user.access_changed(tx.now);
    queries::save(tx.conn, &user)?;
    let ended = RevokedUser {
        sub: user.id,
        min_ver: user.access_version,
        until: outlived(tx.now),
    };
    tx.announce(
        "auth.user.access_changed.v1",
        user.id.uuid(),
        user.access_version,
        &ended,
    )?;
    tx.revoke_user(ended);
    Ok(user)
}

/// A role of this person has changed.
pub fn role_changed(tx: &mut Tx<'_>, id: UserId, renamed: bool) -> DbResult<()> {
    let Some(user) = queries::lock(tx.conn, id)? else {
        return Ok(());
    };
    let user = change_access(tx, user)?;
    if renamed {
        let user = user.changed(tx.now);
        queries::save(tx.conn, &user)?;
        announce_saved(tx, &user)?;
    }
    Ok(())
}

pub(super) fn check_office(errors: &mut FieldErrors, office: Option<&str>) -> Option<String> {
    optional_text(errors, "/office", office, OFFICE_MOST)
}

/// Somebody may not be placed below themselves. Holds the reporting tree until the transaction ends.
pub fn check_manager(tx: &mut Tx<'_>, user: UserId, manager: UserId) -> Result<(), UserError> {
    queries::lock_directory(tx.conn)?;
    if queries::find(tx.conn, manager)?.is_none() {
        return Err(FieldErrors::one(
            "/manager_id",
            "manager_id.unknown",
            "There is no such user.",
        )
        .into());
    }
    if manager == user || queries::managers_of(tx.conn, manager)?.contains(&user) {
        let detail = "Nobody can report to themselves, nor to somebody below them.";
        return Err(FieldErrors::one("/manager_id", "manager_id.cycle", detail).into());
    }
    Ok(())
}

/// A new person, who may come in once they have a link.
pub fn add(tx: &mut Tx<'_>, authority: &Authority, new: NewPerson) -> Result<User, UserError> {
    let mut errors = FieldErrors::default();
    let name = check_name(&mut errors, &new.name);
    let email = check_email(&mut errors, &new.email);
    let office = check_office(&mut errors, new.office.as_deref());
    errors.or(())?;
    let id = new.id.unwrap_or_default();
    let manager_id = authority.manager_of_new(tx.conn, new.manager_id)?;
    if let Some(manager) = manager_id {
        check_manager(tx, id, manager)?;
    }
    let roles = authority.roles(tx.conn, &new.roles)?;

    let user = User {
        email: Some(email),
        manager_id,
        office,
        ..User::new(id, name, Status::Invited, tx.now)
    };

    insert(
        tx,
        &user,
        &roles.iter().map(|role| role.id).collect::<Vec<_>>(),
    )?;
    security_log::write(tx, Kind::Invited, Some(id))?;
    Ok(user)
}

/// Writes a new person and tells everybody.
pub fn insert(tx: &mut Tx<'_>, user: &User, roles: &[Uuid]) -> Result<UserView, UserError> {
    queries::insert(tx.conn, user)?;
    roles::queries::assign(tx.conn, user.id, roles)?;
    Ok(announce_saved(tx, user)?)
}

/// Changes somebody. New roles end their tokens.
pub fn change(
    tx: &mut Tx<'_>,
    authority: &Authority,
    id: UserId,
    if_match: &IfMatch,
    changes: PersonChanges,
) -> Result<UserView, UserError> {
    // First the directory, then the row: the same order everywhere, so that nobody waits for each other.
    queries::lock_directory(tx.conn)?;
    let before = authority.lock(tx.conn, id, Some(if_match))?;
    let after = apply(before.clone(), &changes, tx.now)?;
    if let Some(manager) = after
        .manager_id
        .filter(|_| after.manager_id != before.manager_id)
    {
        authority.may_place_under(tx.conn, manager)?;
        check_manager(tx, id, manager)?;
    }
    let regranted = match &changes.roles {
        Some(names) => regrant(tx, authority, &before, names)?,
        None => false,
    };
    queries::save(tx.conn, &after)?;
    if regranted {
        change_access(tx, after.clone())?;
        security_log::write(tx, Kind::RolesChanged, Some(id))?;
    }
    security_log::write(tx, Kind::UserChanged, Some(id))?;
    Ok(announce_saved(tx, &after)?)
}

/// The person after a change of their own fields.
fn apply(
    before: User,
    changes: &PersonChanges,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<User, UserError> {
    let mut errors = FieldErrors::default();
    let name = changes
        .name
        .as_deref()
        .map_or_else(|| before.name.clone(), |name| check_name(&mut errors, name));
    let email = match &changes.email {
        Change::Keep => before.email.clone(),
        Change::Set(email) => Some(check_email(&mut errors, email)),
        Change::Clear => {
            if before.email.is_some() {
                errors.add(
                    "/email",
                    "email.needed",
                    "Whoever has an e-mail address keeps one: it is what they sign in with.",
                );
            }
            None
        }
    };
    let office = match &changes.office {
        Change::Keep => before.office.clone(),
        Change::Clear => None,
        Change::Set(office) => check_office(&mut errors, Some(office)),
    };
    errors.or(())?;
    let manager_id = changes.manager_id.clone().apply(before.manager_id);
    Ok(User {
        name,
        email,
        office,
        manager_id,
        ..before
    }
    .changed(now))
}

/// Gives somebody these roles. Returns whether they are others than before.
fn regrant(
    tx: &mut Tx<'_>,
    authority: &Authority,
    user: &User,
    names: &[String],
) -> Result<bool, UserError> {
    let mut had: Vec<Uuid> = roles::queries::of_user(tx.conn, user.id)?
        .iter()
        .map(|role| role.id)
        .collect();
    let mut roles: Vec<Uuid> = authority
        .roles(tx.conn, names)?
        .iter()
        .map(|role| role.id)
        .collect();
    had.sort_unstable();
    roles.sort_unstable();
    if had == roles {
        return Ok(false);
    }
    if had.contains(&roles::ADMIN) && !roles.contains(&roles::ADMIN) {
        keep_an_admin(tx, user)?;
    }
    roles::queries::assign(tx.conn, user.id, &roles)?;
    Ok(true)
}

/// Somebody must stay who can manage users. Holds the directory until the transaction ends.
pub(super) fn keep_an_admin(tx: &mut Tx<'_>, user: &User) -> Result<(), UserError> {
    queries::lock_directory(tx.conn)?;
    let is_admin = roles::queries::of_user(tx.conn, user.id)?
        .iter()
        .any(|role| role.id == roles::ADMIN);
    if is_admin && user.status == Status::Active && !queries::another_admin(tx.conn, user.id)? {
        return Err(UserError::LastAdmin);
    }
    Ok(())
}

/// What somebody changes about themselves.
pub struct OwnChanges {
    pub name: Option<String>,
    pub locale: Option<String>,
}

pub fn change_own(
    tx: &mut Tx<'_>,
    me: UserId,
    if_match: &IfMatch,
    changes: OwnChanges,
) -> Result<UserView, UserError> {
    let before = queries::lock(tx.conn, me)?.ok_or(UserError::NotFound)?;
    if !if_match.allows(before.version) {
        return Err(UserError::Stale(Box::new(queries::view(tx.conn, before)?)));
    }
    let mut errors = FieldErrors::default();
    let name = changes.name.map_or_else(
        || before.name.clone(),
        |name| check_name(&mut errors, &name),
    );
    let locale = changes.locale.map_or_else(
        || before.locale.clone(),
        |text| check_locale(&mut errors, &text),
    );
    errors.or(())?;
    let after = User {
        name,
        locale,
        ..before
    }
    .changed(tx.now);
    queries::save(tx.conn, &after)?;
    Ok(announce_saved(tx, &after)?)
}

//! One function per thing a user can make happen: lock, decide, save, announce.

use nexus_auth::Principal;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, IfMatch};
use uuid::Uuid;

use super::model::{Role, RoleView, check_name, check_permissions, covers};
use super::{RoleError, queries};
use crate::app::Tx;
use crate::security_log::{self, Kind};
use crate::users;

/// What a role is to be.
pub struct Wish {
    pub name: Option<String>,
    pub permissions: Option<Vec<String>>,
}

fn name_taken(error: DbError) -> RoleError {
    error.on_constraint("roles_name_key", || RoleError::NameTaken)
}

fn lock(tx: &mut Tx<'_>, id: Uuid, if_match: &IfMatch) -> Result<Role, RoleError> {
    let role = queries::lock(tx.conn, id)?.ok_or(RoleError::NotFound)?;
    if if_match.allows(role.version) {
        return Ok(role);
    }
    Err(RoleError::Stale(Box::new(role.into())))
}

pub fn create(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: Option<Uuid>,
    wish: Wish,
) -> Result<Role, RoleError> {
    let mut errors = FieldErrors::default();
    let name = check_name(&mut errors, &wish.name.unwrap_or_default());
    let permissions = check_permissions(&mut errors, None, &wish.permissions.unwrap_or_default());
    errors.or(())?;
    if !covers(|name| who.scope_of(name), &permissions) {
        return Err(RoleError::BeyondYours);
    }
    let role = Role {
        id: id.unwrap_or_else(Uuid::now_v7),
        version: 1,
        name,
        permissions,
        built_in: false,
        created_at: tx.now,
        updated_at: tx.now,
    };
    queries::insert(tx.conn, &role).map_err(|error| match error {
        DbError::Constraint { name } if name == "roles_pkey" => {
            FieldErrors::one("/id", "id.taken", "Another role has this id.").into()
        }
        other => name_taken(other),
    })?;
    announce_saved(tx, &role)?;
    security_log::write(tx, Kind::RoleSaved, None)?;
    Ok(role)
}

/// Changes a role. Whoever has it gets new tokens.
pub fn change(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: Uuid,
    if_match: &IfMatch,
    wish: Wish,
) -> Result<Role, RoleError> {
    let before = lock(tx, id, if_match)?;
    let mut errors = FieldErrors::default();
    let name = wish.name.map_or_else(
        || before.name.clone(),
        |name| check_name(&mut errors, &name),
    );
    let permissions = match &wish.permissions {
        Some(wanted) => check_permissions(&mut errors, Some(id), wanted),
        None => before.permissions.clone(),
    };
    errors.or(())?;
    if before.built_in && name != before.name {
        return Err(RoleError::BuiltIn);
    }
    let mine = |permissions: &[String]| covers(|name| who.scope_of(name), permissions);
    if wish.permissions.is_some() && !(mine(&permissions) && mine(&before.permissions)) {
        return Err(RoleError::BeyondYours);
    }
    let after = Role {
        name,
        permissions,
        version: before.version + 1,
        updated_at: tx.now,
        ..before.clone()
    };
    queries::save(tx.conn, &after).map_err(name_taken)?;
    let renamed = after.name != before.name;
    if renamed || after.permissions != before.permissions {
        for user in queries::holders(tx.conn, id)? {
            users::commands::role_changed(tx, user, renamed)?;
        }
    }
    announce_saved(tx, &after)?;
    security_log::write(tx, Kind::RoleSaved, None)?;
    Ok(after)
}

pub fn delete(tx: &mut Tx<'_>, id: Uuid, if_match: &IfMatch) -> Result<(), RoleError> {
    let role = lock(tx, id, if_match)?;
    if role.built_in {
        return Err(RoleError::BuiltIn);
    }
    queries::delete(tx.conn, id)
        .map_err(|error| error.on_constraint("user_roles_role_id_fkey", || RoleError::InUse))?;
    tx.announce(
        "auth.role.deleted.v1",
        id,
        role.version + 1,
        &RoleView::from(role),
    )?;
    Ok(security_log::write(tx, Kind::RoleDeleted, None)?)
}

fn announce_saved(tx: &mut Tx<'_>, role: &Role) -> Result<(), RoleError> {
    Ok(tx.announce(
        "auth.role.saved.v1",
        role.id,
        role.version,
        &RoleView::from(role.clone()),
    )?)
}

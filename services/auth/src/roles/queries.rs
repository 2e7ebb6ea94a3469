//! Rows in, rows out.

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

use super::model::{Role, union};
use crate::schema::{roles, user_roles};

pub fn all(conn: &mut PgConnection) -> DbResult<Vec<Role>> {
    Ok(roles::table
        .order((roles::built_in.desc(), roles::id))
        .select(Role::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut PgConnection, id: Uuid) -> DbResult<Option<Role>> {
    Ok(roles::table
        .find(id)
        .select(Role::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: Uuid) -> DbResult<Option<Role>> {
    Ok(roles::table
        .find(id)
        .select(Role::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, role: &Role) -> DbResult<()> {
    diesel::insert_into(roles::table)
        .values(role)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, role: &Role) -> DbResult<()> {
    diesel::update(role).set(role).execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, id: Uuid) -> DbResult<()> {
    diesel::delete(roles::table.find(id)).execute(conn)?;
    Ok(())
}

/// The roles with these names; those that nobody knows are left out. They cannot be deleted meanwhile.
pub fn named(conn: &mut PgConnection, names: &[String]) -> DbResult<Vec<Role>> {
    let rows = roles::table
        .filter(roles::name.eq_any(names))
        .select(Role::as_select())
        .for_share()
        .load(conn)?;
    Ok(rows)
}

/// A user's roles.
pub fn of_user(conn: &mut PgConnection, user: UserId) -> DbResult<Vec<Role>> {
    let rows = roles::table
        .inner_join(user_roles::table)
        .filter(user_roles::user_id.eq(user.uuid()))
        .order(roles::name)
        .select(Role::as_select())
        .load(conn)?;
    Ok(rows)
}

/// What a user may do.
pub fn permissions_of(conn: &mut PgConnection, user: UserId) -> DbResult<Vec<String>> {
    let roles = of_user(conn, user)?;
    Ok(union(roles.iter().flat_map(|role| &role.permissions)))
}

/// The names of the roles of several users.
pub fn names_of(conn: &mut PgConnection, users: &[UserId]) -> DbResult<Vec<(UserId, String)>> {
    let ids: Vec<Uuid> = users.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, String)> = user_roles::table
        .inner_join(roles::table)
        .filter(user_roles::user_id.eq_any(ids))
        .order(roles::name)
        .select((user_roles::user_id, roles::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (UserId::from_uuid(id), name))
        .collect())
}

/// Makes these, and no others, the user's roles.
pub fn assign(conn: &mut PgConnection, user: UserId, roles: &[Uuid]) -> DbResult<()> {
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(user.uuid()))).execute(conn)?;
    let rows: Vec<_> = roles
        .iter()
        .map(|role| {
            (
                user_roles::user_id.eq(user.uuid()),
                user_roles::role_id.eq(*role),
            )
        })
        .collect();
    diesel::insert_into(user_roles::table)
        .values(rows)
        .execute(conn)?;
    Ok(())
}

/// Everybody who has the role.
pub fn holders(conn: &mut PgConnection, role: Uuid) -> DbResult<Vec<UserId>> {
    let ids: Vec<Uuid> = user_roles::table
        .filter(user_roles::role_id.eq(role))
        .order(user_roles::user_id)
        .select(user_roles::user_id)
        .load(conn)?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}

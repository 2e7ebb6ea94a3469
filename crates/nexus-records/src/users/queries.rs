use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use crate::schema::{user_reports, users};

/// A user as this service knows them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub name_key: String,
    pub status: String,
    pub manager_id: Option<UserId>,
    pub version: i64,
    /// The names of their roles.
    pub roles: Vec<String>,
}

/// Everybody below a manager, and the manager.
pub fn team(conn: &mut PgConnection, manager: UserId) -> DbResult<Vec<UserId>> {
    let mut ids: Vec<UserId> = user_reports::table
        .filter(user_reports::manager_id.eq(manager))
        .select(user_reports::user_id)
        .load(conn)?;
    if !ids.contains(&manager) {
        // The mirror may not have heard of a new manager yet.
        ids.push(manager);
    }
    Ok(ids)
}

/// Everybody above a user, and the user.
pub fn chain_above(conn: &mut PgConnection, user: UserId) -> DbResult<Vec<UserId>> {
    let mut ids: Vec<UserId> = user_reports::table
        .filter(user_reports::user_id.eq(user))
        .select(user_reports::manager_id)
        .load(conn)?;
    if !ids.contains(&user) {
        ids.push(user);
    }
    Ok(ids)
}

pub fn exists(conn: &mut PgConnection, id: UserId) -> DbResult<bool> {
    Ok(diesel::select(diesel::dsl::exists(users::table.find(id))).get_result(conn)?)
}

/// Those of these who work here.
pub fn active(conn: &mut PgConnection, ids: &[UserId]) -> DbResult<Vec<UserId>> {
    Ok(users::table
        .filter(users::id.eq_any(ids))
        .filter(users::status.eq("active"))
        .select(users::id)
        .load(conn)?)
}

/// The names of these users.
pub fn names(conn: &mut PgConnection, ids: &[UserId]) -> DbResult<HashMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those with this folded name; more than one is for the caller to refuse.
pub fn with_name_key(conn: &mut PgConnection, key: &str) -> DbResult<Vec<UserId>> {
    let ids = users::table
        .filter(users::name_key.eq(key))
        .select(users::id)
        .limit(2)
        .load(conn)?;
    Ok(ids)
}

/// Those with one of these folded names, each with its name.
pub fn with_name_keys(conn: &mut PgConnection, keys: &[String]) -> DbResult<Vec<(String, UserId)>> {
    let rows = users::table
        .filter(users::name_key.eq_any(keys))
        .select((users::name_key, users::id))
        .load(conn)?;
    Ok(rows)
}

/// How many of these are known here.
pub fn count_known(conn: &mut PgConnection, ids: &[UserId]) -> DbResult<i64> {
    Ok(users::table
        .filter(users::id.eq_any(ids))
        .count()
        .get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, id: UserId) -> DbResult<Option<User>> {
    let row = users::table
        .find(id)
        .select(User::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn save(conn: &mut PgConnection, user: &User) -> DbResult<()> {
    diesel::insert_into(users::table)
        .values(user)
        .on_conflict(users::id)
        .do_update()
        .set(user)
        .execute(conn)?;
    Ok(())
}

/// Reading lines are few and change rarely, so the closure is made anew.
const REBUILD: &str = "WITH RECURSIVE reports AS (
    SELECT id AS manager_id, id AS user_id FROM users
    UNION
    SELECT reports.manager_id, users.id FROM reports JOIN users ON users.manager_id = reports.user_id
) INSERT INTO user_reports (manager_id, user_id) SELECT manager_id, user_id FROM reports";

pub fn rebuild_reports(conn: &mut PgConnection) -> DbResult<()> {
    diesel::delete(user_reports::table).execute(conn)?;
    diesel::sql_query(REBUILD).execute(conn)?;
    Ok(())
}

/// A new user changes the closure only for itself and those above.
pub fn add_to_reports(
    conn: &mut PgConnection,
    user: UserId,
    manager: Option<UserId>,
) -> DbResult<()> {
    diesel::sql_query(
        "INSERT INTO user_reports (manager_id, user_id)
         SELECT $1, $1 UNION SELECT manager_id, $1 FROM user_reports WHERE user_id = $2
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<diesel::sql_types::Nullable<SqlUuid>, _>(manager)
    .execute(conn)?;
    Ok(())
}

/// The names of a user's roles; none while the user is not known here.
pub fn roles(conn: &mut PgConnection, id: UserId) -> DbResult<Vec<String>> {
    let roles: Option<Vec<String>> = users::table
        .find(id)
        .select(users::roles)
        .first(conn)
        .optional()?;
    Ok(roles.unwrap_or_default())
}

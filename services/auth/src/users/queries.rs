//! Rows in, rows out. `None` means "no such row for you".

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Status, User, UserView};
use super::visibility::Visible;
use crate::roles;
use crate::schema::{roles as role_rows, user_roles, users};

type Found<'q> = users::BoxedQuery<'q, Pg>;

/// The people that are visible. Every finder for somebody's eyes starts here.
fn visible_to(visible: &Visible) -> Found<'static> {
    let query = users::table.into_boxed();
    match visible {
        Visible::Everyone => query,
        Visible::Only(ids) => query.filter(users::id.eq_any(ids.clone())),
    }
}

pub fn seen(conn: &mut PgConnection, visible: &Visible, id: UserId) -> DbResult<Option<User>> {
    let row = visible_to(visible)
        .filter(users::id.eq(id))
        .select(User::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Somebody by id, for auth's own purposes.
pub fn find(conn: &mut PgConnection, id: UserId) -> DbResult<Option<User>> {
    Ok(users::table
        .find(id.uuid())
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: UserId) -> DbResult<Option<User>> {
    Ok(users::table
        .find(id.uuid())
        .select(User::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, user: &User) -> DbResult<()> {
    diesel::insert_into(users::table)
        .values(user)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, user: &User) -> DbResult<()> {
    diesel::update(user).set(user).execute(conn)?;
    Ok(())
}

/// One change at a time of what concerns several people: the reporting tree, the first user, the last admin.
pub fn lock_directory(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(20091, hashtext(current_schema()))")
        .execute(conn)?;
    Ok(())
}

pub fn nobody_is_there(conn: &mut PgConnection) -> DbResult<bool> {
    let somebody: bool = diesel::select(exists(users::table.select(users::id))).get_result(conn)?;
    Ok(!somebody)
}

/// Whether an active admin is there beside this person.
pub fn another_admin(conn: &mut PgConnection, than: UserId) -> DbResult<bool> {
    let others = users::table
        .inner_join(user_roles::table)
        .filter(user_roles::role_id.eq(roles::ADMIN))
        .filter(users::status.eq(Status::Active))
        .filter(users::id.ne(than.uuid()));
    Ok(diesel::select(exists(others)).get_result(conn)?)
}

/// Everybody above this person, nearest first.
pub fn managers_of(conn: &mut PgConnection, user: UserId) -> DbResult<Vec<UserId>> {
    let mut above = Vec::new();
    let mut at = user;
    while let Some(Some(manager)) = users::table
        .find(at.uuid())
        .select(users::manager_id)
        .first::<Option<Uuid>>(conn)
        .optional()?
    {
        at = UserId::from_uuid(manager);
        if above.contains(&at) {
            break;
        }
        above.push(at);
    }
    Ok(above)
}

/// Somebody with this folded name; the first of several.
pub fn by_folded_name(conn: &mut PgConnection, folded: &str) -> DbResult<Option<User>> {
    let row = users::table
        .filter(users::name_folded.eq(folded))
        .order((users::created_at, users::id))
        .select(User::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// The people with their roles' names.
pub fn views(conn: &mut PgConnection, people: Vec<User>) -> DbResult<Vec<UserView>> {
    let ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
    let names = roles::queries::names_of(conn, &ids)?;
    let of = |id: UserId| {
        names
            .iter()
            .filter(|(user, _)| *user == id)
            .map(|(_, name)| name.clone())
            .collect()
    };
    Ok(people
        .into_iter()
        .map(|user| {
            let roles = of(user.id);
            UserView::new(user, roles)
        })
        .collect())
}

pub fn view(conn: &mut PgConnection, user: User) -> DbResult<UserView> {
    let roles = roles::queries::of_user(conn, user.id)?;
    Ok(UserView::new(
        user,
        roles.into_iter().map(|role| role.name).collect(),
    ))
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub enum Sort {
    /// By name.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameDown,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Created,
    /// Newest first.
    #[serde(rename = "-created_at")]
    CreatedDown,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    Name(String, UserId),
    Created(DateTime<Utc>, UserId),
}

impl After {
    /// Where a page ends that ends with this person.
    #[must_use]
    pub fn of(sort: Sort, user: &User) -> Self {
        match sort {
            Sort::Name | Sort::NameDown => Self::Name(user.name_folded.clone(), user.id),
            Sort::Created | Sort::CreatedDown => Self::Created(user.created_at, user.id),
        }
    }
}

/// Which people a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folded; part of the name or of the e-mail address.
    pub q: Option<String>,
    pub status: Option<Status>,
    pub role: Option<String>,
}

fn filtered(visible: &Visible, filter: &Filter) -> Found<'static> {
    let mut query = visible_to(visible);
    if let Some(q) = &filter.q {
        let escaped = q
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let pattern = format!("%{escaped}%");
        query = query.filter(
            users::name_folded
                .like(pattern.clone())
                .or(users::email.like(pattern)),
        );
    }
    if let Some(status) = filter.status {
        query = query.filter(users::status.eq(status));
    }
    if let Some(role) = filter.role.clone() {
        let holders = user_roles::table
            .inner_join(role_rows::table)
            .filter(role_rows::name.eq(role))
            .select(user_roles::user_id);
        query = query.filter(users::id.eq_any(holders));
    }
    query
}

/// Up to `limit` people after where the last page ended.
pub fn page(
    conn: &mut PgConnection,
    visible: &Visible,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> DbResult<Vec<User>> {
    let query = filtered(visible, filter);
    let query = match (sort, after) {
        (Sort::Name, Some(After::Name(name, id))) => query.filter(
            users::name_folded
                .gt(name.clone())
                .or(users::name_folded.eq(name).and(users::id.gt(id.uuid()))),
        ),
        (Sort::NameDown, Some(After::Name(name, id))) => query.filter(
            users::name_folded
                .lt(name.clone())
                .or(users::name_folded.eq(name).and(users::id.lt(id.uuid()))),
        ),
        (Sort::Created, Some(After::Created(at, id))) => query.filter(
            users::created_at
                .gt(at)
                .or(users::created_at.eq(at).and(users::id.gt(id.uuid()))),
        ),
        (Sort::CreatedDown, Some(After::Created(at, id))) => query.filter(
            users::created_at
                .lt(at)
                .or(users::created_at.eq(at).and(users::id.lt(id.uuid()))),
        ),
        (_, _) => query,
    };
    let query = match sort {
        Sort::Name => query.order((users::name_folded.asc(), users::id.asc())),
        Sort::NameDown => query.order((users::name_folded.desc(), users::id.desc())),
        Sort::Created => query.order((users::created_at.asc(), users::id.asc())),
        Sort::CreatedDown => query.order((users::created_at.desc(), users::id.desc())),
    };
    Ok(query.limit(limit).select(User::as_select()).load(conn)?)
}

pub fn count(conn: &mut PgConnection, visible: &Visible, filter: &Filter) -> DbResult<i64> {
    Ok(filtered(visible, filter).count().get_result(conn)?)
}

/// Whom something can be assigned to, by name: those who are, or will be, at work.
pub fn assignable(conn: &mut PgConnection, visible: &Visible) -> DbResult<Vec<(UserId, String)>> {
    let rows: Vec<(Uuid, String)> = visible_to(visible)
        .filter(users::status.eq_any([Status::Active, Status::Invited, Status::Imported]))
        .order((users::name_folded, users::id))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (UserId::from_uuid(id), name))
        .collect())
}

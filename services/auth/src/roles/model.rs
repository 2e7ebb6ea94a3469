use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_auth::{CATALOG, Grant, Scope};
use nexus_problem::{FieldErrors, required_text};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::roles;

/// The role that the first user gets and somebody always has.
pub const ADMIN: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
/// What stays with the admin role, so that nobody locks the whole company out.
const ADMIN_KEEPS: [&str; 2] = ["users:manage:all", "roles:manage:all"];
const NAME_MOST: usize = 60;

/// A role.
#[derive(
    Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable,
)]
#[diesel(table_name = roles, check_for_backend(diesel::pg::Pg))]
pub struct Role {
    pub id: Uuid,
    pub version: i64,
    pub name: String,
    pub permissions: Vec<String>,
    pub built_in: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A role as the API shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleView {
    pub id: Uuid,
    pub version: i64,
    pub name: String,
    /// `resource:action:scope`.
    pub permissions: Vec<String>,
    /// Exists from the start: it can be changed, but not renamed or deleted.
    pub built_in: bool,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        let Role {
            id,
            version,
            name,
            permissions,
            built_in,
            ..
        } = role;
        Self {
            id,
            version,
            name,
            permissions,
            built_in,
        }
    }
}

/// The union of several roles' permissions: of each the widest scope, in order.
#[must_use]
pub fn union<'p>(permissions: impl IntoIterator<Item = &'p String>) -> Vec<String> {
    let mut widest: BTreeMap<String, Scope> = BTreeMap::new();
    let grants = permissions
        .into_iter()
        .filter_map(|text| text.parse::<Grant>().ok());
    for Grant { name, scope } in grants {
        let held = widest.entry(name).or_insert(scope);
        *held = scope.max(*held);
    }
    widest
        .into_iter()
        .map(|(name, scope)| Grant { name, scope }.to_string())
        .collect()
}

/// Whether somebody with these scopes may give these permissions: because they have them all, or because they may change
/// every role and everybody's roles anyhow. (Else a permission taken from the last who had it could never come back.)
pub fn covers(scope_of: impl Fn(&str) -> Option<Scope>, permissions: &[String]) -> bool {
    let manages = |what| scope_of(what) == Some(Scope::All);
    if manages("roles:manage") && manages("users:manage") {
        return true;
    }
    permissions.iter().all(|text| match text.parse::<Grant>() {
        Ok(grant) => scope_of(&grant.name) >= Some(grant.scope),
        Err(()) => false,
    })
}

/// A role's name, trimmed.
pub fn check_name(errors: &mut FieldErrors, name: &str) -> String {
    required_text(errors, "/name", name, NAME_MOST)
}

/// The permissions in order, each once; adds to `errors` what nobody knows.
pub fn check_permissions(
    errors: &mut FieldErrors,
    role: Option<Uuid>,
    wanted: &[String],
) -> Vec<String> {
    for (at, text) in wanted.iter().enumerate() {
        if !text
            .parse::<Grant>()
            .is_ok_and(|grant| CATALOG.contains(&grant.name.as_str()))
        {
            let detail = "There is no such permission. It reads `resource:action:scope`.";
            errors.add(format!("/permissions/{at}"), "permissions.unknown", detail);
        }
    }
    let permissions = union(wanted);
    if role == Some(ADMIN)
        && !ADMIN_KEEPS
            .iter()
            .all(|kept| permissions.iter().any(|text| text == kept))
    {
        let detail = format!("The admin role keeps {}.", ADMIN_KEEPS.join(" and "));
        errors.add("/permissions", "permissions.admin_keeps", detail);
    }
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(permissions: &[&str]) -> Vec<String> {
        permissions.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_widest_scope_of_each_permission_counts() {
        let both = texts(&["clients:read:own", "users:read:team", "clients:read:all"]);
        assert_eq!(union(&both), ["clients:read:all", "users:read:team"]);
    }

    #[test]
    fn one_may_give_what_one_has_and_nothing_wider() {
        let mine = |name: &str| (name == "clients:read").then_some(Scope::Team);
        for (given, may) in [
            ("clients:read:own", true),
            ("clients:read:team", true),
            ("clients:read:all", false),
            ("clients:write:own", false),
            ("nonsense", false),
        ] {
            assert_eq!(covers(mine, &texts(&[given])), may, "{given}");
        }
    }

    #[test]
    fn whoever_manages_everybody_and_every_role_may_give_anything() {
        let scopes =
            |names: &'static [&str]| move |name: &str| names.contains(&name).then_some(Scope::All);
        let given = texts(&["clients:read:all"]);
        assert!(covers(scopes(&["roles:manage", "users:manage"]), &given));
        assert!(!covers(scopes(&["roles:manage"]), &given));
        assert!(!covers(scopes(&["users:manage"]), &given));
    }

    #[test]
    fn only_known_permissions_make_a_role_and_the_admin_role_keeps_its_own() {
        let codes = |role, permissions: &[&str]| {
            let mut errors = FieldErrors::default();
            check_permissions(&mut errors, role, &texts(permissions));
            errors
                .0
                .into_iter()
                .map(|error| error.code)
                .collect::<Vec<_>>()
        };
        assert!(codes(None, &["clients:read:own"]).is_empty());
        assert_eq!(
            codes(None, &["clients:fly:own", "clients:read:mine"]),
            ["permissions.unknown"; 2]
        );
        assert_eq!(
            codes(Some(ADMIN), &["users:manage:all"]),
            ["permissions.admin_keeps"]
        );
        assert!(codes(Some(ADMIN), &ADMIN_KEEPS).is_empty());
    }
}

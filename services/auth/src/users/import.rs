//! People that another system knew: they exist here, with a role and a manager, and come in once somebody invites them.

use nexus_auth::Grant;
use nexus_kernel::UserId;
use nexus_problem::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::{check_manager, check_office, insert};
use super::model::{Status, User, check_name, fold};
use super::{UserError, queries};
use crate::app::Tx;
use crate::roles;
use crate::roles::model::{Role, covers};
use crate::security_log::{self, Kind};

/// So many at once.
const MOST: usize = 1000;
/// What somebody becomes who is only named as another's manager.
const MANAGER: &str = "manager";

/// Somebody to import.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedPerson {
    pub name: String,
    /// Is imported too, as a manager, when nobody has this name.
    pub manager_name: Option<String>,
    pub office: Option<String>,
    /// A role's name.
    pub role: String,
}

/// What became of somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Imported {
    pub name: String,
    #[schema(value_type = Uuid)]
    pub id: UserId,
    pub outcome: Outcome,
}

/// Whether somebody was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Is new.
    Created,
    /// Was there under this name, and stays as they were.
    Existing,
}

/// Imports people, each name once however often it comes.
pub fn import(tx: &mut Tx<'_>, people: &[ImportedPerson]) -> Result<Vec<Imported>, UserError> {
    queries::lock_directory(tx.conn)?;
    let roles = checked_roles(tx, people)?;
    people
        .iter()
        .enumerate()
        .map(|(at, person)| one(tx, at, person, &roles))
        .collect()
}

/// The roles that the people get. Whoever imports gives nobody more rights than they have.
fn checked_roles(tx: &mut Tx<'_>, people: &[ImportedPerson]) -> Result<Vec<Role>, UserError> {
    let mut errors = FieldErrors::default();
    if people.len() > MOST {
        errors.add(
            "/users",
            "users.many",
            format!("Send at most {MOST} at once."),
        );
    }
    let actor = tx.actor.unwrap_or_default();
    let own: Vec<Grant> = roles::queries::permissions_of(tx.conn, actor)?
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    if own.is_empty() {
        errors.add(
            "/actor_id",
            "actor_id.unknown",
            "There is no such user, or one without any rights.",
        );
    }
    let roles = roles::queries::all(tx.conn)?;
    for (at, person) in people.iter().enumerate() {
        let given = |name: &str| roles.iter().find(|role| role.name == name);
        match given(&person.role) {
            None => errors.add(
                format!("/users/{at}/role"),
                "role.unknown",
                "There is no such role.",
            ),
            Some(role) if !covers(|name| nexus_auth::allowed(&own, name), &role.permissions) => {
                errors.add(
                    format!("/users/{at}/role"),
                    "role.beyond_yours",
                    "This role has rights beyond yours.",
                );
            }
            Some(_) => {}
        }
    }
    Ok(errors.or(roles)?)
}

fn one(
    tx: &mut Tx<'_>,
    at: usize,
    person: &ImportedPerson,
    roles: &[Role],
) -> Result<Imported, UserError> {
    let role = |name: &str| {
        roles
            .iter()
            .find(|role| role.name == name)
            .map(|role| role.id)
    };
    if let Some(there) = queries::by_folded_name(tx.conn, &fold(&person.name))? {
        return Ok(Imported {
            name: person.name.clone(),
            id: there.id,
            outcome: Outcome::Existing,
        });
    }
    let mut errors = FieldErrors::default();
    let name = check_name(&mut errors, &person.name);
    let office = check_office(&mut errors, person.office.as_deref());
    errors.or(()).map_err(|errors| within(at, errors))?;
    let mut user = User {
        office,
        ..User::new(UserId::new(), name, Status::Imported, tx.now)
    };
    let manager_name = person
        .manager_name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    if let Some(manager) = manager_name.filter(|name| fold(name) != user.name_folded) {
        let manager = manager_called(tx, at, manager, user.office.clone(), role(MANAGER))?;
        check_manager(tx, user.id, manager)?;
        user.manager_id = Some(manager);
    }
    insert(
        tx,
        &user,
        &role(&person.role).into_iter().collect::<Vec<_>>(),
    )?;
    security_log::write(tx, Kind::Imported, Some(user.id))?;
    Ok(Imported {
        name: person.name.clone(),
        id: user.id,
        outcome: Outcome::Created,
    })
}

fn manager_called(
    tx: &mut Tx<'_>,
    at: usize,
    name: &str,
    office: Option<String>,
    role: Option<Uuid>,
) -> Result<UserId, UserError> {
    if let Some(there) = queries::by_folded_name(tx.conn, &fold(name))? {
        return Ok(there.id);
    }
    let mut errors = FieldErrors::default();
    let name = check_name(&mut errors, name);
    errors.or(()).map_err(|errors| within(at, errors))?;
    let manager = User {
        office,
        ..User::new(UserId::new(), name, Status::Imported, tx.now)
    };
    insert(tx, &manager, &role.into_iter().collect::<Vec<_>>())?;
    security_log::write(tx, Kind::Imported, Some(manager.id))?;
    Ok(manager.id)
}

fn within(at: usize, mut errors: FieldErrors) -> UserError {
    for error in &mut errors.0 {
        error.pointer = format!("/users/{at}{}", error.pointer);
    }
    errors.into()
}

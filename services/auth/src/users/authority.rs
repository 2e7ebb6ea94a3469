//! Over whom somebody has a say: those within the scope of `users:manage`, as far as they have no rights beyond the
//! manager's own.

use std::sync::Arc;

use diesel::pg::PgConnection;
use nexus_auth::{Can, Principal, Scope, can::ManageUsers};
use nexus_kernel::UserId;
use nexus_problem::{FieldErrors, IfMatch};

use super::model::User;
use super::visibility::Visible;
use super::{UserError, queries};
use crate::roles;
use crate::roles::model::{Role, covers, union};

/// Somebody who manages users.
#[derive(Clone)]
pub struct Authority {
    who: Arc<Principal>,
    scope: Scope,
}

impl From<&Can<ManageUsers>> for Authority {
    fn from(can: &Can<ManageUsers>) -> Self {
        Self {
            who: Arc::new(Principal::clone(can)),
            scope: can.scope,
        }
    }
}

impl Authority {
    /// The manager.
    #[must_use]
    pub fn me(&self) -> UserId {
        self.who.user_id
    }

    /// Locks somebody to change them.
    ///
    /// # Errors
    /// When there is no such user for this manager, or one with more rights, or of another version.
    pub fn lock(
        &self,
        conn: &mut PgConnection,
        id: UserId,
        if_match: Option<&IfMatch>,
    ) -> Result<User, UserError> {
        let visible = Visible::to(conn, self.me(), self.scope)?;
        if !visible.includes(id) {
            return Err(UserError::NotFound);
        }
        let user = queries::lock(conn, id)?.ok_or(UserError::NotFound)?;
        let roles = roles::queries::of_user(conn, id)?;
        self.may_give(&roles)?;
        match if_match {
            Some(wanted) if !wanted.allows(user.version) => {
                Err(UserError::Stale(Box::new(queries::view(conn, user)?)))
            }
            _ => Ok(user),
        }
    }

    fn may_give(&self, roles: &[Role]) -> Result<(), UserError> {
        let permissions = union(roles.iter().flat_map(|role| &role.permissions));
        if covers(|name| self.who.scope_of(name), &permissions) {
            Ok(())
        } else {
            Err(UserError::BeyondYours)
        }
    }

    /// The roles with these names, as far as this manager may give them.
    ///
    /// # Errors
    /// 422 when nobody knows a name or none is given; 403 when one goes beyond the manager's own rights.
    pub fn roles(&self, conn: &mut PgConnection, names: &[String]) -> Result<Vec<Role>, UserError> {
        let roles = known_roles(conn, names)?;
        self.may_give(&roles)?;
        Ok(roles)
    }

    /// Who is to be a new person's manager: outside the scope `all`, somebody of the own team.
    ///
    /// # Errors
    /// 422 when it is somebody else.
    pub fn manager_of_new(
        &self,
        conn: &mut PgConnection,
        wish: Option<UserId>,
    ) -> Result<Option<UserId>, UserError> {
        match self.scope {
            Scope::All => Ok(wish),
            Scope::Team => {
                let manager = wish.unwrap_or(self.me());
                self.may_place_under(conn, manager)?;
                Ok(Some(manager))
            }
            Scope::Own => Err(UserError::BeyondYours),
        }
    }

    /// Whether somebody may be placed below this manager.
    ///
    /// # Errors
    /// 422 when this manager is not within the scope.
    pub fn may_place_under(
        &self,
        conn: &mut PgConnection,
        manager: UserId,
    ) -> Result<(), UserError> {
        if Visible::to(conn, self.me(), self.scope)?.includes(manager) {
            return Ok(());
        }
        Err(FieldErrors::one(
            "/manager_id",
            "manager_id.unknown",
            "There is no such user, or not in your team.",
        )
        .into())
    }
}

/// The roles with these names.
///
/// # Errors
/// 422 when nobody knows a name, or none is given.
pub fn known_roles(conn: &mut PgConnection, names: &[String]) -> Result<Vec<Role>, UserError> {
    let roles = roles::queries::named(conn, names)?;
    let mut errors = FieldErrors::default();
    if names.is_empty() {
        errors.add("/roles", "roles.empty", "Give at least one role.");
    }
    for (at, name) in names.iter().enumerate() {
        if !roles.iter().any(|role| role.name == *name) {
            errors.add(
                format!("/roles/{at}"),
                "roles.unknown",
                "There is no such role.",
            );
        }
    }
    Ok(errors.or(roles)?)
}

use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::RoleView;

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("there is no such role")]
    NotFound,
    #[error("somebody else changed the role")]
    Stale(Box<RoleView>),
    #[error("the name is taken")]
    NameTaken,
    #[error("a built-in role keeps its name and stays")]
    BuiltIn,
    #[error("somebody has the role")]
    InUse,
    #[error("the rights go beyond the giver's own")]
    BeyondYours,
    #[error("some fields are not right")]
    Invalid(FieldErrors),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for RoleError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::NotFound => Self::not_found("role"),
            RoleError::Stale(current) => Self::stale(&*current),
            RoleError::NameTaken => {
                FieldErrors::one("/name", "name.taken", "Another role has this name.").into()
            }
            RoleError::BuiltIn => Self::conflict(
                "role-built-in",
                "This role is built in",
                "It can get other permissions, but it keeps its name and cannot be deleted.",
            ),
            RoleError::InUse => Self::conflict(
                "role-in-use",
                "Somebody has this role",
                "Give everybody who has it another role first.",
            ),
            RoleError::BeyondYours => FieldErrors::one(
                "/permissions",
                "permissions.beyond_yours",
                "You can only give permissions that you have yourself.",
            )
            .into(),
            RoleError::Invalid(errors) => errors.into(),
            RoleError::Db(error) => error.into(),
        }
    }
}

use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::UserView;

/// Why nothing happened to somebody.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("there is no such user")]
    NotFound,
    #[error("somebody else changed the user")]
    Stale(Box<UserView>),
    #[error("the last active admin")]
    LastAdmin,
    #[error("the user does not wait for approval")]
    NotWaiting,
    #[error("the user is disabled")]
    Disabled,
    #[error("the user's rights go beyond the actor's own")]
    BeyondYours,
    #[error("the id is taken")]
    IdTaken,
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("some fields are not right")]
    Invalid(FieldErrors),
    #[error(transparent)]
    Db(DbError),
}

impl From<FieldErrors> for UserError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<DbError> for UserError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Constraint { name } if name == "users_email_key" => Self::EmailTaken,
            DbError::Constraint { name } if name == "users_pkey" => Self::IdTaken,
            other => Self::Db(other),
        }
    }
}

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        match error {
            UserError::NotFound => Self::not_found("user"),
            UserError::Stale(current) => Self::stale(&*current),
            UserError::LastAdmin => Self::conflict(
                "last-admin",
                "This is the last active admin",
                "Make somebody else an admin first, or nobody can manage users any more.",
            ),
            UserError::NotWaiting => Self::conflict(
                "user-not-waiting",
                "This user does not wait for approval",
                "Somebody approved or disabled the user before.",
            ),
            UserError::Disabled => Self::conflict(
                "user-disabled",
                "This user is disabled",
                "Enable the user first.",
            ),
            UserError::BeyondYours => {
                Self::forbidden("This concerns rights that you do not have yourself.")
            }
            UserError::IdTaken => {
                FieldErrors::one("/id", "id.taken", "Another user has this id.").into()
            }
            UserError::EmailTaken => FieldErrors::one(
                "/email",
                "email.taken",
                "Another user has this e-mail address.",
            )
            .into(),
            UserError::Invalid(errors) => errors.into(),
            UserError::Db(error) => error.into(),
        }
    }
}

use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::Problem;

use crate::passwords::PasswordError;
use crate::users::UserError;

/// Why an invitation lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    #[error("the invitation does not exist, was used, or has ended")]
    NotOpen,
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<InvitationError> for Problem {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::NotOpen => Self::new(
                StatusCode::NOT_FOUND,
                "not-found",
                "This invitation is not open",
                "It does not exist, was used before, or is older than a week. Ask for a new one.",
            ),
            InvitationError::User(error) => error.into(),
            InvitationError::Password(error) => error.into(),
            InvitationError::Db(error) => error.into(),
        }
    }
}

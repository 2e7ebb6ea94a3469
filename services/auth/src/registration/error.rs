use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use crate::sessions::SessionError;
use crate::users::UserError;

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("one comes in by invitation")]
    Closed,
    #[error("some fields are not right")]
    Invalid(FieldErrors),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for RegistrationError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<RegistrationError> for Problem {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Closed => Self::new(
                StatusCode::FORBIDDEN,
                "registration-closed",
                "Registration is closed",
                "Ask an administrator of your company for an invitation.",
            ),
            RegistrationError::Invalid(errors) => errors.into(),
            RegistrationError::User(error) => error.into(),
            RegistrationError::Session(error) => error.into(),
            RegistrationError::Db(error) => error.into(),
        }
    }
}

use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use crate::users::UserError;

/// Why a key was not made, ended or taken.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    #[error("this is no good key")]
    NoGood,
    #[error("there is no such key")]
    NotFound,
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ApiKeyError {
    fn from(errors: FieldErrors) -> Self {
        Self::User(errors.into())
    }
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::NoGood => Self::new(
                StatusCode::UNAUTHORIZED,
                "invalid-api-key",
                "This key does not let anybody in",
                "It is unknown, has ended, or was revoked. Ask an administrator for a new one.",
            ),
            ApiKeyError::NotFound => Self::not_found("API key"),
            ApiKeyError::User(error) => error.into(),
            ApiKeyError::Db(error) => error.into(),
        }
    }
}

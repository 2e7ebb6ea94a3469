use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("the current password is wrong")]
    WrongCurrent,
    #[error("the user does not exist any more")]
    NoUser,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::WrongCurrent => FieldErrors::one(
                "/current_password",
                "password.wrong",
                "This is not your current password.",
            )
            .into(),
            PasswordError::NoUser => Self::unauthenticated("This account does not exist any more."),
            PasswordError::Db(error) => error.into(),
        }
    }
}

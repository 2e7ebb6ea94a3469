use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

/// Why no word was written down.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    #[error("there is no such {0} for this user")]
    NoPerson(&'static str),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("a later word is known")]
    Older,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ConsentError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::NoPerson(what) => Self::not_found(what),
            ConsentError::Invalid(errors) => Self::validation(errors),
            ConsentError::Older => Self::conflict(
                "consent-older",
                "They said something later",
                "A later word on this channel is known; the last one counts.",
            ),
            ConsentError::Db(error) => error.into(),
        }
    }
}

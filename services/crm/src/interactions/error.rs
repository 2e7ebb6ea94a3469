use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

/// Why nothing was written on a timeline.
#[derive(Debug, thiserror::Error)]
pub enum InteractionError {
    #[error("there is no such client or opportunity for this user")]
    NoSubject(&'static str),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the id is taken")]
    IdTaken,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for InteractionError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<InteractionError> for Problem {
    fn from(error: InteractionError) -> Self {
        match error {
            InteractionError::NoSubject(what) => Self::not_found(what),
            InteractionError::Invalid(errors) => Self::validation(errors),
            InteractionError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            InteractionError::Db(error) => error.into(),
        }
    }
}

use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use crate::consents::model::ConsentChannel;

/// Why nothing was written on a timeline.
#[derive(Debug, thiserror::Error)]
pub enum InteractionError {
    #[error("there is no such client or opportunity for this user")]
    NoSubject(&'static str),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("they do not want to be reached so")]
    OptedOut(ConsentChannel),
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
            InteractionError::OptedOut(ConsentChannel::Email) => Self::conflict(
                "do-not-email",
                "They do not want to be written to",
                "Do not send it. Only if they wrote to you, say so with direction \"in\".",
            ),
            InteractionError::OptedOut(_) => Self::conflict(
                "do-not-call",
                "They do not want to be called",
                "Do not call. Only if they called you, say so with direction \"in\".",
            ),
            InteractionError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            InteractionError::Db(error) => error.into(),
        }
    }
}

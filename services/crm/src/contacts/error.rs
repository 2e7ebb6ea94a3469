use nexus_db::DbError;
use nexus_kernel::ClientId;
use nexus_problem::{FieldErrors, Problem};

use super::model::{Contact, ContactId};

/// Why nothing was done to a contact.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    #[error("there is no client {0} for this user")]
    NoClient(ClientId),
    #[error("there is no contact {0} for this user")]
    NotFound(ContactId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the version is not the newest")]
    Stale(Box<Contact>),
    #[error("the id is taken")]
    IdTaken,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ContactError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NoClient(_) => Self::not_found("client"),
            ContactError::NotFound(_) => Self::not_found("contact"),
            ContactError::Invalid(errors) => Self::validation(errors),
            ContactError::Unfit(problem) => problem,
            ContactError::Stale(current) => Self::stale(&current),
            ContactError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            ContactError::Db(error) => error.into(),
        }
    }
}

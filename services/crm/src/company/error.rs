use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::Company;

/// Why the company's data were not written.
#[derive(Debug, thiserror::Error)]
pub enum CompanyError {
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the version is not the newest")]
    Stale(Box<Company>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<CompanyError> for Problem {
    fn from(error: CompanyError) -> Self {
        match error {
            CompanyError::Invalid(errors) => Self::validation(errors),
            CompanyError::Stale(current) => Self::stale(&current),
            CompanyError::Db(error) => error.into(),
        }
    }
}

use nexus_db::DbError;
use nexus_kernel::ClientId;
use nexus_problem::{FieldErrors, Problem};

use super::model::{Site, SiteId};

/// Why nothing was done to a site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("there is no client {0} for this user")]
    NoClient(ClientId),
    #[error("there is no site {0} for this user")]
    NotFound(SiteId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the version is not the newest")]
    Stale(Box<Site>),
    #[error("the id is taken")]
    IdTaken,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl SiteError {
    /// The error of a site that came inside its client's body.
    pub fn inside(self) -> Problem {
        match self {
            Self::Invalid(errors) => inside(Problem::validation(errors)),
            other => other.into(),
        }
    }
}

/// Points below `/site`.
pub fn inside(problem: Problem) -> Problem {
    problem.below("/site")
}

impl From<FieldErrors> for SiteError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<SiteError> for Problem {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::NoClient(_) => Self::not_found("client"),
            SiteError::NotFound(_) => Self::not_found("site"),
            SiteError::Invalid(errors) => Self::validation(errors),
            SiteError::Unfit(problem) => problem,
            SiteError::Stale(current) => Self::stale(&current),
            SiteError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            SiteError::Db(error) => error.into(),
        }
    }
}

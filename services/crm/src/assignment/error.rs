use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::AssignmentRule;

/// Why nothing was done to a rule.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("there is no such rule")]
    NotFound,
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<AssignmentRule>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for RuleError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::NotFound => Self::not_found("assignment rule"),
            RuleError::Invalid(errors) => Self::validation(errors),
            RuleError::Unfit(problem) => problem,
            RuleError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            RuleError::Stale(current) => Self::stale(&current),
            RuleError::Db(error) => error.into(),
        }
    }
}

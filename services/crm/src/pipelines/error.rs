use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::lost_reasons::LostReason;
use super::model::{Pipeline, PipelineId, StageId};

/// Why nothing was done to a pipeline or a lost reason.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error("there is no pipeline {0}")]
    NotFound(PipelineId),
    #[error("there is no such lost reason")]
    NoReason,
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the stage {0} still holds opportunities")]
    StageInUse(StageId),
    #[error("the default pipeline cannot be put away")]
    IsDefault,
    #[error("the name or id is taken")]
    Exists,
    #[error("the version is not the newest")]
    Stale(Box<Pipeline>),
    #[error("the version is not the newest")]
    StaleReason(Box<LostReason>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for PipelineError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<PipelineError> for Problem {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::NotFound(_) => Self::not_found("pipeline"),
            PipelineError::NoReason => Self::not_found("lost reason"),
            PipelineError::Invalid(errors) => Self::validation(errors),
            PipelineError::Unfit(problem) => problem,
            PipelineError::StageInUse(id) => Self::conflict(
                "stage-in-use",
                "This stage still holds opportunities",
                format!("Move the opportunities out of stage {id} first."),
            ),
            PipelineError::IsDefault => Self::conflict(
                "pipeline-is-default",
                "New opportunities start in this pipeline",
                "Make another pipeline the default first.",
            ),
            PipelineError::Exists => Self::conflict(
                "name-taken",
                "This exists already",
                "Another one has this name or id.",
            ),
            PipelineError::Stale(current) => Self::stale(&current),
            PipelineError::StaleReason(current) => Self::stale(&current),
            PipelineError::Db(error) => error.into(),
        }
    }
}

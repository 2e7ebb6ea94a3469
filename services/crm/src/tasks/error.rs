use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::{Refusal, TaskId};
use super::views::TaskView;

/// Why nothing was done to a task.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error("there is no task {0} for this user")]
    NotFound(TaskId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("it does not change so")]
    Refused(Refusal),
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<TaskView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for TaskError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Refusal> for TaskError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound(_) => Self::not_found("task"),
            TaskError::Invalid(errors) => Self::validation(errors),
            TaskError::Unfit(problem) => problem,
            TaskError::Refused(Refusal::Closed) => Self::conflict(
                "task-closed",
                "This task is closed",
                "It is done or cancelled. Reopen it before you change it.",
            ),
            TaskError::Refused(Refusal::Open) => Self::conflict(
                "task-open",
                "This task is open",
                "Only one that is done or cancelled can be reopened.",
            ),
            TaskError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            TaskError::Stale(current) => Self::stale(&current),
            TaskError::Db(error) => error.into(),
        }
    }
}

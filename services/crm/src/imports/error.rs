use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::ImportId;
use super::reader::CsvProblem;
use super::views::ImportView;

/// Why nothing was done to an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("there is no import {0} for this user")]
    NotFound(ImportId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the file cannot be read")]
    File(CsvProblem),
    #[error("it is being checked or run")]
    AtWork,
    #[error("the permission {0} is missing")]
    Forbidden(&'static str),
    #[error("the version is not the newest")]
    Stale(Box<ImportView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ImportError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<CsvProblem> for ImportError {
    fn from(problem: CsvProblem) -> Self {
        Self::File(problem)
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NotFound(_) => Self::not_found("import"),
            ImportError::Invalid(errors) => Self::validation(errors),
            ImportError::Unfit(problem) => problem,
            ImportError::File(problem @ (CsvProblem::Binary(_) | CsvProblem::Utf16)) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "This kind of file is not understood",
                problem.detail(),
            )
            .with_errors(FieldErrors::one("/file", problem.code(), problem.detail())),
            ImportError::File(problem) => {
                Self::validation(FieldErrors::one("/file", problem.code(), problem.detail()))
            }
            ImportError::AtWork => Self::conflict(
                "import-at-work",
                "This import is being worked on",
                "Wait until the check or the run has ended.",
            ),
            ImportError::Forbidden(name) => Self::forbidden(format!(
                "Importing this needs the permission {name}, which none of your roles has."
            )),
            ImportError::Stale(current) => Self::stale(&current),
            ImportError::Db(error) => error.into(),
        }
    }
}

use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::{Category, CategoryId};

/// Why nothing was done to a category.
#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    #[error("there is no category {0}")]
    NotFound(CategoryId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the name or id is taken")]
    Taken,
    #[error("there is something in it")]
    InUse,
    #[error("the version is not the newest")]
    Stale(Box<Category>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for CategoryError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<CategoryError> for Problem {
    fn from(error: CategoryError) -> Self {
        match error {
            CategoryError::NotFound(_) => Self::not_found("category"),
            CategoryError::Invalid(errors) => Self::validation(errors),
            CategoryError::Unfit(problem) => problem,
            CategoryError::Taken => Self::conflict(
                "name-taken",
                "This exists already",
                "Another one has this name or id.",
            ),
            CategoryError::InUse => Self::conflict(
                "category-in-use",
                "There is something in this category",
                "Move its products and the categories below it first.",
            ),
            CategoryError::Stale(current) => Self::stale(&current),
            CategoryError::Db(error) => error.into(),
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> CategoryError {
    match error {
        DbError::Constraint { name } if name.starts_with("product_categories_") => {
            CategoryError::Taken
        }
        other => CategoryError::Db(other),
    }
}

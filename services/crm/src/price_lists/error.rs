use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::{PriceList, PriceListId};

/// Why nothing was done to a price list.
#[derive(Debug, thiserror::Error)]
pub enum PriceListError {
    #[error("there is no price list {0}")]
    NotFound(PriceListId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the name or id is taken")]
    Taken,
    #[error("clients or lists depend on it")]
    InUse,
    #[error("the version is not the newest")]
    Stale(Box<PriceList>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for PriceListError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<PriceListError> for Problem {
    fn from(error: PriceListError) -> Self {
        match error {
            PriceListError::NotFound(_) => Self::not_found("price list"),
            PriceListError::Invalid(errors) => Self::validation(errors),
            PriceListError::Unfit(problem) => problem,
            PriceListError::Taken => Self::conflict(
                "name-taken",
                "This exists already",
                "Another one has this name or id.",
            ),
            PriceListError::InUse => Self::conflict(
                "price-list-in-use",
                "This price list is in use",
                "Clients or other lists have it. Give them another one first, or end it with a last day.",
            ),
            PriceListError::Stale(current) => Self::stale(&current),
            PriceListError::Db(error) => error.into(),
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> PriceListError {
    match error {
        DbError::Constraint { name } if name.starts_with("price_lists_") => PriceListError::Taken,
        other => PriceListError::Db(other),
    }
}

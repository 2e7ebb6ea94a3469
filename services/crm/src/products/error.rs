use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::ProductId;
use super::routes::ProductView;

/// Why nothing was done to a product.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    #[error("there is no product {0}")]
    NotFound(ProductId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("another product has this {0}")]
    Taken(&'static str),
    #[error("the version is not the newest")]
    Stale(Box<ProductView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ProductError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NotFound(_) => Self::not_found("product"),
            ProductError::Invalid(errors) => Self::validation(errors),
            ProductError::Unfit(problem) => problem,
            ProductError::Taken(field) => Self::conflict(
                "product-exists",
                "This product exists already",
                format!("Another product has this {field}; it may be archived."),
            )
            .with_errors(FieldErrors::one(
                &format!("/{field}"),
                "product.taken",
                "Another product has it; it may be archived.",
            )),
            ProductError::Stale(current) => Self::stale(&current),
            ProductError::Db(error) => error.into(),
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> ProductError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "products_name_key" => ProductError::Taken("name"),
            "products_sku_key" => ProductError::Taken("sku"),
            "products_external_ref_key" => ProductError::Taken("external_ref"),
            "products_pkey" => ProductError::Taken("id"),
            _ => ProductError::Db(DbError::Constraint { name }),
        },
        other => ProductError::Db(other),
    }
}

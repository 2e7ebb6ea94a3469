use nexus_db::DbError;
use nexus_kernel::ClientId;
use nexus_problem::{FieldErrors, Problem};

use super::routes::ClientView;

/// Why nothing was done to a client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("there is no client {0} for this user")]
    NotFound(ClientId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("another client has this identity")]
    Exists,
    #[error("the id is taken")]
    IdTaken,
    #[error("another client has this external reference")]
    ReferenceTaken,
    #[error("the version is not the newest")]
    Stale(Box<ClientView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::NotFound(_) => Self::not_found("client"),
            ClientError::Invalid(errors) => Self::validation(errors),
            ClientError::Unfit(problem) => problem,
            ClientError::Exists => Self::conflict(
                "client-exists",
                "This client exists already",
                "Another client has the same P.IVA and codice fiscale. Search for it; it may be a colleague's or archived.",
            ),
            ClientError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id. Repeat the request with the same Idempotency-Key, or choose another id.",
            ),
            ClientError::ReferenceTaken => Self::conflict(
                "reference-taken",
                "This reference is taken",
                "Another client has the same external_ref.",
            ),
            ClientError::Stale(current) => Self::stale(&current),
            ClientError::Db(error) => error.into(),
        }
    }
}

impl From<FieldErrors> for ClientError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> ClientError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "clients_identity_key" | "clients_tax_code_key" => ClientError::Exists,
            "clients_external_ref_key" => ClientError::ReferenceTaken,
            "clients_pkey" => ClientError::IdTaken,
            _ => ClientError::Db(DbError::Constraint { name }),
        },
        other => ClientError::Db(other),
    }
}

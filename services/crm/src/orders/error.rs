use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::OrderId;
use super::state::Refusal;
use super::views::OrderView;
use crate::lines::pricing::Unpriced;

/// Why nothing was done to an order.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("there is no order {0} for this user")]
    NotFound(OrderId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("it is refused elsewhere")]
    Other(Problem),
    #[error("the step is not taken")]
    Refused(Refusal),
    #[error("a yes was given to another content")]
    OtherContent,
    #[error("nobody approves what they wrote")]
    OwnWork,
    #[error("the user may not answer for it")]
    NoOverride,
    #[error("the external reference is another's")]
    ReferenceTaken,
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<OrderView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for OrderError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Refusal> for OrderError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Unpriced> for OrderError {
    fn from(error: Unpriced) -> Self {
        match error {
            Unpriced::Invalid(errors) => Self::Invalid(errors),
            Unpriced::Db(error) => Self::Db(error),
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound(_) => Self::not_found("order"),
            OrderError::Invalid(errors) => Self::validation(errors),
            OrderError::Other(problem) => problem,
            OrderError::Refused(refusal) => refusal.into(),
            OrderError::OtherContent => Self::conflict(
                "order-changed",
                "The order has changed",
                "What you looked at is not what it contains now. Look again, then approve it.",
            ),
            OrderError::OwnWork => Self::new(
                StatusCode::FORBIDDEN,
                "own-approval",
                "Somebody else has to approve this",
                "You wrote what it contains. Ask a colleague who may approve orders.",
            ),
            OrderError::NoOverride => Self::forbidden(
                "Selling liquids in spite of the shop's authorisation takes somebody who approves orders.",
            ),
            OrderError::ReferenceTaken => Self::conflict(
                "reference-taken",
                "This reference is taken",
                "Another order has the same external_ref.",
            ),
            OrderError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            OrderError::Stale(current) => Self::stale(&current),
            OrderError::Db(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (kind, title, detail) = match refusal {
            Refusal::Cancelled => (
                "order-cancelled",
                "This order was cancelled",
                "Duplicate it to order the same again.",
            ),
            Refusal::Invoiced => (
                "order-invoiced",
                "This order was invoiced",
                "An invoiced order is not cancelled: it takes a credit note.",
            ),
            Refusal::Shipped => (
                "order-shipped",
                "This order has been shipped",
                "It can be cancelled only until it is shipped.",
            ),
            Refusal::NotApproved => (
                "order-not-approved",
                "This order is not approved",
                "It waits for approval. `approval.needed` says why.",
            ),
            Refusal::NotWaiting => (
                "order-not-waiting",
                "Nothing waits for approval",
                "This order does not wait for approval.",
            ),
            Refusal::InProcess => (
                "order-in-process",
                "This order is being processed",
                "Its content can be changed only until it is processed. Cancel it, or write another one.",
            ),
            Refusal::WrongStep => (
                "order-wrong-step",
                "Another step comes first",
                "An order is processed, shipped, delivered and invoiced, in this order, each once.",
            ),
        };
        Self::conflict(kind, title, detail)
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> OrderError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "orders_external_ref_key" => OrderError::ReferenceTaken,
            "orders_pkey" => OrderError::IdTaken,
            _ => OrderError::Db(DbError::Constraint { name }),
        },
        other => OrderError::Db(other),
    }
}

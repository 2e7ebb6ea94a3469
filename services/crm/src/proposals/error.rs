use actix_web::http::StatusCode;
use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::ProposalId;
use super::state::Refusal;
use super::views::ProposalView;
use crate::approvals::model::Reasons;
use crate::lines::pricing::Unpriced;
use crate::opportunities::error::OpportunityError;
use crate::orders::error::OrderError;

/// Why nothing was done to a proposal.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    #[error("there is no proposal {0} for this user")]
    NotFound(ProposalId),
    #[error("there is no such version")]
    NoVersion,
    #[error("the link is not one of ours")]
    NoLink,
    #[error("the link has ended")]
    LinkEnded,
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("it is refused elsewhere")]
    Other(Problem),
    #[error("the step is not taken")]
    Refused(Refusal),
    #[error("somebody has to approve it first")]
    NeedsApproval(Reasons),
    #[error("a yes was given to another content")]
    OtherContent,
    #[error("nobody approves what they wrote")]
    OwnWork,
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<ProposalView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for ProposalError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Refusal> for ProposalError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OrderError> for ProposalError {
    fn from(error: OrderError) -> Self {
        Self::Other(error.into())
    }
}

impl From<OpportunityError> for ProposalError {
    fn from(error: OpportunityError) -> Self {
        Self::Other(error.into())
    }
}

impl From<Unpriced> for ProposalError {
    fn from(error: Unpriced) -> Self {
        match error {
            Unpriced::Invalid(errors) => Self::Invalid(errors),
            Unpriced::Db(error) => Self::Db(error),
        }
    }
}

impl From<ProposalError> for Problem {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::NotFound(_) => Self::not_found("proposal"),
            ProposalError::NoVersion => Self::not_found("version"),
            ProposalError::NoLink => Self::not_found("offer"),
            ProposalError::LinkEnded => Self::new(
                StatusCode::GONE,
                "link-expired",
                "This link has expired",
                "The offer was valid until the day it names. Ask for a new one.",
            ),
            ProposalError::Invalid(errors) => Self::validation(errors),
            ProposalError::Other(problem) => problem,
            ProposalError::Refused(refusal) => refusal.into(),
            ProposalError::NeedsApproval(reasons) => Self::conflict(
                "proposal-needs-approval",
                "This proposal needs approval",
                "Ask for approval, or change what `errors` names.",
            )
            .with_errors(reasons.errors()),
            ProposalError::OtherContent => Self::conflict(
                "proposal-changed",
                "The proposal has changed",
                "What you looked at is not what it contains now. Look again.",
            ),
            ProposalError::OwnWork => Self::new(
                StatusCode::FORBIDDEN,
                "own-approval",
                "Somebody else has to approve this",
                "You wrote what it contains. Ask a colleague who may approve.",
            ),
            ProposalError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            ProposalError::Stale(current) => Self::stale(&current),
            ProposalError::Db(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (kind, title, detail) = match refusal {
            Refusal::NotSent => (
                "proposal-not-sent",
                "This proposal was not sent",
                "Only what the customer has can be answered or withdrawn.",
            ),
            Refusal::Sent => (
                "proposal-sent",
                "This proposal was sent",
                "The customer has it. Withdraw it, or write a new version.",
            ),
            Refusal::Accepted => (
                "proposal-accepted",
                "This proposal was accepted",
                "What was agreed stays. Write a new proposal.",
            ),
            Refusal::Refused => (
                "proposal-refused",
                "This proposal was refused",
                "Write a new version to go on.",
            ),
            Refusal::Expired => (
                "proposal-expired",
                "This proposal has expired",
                "Its last day has passed. Write a new version to go on.",
            ),
            Refusal::Withdrawn => (
                "proposal-withdrawn",
                "This offer was withdrawn",
                "It is not valid any more. Ask for a new one.",
            ),
            Refusal::Replaced => (
                "proposal-replaced",
                "This offer was replaced",
                "A newer version was sent. Open the link of the newest one.",
            ),
            Refusal::NotWaiting => (
                "proposal-not-waiting",
                "Nothing waits for approval",
                "This version does not wait for approval.",
            ),
        };
        Self::conflict(kind, title, detail)
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> ProposalError {
    error.on_constraint("proposals_pkey", || ProposalError::IdTaken)
}

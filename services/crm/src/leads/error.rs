use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::LeadId;
use super::status::Refusal;
use super::views::LeadView;

/// Why nothing was done to a lead.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    #[error("there is no lead {0} for this user")]
    NotFound(LeadId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("a part of it is refused")]
    Part(Problem),
    #[error("the step is refused")]
    Refused(Refusal),
    #[error("no assignment rule fits")]
    NoRule,
    #[error("the external reference is taken")]
    ReferenceTaken,
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<LeadView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for LeadError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Refusal> for LeadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<LeadError> for Problem {
    fn from(error: LeadError) -> Self {
        match error {
            LeadError::NotFound(_) => Self::not_found("lead"),
            LeadError::Invalid(errors) => Self::validation(errors),
            LeadError::Part(problem) => problem,
            LeadError::Refused(refusal) => refusal.into(),
            LeadError::NoRule => Self::conflict(
                "lead-no-rule",
                "No rule says who gets this lead",
                "Name the owner, or make an assignment rule that fits it.",
            ),
            LeadError::ReferenceTaken => Self::conflict(
                "reference-taken",
                "This reference is taken",
                "Another lead has the same external_ref.",
            ),
            LeadError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            LeadError::Stale(current) => Self::stale(&current),
            LeadError::Db(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Converted => Self::conflict(
                "lead-converted",
                "This lead is a client already",
                "Work with the client that it became.",
            ),
            Refusal::Lost => Self::conflict(
                "lead-lost",
                "This lead is lost",
                "Reopen it before you work it again.",
            ),
            Refusal::NotLost => Self::conflict(
                "lead-not-lost",
                "This lead is not lost",
                "Only a lost one can be reopened.",
            ),
            Refusal::Past => Self::conflict(
                "lead-past-step",
                "This lead is past that step",
                "It was contacted or qualified before. Write down further calls on its timeline.",
            ),
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> LeadError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "leads_external_ref_key" => LeadError::ReferenceTaken,
            "leads_pkey" => LeadError::IdTaken,
            _ => LeadError::Db(DbError::Constraint { name }),
        },
        other => LeadError::Db(other),
    }
}

use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::{OpportunityId, Refusal};
use super::views::OpportunityView;

/// Why nothing was done to an opportunity.
#[derive(Debug, thiserror::Error)]
pub enum OpportunityError {
    #[error("there is no opportunity {0} for this user")]
    NotFound(OpportunityId),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the move is refused")]
    Refused(Refusal),
    #[error("the external reference is taken")]
    ReferenceTaken,
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    Stale(Box<OpportunityView>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for OpportunityError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Refusal> for OpportunityError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OpportunityError> for Problem {
    fn from(error: OpportunityError) -> Self {
        match error {
            OpportunityError::NotFound(_) => Self::not_found("opportunity"),
            OpportunityError::Invalid(errors) => Self::validation(errors),
            OpportunityError::Unfit(problem) => problem,
            OpportunityError::Refused(refusal) => refusal.into(),
            OpportunityError::ReferenceTaken => Self::conflict(
                "reference-taken",
                "This reference is taken",
                "Another opportunity has the same external_ref.",
            ),
            OpportunityError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            OpportunityError::Stale(current) => Self::stale(&current),
            OpportunityError::Db(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::conflict(
                "opportunity-closed",
                "This opportunity is closed",
                "It is won or lost. Reopen it before you change where it stands.",
            ),
            Refusal::NotClosed => Self::conflict(
                "opportunity-open",
                "This opportunity is open",
                "Only one that is won or lost can be reopened.",
            ),
            Refusal::ForeignStage => Self::conflict(
                "opportunity-foreign-stage",
                "This stage is of another pipeline",
                "Choose a stage of the opportunity's own pipeline.",
            ),
            Refusal::FinalStage => Self::conflict(
                "opportunity-final-stage",
                "This stage ends the opportunity",
                "Use /win or /lose to close it; a lost one needs a reason.",
            ),
            Refusal::StepSkipped => Self::conflict(
                "opportunity-step-skipped",
                "A stage was left out",
                "In this pipeline the stages are entered one after the other.",
            ),
            Refusal::Missing(fields) => {
                let mut errors = FieldErrors::default();
                for field in fields {
                    errors.add(
                        format!("/{field}"),
                        "stage.requires",
                        "This stage asks for it.",
                    );
                }
                Self::conflict(
                    "opportunity-missing-data",
                    "This stage asks for more",
                    "Fill in what `errors` names, then move it.",
                )
                .with_errors(errors)
            }
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> OpportunityError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "opportunities_external_ref_key" => OpportunityError::ReferenceTaken,
            "opportunities_pkey" => OpportunityError::IdTaken,
            _ => OpportunityError::Db(DbError::Constraint { name }),
        },
        other => OpportunityError::Db(other),
    }
}

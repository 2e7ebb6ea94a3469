use nexus_db::DbError;
use nexus_problem::{FieldErrors, Problem};

use super::model::{Campaign, LeadSource};

/// Why nothing was done to a source or a campaign.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("fields are wrong")]
    Invalid(FieldErrors),
    #[error("the patch does not fit")]
    Unfit(Problem),
    #[error("the name is taken")]
    Exists,
    #[error("the id is taken")]
    IdTaken,
    #[error("the version is not the newest")]
    StaleSource(Box<LeadSource>),
    #[error("the version is not the newest")]
    StaleCampaign(Box<Campaign>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for CampaignError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::NotFound(what) => Self::not_found(what),
            CampaignError::Invalid(errors) => Self::validation(errors),
            CampaignError::Unfit(problem) => problem,
            CampaignError::Exists => Self::conflict(
                "name-taken",
                "This name is taken",
                "There is one of this name already; it may be in the archive.",
            ),
            CampaignError::IdTaken => Self::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            ),
            CampaignError::StaleSource(current) => Self::stale(&current),
            CampaignError::StaleCampaign(current) => Self::stale(&current),
            CampaignError::Db(error) => error.into(),
        }
    }
}

/// What a broken constraint means.
pub fn meaning(error: DbError) -> CampaignError {
    match error {
        DbError::Constraint { name } => match name.as_str() {
            "lead_sources_name_key" | "campaigns_name_key" => CampaignError::Exists,
            "lead_sources_pkey" | "campaigns_pkey" => CampaignError::IdTaken,
            _ => CampaignError::Db(DbError::Constraint { name }),
        },
        other => CampaignError::Db(other),
    }
}

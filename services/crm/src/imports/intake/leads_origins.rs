//! Sources and campaigns that rows name. Those that nobody knows are made, if whoever imports may make them.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;

use super::Job;
use crate::campaigns::commands::{create_campaign, create_source};
use crate::campaigns::model::{CampaignFields, CampaignId, SourceFields, SourceId};
use crate::campaigns::queries;
use crate::imports::sheet::Cells;
use crate::italy::text::key;

/// Sources and campaigns by folded name; those that a check would make have no id yet.
pub struct Origins {
    sources: HashMap<String, Option<SourceId>>,
    campaigns: HashMap<String, Option<CampaignId>>,
}

impl Origins {
    /// All that these rows name.
    pub fn named<'a>(
        conn: &mut PgConnection,
        job: &Job,
        rows: impl Iterator<Item = Cells<'a>>,
    ) -> DbResult<Self> {
        let sources = queries::sources(conn, true)?.into_iter();
        let campaigns = queries::campaigns(conn, true)?.into_iter();
        let mut origins = Self {
            sources: sources
                .map(|source| (source.name_key, Some(source.id)))
                .collect(),
            campaigns: campaigns
                .map(|campaign| (campaign.name_key, Some(campaign.id)))
                .collect(),
        };
        if !job.import.rights.assign_leads {
            return Ok(origins);
        }
        for cells in rows {
            if let Some(name) = cells
                .text("source")
                .filter(|name| !origins.sources.contains_key(&key(name)))
            {
                let made = if job.applies {
                    origins.make_source(conn, job, name)?
                } else {
                    None
                };
                origins.sources.insert(key(name), made);
            }
            if let Some(name) = cells
                .text("campaign")
                .filter(|name| !origins.campaigns.contains_key(&key(name)))
            {
                let made = if job.applies {
                    origins.make_campaign(conn, job, name)?
                } else {
                    None
                };
                origins.campaigns.insert(key(name), made);
            }
        }
        Ok(origins)
    }

    fn make_source(
        &self,
        conn: &mut PgConnection,
        job: &Job,
        name: &str,
    ) -> DbResult<Option<SourceId>> {
        let position = i32::try_from(self.sources.len()).unwrap_or(i32::MAX);
        let fields = SourceFields {
            name: name.chars().take(80).collect(),
            position,
        };
        let made = create_source(conn, &job.act, SourceId::new(), fields);
        Ok(made.ok().map(|source| source.id))
    }

    fn make_campaign(
        &self,
        conn: &mut PgConnection,
        job: &Job,
        name: &str,
    ) -> DbResult<Option<CampaignId>> {
        let fields = CampaignFields {
            name: name.chars().take(120).collect(),
            ..CampaignFields::default()
        };
        let made = create_campaign(conn, &job.act, CampaignId::new(), fields);
        Ok(made.ok().map(|campaign| campaign.id))
    }

    /// What a row names; a name that nobody knows is left out, with a remark.
    pub fn of(&self, cells: &mut Cells<'_>) -> (Option<SourceId>, Option<CampaignId>) {
        let source = cells
            .text("source")
            .map(|name| self.sources.get(&key(name)).copied());
        let campaign = cells
            .text("campaign")
            .map(|name| self.campaigns.get(&key(name)).copied());
        if source == Some(None) {
            cells.warn(
                "source",
                "source.unknown",
                "There is no such source: placed without it.",
            );
        }
        if campaign == Some(None) {
            cells.warn(
                "campaign",
                "campaign.unknown",
                "There is no such campaign: placed without it.",
            );
        }
        (source.flatten().flatten(), campaign.flatten().flatten())
    }
}

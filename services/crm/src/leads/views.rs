//! How leads are shown: with the names that their ids stand for, and whether they wait too long.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Lead, LeadId};
use super::status::LeadStatus;
use crate::campaigns::model::{CampaignId, SourceId};
use crate::{campaigns, clients, pipelines, users};

/// A lead as its page shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadView {
    #[serde(flatten)]
    pub lead: Lead,
    owner_name: Option<String>,
    source_name: Option<String>,
    campaign_name: Option<String>,
    lost_reason: Option<String>,
    /// The client that it became.
    client_name: Option<String>,
    /// Nobody contacted it within 48 hours of working days.
    late: bool,
}

impl LeadView {
    /// The view of a lead.
    ///
    /// # Errors
    /// The database's.
    pub fn of(conn: &mut PgConnection, lead: Lead, now: DateTime<Utc>) -> DbResult<Self> {
        let names = Names::of(conn, std::slice::from_ref(&lead))?;
        let lost_reason = match lead.lost_reason_id {
            Some(id) => pipelines::lost_reasons::find(conn, id)?.map(|reason| reason.name),
            None => None,
        };
        let client_name = match lead.client_id {
            Some(id) => clients::queries::names(conn, &[id])?.remove(&id),
            None => None,
        };
        Ok(Self {
            owner_name: names.owner(&lead),
            source_name: names.source(&lead),
            campaign_name: names.campaign(&lead),
            lost_reason,
            client_name,
            late: lead.is_late(now),
            lead,
        })
    }
}

/// A lead as lists and cards show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadRow {
    #[schema(value_type = uuid::Uuid)]
    id: LeadId,
    version: i64,
    name: String,
    /// The person, when `name` is the company's.
    person: Option<String>,
    status: LeadStatus,
    phone: Option<String>,
    email: Option<String>,
    city: Option<String>,
    province: Option<String>,
    interest: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    owner_id: Option<UserId>,
    owner_name: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    source_id: Option<SourceId>,
    source_name: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    campaign_id: Option<CampaignId>,
    campaign_name: Option<String>,
    do_not_call: bool,
    do_not_email: bool,
    /// Until when it should be contacted; of new ones.
    due_at: Option<DateTime<Utc>>,
    late: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Rows for these leads, their names looked up together.
pub fn rows(
    conn: &mut PgConnection,
    found: Vec<Lead>,
    now: DateTime<Utc>,
) -> DbResult<Vec<LeadRow>> {
    let names = Names::of(conn, &found)?;
    Ok(found.into_iter().map(|lead| names.row(lead, now)).collect())
}

struct Names {
    owners: HashMap<UserId, String>,
    sources: HashMap<SourceId, String>,
    campaigns: HashMap<CampaignId, String>,
}

impl Names {
    fn of(conn: &mut PgConnection, leads: &[Lead]) -> DbResult<Self> {
        let fields = || leads.iter().map(|lead| &lead.fields);
        let owners: Vec<UserId> = fields().filter_map(|fields| fields.owner_id).collect();
        let sources: Vec<SourceId> = fields().filter_map(|fields| fields.source_id).collect();
        let campaigns: Vec<CampaignId> = fields().filter_map(|fields| fields.campaign_id).collect();
        Ok(Self {
            owners: users::queries::names(conn, &owners)?,
            sources: campaigns::queries::source_names(conn, &sources)?,
            campaigns: campaigns::queries::campaign_names(conn, &campaigns)?,
        })
    }

    fn owner(&self, lead: &Lead) -> Option<String> {
        self.owners.get(&lead.fields.owner_id?).cloned()
    }

    fn source(&self, lead: &Lead) -> Option<String> {
        self.sources.get(&lead.fields.source_id?).cloned()
    }

    fn campaign(&self, lead: &Lead) -> Option<String> {
        self.campaigns.get(&lead.fields.campaign_id?).cloned()
    }

    fn row(&self, lead: Lead, now: DateTime<Utc>) -> LeadRow {
        let person =
            Some(lead.fields.person()).filter(|person| !person.is_empty() && *person != lead.name);
        LeadRow {
            owner_name: self.owner(&lead),
            source_name: self.source(&lead),
            campaign_name: self.campaign(&lead),
            late: lead.is_late(now),
            due_at: (lead.status == LeadStatus::New).then_some(lead.due_at),
            id: lead.id,
            version: lead.version,
            person,
            name: lead.name,
            status: lead.status,
            phone: lead.fields.phone,
            email: lead.fields.email,
            city: lead.fields.city,
            province: lead.fields.province,
            interest: lead.fields.interest,
            owner_id: lead.fields.owner_id,
            source_id: lead.fields.source_id,
            campaign_id: lead.fields.campaign_id,
            do_not_call: lead.do_not_call,
            do_not_email: lead.do_not_email,
            created_at: lead.created_at,
            updated_at: lead.updated_at,
        }
    }
}

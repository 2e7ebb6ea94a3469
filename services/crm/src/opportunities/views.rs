//! How opportunities are shown: with the names that their ids stand for.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Opportunity, OpportunityId};
use crate::pipelines::model::{Outcome, PipelineId, Stage, StageId};
use crate::{clients, pipelines, products, users};

/// An opportunity as its page shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpportunityView {
    #[serde(flatten)]
    pub opportunity: Opportunity,
    client_name: Option<String>,
    owner_name: Option<String>,
    product_name: Option<String>,
    stage_name: Option<String>,
    lost_reason: Option<String>,
    /// The stage's, in per cent.
    probability: i32,
    /// It has stayed in its stage longer than that stage allows.
    stale: bool,
}

impl OpportunityView {
    /// The view of an opportunity.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        conn: &mut PgConnection,
        opportunity: Opportunity,
        now: DateTime<Utc>,
    ) -> DbResult<Self> {
        let fields = &opportunity.fields;
        let stage = pipelines::queries::stage(conn, opportunity.stage_id)?;
        let client_name = match fields.client_id {
            Some(id) => clients::queries::names(conn, &[id])?.remove(&id),
            None => None,
        };
        let owner_name = match fields.owner_id {
            Some(id) => users::queries::names(conn, &[id])?.remove(&id),
            None => None,
        };
        let product_name = match fields.product_id {
            Some(id) => products::find(conn, id)?.map(|product| product.fields.name),
            None => None,
        };
        let lost_reason = match opportunity.lost_reason_id {
            Some(id) => pipelines::lost_reasons::find(conn, id)?.map(|reason| reason.name),
            None => None,
        };
        let stale_after = stage.as_ref().and_then(|stage| stage.stale_after_days);
        Ok(Self {
            client_name,
            owner_name,
            product_name,
            lost_reason,
            probability: stage.as_ref().map_or(0, |stage| stage.probability),
            stale: opportunity.is_stale(stale_after, now),
            stage_name: stage.map(|stage| stage.name),
            opportunity,
        })
    }
}

/// An opportunity as lists and cards show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpportunityRow {
    #[schema(value_type = uuid::Uuid)]
    id: OpportunityId,
    version: i64,
    name: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    client_id: Option<ClientId>,
    client_name: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    owner_id: Option<UserId>,
    owner_name: Option<String>,
    #[schema(value_type = uuid::Uuid)]
    pipeline_id: PipelineId,
    #[schema(value_type = uuid::Uuid)]
    stage_id: StageId,
    status: Outcome,
    amount_cents: i64,
    currency: String,
    /// The stage's, in per cent.
    probability: i32,
    expected_close_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    stage_entered_at: DateTime<Utc>,
    /// It has stayed in its stage longer than that stage allows.
    stale: bool,
    next_step: Option<String>,
    next_step_on: Option<NaiveDate>,
    updated_at: DateTime<Utc>,
}

/// Rows for these opportunities, their names looked up together.
pub fn rows(
    conn: &mut PgConnection,
    found: Vec<Opportunity>,
    now: DateTime<Utc>,
) -> DbResult<Vec<OpportunityRow>> {
    let stage_ids: Vec<StageId> = found
        .iter()
        .map(|opportunity| opportunity.stage_id)
        .collect();
    let stages = pipelines::queries::stages(conn, &stage_ids)?;
    let client_ids: Vec<ClientId> = found
        .iter()
        .filter_map(|opportunity| opportunity.fields.client_id)
        .collect();
    let owner_ids: Vec<UserId> = found
        .iter()
        .filter_map(|opportunity| opportunity.fields.owner_id)
        .collect();
    let names = Names {
        stages,
        clients: clients::queries::names(conn, &client_ids)?,
        owners: users::queries::names(conn, &owner_ids)?,
    };
    Ok(found
        .into_iter()
        .map(|opportunity| names.row(opportunity, now))
        .collect())
}

struct Names {
    stages: HashMap<StageId, Stage>,
    clients: HashMap<ClientId, String>,
    owners: HashMap<UserId, String>,
}

impl Names {
    fn row(&self, opportunity: Opportunity, now: DateTime<Utc>) -> OpportunityRow {
        let stage = self.stages.get(&opportunity.stage_id);
        let stale = opportunity.is_stale(stage.and_then(|stage| stage.stale_after_days), now);
        let fields = opportunity.fields;
        OpportunityRow {
            id: opportunity.id,
            version: opportunity.version,
            name: fields.name,
            client_id: fields.client_id,
            client_name: fields
                .client_id
                .and_then(|id| self.clients.get(&id).cloned()),
            owner_id: fields.owner_id,
            owner_name: fields.owner_id.and_then(|id| self.owners.get(&id).cloned()),
            pipeline_id: opportunity.pipeline_id,
            stage_id: opportunity.stage_id,
            status: opportunity.status,
            amount_cents: fields.amount_cents,
            currency: fields.currency,
            probability: stage.map_or(0, |stage| stage.probability),
            expected_close_on: fields.expected_close_on,
            closed_on: opportunity.closed_on,
            stage_entered_at: opportunity.stage_entered_at,
            stale,
            next_step: fields.next_step,
            next_step_on: fields.next_step_on,
            updated_at: opportunity.updated_at,
        }
    }
}

//! What the rows of a batch of deals may name: loaded at once, so that no row asks the database anything.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};

use super::Job;
use super::matching::Clients;
use super::people::People;
use super::plan::Planned;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::imports::stages::stage_for;
use crate::italy::text::key;
use crate::opportunities::model::{Opportunity, OpportunityFields};
use crate::pipelines::lost_reasons::{self, LostReason};
use crate::pipelines::model::{Pipeline, PipelineId, PipelineRow, Stage, StageId};
use crate::products::{self, Product};
use crate::{opportunities, pipelines};

/// The reason of a lost deal that gives none; it is there from the start.
const NO_REASON: &str = "Non indicato";

/// Everything a row may name.
pub struct Known {
    pub people: People,
    pub clients: Clients,
    pub products: HashMap<String, Product>,
    /// The deals' own pipeline; `None` when it is gone.
    pub pipeline: Option<Pipeline>,
    pub reasons: Vec<LostReason>,
    pub no_reason: Option<LostReason>,
    deals: Vec<Opportunity>,
    deals_by: HashMap<String, usize>,
}

/// A deal as its row tells it, for those without a reference: equal twice is the same deal.
fn fingerprint(fields: &OpportunityFields) -> String {
    let text = |id: Option<String>| id.unwrap_or_default();
    format!(
        "f:{}|{}|{}|{}|{}|{}",
        key(&fields.name),
        text(fields.client_id.map(|id| id.to_string())),
        text(fields.owner_id.map(|id| id.to_string())),
        text(fields.product_id.map(|id| id.to_string())),
        fields.amount_cents,
        text(fields.opened_on.map(|day| day.to_string())),
    )
}

/// Under what a deal is found.
pub fn deal_key(fields: &OpportunityFields) -> String {
    match &fields.external_ref {
        Some(reference) => format!("r:{reference}"),
        None => fingerprint(fields),
    }
}

impl Known {
    /// Asks for everything that these rows name.
    pub fn load(conn: &mut PgConnection, job: &Job, rows: &[&Row]) -> DbResult<Self> {
        let texts = |field: &'static str| {
            let cells = rows.iter().map(|row| Cells::new(&job.sheet, &row.fields));
            let mut texts: Vec<String> = cells
                .filter_map(|cells| cells.text(field).map(str::to_owned))
                .collect();
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        let clients = texts("client");
        let as_references = clients
            .iter()
            .map(|text| crate::clients::model::ClientFields {
                external_ref: Some(text.clone()),
                ..Default::default()
            });
        let as_references: Vec<_> = as_references.collect();
        let product_keys: Vec<String> = texts("product").iter().map(|name| key(name)).collect();
        let products = products::with_name_keys(conn, &product_keys)?.into_iter();
        let mut known = Self {
            people: People::named(conn, job, rows)?,
            clients: Clients::load(conn, &as_references, clients.iter().cloned())?,
            products: products
                .map(|product| (product.name_key.clone(), product))
                .collect(),
            pipeline: pipeline(conn, job)?,
            reasons: lost_reasons::all(conn)?,
            no_reason: lost_reasons::named(conn, NO_REASON)?,
            deals: Vec::new(),
            deals_by: HashMap::new(),
        };
        let references = texts("external_ref");
        if !references.is_empty() {
            for deal in opportunities::queries::with_references(conn, &references)? {
                known.add(deal);
            }
        }
        Ok(known)
    }

    /// Looks up deals without a reference by what their rows come to.
    pub fn load_unnamed(&mut self, conn: &mut PgConnection, names: &[String]) -> DbResult<()> {
        if !names.is_empty() {
            for deal in opportunities::queries::without_reference(conn, names)? {
                self.add(deal);
            }
        }
        Ok(())
    }

    /// Adds a deal, to be found by later rows.
    pub fn add(&mut self, deal: Opportunity) {
        self.deals_by
            .insert(deal_key(&deal.fields), self.deals.len());
        self.deals.push(deal);
    }

    /// A deal is another now.
    pub fn replace(&mut self, after: &Opportunity) {
        if let Some(deal) = self.deals.iter_mut().find(|deal| deal.id == after.id) {
            *deal = after.clone();
        }
    }

    /// The deal that a row speaks of.
    pub fn deal(&self, key: &str) -> Option<&Opportunity> {
        self.deals_by.get(key).map(|at| &self.deals[*at])
    }

    /// The stage that a row's word means.
    pub fn stage(&self, job: &Job, value: &str) -> Option<&Stage> {
        let pipeline = self.pipeline.as_ref()?;
        let chosen = &job.import.options.stage_mapping;
        let chosen = chosen.get(value).or_else(|| {
            let same = |(word, _): &(&String, &StageId)| key(word) == key(value);
            chosen.iter().find(same).map(|(_, stage)| stage)
        });
        match chosen {
            Some(stage) => pipeline.stage(*stage),
            None => stage_for(pipeline, value),
        }
    }
}

/// The pipeline of the import; for a check of one that is still to be made, as it would be.
fn pipeline(conn: &mut PgConnection, job: &Job) -> DbResult<Option<Pipeline>> {
    let options = &job.import.options;
    let to_be_made = options.new_pipeline.as_ref();
    if let Some(new) = to_be_made.filter(|_| options.pipeline_id.is_none()) {
        let mut there = pipelines::queries::all(conn, None)?.into_iter();
        if let Some(pipeline) = there.find(|pipeline| new.is(pipeline)) {
            return Ok(Some(pipeline));
        }
        let id = PipelineId::new();
        let Ok(fields) = new.fields().review() else {
            return Ok(None);
        };
        let positions = 1..;
        let stages = fields.stages.into_iter().zip(positions);
        let stage = |(stage, position): (crate::pipelines::model::StageFields, i32)| Stage {
            id: StageId::new(),
            pipeline_id: id,
            name: stage.name,
            position,
            probability: stage.probability,
            outcome: stage.outcome,
            stale_after_days: None,
            required_fields: Vec::new(),
            archived_at: None,
        };
        let row = PipelineRow {
            id,
            version: 1,
            name: fields.name,
            is_default: false,
            sequential: false,
            team_lead_id: None,
            created_at: job.act.now,
            updated_at: job.act.now,
            archived_at: None,
        };
        let stages = stages.map(stage).collect();
        return Ok(Some(Pipeline { row, stages }));
    }
    let found = match options.pipeline_id {
        Some(id) => pipelines::queries::find(conn, id)?,
        None => pipelines::queries::default(conn)?,
    };
    // History may enter any stage at once, whatever a salesperson may do today.
    Ok(found
        .filter(|pipeline| pipeline.row.archived_at.is_none())
        .map(|mut pipeline| {
            pipeline.row.sequential = false;
            pipeline
        }))
}

/// What a row names, found.
#[derive(Default)]
pub struct Links {
    pub client_id: Option<ClientId>,
    pub client_name: Option<String>,
    pub owner: Option<Option<UserId>>,
    pub product: Option<Product>,
}

impl Known {
    /// The product that the row names; an unknown one is told and left out.
    pub fn product(&self, cells: &mut Cells<'_>) -> Option<Product> {
        let name = cells.text("product")?;
        let Some(found) = self.products.get(&key(name)) else {
            let detail = format!("No product is called {name:?}: placed without a product.");
            cells.warn("product", "product.unknown", detail);
            return None;
        };
        if crate::italy::text::fold(&found.fields.name) != crate::italy::text::fold(name) {
            let detail = format!("{name:?} was placed as {:?}.", found.fields.name);
            cells.warn("product", "product.spelled_differently", detail);
        }
        Some(found.clone())
    }

    /// Whether a check planned a deal under this key.
    pub fn planned(key: &str, planned: &Planned, fresh: &Planned) -> Option<super::Trace> {
        planned.get(key).or_else(|| fresh.get(key))
    }
}

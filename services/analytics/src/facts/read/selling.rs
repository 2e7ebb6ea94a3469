//! Pipelines, deals, orders and proposals.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::business_day;
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

use super::{Batch, owner};
use crate::facts::event::Event;
use crate::facts::rows::{Deal, DealVersion, Label, Offer, Order, OrderProduct, Stage};
use crate::measures::sql::NOBODY;

#[derive(Deserialize)]
pub struct PipelineTold {
    name: String,
    stages: Vec<StageTold>,
}

#[derive(Deserialize)]
struct StageTold {
    id: Uuid,
    name: String,
    position: i32,
    probability: i32,
    outcome: String,
    stale_after_days: Option<i32>,
}

impl PipelineTold {
    pub fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        batch.labels.push(Label {
            kind: "pipeline",
            id,
            version,
            name: self.name,
        });
        batch
            .stages
            .extend(self.stages.into_iter().map(|stage| Stage {
                id: stage.id,
                version,
                pipeline_id: id,
                name: stage.name,
                position: stage.position,
                probability: stage.probability,
                outcome: stage.outcome,
                stale_after_days: stage.stale_after_days,
            }));
    }
}

#[derive(Deserialize)]
pub struct DealTold {
    name: String,
    owner_id: Option<Uuid>,
    client_id: Option<Uuid>,
    pipeline_id: Uuid,
    stage_id: Uuid,
    status: String,
    amount_cents: i64,
    product_id: Option<Uuid>,
    source_id: Option<Uuid>,
    opened_on: Option<NaiveDate>,
    expected_close_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    lost_reason_id: Option<Uuid>,
    stage_entered_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl DealTold {
    pub fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        batch.deal_versions.push(DealVersion {
            deal_id: id,
            version,
            at: event.at,
            stage_id: self.stage_id,
            stage_entered_at: self.stage_entered_at,
            status: self.status.clone(),
            amount_cents: self.amount_cents,
            expected_close_on: self.expected_close_on,
        });
        batch.deals.push(Deal {
            id,
            version,
            name: self.name,
            owner_id: owner(self.owner_id),
            client_id: self.client_id,
            pipeline_id: self.pipeline_id,
            stage_id: self.stage_id,
            status: self.status,
            amount_cents: self.amount_cents,
            product_id: self.product_id,
            source_id: self.source_id,
            opened_on: self
                .opened_on
                .or(self.closed_on)
                .unwrap_or_else(|| business_day(self.created_at)),
            expected_close_on: self.expected_close_on,
            closed_on: self.closed_on,
            lost_reason_id: self.lost_reason_id,
            stage_entered_at: self.stage_entered_at,
            archived: self.archived_at.is_some(),
        });
    }
}

#[derive(Deserialize)]
pub struct OrderTold {
    number: String,
    owner_id: Option<Uuid>,
    client_id: Uuid,
    channel: String,
    status: String,
    net_cents: i64,
    total_cents: i64,
    created_at: DateTime<Utc>,
    #[serde(default)]
    lines: Vec<LineTold>,
}

#[derive(Deserialize)]
struct LineTold {
    product_id: Option<Uuid>,
    quantity: Decimal,
    net_cents: i64,
}

impl OrderTold {
    pub fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        let mut products: BTreeMap<Uuid, (Decimal, i64)> = BTreeMap::new();
        for line in self.lines {
            let sums = products
                .entry(line.product_id.unwrap_or(NOBODY))
                .or_default();
            sums.0 += line.quantity;
            sums.1 += line.net_cents;
        }
        batch.order_products.extend(products.into_iter().map(
            |(product_id, (quantity, net_cents))| OrderProduct {
                order_id: id,
                product_id,
                version,
                quantity,
                net_cents,
            },
        ));
        let counted = !matches!(self.status.as_str(), "pending_approval" | "cancelled");
        batch.orders.push(Order {
            id,
            version,
            number: self.number,
            owner_id: owner(self.owner_id),
            client_id: self.client_id,
            channel: self.channel,
            counted,
            status: self.status,
            day: business_day(self.created_at),
            net_cents: self.net_cents,
            total_cents: self.total_cents,
        });
    }
}

#[derive(Deserialize)]
pub struct OfferTold {
    client_id: Uuid,
    content: Option<ContentTold>,
}

#[derive(Deserialize)]
struct ContentTold {
    sent_at: Option<DateTime<Utc>>,
}

impl OfferTold {
    pub fn row(self, event: &Event) -> Offer {
        let sent_at = self.content.and_then(|content| content.sent_at);
        Offer {
            id: event.subject_id,
            client_id: self.client_id,
            sent_on: sent_at.map(business_day),
        }
    }
}

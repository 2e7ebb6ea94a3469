//! How orders are shown: with the names that their ids stand for, and what an approver has to know.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use nexus_problem::FieldError;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::verdict;
use super::model::{Order, OrderChannel};
use super::queries;
use super::state::OrderStatus;
use crate::approvals::model::Reason;
use crate::clients;
use crate::contacts;
use crate::lines;
use crate::lines::model::LineView;
use crate::lines::queries::Document;
use crate::lines::totals::{Totals, cost_cents, totals};
use crate::parties::site_of;
use crate::{proposals, users};
use nexus_records::Author;

/// Who said no to which content, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrderRefusal)]
pub struct No {
    by: Option<Uuid>,
    by_name: Option<String>,
    at: Option<DateTime<Utc>>,
    reason: Option<String>,
    hash: String,
}

/// Where an order's approval stands. A yes holds for the content with its hash, and for no other.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrderApproval)]
pub struct Approval {
    /// Why somebody has to look; empty when no rule asks for it.
    needed: Vec<Reason>,
    /// It waits for a manager now.
    waiting: bool,
    /// The content that was approved.
    hash: Option<String>,
    /// Nobody when no rule asked for it.
    by: Option<Uuid>,
    by_name: Option<String>,
    at: Option<DateTime<Utc>>,
    refused: Option<No>,
}

/// Who answers for liquids sold in spite of the shop's authorisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrderOverride)]
pub struct Overridden {
    by: Option<Uuid>,
    by_name: Option<String>,
    at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// Of the content it was said of.
    hash: String,
}

/// The client's credit.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrderCredit)]
pub struct Credit {
    /// No limit when `null`.
    limit_cents: Option<i64>,
    /// Approved and not paid, without this order.
    exposure_cents: i64,
}

/// An order as its page shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderView {
    id: Uuid,
    pub version: i64,
    number: String,
    year: i16,
    channel: OrderChannel,
    status: OrderStatus,
    client_id: Uuid,
    client_name: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    contact_id: Option<Uuid>,
    contact_name: Option<String>,
    opportunity_id: Option<Uuid>,
    /// The version of the proposal it was made of.
    generated_from: Option<Uuid>,
    proposal_id: Option<Uuid>,
    proposal_number: Option<String>,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    payment_terms: Option<String>,
    delivery_terms: Option<String>,
    delivery_address: Option<String>,
    requested_on: Option<NaiveDate>,
    notes: Option<String>,
    external_ref: Option<String>,
    lines: Vec<LineView>,
    totals: Totals,
    /// What the goods cost us, when all of it is known. Absent for whoever may not see costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_cents: Option<i64>,
    /// In percent of the goods' price. Absent for whoever may not see costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    margin_percent: Option<Decimal>,
    content_hash: String,
    /// Who wrote what it contains now.
    written_by: Option<Uuid>,
    written_by_name: Option<String>,
    approval: Approval,
    #[serde(rename = "override")]
    overridden: Option<Overridden>,
    credit: Credit,
    /// What to know about it: an ADM authorisation that ends soon, or does not allow its liquids any more.
    warnings: Vec<FieldError>,
    processed_at: Option<DateTime<Utc>>,
    shipped_at: Option<DateTime<Utc>>,
    tracking: Option<String>,
    delivered_at: Option<DateTime<Utc>>,
    invoiced_at: Option<DateTime<Utc>>,
    invoice_number: Option<String>,
    paid_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    cancel_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl OrderView {
    /// The view of an order.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        conn: &mut PgConnection,
        order: Order,
        now: DateTime<Utc>,
        sees_costs: bool,
    ) -> DbResult<Self> {
        let lines = lines::queries::of(conn, Document::Order(order.id.uuid()))?;
        let people = [
            order.owner_id,
            order.written_by,
            order.approved_by,
            order.refused_by,
            order.override_by,
        ];
        let people: Vec<UserId> = people.into_iter().flatten().collect();
        let names = users::queries::names(conn, &people)?;
        let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
        let client = clients::queries::any(conn, order.client_id)?;
        let site = match order.site_id {
            Some(site) => site_of(conn, order.client_id, site)?,
            None => None,
        };
        let contact = match order.contact_id {
            Some(contact) => contacts::queries::of_client(conn, order.client_id)?
                .into_iter()
                .find(|known| known.id == contact),
            None => None,
        };
        let proposal_number = match order.proposal_id {
            Some(id) => proposals::queries::number(conn, id)?,
            None => None,
        };
        let open = queries::open_cents(conn, order.client_id, Some(order.id))?;
        let author = Author { user_id: None, now };
        let mut warnings = Vec::new();
        if let (Some(client), None) = (&client, order.shipped_at.or(order.cancelled_at)) {
            let law = verdict(conn, &author, &order, client, &lines)?;
            for found in [law.forbidden, law.blocked, law.warnings] {
                warnings.extend(found.0);
            }
        }
        let sums = totals(&lines);
        let cost_cents = cost_cents(&lines).filter(|_| sees_costs);
        Ok(Self {
            client_name: client.as_ref().map(|client| client.fields.name.clone()),
            site_name: site.map(|site| site.name),
            contact_name: contact.map(|contact| contact.fields.full_name()),
            proposal_number,
            owner_name: name(order.owner_id),
            written_by_name: name(order.written_by),
            approval: Approval {
                waiting: order.waits(),
                needed: order.approval_needed.0.clone(),
                hash: order.approved_hash.clone(),
                by: order.approved_by.map(UserId::uuid),
                by_name: name(order.approved_by),
                at: order.approved_at,
                refused: order.refused_hash.clone().map(|hash| No {
                    by: order.refused_by.map(UserId::uuid),
                    by_name: name(order.refused_by),
                    at: order.refused_at,
                    reason: order.refused_reason.clone(),
                    hash,
                }),
            },
            overridden: order.override_hash.clone().map(|hash| Overridden {
                by: order.override_by.map(UserId::uuid),
                by_name: name(order.override_by),
                at: order.override_at,
                reason: order.override_reason.clone(),
                hash,
            }),
            credit: Credit {
                limit_cents: client.and_then(|client| client.fields.credit_limit_cents),
                exposure_cents: open,
            },
            warnings,
            margin_percent: cost_cents.and_then(|cost| margin_percent(sums.net_cents, cost)),
            cost_cents,
            lines: lines
                .into_iter()
                .map(|line| LineView::of(line, sees_costs))
                .collect(),
            totals: sums,
            id: order.id.uuid(),
            version: order.version,
            number: order.number,
            year: order.year,
            channel: order.channel,
            status: order.status,
            client_id: order.client_id.uuid(),
            site_id: order.site_id.map(nexus_kernel::RecordId::uuid),
            contact_id: order.contact_id.map(nexus_kernel::RecordId::uuid),
            opportunity_id: order.opportunity_id.map(nexus_kernel::RecordId::uuid),
            generated_from: order.generated_from.map(nexus_kernel::RecordId::uuid),
            proposal_id: order.proposal_id.map(nexus_kernel::RecordId::uuid),
            owner_id: order.owner_id.map(UserId::uuid),
            payment_terms: order.payment_terms,
            delivery_terms: order.delivery_terms,
            delivery_address: order.delivery_address,
            requested_on: order.requested_on,
            notes: order.notes,
            external_ref: order.external_ref,
            content_hash: order.content_hash,
            written_by: order.written_by.map(UserId::uuid),
            processed_at: order.processed_at,
            shipped_at: order.shipped_at,
            tracking: order.tracking,
            delivered_at: order.delivered_at,
            invoiced_at: order.invoiced_at,
            invoice_number: order.invoice_number,
            paid_at: order.paid_at,
            cancelled_at: order.cancelled_at,
            cancel_reason: order.cancel_reason,
            created_at: order.created_at,
            updated_at: order.updated_at,
        })
    }
}

/// What is left of the goods' price, in percent, half-up to two decimals.
#[must_use]
pub fn margin_percent(net_cents: i64, cost_cents: i64) -> Option<Decimal> {
    let net = Decimal::from(net_cents);
    let left = (net - Decimal::from(cost_cents)) * Decimal::ONE_HUNDRED;
    let half_up = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    let percent = left.checked_div(net)?;
    Some(percent.round_dp_with_strategy(2, half_up))
}

/// An order as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderRow {
    id: Uuid,
    version: i64,
    number: String,
    channel: OrderChannel,
    status: OrderStatus,
    client_id: Uuid,
    client_name: Option<String>,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    opportunity_id: Option<Uuid>,
    proposal_id: Option<Uuid>,
    net_cents: i64,
    total_cents: i64,
    /// It waits for a manager now.
    waiting: bool,
    /// Why somebody has to look, or had to.
    needed: Vec<Reason>,
    written_by_name: Option<String>,
    requested_on: Option<NaiveDate>,
    invoice_number: Option<String>,
    content_hash: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Rows for these orders, their names looked up together.
pub fn rows(conn: &mut PgConnection, found: Vec<Order>) -> DbResult<Vec<OrderRow>> {
    let client_ids: Vec<ClientId> = found.iter().map(|order| order.client_id).collect();
    let user_ids: Vec<UserId> = found
        .iter()
        .flat_map(|order| [order.owner_id, order.written_by])
        .flatten()
        .collect();
    let clients: HashMap<ClientId, String> = clients::queries::names(conn, &client_ids)?;
    let users = users::queries::names(conn, &user_ids)?;
    let name = |id: Option<UserId>| id.and_then(|id| users.get(&id).cloned());
    Ok(found
        .into_iter()
        .map(|order| OrderRow {
            waiting: order.waits(),
            client_name: clients.get(&order.client_id).cloned(),
            owner_name: name(order.owner_id),
            written_by_name: name(order.written_by),
            id: order.id.uuid(),
            version: order.version,
            number: order.number,
            channel: order.channel,
            status: order.status,
            client_id: order.client_id.uuid(),
            owner_id: order.owner_id.map(UserId::uuid),
            opportunity_id: order.opportunity_id.map(nexus_kernel::RecordId::uuid),
            proposal_id: order.proposal_id.map(nexus_kernel::RecordId::uuid),
            net_cents: order.net_cents,
            total_cents: order.total_cents,
            needed: order.approval_needed.0,
            requested_on: order.requested_on,
            invoice_number: order.invoice_number,
            content_hash: order.content_hash,
            created_at: order.created_at,
            updated_at: order.updated_at,
        })
        .collect())
}

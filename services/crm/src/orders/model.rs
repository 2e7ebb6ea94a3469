use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId};
use nexus_problem::{FieldErrors, optional_text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::state::OrderStatus;
use crate::approvals::model::Reasons;
use crate::contacts::model::ContactId;
use crate::italy::text::fold;
use crate::lines::hash::content_hash;
use crate::lines::model::Line;
use crate::lines::totals::{Totals, totals};
use crate::opportunities::model::OpportunityId;
use crate::parties::Parties;
use crate::proposals::model::{ProposalId, VersionId};
use crate::schema::orders;
use crate::sites::model::SiteId;
use nexus_records::text_enum;

/// An order's id.
pub type OrderId = RecordId<Order>;

text_enum! {
    /// How it came: we sold it (`push`), they called (`pull`), or a shop on the web sent it.
    OrderChannel { Push = "push", Pull = "pull", Ecommerce = "ecommerce" }
}

/// What may be written of an order, besides its lines. A patch names some of these; `null` clears. Where it stands is
/// changed by `approve`, `process`, `ship` and so on alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderFields {
    /// Cannot be changed later.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    /// The shop it goes to; the client's only one when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub site_id: Option<SiteId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
    /// Who looks after it; the client's owner when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    /// The client's when not given.
    pub payment_terms: Option<String>,
    pub delivery_terms: Option<String>,
    /// Where to, if not to the shop.
    pub delivery_address: Option<String>,
    /// When they want it.
    pub requested_on: Option<NaiveDate>,
    pub notes: Option<String>,
    /// Its name in another system; unique. Sent again, it brings the first order back.
    pub external_ref: Option<String>,
}

/// An order's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Order {
    pub id: OrderId,
    pub version: i64,
    pub year: i16,
    pub serial: i32,
    pub number: String,
    pub channel: OrderChannel,
    pub status: OrderStatus,
    pub client_id: ClientId,
    pub owner_id: Option<UserId>,
    pub generated_from: Option<VersionId>,
    pub proposal_id: Option<ProposalId>,
    pub opportunity_id: Option<OpportunityId>,
    pub site_id: Option<SiteId>,
    pub contact_id: Option<ContactId>,
    pub payment_terms: Option<String>,
    pub delivery_terms: Option<String>,
    pub delivery_address: Option<String>,
    pub requested_on: Option<NaiveDate>,
    pub notes: Option<String>,
    pub external_ref: Option<String>,
    pub net_cents: i64,
    pub tax_cents: i64,
    pub vat_cents: i64,
    pub total_cents: i64,
    pub content_hash: String,
    pub written_by: Option<UserId>,
    pub approval_needed: Reasons,
    pub approved_hash: Option<String>,
    pub approved_by: Option<UserId>,
    pub approved_at: Option<DateTime<Utc>>,
    pub refused_hash: Option<String>,
    pub refused_by: Option<UserId>,
    pub refused_at: Option<DateTime<Utc>>,
    pub refused_reason: Option<String>,
    pub override_hash: Option<String>,
    pub override_by: Option<UserId>,
    pub override_at: Option<DateTime<Utc>>,
    pub override_reason: Option<String>,
    pub processed_at: Option<DateTime<Utc>>,
    pub shipped_at: Option<DateTime<Utc>>,
    pub tracking: Option<String>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub invoiced_at: Option<DateTime<Utc>>,
    pub invoice_number: Option<String>,
    pub paid_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancel_reason: Option<String>,
    #[serde(skip)]
    pub search_text: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An order as its events tell it: with its lines, without what they cost us.
#[derive(Debug, Clone, Serialize)]
pub struct OrderRecord {
    #[serde(flatten)]
    pub order: Order,
    pub lines: Vec<Line>,
    pub totals: Totals,
}

impl OrderFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        for (field, pointer, most) in [
            (&mut self.payment_terms, "/payment_terms", 200),
            (&mut self.delivery_terms, "/delivery_terms", 500),
            (&mut self.delivery_address, "/delivery_address", 500),
            (&mut self.notes, "/notes", 10_000),
            (&mut self.external_ref, "/external_ref", 100),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        if self.client_id.is_none() {
            let detail = "Say who orders.";
            errors.add("/client_id", "client_id.missing", detail);
        }
        errors.or(self)
    }

    /// Whom it is for.
    #[must_use]
    pub fn parties(&self, client_id: ClientId) -> Parties {
        Parties {
            client_id,
            site_id: self.site_id,
            contact_id: self.contact_id,
            opportunity_id: self.opportunity_id,
            owner_id: self.owner_id,
        }
    }
}

impl Order {
    /// What may be written of it.
    #[must_use]
    pub fn fields(&self) -> OrderFields {
        OrderFields {
            client_id: Some(self.client_id),
            site_id: self.site_id,
            contact_id: self.contact_id,
            opportunity_id: self.opportunity_id,
            owner_id: self.owner_id,
            payment_terms: self.payment_terms.clone(),
            delivery_terms: self.delivery_terms.clone(),
            delivery_address: self.delivery_address.clone(),
            requested_on: self.requested_on,
            notes: self.notes.clone(),
            external_ref: self.external_ref.clone(),
        }
    }

    /// Takes over what was written.
    pub fn set_fields(&mut self, fields: OrderFields) {
        self.site_id = fields.site_id;
        self.contact_id = fields.contact_id;
        self.opportunity_id = fields.opportunity_id;
        self.owner_id = fields.owner_id;
        self.payment_terms = fields.payment_terms;
        self.delivery_terms = fields.delivery_terms;
        self.delivery_address = fields.delivery_address;
        self.requested_on = fields.requested_on;
        self.notes = fields.notes;
        self.external_ref = fields.external_ref;
    }

    /// Takes over the lines: sums, and the hash that a yes is bound to. Who looks after it, the deal behind it and its
    /// name elsewhere bind nobody.
    pub fn set_content(&mut self, lines: &[Line]) -> Totals {
        let sums = totals(lines);
        self.net_cents = sums.net_cents;
        self.tax_cents = sums.tax_cents;
        self.vat_cents = sums.vat_cents;
        self.total_cents = sums.total_cents;
        let terms = json!({
            "client": self.client_id,
            "site": self.site_id,
            "contact": self.contact_id,
            "payment": self.payment_terms,
            "delivery": self.delivery_terms,
            "address": self.delivery_address,
            "requested": self.requested_on,
            "notes": self.notes,
        });
        self.content_hash = content_hash(&terms, lines);
        sums
    }

    /// Whether somebody has said yes, or no rule asked for it, to just this content.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.approved_hash.as_deref() == Some(self.content_hash.as_str())
    }

    /// Whether it waits for a manager: not after a no, until it changes.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.status == OrderStatus::PendingApproval
            && self.refused_hash.as_deref() != Some(self.content_hash.as_str())
    }

    /// What a search looks into.
    #[must_use]
    pub fn search_text(&self, client_name: &str) -> String {
        let parts = [
            Some(self.number.as_str()),
            Some(client_name),
            self.external_ref.as_deref(),
            self.invoice_number.as_deref(),
        ];
        fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// The order with its lines, as events tell it.
    #[must_use]
    pub fn record(&self, lines: &[Line]) -> OrderRecord {
        OrderRecord {
            order: self.clone(),
            lines: lines.to_vec(),
            totals: totals(lines),
        }
    }
}

//! What a customer sees of an offer: what is offered, at which price, until when. Nothing of ours.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Proposal, Version};
use super::state::VersionStatus;
use crate::company::model::CompanyFields;
use crate::lines::model::Line;
use crate::lines::queries::{Document, of};
use crate::lines::totals::{Totals, totals};
use crate::{clients, company, contacts, parties, users};

/// A line of an offer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfferLine {
    position: i32,
    sku: Option<String>,
    description: String,
    unit: String,
    #[schema(value_type = String)]
    quantity: Decimal,
    #[schema(value_type = String)]
    unit_price: Decimal,
    #[schema(value_type = String)]
    discount_percent: Decimal,
    #[schema(value_type = String)]
    unit_tax: Decimal,
    vat_rate: i16,
    vat_nature: Option<String>,
    net_cents: i64,
    tax_cents: i64,
}

/// What was answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfferAnswer {
    at: DateTime<Utc>,
    by: Option<String>,
    role: Option<String>,
}

/// Who makes the offer, as its paper says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfferCompany {
    name: String,
    vat_number: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    website: Option<String>,
}

impl OfferCompany {
    /// `None` until somebody has filled in the company's data.
    fn of(company: CompanyFields) -> Option<Self> {
        (!company.name.is_empty()).then_some(Self {
            name: company.name,
            vat_number: company.vat_number,
            phone: company.phone,
            email: company.email,
            website: company.website,
        })
    }
}

/// An offer as the customer sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Offer {
    number: String,
    version_number: i32,
    /// `sent`, `accepted` or `refused`.
    status: VersionStatus,
    client_name: Option<String>,
    site_name: Option<String>,
    contact_name: Option<String>,
    /// Who makes it; absent until the company's data are filled in.
    company: Option<OfferCompany>,
    /// Whom to ask.
    seller_name: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    valid_until: NaiveDate,
    payment_terms: Option<String>,
    delivery_terms: Option<String>,
    notes: Option<String>,
    lines: Vec<OfferLine>,
    totals: Totals,
    /// Name it when accepting: it says what was read.
    content_hash: String,
    answer: Option<OfferAnswer>,
}

impl Offer {
    /// The customer's view of a version.
    ///
    /// # Errors
    /// The database's.
    pub fn of(conn: &mut PgConnection, proposal: &Proposal, version: Version) -> DbResult<Self> {
        let lines = of(conn, Document::ProposalVersion(version.id.uuid()))?;
        let client_id = proposal.client_id;
        let site = match version.site_id {
            Some(site) => parties::site_of(conn, client_id, site)?,
            None => None,
        };
        let contact = match version.contact_id {
            Some(contact) => contacts::queries::of_client(conn, client_id)?
                .into_iter()
                .find(|known| known.id == contact),
            None => None,
        };
        let seller_name = match proposal.owner_id {
            Some(owner) => users::queries::names(conn, &[owner])?.remove(&owner),
            None => None,
        };
        Ok(Self {
            number: proposal.number.clone(),
            version_number: version.number,
            status: version.status,
            client_name: clients::queries::names(conn, &[client_id])?.remove(&client_id),
            site_name: site.map(|site| site.name),
            contact_name: contact.map(|contact| contact.fields.full_name()),
            company: OfferCompany::of(company::queries::find(conn)?.fields),
            seller_name,
            sent_at: version.sent_at,
            valid_until: version.valid_until,
            payment_terms: version.payment_terms,
            delivery_terms: version.delivery_terms,
            notes: version.notes,
            totals: totals(&lines),
            lines: lines.into_iter().map(offered).collect(),
            content_hash: version.content_hash,
            answer: version.answered_at.map(|at| OfferAnswer {
                at,
                by: version.answered_by,
                role: version.answered_role,
            }),
        })
    }
}

fn offered(line: Line) -> OfferLine {
    OfferLine {
        position: line.position,
        sku: line.sku,
        description: line.description,
        unit: line.unit,
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount_percent: line.discount_percent,
        unit_tax: line.unit_tax,
        vat_rate: line.vat_rate,
        vat_nature: line.vat_nature,
        net_cents: line.net_cents,
        tax_cents: line.tax_cents,
    }
}

//! How proposals are shown: with the names that their ids stand for, and what an approver has to know.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId, business_day};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Proposal, ProposalId, Version};
use super::queries;
use super::state::{ProposalStatus, VersionStatus};
use crate::approvals::model::Reason;
use crate::lines;
use crate::lines::model::LineView;
use crate::lines::queries::Document;
use crate::lines::totals::{Totals, cost_cents, totals};
use crate::orders::views::margin_percent;
use crate::{clients, contacts, orders, parties, users};

/// One version as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    id: Uuid,
    number: i32,
    status: VersionStatus,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    contact_id: Option<Uuid>,
    contact_name: Option<String>,
    valid_until: NaiveDate,
    payment_terms: Option<String>,
    delivery_terms: Option<String>,
    notes: Option<String>,
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
    written_by: Option<Uuid>,
    written_by_name: Option<String>,
    /// Why somebody has to look before it is sent.
    needs_approval: Vec<Reason>,
    /// It waits for a manager now.
    waiting: bool,
    /// The content that was approved; a yes holds for no other.
    approved_hash: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    approved_by: Option<Uuid>,
    approved_by_name: Option<String>,
    rejected_hash: Option<String>,
    rejected_at: Option<DateTime<Utc>>,
    rejected_by_name: Option<String>,
    rejected_reason: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    sent_by_name: Option<String>,
    sent_to: Option<String>,
    link_expires_at: Option<DateTime<Utc>>,
    /// When the customer first opened the link.
    viewed_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    answered_by: Option<String>,
    answered_role: Option<String>,
    /// `link` or `colleague`.
    answered_via: Option<String>,
    answer_note: Option<String>,
    /// Of the document that the customer saw when they accepted.
    pdf_sha256: Option<String>,
    created_at: DateTime<Utc>,
}

/// Where the customer opens it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalLink {
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// A proposal as its page shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalView {
    id: Uuid,
    pub version: i64,
    number: String,
    client_id: Uuid,
    client_name: Option<String>,
    opportunity_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    site_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    status: ProposalStatus,
    /// The number of the version that counts: `content`.
    current_version: i32,
    /// The number of the version that the customer can answer, when there is one.
    pub sent_version: Option<i32>,
    order_id: Option<Uuid>,
    content: VersionView,
    /// The customer's link to the version sent; only for whoever may send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<ProposalLink>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl VersionView {
    /// The view of a version.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        conn: &mut PgConnection,
        client_id: ClientId,
        version: Version,
        now: DateTime<Utc>,
        sees_costs: bool,
    ) -> DbResult<Self> {
        let lines = lines::queries::of(conn, Document::ProposalVersion(version.id.uuid()))?;
        let people = [
            version.written_by,
            version.approved_by,
            version.rejected_by,
            version.sent_by,
        ];
        let people: Vec<UserId> = people.into_iter().flatten().collect();
        let names = users::queries::names(conn, &people)?;
        let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
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
        let sums = totals(&lines);
        let cost_cents = cost_cents(&lines).filter(|_| sees_costs);
        Ok(Self {
            status: version.status_on(business_day(now)),
            waiting: version.waits(),
            site_name: site.map(|site| site.name),
            contact_name: contact.map(|contact| contact.fields.full_name()),
            written_by_name: name(version.written_by),
            approved_by_name: name(version.approved_by),
            rejected_by_name: name(version.rejected_by),
            sent_by_name: name(version.sent_by),
            margin_percent: cost_cents.and_then(|cost| margin_percent(sums.net_cents, cost)),
            cost_cents,
            lines: lines
                .into_iter()
                .map(|line| LineView::of(line, sees_costs))
                .collect(),
            totals: sums,
            id: version.id.uuid(),
            number: version.number,
            site_id: version.site_id.map(nexus_kernel::RecordId::uuid),
            contact_id: version.contact_id.map(nexus_kernel::RecordId::uuid),
            valid_until: version.valid_until,
            payment_terms: version.payment_terms,
            delivery_terms: version.delivery_terms,
            notes: version.notes,
            content_hash: version.content_hash,
            written_by: version.written_by.map(UserId::uuid),
            needs_approval: version.needs_approval.0,
            approved_hash: version.approved_hash,
            approved_at: version.approved_at,
            approved_by: version.approved_by.map(UserId::uuid),
            rejected_hash: version.rejected_hash,
            rejected_at: version.rejected_at,
            rejected_reason: version.rejected_reason,
            sent_at: version.sent_at,
            sent_to: version.sent_to,
            link_expires_at: version.link_expires_at,
            viewed_at: version.viewed_at,
            answered_at: version.answered_at,
            answered_by: version.answered_by,
            answered_role: version.answered_role,
            answered_via: version.answered_via,
            answer_note: version.answer_note,
            pdf_sha256: version.pdf_sha256,
            created_at: version.created_at,
        })
    }
}

impl ProposalView {
    /// The view of a proposal, with the version that counts.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        conn: &mut PgConnection,
        proposal: Proposal,
        now: DateTime<Utc>,
        sees_costs: bool,
    ) -> DbResult<Self> {
        let id = proposal.id;
        let today = business_day(now);
        let current = queries::version(conn, id, proposal.current_version)?;
        // The foreign key and the unique number see to it that there is one.
        let current = current.unwrap_or_else(|| {
            Version::draft(id, proposal.current_version, proposal.valid_until, now)
        });
        let sent = queries::sent(conn, id)?.filter(|sent| !sent.is_overdue(today));
        let client_id = proposal.client_id;
        let client_name = clients::queries::names(conn, &[client_id])?.remove(&client_id);
        let owner_name = match proposal.owner_id {
            Some(owner) => users::queries::names(conn, &[owner])?.remove(&owner),
            None => None,
        };
        let order_id = orders::queries::of_proposals(conn, &[id])?.remove(&id);
        Ok(Self {
            status: proposal.status_on(today),
            sent_version: sent.map(|sent| sent.number),
            order_id: order_id.map(nexus_kernel::RecordId::uuid),
            client_name,
            owner_name,
            site_id: current.site_id.map(nexus_kernel::RecordId::uuid),
            contact_id: current.contact_id.map(nexus_kernel::RecordId::uuid),
            content: VersionView::of(conn, client_id, current, now, sees_costs)?,
            link: None,
            id: id.uuid(),
            version: proposal.version,
            number: proposal.number,
            client_id: client_id.uuid(),
            opportunity_id: proposal.opportunity_id.map(nexus_kernel::RecordId::uuid),
            owner_id: proposal.owner_id.map(UserId::uuid),
            current_version: proposal.current_version,
            created_at: proposal.created_at,
            updated_at: proposal.updated_at,
            archived_at: proposal.archived_at,
        })
    }
}

/// A proposal as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalRow {
    id: Uuid,
    version: i64,
    number: String,
    client_id: Uuid,
    client_name: Option<String>,
    opportunity_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    status: ProposalStatus,
    current_version: i32,
    valid_until: NaiveDate,
    total_cents: i64,
    /// It waits for a manager now.
    waiting: bool,
    order_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

/// Rows for these proposals, their names looked up together.
pub fn rows(
    conn: &mut PgConnection,
    found: Vec<Proposal>,
    now: DateTime<Utc>,
) -> DbResult<Vec<ProposalRow>> {
    let today = business_day(now);
    let client_ids: Vec<ClientId> = found.iter().map(|proposal| proposal.client_id).collect();
    let owner_ids: Vec<UserId> = found
        .iter()
        .filter_map(|proposal| proposal.owner_id)
        .collect();
    let ids: Vec<ProposalId> = found.iter().map(|proposal| proposal.id).collect();
    let clients: HashMap<ClientId, String> = clients::queries::names(conn, &client_ids)?;
    let owners = users::queries::names(conn, &owner_ids)?;
    let made = orders::queries::of_proposals(conn, &ids)?;
    Ok(found
        .into_iter()
        .map(|proposal| ProposalRow {
            status: proposal.status_on(today),
            client_name: clients.get(&proposal.client_id).cloned(),
            owner_name: proposal.owner_id.and_then(|id| owners.get(&id).cloned()),
            order_id: made.get(&proposal.id).map(|id| id.uuid()),
            id: proposal.id.uuid(),
            version: proposal.version,
            number: proposal.number,
            client_id: proposal.client_id.uuid(),
            opportunity_id: proposal.opportunity_id.map(nexus_kernel::RecordId::uuid),
            owner_id: proposal.owner_id.map(UserId::uuid),
            current_version: proposal.current_version,
            valid_until: proposal.valid_until,
            total_cents: proposal.total_cents,
            waiting: proposal.waits_for_approval,
            created_at: proposal.created_at,
            updated_at: proposal.updated_at,
            archived_at: proposal.archived_at,
        })
        .collect())
}

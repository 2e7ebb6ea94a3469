//! A version on paper. A sent one is printed once, when it is sent, and kept: the customer, the acceptance and the archive
//! all have the same bytes. A draft is printed for whoever looks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::business_day;
use serde_json::Value;

use super::error::ProposalError;
use super::model::{Proposal, Version, VersionId};
use crate::company;
use crate::documents::{DocumentLine, ProposalDocument, Terms, proposal_pdf};
use crate::lines::hash::sha256_hex;
use crate::lines::model::Line;
use crate::lines::totals::totals;
use crate::schema::proposal_papers;
use crate::{clients, contacts, parties, users};

/// A printed version, as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = proposal_papers, check_for_backend(diesel::pg::Pg))]
pub struct Paper {
    pub version_id: VersionId,
    /// What it was printed from.
    pub document: Value,
    pub pdf: Vec<u8>,
    pub sha256: String,
}

/// What is printed of a version.
pub fn document(
    conn: &mut PgConnection,
    proposal: &Proposal,
    version: &Version,
    lines: &[Line],
    now: DateTime<Utc>,
) -> DbResult<ProposalDocument> {
    let client = clients::queries::any(conn, proposal.client_id)?;
    let contact = match version.contact_id {
        Some(contact) => contacts::queries::of_client(conn, proposal.client_id)?
            .into_iter()
            .find(|known| known.id == contact),
        None => None,
    };
    let site = match version.site_id {
        Some(site) => parties::site_of(conn, proposal.client_id, site)?,
        None => None,
    };
    let salesperson = match proposal.owner_id {
        Some(owner) => users::queries::names(conn, &[owner])?.remove(&owner),
        None => None,
    };
    Ok(ProposalDocument {
        seller: company::queries::find(conn)?.seller(),
        client: client
            .map(|client| parties::on_paper(&client.fields))
            .unwrap_or_default(),
        number: proposal.number.clone(),
        version: version.number,
        issued_on: business_day(version.sent_at.unwrap_or(now)),
        valid_until: Some(version.valid_until),
        terms: Terms {
            payment: version.payment_terms.clone(),
            delivery: version.delivery_terms.clone(),
            notes: version.notes.clone(),
            deliver_to: site
                .map(|site| parties::envelope(&site))
                .unwrap_or_default(),
            contact: contact.map(|contact| contact.fields.full_name()),
            salesperson,
        },
        lines: lines.iter().map(DocumentLine::from).collect(),
        totals: totals(lines),
        content_hash: version.content_hash.clone(),
    })
}

/// Prints a version that is being sent, and keeps it.
pub fn keep(
    conn: &mut PgConnection,
    proposal: &Proposal,
    version: &Version,
    lines: &[Line],
    now: DateTime<Utc>,
) -> Result<(), ProposalError> {
    let document = document(conn, proposal, version, lines, now)?;
    let pdf = proposal_pdf(&document).map_err(|error| ProposalError::Other(error.into()))?;
    let paper = Paper {
        version_id: version.id,
        document: serde_json::to_value(&document).unwrap_or_default(),
        sha256: sha256_hex(&pdf),
        pdf,
    };
    diesel::insert_into(proposal_papers::table)
        .values(&paper)
        .execute(conn)
        .map_err(nexus_db::DbError::from)?;
    Ok(())
}

/// What the customer of a sent version sees.
pub fn find(conn: &mut PgConnection, version: VersionId) -> DbResult<Option<Paper>> {
    Ok(proposal_papers::table
        .find(version)
        .select(Paper::as_select())
        .first(conn)
        .optional()?)
}

/// The hash of what the customer sees.
pub fn hash(conn: &mut PgConnection, version: VersionId) -> DbResult<Option<String>> {
    Ok(proposal_papers::table
        .find(version)
        .select(proposal_papers::sha256)
        .first(conn)
        .optional()?)
}

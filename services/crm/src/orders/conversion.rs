//! From an accepted proposal to its order, exactly once.

use diesel::PgConnection;

use super::commands::{blank, hold_client, save_new, unknown_client};
use super::content::{credit_reason, liquids_reason, settle, verdict};
use super::error::OrderError;
use super::model::{Order, OrderChannel, OrderId};
use super::queries;
use crate::approvals::queries::rules;
use crate::lines::model::{Line, copies};
use crate::proposals::model::{Proposal, Version};
use nexus_records::Author;

/// The order of an accepted version: the one there is, or a new one with the very same lines.
///
/// What was offered was offered with every yes it needed, so amount, margin and discounts are not asked about again.
/// The client's credit and the shop's authorisation are as they are today: either may make the order wait.
/// The caller holds the proposal, so of many at once one makes the order and the others get it.
pub fn of_version(
    conn: &mut PgConnection,
    author: &Author,
    proposal: &Proposal,
    version: &Version,
    lines: &[Line],
) -> Result<Order, OrderError> {
    if let Some(known) = queries::generated_from(conn, version.id)? {
        return Ok(known);
    }
    let client = hold_client(conn, proposal.client_id)?.ok_or_else(unknown_client)?;
    let id = OrderId::new();
    let mut order = Order {
        generated_from: Some(version.id),
        proposal_id: Some(proposal.id),
        opportunity_id: proposal.opportunity_id,
        owner_id: proposal.owner_id,
        site_id: version.site_id,
        contact_id: version.contact_id,
        payment_terms: version.payment_terms.clone(),
        delivery_terms: version.delivery_terms.clone(),
        notes: version.notes.clone(),
        // Whoever sent the offer wrote what it contains, whoever accepts it.
        written_by: version.sent_by.or(version.written_by),
        ..blank(id, OrderChannel::Push, proposal.client_id, author)
    };
    let mut lines = copies(lines);
    order.set_content(&lines);

    let (_, rules) = rules(conn)?;
    let mut needed = Vec::new();
    needed.extend(credit_reason(conn, &rules, &order, &client)?);
    let law = verdict(conn, author, &order, &client, &lines)?;
    if !(law.blocked.0.is_empty() && law.forbidden.0.is_empty()) {
        needed.push(liquids_reason());
    }
    settle(&mut order, author, needed);
    if order.is_approved() {
        order.approved_by = version.approved_by;
    }
    save_new(conn, author, client, &mut order, &mut lines)?;
    Ok(order)
}

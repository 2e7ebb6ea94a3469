//! What an order contains, judged: may it be sold, and must somebody look at it?

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_auth::can::ApproveOrders;
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_problem::{FieldErrors, optional_text};

use super::error::OrderError;
use super::model::{Order, OrderChannel};
use super::queries;
use super::state::OrderStatus;
use crate::approvals::model::{Reason, Rules, reason};
use crate::approvals::queries::{content_reasons, rules};
use crate::clients::model::{Client, ClientKind};
use crate::lines::model::Line;
use crate::liquids::{Sale, Verdict, judge};
use crate::parties::site_of;
use nexus_records::Author;
use nexus_records::Viewer;

/// What the law says of an order with these lines, today.
pub fn verdict(
    conn: &mut PgConnection,
    author: &Author,
    order: &Order,
    client: &Client,
    lines: &[Line],
) -> DbResult<Verdict> {
    let site = match order.site_id {
        Some(site) => site_of(conn, order.client_id, site)?,
        None => None,
    };
    Ok(judge(&Sale {
        lines,
        site: site.as_ref(),
        to_consumer: client.fields.kind == ClientKind::Person && client.fields.vat_number.is_none(),
        at_distance: order.channel == OrderChannel::Ecommerce,
        on: business_day(author.now),
    }))
}

/// Lets an order be written if it may be sold, or if somebody who approves orders answers for it.
pub fn allow(
    conn: &mut PgConnection,
    author: &Author,
    who: &Principal,
    order: &mut Order,
    client: &Client,
    lines: &[Line],
    override_reason: Option<&str>,
) -> Result<(), OrderError> {
    let verdict = verdict(conn, author, order, client, lines)?;
    verdict.forbidden.or(())?;
    if verdict.blocked.0.is_empty() {
        return Ok(());
    }
    let answered_for = order.override_hash.as_deref() == Some(order.content_hash.as_str());
    if answered_for && order.override_reason.is_some() {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    let reason = optional_text(&mut errors, "/override_reason", override_reason, 500);
    errors.or(())?;
    let Some(reason) = reason else {
        return Err(OrderError::Invalid(verdict.blocked));
    };
    let approver = Viewer::with::<ApproveOrders>(conn, who)?;
    if !approver.is_some_and(|viewer| viewer.reaches(order.owner_id)) {
        return Err(OrderError::NoOverride);
    }
    order.override_hash = Some(order.content_hash.clone());
    order.override_by = author.user_id;
    order.override_at = Some(author.now);
    order.override_reason = Some(reason);
    Ok(())
}

/// Why somebody must look at it: amount, margin, discounts, credit. The client's row is held, so that two orders at once do not
/// both fit into the same credit.
pub fn reasons(
    conn: &mut PgConnection,
    order: &Order,
    client: &Client,
    lines: &[Line],
) -> DbResult<Vec<Reason>> {
    let (_, rules) = rules(conn)?;
    let mut reasons = content_reasons(conn, &rules, order.written_by, lines)?;
    reasons.extend(credit_reason(conn, &rules, order, client)?);
    Ok(reasons)
}

/// Whether the client's credit covers it.
pub fn credit_reason(
    conn: &mut PgConnection,
    rules: &Rules,
    order: &Order,
    client: &Client,
) -> DbResult<Option<Reason>> {
    let open = queries::open_cents(conn, order.client_id, Some(order.id))?;
    Ok(rules.on_credit(client.fields.credit_limit_cents, open, order.total_cents))
}

/// The reason when a shop must not be supplied with liquids, and nobody has answered for it yet.
#[must_use]
pub fn liquids_reason() -> Reason {
    reason(
        "adm",
        "The shop's ADM authorisation does not allow liquids.",
    )
}

/// Sets what needs approval; with nothing left, the order is approved at once.
pub fn settle(order: &mut Order, author: &Author, reasons: Vec<Reason>) {
    let free = reasons.is_empty();
    order.approval_needed.0 = reasons;
    order.approved_by = None;
    if free {
        order.status = OrderStatus::Approved;
        order.approved_hash = Some(order.content_hash.clone());
        order.approved_at = Some(author.now);
    } else {
        order.status = OrderStatus::PendingApproval;
        (order.approved_hash, order.approved_at) = (None, None);
    }
}

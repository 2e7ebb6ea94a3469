//! The steps an order takes: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_auth::{Principal, Scope};
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, required_text};
use serde_json::json;

use super::commands::{hold_client, lock, note_overridden, tell, unknown_client};
use super::content::allow;
use super::error::OrderError;
use super::model::{Order, OrderId};
use super::state::OrderStep;
use super::{history, queries};
use crate::clients;
use crate::interactions::model::Kind;
use crate::lines;
use crate::lines::queries::Document;
use nexus_records::{Act, Author};

/// What an approver says.
#[derive(Debug, Clone, Default)]
pub struct Yes {
    /// The content they looked at.
    pub content_hash: Option<String>,
    /// Why liquids go to a shop whose authorisation does not allow them.
    pub override_reason: Option<String>,
}

/// A yes to the present content. It names what was looked at: by `If-Match` or by the content's hash.
pub fn approve(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    scope: Scope,
    id: OrderId,
    if_match: &IfMatch,
    yes: Yes,
) -> Result<Order, OrderError> {
    if yes.content_hash.is_none() {
        if_match.clone().required().map_err(OrderError::Other)?;
    }
    let before = lock(conn, act, id, if_match)?;
    let status = before.status.after(OrderStep::Approve)?;
    if yes
        .content_hash
        .is_some_and(|seen| seen != before.content_hash)
    {
        return Err(OrderError::OtherContent);
    }
    if scope != Scope::All && before.written_by == Some(act.viewer.user_id) {
        return Err(OrderError::OwnWork);
    }
    let author = act.author();
    let client = hold_client(conn, before.client_id)?.ok_or_else(unknown_client)?;
    let lines = lines::queries::of(conn, Document::Order(id.uuid()))?;
    let mut after = Order {
        version: before.version + 1,
        updated_at: act.now,
        ..before.clone()
    };
    let why = yes.override_reason.as_deref();
    allow(conn, &author, who, &mut after, &client, &lines, why)?;
    after.status = status;
    after.approved_hash = Some(after.content_hash.clone());
    after.approved_by = author.user_id;
    after.approved_at = Some(act.now);
    (after.refused_hash, after.refused_reason) = (None, None);
    (after.refused_by, after.refused_at) = (None, None);

    save_step(conn, &author, OrderStep::Approve, &before, &after, None)?;
    if after.override_hash != before.override_hash {
        note_overridden(conn, &author, &after)?;
    }
    clients::commands::activate(conn, &author, client)?;
    Ok(after)
}

/// A no to the present content: it waits no more, until it changes.
pub fn refuse(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
    reason: &str,
) -> Result<Order, OrderError> {
    let reason = given_reason(reason)?;
    let before = lock(conn, act, id, if_match)?;
    let after = Order {
        version: before.version + 1,
        updated_at: act.now,
        status: before.status.after(OrderStep::Refuse)?,
        refused_hash: Some(before.content_hash.clone()),
        refused_by: Some(act.viewer.user_id),
        refused_at: Some(act.now),
        refused_reason: Some(reason.clone()),
        ..before.clone()
    };
    let author = act.author();
    save_step(
        conn,
        &author,
        OrderStep::Refuse,
        &before,
        &after,
        Some(&reason),
    )?;
    Ok(after)
}

/// Called off, for a reason.
pub fn cancel(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
    reason: &str,
) -> Result<Order, OrderError> {
    let reason = given_reason(reason)?;
    take(
        conn,
        act,
        id,
        if_match,
        OrderStep::Cancel,
        Some(reason.clone()),
        |order| {
            order.cancelled_at = Some(act.now);
            order.cancel_reason = Some(reason);
        },
    )
}

/// Being prepared. From here on its content stays.
pub fn process(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
) -> Result<Order, OrderError> {
    take(conn, act, id, if_match, OrderStep::Process, None, |order| {
        order.processed_at = Some(act.now);
    })
}

/// On its way. Liquids leave only for a shop that may have them today.
pub fn ship(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: OrderId,
    if_match: &IfMatch,
    tracking: Option<String>,
    override_reason: Option<&str>,
) -> Result<Order, OrderError> {
    let mut held = lock(conn, act, id, if_match)?;
    held.status.after(OrderStep::Ship)?;
    let client = hold_client(conn, held.client_id)?.ok_or_else(unknown_client)?;
    let lines = lines::queries::of(conn, Document::Order(id.uuid()))?;
    let author = act.author();
    let known = held.override_hash.clone();
    allow(
        conn,
        &author,
        who,
        &mut held,
        &client,
        &lines,
        override_reason,
    )?;
    if held.override_hash != known {
        note_overridden(conn, &author, &held)?;
    }
    let shipped = Order {
        tracking: tracking.clone(),
        shipped_at: Some(act.now),
        ..held.clone()
    };
    advance(conn, &author, OrderStep::Ship, &held, shipped, tracking)
}

/// Arrived.
pub fn deliver(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
) -> Result<Order, OrderError> {
    take(conn, act, id, if_match, OrderStep::Deliver, None, |order| {
        order.delivered_at = Some(act.now);
    })
}

/// Invoiced, under the number that the books gave it.
pub fn invoice(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
    number: Option<String>,
) -> Result<Order, OrderError> {
    take(
        conn,
        act,
        id,
        if_match,
        OrderStep::Invoice,
        number.clone(),
        |order| {
            order.invoiced_at = Some(act.now);
            order.invoice_number = number;
        },
    )
}

/// Paid: it no longer uses the client's credit.
pub fn pay(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
) -> Result<Order, OrderError> {
    let held = lock(conn, act, id, if_match)?;
    if held.paid_at.is_some() {
        return Ok(held);
    }
    take(conn, act, id, if_match, OrderStep::Pay, None, |order| {
        order.paid_at = Some(act.now);
    })
}

fn take(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
    step: OrderStep,
    note: Option<String>,
    change: impl FnOnce(&mut Order),
) -> Result<Order, OrderError> {
    let before = lock(conn, act, id, if_match)?;
    let mut after = before.clone();
    change(&mut after);
    advance(conn, &act.author(), step, &before, after, note)
}

fn advance(
    conn: &mut PgConnection,
    author: &Author,
    step: OrderStep,
    before: &Order,
    mut after: Order,
    note: Option<String>,
) -> Result<Order, OrderError> {
    after.status = before.status.after(step)?;
    after.version = before.version + 1;
    after.updated_at = author.now;
    save_step(conn, author, step, before, &after, note.as_deref())?;
    Ok(after)
}

/// A step is saved with its history, its line on the timeline and its fact.
fn save_step(
    conn: &mut PgConnection,
    author: &Author,
    step: OrderStep,
    before: &Order,
    after: &Order,
    note: Option<&str>,
) -> DbResult<()> {
    let mut saved = after.clone();
    if step == OrderStep::Invoice {
        let names = clients::queries::names(conn, &[after.client_id])?;
        let name = names.get(&after.client_id).map_or("", String::as_str);
        saved.search_text = after.search_text(name);
    }
    queries::save(conn, &saved)?;
    history::insert(conn, author, step, Some(before.status), after, note)?;
    if let Some((kind, fact)) = told(step) {
        tell(conn, author, kind, after, json!({"note": note}))?;
        let lines = lines::queries::of(conn, Document::Order(after.id.uuid()))?;
        let (old, new) = (before.record(&lines), after.record(&lines));
        let fact = author.fact(fact, after.id.uuid(), after.version, Some(&old), &new);
        announce(conn, &fact)?;
    }
    Ok(())
}

/// How a step is told. What an order contains is told where it is written.
fn told(step: OrderStep) -> Option<(Kind, &'static str)> {
    Some(match step {
        OrderStep::Approve => (Kind::OrderApproved, "crm.order.approved.v1"),
        OrderStep::Refuse => (Kind::OrderRefused, "crm.order.refused.v1"),
        OrderStep::Process => (Kind::OrderProcessing, "crm.order.processing.v1"),
        OrderStep::Ship => (Kind::OrderShipped, "crm.order.shipped.v1"),
        OrderStep::Deliver => (Kind::OrderDelivered, "crm.order.delivered.v1"),
        OrderStep::Invoice => (Kind::OrderInvoiced, "crm.order.invoiced.v1"),
        OrderStep::Pay => (Kind::OrderPaid, "crm.order.paid.v1"),
        OrderStep::Cancel => (Kind::OrderCancelled, "crm.order.cancelled.v1"),
        OrderStep::Create | OrderStep::Edit | OrderStep::Override => return None,
    })
}

fn given_reason(reason: &str) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let reason = required_text(&mut errors, "/reason", reason, 500);
    errors.or(reason)
}

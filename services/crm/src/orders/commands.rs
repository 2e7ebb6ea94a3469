//! Writing what an order contains: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, business_day};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::{Value, json};

use super::content::{allow, reasons, settle};
use super::error::{OrderError, meaning};
use super::history;
use super::model::{Order, OrderChannel, OrderFields, OrderId};
use super::queries;
use super::state::{OrderStatus, OrderStep};
use super::views::OrderView;
use crate::approvals::model::Reasons;
use crate::clients;
use crate::clients::model::Client;
use crate::interactions::commands::note_of;
use crate::interactions::model::{Kind, SystemNote};
use crate::lines;
use crate::lines::model::{Line, LineFields};
use crate::lines::pricing::{Occasion, price};
use crate::lines::queries::Document;
use crate::numbers::{Series, take};
use crate::parties;
use nexus_records::{Act, Author};

/// What is asked for beside the fields.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub channel: Option<OrderChannel>,
    pub lines: Vec<LineFields>,
    /// Why liquids go to a shop whose authorisation does not allow them.
    pub override_reason: Option<String>,
}

/// A new order, or the one that came before under the same reference.
pub enum Made {
    New(Order),
    Known(Order),
}

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: OrderId,
    fields: OrderFields,
    wish: Wish,
) -> Result<Made, OrderError> {
    let mut fields = fields.review()?;
    if let Some(reference) = fields.external_ref.as_deref()
        && let Some(known) = queries::with_reference(conn, reference)?
    {
        return if act.viewer.reaches(known.owner_id) && Some(known.client_id) == fields.client_id {
            Ok(Made::Known(known))
        } else {
            Err(OrderError::ReferenceTaken)
        };
    }
    let client_id = fields.client_id.unwrap_or_default();
    let client = hold_client(conn, client_id)?;
    complete(conn, act, client.as_ref(), &mut fields)?;
    let mut errors = FieldErrors::default();
    parties::check(
        conn,
        &act.viewer,
        who,
        None,
        fields.parties(client_id),
        &mut errors,
    )?;
    errors.or(())?;
    let client = client.ok_or_else(unknown_client)?;
    let mut lines = priced(conn, act, client_id, wish.lines)?;
    let channel = wish.channel.unwrap_or(match fields.opportunity_id {
        Some(_) => OrderChannel::Push,
        None => OrderChannel::Pull,
    });
    let mut order = blank(id, channel, client_id, &act.author());
    order.set_fields(fields);
    order.set_content(&lines);
    let author = act.author();
    let override_reason = wish.override_reason.as_deref();
    allow(
        conn,
        &author,
        who,
        &mut order,
        &client,
        &lines,
        override_reason,
    )?;
    let needed = reasons(conn, &order, &client, &lines)?;
    settle(&mut order, &author, needed);

    save_new(conn, &author, client, &mut order, &mut lines)?;
    Ok(Made::New(order))
}

/// A change of content voids every yes; whether anybody has to look is decided anew. Without one, a reason why liquids go
/// to the shop all the same is written down: whoever prepares orders need not be whoever may answer for that.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: OrderId,
    if_match: &IfMatch,
    patch: &Value,
    wish: (Option<Vec<LineFields>>, Option<String>),
) -> Result<Order, OrderError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: OrderFields = merged(&before.fields(), patch).map_err(OrderError::Other)?;
    let fields = fields.review()?;
    if fields.client_id != Some(before.client_id) {
        let detail = "An order stays its client's. Cancel it and write another one.";
        return Err(FieldErrors::one("/client_id", "client_id.fixed", detail).into());
    }
    let (new_lines, override_reason) = wish;
    if fields == before.fields() && new_lines.is_none() && override_reason.is_none() {
        return Ok(before);
    }
    let client = hold_client(conn, before.client_id)?.ok_or_else(unknown_client)?;
    let mut errors = FieldErrors::default();
    let known = before.fields().parties(before.client_id);
    let named = fields.parties(before.client_id);
    parties::check(conn, &act.viewer, who, Some(known), named, &mut errors)?;
    errors.or(())?;
    let old_lines = lines::queries::of(conn, Document::Order(id.uuid()))?;
    let mut new = match new_lines {
        Some(wanted) => priced(conn, act, before.client_id, wanted)?,
        None => old_lines.clone(),
    };
    let author = act.author();
    let mut after = Order {
        version: before.version + 1,
        updated_at: act.now,
        ..before.clone()
    };
    after.set_fields(fields);
    after.set_content(&new);
    let why = override_reason.as_deref();
    let rewritten = after.content_hash != before.content_hash;
    if rewritten {
        after.status = before.status.after(OrderStep::Edit)?;
        after.written_by = author.user_id;
        allow(conn, &author, who, &mut after, &client, &new, why)?;
        let needed = reasons(conn, &after, &client, &new)?;
        settle(&mut after, &author, needed);
    } else {
        new = old_lines.clone();
        if why.is_some() {
            after.status = before.status.after(OrderStep::Override)?;
            allow(conn, &author, who, &mut after, &client, &new, why)?;
        }
        if after.fields() == before.fields() && after.override_hash == before.override_hash {
            return Ok(before);
        }
    }
    after.search_text = after.search_text(&client.fields.name);

    if rewritten {
        lines::queries::save(conn, Document::Order(id.uuid()), &mut new)?;
    }
    queries::save(conn, &after).map_err(meaning)?;
    if rewritten {
        history::insert(
            conn,
            &author,
            OrderStep::Edit,
            Some(before.status),
            &after,
            None,
        )?;
    }
    note_override(conn, &author, &before, &after)?;
    let (kind, old) = ("crm.order.changed.v1", before.record(&old_lines));
    announce(
        conn,
        &author.fact(
            kind,
            id.uuid(),
            after.version,
            Some(&old),
            &after.record(&new),
        ),
    )?;
    if after.is_approved() && !before.is_approved() {
        clients::commands::activate(conn, &author, client)?;
    }
    Ok(after)
}

/// The same again, as a new order: nobody's yes comes with it. Prices that came from a list are looked up anew; what was
/// written by hand stays.
pub fn duplicate(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: OrderId,
    override_reason: Option<String>,
) -> Result<Order, OrderError> {
    let known = queries::find(conn, &act.viewer, id)?.ok_or(OrderError::NotFound(id))?;
    let lines = lines::queries::of(conn, Document::Order(id.uuid()))?;
    let fields = OrderFields {
        external_ref: None,
        requested_on: None,
        ..known.fields()
    };
    let wish = Wish {
        channel: Some(known.channel),
        lines: lines.iter().map(Line::again).collect(),
        override_reason,
    };
    match create(conn, act, who, OrderId::new(), fields, wish)? {
        Made::New(order) | Made::Known(order) => Ok(order),
    }
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: OrderId,
    if_match: &IfMatch,
) -> Result<Order, OrderError> {
    let order = queries::lock(conn, &act.viewer, id)?.ok_or(OrderError::NotFound(id))?;
    if if_match.allows(order.version) {
        return Ok(order);
    }
    let current = OrderView::of(conn, order, act.now, false)?;
    Err(OrderError::Stale(Box::new(current)))
}

/// Holds the client: two orders at once must not fit into the same credit, nor wait for each other's number.
pub fn hold_client(conn: &mut PgConnection, id: ClientId) -> DbResult<Option<Client>> {
    clients::queries::lock_for_system(conn, id)
}

pub fn unknown_client() -> OrderError {
    let detail = "There is no such client, or it is not yours to see.";
    FieldErrors::one("/client_id", "client_id.unknown", detail).into()
}

/// Fills in what is not said: the client's owner, terms and only shop.
fn complete(
    conn: &mut PgConnection,
    act: &Act,
    client: Option<&Client>,
    fields: &mut OrderFields,
) -> DbResult<()> {
    let Some(client) = client else { return Ok(()) };
    let usual = parties::usual(conn, &act.viewer, client)?;
    fields.owner_id.get_or_insert(usual.owner_id);
    fields.payment_terms = fields.payment_terms.take().or(usual.payment_terms);
    fields.site_id = fields.site_id.or(usual.site_id);
    Ok(())
}

fn priced(
    conn: &mut PgConnection,
    act: &Act,
    client_id: ClientId,
    wanted: Vec<LineFields>,
) -> Result<Vec<Line>, OrderError> {
    if wanted.is_empty() {
        let detail = "An order has at least one line.";
        return Err(FieldErrors::one("/lines", "lines.empty", detail).into());
    }
    let occasion = Occasion {
        client_id: Some(client_id),
        on: business_day(act.now),
    };
    Ok(price(conn, occasion, wanted)?)
}

/// An order with nothing in it yet.
pub fn blank(id: OrderId, channel: OrderChannel, client_id: ClientId, author: &Author) -> Order {
    Order {
        id,
        version: 1,
        year: 0,
        serial: 0,
        number: String::new(),
        channel,
        status: OrderStatus::PendingApproval,
        client_id,
        owner_id: None,
        generated_from: None,
        proposal_id: None,
        opportunity_id: None,
        site_id: None,
        contact_id: None,
        payment_terms: None,
        delivery_terms: None,
        delivery_address: None,
        requested_on: None,
        notes: None,
        external_ref: None,
        net_cents: 0,
        tax_cents: 0,
        vat_cents: 0,
        total_cents: 0,
        content_hash: String::new(),
        written_by: author.user_id,
        approval_needed: Reasons::default(),
        approved_hash: None,
        approved_by: None,
        approved_at: None,
        refused_hash: None,
        refused_by: None,
        refused_at: None,
        refused_reason: None,
        override_hash: None,
        override_by: None,
        override_at: None,
        override_reason: None,
        processed_at: None,
        shipped_at: None,
        tracking: None,
        delivered_at: None,
        invoiced_at: None,
        invoice_number: None,
        paid_at: None,
        cancelled_at: None,
        cancel_reason: None,
        search_text: String::new(),
        created_at: author.now,
        updated_at: author.now,
    }
}

/// Gives the order its number, last of all that could be refused, and writes it with all that belongs to it.
pub fn save_new(
    conn: &mut PgConnection,
    author: &Author,
    client: Client,
    order: &mut Order,
    lines: &mut [Line],
) -> Result<(), OrderError> {
    let number = take(conn, Series::Orders, business_day(author.now))?;
    (order.year, order.serial) = (number.year, number.serial);
    order.number = number.to_string();
    order.search_text = order.search_text(&client.fields.name);
    let id = order.id.uuid();

    queries::insert(conn, order).map_err(meaning)?;
    lines::queries::save(conn, Document::Order(id), lines)?;
    history::insert(conn, author, OrderStep::Create, None, order, None)?;
    tell(conn, author, Kind::OrderCreated, order, json!({}))?;
    let record = order.record(lines);
    announce(
        conn,
        &author.fact("crm.order.created.v1", id, 1, None, &record),
    )?;
    if order.override_hash.is_some() {
        note_overridden(conn, author, order)?;
    }
    if order.is_approved() {
        history::insert(
            conn,
            author,
            OrderStep::Approve,
            Some(OrderStatus::PendingApproval),
            order,
            None,
        )?;
        tell(
            conn,
            author,
            Kind::OrderApproved,
            order,
            json!({"by_rule": order.approved_by.is_none()}),
        )?;
        announce(
            conn,
            &author.fact("crm.order.approved.v1", id, 1, None, &record),
        )?;
        clients::commands::activate(conn, author, client)?;
    }
    Ok(())
}

fn note_override(
    conn: &mut PgConnection,
    author: &Author,
    before: &Order,
    after: &Order,
) -> DbResult<()> {
    if after.override_hash == before.override_hash {
        return Ok(());
    }
    note_overridden(conn, author, after)
}

/// Selling liquids against the record is written down three times: history, timeline, event.
pub fn note_overridden(conn: &mut PgConnection, author: &Author, order: &Order) -> DbResult<()> {
    let why = order.override_reason.as_deref();
    history::insert(
        conn,
        author,
        OrderStep::Override,
        Some(order.status),
        order,
        why,
    )?;
    tell(
        conn,
        author,
        Kind::OrderOverridden,
        order,
        json!({"reason": why}),
    )?;
    let kind = "crm.order.overridden.v1";
    announce(
        conn,
        &author.fact(kind, order.id.uuid(), order.version, None, order),
    )
}

/// A line on the client's timeline.
pub fn tell(
    conn: &mut PgConnection,
    author: &Author,
    kind: Kind,
    order: &Order,
    more: Value,
) -> DbResult<()> {
    let mut details = json!({
        "order_id": order.id,
        "number": order.number,
        "total_cents": order.total_cents,
        "status": order.status,
    });
    if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
        details.extend(more);
    }
    let note = SystemNote {
        kind,
        client_id: Some(order.client_id),
        opportunity_id: order.opportunity_id,
        lead_id: None,
        details,
        occurred_at: None,
    };
    note_of(conn, author, &note)
}

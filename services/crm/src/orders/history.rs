//! Every step an order took, and who took it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{RecordId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Order, OrderId};
use super::state::{OrderStatus, OrderStep};
use crate::schema::order_steps;
use nexus_records::Author;
use nexus_records::users;

/// One step, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_steps, check_for_backend(diesel::pg::Pg))]
pub struct StepTaken {
    pub id: RecordId<StepTaken>,
    pub order_id: OrderId,
    pub step: OrderStep,
    pub from_status: Option<OrderStatus>,
    pub to_status: OrderStatus,
    pub actor_id: Option<UserId>,
    pub at: DateTime<Utc>,
    pub note: Option<String>,
    pub content_hash: String,
    pub total_cents: i64,
}

/// One step, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderStepView {
    #[schema(value_type = uuid::Uuid)]
    id: RecordId<StepTaken>,
    step: OrderStep,
    from_status: Option<OrderStatus>,
    to_status: OrderStatus,
    #[schema(value_type = Option<uuid::Uuid>)]
    actor_id: Option<UserId>,
    /// Nobody when a rule or the client did it.
    actor_name: Option<String>,
    at: DateTime<Utc>,
    /// The reason given, the tracking number, the invoice's number.
    note: Option<String>,
    /// What it contained then.
    content_hash: String,
    total_cents: i64,
}

pub fn insert(
    conn: &mut PgConnection,
    author: &Author,
    step: OrderStep,
    from: Option<OrderStatus>,
    after: &Order,
    note: Option<&str>,
) -> DbResult<()> {
    let taken = StepTaken {
        id: RecordId::new(),
        order_id: after.id,
        step,
        from_status: from,
        to_status: after.status,
        actor_id: author.user_id,
        at: author.now,
        note: note.map(str::to_owned),
        content_hash: after.content_hash.clone(),
        total_cents: after.total_cents,
    };
    diesel::insert_into(order_steps::table)
        .values(&taken)
        .execute(conn)?;
    Ok(())
}

/// An order's steps, oldest first.
pub fn of(conn: &mut PgConnection, order: OrderId) -> DbResult<Vec<OrderStepView>> {
    let steps: Vec<StepTaken> = order_steps::table
        .filter(order_steps::order_id.eq(order))
        .order((order_steps::at, order_steps::id))
        .limit(1000)
        .select(StepTaken::as_select())
        .load(conn)?;
    let ids: Vec<UserId> = steps.iter().filter_map(|step| step.actor_id).collect();
    let names = users::queries::names(conn, &ids)?;
    Ok(steps
        .into_iter()
        .map(|step| OrderStepView {
            id: step.id,
            step: step.step,
            from_status: step.from_status,
            to_status: step.to_status,
            actor_id: step.actor_id,
            actor_name: step.actor_id.and_then(|id| names.get(&id).cloned()),
            at: step.at,
            note: step.note,
            content_hash: step.content_hash,
            total_cents: step.total_cents,
        })
        .collect())
}

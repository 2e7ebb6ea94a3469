use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Double, Nullable, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Plan, PlanId, PlanLine, PlanStatus};
use crate::planner::worth::Sales;
use crate::schema::plans;

pub fn insert(conn: &mut PgConnection, plan: &Plan) -> DbResult<()> {
    diesel::insert_into(plans::table)
        .values(plan)
        .execute(conn)?;
    Ok(())
}

/// A plan of somebody's own.
pub fn find(conn: &mut PgConnection, by: UserId, id: PlanId) -> DbResult<Option<Plan>> {
    Ok(plans::table
        .find(id)
        .filter(plans::created_by.eq(by))
        .select(Plan::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, by: UserId, id: PlanId) -> DbResult<Option<Plan>> {
    Ok(plans::table
        .find(id)
        .filter(plans::created_by.eq(by))
        .select(Plan::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

pub fn save(conn: &mut PgConnection, plan: &Plan) -> DbResult<()> {
    diesel::update(plans::table.find(plan.id))
        .set(plan)
        .execute(conn)?;
    Ok(())
}

/// How many of somebody's plans are being made.
pub fn waiting(conn: &mut PgConnection, by: UserId) -> DbResult<i64> {
    Ok(plans::table
        .filter(plans::created_by.eq(by))
        .filter(plans::status.eq_any([PlanStatus::Queued, PlanStatus::Running]))
        .count()
        .get_result(conn)?)
}

/// Takes the oldest plan that nobody is making, or whose maker has been silent for too long; none that is more work than this.
pub fn claim(conn: &mut PgConnection, me: Uuid, most: i32, seconds: f64) -> DbResult<Option<Plan>> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let claimed: Option<Claimed> = diesel::sql_query(
        "UPDATE plans SET status = 'running', claimed_by = $1, claimed_until = now() + make_interval(secs => $2)
         WHERE id = (SELECT id FROM plans WHERE (status = 'queued' OR status = 'running' AND claimed_until < now()) AND agent_days <= $3
                     ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Double, _>(seconds)
    .bind::<diesel::sql_types::Integer, _>(most)
    .get_result(conn)
    .optional()?;
    let Some(Claimed { id }) = claimed else {
        return Ok(None);
    };
    Ok(Some(
        plans::table
            .find(id)
            .select(Plan::as_select())
            .first(conn)?,
    ))
}

/// Says that a plan's maker lives; false when the plan was cancelled or taken over.
pub fn alive(conn: &mut PgConnection, me: Uuid, id: PlanId, seconds: f64) -> DbResult<bool> {
    let still = diesel::sql_query(
        "UPDATE plans SET claimed_until = now() + make_interval(secs => $3)
         WHERE id = $1 AND claimed_by = $2 AND status = 'running'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(me)
    .bind::<Double, _>(seconds)
    .execute(conn)?;
    Ok(still > 0)
}

/// Somebody's last plans, without what they propose.
pub fn latest(conn: &mut PgConnection, by: UserId, most: i64) -> DbResult<Vec<PlanLine>> {
    Ok(plans::table
        .filter(plans::created_by.eq(by))
        .order((plans::created_at.desc(), plans::id.desc()))
        .limit(most)
        .select(PlanLine::as_select())
        .load(conn)?)
}

/// Says how far a plan is and that its maker lives; false when it was cancelled or taken over.
pub fn progress(
    conn: &mut PgConnection,
    me: Uuid,
    id: PlanId,
    progress: i16,
    seconds: f64,
) -> DbResult<bool> {
    let still = diesel::sql_query(
        "UPDATE plans SET progress = $3, claimed_until = now() + make_interval(secs => $4)
         WHERE id = $1 AND claimed_by = $2 AND status = 'running'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(me)
    .bind::<diesel::sql_types::SmallInt, _>(progress)
    .bind::<Double, _>(seconds)
    .execute(conn)?;
    Ok(still > 0)
}

/// Ends the making of a plan, unless it was cancelled or taken over.
pub fn finish(
    conn: &mut PgConnection,
    me: Uuid,
    id: PlanId,
    made: Result<Value, Value>,
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let (status, outcome, problem) = match made {
        Ok(outcome) => (PlanStatus::Ready, Some(outcome), None),
        Err(problem) => (PlanStatus::Failed, None, Some(problem)),
    };
    let still = diesel::update(plans::table.find(id))
        .filter(plans::claimed_by.eq(me))
        .filter(plans::status.eq(PlanStatus::Running))
        .set((
            plans::status.eq(status),
            plans::progress.eq(100),
            plans::outcome.eq(outcome),
            plans::problem.eq(problem),
            plans::version.eq(plans::version + 1),
            plans::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(still > 0)
}

/// Plans that nobody accepted are forgotten.
pub fn forget(conn: &mut PgConnection, before: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(plans::table)
        .filter(plans::created_at.lt(before))
        .execute(conn)?)
}

/// What is being sold to these clients.
pub fn sales(
    conn: &mut PgConnection,
    ids: &[Uuid],
    today: NaiveDate,
) -> DbResult<HashMap<Uuid, Sales>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = BigInt)]
        weighted: i64,
        #[diesel(sql_type = Nullable<Date>)]
        offer_until: Option<NaiveDate>,
        #[diesel(sql_type = BigInt)]
        orders: i64,
        #[diesel(sql_type = Nullable<Date>)]
        first_order_on: Option<NaiveDate>,
        #[diesel(sql_type = Nullable<Date>)]
        last_order_on: Option<NaiveDate>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id, c.orders, c.first_order_on, c.last_order_on,
            coalesce((SELECT sum(d.amount_cents * s.probability / 100) FROM deals d JOIN stages s ON s.id = d.stage_id
                      WHERE d.client_id = c.id), 0)::bigint AS weighted,
            (SELECT min(o.valid_until) FROM offers o WHERE o.client_id = c.id AND o.valid_until >= $2) AS offer_until
         FROM clients c WHERE c.id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Date, _>(today)
    .load(conn)?;
    let of = |row: Row| {
        let sales = Sales {
            weighted_cents: row.weighted,
            offer_until: row.offer_until,
            orders: row.orders,
            first_order_on: row.first_order_on,
            last_order_on: row.last_order_on,
        };
        (row.id, sales)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The days from now on on which these shops are visited, but for the tours of one plan.
pub fn coming_otherwise(
    conn: &mut PgConnection,
    shops: &[Uuid],
    plan: Uuid,
    today: NaiveDate,
) -> DbResult<Vec<(Uuid, NaiveDate)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        place_id: Uuid,
        #[diesel(sql_type = Date)]
        day: NaiveDate,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT v.place_id, coalesce(v.until_day, v.day) AS day FROM visits v LEFT JOIN tours t ON t.id = v.tour_id
         WHERE v.place_id = ANY($1) AND v.status IN ('planned', 'under_way') AND t.plan_id IS DISTINCT FROM $2
             AND coalesce(v.until_day, v.day) >= $3",
    )
    .bind::<Array<SqlUuid>, _>(shops)
    .bind::<SqlUuid, _>(plan)
    .bind::<Date, _>(today)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.place_id, row.day))
        .collect())
}

//! What is derived of clients: the phases of their journey, and how they order.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::rows::{Scored, run, told};
use super::score::{Ordering, score};
use crate::measures::sql::{Tables, date};

/// Derives the journey of these clients; of all when `None`. A phase is reached once and never left for an earlier one:
/// consideration with the first talk or deal, decision with the first proposal sent, activation, retention and loyalty
/// with the first, second and fourth day of an order.
pub fn derive_phases(
    conn: &mut PgConnection,
    tables: Tables,
    ids: Option<&[Uuid]>,
) -> DbResult<()> {
    let of = if ids.is_some() {
        "= ANY($1)"
    } else {
        "IS NOT NULL AND $1 IS NOT NULL"
    };
    let sql = format!(
        "WITH talks AS (SELECT client_id, min(day) AS day FROM {{t}}activities
             WHERE kind <> 'note' AND client_id {of} GROUP BY client_id),
         begun AS (SELECT client_id, min(opened_on) AS day FROM {{t}}deals
             WHERE NOT archived AND client_id {of} GROUP BY client_id),
         sent AS (SELECT client_id, min(sent_on) AS day FROM {{t}}offers WHERE client_id {of} GROUP BY client_id),
         ordered AS (SELECT client_id, (array_agg(day ORDER BY day))[1:4] AS days FROM (
             SELECT DISTINCT client_id, day FROM {{t}}orders WHERE counted AND client_id {of}) o GROUP BY client_id),
         reached AS (SELECT c.id, least(t.day, b.day) AS considered_on, s.day AS decided_on, o.days[1] AS activated_on,
             o.days[2] AS retained_on, o.days[4] AS loyal_on
             FROM {{t}}clients c LEFT JOIN talks t ON t.client_id = c.id LEFT JOIN begun b ON b.client_id = c.id
             LEFT JOIN sent s ON s.client_id = c.id LEFT JOIN ordered o ON o.client_id = c.id WHERE c.id {of})
         UPDATE {{t}}clients c SET considered_on = r.considered_on, decided_on = r.decided_on,
             activated_on = r.activated_on, retained_on = r.retained_on, loyal_on = r.loyal_on,
             phase = CASE WHEN r.loyal_on IS NOT NULL THEN 'loyalty' WHEN r.retained_on IS NOT NULL THEN 'retention'
                 WHEN r.activated_on IS NOT NULL THEN 'activation' WHEN r.decided_on IS NOT NULL THEN 'decision'
                 WHEN r.considered_on IS NOT NULL THEN 'consideration' ELSE 'awareness' END
         FROM reached r WHERE c.id = r.id AND
             (c.considered_on, c.decided_on, c.activated_on, c.retained_on, c.loyal_on) IS DISTINCT FROM
             (r.considered_on, r.decided_on, r.activated_on, r.retained_on, r.loyal_on)"
    );
    diesel::sql_query(tables.of(&sql))
        .bind::<Array<SqlUuid>, _>(ids.unwrap_or_default())
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    orders: i32,
    #[diesel(sql_type = BigInt)]
    days: i64,
    #[diesel(sql_type = diesel::sql_types::Nullable<Date>)]
    first_on: Option<NaiveDate>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Date>)]
    last_on: Option<NaiveDate>,
    #[diesel(sql_type = Integer)]
    orders_year: i32,
    #[diesel(sql_type = BigInt)]
    net_year_cents: i64,
}

/// The year that counts ends today.
const YEAR_DAYS: i64 = 365;

/// Scores these clients as of a day.
pub fn derive_scores(
    conn: &mut PgConnection,
    tables: Tables,
    ids: &[Uuid],
    today: NaiveDate,
) -> DbResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql =
        "SELECT c.id, count(o.id)::integer AS orders, count(DISTINCT o.day) AS days, min(o.day) AS first_on,
             max(o.day) AS last_on, (count(o.id) FILTER (WHERE o.day > $2))::integer AS orders_year,
             coalesce(sum(o.net_cents) FILTER (WHERE o.day > $2), 0)::bigint AS net_year_cents
         FROM {t}clients c LEFT JOIN {t}orders o ON o.client_id = c.id AND o.counted
         WHERE c.id = ANY($1) GROUP BY c.id";
    let lines: Vec<Line> = diesel::sql_query(tables.of(sql))
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Date, _>(today - chrono::Duration::days(YEAR_DAYS))
        .load(conn)?;
    let rows: Vec<Scored> = lines.into_iter().map(|line| scored(&line, today)).collect();
    let sql = format!(
        "UPDATE {{t}}clients c SET orders = told.orders, last_order_on = told.last_order_on,
             orders_year = told.orders_year, net_year_cents = told.net_year_cents, segment = told.segment,
             churn = told.churn, scored_on = {today} FROM {told} WHERE c.id = told.id",
        today = date(today),
        told = told::<Scored>(),
    );
    run(conn, tables, &sql, &rows)
}

fn scored(line: &Line, today: NaiveDate) -> Scored {
    let ordering = line
        .first_on
        .zip(line.last_on)
        .map(|(first_on, last_on)| Ordering {
            days: line.days,
            first_on,
            last_on,
            orders_year: line.orders_year.into(),
            net_year_cents: line.net_year_cents,
        });
    let score = ordering.map(|ordering| score(&ordering, today));
    Scored {
        id: line.id,
        orders: line.orders,
        last_order_on: line.last_on,
        orders_year: line.orders_year,
        net_year_cents: line.net_year_cents,
        segment: score.map_or("", |score| score.segment),
        churn: score.map_or("", |score| score.churn),
    }
}

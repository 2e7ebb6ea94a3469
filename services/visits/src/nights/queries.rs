use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

use super::model::{Nights, Stay};
use crate::agents::model::Base;
use crate::schema::{nights, stays};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = stays, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    agent_id: UserId,
    from_day: NaiveDate,
    until_day: NaiveDate,
    label: String,
    lat: f64,
    lng: f64,
    created_by: UserId,
    created_at: DateTime<Utc>,
}

impl From<Row> for Stay {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            agent_id: row.agent_id,
            from_day: row.from_day,
            until_day: row.until_day,
            place: Base {
                label: row.label,
                lat: row.lat,
                lng: row.lng,
            },
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// Where somebody sleeps in the nights that touch these days, both counted.
pub fn stays(
    conn: &mut PgConnection,
    agent: UserId,
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<Stay>> {
    let rows: Vec<Row> = stays::table
        .filter(stays::agent_id.eq(agent))
        .filter(stays::until_day.ge(from))
        .filter(stays::from_day.le(until))
        .order((stays::from_day, stays::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Stay::from).collect())
}

/// Where the days of somebody begin and end.
pub fn nights(
    conn: &mut PgConnection,
    agent: UserId,
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Nights> {
    Ok(Nights::of(&stays(conn, agent, from, until)?))
}

/// Adds a stay with its nights.
///
/// # Errors
/// The constraint `nights_pkey` when one of the nights is spent elsewhere.
pub fn insert(conn: &mut PgConnection, stay: &Stay) -> DbResult<()> {
    let row = Row {
        id: stay.id,
        agent_id: stay.agent_id,
        from_day: stay.from_day,
        until_day: stay.until_day,
        label: stay.place.label.clone(),
        lat: stay.place.lat,
        lng: stay.place.lng,
        created_by: stay.created_by,
        created_at: stay.created_at,
    };
    diesel::insert_into(stays::table)
        .values(row)
        .execute(conn)?;
    let days = stay.from_day.iter_days();
    let rows: Vec<_> = days
        .take_while(|day| *day < stay.until_day)
        .map(|night| {
            (
                nights::agent_id.eq(stay.agent_id),
                nights::night.eq(night),
                nights::stay_id.eq(stay.id),
            )
        })
        .collect();
    diesel::insert_into(nights::table)
        .values(rows)
        .execute(conn)?;
    Ok(())
}

/// Takes a stay away with its nights; whether there was one.
pub fn delete(conn: &mut PgConnection, agent: UserId, id: Uuid) -> DbResult<bool> {
    let gone = diesel::delete(stays::table.find(id))
        .filter(stays::agent_id.eq(agent))
        .execute(conn)?;
    Ok(gone > 0)
}

#[derive(QueryableByName)]
struct Hotel {
    #[diesel(sql_type = sql_types::Text)]
    label: String,
    #[diesel(sql_type = sql_types::Double)]
    lat: f64,
    #[diesel(sql_type = sql_types::Double)]
    lng: f64,
}

/// How far back one looks for where people like to sleep.
const REMEMBERED: Days = Days::new(730);

/// Where colleagues slept, the places with the most nights first.
pub fn hotels(conn: &mut PgConnection, today: NaiveDate, most: i64) -> DbResult<Vec<Base>> {
    let since = today.checked_sub_days(REMEMBERED).unwrap_or(today);
    let found: Vec<Hotel> = diesel::sql_query(
        "SELECT label, lat, lng FROM (SELECT label, lat, lng, from_day, until_day FROM stays
           WHERE created_at >= $1 ORDER BY created_at DESC LIMIT 5000) recent
         GROUP BY label, lat, lng ORDER BY sum(until_day - from_day) DESC, max(from_day) DESC, label LIMIT $2",
    )
    .bind::<sql_types::Date, _>(since)
    .bind::<sql_types::BigInt, _>(most)
    .load(conn)?;
    let base = |Hotel { label, lat, lng }| Base { label, lat, lng };
    Ok(found.into_iter().map(base).collect())
}

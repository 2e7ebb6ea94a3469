//! What the coverage report and the coverage map read.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_records::Viewer;
use uuid::Uuid;

use super::queries::{Filter, filtered};
use crate::schema::{counted_orders, places};

/// A line of the coverage report.
#[derive(Debug, Clone, QueryableByName)]
pub struct Covered {
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    #[diesel(sql_type = Integer)]
    pub places: i32,
    #[diesel(sql_type = Integer)]
    pub within: i32,
    #[diesel(sql_type = Integer)]
    pub due: i32,
    #[diesel(sql_type = Integer)]
    pub overdue: i32,
    #[diesel(sql_type = Integer)]
    pub never: i32,
}

/// Which shops the report is about.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub owner_id: Option<Uuid>,
    pub class: Option<String>,
    pub province: Option<String>,
    pub territory_id: Option<Uuid>,
    /// All but those of lost clients when not given.
    pub lifecycle: Option<String>,
}

/// How the live places of a part are covered, by a column. A shop was seen in time on a day that is at most its interval after its
/// last visit.
pub fn coverage(
    conn: &mut PgConnection,
    viewer: &Viewer,
    part: &Part,
    column: &'static str,
    today: NaiveDate,
) -> DbResult<Vec<Covered>> {
    let sees = match viewer.owners() {
        None => "true",
        Some(_) => "owner_id = ANY($2)",
    };
    let owners = viewer.owners().unwrap_or_default();
    let owners: Vec<Uuid> = owners.iter().map(|id| id.uuid()).collect();
    Ok(diesel::sql_query(format!(
        "SELECT {column} AS key, count(*)::integer AS places,
            count(*) FILTER (WHERE last_visit_on + cadence_days > $1)::integer AS within,
            count(*) FILTER (WHERE due_on <= $1 AND last_visit_on + cadence_days > $1)::integer AS due,
            count(*) FILTER (WHERE last_visit_on + cadence_days <= $1)::integer AS overdue,
            count(*) FILTER (WHERE last_visit_on IS NULL)::integer AS never
         FROM places WHERE NOT archived AND {sees}
            AND CASE WHEN $7 IS NULL THEN lifecycle <> 'lost' ELSE lifecycle = $7 END
            AND ($3 IS NULL OR owner_id = $3) AND ($4 IS NULL OR class = $4)
            AND ($5 IS NULL OR province = $5) AND ($6 IS NULL OR territory_id = $6)
         GROUP BY 1 ORDER BY 1",
    ))
    .bind::<Date, _>(today)
    .bind::<Array<SqlUuid>, _>(owners)
    .bind::<Nullable<SqlUuid>, _>(part.owner_id)
    .bind::<Nullable<Text>, _>(part.class.as_deref())
    .bind::<Nullable<Text>, _>(part.province.as_deref())
    .bind::<Nullable<SqlUuid>, _>(part.territory_id)
    .bind::<Nullable<Text>, _>(part.lifecycle.as_deref())
    .load(conn)?)
}

/// What the map needs of a place.
#[derive(Debug, Clone, Queryable)]
pub struct Spot {
    pub id: Uuid,
    pub client_id: Uuid,
    pub name: String,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub class: Option<String>,
    pub cadence_days: i32,
    pub last_visit_on: Option<NaiveDate>,
    pub known_since: NaiveDate,
    pub due_on: NaiveDate,
}

/// Every place of a filter that is somewhere, at most so many.
pub fn spots(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    most: i64,
) -> DbResult<Vec<Spot>> {
    Ok(filtered(viewer, filter)
        .filter(places::lat.is_not_null())
        .order((places::due_on, places::id))
        .limit(most)
        .select((
            places::id,
            places::client_id,
            places::client_name,
            places::lat,
            places::lng,
            places::class,
            places::cadence_days,
            places::last_visit_on,
            places::known_since,
            places::due_on,
        ))
        .load(conn)?)
}

/// How many places of a filter are nowhere on the map.
pub fn nowhere(conn: &mut PgConnection, viewer: &Viewer, filter: &Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter)
        .filter(places::lat.is_null())
        .count()
        .get_result(conn)?)
}

/// What each of these clients ordered from a day on, in cents.
pub fn ordered_since(
    conn: &mut PgConnection,
    clients: &[Uuid],
    since: NaiveDate,
) -> DbResult<HashMap<Uuid, i64>> {
    use counted_orders as orders;
    let sum = diesel::dsl::sql::<diesel::sql_types::BigInt>("sum(total_cents)::bigint");
    let rows: Vec<(Option<Uuid>, i64)> = orders::table
        .filter(orders::client_id.eq_any(clients))
        .filter(orders::ordered_on.ge(since))
        .group_by(orders::client_id)
        .select((orders::client_id, sum))
        .load(conn)?;
    let named = |(client, cents): (Option<Uuid>, i64)| Some((client?, cents));
    Ok(rows.into_iter().filter_map(named).collect())
}

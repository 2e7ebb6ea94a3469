use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Double, Integer};
use nexus_db::DbResult;
use nexus_kernel::holidays::is_holiday;
use nexus_kernel::text::key;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::model::VisitRules;
use crate::schema::{local_holidays, visit_rules};

/// The company's only row.
const ONLY: i16 = 1;

/// The rules as they stand, and their version: 0 while nobody has changed them.
pub fn read(conn: &mut PgConnection) -> DbResult<(i64, VisitRules)> {
    let row: Option<(i64, Value)> = visit_rules::table
        .find(ONLY)
        .select((visit_rules::version, visit_rules::body))
        .first(conn)
        .optional()?;
    Ok(row.map_or_else(
        || (0, VisitRules::default()),
        |(version, body)| (version, serde_json::from_value(body).unwrap_or_default()),
    ))
}

/// The rules, which nobody changes until the transaction ends. Taken before any place is locked.
pub fn hold(conn: &mut PgConnection) -> DbResult<VisitRules> {
    let body: Option<Value> = visit_rules::table
        .find(ONLY)
        .select(visit_rules::body)
        .for_share()
        .first(conn)
        .optional()?;
    Ok(body
        .and_then(|body| serde_json::from_value(body).ok())
        .unwrap_or_default())
}

/// Holds the rules until the transaction ends; the row is made when it is missing.
pub fn lock(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<(i64, VisitRules)> {
    diesel::insert_into(visit_rules::table)
        .values((
            visit_rules::id.eq(ONLY),
            visit_rules::version.eq(0),
            visit_rules::body.eq(serde_json::to_value(VisitRules::default()).unwrap_or_default()),
            visit_rules::updated_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let _held: i16 = visit_rules::table
        .find(ONLY)
        .select(visit_rules::id)
        .for_update()
        .first(conn)?;
    read(conn)
}

pub fn save(
    conn: &mut PgConnection,
    version: i64,
    rules: &VisitRules,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(visit_rules::table.find(ONLY))
        .set((
            visit_rules::version.eq(version),
            visit_rules::body.eq(serde_json::to_value(rules).unwrap_or_default()),
            visit_rules::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Every place's cadence and due day, as these rules have it.
pub fn apply_to_places(conn: &mut PgConnection, rules: &VisitRules) -> DbResult<usize> {
    let cadence = &rules.cadence_days;
    let changed = diesel::sql_query(
        "UPDATE places SET cadence_days = new.cadence, due_on = new.due FROM (
            SELECT id, cadence, coalesce(last_visit_on + ceil(cadence * $5)::integer, known_since) AS due FROM (
                SELECT id, last_visit_on, known_since, coalesce(own_cadence_days,
                    CASE class WHEN 'A' THEN $1 WHEN 'B' THEN $2 WHEN 'C' THEN $3 ELSE $4 END) AS cadence
                FROM places) p) new
         WHERE new.id = places.id AND (places.cadence_days, places.due_on) IS DISTINCT FROM (new.cadence, new.due)",
    )
    .bind::<Integer, _>(cadence.a)
    .bind::<Integer, _>(cadence.b)
    .bind::<Integer, _>(cadence.c)
    .bind::<Integer, _>(cadence.other)
    .bind::<Double, _>(rules.due_from)
    .execute(conn)?;
    Ok(changed)
}

/// A day on which a town's shops are closed: its patron saint's.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = local_holidays, check_for_backend(diesel::pg::Pg))]
#[serde(deny_unknown_fields)]
pub struct LocalHoliday {
    #[schema(example = "TO")]
    pub province: String,
    #[serde(skip)]
    pub city_key: String,
    #[schema(example = "Torino")]
    pub city: String,
    pub month: i16,
    pub day: i16,
    #[schema(example = "San Giovanni")]
    pub name: String,
}

pub fn local_holidays(conn: &mut PgConnection) -> DbResult<Vec<LocalHoliday>> {
    use local_holidays as days;
    Ok(days::table
        .order((days::province, days::city_key, days::month, days::day))
        .select(LocalHoliday::as_select())
        .load(conn)?)
}

pub fn replace_local_holidays(conn: &mut PgConnection, new: &[LocalHoliday]) -> DbResult<()> {
    diesel::delete(local_holidays::table).execute(conn)?;
    diesel::insert_into(local_holidays::table)
        .values(new)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The days on which nobody opens, by place.
#[derive(Debug, Default)]
pub struct Calendar {
    local: Vec<LocalHoliday>,
}

impl Calendar {
    pub fn read(conn: &mut PgConnection) -> DbResult<Self> {
        Ok(Self {
            local: local_holidays(conn)?,
        })
    }

    /// Whether shops of a town are closed on a day: a national holiday, or the town's own.
    #[must_use]
    pub fn is_holiday(&self, day: NaiveDate, province: Option<&str>, city: Option<&str>) -> bool {
        is_holiday(day)
            || city.is_some_and(|city| {
                let city = key(city);
                self.local.iter().any(|local| {
                    (i64::from(local.month), i64::from(local.day))
                        == (i64::from(day.month()), i64::from(day.day()))
                        && Some(local.province.as_str()) == province
                        && local.city_key == city
                })
            })
    }
}

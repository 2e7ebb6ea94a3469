use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::{Viewer, keyset, visible_to};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::Place;
use crate::rules::hours::{Change, Opening};
use crate::schema::{place_changes, places};

/// Which places.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folded; each must be found.
    pub words: Vec<String>,
    pub owner_id: Option<UserId>,
    pub client_id: Option<Uuid>,
    pub class: Option<String>,
    pub province: Option<String>,
    pub cap: Option<String>,
    pub territory_id: Option<Uuid>,
    /// `active`, `prospect`, `dormant`, `lost`.
    pub lifecycle: Option<String>,
    /// Due by this day.
    pub due_by: Option<NaiveDate>,
    /// Due by this day, seen, and the interval has not passed.
    pub only_due_at: Option<NaiveDate>,
    /// Seen, and the whole interval has passed by this day.
    pub overdue_at: Option<NaiveDate>,
    /// Nobody was ever there.
    pub never: bool,
}

pub(super) type Boxed<'a> = places::BoxedQuery<'a, diesel::pg::Pg>;

pub(super) fn filtered<'a>(viewer: &Viewer, filter: &Filter) -> Boxed<'a> {
    let mut query = visible_to!(places::table, places::owner_id, viewer);
    for word in &filter.words {
        query = query.filter(places::search_text.like(format!("%{word}%")));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(places::owner_id.eq(owner));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(places::client_id.eq(client));
    }
    if let Some(class) = &filter.class {
        query = query.filter(places::class.eq(class.clone()));
    }
    if let Some(province) = &filter.province {
        query = query.filter(places::province.eq(province.clone()));
    }
    if let Some(cap) = &filter.cap {
        query = query.filter(places::cap.like(format!("{cap}%")));
    }
    if let Some(territory) = filter.territory_id {
        query = query.filter(places::territory_id.eq(territory));
    }
    if let Some(lifecycle) = &filter.lifecycle {
        query = query.filter(places::lifecycle.eq(lifecycle.clone()));
    }
    if let Some(day) = filter.due_by {
        query = query.filter(places::due_on.le(day));
    }
    if let Some(day) = filter.only_due_at {
        let in_time = diesel::dsl::sql::<Bool>("last_visit_on + cadence_days > ")
            .bind::<diesel::sql_types::Date, _>(day);
        query = query.filter(places::due_on.le(day)).filter(in_time);
    }
    if let Some(day) = filter.overdue_at {
        let passed = diesel::dsl::sql::<Bool>("last_visit_on + cadence_days <= ")
            .bind::<diesel::sql_types::Date, _>(day);
        query = query.filter(passed);
    }
    if filter.never {
        query = query.filter(places::last_visit_on.is_null());
    }
    query.filter(places::archived.eq(false))
}

/// A page, those due first.
pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    after: Option<(NaiveDate, Uuid)>,
    limit: usize,
) -> DbResult<Vec<Place>> {
    let query = keyset!(
        filtered(viewer, filter),
        places::due_on,
        places::id,
        false,
        after
    );
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Place::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: &Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: Uuid) -> DbResult<Option<Place>> {
    Ok(find_any(conn, id)?.filter(|place| reaches(viewer, place)))
}

fn reaches(viewer: &Viewer, place: &Place) -> bool {
    viewer.reaches(place.owner_id)
}

/// A place, whoever may see it.
pub fn find_any(conn: &mut PgConnection, id: Uuid) -> DbResult<Option<Place>> {
    let row = places::table
        .find(id)
        .select(Place::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: Uuid) -> DbResult<Option<Place>> {
    Ok(lock_any(conn, id)?.filter(|place| reaches(viewer, place)))
}

/// The same, whoever may see it.
pub fn lock_any(conn: &mut PgConnection, id: Uuid) -> DbResult<Option<Place>> {
    let row = places::table
        .find(id)
        .select(Place::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

/// These places, in no order.
pub fn these(conn: &mut PgConnection, ids: &[Uuid]) -> DbResult<Vec<Place>> {
    Ok(places::table
        .filter(places::id.eq_any(ids))
        .select(Place::as_select())
        .load(conn)?)
}

/// The same, held until the transaction ends, in the order of their ids.
pub fn lock_these(conn: &mut PgConnection, ids: &[Uuid]) -> DbResult<Vec<Place>> {
    Ok(places::table
        .filter(places::id.eq_any(ids))
        .order(places::id)
        .select(Place::as_select())
        .for_update()
        .load(conn)?)
}

/// The live places without an owner that are somewhere on the map.
pub fn unowned(conn: &mut PgConnection, most: i64) -> DbResult<Vec<Place>> {
    Ok(places::table
        .filter(places::owner_id.is_null())
        .filter(places::archived.eq(false))
        .filter(places::lat.is_not_null())
        .order((places::due_on, places::id))
        .limit(most)
        .select(Place::as_select())
        .load(conn)?)
}

/// A rectangle on the map: least and greatest latitude, least and greatest longitude.
pub type Area = ((f64, f64), (f64, f64));

/// The live places in an area that are somebody's, or nobody's and visible; those due first.
pub fn within(
    conn: &mut PgConnection,
    viewer: &Viewer,
    owner: UserId,
    (lat, lng): Area,
    most: i64,
) -> DbResult<Vec<Place>> {
    let theirs = places::owner_id.eq(owner).or(places::owner_id.is_null());
    Ok(visible_to!(places::table, places::owner_id, viewer)
        .filter(theirs)
        .filter(places::archived.eq(false))
        .filter(places::lifecycle.ne("lost"))
        .filter(places::lat.between(lat.0, lat.1))
        .filter(places::lng.between(lng.0, lng.1))
        .order((places::due_on, places::id))
        .limit(most)
        .select(Place::as_select())
        .load(conn)?)
}

/// The middle of somebody's live places.
pub fn centre(conn: &mut PgConnection, owner: UserId) -> DbResult<Option<(f64, f64)>> {
    use diesel::dsl::avg;
    let (lat, lng): (Option<f64>, Option<f64>) = places::table
        .filter(places::owner_id.eq(owner))
        .filter(places::archived.eq(false))
        .select((avg(places::lat), avg(places::lng)))
        .first(conn)?;
    Ok(lat.zip(lng))
}

/// The places of a client, held until the transaction ends.
pub fn of_client(conn: &mut PgConnection, client: Uuid) -> DbResult<Vec<Place>> {
    Ok(places::table
        .filter(places::client_id.eq(client))
        .order(places::id)
        .select(Place::as_select())
        .for_update()
        .load(conn)?)
}

/// The live places of these people, those due first.
pub fn of_owners(conn: &mut PgConnection, owners: &[UserId], most: i64) -> DbResult<Vec<Place>> {
    Ok(places::table
        .filter(places::owner_id.eq_any(owners))
        .filter(places::archived.eq(false))
        .order((places::due_on, places::id))
        .limit(most)
        .select(Place::as_select())
        .load(conn)?)
}

pub fn save(conn: &mut PgConnection, place: &Place) -> DbResult<()> {
    diesel::insert_into(places::table)
        .values(place)
        .on_conflict(places::id)
        .do_update()
        .set(place)
        .execute(conn)?;
    Ok(())
}

/// What is different for a while at a place.
#[derive(Debug, Clone, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = place_changes, check_for_backend(diesel::pg::Pg))]
pub struct ChangeRow {
    pub id: Uuid,
    pub place_id: Uuid,
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    pub windows: Value,
    pub note: Option<String>,
    pub created_by: Uuid,
    pub created_at: chrono::DateTime<chrono::Utc>,
}

impl ChangeRow {
    fn change(&self) -> Change {
        Change {
            from_day: self.from_day,
            until_day: self.until_day,
            windows: serde_json::from_value(self.windows.clone()).unwrap_or_default(),
        }
    }
}

/// What is different at these places from a day on, the newest word last.
pub fn changes(conn: &mut PgConnection, ids: &[Uuid], from: NaiveDate) -> DbResult<Vec<ChangeRow>> {
    use place_changes as changes;
    Ok(changes::table
        .filter(changes::place_id.eq_any(ids))
        .filter(changes::until_day.ge(from))
        .order((changes::created_at, changes::id))
        .select(ChangeRow::as_select())
        .load(conn)?)
}

/// When each of these places opens, with what is different from a day on; in the order of the places.
pub fn openings(
    conn: &mut PgConnection,
    places: &[Place],
    from: NaiveDate,
) -> DbResult<Vec<Opening>> {
    let ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
    let mut of_place: std::collections::HashMap<Uuid, Vec<Change>> =
        std::collections::HashMap::new();
    for row in changes(conn, &ids, from)? {
        of_place.entry(row.place_id).or_default().push(row.change());
    }
    let openings = places.iter().map(|place| Opening {
        changes: of_place.remove(&place.id).unwrap_or_default(),
        ..place.opening()
    });
    Ok(openings.collect())
}

pub fn insert_change(conn: &mut PgConnection, row: &ChangeRow) -> DbResult<()> {
    diesel::insert_into(place_changes::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Takes a note away, and answers what it was.
pub fn delete_change(
    conn: &mut PgConnection,
    place: Uuid,
    id: Uuid,
) -> DbResult<Option<ChangeRow>> {
    Ok(diesel::delete(place_changes::table.find(id))
        .filter(place_changes::place_id.eq(place))
        .returning(ChangeRow::as_returning())
        .get_result(conn)
        .optional()?)
}

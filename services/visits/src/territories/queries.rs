use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::{Viewer, visible_to};
use uuid::Uuid;

use super::model::{Territory, TerritoryId, closest};
use crate::schema::{places, territories};

/// The territories in use, by name.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<Territory>> {
    Ok(territories::table
        .filter(territories::archived_at.is_null())
        .order((territories::name, territories::id))
        .select(Territory::as_select())
        .load(conn)?)
}

/// The same, and nobody changes them until the transaction ends. Taken before any place is locked.
pub fn hold(conn: &mut PgConnection) -> DbResult<Vec<Territory>> {
    Ok(territories::table
        .filter(territories::archived_at.is_null())
        .order((territories::name, territories::id))
        .select(Territory::as_select())
        // The lock on the table that goes with it keeps `alone` out, were there no territory at all.
        .for_share()
        .load(conn)?)
}

/// Whoever changes a territory does so alone: an area belongs to one, and every place follows.
pub fn alone(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("LOCK TABLE territories IN EXCLUSIVE MODE").execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut PgConnection, id: TerritoryId) -> DbResult<Option<Territory>> {
    Ok(territories::table
        .find(id)
        .filter(territories::archived_at.is_null())
        .select(Territory::as_select())
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, territory: &Territory) -> DbResult<()> {
    diesel::insert_into(territories::table)
        .values(territory)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, territory: &Territory) -> DbResult<()> {
    diesel::update(territories::table.find(territory.id))
        .set(territory)
        .execute(conn)?;
    Ok(())
}

/// Who looks after each territory.
pub fn agents_of(conn: &mut PgConnection) -> DbResult<HashMap<TerritoryId, Vec<UserId>>> {
    let all = all(conn)?.into_iter();
    Ok(all
        .map(|territory| (territory.id, territory.agent_ids))
        .collect())
}

/// How many live places each territory has, of those that the viewer reaches.
pub fn places_of(conn: &mut PgConnection, viewer: &Viewer) -> DbResult<HashMap<Uuid, i64>> {
    let rows: Vec<(Option<Uuid>, i64)> = visible_to!(
        places::table
            .filter(places::archived.eq(false))
            .filter(places::territory_id.is_not_null())
            .group_by(places::territory_id)
            .select((places::territory_id, diesel::dsl::count_star())),
        places::owner_id,
        viewer
    )
    .load(conn)?;
    let named = |(id, count): (Option<Uuid>, i64)| Some((id?, count));
    Ok(rows.into_iter().filter_map(named).collect())
}

#[derive(QueryableByName)]
struct Corner {
    #[diesel(sql_type = Text)]
    province: String,
    #[diesel(sql_type = Text)]
    cap: String,
}

/// Every place into the territory that is closest now. Answers how many moved.
pub fn apply_to_places(conn: &mut PgConnection) -> DbResult<usize> {
    let territories = all(conn)?;
    let corners: Vec<Corner> = diesel::sql_query(
        "SELECT DISTINCT coalesce(province, '') AS province, coalesce(cap, '') AS cap FROM places",
    )
    .load(conn)?;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (mut provinces, mut caps, mut of) = (Vec::new(), Vec::new(), Vec::new());
    for Corner { province, cap } in corners {
        let found = closest(
            &territories,
            given(&province).as_deref(),
            given(&cap).as_deref(),
        );
        of.push(found.map(|territory| territory.id.uuid()));
        provinces.push(province);
        caps.push(cap);
    }
    let moved = diesel::sql_query(
        "UPDATE places SET territory_id = new.territory
         FROM unnest($1::text[], $2::text[], $3::uuid[]) AS new (province, cap, territory)
         WHERE coalesce(places.province, '') = new.province AND coalesce(places.cap, '') = new.cap
            AND places.territory_id IS DISTINCT FROM new.territory",
    )
    .bind::<Array<Text>, _>(provinces)
    .bind::<Array<Text>, _>(caps)
    .bind::<Array<Nullable<SqlUuid>>, _>(of)
    .execute(conn)?;
    Ok(moved)
}

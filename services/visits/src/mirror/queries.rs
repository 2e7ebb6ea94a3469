use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::text::fold;
use nexus_kernel::{UserId, business_day};
use nexus_outbox::Event;

use super::records::{Client, Deal, Offer, Order, Pipeline, Site};
use crate::places::model::Place;
use crate::places::queries as places;
use crate::rules::{self, model::VisitRules};
use crate::schema::{clients, counted_orders, deals, offers, stages};
use crate::territories::{self, model::closest};

/// A client as visits know it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct Known {
    id: uuid::Uuid,
    version: i64,
    name: String,
    class: Option<String>,
    lifecycle: String,
    owner_id: Option<UserId>,
    archived: bool,
}

fn known(conn: &mut PgConnection, id: uuid::Uuid) -> DbResult<Option<Known>> {
    let row = clients::table
        .find(id)
        .select(Known::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn save_client(conn: &mut PgConnection, event: &Event, client: &Client) -> DbResult<()> {
    let id = event.subject_id;
    if known(conn, id)?.is_some_and(|known| known.version > event.version) {
        return Ok(());
    }
    let row = Known {
        id,
        version: event.version,
        name: client.name.clone(),
        class: client.class.clone(),
        lifecycle: client.lifecycle.clone(),
        owner_id: client.owner_id,
        archived: client.archived_at.is_some(),
    };
    diesel::insert_into(clients::table)
        .values((&row, clients::orders.eq(0)))
        .on_conflict(clients::id)
        .do_update()
        .set(&row)
        .execute(conn)?;
    // The rules before the places: whoever changes the rules takes them in this order, too.
    let rules = rules::queries::hold(conn)?;
    let of_client = places::of_client(conn, id)?;
    for mut place in of_client {
        stand_at(&mut place, &row, &rules);
        places::save(conn, &place)?;
    }
    Ok(())
}

/// What a place shows of its client, and what follows from it.
fn stand_at(place: &mut Place, client: &Known, rules: &VisitRules) {
    place.client_name.clone_from(&client.name);
    place.class.clone_from(&client.class);
    place.lifecycle.clone_from(&client.lifecycle);
    place.owner_id = client.owner_id;
    place.archived = place.site_archived || client.archived;
    let parts = [
        Some(&client.name),
        Some(&place.name),
        place.city.as_ref(),
        place.cap.as_ref(),
    ];
    place.search_text = fold(
        &parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
    );
    place.apply(rules);
}

pub fn save_site(conn: &mut PgConnection, event: &Event, site: &Site) -> DbResult<()> {
    let rules = rules::queries::hold(conn)?;
    let territories = territories::queries::hold(conn)?;
    let before = places::lock_any(conn, event.subject_id)?;
    if before
        .as_ref()
        .is_some_and(|known| known.site_version > event.version)
    {
        return Ok(());
    }
    let Some(client) = known(conn, site.client_id)? else {
        tracing::error!(site = %event.subject_id, "a shop's client is not known; passed over");
        return Ok(());
    };
    let mut place = before.unwrap_or_else(|| {
        Place::new(
            event.subject_id,
            site.client_id,
            business_day(site.created_at),
        )
    });
    let street = [site.street.as_deref(), site.street_number.as_deref()];
    let street: Vec<&str> = street.into_iter().flatten().collect();
    place.site_version = event.version;
    place.client_id = site.client_id;
    place.name.clone_from(&site.name);
    place.street = (!street.is_empty()).then(|| street.join(" "));
    place.cap.clone_from(&site.cap);
    place.city.clone_from(&site.city);
    place.province.clone_from(&site.province);
    (place.lat, place.lng) = (site.lat, site.lng);
    place.geo_source = site.geo_source.filter(|_| site.lat.is_some());
    let territory = closest(&territories, site.province.as_deref(), site.cap.as_deref());
    place.territory_id = territory.map(|territory| territory.id);
    place.opening_hours = serde_json::to_value(&site.opening_hours).unwrap_or_default();
    place.site_archived = site.archived_at.is_some();
    stand_at(&mut place, &client, &rules);
    places::save(conn, &place)
}

pub fn save_stages(conn: &mut PgConnection, pipeline: &Pipeline) -> DbResult<()> {
    for stage in &pipeline.stages {
        diesel::insert_into(stages::table)
            .values((
                stages::id.eq(stage.id),
                stages::probability.eq(stage.probability),
            ))
            .on_conflict(stages::id)
            .do_update()
            .set(stages::probability.eq(stage.probability))
            .execute(conn)?;
    }
    Ok(())
}

/// Only open deals are kept.
pub fn save_deal(conn: &mut PgConnection, event: &Event, deal: &Deal) -> DbResult<()> {
    let id = event.subject_id;
    let version: Option<i64> = deals::table
        .find(id)
        .select(deals::version)
        .first(conn)
        .optional()?;
    if version.is_some_and(|version| version > event.version) {
        return Ok(());
    }
    let open = deal.status == "open" && deal.archived_at.is_none();
    let Some(client) = deal.client_id.filter(|_| open) else {
        diesel::delete(deals::table.find(id)).execute(conn)?;
        return Ok(());
    };
    let row = (
        deals::version.eq(event.version),
        deals::client_id.eq(client),
        deals::stage_id.eq(deal.stage_id),
        deals::amount_cents.eq(deal.amount_cents.unwrap_or(0)),
        deals::expected_close_on.eq(deal.expected_close_on),
    );
    diesel::insert_into(deals::table)
        .values((deals::id.eq(id), row))
        .on_conflict(deals::id)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Only offers that wait for an answer are kept.
pub fn save_offer(conn: &mut PgConnection, event: &Event, offer: &Offer) -> DbResult<()> {
    let id = event.subject_id;
    let version: Option<i64> = offers::table
        .find(id)
        .select(offers::version)
        .first(conn)
        .optional()?;
    if version.is_some_and(|version| version > event.version) {
        return Ok(());
    }
    let waits = offer.status == "sent" && offer.archived_at.is_none();
    let Some(until) = offer.valid_until.filter(|_| waits) else {
        diesel::delete(offers::table.find(id)).execute(conn)?;
        return Ok(());
    };
    let row = (
        offers::version.eq(event.version),
        offers::client_id.eq(offer.client_id),
        offers::valid_until.eq(until),
        offers::total_cents.eq(offer.total_cents),
    );
    diesel::insert_into(offers::table)
        .values((offers::id.eq(id), row))
        .on_conflict(offers::id)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// An approved order: how often this client orders follows from the first, the last and their number.
pub fn count_order(conn: &mut PgConnection, event: &Event, order: &Order) -> DbResult<()> {
    let day = business_day(order.created_at);
    let row = (
        counted_orders::client_id.eq(order.client_id),
        counted_orders::ordered_on.eq(day),
        counted_orders::total_cents.eq(order.total_cents),
    );
    let new = diesel::insert_into(counted_orders::table)
        .values((counted_orders::id.eq(event.subject_id), row))
        .on_conflict_do_nothing()
        .execute(conn)?;
    if new == 0 {
        // Approved again after a change: what it is worth may be different.
        diesel::update(counted_orders::table.find(event.subject_id))
            .set(row)
            .execute(conn)?;
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE clients SET orders = orders + 1, first_order_on = least(coalesce(first_order_on, $2), $2),
            last_order_on = greatest(coalesce(last_order_on, $2), $2) WHERE id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(order.client_id)
    .bind::<diesel::sql_types::Date, _>(day)
    .execute(conn)?;
    Ok(())
}

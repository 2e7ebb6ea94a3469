//! Rows in, rows out. `None` means "no such row for you".

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Json};
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Class, Client, Lifecycle};
use crate::italy::text::fold;
use crate::schema::{clients, opportunities};
use nexus_records::{Viewer, keyset, visible_to};

/// Which clients, in which order, from where.
#[derive(Debug, Default)]
pub struct Filter {
    pub words: Vec<String>,
    pub lifecycle: Option<Lifecycle>,
    pub class: Option<Class>,
    pub province: Option<String>,
    pub city: Option<String>,
    pub owner_id: Option<Uuid>,
    pub archived: bool,
}

/// The order of a page and the last row of the page before.
#[derive(Debug)]
pub enum Order {
    Name {
        descending: bool,
        after: Option<(String, Uuid)>,
    },
    Updated {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Created {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
}

/// The folded words of a search; each must be found.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(8)
        .map(like)
        .collect()
}

/// A pattern that finds the word anywhere. Folding leaves no `%`, `_` or `\`.
fn like(word: &str) -> String {
    format!("%{word}%")
}

/// A generic plan for a search reads the whole table; each one is planned for its own words and filters.
pub fn plan_for_these_words(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("SET LOCAL plan_cache_mode = force_custom_plan").execute(conn)?;
    Ok(())
}

type Boxed<'a> = clients::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: Filter) -> Boxed<'a> {
    let mut query = visible_to!(clients::table, clients::owner_id, viewer);
    for word in filter.words {
        query = query.filter(clients::search_text.like(word));
    }
    if let Some(lifecycle) = filter.lifecycle {
        query = query.filter(clients::lifecycle.eq(lifecycle));
    }
    if let Some(class) = filter.class {
        query = query.filter(clients::class.eq(class));
    }
    if let Some(province) = filter.province {
        query = query.filter(clients::province.eq(province));
    }
    if let Some(city) = filter.city {
        query = query.filter(clients::city.eq(city));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(clients::owner_id.eq(owner));
    }
    if filter.archived {
        query.filter(clients::archived_at.is_not_null())
    } else {
        query.filter(clients::archived_at.is_null())
    }
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: Filter,
    order: Order,
    limit: usize,
) -> DbResult<Vec<Client>> {
    let query = filtered(viewer, filter);
    let query = match order {
        Order::Name { descending, after } => {
            keyset!(query, clients::name_key, clients::id, descending, after)
        }
        Order::Updated { descending, after } => {
            keyset!(query, clients::updated_at, clients::id, descending, after)
        }
        Order::Created { descending, after } => {
            keyset!(query, clients::created_at, clients::id, descending, after)
        }
    };
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Client::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> DbResult<Option<Client>> {
    let row = visible_to!(clients::table, clients::owner_id, viewer)
        .filter(clients::id.eq(id))
        .select(Client::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> DbResult<Option<Client>> {
    let row: Option<Client> = clients::table
        .find(id)
        .select(Client::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|client| viewer.reaches(client.fields.owner_id)))
}

/// A client, whoever may see it: it stands beside a record that the viewer does see.
pub fn any(conn: &mut PgConnection, id: ClientId) -> DbResult<Option<Client>> {
    Ok(clients::table
        .find(id)
        .select(Client::as_select())
        .first(conn)
        .optional()?)
}

/// Holds the client so that its open credit cannot change meanwhile, whoever made it happen. Rows may still be linked to it.
pub fn lock_for_system(conn: &mut PgConnection, id: ClientId) -> DbResult<Option<Client>> {
    Ok(clients::table
        .find(id)
        .select(Client::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()?)
}

/// Whether this viewer may hang something on this client.
pub fn is_visible(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> DbResult<bool> {
    let owner: Option<Option<nexus_kernel::UserId>> = clients::table
        .find(id)
        .select(clients::owner_id)
        .first(conn)
        .optional()?;
    Ok(owner.is_some_and(|owner| viewer.reaches(owner)))
}

pub fn insert(conn: &mut PgConnection, client: &Client) -> DbResult<()> {
    diesel::insert_into(clients::table)
        .values(client)
        .execute(conn)?;
    Ok(())
}

/// Many at once: one parameter for all of them takes a fraction of what one per value does.
pub fn insert_all(conn: &mut PgConnection, new: &[Client]) -> DbResult<()> {
    let rows: Vec<Value> = new
        .iter()
        .map(|client| {
            // The two columns that no answer shows.
            let mut row = json!(client);
            row["search_text"] = json!(client.search_text);
            row["name_key"] = json!(client.name_key);
            row
        })
        .collect();
    diesel::sql_query(
        "INSERT INTO clients SELECT * FROM json_populate_recordset(NULL::clients, $1)",
    )
    .bind::<Json, _>(Value::Array(rows))
    .execute(conn)?;
    Ok(())
}

/// What files call clients by.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    pub references: Vec<String>,
    pub vat_numbers: Vec<String>,
    pub tax_codes: Vec<String>,
    pub names: Vec<String>,
}

/// Clients with one of these keys, whoever may see them, each once. An import looks for its own rows with it.
pub fn with_any_key(conn: &mut PgConnection, keys: &Keys) -> DbResult<Vec<Client>> {
    let mut found: Vec<Client> = Vec::new();
    let all = || clients::table.into_boxed();
    if !keys.references.is_empty() {
        let query = all().filter(clients::external_ref.eq_any(&keys.references));
        found.extend(query.select(Client::as_select()).load(conn)?);
    }
    if !keys.vat_numbers.is_empty() {
        let query = all().filter(clients::vat_number.eq_any(&keys.vat_numbers));
        found.extend(query.select(Client::as_select()).load(conn)?);
    }
    if !keys.tax_codes.is_empty() {
        let query = all()
            .filter(clients::vat_number.is_null())
            .filter(clients::tax_code.eq_any(&keys.tax_codes));
        found.extend(query.select(Client::as_select()).load(conn)?);
    }
    if !keys.names.is_empty() {
        let query = all()
            .filter(clients::archived_at.is_null())
            .filter(clients::name_key.eq_any(&keys.names));
        found.extend(query.select(Client::as_select()).load(conn)?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|client| seen.insert(client.id));
    Ok(found)
}

pub fn save(conn: &mut PgConnection, client: &Client) -> DbResult<()> {
    diesel::update(client).set(client).execute(conn)?;
    Ok(())
}

/// The names of these clients, whoever may see them: they stand beside records that the viewer does see.
pub fn names(conn: &mut PgConnection, ids: &[ClientId]) -> DbResult<HashMap<ClientId, String>> {
    let rows: Vec<(ClientId, String)> = clients::table
        .filter(clients::id.eq_any(ids))
        .select((clients::id, clients::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many open opportunities these clients have, and what they are worth, as far as the viewer sees them.
pub fn open_deals(
    conn: &mut PgConnection,
    viewer: &Viewer,
    ids: &[ClientId],
) -> DbResult<HashMap<ClientId, (i64, i64)>> {
    let sum = diesel::dsl::sql::<BigInt>("coalesce(sum(amount_cents), 0)::bigint");
    let of_these = opportunities::table
        .filter(opportunities::client_id.eq_any(ids.to_vec()))
        .filter(opportunities::status.eq("open"))
        .filter(opportunities::archived_at.is_null())
        .group_by(opportunities::client_id)
        .select((opportunities::client_id, diesel::dsl::count_star(), sum));
    let rows: Vec<(Option<ClientId>, i64, i64)> =
        visible_to!(of_these, opportunities::owner_id, viewer).load(conn)?;
    let known = rows
        .into_iter()
        .filter_map(|(id, count, sum)| Some((id?, (count, sum))));
    Ok(known.collect())
}

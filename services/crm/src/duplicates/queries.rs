//! Two questions: what is equal, and what is near. Both enter indexes whatever they are asked.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use uuid::Uuid;

use super::model::{Duplicate, DuplicateKind, DuplicateReason, Probe, after_prefix, alike};
use crate::italy::text::key;
use nexus_records::Viewer;
use nexus_records::users;

/// Whoever asks: whose clients and whose leads they may see.
#[derive(Debug, Clone)]
pub struct Asker {
    pub clients: Option<Viewer>,
    pub leads: Option<Viewer>,
}

#[derive(Debug, QueryableByName)]
struct Hit {
    #[diesel(sql_type = Text)]
    kind: DuplicateKind,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    client_id: Option<ClientId>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    city: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    province: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
    #[diesel(sql_type = Bool)]
    archived: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    why: DuplicateReason,
}

/// Columns of a hit, for each of the three tables.
const CLIENT: &str =
    "SELECT 'client' AS kind, id, id AS client_id, name, city, province, lifecycle AS status,
    archived_at IS NOT NULL AS archived, owner_id";
const LEAD: &str = "SELECT 'lead' AS kind, id, client_id, name, city, province, status,
    archived_at IS NOT NULL AS archived, owner_id";
const CONTACT: &str = "SELECT 'contact' AS kind, k.id, k.client_id, concat_ws(' ', k.first_name, k.last_name) AS name,
    c.city, c.province, c.name AS status, k.archived_at IS NOT NULL AS archived, c.owner_id";
const CONTACTS: &str = "FROM contacts k JOIN clients c ON c.id = k.client_id";

/// What is equal: $1 numbers and codes, $2 addresses, $3 phones. A converted lead is the client that it became.
fn equal_sql() -> String {
    let mut parts: Vec<String> = Vec::new();
    for (head, table, live) in [
        (CLIENT, "clients", ""),
        (LEAD, "leads", " AND status <> 'converted'"),
    ] {
        for (column, why, bind) in [
            ("vat_number", "vat_number", 1),
            ("tax_code", "tax_code", 1),
            ("email", "email", 2),
            ("phone", "phone", 3),
        ] {
            parts.push(format!(
                "({head}, '{why}' AS why FROM {table} WHERE {column} = ANY(${bind}){live} LIMIT 10)"
            ));
        }
    }
    for (column, why, bind) in [
        ("email", "email", 2),
        ("phone", "phone", 3),
        ("mobile", "phone", 3),
    ] {
        parts.push(format!(
            "({CONTACT}, '{why}' AS why {CONTACTS} WHERE k.{column} = ANY(${bind}) LIMIT 10)"
        ));
    }
    parts.join(" UNION ALL ")
}

/// What is near: $1 CAPs, $2 the beginning of a name's key and $3 where such keys end, $4 how many to compare.
fn near_sql() -> String {
    let mut parts: Vec<String> = Vec::new();
    for (head, table, live) in [
        (CLIENT, "clients", ""),
        (LEAD, "leads", " AND status <> 'converted'"),
    ] {
        let open = format!("archived_at IS NULL{live}");
        parts.push(format!(
            "({head}, 'name' AS why FROM {table} WHERE cap = ANY($1) AND {open} LIMIT $4)"
        ));
        parts.push(format!(
            "({head}, 'name' AS why FROM {table} WHERE name_key >= $2 AND name_key < $3 AND {open} ORDER BY name_key LIMIT 20)"
        ));
    }
    parts.push(format!(
        "({CONTACT}, 'name' AS why {CONTACTS} WHERE c.cap = ANY($1) AND c.archived_at IS NULL AND k.archived_at IS NULL LIMIT $4)"
    ));
    parts.join(" UNION ALL ")
}

/// Of one CAP at most so many names are compared: more than the fullest holds among 100,000 clients spread as people are.
const COMPARED: i64 = 600;
/// A beginning shorter than this would find half the company.
const PREFIX: usize = 4;
/// More are no help to whoever types.
const MOST: usize = 8;

/// Whom we may know already, the surest first.
pub fn find(conn: &mut PgConnection, asker: &Asker, probe: &Probe) -> DbResult<Vec<Duplicate>> {
    if probe.is_empty() {
        return Ok(Vec::new());
    }
    let mut hits = equal(conn, probe)?;
    hits.extend(near(conn, probe)?.into_iter().filter(|hit| asker.sees(hit)));
    let mut found: Vec<(Hit, Vec<DuplicateReason>)> = Vec::new();
    for hit in hits {
        if probe.but == Some(hit.id) {
            continue;
        }
        match found
            .iter_mut()
            .find(|(known, _)| (known.kind, known.id) == (hit.kind, hit.id))
        {
            Some((_, why)) if !why.contains(&hit.why) => why.push(hit.why),
            Some(_) => {}
            None => {
                let why = vec![hit.why];
                found.push((hit, why));
            }
        }
    }
    for (_, why) in &mut found {
        why.sort();
    }
    found.sort_by_key(|(hit, why)| {
        (
            why.first().copied(),
            std::cmp::Reverse(why.len()),
            hit.kind,
            hit.archived,
        )
    });
    found.truncate(MOST);
    let owners: Vec<UserId> = found.iter().filter_map(|(hit, _)| hit.owner_id).collect();
    let names = users::queries::names(conn, &owners)?;
    let told = found.into_iter().map(|(hit, why)| {
        let owner_name = hit.owner_id.and_then(|owner| names.get(&owner).cloned());
        asker.told(hit, why, owner_name)
    });
    Ok(told.collect())
}

impl Asker {
    fn sees(&self, hit: &Hit) -> bool {
        let viewer = match hit.kind {
            DuplicateKind::Lead => &self.leads,
            DuplicateKind::Client | DuplicateKind::Contact => &self.clients,
        };
        viewer
            .as_ref()
            .is_some_and(|viewer| viewer.reaches(hit.owner_id))
    }

    fn told(&self, hit: Hit, why: Vec<DuplicateReason>, owner_name: Option<String>) -> Duplicate {
        let visible = self.sees(&hit);
        let kind = hit.kind;
        // A contact's place among its client's is told by the client's name.
        Duplicate {
            kind,
            visible,
            id: visible.then_some(hit.id),
            client_id: hit.client_id.filter(|_| visible),
            name: visible.then_some(hit.name),
            city: hit.city.filter(|_| visible),
            province: hit.province.filter(|_| visible),
            status: hit.status.filter(|_| visible),
            archived: hit.archived,
            owner_id: hit.owner_id.filter(|_| visible),
            owner_name,
            why,
        }
    }
}

fn equal(conn: &mut PgConnection, probe: &Probe) -> DbResult<Vec<Hit>> {
    let numbers: Vec<&String> = probe.vat_number.iter().chain(&probe.tax_code).collect();
    if numbers.is_empty() && probe.emails.is_empty() && probe.phones.is_empty() {
        return Ok(Vec::new());
    }
    Ok(diesel::sql_query(equal_sql())
        .bind::<Array<Text>, _>(numbers)
        .bind::<Array<Text>, _>(&probe.emails)
        .bind::<Array<Text>, _>(&probe.phones)
        .load(conn)?)
}

/// Those whose name is alike in the same place, or begins with what was typed.
fn near(conn: &mut PgConnection, probe: &Probe) -> DbResult<Vec<Hit>> {
    let prefix = probe
        .name
        .as_deref()
        .map(key)
        .filter(|key| key.len() >= PREFIX);
    let range = prefix.and_then(|prefix| Some((after_prefix(&prefix)?, prefix)));
    if probe.caps.is_empty() && range.is_none() {
        return Ok(Vec::new());
    }
    let (until, from) = range.unwrap_or_default();
    let hits: Vec<Hit> = diesel::sql_query(near_sql())
        .bind::<Array<Text>, _>(&probe.caps)
        .bind::<Text, _>(&from)
        .bind::<Text, _>(&until)
        .bind::<BigInt, _>(COMPARED)
        .load(conn)?;
    let is_alike = |hit: &Hit| {
        let said = match hit.kind {
            DuplicateKind::Contact => [probe.person.as_deref(), None],
            DuplicateKind::Client | DuplicateKind::Lead => {
                [probe.name.as_deref(), probe.person.as_deref()]
            }
        };
        let begins = !from.is_empty()
            && hit.kind != DuplicateKind::Contact
            && key(&hit.name).starts_with(&from);
        begins
            || said
                .into_iter()
                .flatten()
                .any(|said| alike(said, &hit.name))
    };
    Ok(hits.into_iter().filter(is_alike).collect())
}

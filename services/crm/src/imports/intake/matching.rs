//! Which client a row speaks of: the one with its reference, else with its P.IVA or codice fiscale, else, for a row that
//! has neither, with its name.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::ClientId;

use super::plan::{Planned, Trace};
use crate::clients::model::{Client, ClientFields};
use crate::clients::queries::{self, Keys};
use crate::italy::text::key;
use nexus_records::Viewer;

/// Clients that are there, by what rows may call them. Those that the batch makes are added as it goes.
#[derive(Default)]
pub struct Clients {
    all: Vec<Client>,
    by: HashMap<String, Vec<usize>>,
}

/// What was found.
pub enum Found<'a> {
    Client(&'a Client),
    /// A check would have made it by now.
    Planned(Trace),
    /// More than one has this name.
    Several,
    Nothing,
}

pub fn name_key(name: &str) -> String {
    format!("n:{}", key(name))
}

fn identity_key(fields: &ClientFields) -> Option<String> {
    let tax = fields.tax_code.as_deref();
    match (&fields.vat_number, tax) {
        (Some(number), tax) => {
            let tax = tax.unwrap_or_default();
            Some(format!("v:{}:{number}:{tax}", fields.vat_country))
        }
        (None, Some(tax)) => Some(format!("t:{tax}")),
        (None, None) => None,
    }
}

/// Under what a client is found, the surest first.
fn keys(fields: &ClientFields) -> Vec<String> {
    let reference = fields.external_ref.as_deref();
    let mut keys: Vec<String> = reference
        .map(|text| format!("r:{text}"))
        .into_iter()
        .collect();
    keys.extend(identity_key(fields));
    if keys.is_empty() {
        keys.push(name_key(&fields.name));
    }
    keys
}

impl Clients {
    /// The clients that these rows could speak of, and those with these names.
    pub fn load(
        conn: &mut PgConnection,
        rows: &[ClientFields],
        names: impl Iterator<Item = String>,
    ) -> DbResult<Self> {
        let mut wanted = Keys::default();
        wanted.names.extend(names.map(|name| key(&name)));
        for fields in rows {
            wanted.references.extend(fields.external_ref.clone());
            match (&fields.vat_number, &fields.tax_code) {
                (Some(number), _) => wanted.vat_numbers.push(number.clone()),
                (None, Some(code)) => wanted.tax_codes.push(code.clone()),
                (None, None) if fields.external_ref.is_none() => {
                    wanted.names.push(key(&fields.name))
                }
                (None, None) => {}
            }
        }
        wanted.names.sort_unstable();
        wanted.names.dedup();
        let mut clients = Self::default();
        for client in queries::with_any_key(conn, &wanted)? {
            clients.add(client);
        }
        Ok(clients)
    }

    /// Adds one, to be found by later rows.
    pub fn add(&mut self, client: Client) {
        let at = self.all.len();
        let fields = &client.fields;
        let mut keys: Vec<String> = identity_key(fields).into_iter().collect();
        keys.extend(
            fields
                .external_ref
                .as_deref()
                .map(|text| format!("r:{text}")),
        );
        if client.archived_at.is_none() {
            keys.push(format!("n:{}", client.name_key));
        }
        for key in keys {
            self.by.entry(key).or_default().push(at);
        }
        self.all.push(client);
    }

    /// A client is another now.
    pub fn replace(&mut self, after: &Client) {
        if let Some(client) = self.all.iter_mut().find(|client| client.id == after.id) {
            *client = after.clone();
        }
    }

    fn under(&self, key: &str, planned: &Planned) -> Found<'_> {
        match self.by.get(key).map_or(&[][..], Vec::as_slice) {
            [] => planned.get(key).map_or(Found::Nothing, Found::Planned),
            [one] => Found::Client(&self.all[*one]),
            [one, ..] if !key.starts_with("n:") => Found::Client(&self.all[*one]),
            _ => Found::Several,
        }
    }

    /// The client that a row of these fields speaks of.
    pub fn spoken_of(&self, fields: &ClientFields, planned: &Planned) -> Found<'_> {
        let mut found = keys(fields)
            .into_iter()
            .map(|key| self.under(&key, planned));
        found
            .find(|found| !matches!(found, Found::Nothing))
            .unwrap_or(Found::Nothing)
    }

    /// Whether somebody else than this client has the identity.
    pub fn clashes(&self, id: ClientId, fields: &ClientFields) -> bool {
        let identity = identity_key(fields);
        let owners = identity.and_then(|key| self.by.get(&key));
        owners.is_some_and(|owners| owners.iter().any(|at| self.all[*at].id != id))
    }

    /// The client with this reference or name, among those that the viewer sees.
    pub fn called(&self, text: &str, viewer: Option<&Viewer>, planned: &Planned) -> Found<'_> {
        let seen = |at: &&usize| {
            viewer.is_some_and(|viewer| viewer.reaches(self.all[**at].fields.owner_id))
        };
        for key in [format!("r:{text}"), name_key(text)] {
            let known = self.by.get(&key).map_or(&[][..], Vec::as_slice);
            let mut known = known.iter().filter(seen);
            match (known.next(), known.next()) {
                (Some(_), Some(_)) => return Found::Several,
                (Some(one), None) => return Found::Client(&self.all[*one]),
                (None, _) => {
                    if let Some(trace) = planned.get(&key) {
                        return Found::Planned(trace);
                    }
                }
            }
        }
        Found::Nothing
    }
}

/// Under what later rows find a client that a check would have made.
pub fn planned_keys(fields: &ClientFields) -> Vec<String> {
    let mut keys = keys(fields);
    let name = name_key(&fields.name);
    if !keys.contains(&name) {
        keys.push(name);
    }
    keys
}

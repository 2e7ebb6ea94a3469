//! Owners named by a column.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use super::Job;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::italy::text::key;
use nexus_records::Sees;
use nexus_records::users;

/// Users by folded name.
pub struct People(HashMap<String, Vec<UserId>>);

impl People {
    /// Everybody whom these rows name as an owner.
    pub fn named(conn: &mut PgConnection, job: &Job, rows: &[&Row]) -> DbResult<Self> {
        let named = rows
            .iter()
            .filter_map(|row| Cells::new(&job.sheet, &row.fields).text("owner").map(key));
        let mut keys: Vec<String> = named.collect();
        keys.sort_unstable();
        keys.dedup();
        let mut people: HashMap<String, Vec<UserId>> = HashMap::new();
        if !keys.is_empty() {
            for (key, id) in users::queries::with_name_keys(conn, &keys)? {
                people.entry(key).or_default().push(id);
            }
        }
        Ok(Self(people))
    }

    /// The owner that the row names; `None` when it names none.
    /// A name nobody has is an error, unless the importer may leave records without an owner.
    pub fn owner(&self, job: &Job, cells: &mut Cells<'_>) -> Option<Option<UserId>> {
        let name = cells.text("owner")?;
        let found = self.0.get(&key(name)).map_or(&[][..], Vec::as_slice);
        match found {
            [one] if job.act.viewer.reaches(Some(*one)) => return Some(Some(*one)),
            [_] => {
                let detail = "You can give this only to yourself or to your team.";
                cells.error("owner", "owner_id.not_yours", detail);
            }
            [] if job.act.viewer.sees == Sees::Everything => {
                let detail = format!("Nobody is called {name:?}: placed without an owner.");
                cells.warn("owner", "owner.unknown", detail);
                return Some(None);
            }
            [] => {
                let detail = format!("Nobody is called {name:?}.");
                cells.error("owner", "owner.unknown", detail);
            }
            _ => {
                let detail = format!("More than one person is called {name:?}.");
                cells.error("owner", "owner.ambiguous", detail);
            }
        }
        None
    }

    /// Who gets a record whose row names nobody.
    pub fn fallback(job: &Job, cells: &mut Cells<'_>) -> Option<UserId> {
        let chosen = job.import.options.owner_id;
        let owner = chosen.unwrap_or(job.act.viewer.user_id);
        if !job.act.viewer.reaches(Some(owner)) {
            let detail = "You can give this only to yourself or to your team.";
            cells.error("owner", "owner_id.not_yours", detail);
        }
        Some(owner)
    }
}

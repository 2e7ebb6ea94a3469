//! Whether the database is as new as the programs. Services migrate themselves at start; what is left over here is an
//! update that was not started yet, or a database that a newer version has already used.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nexus_cluster::{Cluster, Options, Purpose, Server};

use super::Finding;
use crate::state::State;
use crate::up::secrets::Secrets;
use crate::up::services::SERVICES;

const FOLDER: &str = "migrations";
const DATABASE: &str = "nexus";

/// Only for a private cluster that runs, beside the sources: elsewhere `/readyz` has to do.
pub fn examine(server: &Server) -> Vec<Finding> {
    let stores = SERVICES.iter().filter(|service| service.stores);
    stores
        .filter_map(|service| {
            let known = known(&Path::new(FOLDER).join(service.name))?;
            let applied = applied(server, service.name)?;
            Some(compare(service.name, &known, &applied))
        })
        .collect()
}

/// The private cluster's, if there is one and it runs.
pub fn server(state: &State, pg_bin: Option<&Path>) -> Option<Server> {
    let folder = state.postgres();
    if !crate::state::moved(&folder).join("data").exists() {
        return None;
    }
    let password = Secrets::load(&state.secrets())
        .ok()?
        .get("POSTGRES_PASSWORD")
        .ok()?;
    let options = Options {
        folder: &folder,
        binaries: pg_bin,
        purpose: Purpose::Durable,
        password: &password,
    };
    let cluster = Cluster::open(&options).ok()?;
    cluster.is_running().then(|| cluster.server())
}

/// Folder `2026-11-22-000100_make_clients` is version 20261122000100.
fn known(folder: &Path) -> Option<BTreeSet<String>> {
    let names = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    Some(
        names
            .filter_map(|name| {
                name.split_once('_')
                    .map(|(version, _)| version.replace('-', ""))
            })
            .collect(),
    )
}

fn applied(server: &Server, schema: &str) -> Option<BTreeSet<String>> {
    let sql = format!("SELECT version FROM {schema}.__diesel_schema_migrations");
    let text = server.run(DATABASE, &sql).ok()?;
    Some(text.lines().map(str::to_owned).collect())
}

fn compare(service: &str, known: &BTreeSet<String>, applied: &BTreeSet<String>) -> Finding {
    let pending = known.difference(applied).count();
    let newer = applied.difference(known).count();
    match (pending, newer) {
        (0, 0) => Finding::good(format!("{service}'s tables are up to date")),
        (_, 0) => Finding::doubtful(
            format!("{service}'s tables lack {pending} migrations"),
            "start it anew (`nexus stop`, `make up`): services bring their tables up to date themselves",
        ),
        _ => Finding::bad(
            format!(
                "{service}'s tables were made by a newer version ({newer} migrations unknown here)"
            ),
            "use the newer version of the programs, or restore a backup from before",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn pending_and_newer_are_told_apart() {
        let (one, two) = (versions(&["1"]), versions(&["1", "2"]));
        assert!(matches!(compare("crm", &two, &two), Finding::Good(_)));
        assert!(matches!(
            compare("crm", &two, &one),
            Finding::Doubtful { .. }
        ));
        assert!(matches!(compare("crm", &one, &two), Finding::Bad { .. }));
    }
}

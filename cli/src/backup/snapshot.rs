//! One instant of the database, for the counts and the dump alike.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};
use nexus_cluster::Server;

use crate::up::database::DATABASE;
use crate::up::services::SERVICES;

/// Lines of one answer end with this.
const END: &str = "-- end --";

/// A transaction that sees one instant, held open by a `psql`.
pub struct Snapshot {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    id: String,
}

impl Snapshot {
    pub fn take(server: &Server) -> Result<Self> {
        let mut child = server
            .client("psql", DATABASE)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("psql")?;
        let to = child.stdin.take().context("psql takes no commands")?;
        let from = BufReader::new(child.stdout.take().context("psql gives no answers")?);
        let mut snapshot = Self {
            child,
            to,
            from,
            id: String::new(),
        };
        let begun = snapshot.ask(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();",
        )?;
        snapshot.id = begun
            .into_iter()
            .next()
            .context("PostgreSQL exports no snapshot")?;
        Ok(snapshot)
    }

    fn ask(&mut self, sql: &str) -> Result<Vec<String>> {
        writeln!(self.to, "{sql}\n\\echo {END}")?;
        self.to.flush()?;
        let mut answer = Vec::new();
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line)? == 0 {
                bail!("PostgreSQL refused: is it running, and is there anything to save yet?");
            }
            let line = line.trim_end();
            if line == END {
                return Ok(answer);
            }
            answer.push(line.to_owned());
        }
    }

    /// Rows of each table of the services.
    pub fn counts(&mut self) -> Result<BTreeMap<String, u64>> {
        let schemas: Vec<String> = schemas().map(|schema| format!("'{schema}'")).collect();
        let sql = format!(
            "SELECT schemaname || '.' || tablename || ' ' || (xpath('/row/n/text()', query_to_xml(\
             format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, true, '')))[1] \
             FROM pg_tables WHERE schemaname IN ({}) ORDER BY 1;",
            schemas.join(", ")
        );
        let lines = self.ask(&sql)?;
        let counts = lines.iter().map(|line| {
            let (table, rows) = line.split_once(' ').context("a count without a table")?;
            Ok((table.to_owned(), rows.parse()?))
        });
        counts.collect()
    }

    pub fn postgres(&mut self) -> Result<String> {
        let version = self.ask("SHOW server_version;")?.into_iter().next();
        version.context("PostgreSQL does not say its version")
    }

    /// Writes the services' schemas as they were at that instant.
    pub fn dump(&self, server: &Server, to: &Path) -> Result<()> {
        let mut dump = server.client("pg_dump", DATABASE);
        dump.args([
            "--format=custom",
            "--compress=6",
            "--lock-wait-timeout=60000",
        ]);
        dump.arg(format!("--snapshot={}", self.id));
        for schema in schemas() {
            dump.arg(format!("--schema={schema}"));
        }
        let status = dump.arg("--file").arg(to).status().context("pg_dump")?;
        if !status.success() {
            bail!("pg_dump did not finish ({status})");
        }
        Ok(())
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the services keep.
pub fn schemas() -> impl Iterator<Item = &'static str> {
    let storing = SERVICES.iter().filter(|service| service.stores);
    storing.map(|service| service.name)
}

//! One import, from the upload to the report.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::{ImportArgs, Kind, stages};
use crate::api::Api;

const LOOK_EVERY: Duration = Duration::from_millis(300);

pub struct Job<'a> {
    pub api: &'a Api,
    pub args: &'a ImportArgs,
    pub kind: Kind,
    pub file: &'a Path,
    pub report: Option<PathBuf>,
}

/// What became of the rows.
#[derive(Default)]
pub struct Outcome {
    created: u64,
    updated: u64,
    skipped: u64,
    warned: u64,
    pub failed: u64,
}

impl Outcome {
    fn of(import: &Value) -> Self {
        let count = |name: &str| import["counts"][name].as_u64().unwrap_or_default();
        Self {
            created: count("created"),
            updated: count("updated"),
            skipped: count("skipped"),
            warned: count("warned"),
            failed: count("failed"),
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.skipped += other.skipped;
        self.warned += other.warned;
        self.failed += other.failed;
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            created,
            updated,
            skipped,
            warned,
            failed,
        } = self;
        write!(
            f,
            "{created} created, {updated} updated, {skipped} left as they were, {failed} not placed; {warned} with a remark"
        )
    }
}

impl Job<'_> {
    pub async fn run(&self) -> Result<Outcome> {
        let uploaded = self
            .api
            .upload("/imports", self.file, &[("kind", self.kind.name())])
            .await?;
        let id = uploaded["id"].as_str().context("the import has no id")?;
        let path = format!("/imports/{id}");
        let prepared = self.prepare(&path, uploaded).await?;
        self.tell_mapping(&prepared);
        let (action, end) = if self.args.dry_run {
            ("check", "checked")
        } else {
            ("run", "done")
        };
        self.api
            .post(&format!("{path}/{action}"), &json!({}))
            .await?;
        let ended = self.follow(&path, end).await?;
        let outcome = Outcome::of(&ended);
        let verb = if self.args.dry_run {
            "checked"
        } else {
            "imported"
        };
        println!("{} {verb}: {outcome}", self.kind.name());
        self.fetch_report(&path, &outcome).await?;
        Ok(outcome)
    }

    /// Sends what the person decided; what is left is the server's guess.
    async fn prepare(&self, path: &str, import: Value) -> Result<Value> {
        let mapping: Map<String, Value> = self
            .args
            .mapping
            .iter()
            .map(|(column, field)| {
                let field = if field.is_empty() {
                    Value::Null
                } else {
                    field.as_str().into()
                };
                (column.clone(), field)
            })
            .collect();
        let mode = if self.args.upsert { "upsert" } else { "create" };
        let mut options = json!({ "date_format": self.args.date_format.name(), "mode": mode });
        if self.args.create_missing_clients {
            options["create_missing_clients"] = true.into();
        }
        let mapped = if mapping.is_empty() {
            import
        } else {
            self.api
                .patch(path, &import, &json!({ "mapping": mapping }))
                .await?
        };
        if let (Kind::Opportunities, Some(name)) = (self.kind, &self.args.new_pipeline) {
            options["new_pipeline"] = stages::pipeline(name, &stage_values(&mapped)?);
        }
        self.api
            .patch(path, &mapped, &json!({ "options": options }))
            .await
    }

    fn tell_mapping(&self, import: &Value) {
        println!(
            "{} from {} ({} rows)",
            self.kind.name(),
            self.file.display(),
            import["rows_total"]
        );
        for column in import["columns"].as_array().into_iter().flatten() {
            let name = column["name"].as_str().unwrap_or_default();
            let field = import["mapping"][name].as_str().unwrap_or("— (left out)");
            println!("  {name} → {field}");
        }
    }

    async fn follow(&self, path: &str, end: &str) -> Result<Value> {
        let progress = io::stderr().is_terminal();
        loop {
            let import = self.api.get(path).await?;
            let status = import["status"].as_str().unwrap_or_default();
            if progress {
                eprint!(
                    "\r  {} of {} rows ",
                    import["rows_done"], import["rows_total"]
                );
                io::stderr().flush()?;
            }
            if status == end || status == "failed" {
                if progress {
                    eprintln!();
                }
                if status == "failed" {
                    bail!(
                        "the import failed: {}",
                        import["error"].as_str().unwrap_or("no reason given")
                    );
                }
                return Ok(import);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn fetch_report(&self, path: &str, outcome: &Outcome) -> Result<()> {
        if let Some(file) = &self.report {
            self.api
                .download(&format!("{path}/report.csv"), file)
                .await?;
            println!("  every row and what became of it: {}", file.display());
        } else if outcome.failed + outcome.warned > 0 {
            println!("  which and why: add --report FILE, or GET /api/v1{path}/report.csv");
        }
        Ok(())
    }
}

fn stage_values(import: &Value) -> Result<Vec<String>> {
    let values = import["values"]["stage"]
        .as_array()
        .context("no column is mapped to `stage`: add --map COLUMN=stage")?;
    Ok(values
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect())
}

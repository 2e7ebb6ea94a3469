//! `nexus import`: a CSV file, or the folder that a company brings from its old CRM, through the public API.

mod job;
mod stages;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use self::job::{Job, Outcome};
use crate::connection::Connection;

/// Some rows could not be placed.
const SOME_FAILED: u8 = 3;

/// The order in which the files of a folder depend on each other: deals name clients, products and people.
const FOLDER: [(Kind, &[&str]); 5] = [
    (Kind::Users, &["users.csv", "sales_teams.csv"]),
    (Kind::Products, &["products.csv"]),
    (Kind::Clients, &["clients.csv", "accounts.csv"]),
    (
        Kind::Opportunities,
        &["opportunities.csv", "sales_pipeline.csv"],
    ),
    (Kind::Leads, &["leads.csv"]),
];

#[derive(Args)]
pub struct ImportArgs {
    /// A CSV file, or a folder with users, products, clients, opportunities and leads (`users.csv` or
    /// `sales_teams.csv`, `products.csv`, `clients.csv` or `accounts.csv`, `opportunities.csv` or
    /// `sales_pipeline.csv`, `leads.csv`).
    source: PathBuf,
    /// What the rows of a file are.
    #[arg(long)]
    kind: Option<Kind>,
    /// Check every row, and import none.
    #[arg(long)]
    dry_run: bool,
    /// Which field a column is: COLUMN=FIELD; COLUMN= leaves it out. What is not named is guessed.
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = pair)]
    mapping: Vec<(String, String)>,
    /// How dates are written.
    #[arg(long, default_value = "auto")]
    date_format: DateFormat,
    /// Make a pipeline of this name from the stages of the file.
    #[arg(long, value_name = "NAME")]
    new_pipeline: Option<String>,
    /// Make the clients that deals name and nobody knows, instead of placing those deals without one.
    #[arg(long)]
    create_missing_clients: bool,
    /// Update records that exist already instead of leaving them.
    #[arg(long)]
    upsert: bool,
    /// Write the report here: every row with what became of it (in a folder, one report per file).
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Users,
    Products,
    Clients,
    Opportunities,
    Leads,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Products => "products",
            Self::Clients => "clients",
            Self::Opportunities => "opportunities",
            Self::Leads => "leads",
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum DateFormat {
    Auto,
    Dmy,
    Mdy,
    Ymd,
}

impl DateFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
            Self::Ymd => "ymd",
        }
    }
}

pub fn run(args: &ImportArgs, state: &Path) -> Result<ExitCode> {
    let files = files(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        let api = args.connection.open(state).await?;
        let mut all = Outcome::default();
        for (kind, file) in &files {
            let report = args
                .report
                .as_ref()
                .map(|path| report_path(path, *kind, files.len()));
            all.add(
                &Job {
                    api: &api,
                    args,
                    kind: *kind,
                    file,
                    report,
                }
                .run()
                .await?,
            );
        }
        anyhow::Ok(all)
    })?;
    if files.len() > 1 {
        println!("in all: {outcome}");
    }
    Ok(if outcome.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(SOME_FAILED)
    })
}

fn files(args: &ImportArgs) -> Result<Vec<(Kind, PathBuf)>> {
    if !args.source.is_dir() {
        let Some(kind) = args.kind else {
            bail!(
                "what are the rows of {}? Add --kind users, products, clients, opportunities or leads",
                args.source.display()
            );
        };
        return Ok(vec![(kind, args.source.clone())]);
    }
    let present = |names: &[&str]| {
        names
            .iter()
            .map(|name| args.source.join(name))
            .find(|path| path.is_file())
    };
    let wanted = FOLDER
        .iter()
        .filter(|(kind, _)| args.kind.is_none_or(|only| only == *kind));
    let found: Vec<_> = wanted
        .filter_map(|(kind, names)| Some((*kind, present(names)?)))
        .collect();
    if found.is_empty() {
        bail!(
            "{} holds none of the files that `nexus import --help` names",
            args.source.display()
        );
    }
    Ok(found)
}

/// `report.csv` for one file; `report-clients.csv` and so on for several.
fn report_path(path: &Path, kind: Kind, files: usize) -> PathBuf {
    if files == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{}.csv", kind.name()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (column, field) = text.split_once('=').ok_or("expected COLUMN=FIELD")?;
    Ok((column.to_owned(), field.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_of_a_folder_gets_its_own_report() {
        let path = Path::new("/tmp/report.csv");
        assert_eq!(report_path(path, Kind::Clients, 1), path);
        assert_eq!(
            report_path(path, Kind::Clients, 4),
            Path::new("/tmp/report-clients.csv")
        );
    }

    #[test]
    fn a_mapping_names_a_column_and_a_field() {
        assert_eq!(
            pair("Ragione sociale=name"),
            Ok(("Ragione sociale".to_owned(), "name".to_owned()))
        );
        assert_eq!(pair("Note="), Ok(("Note".to_owned(), String::new())));
        assert!(pair("name").is_err());
    }
}

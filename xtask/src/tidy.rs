//! Rules that no compiler knows. Each complaint says what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Shared crates, each of which may use those above it and no other.
const SHARED: [&str; 12] = [
    "nexus-kernel",
    "nexus-config",
    "nexus-cluster",
    "nexus-telemetry",
    "nexus-problem",
    "nexus-db",
    "nexus-peers",
    "nexus-auth",
    "nexus-outbox",
    "nexus-records",
    "nexus-service",
    TEST_KIT,
];

const TEST_KIT: &str = "nexus-testkit";
/// Whose tests run another service beside their own, to see what one makes of the other's events.
const MEET_IN_TESTS: [(&str, &str); 1] = [("visits", "crm")];

/// Value types are for everybody: they bring no server, no database connection, no runtime.
const NOT_IN_KERNEL: [&str; 4] = ["actix-web", "tokio", "hyper", "r2d2"];

/// Nobody knows what belongs into these.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

struct Package {
    name: String,
    folder: PathBuf,
    uses: Vec<Use>,
}

struct Use {
    name: String,
    /// For its tests alone.
    dev: bool,
}

pub fn check() -> Result<()> {
    let packages = packages()?;
    let mut complaints = arrows(&packages);
    complaints.extend(missing_readmes(&packages));
    for folder in [
        "crates",
        "services",
        "gateway",
        "cli",
        "xtask",
        "frontend/src",
    ] {
        empty_names(&crate::root().join(folder), &mut complaints)?;
    }
    complaints.extend(migration_pairs(&crate::root().join("migrations"))?);
    complaints.extend(aborting_panics()?);
    if complaints.is_empty() {
        return Ok(());
    }
    bail!("{}", complaints.join("\n"))
}

fn packages() -> Result<Vec<Package>> {
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let listed = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let package = |package: &Value| Package {
        name: text(&package["name"]),
        folder: Path::new(&text(&package["manifest_path"]))
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
        uses: package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|used| Use {
                name: text(&used["name"]),
                dev: used["kind"] == "dev",
            })
            .collect(),
    };
    Ok(listed.iter().map(package).collect())
}

fn arrows(packages: &[Package]) -> Vec<String> {
    let is_ours = |used: &&Use| packages.iter().any(|package| package.name == used.name);
    let mut complaints = Vec::new();
    for Package { name, uses, .. } in packages {
        complaints.extend(
            uses.iter()
                .filter(is_ours)
                .filter(|used| !is_inside(packages, &used.name, name))
                .filter_map(|used| wrong_arrow(name, used)),
        );
        if is_shared(name) && position(name) == SHARED.len() {
            complaints.push(format!("{name} has no place among the shared crates: add it to the list in xtask/src/tidy.rs"));
        }
        if name == SHARED[0] {
            let heavy = uses
                .iter()
                .filter(|used| !used.dev && NOT_IN_KERNEL.contains(&used.name.as_str()));
            complaints
                .extend(heavy.map(|used| {
                    format!("{name} uses {}: value types bring no runtime", used.name)
                }));
        }
    }
    complaints
}

/// Tests of a shared crate may use what stands below it; nobody's tests may use a service, nor a program the test kit.
fn wrong_arrow(name: &str, Use { name: used, dev }: &Use) -> Option<String> {
    let meet = *dev && MEET_IN_TESTS.contains(&(name, used.as_str()));
    if !is_shared(used) && !meet {
        return Some(format!(
            "{name} uses {used}: nobody builds on a service. Ask it over HTTP or listen to its events"
        ));
    }
    if meet {
        return None;
    }
    if used == TEST_KIT && !dev {
        return Some(format!(
            "{name} uses {used} outside its tests: make it a dev-dependency"
        ));
    }
    let downwards = is_shared(name) && position(used) >= position(name);
    (downwards && !dev).then(|| {
        format!("{name} uses {used}, which stands below it: shared crates use those above them (the list in xtask/src/tidy.rs)")
    })
}

/// A service may keep a part of its own as a package in its folder; nobody else may use it.
fn is_inside(packages: &[Package], part: &str, whole: &str) -> bool {
    let folder = |name: &str| {
        let found = packages.iter().find(|package| package.name == name);
        found.map(|package| package.folder.as_path())
    };
    matches!((folder(part), folder(whole)), (Some(part), Some(whole)) if part != whole && part.starts_with(whole))
}

fn is_shared(name: &str) -> bool {
    name.starts_with("nexus-")
}

fn position(name: &str) -> usize {
    SHARED
        .iter()
        .position(|known| *known == name)
        .unwrap_or(SHARED.len())
}

fn missing_readmes(packages: &[Package]) -> Vec<String> {
    let without = packages
        .iter()
        .filter(|package| !package.folder.join("README.md").is_file());
    without
        .map(|package| {
            format!(
                "{} has no README.md: say what it is and what it is not",
                package.name
            )
        })
        .collect()
}

fn empty_names(folder: &Path, complaints: &mut Vec<String>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            complaints.push(format!("{}: name it after what is in it", path.display()));
        }
        if path.is_dir() && !matches!(stem.as_str(), "node_modules" | "target" | "build") {
            empty_names(&path, complaints)?;
        }
    }
    Ok(())
}

fn migration_pairs(folder: &Path) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for service in fs::read_dir(folder)? {
        for migration in fs::read_dir(service?.path())? {
            let path = migration?.path();
            let missing = ["up.sql", "down.sql"]
                .into_iter()
                .filter(|file| !path.join(file).is_file());
            complaints.extend(missing.map(|file| format!("{} has no {file}", path.display())));
        }
    }
    Ok(complaints)
}

/// One malformed request can make the HTTP library panic: unwinding loses a connection, aborting the whole service.
fn aborting_panics() -> Result<Option<String>> {
    let manifest = fs::read_to_string(crate::root().join("Cargo.toml"))?;
    let aborts = manifest
        .lines()
        .any(|line| line.replace(' ', "").starts_with("panic=\"abort\""));
    Ok(aborts
        .then(|| "Cargo.toml: panics must unwind, or one bad request ends a service".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, uses: &[&str]) -> Package {
        let uses = uses.iter().map(|used| Use {
            name: used.trim_end_matches(" (dev)").into(),
            dev: used.ends_with(" (dev)"),
        });
        Package {
            name: name.into(),
            folder: PathBuf::new(),
            uses: uses.collect(),
        }
    }

    #[test]
    fn arrows_point_upwards_only() {
        let packages = [
            package("nexus-kernel", &["serde"]),
            package("nexus-problem", &["nexus-kernel"]),
            package("nexus-db", &["nexus-problem", "nexus-testkit (dev)"]),
            package("nexus-testkit", &["nexus-db"]),
            package("crm", &["nexus-db", "nexus-kernel"]),
        ];
        assert_eq!(arrows(&packages), Vec::<String>::new());
    }

    #[test]
    fn a_part_inside_a_service_is_for_that_service_alone() {
        let placed = |name: &str, folder: &str, uses: &[&str]| Package {
            folder: folder.into(),
            ..package(name, uses)
        };
        let packages = [
            placed("route-solver", "services/route-optimizer/solver", &[]),
            placed(
                "route-optimizer",
                "services/route-optimizer",
                &["route-solver"],
            ),
            placed("crm", "services/crm", &["route-solver"]),
        ];
        let complaints = arrows(&packages);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with("crm uses route-solver"));
    }

    #[test]
    fn each_wrong_arrow_is_named() {
        let packages = [
            package("nexus-kernel", &["tokio", "nexus-db"]),
            package("nexus-db", &[]),
            package("nexus-new", &[]),
            package("auth", &["nexus-testkit"]),
            package("nexus-testkit", &[]),
            package("crm", &["auth (dev)"]),
        ];
        let complaints = arrows(&packages).join("\n");
        for wrong in [
            "nexus-kernel uses nexus-db",
            "nexus-kernel uses tokio",
            "nexus-new has no place",
            "crm uses auth",
            "auth uses nexus-testkit outside its tests",
        ] {
            assert!(
                complaints.contains(wrong),
                "{wrong} is missing in:\n{complaints}"
            );
        }
    }
}

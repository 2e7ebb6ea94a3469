//! The journeys in a real browser, against a fresh installation whose traces are collected.

use std::process::Command;

use anyhow::{Context, Result};

use crate::ci::frontend;
use crate::collector::Collector;
use crate::installation::{self, Installation};

const NAME: &str = "e2e";

pub fn run() -> Result<()> {
    installation::remove(NAME)?;
    let collector = Collector::start()?;
    let exporting = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str())];
    let installation = Installation::start("debug", NAME, &exporting)?;
    let mut journeys = Command::new("npm");
    journeys
        .args(["run", "--silent", "e2e"])
        .env("BASE_URL", &installation.url)
        .env(
            "NEXUS_SAMPLE_DIR",
            crate::root().join("fixtures/sales-opportunities"),
        )
        .current_dir(frontend());
    crate::run(&mut journeys).with_context(|| {
        let log = installation::folder(NAME).join("up.log");
        let last = installation::tail(&log).unwrap_or_default();
        format!(
            "the installation's log ({}) ends with:\n{last}",
            log.display()
        )
    })?;
    collector.expect_whole_trace()
}

use serde_json::{Value, json};

use crate::stage::Stage;
use crate::stub::within;

fn describe(stage: &Stage, auth: Value, crm: Value) {
    stage
        .auth
        .memory
        .answers
        .lock()
        .unwrap()
        .push(("/internal/openapi.json", auth));
    stage
        .crm
        .memory
        .answers
        .lock()
        .unwrap()
        .push(("/internal/openapi.json", crm));
}

#[tokio::test]
async fn the_services_descriptions_are_served_as_one_and_kept() {
    let stage = Stage::start().await;
    stage
        .get("/api/openapi.json")
        .await
        .assert_problem(503, "unavailable");
    describe(
        &stage,
        json!({ "paths": { "/api/v1/users": {} } }),
        json!({ "paths": { "/api/v1/clients": {} } }),
    );
    within("it is tried again", async || {
        stage.get("/api/openapi.json").await.status == 200
    })
    .await;
    let document = stage.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["paths"].as_object().map(serde_json::Map::len),
        Some(2)
    );
    let asked = stage
        .crm
        .seen()
        .iter()
        .filter(|seen| seen.target == "/internal/openapi.json")
        .count();
    assert_eq!(asked, 2, "once in vain, once for good");
}

#[tokio::test]
async fn descriptions_that_contradict_each_other_are_not_served() {
    let stage = Stage::start().await;
    let with = |kind: &str| json!({ "paths": {}, "components": { "schemas": { "Row": { "type": kind } } } });
    describe(&stage, with("object"), with("string"));
    stage
        .get("/api/openapi.json")
        .await
        .assert_problem(503, "unavailable");
}

#[test]
fn the_command_prints_the_merged_document_and_says_what_does_not_fit() {
    let folder = std::env::temp_dir().join(format!("gateway-openapi-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, document: &Value| {
        let path = folder.join(name);
        std::fs::write(&path, document.to_string()).unwrap();
        path
    };
    let row = |kind: &str| json!({ "paths": { kind: {} }, "components": { "schemas": { "Row": { "type": kind } } } });
    let (one, other) = (
        write("a.json", &row("object")),
        write("b.json", &row("string")),
    );
    let merged = |files: &[&std::path::Path]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gateway"));
        command.arg("openapi").args(files).output().unwrap()
    };
    let good = merged(&[&one, &one]);
    let document: Value = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(document["components"]["schemas"]["Row"]["type"], "object");
    let bad = merged(&[&one, &other]);
    assert!(!bad.status.success());
    assert!(
        String::from_utf8_lossy(&bad.stderr).contains("\"Row\""),
        "{bad:?}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

use serde_json::{Value, json};

use crate::stage::Stage;

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
    for _ in 0..2 {
        let answer = stage.get("/api/openapi.json").await;
        assert_eq!(answer.status, 200);
        let document = answer.json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(
            document["paths"].as_object().map(serde_json::Map::len),
            Some(2)
        );
    }
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

//! The document is what the service does, and what is committed.

#[test]
fn the_committed_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let made = serde_json::to_string_pretty(&visits::openapi()).unwrap();
    assert!(
        committed.trim_end() == made,
        "run `cargo x openapi` and look at the difference"
    );
}

#[test]
fn every_operation_says_who_may_call_it() {
    let document = serde_json::to_value(visits::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["security"].is_array(), "{method} {path}");
            assert!(operation["operationId"].is_string(), "{method} {path}");
        }
    }
}

#[test]
fn nothing_in_the_document_points_nowhere() {
    let document = serde_json::to_value(visits::openapi()).unwrap();
    let text = document.to_string();
    for pointed in text.split(r##""$ref":"#"##).skip(1) {
        let pointer = pointed.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

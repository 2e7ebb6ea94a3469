//! The document is what the service does, and what is committed.

#[test]
fn the_committed_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let made = serde_json::to_string_pretty(&analytics::openapi()).unwrap();
    assert!(
        committed.trim_end() == made,
        "run `cargo x openapi` and look at the difference"
    );
}

#[test]
fn nothing_in_the_document_points_nowhere() {
    let document = serde_json::to_value(analytics::openapi()).unwrap();
    let text = document.to_string();
    for pointed in text.split(r##""$ref":"#"##).skip(1) {
        let pointer = pointed.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

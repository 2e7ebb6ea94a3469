//! Every route of the document × every role, for real. A route that is not in the table fails the test.

use reqwest::Method;
use serde_json::json;

use crate::kit::{ADMIN, AGENT, Analytics, BACK_OFFICE, MANAGER, VIEWER};

/// Who may: admin, manager, agent, back office, viewer (in this order).
struct Row(&'static str, &'static str, [bool; 5]);

const EVERYBODY: [bool; 5] = [true; 5];
const LEADERS: [bool; 5] = [true, true, false, false, false];
const ADMINS: [bool; 5] = [true, false, false, false, false];

const TABLE: &[Row] = &[
    Row("get", "/api/v1/analytics/dashboard", EVERYBODY),
    Row("get", "/api/v1/analytics/records", EVERYBODY),
    Row("get", "/api/v1/analytics/definitions", EVERYBODY),
    Row("get", "/api/v1/analytics/filters", EVERYBODY),
    Row("get", "/api/v1/analytics/changes", EVERYBODY),
    Row("get", "/api/v1/analytics/export", EVERYBODY),
    Row("get", "/api/v1/analytics/dashboards", EVERYBODY),
    Row("post", "/api/v1/analytics/dashboards", EVERYBODY),
    Row("get", "/api/v1/analytics/dashboards/{id}", EVERYBODY),
    Row("patch", "/api/v1/analytics/dashboards/{id}", EVERYBODY),
    Row("delete", "/api/v1/analytics/dashboards/{id}", EVERYBODY),
    Row("get", "/api/v1/analytics/digests", EVERYBODY),
    Row("put", "/api/v1/analytics/digests", EVERYBODY),
    Row("delete", "/api/v1/analytics/digests/{id}", EVERYBODY),
    Row("get", "/api/v1/analytics/targets", EVERYBODY),
    Row("put", "/api/v1/analytics/targets", LEADERS),
    Row("get", "/api/v1/analytics/status", ADMINS),
    Row("get", "/api/v1/analytics/parked", ADMINS),
    Row("get", "/api/v1/analytics/rebuild", ADMINS),
    Row("post", "/api/v1/analytics/rebuild", ADMINS),
];

const ROLES: [&[&str]; 5] = [ADMIN, MANAGER, AGENT, BACK_OFFICE, VIEWER];

#[test]
fn the_table_has_every_operation_of_the_document_and_no_other() {
    let document = serde_json::to_value(analytics::openapi()).unwrap();
    let mut documented: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        documented.extend(
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| format!("{method} {path}")),
        );
    }
    let mut listed: Vec<String> = TABLE
        .iter()
        .map(|Row(method, path, _)| format!("{method} {path}"))
        .collect();
    documented.sort();
    listed.sort();
    assert_eq!(listed, documented);
}

#[actix_web::test]
async fn each_role_reaches_exactly_what_the_table_says() {
    let analytics = Analytics::start();
    for Row(method, path, allowed) in TABLE {
        for (role, may) in ROLES.iter().zip(allowed) {
            let caller = analytics.user("Qualcuno", None, role);
            let board = json!({"name": "Lunedì", "tiles": [{"tile": "funnel"}]});
            let made = caller
                .post("/api/v1/analytics/dashboards", board)
                .await
                .expect(201);
            let url = path.replace("{id}", made["id"].as_str().unwrap());
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = [Method::POST, Method::PATCH, Method::PUT]
                .contains(&method)
                .then(|| json!({}));
            let reply = caller
                .send(method.clone(), &url, &[("if-match", "*")], body.as_ref())
                .await;
            let status = reply.status.as_u16();
            assert_eq!(
                status != 403,
                *may,
                "{method} {path}: {status} for {role:?}"
            );
            assert!(status < 500, "{method} {path}: {status}");
        }
        let url = path.replace("{id}", "019aab00-0000-7000-8000-00000000dead");
        let method: Method = method.to_uppercase().parse().unwrap();
        let reply = analytics
            .server
            .nobody()
            .send(method, &url, &[], None)
            .await;
        assert_eq!(reply.status.as_u16(), 401, "{path} for nobody");
    }
}

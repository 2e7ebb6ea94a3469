//! Every route of the document × every role, for real. A route that is not in the table fails the test.

use nexus_testkit::Caller;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{ADMIN, AGENT, BACK_OFFICE, MANAGER, Shop, VIEWER, Visits, a_visit};

/// Who may: admin, manager, agent, back office, viewer (in this order), on records of the caller's own.
struct Row(&'static str, &'static str, [bool; 5]);

const EVERYBODY: [bool; 5] = [true; 5];
/// Who goes out, and who sends them.
const SELLERS: [bool; 5] = [true, true, true, false, false];
const ADMINS: [bool; 5] = [true, false, false, false, false];

const TABLE: &[Row] = &[
    Row("get", "/api/v1/visit-rules", EVERYBODY),
    Row("put", "/api/v1/visit-rules", ADMINS),
    Row("get", "/api/v1/visit-rules/local-holidays", EVERYBODY),
    Row("put", "/api/v1/visit-rules/local-holidays", ADMINS),
    Row("get", "/api/v1/places", EVERYBODY),
    Row("get", "/api/v1/places/{id}", EVERYBODY),
    Row("patch", "/api/v1/places/{id}", SELLERS),
    Row("post", "/api/v1/places/{id}/hours", SELLERS),
    Row("delete", "/api/v1/places/{id}/hours/{change}", SELLERS),
    Row("get", "/api/v1/coverage", EVERYBODY),
    Row("get", "/api/v1/coverage/map", EVERYBODY),
    Row("get", "/api/v1/availability/{id}", EVERYBODY),
    Row("put", "/api/v1/availability/{id}", SELLERS),
    Row("post", "/api/v1/availability/{id}/absences", SELLERS),
    Row(
        "delete",
        "/api/v1/availability/{id}/absences/{absence}",
        SELLERS,
    ),
    Row("get", "/api/v1/hotels", EVERYBODY),
    Row("post", "/api/v1/availability/{id}/stays", SELLERS),
    Row("delete", "/api/v1/availability/{id}/stays/{stay}", SELLERS),
    Row("get", "/api/v1/visits", EVERYBODY),
    Row("post", "/api/v1/visits", SELLERS),
    Row("get", "/api/v1/visits/{id}", EVERYBODY),
    Row("patch", "/api/v1/visits/{id}", SELLERS),
    Row("post", "/api/v1/visits/{id}/check-in", SELLERS),
    Row("post", "/api/v1/visits/{id}/check-in/correct", SELLERS),
    Row("get", "/api/v1/visits/{id}/check-ins", EVERYBODY),
    Row("post", "/api/v1/visits/{id}/done", SELLERS),
    Row("post", "/api/v1/visits/{id}/missed", SELLERS),
    Row("post", "/api/v1/visits/{id}/cancel", SELLERS),
    Row("post", "/api/v1/visits/{id}/reopen", SELLERS),
    Row("get", "/api/v1/visits/{id}/report-template", EVERYBODY),
    Row("get", "/api/v1/visits/{id}/photos/{photo}", EVERYBODY),
    Row("put", "/api/v1/visits/{id}/photos/{photo}", SELLERS),
    Row("delete", "/api/v1/visits/{id}/photos/{photo}", SELLERS),
    Row("get", "/api/v1/visits/figures", EVERYBODY),
    Row("get", "/api/v1/visits/rebuild", ADMINS),
    Row("post", "/api/v1/visits/rebuild", ADMINS),
    Row("get", "/api/v1/report-templates", EVERYBODY),
    Row("post", "/api/v1/report-templates", ADMINS),
    Row("get", "/api/v1/report-templates/{id}", EVERYBODY),
    Row("patch", "/api/v1/report-templates/{id}", ADMINS),
    Row("delete", "/api/v1/report-templates/{id}", ADMINS),
    Row("get", "/api/v1/territories", EVERYBODY),
    Row("post", "/api/v1/territories", ADMINS),
    Row("get", "/api/v1/territories/{id}", EVERYBODY),
    Row("patch", "/api/v1/territories/{id}", ADMINS),
    Row("delete", "/api/v1/territories/{id}", ADMINS),
    Row("get", "/api/v1/calendar/feed", EVERYBODY),
    Row("post", "/api/v1/calendar/feed", EVERYBODY),
    Row("delete", "/api/v1/calendar/feed", EVERYBODY),
    Row("get", "/api/v1/places/nearby", EVERYBODY),
    Row("get", "/api/v1/plans", SELLERS),
    Row("post", "/api/v1/plans", SELLERS),
    Row("get", "/api/v1/plans/{id}", SELLERS),
    Row("patch", "/api/v1/plans/{id}", SELLERS),
    Row("post", "/api/v1/plans/{id}/cancel", SELLERS),
    Row("post", "/api/v1/plans/{id}/accept", SELLERS),
    Row("get", "/api/v1/tours", EVERYBODY),
    Row("post", "/api/v1/tours", SELLERS),
    Row("get", "/api/v1/tours/{id}", EVERYBODY),
    Row("patch", "/api/v1/tours/{id}", SELLERS),
    Row("delete", "/api/v1/tours/{id}", SELLERS),
    Row("post", "/api/v1/tours/{id}/optimise", SELLERS),
    Row("post", "/api/v1/tours/{id}/replan", SELLERS),
    Row("post", "/api/v1/tours/{id}/stops", SELLERS),
    Row("delete", "/api/v1/tours/{id}/stops/{visit}", SELLERS),
    Row("get", "/api/v1/tours/{id}/nearby", EVERYBODY),
];

/// What is reached without an account: nobody is refused for who they are.
const OPEN: [&str; 1] = ["get /api/v1/calendar/{token}.ics"];

const ROLES: [&[&str]; 5] = [ADMIN, MANAGER, AGENT, BACK_OFFICE, VIEWER];
const NO_RECORD: &str = "019aab00-0000-7000-8000-00000000dead";

#[test]
fn the_table_has_every_operation_of_the_document_and_no_other() {
    let document = serde_json::to_value(visits::openapi()).unwrap();
    let mut documented: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        documented.extend(methods.map(|method| format!("{method} {path}")));
    }
    let mut listed: Vec<String> = TABLE
        .iter()
        .map(|Row(method, path, _)| format!("{method} {path}"))
        .collect();
    listed.extend(OPEN.iter().map(|open| (*open).to_owned()));
    documented.sort();
    listed.sort();
    assert_eq!(listed, documented);
}

/// The ids that stand for `{id}`, by the path's collection. A fresh set for each call, owned by the caller.
async fn records(visits: &Visits, owner: &Caller) -> Value {
    let creator = visits.server.sign_in_as(owner.user_id, ADMIN);
    let place = visits.shop(&Shop::of(owner, "Rossi", (45.07, 7.68)));
    let visit = a_visit(&creator, place, "2026-11-23", json!({})).await;
    let plan = json!({"from": "2026-11-24", "until": "2026-11-24"});
    let plan = creator.post("/api/v1/plans", plan).await.expect(201);
    let tour = json!({"day": "2026-11-23", "visit_ids": [visit["id"]]});
    let tour = creator.post("/api/v1/tours", tour).await.expect(201);
    let question = json!({"id": "voto", "label": "Voto?", "kind": "number"});
    let template = json!({"name": "Visita", "questions": [question]});
    let template = creator
        .post("/api/v1/report-templates", template)
        .await
        .expect(201);
    // Its area belongs to one territory only, so that each has another.
    let taken = visits.count("territories");
    let territory = json!({"name": "Zona", "areas": [format!("{:03}", taken + 100)]});
    let territory = creator
        .post("/api/v1/territories", territory)
        .await
        .expect(201);
    json!({"report-templates": template["id"], "territories": territory["id"], "places": place, "visits": visit["id"], "plans": plan["id"], "tours": tour["id"], "availability": owner.user_id})
}

/// The path with ids of the caller's own in it.
async fn filled(visits: &Visits, path: &str, caller: &Caller) -> String {
    let mut path = path.to_owned();
    if path.contains("{id}") {
        let ids = records(visits, caller).await;
        let collection = path.split('/').nth(3).unwrap();
        path = path.replace("{id}", ids[collection].as_str().unwrap());
    }
    let path = path
        .replace("{absence}", NO_RECORD)
        .replace("{stay}", NO_RECORD)
        .replace("{photo}", NO_RECORD)
        .replace("{visit}", NO_RECORD);
    path.replace("{change}", NO_RECORD)
}

#[actix_web::test]
async fn each_role_reaches_exactly_what_the_table_says() {
    let visits = Visits::start();
    for Row(method, path, allowed) in TABLE {
        let method: Method = method.to_uppercase().parse().unwrap();
        for (role, may) in ROLES.iter().zip(allowed) {
            let caller = visits.user("Qualcuno", None, role);
            let url = filled(&visits, path, &caller).await;
            let body = [Method::POST, Method::PATCH, Method::PUT]
                .contains(&method)
                .then(|| json!({}));
            let headers = [("if-match", "*")];
            let reply = caller
                .send(method.clone(), &url, &headers, body.as_ref())
                .await;
            let status = reply.status.as_u16();
            let said = format!("{method} {path}: {status} for {role:?}");
            assert_eq!(status != 403, *may, "{said}");
            // The test has no optimiser: that is said with 503 and nothing else is above 499.
            assert!(status < 500 || status == 503, "{said}");
        }
        let url = path
            .replace("{id}", NO_RECORD)
            .replace("{absence}", NO_RECORD)
            .replace("{stay}", NO_RECORD)
            .replace("{photo}", NO_RECORD)
            .replace("{visit}", NO_RECORD)
            .replace("{change}", NO_RECORD);
        let nobody = visits.server.nobody();
        let status = nobody.send(method.clone(), &url, &[], None).await.status;
        assert_eq!(status.as_u16(), 401, "{method} {path} for nobody");
    }
}

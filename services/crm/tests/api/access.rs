//! Every route of the document × every role, for real. A route that is not in the table fails the test.

use nexus_testkit::Caller;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{ADMIN, AGENT, BACK_OFFICE, Crm, MANAGER, VIEWER, a_client, an_opportunity};

/// Who may: admin, manager, agent, back office, viewer (in this order), on records of the caller's own.
struct Row(&'static str, &'static str, [bool; 5]);

const EVERYBODY: [bool; 5] = [true; 5];
const WRITERS: [bool; 5] = [true, true, true, true, false];
const SELLERS: [bool; 5] = [true, true, true, false, false];
const ADMINS: [bool; 5] = [true, false, false, false, false];
const CURATORS: [bool; 5] = [true, false, false, true, false];
const APPROVERS: [bool; 5] = [true, true, false, false, false];
const PROCESSORS: [bool; 5] = [true, false, false, true, false];
const IMPORTERS: [bool; 5] = [true, true, false, true, false];
const ASSIGNERS: [bool; 5] = [true, true, false, false, false];

const TABLE: &[Row] = &[
    Row("get", "/api/v1/clients", EVERYBODY),
    Row("post", "/api/v1/clients", WRITERS),
    Row("post", "/api/v1/clients/check", WRITERS),
    Row("get", "/api/v1/clients/{id}", EVERYBODY),
    Row("patch", "/api/v1/clients/{id}", WRITERS),
    Row("delete", "/api/v1/clients/{id}", WRITERS),
    Row("post", "/api/v1/clients/{id}/restore", WRITERS),
    Row("get", "/api/v1/clients/{id}/sites", EVERYBODY),
    Row("post", "/api/v1/clients/{id}/sites", WRITERS),
    Row("get", "/api/v1/clients/{id}/contacts", EVERYBODY),
    Row("post", "/api/v1/clients/{id}/contacts", WRITERS),
    Row("get", "/api/v1/clients/{id}/timeline", EVERYBODY),
    Row("get", "/api/v1/sites/{id}", EVERYBODY),
    Row("patch", "/api/v1/sites/{id}", WRITERS),
    Row("delete", "/api/v1/sites/{id}", WRITERS),
    Row("get", "/api/v1/contacts/{id}", EVERYBODY),
    Row("patch", "/api/v1/contacts/{id}", WRITERS),
    Row("delete", "/api/v1/contacts/{id}", WRITERS),
    Row("get", "/api/v1/pipelines", EVERYBODY),
    Row("post", "/api/v1/pipelines", ADMINS),
    Row("get", "/api/v1/pipelines/{id}", EVERYBODY),
    Row("patch", "/api/v1/pipelines/{id}", ADMINS),
    Row("delete", "/api/v1/pipelines/{id}", ADMINS),
    Row("get", "/api/v1/pipelines/{id}/board", EVERYBODY),
    Row("get", "/api/v1/lost-reasons", EVERYBODY),
    Row("post", "/api/v1/lost-reasons", ADMINS),
    Row("patch", "/api/v1/lost-reasons/{id}", ADMINS),
    Row("delete", "/api/v1/lost-reasons/{id}", ADMINS),
    Row("get", "/api/v1/opportunities", EVERYBODY),
    Row("post", "/api/v1/opportunities", SELLERS),
    Row("get", "/api/v1/opportunities/{id}", EVERYBODY),
    Row("patch", "/api/v1/opportunities/{id}", SELLERS),
    Row("delete", "/api/v1/opportunities/{id}", SELLERS),
    Row("post", "/api/v1/opportunities/{id}/restore", SELLERS),
    Row("post", "/api/v1/opportunities/{id}/move", SELLERS),
    Row("post", "/api/v1/opportunities/{id}/win", SELLERS),
    Row("post", "/api/v1/opportunities/{id}/lose", SELLERS),
    Row("post", "/api/v1/opportunities/{id}/reopen", SELLERS),
    Row("get", "/api/v1/opportunities/{id}/history", EVERYBODY),
    Row("get", "/api/v1/interactions", EVERYBODY),
    Row("post", "/api/v1/interactions", WRITERS),
    Row("get", "/api/v1/interactions/{id}", EVERYBODY),
    Row("get", "/api/v1/products", EVERYBODY),
    Row("get", "/api/v1/company", EVERYBODY),
    Row("put", "/api/v1/company", ADMINS),
    Row("post", "/api/v1/products", CURATORS),
    Row("post", "/api/v1/products/match", EVERYBODY),
    Row("get", "/api/v1/products/{id}", EVERYBODY),
    Row("patch", "/api/v1/products/{id}", CURATORS),
    Row("delete", "/api/v1/products/{id}", CURATORS),
    Row("post", "/api/v1/products/{id}/restore", CURATORS),
    Row("get", "/api/v1/product-categories", EVERYBODY),
    Row("post", "/api/v1/product-categories", CURATORS),
    Row("patch", "/api/v1/product-categories/{id}", CURATORS),
    Row("delete", "/api/v1/product-categories/{id}", CURATORS),
    Row("get", "/api/v1/price-lists", EVERYBODY),
    Row("post", "/api/v1/price-lists", CURATORS),
    Row("post", "/api/v1/price-lists/resolve", EVERYBODY),
    Row("get", "/api/v1/price-lists/{id}", EVERYBODY),
    Row("patch", "/api/v1/price-lists/{id}", CURATORS),
    Row("delete", "/api/v1/price-lists/{id}", CURATORS),
    Row("get", "/api/v1/price-lists/{id}/prices", EVERYBODY),
    Row("put", "/api/v1/price-lists/{id}/prices", CURATORS),
    Row("get", "/api/v1/consumption-taxes", EVERYBODY),
    Row("put", "/api/v1/consumption-taxes", CURATORS),
    Row("get", "/api/v1/discount-ceilings", EVERYBODY),
    Row("put", "/api/v1/discount-ceilings", ADMINS),
    Row("get", "/api/v1/comuni", EVERYBODY),
    Row("get", "/api/v1/imports", IMPORTERS),
    Row("post", "/api/v1/imports", IMPORTERS),
    Row("get", "/api/v1/imports/{id}", IMPORTERS),
    Row("patch", "/api/v1/imports/{id}", IMPORTERS),
    Row("delete", "/api/v1/imports/{id}", IMPORTERS),
    Row("post", "/api/v1/imports/{id}/check", IMPORTERS),
    Row("post", "/api/v1/imports/{id}/run", IMPORTERS),
    Row("get", "/api/v1/imports/{id}/rows", IMPORTERS),
    Row("get", "/api/v1/imports/{id}/report.csv", IMPORTERS),
    Row("get", "/api/v1/lead-sources", EVERYBODY),
    Row("post", "/api/v1/lead-sources", ASSIGNERS),
    Row("patch", "/api/v1/lead-sources/{id}", ASSIGNERS),
    Row("delete", "/api/v1/lead-sources/{id}", ASSIGNERS),
    Row("get", "/api/v1/campaigns", EVERYBODY),
    Row("post", "/api/v1/campaigns", ASSIGNERS),
    Row("get", "/api/v1/campaigns/{id}", EVERYBODY),
    Row("patch", "/api/v1/campaigns/{id}", ASSIGNERS),
    Row("delete", "/api/v1/campaigns/{id}", ASSIGNERS),
    Row("get", "/api/v1/assignment-rules", ASSIGNERS),
    Row("post", "/api/v1/assignment-rules", ASSIGNERS),
    Row("patch", "/api/v1/assignment-rules/{id}", ASSIGNERS),
    Row("delete", "/api/v1/assignment-rules/{id}", ASSIGNERS),
    Row("get", "/api/v1/leads", EVERYBODY),
    Row("post", "/api/v1/leads", WRITERS),
    Row("get", "/api/v1/leads/board", EVERYBODY),
    Row("post", "/api/v1/leads/check", WRITERS),
    Row("get", "/api/v1/leads/{id}", EVERYBODY),
    Row("patch", "/api/v1/leads/{id}", WRITERS),
    Row("delete", "/api/v1/leads/{id}", WRITERS),
    Row("post", "/api/v1/leads/{id}/restore", WRITERS),
    Row("post", "/api/v1/leads/{id}/contact", WRITERS),
    Row("post", "/api/v1/leads/{id}/qualify", WRITERS),
    Row("post", "/api/v1/leads/{id}/lose", WRITERS),
    Row("post", "/api/v1/leads/{id}/reopen", WRITERS),
    Row("post", "/api/v1/leads/{id}/assign", ASSIGNERS),
    Row("post", "/api/v1/leads/{id}/convert", WRITERS),
    Row("get", "/api/v1/leads/{id}/timeline", EVERYBODY),
    Row("get", "/api/v1/leads/{id}/consents", EVERYBODY),
    Row("post", "/api/v1/leads/{id}/consents", WRITERS),
    Row("get", "/api/v1/contacts/{id}/consents", EVERYBODY),
    Row("post", "/api/v1/contacts/{id}/consents", WRITERS),
    Row("get", "/api/v1/tasks", EVERYBODY),
    Row("post", "/api/v1/tasks", WRITERS),
    Row("get", "/api/v1/tasks/day", EVERYBODY),
    Row("get", "/api/v1/tasks/{id}", EVERYBODY),
    Row("patch", "/api/v1/tasks/{id}", WRITERS),
    Row("post", "/api/v1/tasks/{id}/done", WRITERS),
    Row("post", "/api/v1/tasks/{id}/cancel", WRITERS),
    Row("post", "/api/v1/tasks/{id}/reopen", WRITERS),
    Row("get", "/api/v1/approval-rules", EVERYBODY),
    Row("put", "/api/v1/approval-rules", ADMINS),
    Row("get", "/api/v1/proposals", EVERYBODY),
    Row("post", "/api/v1/proposals", SELLERS),
    Row("get", "/api/v1/proposals/{id}", EVERYBODY),
    Row("patch", "/api/v1/proposals/{id}", SELLERS),
    Row("delete", "/api/v1/proposals/{id}", SELLERS),
    Row("get", "/api/v1/proposals/{id}/versions", EVERYBODY),
    Row("get", "/api/v1/proposals/{id}/versions/{number}", EVERYBODY),
    Row(
        "get",
        "/api/v1/proposals/{id}/versions/{number}/pdf",
        EVERYBODY,
    ),
    Row("get", "/api/v1/proposals/{id}/diff", EVERYBODY),
    Row("post", "/api/v1/proposals/{id}/send", SELLERS),
    Row("post", "/api/v1/proposals/{id}/withdraw", SELLERS),
    Row("post", "/api/v1/proposals/{id}/accept", SELLERS),
    Row("post", "/api/v1/proposals/{id}/refuse", SELLERS),
    Row("post", "/api/v1/proposals/{id}/request-approval", SELLERS),
    Row("post", "/api/v1/proposals/{id}/approve", APPROVERS),
    Row("post", "/api/v1/proposals/{id}/reject", APPROVERS),
    Row("post", "/api/v1/proposals/{id}/duplicate", SELLERS),
    Row("post", "/api/v1/proposals/{id}/restore", SELLERS),
    Row("post", "/api/v1/proposals/{id}/order", SELLERS),
    Row("get", "/api/v1/orders", EVERYBODY),
    Row("get", "/api/v1/clients/{id}/basket", EVERYBODY),
    Row("get", "/api/v1/orders/counts", EVERYBODY),
    Row("post", "/api/v1/orders", WRITERS),
    Row("get", "/api/v1/orders/{id}", EVERYBODY),
    Row("patch", "/api/v1/orders/{id}", WRITERS),
    Row("get", "/api/v1/orders/{id}/history", EVERYBODY),
    Row("get", "/api/v1/orders/{id}/pdf", EVERYBODY),
    Row("get", "/api/v1/orders/{id}/invoice.xml", PROCESSORS),
    Row("post", "/api/v1/orders/{id}/duplicate", WRITERS),
    Row("post", "/api/v1/orders/{id}/cancel", WRITERS),
    Row("post", "/api/v1/orders/{id}/approve", APPROVERS),
    Row("post", "/api/v1/orders/{id}/refuse", APPROVERS),
    Row("post", "/api/v1/orders/{id}/process", PROCESSORS),
    Row("post", "/api/v1/orders/{id}/ship", PROCESSORS),
    Row("post", "/api/v1/orders/{id}/deliver", PROCESSORS),
    Row("post", "/api/v1/orders/{id}/invoice", PROCESSORS),
    Row("post", "/api/v1/orders/{id}/paid", PROCESSORS),
];

/// What customers reach by a link, without an account: nobody is refused for who they are.
const OPEN: [&str; 4] = [
    "get /api/v1/proposals/link/{token}",
    "get /api/v1/proposals/link/{token}/pdf",
    "post /api/v1/proposals/link/{token}/accept",
    "post /api/v1/proposals/link/{token}/refuse",
];

const ROLES: [&[&str]; 5] = [ADMIN, MANAGER, AGENT, BACK_OFFICE, VIEWER];

#[test]
fn the_table_has_every_operation_of_the_document_and_no_other() {
    let document = serde_json::to_value(crm::openapi()).unwrap();
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
    listed.extend(OPEN.map(str::to_owned));
    documented.sort();
    listed.sort();
    assert_eq!(listed, documented);
}

/// The ids that stand for `{id}`, by the path's collection. A fresh set for each role, owned by it.
async fn records(crm: &Crm, owner: &Caller) -> Value {
    let creator = crm.server.sign_in_as(owner.user_id, ADMIN);
    let client = a_client(&creator, "Rossi").await;
    let url = format!("/api/v1/clients/{}", client["id"].as_str().unwrap());
    let site = creator
        .post(&format!("{url}/sites"), json!({"name": "Centro"}))
        .await
        .expect(201);
    let contact = creator
        .post(&format!("{url}/contacts"), json!({"first_name": "Ida"}))
        .await
        .expect(201);
    let deal = an_opportunity(&creator, &client, "Fornitura", 1).await;
    let entry = json!({"client_id": client["id"], "kind": "note", "body": "x"});
    let entry = creator
        .post("/api/v1/interactions", entry)
        .await
        .expect(201);
    let lead = creator
        .post(
            "/api/v1/leads",
            json!({"company_name": "Neri", "owner_id": owner.user_id}),
        )
        .await
        .expect(201);
    let task = json!({"title": "Richiama", "due_at": "2026-11-24T09:00:00Z"});
    let task = creator.post("/api/v1/tasks", task).await.expect(201);
    let named = json!({"name": format!("Di {}", owner.user_id), "list_price": "1"});
    let product = creator
        .post("/api/v1/products", named.clone())
        .await
        .expect(201);
    let named = json!({"name": named["name"]});
    let category = creator
        .post("/api/v1/product-categories", named.clone())
        .await
        .expect(201);
    let list = creator.post("/api/v1/price-lists", named).await.expect(201);
    let offered = json!({"client_id": client["id"]});
    let proposal = creator.post("/api/v1/proposals", offered).await.expect(201);
    let line = json!({"description": "Espositore", "quantity": "1", "unit_price": "10"});
    let ordered = json!({"client_id": client["id"], "lines": [line]});
    let order = creator.post("/api/v1/orders", ordered).await.expect(201);
    let pipelines = creator.get("/api/v1/pipelines").await.expect(200);
    let reasons = creator.get("/api/v1/lost-reasons").await.expect(200);
    json!({
        "clients": client["id"], "sites": site["id"], "contacts": contact["id"], "opportunities": deal["id"],
        "interactions": entry["id"], "pipelines": pipelines["items"][0]["id"], "lost-reasons": reasons["items"][0]["id"],
        "leads": lead["id"], "tasks": task["id"], "lead-sources": "019aab00-0000-7000-8000-00000000dead",
        "campaigns": "019aab00-0000-7000-8000-00000000dead", "assignment-rules": "019aab00-0000-7000-8000-00000000dead",
        "products": product["id"], "product-categories": category["id"], "price-lists": list["id"],
        "proposals": proposal["id"], "orders": order["id"],
        "imports": "019aab00-0000-7000-8000-00000000dead",
    })
}

#[actix_web::test]
async fn each_role_reaches_exactly_what_the_table_says() {
    let crm = Crm::start();
    for Row(method, path, allowed) in TABLE {
        for (role, may) in ROLES.iter().zip(allowed) {
            let caller = crm.user("Qualcuno", None, role);
            let ids = if path.contains("{id}") {
                records(&crm, &caller).await
            } else {
                json!({})
            };
            let collection = path.split('/').nth(3).unwrap();
            let url = path.replace("{id}", ids[collection].as_str().unwrap_or_default());
            let url = url.replace("{number}", "1");
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = [Method::POST, Method::PATCH, Method::PUT]
                .contains(&method)
                .then(|| json!({}));
            let status = caller
                .send(method.clone(), &url, &[("if-match", "*")], body.as_ref())
                .await
                .status
                .as_u16();
            assert_eq!(
                status != 403,
                *may,
                "{method} {path}: {status} for {role:?}"
            );
            assert!(status < 500, "{method} {path}: {status}");
        }
        let nobody = crm.server.nobody();
        let url = path.replace("{id}", "019aab00-0000-7000-8000-00000000dead");
        let status = nobody
            .send(method.to_uppercase().parse().unwrap(), &url, &[], None)
            .await
            .status
            .as_u16();
        assert_eq!(status, 401, "{method} {path} for nobody");
    }
}

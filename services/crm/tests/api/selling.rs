//! What the tests of proposals and orders stand on.

use nexus_testkit::{Caller, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Crm, path};

/// A line of free text: so many at so much, 22 % VAT.
pub fn line(description: &str, quantity: &str, unit_price: &str) -> Value {
    json!({"description": description, "quantity": quantity, "unit_price": unit_price, "vat_rate": 22})
}

/// Makes the rules let everything pass; tests of rules set their own.
pub async fn no_rules(crm: &Crm) {
    rules(crm, json!({"max_amount_cents": null, "min_margin_percent": null, "discount": false, "credit": true})).await;
}

/// Sets the rules.
pub async fn rules(crm: &Crm, rules: Value) {
    let admin = crm.admin();
    admin
        .send(
            Method::PUT,
            "/api/v1/approval-rules",
            &[("if-match", "*")],
            Some(&rules),
        )
        .await
        .expect(200);
}

/// A draft for this client with these lines.
pub async fn a_proposal(who: &Caller, client: &Value, lines: Value) -> Value {
    let body = json!({"client_id": client["id"], "lines": lines});
    who.post("/api/v1/proposals", body).await.expect(201)
}

/// An order of this client with these lines.
pub async fn an_order(who: &Caller, client: &Value, lines: Value) -> Value {
    let body = json!({"client_id": client["id"], "lines": lines});
    who.post("/api/v1/orders", body).await.expect(201)
}

/// An action on a record, without a version.
pub async fn act(
    who: &Caller,
    collection: &str,
    record: &Value,
    action: &str,
    body: Value,
) -> Reply {
    let url = format!("{}/{action}", path(collection, record));
    who.post(&url, body).await
}

/// Sends a proposal and gives the end of the customer's link.
pub async fn send(who: &Caller, proposal: &Value) -> (Value, String) {
    let sent = act(who, "proposals", proposal, "send", json!({}))
        .await
        .expect(200);
    let url = sent["link"]["url"].as_str().unwrap();
    let token = url
        .strip_prefix("https://crm.example/p/")
        .unwrap()
        .to_owned();
    (sent, token)
}

/// What the customer gets.
pub async fn open(crm: &Crm, token: &str) -> Reply {
    crm.server
        .nobody()
        .get(&format!("/api/v1/proposals/link/{token}"))
        .await
}

/// The customer's yes to what they read.
pub async fn accept(crm: &Crm, token: &str, hash: &Value) -> Reply {
    let body =
        json!({"name": "Ida Rossi", "role": "titolare", "accept": true, "content_hash": hash});
    let url = format!("/api/v1/proposals/link/{token}/accept");
    crm.server.nobody().post(&url, body).await
}

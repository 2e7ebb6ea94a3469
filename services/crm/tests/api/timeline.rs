use serde_json::json;

use crate::kit::{Crm, a_client, all_pages, an_opportunity, path};

#[actix_web::test]
async fn what_happened_is_written_down_newest_first_and_filtered_by_kind() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    for (kind, at) in [
        ("call", "2026-01-02T10:00:00Z"),
        ("note", "2026-01-03T10:00:00Z"),
        ("visit", "2026-01-01T10:00:00Z"),
    ] {
        let body = json!({"client_id": client["id"], "kind": kind, "body": "x", "occurred_at": at});
        agent.post("/api/v1/interactions", body).await.expect(201);
    }
    let url = format!("{}/timeline", path("clients", &client));
    let kinds: Vec<_> = all_pages(&agent, &format!("{url}?limit=1"))
        .await
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["client_created", "note", "call", "visit"]);
    let some = agent
        .get(&format!("{url}?kind=call,visit"))
        .await
        .expect(200);
    assert_eq!(some["items"].as_array().unwrap().len(), 2);
    agent
        .get(&format!("{url}?kind=dance"))
        .await
        .invalid(&["kind"]);
}

#[actix_web::test]
async fn an_entry_on_a_deal_stands_on_its_clients_timeline_too() {
    let crm = Crm::start();
    let agent = crm.agent();
    let (client, other) = (
        a_client(&agent, "Rossi").await,
        a_client(&agent, "Verdi").await,
    );
    let deal = an_opportunity(&agent, &client, "Fornitura", 1).await;
    let entry = json!({"opportunity_id": deal["id"], "kind": "call", "direction": "out", "subject": "Sollecito"});
    let written = agent.post("/api/v1/interactions", entry).await;
    let location = written.header("location").unwrap().to_owned();
    let written = written.expect(201);
    assert_eq!(written["client_id"], client["id"]);
    assert_eq!(
        agent.get(&location).await.expect(200)["subject"],
        "Sollecito"
    );
    let timeline = agent
        .get(&format!("{}/timeline?kind=call", path("clients", &client)))
        .await
        .expect(200);
    assert_eq!(timeline["items"][0]["id"], written["id"]);

    let mixed = json!({"opportunity_id": deal["id"], "client_id": other["id"], "kind": "call"});
    agent
        .post("/api/v1/interactions", mixed)
        .await
        .invalid(&["/opportunity_id"]);
    agent
        .post(
            "/api/v1/interactions",
            json!({"client_id": client["id"], "kind": "opportunity_won"}),
        )
        .await
        .invalid(&["/kind"]);
    agent
        .get("/api/v1/interactions")
        .await
        .invalid(&["client_id"]);
}

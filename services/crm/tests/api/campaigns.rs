use serde_json::{Value, json};

use crate::kit::{Crm, a_lead, path};

#[actix_web::test]
async fn sources_are_there_from_the_start_and_can_be_changed_and_put_away() {
    let crm = Crm::start();
    let admin = crm.admin();
    let sources = admin.get("/api/v1/lead-sources").await.expect(200);
    let names: Vec<_> = sources["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["name"].clone())
        .collect();
    assert_eq!(
        (&names[0], &names[1], names.len()),
        (&json!("Fiera"), &json!("Sito web"), 9)
    );
    admin
        .post("/api/v1/lead-sources", json!({"name": "FIERA"}))
        .await
        .problem(409, "name-taken");
    let made = admin
        .post(
            "/api/v1/lead-sources",
            json!({"name": "Agenzia", "position": 20}),
        )
        .await
        .expect(201);
    let url = path("lead-sources", &made);
    admin
        .patch(&url, json!({"name": "Agenzia viaggi"}))
        .await
        .expect(200);
    admin
        .patch(&url, json!({"name": " "}))
        .await
        .invalid(&["/name"]);
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", json!({"source_id": made["id"]})).await;
    admin.delete(&url).await.expect(204);
    let left = admin.get("/api/v1/lead-sources").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 9);
    // What named it goes on naming it.
    assert_eq!(
        agent.get(&path("leads", &lead)).await.expect(200)["source_name"],
        "Agenzia viaggi"
    );
}

#[actix_web::test]
async fn a_lead_of_a_fair_has_the_fairs_source_unless_it_names_another() {
    let crm = Crm::start();
    let (admin, agent) = (crm.admin(), crm.agent());
    let sources = admin.get("/api/v1/lead-sources").await.expect(200);
    let (fair, web) = (&sources["items"][0]["id"], &sources["items"][1]["id"]);
    let campaign = json!({"name": "Vapitaly 2026", "kind": "fair", "source_id": fair, "starts_on": "2026-05-23",
        "ends_on": "2026-05-25", "place": "Verona", "cost_cents": 1_200_000});
    let campaign = admin.post("/api/v1/campaigns", campaign).await.expect(201);
    let lead = a_lead(&agent, "Neri", json!({"campaign_id": campaign["id"]})).await;
    assert_eq!(
        (&lead["source_id"], &lead["campaign_name"]),
        (fair, &json!("Vapitaly 2026"))
    );
    let other = a_lead(
        &agent,
        "Verdi",
        json!({"campaign_id": campaign["id"], "source_id": web}),
    )
    .await;
    assert_eq!(&other["source_id"], web);
    let wrong =
        json!({"name": "x", "kind": "fair", "starts_on": "2026-05-23", "ends_on": "2026-05-22"});
    admin
        .post("/api/v1/campaigns", wrong)
        .await
        .invalid(&["/ends_on"]);
    admin
        .post("/api/v1/campaigns", json!({"name": "x", "kind": "party"}))
        .await
        .problem(422, "validation");
    let url = path("campaigns", &campaign);
    let changed = admin.patch(&url, json!({"place": null})).await.expect(200);
    assert_eq!(
        (&changed["place"], &changed["version"]),
        (&Value::Null, &json!(2))
    );
    admin.delete(&url).await.expect(204);
    assert_eq!(
        admin.get("/api/v1/campaigns").await.expect(200)["items"],
        json!([])
    );
    assert_eq!(agent.get(&url).await.expect(200)["name"], "Vapitaly 2026");
}

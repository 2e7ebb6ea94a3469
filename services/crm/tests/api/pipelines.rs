use serde_json::{Value, json};

use crate::kit::{AGENT, Crm, MANAGER, a_client, an_opportunity, names, path};

fn stages() -> Value {
    json!([
        {"name": "Primo", "probability": 20, "outcome": "open", "stale_after_days": 7},
        {"name": "Persa", "probability": 5, "outcome": "lost"},
        {"name": "Vinta", "probability": 5, "outcome": "won"}
    ])
}

#[actix_web::test]
async fn stages_come_back_in_order_with_their_ends_last() {
    let crm = Crm::start();
    let pipeline = crm
        .admin()
        .post(
            "/api/v1/pipelines",
            json!({"name": "Fiera", "stages": stages()}),
        )
        .await
        .expect(201);
    let seen: Vec<_> = pipeline["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| {
            (
                stage["name"].as_str().unwrap(),
                stage["position"].as_i64().unwrap(),
                stage["probability"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("Primo", 1, 20), ("Vinta", 2, 100), ("Persa", 3, 0)]);
}

#[actix_web::test]
async fn a_stage_that_holds_deals_cannot_go_and_others_can() {
    let crm = Crm::start();
    let admin = crm.admin();
    let client = a_client(&admin, "Rossi").await;
    an_opportunity(&admin, &client, "Fornitura", 1).await;
    let pipeline = admin.get("/api/v1/pipelines").await.expect(200)["items"][0].clone();
    let without = |position: usize| {
        let mut stages = pipeline["stages"].as_array().unwrap().clone();
        stages.remove(position);
        for stage in &mut stages {
            for shown in ["position", "is_final"] {
                stage.as_object_mut().unwrap().remove(shown);
            }
        }
        json!({"stages": stages})
    };
    let url = path("pipelines", &pipeline);
    admin
        .patch(&url, without(0))
        .await
        .problem(409, "stage-in-use");
    admin.patch(&url, without(4)).await.invalid(&["/stages"]);
    let after = admin.patch(&url, without(1)).await.expect(200);
    assert_eq!(after["stages"].as_array().unwrap().len(), 5);
    assert_eq!(after["stages"][0]["id"], pipeline["stages"][0]["id"]);
}

#[actix_web::test]
async fn there_is_always_one_default_pipeline() {
    let crm = Crm::start();
    let admin = crm.admin();
    let first = admin.get("/api/v1/pipelines").await.expect(200)["items"][0].clone();
    admin
        .delete(&path("pipelines", &first))
        .await
        .problem(409, "pipeline-is-default");
    admin
        .patch(&path("pipelines", &first), json!({"is_default": false}))
        .await
        .problem(409, "pipeline-is-default");
    admin
        .post(
            "/api/v1/pipelines",
            json!({"name": "Fiera", "is_default": true, "stages": stages()}),
        )
        .await
        .expect(201);
    let list = admin.get("/api/v1/pipelines").await.expect(200);
    assert_eq!(names(&list), ["Fiera", "Vendita"]);
    assert_eq!(list["items"][1]["is_default"], false);
    admin.delete(&path("pipelines", &first)).await.expect(204);
}

#[actix_web::test]
async fn a_team_pipeline_is_offered_to_the_team_alone() {
    let crm = Crm::start();
    let (admin, manager) = (crm.admin(), crm.user("Maria", None, MANAGER));
    let (agent, stranger) = (
        crm.user("Anna", Some(&manager), AGENT),
        crm.user("Stefano", None, AGENT),
    );
    let body = json!({"name": "Squadra", "team_lead_id": manager.user_id, "stages": stages()});
    let team = admin.post("/api/v1/pipelines", body).await.expect(201);
    let start = |who: &nexus_testkit::Caller, client: &Value| {
        let body = json!({"client_id": client["id"], "name": "Affare", "amount_cents": 1, "pipeline_id": team["id"]});
        let who = who.clone();
        async move { who.post("/api/v1/opportunities", body).await }
    };
    let (mine, theirs) = (
        a_client(&agent, "Mio").await,
        a_client(&stranger, "Suo").await,
    );
    start(&agent, &mine).await.expect(201);
    start(&admin, &theirs).await.expect(201);
    start(&stranger, &theirs).await.invalid(&["/pipeline_id"]);
    for (who, count) in [(&admin, 2), (&manager, 2), (&agent, 2), (&stranger, 1)] {
        assert_eq!(
            names(&who.get("/api/v1/pipelines").await.expect(200)).len(),
            count
        );
    }
}

#[actix_web::test]
async fn lost_reasons_are_a_list_that_admins_keep() {
    let crm = Crm::start();
    let (admin, agent) = (crm.admin(), crm.agent());
    let reason = admin
        .post(
            "/api/v1/lost-reasons",
            json!({"name": "Fuori zona", "position": 0}),
        )
        .await
        .expect(201);
    assert_eq!(
        names(&agent.get("/api/v1/lost-reasons").await.expect(200))[0],
        "Fuori zona"
    );
    admin
        .post("/api/v1/lost-reasons", json!({"name": "fuori  ZONA"}))
        .await
        .problem(409, "name-taken");
    agent
        .post("/api/v1/lost-reasons", json!({"name": "Mio"}))
        .await
        .problem(403, "forbidden");
    admin
        .patch(
            &path("lost-reasons", &reason),
            json!({"name": "Troppo lontano"}),
        )
        .await
        .expect(200);
    admin
        .delete(&path("lost-reasons", &reason))
        .await
        .expect(204);
    assert_eq!(
        names(&agent.get("/api/v1/lost-reasons").await.expect(200)).len(),
        8
    );
}

use serde_json::{Value, json};

use crate::kit::{Crm, a_client, an_opportunity, path, stages};

#[actix_web::test]
async fn a_move_is_kept_with_its_duration_shown_on_the_timeline_and_announced() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 150_000).await;
    let stages = stages(&agent).await;

    let moved = agent
        .post(
            &format!("{}/move", path("opportunities", &deal)),
            json!({"stage_id": stages[1]["id"]}),
        )
        .await
        .expect(200);

    assert_eq!(
        (&moved["stage_name"], &moved["version"]),
        (&json!("Qualificata"), &json!(2))
    );
    let history = agent
        .get(&format!("{}/history", path("opportunities", &deal)))
        .await
        .expect(200);
    assert_eq!(history["items"][0]["to_name"], "Nuovo contatto");
    assert_eq!(history["items"][1]["from_name"], "Nuovo contatto");
    assert_eq!(history["items"][1]["moved_by_name"], "Anna Agente");
    assert_eq!(history["items"][1]["seconds_in_from"], 0);
    let timeline = agent
        .get(&format!("{}/timeline", path("clients", &client)))
        .await
        .expect(200);
    assert_eq!(timeline["items"][0]["kind"], "opportunity_moved");
    assert_eq!(timeline["items"][0]["details"]["to_name"], "Qualificata");
    assert_eq!(
        crm.announced(),
        [
            "crm.client.created.v1",
            "crm.opportunity.created.v1",
            "crm.opportunity.moved.v1"
        ]
    );
}

#[actix_web::test]
async fn illegal_moves_are_409_with_their_reason_and_change_nothing() {
    let crm = Crm::start();
    let admin = crm.admin();
    let client = a_client(&admin, "Rossi").await;
    let deal = an_opportunity(&admin, &client, "Fornitura", 0).await;
    let stages = stages(&admin).await;
    let other = admin
        .post("/api/v1/pipelines", json!({"name": "Altra", "sequential": true, "stages": [
            {"name": "A", "probability": 10, "outcome": "open"}, {"name": "B", "probability": 20, "outcome": "open"},
            {"name": "C", "probability": 30, "outcome": "open"},
            {"name": "V", "probability": 0, "outcome": "won"}, {"name": "P", "probability": 0, "outcome": "lost"}]}))
        .await
        .expect(201);
    let at = |stage: &Value| json!({"stage_id": stage["id"]});
    let mover = |body: Value| {
        let (admin, url) = (
            admin.clone(),
            format!("{}/move", path("opportunities", &deal)),
        );
        async move { admin.post(&url, body).await }
    };

    mover(at(&other["stages"][0]))
        .await
        .problem(409, "opportunity-foreign-stage");
    mover(at(&stages[4]))
        .await
        .problem(409, "opportunity-final-stage");
    let told = mover(at(&stages[3]))
        .await
        .problem(409, "opportunity-missing-data");
    assert_eq!(told["errors"][0]["pointer"], "/amount_cents");
    assert_eq!(told["errors"][1]["pointer"], "/expected_close_on");
    mover(json!({"stage_id": "x"}))
        .await
        .invalid(&["/stage_id"]);

    let body = json!({"client_id": client["id"], "name": "In ordine", "pipeline_id": other["id"], "amount_cents": 1});
    let ordered = admin.post("/api/v1/opportunities", body).await.expect(201);
    admin
        .post(
            &format!("{}/move", path("opportunities", &ordered)),
            at(&other["stages"][2]),
        )
        .await
        .problem(409, "opportunity-step-skipped");
    assert_eq!(crm.count("stage_moves"), 2);
}

#[actix_web::test]
async fn a_deal_is_lost_for_a_reason_and_reopens() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 1000).await;
    let reasons = agent.get("/api/v1/lost-reasons").await.expect(200);
    let url = |action: &str| format!("{}/{action}", path("opportunities", &deal));

    agent.post(&url("lose"), json!({})).await.invalid(&[""]);
    agent
        .post(&url("win"), json!({"closed_on": "2999-01-01"}))
        .await
        .invalid(&["/closed_on"]);
    let unknown = json!({"lost_reason_id": client["id"]});
    agent
        .post(&url("lose"), unknown)
        .await
        .invalid(&["/lost_reason_id"]);
    let lost = agent
        .post(&url("lose"), json!({"lost_reason_id": reasons["items"][0]["id"], "note": "Troppo caro", "closed_on": "2026-11-01"}))
        .await
        .expect(200);
    assert_eq!(
        (&lost["status"], &lost["lost_reason"], &lost["closed_on"]),
        (&json!("lost"), &json!("Prezzo"), &json!("2026-11-01"))
    );
    agent
        .post(&url("win"), json!({}))
        .await
        .problem(409, "opportunity-closed");
    let open = agent.post(&url("reopen"), json!({})).await.expect(200);
    assert_eq!(
        (&open["status"], &open["lost_reason_id"]),
        (&json!("open"), &json!(null))
    );
    let won = agent.post(&url("win"), json!({})).await.expect(200);
    assert_eq!(
        (&won["status"], &won["stage_name"]),
        (&json!("won"), &json!("Vinta"))
    );
}

#[actix_web::test]
async fn the_board_counts_and_sums_what_the_reader_sees_and_pages_each_column() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let stages = stages(&agent).await;
    for number in 0..5 {
        an_opportunity(&agent, &client, &format!("Affare {number}"), 1001).await;
    }
    let second = an_opportunity(&agent, &client, "Maturo", 5000).await;
    agent
        .post(
            &format!("{}/move", path("opportunities", &second)),
            json!({"stage_id": stages[1]["id"]}),
        )
        .await
        .expect(200);
    let colleague = crm.user("Carlo Collega", None, crate::kit::AGENT);
    let theirs = a_client(&colleague, "Bianchi").await;
    an_opportunity(&colleague, &theirs, "Altrui", 99_999).await;
    let pipeline = agent.get("/api/v1/pipelines").await.expect(200)["items"][0].clone();

    let board = agent
        .get(&format!("{}/board?cards=2", path("pipelines", &pipeline)))
        .await
        .expect(200);

    let first = &board["columns"][0];
    assert_eq!(
        (
            &first["count"],
            &first["amount_cents"],
            &first["weighted_cents"]
        ),
        (&json!(5), &json!(5005), &json!(501))
    );
    assert_eq!(first["cards"].as_array().unwrap().len(), 2);
    assert_eq!(board["columns"][1]["cards"][0]["client_name"], "Rossi");
    assert_eq!(
        board["total"],
        json!({"count": 6, "amount_cents": 10_005, "weighted_cents": 2001})
    );
    let rest = agent
        .get(&format!(
            "/api/v1/opportunities?stage_id={}&sort=-updated_at&cursor={}",
            stages[0]["id"].as_str().unwrap(),
            first["next_cursor"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);
    let searched = agent
        .get(&format!(
            "{}/board?q=maturo&status=open",
            path("pipelines", &pipeline)
        ))
        .await
        .expect(200);
    assert_eq!(searched["total"]["count"], 1);
    assert_eq!(searched["columns"].as_array().unwrap().len(), 4);
}

#[actix_web::test]
async fn a_renamed_client_is_found_by_its_new_name_on_its_deals() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    an_opportunity(&agent, &client, "Fornitura", 10).await;
    agent
        .patch(&path("clients", &client), json!({"name": "Verdi & Figli"}))
        .await
        .expect(200);
    let found = agent
        .get("/api/v1/opportunities?q=verdi+figli")
        .await
        .expect(200);
    assert_eq!(found["items"][0]["client_name"], "Verdi & Figli");
    assert_eq!(
        agent.get("/api/v1/opportunities?q=rossi").await.expect(200)["items"],
        json!([])
    );
}

#[actix_web::test]
async fn deals_sort_by_close_with_undated_ones_last_and_amounts_have_bounds() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    for (name, close) in [
        ("B", json!("2026-12-31")),
        ("C", Value::Null),
        ("A", json!("2026-12-01")),
    ] {
        let body = json!({"client_id": client["id"], "name": name, "amount_cents": 1, "expected_close_on": close});
        agent.post("/api/v1/opportunities", body).await.expect(201);
    }
    let sorted = crate::kit::all_pages(
        &agent,
        "/api/v1/opportunities?sort=expected_close_on&limit=1",
    )
    .await;
    let names: Vec<_> = sorted
        .iter()
        .map(|deal| deal["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["A", "B", "C"]);
    for amount in [-1_i64, 1_000_000_000_001] {
        let body = json!({"client_id": client["id"], "name": "X", "amount_cents": amount});
        agent
            .post("/api/v1/opportunities", body)
            .await
            .invalid(&["/amount_cents"]);
    }
    agent
        .post("/api/v1/opportunities", json!({"name": "X"}))
        .await
        .invalid(&["/client_id"]);
}

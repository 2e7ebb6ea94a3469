//! Orders: what needs a yes and gets it, the way to the invoice, and what the law says of liquids.

use diesel::RunQueryDsl;
use futures_util::future::join_all;
use nexus_testkit::Caller;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_client, all_pages, path, post_once};
use crate::selling::{act, an_order, line, no_rules, rules};

const LIMITED: &str =
    r#"{"max_amount_cents": 50000, "min_margin_percent": null, "discount": true, "credit": true}"#;

fn limited() -> Value {
    serde_json::from_str(LIMITED).unwrap()
}

/// A manager, their agent and the agent's client.
async fn team(crm: &Crm) -> (Caller, Caller, Value) {
    let manager = crm.user("Mara", None, MANAGER);
    let agent = crm.user("Anna", Some(&manager), AGENT);
    let client = a_client(&agent, "Rossi").await;
    (manager, agent, client)
}

#[actix_web::test]
async fn an_order_goes_its_way_and_each_step_is_kept_and_told() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let (manager, agent, client) = team(&crm).await;
    let office = crm.user("Olga", None, BACK_OFFICE);
    let order = an_order(&office, &client, json!([line("Box", "2", "39.90")])).await;
    assert_eq!(
        order["owner_id"],
        json!(agent.user_id),
        "the client's owner looks after it"
    );
    assert_eq!(
        (&order["status"], &order["channel"]),
        (&json!("approved"), &json!("pull"))
    );
    let seen = agent.get(&path("clients", &client)).await.expect(200);
    assert_eq!(seen["lifecycle"], "active");

    act(&agent, "orders", &order, "process", json!({}))
        .await
        .problem(403, "forbidden");
    act(&office, "orders", &order, "ship", json!({}))
        .await
        .problem(409, "order-wrong-step");
    act(&office, "orders", &order, "process", json!({}))
        .await
        .expect(200);
    let url = path("orders", &order);
    agent
        .patch(&url, json!({"notes": "presto"}))
        .await
        .problem(409, "order-in-process");
    act(
        &office,
        "orders",
        &order,
        "ship",
        json!({"tracking": "BRT 123"}),
    )
    .await
    .expect(200);
    act(&agent, "orders", &order, "cancel", json!({"reason": "x"}))
        .await
        .problem(409, "order-shipped");
    act(&office, "orders", &order, "deliver", json!({}))
        .await
        .expect(200);
    act(
        &office,
        "orders",
        &order,
        "invoice",
        json!({"invoice_number": "FT 12/2026"}),
    )
    .await
    .expect(200);
    act(&agent, "orders", &order, "cancel", json!({"reason": "x"}))
        .await
        .problem(409, "order-invoiced");
    let paid = act(&office, "orders", &order, "paid", json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&paid["status"], &paid["tracking"]),
        (&json!("invoiced"), &json!("BRT 123"))
    );
    let found = manager.get("/api/v1/orders?q=ft 12").await.expect(200);
    assert_eq!(
        found["items"][0]["number"], order["number"],
        "found by its invoice"
    );

    let history = agent.get(&format!("{url}/history")).await.expect(200);
    let steps: Vec<&str> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(
        steps,
        [
            "created",
            "approved",
            "processing",
            "shipped",
            "delivered",
            "invoiced",
            "paid"
        ]
    );
    assert_eq!(history["items"][3]["note"], "BRT 123");
    let told: Vec<String> = crm
        .announced()
        .into_iter()
        .filter(|kind| kind.starts_with("crm.order."))
        .collect();
    let wanted: Vec<String> = steps
        .iter()
        .map(|step| format!("crm.order.{step}.v1"))
        .collect();
    assert_eq!(told, wanted);
}

#[actix_web::test]
async fn a_yes_is_to_one_content_and_any_change_voids_it() {
    let crm = Crm::start();
    rules(&crm, limited()).await;
    let (manager, agent, client) = team(&crm).await;
    let office = crm.user("Olga", None, BACK_OFFICE);
    let order = an_order(&agent, &client, json!([line("Box", "10", "100")])).await;
    let url = path("orders", &order);
    assert_eq!(order["status"], "pending_approval");
    assert_eq!(order["approval"]["needed"][0]["code"], "amount");
    for step in ["process", "ship", "deliver", "invoice"] {
        act(&office, "orders", &order, step, json!({}))
            .await
            .problem(409, "order-not-approved");
    }
    act(&agent, "orders", &order, "approve", json!({}))
        .await
        .problem(403, "forbidden");
    act(&manager, "orders", &order, "approve", json!({}))
        .await
        .problem(428, "precondition-required");
    let hash = order["content_hash"].clone();

    // What the manager looked at is changed before the yes arrives.
    let dearer = agent
        .patch(&url, json!({"lines": [line("Box", "100", "100")]}))
        .await
        .expect(200);
    act(
        &manager,
        "orders",
        &order,
        "approve",
        json!({"content_hash": hash}),
    )
    .await
    .problem(409, "order-changed");
    let stale = manager
        .send(
            Method::POST,
            &format!("{url}/approve"),
            &[("if-match", "\"1\"")],
            Some(&json!({})),
        )
        .await;
    stale.problem(412, "stale");
    let yes = json!({"content_hash": dearer["content_hash"]});
    let approved = act(&manager, "orders", &order, "approve", yes.clone())
        .await
        .expect(200);
    assert_eq!(
        (&approved["status"], &approved["approval"]["by_name"]),
        (&json!("approved"), &json!("Mara"))
    );
    act(&manager, "orders", &order, "approve", yes)
        .await
        .problem(409, "order-not-waiting");

    let changed = agent
        .patch(&url, json!({"lines": [line("Box", "100", "101")]}))
        .await
        .expect(200);
    assert_eq!(
        changed["status"], "pending_approval",
        "the yes was to another content"
    );
    assert_eq!(changed["approval"]["by"], Value::Null);
    act(&office, "orders", &order, "process", json!({}))
        .await
        .problem(409, "order-not-approved");
    let owner_only = agent
        .patch(&url, json!({"external_ref": "A-1"}))
        .await
        .expect(200);
    assert_eq!(
        owner_only["content_hash"], changed["content_hash"],
        "a reference is no content"
    );

    let yes = json!({"content_hash": changed["content_hash"]});
    act(&manager, "orders", &order, "approve", yes)
        .await
        .expect(200);
    let copy = act(&agent, "orders", &order, "duplicate", json!({}))
        .await
        .expect(201);
    assert_eq!(
        (&copy["status"], &copy["totals"]),
        (&json!("pending_approval"), &changed["totals"])
    );
    let small = agent
        .patch(
            &path("orders", &copy),
            json!({"lines": [line("Box", "1", "1")]}),
        )
        .await
        .expect(200);
    assert_eq!(
        small["status"], "approved",
        "what needs no yes is approved by the rules"
    );
}

#[actix_web::test]
async fn a_no_stands_until_the_content_changes() {
    let crm = Crm::start();
    rules(&crm, limited()).await;
    let (manager, agent, client) = team(&crm).await;
    let order = an_order(&agent, &client, json!([line("Box", "10", "100")])).await;
    let waiting = "/api/v1/orders?waiting=approval";
    assert_eq!(
        manager.get("/api/v1/orders/counts").await.expect(200)["waiting_approval"],
        1
    );
    act(&manager, "orders", &order, "refuse", json!({"reason": " "}))
        .await
        .invalid(&["/reason"]);
    let refused = act(
        &manager,
        "orders",
        &order,
        "refuse",
        json!({"reason": "Sconto troppo alto"}),
    )
    .await
    .expect(200);
    assert_eq!(
        refused["approval"]["refused"]["reason"],
        "Sconto troppo alto"
    );
    assert_eq!(manager.get(waiting).await.expect(200)["items"], json!([]));
    let counts = agent.get("/api/v1/orders/counts").await.expect(200);
    assert_eq!(
        (&counts["waiting_approval"], &counts["refused"]),
        (&json!(0), &json!(1))
    );
    agent
        .patch(
            &path("orders", &order),
            json!({"lines": [line("Box", "9", "100")]}),
        )
        .await
        .expect(200);
    assert_eq!(
        manager.get(waiting).await.expect(200)["items"][0]["number"],
        order["number"]
    );
    let stranger = crm.user("Altro Capo", None, MANAGER);
    assert_eq!(
        stranger.get(waiting).await.expect(200)["items"],
        json!([]),
        "another team's"
    );
    let yes = json!({"content_hash": "x"});
    act(&stranger, "orders", &order, "approve", yes)
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn a_manager_does_not_approve_what_they_wrote() {
    let crm = Crm::start();
    rules(&crm, limited()).await;
    let (manager, agent, client) = team(&crm).await;
    let order = an_order(&agent, &client, json!([line("Box", "10", "100")])).await;
    let url = path("orders", &order);
    let edited = manager
        .patch(&url, json!({"lines": [line("Box", "11", "100")]}))
        .await
        .expect(200);
    let yes = json!({"content_hash": edited["content_hash"]});
    act(&manager, "orders", &order, "approve", yes.clone())
        .await
        .problem(403, "own-approval");
    let admin = crm.admin();
    act(&admin, "orders", &order, "approve", yes)
        .await
        .expect(200);
}

#[actix_web::test]
async fn credit_counts_what_is_open_even_for_two_orders_at_once() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let (manager, agent, client) = team(&crm).await;
    let url = path("clients", &client);
    agent
        .patch(&url, json!({"credit_limit_cents": 1_000_000}))
        .await
        .problem(403, "forbidden");
    manager
        .patch(&url, json!({"credit_limit_cents": 20_000}))
        .await
        .expect(200);
    agent
        .patch(&url, json!({"notes": "fido invariato"}))
        .await
        .expect(200);

    // 122.00 each: one fits into 200.00, two do not.
    let body = json!({"client_id": client["id"], "lines": [line("Box", "1", "100")]});
    let orders = join_all((0..6).map(|_| agent.post("/api/v1/orders", body.clone()))).await;
    let orders: Vec<Value> = orders.into_iter().map(|order| order.expect(201)).collect();
    let approved: Vec<&Value> = orders
        .iter()
        .filter(|order| order["status"] == "approved")
        .collect();
    assert_eq!(approved.len(), 1, "one fits");
    let waiting = orders
        .iter()
        .find(|order| order["status"] != "approved")
        .unwrap();
    assert_eq!(waiting["approval"]["needed"][0]["code"], "credit");
    let seen = agent.get(&path("orders", waiting)).await.expect(200);
    assert_eq!(
        seen["credit"],
        json!({"limit_cents": 20_000, "exposure_cents": 12_200})
    );

    let office = crm.user("Olga", None, BACK_OFFICE);
    for step in ["process", "ship", "deliver", "invoice"] {
        act(&office, "orders", approved[0], step, json!({}))
            .await
            .expect(200);
    }
    let again = agent.post("/api/v1/orders", body.clone()).await.expect(201);
    assert_eq!(again["status"], "pending_approval", "invoiced is not paid");
    act(&office, "orders", approved[0], "paid", json!({}))
        .await
        .expect(200);
    let again = agent.post("/api/v1/orders", body).await.expect(201);
    assert_eq!(again["status"], "approved");
}

#[actix_web::test]
async fn an_e_shop_that_sends_twice_gets_the_first_order_again() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let office = crm.user("Negozio", None, BACK_OFFICE);
    let client = a_client(&office, "Rossi").await;
    let body = json!({
        "client_id": client["id"], "channel": "ecommerce", "external_ref": "WEB-77",
        "lines": [line("Box", "1", "100")],
    });
    let sent = join_all((0..6).map(|_| office.post("/api/v1/orders", body.clone()))).await;
    let made = sent
        .iter()
        .filter(|reply| reply.status.as_u16() == 201)
        .count();
    let known = sent
        .iter()
        .filter(|reply| reply.status.as_u16() == 200)
        .count();
    assert_eq!(
        (made, known),
        (1, 5),
        "{:?}",
        sent.iter().map(|reply| reply.status).collect::<Vec<_>>()
    );
    assert_eq!(crm.count("orders"), 1);
    let other = a_client(&office, "Bianchi").await;
    let stolen = json!({"client_id": other["id"], "external_ref": "WEB-77", "lines": [line("Box", "1", "1")]});
    office
        .post("/api/v1/orders", stolen)
        .await
        .problem(409, "reference-taken");
}

#[actix_web::test]
async fn bad_orders_are_told_field_by_field_and_change_nothing() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let with = |lines: Value| json!({"client_id": client["id"], "lines": lines});
    for (body, pointer) in [
        (json!({"lines": [line("A", "1", "1")]}), "/client_id"),
        (with(json!([])), "/lines"),
        (with(json!([line("A", "0", "1")])), "/lines/0/quantity"),
        (
            with(json!([line("A", "1", "1"), line("B", "-2", "1")])),
            "/lines/1/quantity",
        ),
        (
            with(json!([line("A", "99999999999", "1")])),
            "/lines/0/quantity",
        ),
        (with(json!([line("A", "0.0001", "1")])), "/lines/0/quantity"),
        (
            with(json!([line("A", "1", "0.00001")])),
            "/lines/0/unit_price",
        ),
        (
            with(json!([{"description": "A", "quantity": "1", "unit_price": "1", "vat_rate": 21}])),
            "/lines/0/vat_rate",
        ),
        (
            with(json!([{"description": "A", "quantity": "1", "unit_price": "1", "vat_rate": 0}])),
            "/lines/0/vat_nature",
        ),
    ] {
        let told = agent
            .post("/api/v1/orders", body.clone())
            .await
            .problem(422, "validation");
        let pointers: Vec<&str> = told["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert!(pointers.contains(&pointer), "{body}: {pointers:?}");
    }
    let unknown = json!({"client_id": client["id"], "lines": [], "status": "approved"});
    agent
        .post("/api/v1/orders", unknown)
        .await
        .problem(422, "validation");
    assert_eq!((crm.count("orders"), crm.count("document_numbers")), (0, 0));
    let order = an_order(&agent, &client, json!([line("A", "999999", "9999999")])).await;
    assert_eq!(
        order["totals"]["net_cents"], 999_998_900_000_100_i64,
        "the largest line there is"
    );
    act(&agent, "orders", &order, "cancel", json!({}))
        .await
        .problem(422, "validation");
    act(
        &agent,
        "orders",
        &order,
        "cancel",
        json!({"reason": "Sbagliato"}),
    )
    .await
    .expect(200);
    act(
        &agent,
        "orders",
        &order,
        "cancel",
        json!({"reason": "Sbagliato"}),
    )
    .await
    .problem(409, "order-cancelled");
    agent
        .patch(
            &path("orders", &order),
            json!({"lines": [line("A", "1", "1")]}),
        )
        .await
        .problem(409, "order-cancelled");
    let stranger = crm.user("Ugo", None, AGENT);
    stranger
        .get(&path("orders", &order))
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn the_same_key_makes_one_order() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let body = json!({"client_id": client["id"], "lines": [line("A", "1", "1")]});
    let sent = join_all((0..5).map(|_| post_once(&agent, "/api/v1/orders", "k", &body))).await;
    let first = sent[0].clone().expect(201);
    for reply in sent {
        assert_eq!(reply.expect(201), first);
    }
    assert_eq!(crm.count("orders"), 1);
}

#[actix_web::test]
async fn lists_page_through_everything_once_and_keep_to_what_one_may_see() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let (manager, agent, client) = team(&crm).await;
    let other = crm.user("Ugo", None, AGENT);
    let theirs = a_client(&other, "Bianchi").await;
    for amount in 1..=7 {
        an_order(
            &agent,
            &client,
            json!([line("A", "1", &amount.to_string())]),
        )
        .await;
    }
    an_order(&other, &theirs, json!([line("A", "1", "1")])).await;
    for sort in [
        "-created_at",
        "created_at",
        "-updated_at",
        "-total_cents",
        "total_cents",
    ] {
        let all = all_pages(&manager, &format!("/api/v1/orders?limit=3&sort={sort}")).await;
        let mut numbers: Vec<&str> = all
            .iter()
            .map(|order| order["number"].as_str().unwrap())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 7, "{sort}");
    }
    let found = agent.get("/api/v1/orders?q=000003").await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "by number");
    assert_eq!(
        agent.get("/api/v1/orders?q=bianchi").await.expect(200)["items"],
        json!([])
    );
    manager
        .patch(&path("clients", &client), json!({"name": "Verdi"}))
        .await
        .expect(200);
    let renamed = agent
        .get("/api/v1/orders?q=verdi&count=true")
        .await
        .expect(200);
    assert_eq!(renamed["total"], 7);
}

#[actix_web::test]
async fn a_discount_above_the_writers_ceiling_waits_for_a_manager() {
    let crm = Crm::start();
    let agent = crm.agent();
    diesel::sql_query("UPDATE users SET roles = '{agent}'")
        .execute(&mut crm.server.database.connect())
        .unwrap();
    let client = a_client(&agent, "Rossi").await;
    let with = |discount: &str| {
        let line = json!({"description": "Espositore", "quantity": "1", "unit_price": "100",
            "discount_percent": discount, "vat_rate": 22});
        json!({"client_id": client["id"], "lines": [line]})
    };
    for (discount, status) in [("10", "approved"), ("10.01", "pending_approval")] {
        let order = agent
            .post("/api/v1/orders", with(discount))
            .await
            .expect(201);
        assert_eq!(order["status"], status, "{discount}");
    }
    let proposal = agent
        .post("/api/v1/proposals", with("10.01"))
        .await
        .expect(201);
    assert_eq!(proposal["content"]["needs_approval"][0]["code"], "discount");
    let send = format!("{}/send", path("proposals", &proposal));
    assert_eq!(agent.post(&send, json!({})).await.status, 409);
}

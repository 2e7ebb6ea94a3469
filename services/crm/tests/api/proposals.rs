//! Versions of an offer, the customer's link, and the order it becomes.

use chrono::{Days, NaiveDate};
use diesel::connection::SimpleConnection;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Crm, MANAGER, a_client, an_opportunity, path, post_once};
use crate::selling::{a_proposal, accept, act, line, no_rules, open, rules, send};

fn today() -> NaiveDate {
    nexus_kernel::business_day(nexus_service::now())
}

/// Lets a sent offer's last day pass.
fn let_it_pass(crm: &Crm, proposal: &Value) {
    let id = proposal["id"].as_str().unwrap();
    crm.server
        .database
        .connect()
        .batch_execute(&format!(
            "SET session_replication_role = replica;
             UPDATE proposal_versions SET valid_until = '2026-01-31' WHERE proposal_id = '{id}' AND status = 'sent';
             UPDATE proposals SET valid_until = '2026-01-31' WHERE id = '{id}';"
        ))
        .unwrap();
}

#[actix_web::test]
async fn a_draft_is_written_sent_read_and_accepted_and_becomes_an_order() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 1).await;
    let body = json!({
        "opportunity_id": deal["id"], "payment_terms": "RiBa 30 gg FM",
        "lines": [line("Espositore", "2", "149.90"), line("Banner", "3", "0.335")],
    });
    let draft = agent.post("/api/v1/proposals", body).await.expect(201);
    assert_eq!(draft["client_id"], client["id"], "the deal's client");
    assert_eq!(
        (&draft["status"], &draft["current_version"]),
        (&json!("draft"), &json!(1))
    );
    let totals = &draft["content"]["totals"];
    assert_eq!(totals["net_cents"], 29_980 + 101);
    assert_eq!(totals["vat_cents"], 6_618);
    assert!(
        draft["number"].as_str().unwrap().starts_with('P'),
        "{draft}"
    );

    let (sent, token) = send(&agent, &draft).await;
    assert_eq!(
        (&sent["status"], &sent["sent_version"]),
        (&json!("sent"), &json!(1))
    );
    let offer = open(&crm, &token).await.expect(200);
    assert_eq!(offer["totals"], *totals);
    for ours in [
        "client_id",
        "owner_id",
        "opportunity_id",
        "needs_approval",
        "cost_cents",
    ] {
        assert!(offer.get(ours).is_none(), "{ours} is ours");
    }
    let seen = agent.get(&path("proposals", &draft)).await.expect(200);
    assert!(seen["content"]["viewed_at"].is_string());
    assert!(
        seen["link"]["url"].as_str().unwrap().ends_with(&token),
        "the same link for whoever asks again"
    );

    let done = accept(&crm, &token, &offer["content_hash"])
        .await
        .expect(200);
    assert_eq!(
        (&done["status"], &done["answer"]["by"]),
        (&json!("accepted"), &json!("Ida Rossi"))
    );
    let accepted = agent.get(&path("proposals", &draft)).await.expect(200);
    let order = agent
        .get(&format!(
            "/api/v1/orders/{}",
            accepted["order_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(
        order["totals"], *totals,
        "what was offered is what is ordered"
    );
    assert_eq!(
        (&order["channel"], &order["status"]),
        (&json!("push"), &json!("approved"))
    );
    assert_eq!(order["generated_from"], accepted["content"]["id"]);
    assert_eq!(order["payment_terms"], "RiBa 30 gg FM");
    let deal = agent.get(&path("opportunities", &deal)).await.expect(200);
    assert_eq!(
        (&deal["status"], &deal["amount_cents"]),
        (&json!("won"), &totals["net_cents"])
    );
    let client = agent.get(&path("clients", &client)).await.expect(200);
    assert_eq!(client["lifecycle"], "active", "the first approved order");
    let told: Vec<String> = crm
        .announced()
        .into_iter()
        .filter(|kind| kind.contains("proposal") || kind.contains("order."))
        .collect();
    assert_eq!(
        told,
        [
            "crm.proposal.created.v1",
            "crm.proposal.sent.v1",
            "crm.proposal.viewed.v1",
            "crm.proposal.accepted.v1",
            "crm.order.created.v1",
            "crm.order.approved.v1"
        ]
    );
    let timeline = agent
        .get(&format!("{}/timeline", path("clients", &client)))
        .await
        .expect(200);
    let kinds: Vec<&str> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    for kind in [
        "proposal_sent",
        "proposal_viewed",
        "proposal_accepted",
        "order_created",
        "order_approved",
        "opportunity_won",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

/// The bytes of a PDF.
async fn pdf(who: &nexus_testkit::Caller, url: &str) -> Vec<u8> {
    let answer = who.request(Method::GET, url).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let bytes = answer.bytes().await.unwrap().to_vec();
    assert!(bytes.starts_with(b"%PDF-"), "{url}");
    bytes
}

#[actix_web::test]
async fn what_the_customer_saw_on_paper_is_kept_and_its_hash_is_in_the_acceptance() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("Espositore", "2", "149.90")])).await;
    let url = path("proposals", &draft);
    pdf(&agent, &format!("{url}/versions/1/pdf")).await;
    let (sent, token) = send(&agent, &draft).await;
    let link = format!("/api/v1/proposals/link/{token}/pdf");
    let shown = pdf(&crm.server.nobody(), &link).await;
    agent
        .patch(&path("clients", &client), json!({"name": "Bianchi"}))
        .await
        .expect(200);
    assert_eq!(
        pdf(&agent, &format!("{url}/versions/1/pdf")).await,
        shown,
        "as it was sent, whatever changed since"
    );
    accept(&crm, &token, &sent["content"]["content_hash"])
        .await
        .expect(200);
    let accepted = agent.get(&url).await.expect(200);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &shown);
    let hex: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(accepted["content"]["pdf_sha256"], hex);
    let order = format!("/api/v1/orders/{}", accepted["order_id"].as_str().unwrap());
    pdf(&agent, &format!("{order}/pdf")).await;
    let office = crm.user("Olga", None, crate::kit::BACK_OFFICE);
    let missing = office
        .get(&format!("{order}/invoice.xml"))
        .await
        .problem(422, "validation");
    assert!(
        missing["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|error| error["pointer"].as_str().unwrap().starts_with("/c"))
    );
    let spoilt: String = token.chars().rev().collect();
    let spoilt = format!("/api/v1/proposals/link/{spoilt}/pdf");
    crm.server
        .nobody()
        .get(&spoilt)
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn what_was_sent_never_changes_and_a_change_is_the_next_version() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(
        &agent,
        &client,
        json!([line("A", "1", "100"), line("B", "2", "10")]),
    )
    .await;
    let url = path("proposals", &draft);
    let (_, first) = send(&agent, &draft).await;
    let hash = open(&crm, &first).await.expect(200)["content_hash"].clone();

    let patch = json!({"payment_terms": "anticipato", "lines": [line("B", "5", "10"), line("C", "1", "1")]});
    let next = agent.patch(&url, patch).await.expect(200);
    assert_eq!(
        (
            &next["current_version"],
            &next["status"],
            &next["sent_version"]
        ),
        (&json!(2), &json!("draft"), &json!(1))
    );
    assert_eq!(
        open(&crm, &first).await.expect(200)["content_hash"],
        hash,
        "the customer has what they had"
    );

    let diff = agent.get(&format!("{url}/diff")).await.expect(200);
    let names = |list: &str| -> Vec<String> {
        diff[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["description"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (names("added"), names("removed")),
        (vec!["C".to_owned()], vec!["A".to_owned()])
    );
    assert_eq!(diff["changed"][0]["fields"], json!(["quantity"]));
    assert_eq!(diff["terms"][0]["field"], "payment_terms");

    let (_, second) = send(&agent, &draft).await;
    open(&crm, &first).await.problem(410, "proposal-replaced");
    accept(&crm, &first, &hash)
        .await
        .problem(410, "proposal-replaced");
    let shown = open(&crm, &second).await.expect(200);
    assert_eq!(shown["version_number"], 2);
    accept(&crm, &second, &hash)
        .await
        .problem(409, "proposal-changed");
    accept(&crm, &second, &shown["content_hash"])
        .await
        .expect(200);
    agent
        .patch(&url, json!({"notes": "ancora"}))
        .await
        .problem(409, "proposal-accepted");

    let mut conn = crm.server.database.connect();
    for statement in [
        "UPDATE proposal_versions SET notes = 'x' WHERE number = 1",
        "UPDATE proposal_versions SET total_cents = 1 WHERE number = 2",
        "UPDATE proposal_versions SET answered_by = 'x' WHERE number = 2",
        "UPDATE proposal_versions SET status = 'draft' WHERE number = 2",
        "DELETE FROM proposal_versions WHERE number = 1",
        "UPDATE lines SET unit_price = 1 WHERE proposal_version_id IS NOT NULL",
        "DELETE FROM lines WHERE proposal_version_id IS NOT NULL",
        "INSERT INTO lines SELECT gen_random_uuid(), proposal_version_id, NULL, position + 100, product_id, sku,
             description, adm_code, is_liquid, volume_ml, nicotine_mg_ml, unit, quantity, list_price, price_source,
             unit_price, discount_percent, unit_tax, vat_rate, vat_nature, net_cents, tax_cents, unit_cost
         FROM lines WHERE proposal_version_id IS NOT NULL",
    ] {
        let refused = conn.batch_execute(statement).unwrap_err().to_string();
        assert!(refused.contains("sent"), "{statement}: {refused}");
    }
}

#[actix_web::test]
async fn a_link_tampered_with_withdrawn_or_expired_opens_nothing() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("A", "1", "100")])).await;
    let (sent, token) = send(&agent, &draft).await;
    let hash = sent["content"]["content_hash"].clone();
    let spoilt: String = token.chars().rev().collect();
    open(&crm, &spoilt).await.problem(404, "not-found");
    accept(&crm, &spoilt, &hash).await.problem(404, "not-found");
    let other = if token.ends_with('A') { 'B' } else { 'A' };
    open(&crm, &format!("{}{other}", &token[..token.len() - 1]))
        .await
        .problem(404, "not-found");

    let back = act(
        &agent,
        "proposals",
        &draft,
        "withdraw",
        json!({"reason": "Prezzo sbagliato"}),
    )
    .await
    .expect(200);
    assert_eq!(
        (&back["current_version"], &back["status"]),
        (&json!(2), &json!("draft"))
    );
    assert_eq!(
        back["content"]["totals"], sent["content"]["totals"],
        "the content goes on"
    );
    open(&crm, &token).await.problem(410, "proposal-withdrawn");
    accept(&crm, &token, &hash)
        .await
        .problem(410, "proposal-withdrawn");

    let (_, again) = send(&agent, &draft).await;
    open(&crm, &again).await.expect(200);
    let_it_pass(&crm, &draft);
    open(&crm, &again).await.problem(410, "link-expired");
    accept(&crm, &again, &hash)
        .await
        .problem(410, "link-expired");
    let shown = agent.get(&path("proposals", &draft)).await.expect(200);
    assert_eq!(shown["status"], "expired", "at once, told or not");
    let listed = agent
        .get("/api/v1/proposals?status=expired")
        .await
        .expect(200);
    assert_eq!(listed["items"][0]["status"], "expired");
    let sent = agent.get("/api/v1/proposals?status=sent").await.expect(200);
    assert_eq!(sent["items"], json!([]));
    act(&agent, "proposals", &draft, "accept", json!({}))
        .await
        .problem(409, "proposal-expired");
    assert_eq!(crm.count("orders"), 0);
}

#[expect(
    clippy::disallowed_methods,
    reason = "four replicas at once, each with a connection of its own"
)]
#[actix_web::test]
async fn an_expiry_is_told_once_whoever_looks_first() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    for _ in 0..3 {
        let draft = a_proposal(&agent, &client, json!([line("A", "1", "100")])).await;
        send(&agent, &draft).await;
        let_it_pass(&crm, &draft);
    }
    let replicas: Vec<_> = (0..4)
        .map(|_| {
            let mut conn = crm.server.database.connect();
            std::thread::spawn(move || {
                diesel::Connection::transaction(&mut conn, |conn| {
                    Ok::<_, diesel::result::Error>(
                        crm::proposals::expiry::expire_some(conn, nexus_service::now()).unwrap(),
                    )
                })
                .unwrap()
            })
        })
        .collect();
    let told: usize = replicas
        .into_iter()
        .map(|replica| replica.join().unwrap())
        .sum();
    assert_eq!(told, 3);
    let announced = crm.announced();
    assert_eq!(
        announced
            .iter()
            .filter(|kind| *kind == "crm.proposal.expired.v1")
            .count(),
        3
    );
    assert_eq!(crm.count("interactions WHERE kind = 'proposal_expired'"), 3);
}

#[actix_web::test]
async fn of_many_acceptances_at_once_there_is_one_answer_and_one_order() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("A", "1", "100")])).await;
    let (sent, token) = send(&agent, &draft).await;
    let hash = sent["content"]["content_hash"].clone();
    let answers = join_all((0..8).map(|_| accept(&crm, &token, &hash))).await;
    let first = answers[0].clone().expect(200);
    for answer in answers {
        assert_eq!(answer.expect(200), first, "everybody gets the first answer");
    }
    let orders =
        join_all((0..8).map(|_| act(&agent, "proposals", &draft, "order", json!({})))).await;
    let number = orders[0].clone().expect(200)["number"].clone();
    for order in orders {
        assert_eq!(order.expect(200)["number"], number);
    }
    assert_eq!(crm.count("orders"), 1);
    let other = json!({"name": "Altro", "reason": "no"});
    let refuse = format!("/api/v1/proposals/link/{token}/refuse");
    crm.server
        .nobody()
        .post(&refuse, other)
        .await
        .problem(409, "proposal-accepted");
}

#[actix_web::test]
async fn a_refusal_stands_and_a_new_version_goes_on() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("A", "1", "100")])).await;
    let (sent, token) = send(&agent, &draft).await;
    let refuse = format!("/api/v1/proposals/link/{token}/refuse");
    let nobody = crm.server.nobody();
    nobody
        .post(&refuse, json!({"name": " "}))
        .await
        .invalid(&["/name"]);
    let first = nobody
        .post(&refuse, json!({"name": "Ida", "reason": "Troppo caro"}))
        .await
        .expect(200);
    let again = nobody
        .post(&refuse, json!({"name": "Ugo"}))
        .await
        .expect(200);
    assert_eq!(first, again);
    accept(&crm, &token, &sent["content"]["content_hash"])
        .await
        .problem(409, "proposal-refused");
    let url = path("proposals", &draft);
    let next = agent
        .patch(&url, json!({"lines": [line("A", "1", "90")]}))
        .await
        .expect(200);
    assert_eq!(
        (&next["current_version"], &next["status"]),
        (&json!(2), &json!("draft"))
    );
    act(&agent, "proposals", &draft, "order", json!({}))
        .await
        .problem(409, "proposal-not-sent");
}

#[actix_web::test]
async fn what_needs_a_yes_is_not_sent_without_one_for_just_that_content() {
    let crm = Crm::start();
    rules(&crm, json!({"max_amount_cents": 50_000, "min_margin_percent": null, "discount": true, "credit": true})).await;
    let manager = crm.user("Mara", None, MANAGER);
    let agent = crm.user("Anna", Some(&manager), crate::kit::AGENT);
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("A", "10", "100")])).await;
    let url = path("proposals", &draft);
    assert_eq!(draft["content"]["needs_approval"][0]["code"], "amount");
    act(&agent, "proposals", &draft, "send", json!({}))
        .await
        .problem(409, "proposal-needs-approval");
    act(&agent, "proposals", &draft, "approve", json!({}))
        .await
        .problem(403, "forbidden");

    act(&agent, "proposals", &draft, "request-approval", json!({}))
        .await
        .expect(200);
    let inbox = manager
        .get("/api/v1/proposals?waiting=approval")
        .await
        .expect(200);
    assert_eq!(inbox["items"][0]["number"], draft["number"]);
    let counts = manager.get("/api/v1/orders/counts").await.expect(200);
    assert_eq!(counts["proposals_waiting_approval"], 1);
    act(&manager, "proposals", &draft, "approve", json!({}))
        .await
        .problem(428, "precondition-required");
    let hash = draft["content"]["content_hash"].clone();
    act(
        &manager,
        "proposals",
        &draft,
        "approve",
        json!({"content_hash": "0"}),
    )
    .await
    .problem(409, "proposal-changed");
    act(
        &manager,
        "proposals",
        &draft,
        "approve",
        json!({"content_hash": hash}),
    )
    .await
    .expect(200);

    agent
        .patch(&url, json!({"lines": [line("A", "11", "100")]}))
        .await
        .expect(200);
    act(&agent, "proposals", &draft, "send", json!({}))
        .await
        .problem(409, "proposal-needs-approval");
    agent
        .patch(&url, json!({"lines": [line("A", "10", "100")]}))
        .await
        .expect(200);
    let (_, token) = send(&agent, &draft).await;
    let offer = open(&crm, &token).await.expect(200);
    accept(&crm, &token, &offer["content_hash"])
        .await
        .expect(200);
    let accepted = agent.get(&url).await.expect(200);
    let order = agent
        .get(&format!(
            "/api/v1/orders/{}",
            accepted["order_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(
        order["status"], "approved",
        "the yes to the offer is a yes to its order"
    );
    assert_eq!(order["approval"]["by_name"], "Mara");
}

#[actix_web::test]
async fn nobody_approves_what_they_wrote_unless_they_approve_everything() {
    let crm = Crm::start();
    rules(&crm, json!({"max_amount_cents": 0, "min_margin_percent": null, "discount": true, "credit": true})).await;
    let manager = crm.user("Mara", None, MANAGER);
    let client = a_client(&manager, "Rossi").await;
    let draft = a_proposal(&manager, &client, json!([line("A", "1", "1")])).await;
    let hash = json!({"content_hash": draft["content"]["content_hash"]});
    act(&manager, "proposals", &draft, "approve", hash.clone())
        .await
        .problem(403, "own-approval");
    let admin = crm.admin();
    act(&admin, "proposals", &draft, "approve", hash)
        .await
        .expect(200);
}

#[actix_web::test]
async fn bad_input_is_told_field_by_field_and_changes_nothing() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let other = a_client(&agent, "Bianchi").await;
    let site = agent
        .post(
            &format!("{}/sites", path("clients", &other)),
            json!({"name": "Altro"}),
        )
        .await
        .expect(201);
    let with = |body: Value| {
        let mut all = json!({"client_id": client["id"]});
        all.as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        all
    };
    for (body, pointer) in [
        (json!({}), "/client_id"),
        (
            json!({"client_id": "019aab00-0000-7000-8000-00000000dead"}),
            "/client_id",
        ),
        (with(json!({"site_id": site["id"]})), "/site_id"),
        (with(json!({"valid_until": "2099-01-01"})), "/valid_until"),
        (
            with(json!({"lines": [line("A", "0", "1")]})),
            "/lines/0/quantity",
        ),
        (
            with(json!({"lines": [line("A", "-1", "1")]})),
            "/lines/0/quantity",
        ),
        (
            with(json!({"lines": [line("A", "1000000", "1")]})),
            "/lines/0/quantity",
        ),
        (
            with(json!({"lines": [line("A", "1.0001", "1")]})),
            "/lines/0/quantity",
        ),
        (with(json!({"linse": []})), ""),
    ] {
        let told = agent
            .post("/api/v1/proposals", body.clone())
            .await
            .problem(422, "validation");
        let pointers: Vec<&str> = told["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert!(
            pointers.contains(&pointer) || pointer.is_empty(),
            "{body}: {pointers:?}"
        );
    }
    assert_eq!(crm.count("proposals"), 0);
    assert_eq!(
        crm.count("document_numbers"),
        0,
        "a refused one takes no number"
    );

    let empty = a_proposal(&agent, &client, json!([])).await;
    act(&agent, "proposals", &empty, "send", json!({}))
        .await
        .invalid(&["/lines"]);
    act(
        &agent,
        "proposals",
        &empty,
        "send",
        json!({"email": "nessuno"}),
    )
    .await
    .invalid(&["/email"]);
    let url = path("proposals", &empty);
    let yesterday = today().checked_sub_days(Days::new(1)).unwrap();
    agent
        .patch(
            &url,
            json!({"valid_until": yesterday, "lines": [line("A", "1", "1")]}),
        )
        .await
        .expect(200);
    act(&agent, "proposals", &empty, "send", json!({}))
        .await
        .invalid(&["/valid_until"]);
    agent
        .patch(&url, json!({"client_id": other["id"]}))
        .await
        .invalid(&["/client_id"]);
    agent
        .send(
            Method::PATCH,
            &url,
            &[("if-match", "\"1\"")],
            Some(&json!({"notes": "x"})),
        )
        .await
        .problem(412, "stale");
    agent
        .send(Method::PATCH, &url, &[], Some(&json!({"notes": "x"})))
        .await
        .problem(428, "precondition-required");
    act(&agent, "proposals", &empty, "accept", json!({}))
        .await
        .problem(409, "proposal-not-sent");
    act(&agent, "proposals", &empty, "withdraw", json!({}))
        .await
        .problem(409, "proposal-not-sent");
    let stranger = crm.user("Ugo", None, crate::kit::AGENT);
    stranger.get(&url).await.problem(404, "not-found");
    act(&stranger, "proposals", &empty, "send", json!({}))
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn sent_again_under_one_key_it_is_sent_once_and_the_link_comes_again() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let draft = a_proposal(&agent, &client, json!([line("A", "1", "100")])).await;
    let url = format!("{}/send", path("proposals", &draft));
    let first = post_once(&agent, &url, "k1", &json!({})).await.expect(200);
    let again = post_once(&agent, &url, "k1", &json!({})).await.expect(200);
    assert_eq!(first, again);
    assert_eq!(
        crm.count("idempotency_keys WHERE body LIKE '%/p/%'"),
        0,
        "the link is not kept"
    );
    agent
        .delete(&path("proposals", &draft))
        .await
        .problem(409, "proposal-sent");
    let copy = act(&agent, "proposals", &draft, "duplicate", json!({}))
        .await
        .expect(201);
    assert_eq!(
        (&copy["status"], &copy["content"]["totals"]),
        (&json!("draft"), &first["content"]["totals"])
    );
    agent.delete(&path("proposals", &copy)).await.expect(204);
    act(&agent, "proposals", &copy, "restore", json!({}))
        .await
        .expect(200);
}

#[actix_web::test]
async fn links_are_not_tried_for_ever() {
    let crm = Crm::start();
    let nobody = crm.server.nobody();
    let mut told = Vec::new();
    for _ in 0..130 {
        told.push(
            nobody
                .get("/api/v1/proposals/link/abc")
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(told[0], 404);
    assert!(told.contains(&429), "{told:?}");
}

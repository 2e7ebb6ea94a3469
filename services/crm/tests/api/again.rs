//! The same once more: what a copy of a document takes along, and what a change of one tells.

use serde_json::{Value, json};

use crate::kit::{Crm, a_client, a_product, path};
use crate::selling::{a_proposal, act, an_order, line, no_rules};

#[actix_web::test]
async fn a_copy_looks_up_list_prices_anew_and_keeps_what_was_written_by_hand() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let (admin, agent) = (crm.admin(), crm.agent());
    let client = a_client(&agent, "Rossi").await;
    let mint = a_product(&admin, "Menta", "10").await;
    let asked = |more: Value| {
        let mut line = json!({"product_id": mint["id"], "quantity": "2"});
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line
    };
    let lines = json!([
        asked(json!({})),
        asked(json!({"discount_percent": "7"})),
        asked(json!({"unit_price": "9"})),
        line("Espositore", "1", "30"),
    ]);
    let order = an_order(&agent, &client, lines.clone()).await;
    let proposal = a_proposal(&agent, &client, lines).await;
    admin
        .patch(&path("products", &mint), json!({"list_price": "11"}))
        .await
        .expect(200);

    let copies = [
        act(&agent, "orders", &order, "duplicate", json!({}))
            .await
            .expect(201)["lines"]
            .clone(),
        act(&agent, "proposals", &proposal, "duplicate", json!({}))
            .await
            .expect(201)["content"]["lines"]
            .clone(),
    ];
    for lines in copies {
        let told: Vec<[&Value; 2]> = lines
            .as_array()
            .unwrap()
            .iter()
            .map(|line| [&line["unit_price"], &line["discount_percent"]])
            .collect();
        assert_eq!(
            json!(told),
            json!([
                ["11.0000", "0.00"],
                ["11.0000", "7.00"],
                ["9.0000", "0.00"],
                ["30.0000", "0.00"]
            ]),
        );
    }
}

#[actix_web::test]
async fn a_change_of_a_proposal_tells_the_lines_before_and_after() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let proposal = a_proposal(&agent, &client, json!([line("Espositore", "1", "30")])).await;
    let change = json!({"lines": [line("Espositore", "3", "30")]});
    agent
        .patch(&path("proposals", &proposal), change)
        .await
        .expect(200);
    let feed = crm.server.service();
    nexus_testkit::eventually("the change is on the feed", || {
        let feed = feed.clone();
        async move {
            let page = feed.get("/internal/events?after=0").await.expect(200);
            let events = page["events"].as_array().unwrap();
            let change = events
                .iter()
                .find(|event| event["kind"] == "crm.proposal.changed.v1");
            change.is_some_and(|event| {
                let payload = &event["payload"];
                payload["before"]["lines"][0]["net_cents"] == 3_000
                    && payload["record"]["lines"][0]["net_cents"] == 9_000
            })
        }
    })
    .await;
}

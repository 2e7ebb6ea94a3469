//! Two at once, the same twice, the older over the newer.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::kit::{Crm, a_client, an_opportunity, path, post_once, stages};

#[actix_web::test]
async fn a_stale_change_is_412_with_the_record_as_it_is_and_a_blind_one_428() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let url = path("clients", &client);
    agent
        .patch(&url, json!({"name": "Nuovo"}))
        .await
        .expect(200);
    let body = json!({"name": "Vecchio"});

    let told = agent
        .send(Method::PATCH, &url, &[("if-match", "\"1\"")], Some(&body))
        .await
        .problem(412, "stale");
    assert_eq!(
        (&told["current"]["name"], &told["current"]["version"]),
        (&json!("Nuovo"), &json!(2))
    );
    agent
        .send(Method::PATCH, &url, &[], Some(&body))
        .await
        .problem(428, "precondition-required");
    agent
        .send(Method::DELETE, &url, &[], None)
        .await
        .problem(428, "precondition-required");
    agent
        .send(Method::PATCH, &url, &[("if-match", "\"2\"")], Some(&body))
        .await
        .expect(200);
}

#[actix_web::test]
async fn of_many_changes_of_one_version_exactly_one_wins() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let url = path("clients", &client);

    let bodies: Vec<_> = (0..20)
        .map(|number| json!({"notes": format!("{number}")}))
        .collect();
    let tries = bodies
        .iter()
        .map(|body| agent.send(Method::PATCH, &url, &[("if-match", "\"1\"")], Some(body)));
    let statuses: Vec<_> = join_all(tries)
        .await
        .iter()
        .map(|reply| reply.status.as_u16())
        .collect();

    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 412)),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn a_repeated_request_gets_the_first_answer_and_happens_once() {
    let crm = Crm::start();
    let agent = crm.agent();
    let body = json!({"name": "Rossi"});
    let first = post_once(&agent, "/api/v1/clients", "k1", &body).await;
    let again = post_once(&agent, "/api/v1/clients", "k1", &body).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
    assert_eq!(
        (again.header("location"), again.header("etag")),
        (first.header("location"), first.header("etag"))
    );
    post_once(&agent, "/api/v1/clients", "k1", &json!({"name": "Verdi"}))
        .await
        .problem(422, "idempotency-mismatch");
    assert_eq!(crm.count("clients"), 1);

    let colleague = crm.user("Carlo", None, crate::kit::AGENT);
    post_once(
        &colleague,
        "/api/v1/clients",
        "k1",
        &json!({"name": "Verdi"}),
    )
    .await
    .expect(201);
    assert_eq!(crm.count("clients"), 2);
}

#[actix_web::test]
async fn a_refused_request_keeps_no_key() {
    let crm = Crm::start();
    let agent = crm.agent();
    post_once(&agent, "/api/v1/clients", "k2", &json!({"name": ""}))
        .await
        .invalid(&["/name"]);
    post_once(&agent, "/api/v1/clients", "k2", &json!({"name": "Rossi"}))
        .await
        .expect(201);
    let too_long = "k".repeat(256);
    post_once(
        &agent,
        "/api/v1/clients",
        &too_long,
        &json!({"name": "Rossi"}),
    )
    .await
    .invalid(&["Idempotency-Key"]);
}

#[actix_web::test]
async fn the_same_request_many_times_at_once_happens_once() {
    let crm = Crm::start();
    let agent = crm.agent();
    let body = json!({"name": "Rossi"});
    let replies =
        join_all((0..10).map(|_| post_once(&agent, "/api/v1/clients", "k3", &body))).await;
    let ids: std::collections::HashSet<_> = replies
        .iter()
        .map(|reply| reply.body["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{replies:?}");
    assert_eq!(crm.count("clients"), 1);
}

#[actix_web::test]
async fn a_deal_won_by_two_is_won_once() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 10).await;
    let url = format!("{}/win", path("opportunities", &deal));
    let mut statuses: Vec<_> = join_all((0..2).map(|_| agent.post(&url, json!({}))))
        .await
        .iter()
        .map(|reply| reply.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(
        crm.announced()
            .iter()
            .filter(|kind| *kind == "crm.opportunity.won.v1")
            .count(),
        1
    );
}

#[actix_web::test]
async fn an_action_honours_if_match_when_it_is_given() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 10).await;
    let stages = stages(&agent).await;
    let url = format!("{}/move", path("opportunities", &deal));
    let body = json!({"stage_id": stages[1]["id"]});
    agent
        .send(Method::POST, &url, &[("if-match", "\"9\"")], Some(&body))
        .await
        .problem(412, "stale");
    agent
        .send(Method::POST, &url, &[("if-match", "\"1\"")], Some(&body))
        .await
        .expect(200);
}

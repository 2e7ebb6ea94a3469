//! Events that come twice, late, unknown or broken.

use serde_json::json;

use crate::kit::{Analytics, WON, activity, dashboard, deal, figure, id, told};

#[actix_web::test]
async fn an_event_that_comes_twice_or_late_counts_once_and_never_goes_back() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let won =
        json!({"stage_id": WON, "status": "won", "closed_on": "2026-03-05", "amount_cents": 700});
    let later = deal(id(1), 3, "2026-03-05T10:00:00Z", "won", won);
    let earlier = deal(
        id(1),
        1,
        "2026-02-01T10:00:00Z",
        "created",
        json!({"amount_cents": 100, "opened_on": "2026-02-01"}),
    );
    let call = activity(id(2), "2026-03-02T10:00:00Z", "call", None, None);
    analytics.tell(&[later.clone(), call.clone()]);
    analytics.tell(&[earlier, later.clone(), call]);
    analytics.tell(&[later]);
    let seen = dashboard(&admin, "tiles=headline&from=2026-03-01&until=2026-03-31").await;
    assert_eq!(
        (figure(&seen, "won_cents"), figure(&seen, "activities")),
        (json!(700), json!(1))
    );
    assert_eq!(analytics.differences(), 0);
}

#[actix_web::test]
async fn a_page_that_was_applied_already_does_nothing() {
    let analytics = Analytics::start();
    let page = [deal(
        id(1),
        1,
        "2026-03-05T10:00:00Z",
        "created",
        json!({"amount_cents": 5}),
    )
    .event(2)];
    analytics.take_in(&page);
    let deltas = analytics.count("count_deltas");
    analytics.take_in(&page);
    assert_eq!(analytics.count("count_deltas"), deltas);
}

#[actix_web::test]
async fn what_cannot_be_applied_is_parked_and_shown_and_stops_nothing() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let at = "2026-03-05T10:00:00Z";
    let good = deal(
        id(1),
        1,
        at,
        "created",
        json!({"amount_cents": 5, "opened_on": "2026-03-05"}),
    );
    let mut newer = good.clone();
    newer.kind = "crm.opportunity.won.v2".to_owned();
    let unknown = told("crm.weather.changed.v1", id(2), 1, at, json!({}), json!({}));
    let broken = deal(id(3), 1, at, "created", json!({"amount_cents": "molto"}));
    let poison = deal(
        id(4),
        1,
        at,
        "created",
        json!({"name": "a\u{0}b", "amount_cents": 1, "opened_on": "2026-03-05"}),
    );
    let passed_over = told("crm.contact.created.v1", id(5), 1, at, json!({}), json!({}));
    analytics.tell(&[newer, unknown, broken, poison, passed_over, good]);
    let seen = dashboard(&admin, "tiles=headline&from=2026-03-01&until=2026-03-31").await;
    assert_eq!(figure(&seen, "opened_cents"), json!(5));
    let parked = admin
        .get("/api/v1/analytics/parked?limit=3")
        .await
        .expect(200);
    let next = parked["next_cursor"].as_str().unwrap();
    let rest = admin
        .get(&format!("/api/v1/analytics/parked?limit=3&cursor={next}"))
        .await
        .expect(200);
    let reasons: Vec<&str> = [&parked, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|line| line["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["unreadable", "unreadable", "unknown", "unknown"]);
    let status = admin.get("/api/v1/analytics/status").await.expect(200);
    assert_eq!(
        (&status["parked"], &status["feeds"][0]["position"]),
        (&json!(4), &json!(7))
    );
    assert_eq!(analytics.differences(), 0);
}

//! Targets: set by whoever leads, measured against what was reached.

use reqwest::Method;
use serde_json::json;

use crate::kit::{AGENT, Analytics, MANAGER, WON, dashboard, deal, id};

#[actix_web::test]
async fn attainment_is_what_was_reached_of_whole_months() {
    let mut analytics = Analytics::start();
    let marta = analytics.user("Marta", None, MANAGER);
    let anna = analytics.user("Anna", Some(&marta), AGENT);
    let won = |day: &str, cents: i64| json!({"owner_id": anna.user_id, "stage_id": WON, "status": "won", "closed_on": day, "amount_cents": cents});
    analytics.tell(&[
        deal(
            id(1),
            1,
            "2026-03-01T10:00:00Z",
            "won",
            won("2026-03-01", 30_000),
        ),
        deal(
            id(2),
            1,
            "2026-03-28T10:00:00Z",
            "won",
            won("2026-03-28", 45_000),
        ),
    ]);
    let set = json!({"month": "2026-03-01", "targets": [{"owner_id": anna.user_id, "measure": "won_cents", "value": 100_000}]});
    let path = "/api/v1/analytics/targets";
    marta
        .send(Method::PUT, path, &[], Some(&set))
        .await
        .expect(200);
    // The period is part of the month; a target is of all of it.
    let seen = dashboard(&anna, "tiles=targets&from=2026-03-10&until=2026-03-15").await;
    let line = &seen["targets"]["lines"][0];
    assert_eq!(
        (&line["target"], &line["actual"], &line["attainment"]),
        (&json!(100_000), &json!(75_000), &json!(0.75))
    );
    let none = json!({"month": "2026-03-01", "targets": [{"owner_id": anna.user_id, "measure": "won_cents", "value": 0}]});
    marta
        .send(Method::PUT, path, &[], Some(&none))
        .await
        .expect(200);
    let gone = anna
        .get("/api/v1/analytics/targets?month=2026-03-01")
        .await
        .expect(200);
    assert_eq!(gone["targets"], json!([]));
}

#[actix_web::test]
async fn nobody_sets_targets_of_another_team() {
    let analytics = Analytics::start();
    let marta = analytics.user("Marta", None, MANAGER);
    let other = analytics.user("Olga", None, AGENT);
    let set = json!({"month": "2026-03-02", "targets": [{"owner_id": other.user_id, "measure": "won", "value": 1}]});
    marta
        .send(Method::PUT, "/api/v1/analytics/targets", &[], Some(&set))
        .await
        .invalid(&["/month"]);
    let set = json!({"month": "2026-03-01", "targets": [{"owner_id": other.user_id, "measure": "won", "value": 1}]});
    marta
        .send(Method::PUT, "/api/v1/analytics/targets", &[], Some(&set))
        .await
        .invalid(&["/targets/0/owner_id"]);
}

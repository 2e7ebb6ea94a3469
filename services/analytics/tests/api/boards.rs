//! Dashboards: private until shared, changed by their owner alone.

use serde_json::{Value, json};

use crate::kit::{AGENT, Analytics, MANAGER};

fn board(name: &str, tiles: &[&str]) -> Value {
    let tiles: Vec<Value> = tiles
        .iter()
        .map(|tile| json!({"tile": tile, "width": 6}))
        .collect();
    json!({"name": name, "tiles": tiles, "filter": {"province": "TO", "compare": "year"}})
}

#[actix_web::test]
async fn tiles_are_added_removed_and_arranged_and_come_back_as_they_were_left() {
    let analytics = Analytics::start();
    let anna = analytics.user("Anna", None, AGENT);
    let made = anna
        .post(
            "/api/v1/analytics/dashboards",
            board("Lunedì", &["funnel", "agents"]),
        )
        .await
        .expect(201);
    let url = format!(
        "/api/v1/analytics/dashboards/{}",
        made["id"].as_str().unwrap()
    );
    let tiles = json!([{"tile": "pipeline", "width": 12, "height": 2}, {"tile": "funnel", "width": 4, "height": 1}]);
    let changed = anna.patch(&url, json!({"tiles": tiles})).await.expect(200);
    assert_eq!(changed["version"], 2);
    let seen = anna.get(&url).await.expect(200);
    assert_eq!(seen["tiles"], tiles);
    assert_eq!(
        (&seen["filter"]["province"], &seen["filter"]["compare"]),
        (&json!("TO"), &json!("year"))
    );
}

#[actix_web::test]
async fn a_private_dashboard_is_nobody_elses_and_a_shared_one_is_only_read() {
    let analytics = Analytics::start();
    let marta = analytics.user("Marta", None, MANAGER);
    let anna = analytics.user("Anna", Some(&marta), AGENT);
    let made = marta
        .post("/api/v1/analytics/dashboards", board("Mio", &["funnel"]))
        .await
        .expect(201);
    let url = format!(
        "/api/v1/analytics/dashboards/{}",
        made["id"].as_str().unwrap()
    );
    anna.get(&url).await.problem(404, "not-found");
    anna.patch(&url, json!({"name": "Rubato"}))
        .await
        .problem(404, "not-found");
    marta.patch(&url, json!({"shared": true})).await.expect(200);
    assert_eq!(anna.get(&url).await.expect(200)["name"], "Mio");
    anna.patch(&url, json!({"name": "Rubato"}))
        .await
        .problem(403, "forbidden");
    anna.delete(&url).await.problem(403, "forbidden");
    marta.delete(&url).await.expect(204);
    anna.get(&url).await.problem(404, "not-found");
}

#[actix_web::test]
async fn sharing_takes_a_permission_and_wrong_tiles_are_told() {
    let analytics = Analytics::start();
    let anna = analytics.user("Anna", None, AGENT);
    let mut shared = board("Di tutti", &["funnel"]);
    shared["shared"] = json!(true);
    anna.post("/api/v1/analytics/dashboards", shared)
        .await
        .invalid(&["/shared"]);
    anna.post(
        "/api/v1/analytics/dashboards",
        board("Due", &["funnel", "funnel"]),
    )
    .await
    .invalid(&["/tiles/1/tile"]);
    let unknown = anna
        .post("/api/v1/analytics/dashboards", board("Boh", &["weather"]))
        .await;
    assert_eq!(unknown.status, 422, "{}", unknown.body);
}

#[actix_web::test]
async fn a_change_of_an_old_version_is_refused_with_the_new_one() {
    let analytics = Analytics::start();
    let anna = analytics.user("Anna", None, AGENT);
    let made = anna
        .post("/api/v1/analytics/dashboards", board("Lunedì", &["funnel"]))
        .await
        .expect(201);
    let url = format!(
        "/api/v1/analytics/dashboards/{}",
        made["id"].as_str().unwrap()
    );
    anna.patch(&url, json!({"name": "Martedì"}))
        .await
        .expect(200);
    let stale = anna
        .send(
            reqwest::Method::PATCH,
            &url,
            &[("if-match", "\"1\"")],
            Some(&json!({"name": "X"})),
        )
        .await;
    assert_eq!(stale.status, 412);
    assert_eq!(stale.body["current"]["name"], "Martedì");
}

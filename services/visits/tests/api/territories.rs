//! Who looks after which part of the country, and how well it is covered.

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, MANAGER, Shop, Visits, path};

fn shop_in(
    visits: &Visits,
    owner: &Caller,
    province: &str,
    cap: &str,
    seen: Option<&str>,
) -> uuid::Uuid {
    visits.shop(&Shop {
        province,
        cap,
        last_visit_on: seen,
        ..Shop::of(owner, "Rossi", (45.07, 7.68))
    })
}

async fn a_territory(visits: &Visits, name: &str, areas: &[&str], agents: &[&Caller]) -> Value {
    let agents: Vec<_> = agents.iter().map(|agent| agent.user_id).collect();
    let body = json!({"name": name, "areas": areas, "agent_ids": agents});
    visits
        .admin()
        .post("/api/v1/territories", body)
        .await
        .expect(201)
}

/// Names and shops.
async fn told(who: &Caller) -> Value {
    let page = who.get("/api/v1/territories").await.expect(200);
    let items = page["items"].as_array().unwrap().iter();
    json!(
        items
            .map(|item| json!([item["name"], item["places"]]))
            .collect::<Vec<_>>()
    )
}

#[actix_web::test]
async fn shops_belong_to_the_closest_territory_whatever_changes() {
    let visits = Visits::start();
    let (admin, agent) = (visits.admin(), visits.agent());
    shop_in(&visits, &agent, "TO", "10121", None);
    shop_in(&visits, &agent, "TO", "10064", None);
    shop_in(&visits, &agent, "CN", "12100", None);
    a_territory(&visits, "Piemonte", &["piemonte"], &[&agent]).await;
    let torino = a_territory(&visits, "Torino", &["TO"], &[]).await;
    // One that crm tells of afterwards.
    shop_in(&visits, &agent, "TO", "10122", None);
    assert_eq!(told(&agent).await, json!([["Piemonte", 1], ["Torino", 3]]));
    let centre = a_territory(&visits, "Centro", &["101"], &[]).await;
    assert_eq!(
        told(&agent).await,
        json!([["Centro", 2], ["Piemonte", 1], ["Torino", 1]])
    );
    admin
        .patch(&path("territories", &centre), json!({"areas": ["10122"]}))
        .await
        .expect(200);
    assert_eq!(
        told(&agent).await,
        json!([["Centro", 1], ["Piemonte", 1], ["Torino", 2]])
    );
    admin
        .delete(&path("territories", &torino))
        .await
        .expect(204);
    assert_eq!(told(&agent).await, json!([["Centro", 1], ["Piemonte", 3]]));
    let other = visits.user("Bruno", None, AGENT);
    assert_eq!(told(&other).await, json!([["Centro", 0], ["Piemonte", 0]]));
}

#[actix_web::test]
async fn an_area_belongs_to_one_territory() {
    let visits = Visits::start();
    let admin = visits.admin();
    a_territory(&visits, "Torino", &["TO"], &[]).await;
    let new =
        |areas: Value, agents: Value| json!({"name": "Altro", "areas": areas, "agent_ids": agents});
    let at = "/api/v1/territories";
    admin
        .post(at, new(json!(["CN", "to"]), json!([])))
        .await
        .invalid(&["/areas/1"]);
    admin
        .post(at, new(json!(["Padania"]), json!([])))
        .await
        .invalid(&["/areas/0"]);
    let nobody = uuid::Uuid::now_v7();
    admin
        .post(at, new(json!(["CN"]), json!([nobody])))
        .await
        .invalid(&["/agent_ids/0"]);
    assert_eq!(visits.count("territories"), 1);
}

#[actix_web::test]
async fn coverage_counts_what_was_seen_in_time_along_every_side() {
    let visits = Visits::start();
    let manager = visits.user("Marco", None, MANAGER);
    let (anna, bruno) = (
        visits.user("Anna", Some(&manager), AGENT),
        visits.user("Bruno", Some(&manager), AGENT),
    );
    let torino = a_territory(&visits, "Torino", &["TO"], &[&anna]).await;
    // Every 30 days; today is 22 November: fine, due, overdue, on its last day, never.
    shop_in(&visits, &anna, "TO", "10121", Some("2026-11-10"));
    shop_in(&visits, &anna, "TO", "10121", Some("2026-10-28"));
    shop_in(&visits, &anna, "CN", "12100", Some("2026-10-23"));
    shop_in(&visits, &bruno, "TO", "10064", Some("2026-10-24"));
    shop_in(&visits, &bruno, "TO", "10064", None);
    let line = |line: &Value| {
        json!([
            line["places"],
            line["within"],
            line["due"],
            line["overdue"],
            line["never"]
        ])
    };
    let by = |who: &Caller, by: &str| {
        let (who, at) = (who.clone(), format!("/api/v1/coverage?{by}"));
        async move { who.get(&at).await.expect(200) }
    };
    let all = by(&manager, "by=agent").await;
    assert_eq!(line(&all["total"]), json!([5, 3, 2, 1, 1]));
    assert_eq!(all["total"]["within_percent"], 60.0);
    let named: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["name"], line(one)]))
        .collect();
    assert!(
        named.contains(&json!(["Anna", [3, 2, 1, 1, 0]])),
        "{named:?}"
    );
    assert!(
        named.contains(&json!(["Bruno", [2, 1, 1, 0, 1]])),
        "{named:?}"
    );
    let zones = by(&manager, "by=territory").await;
    assert_eq!(zones["items"][0]["name"], "Torino");
    assert_eq!(line(&zones["items"][0]), json!([4, 3, 2, 0, 1]));
    assert_eq!(zones["items"][1]["key"], Value::Null);
    let here = format!(
        "by=province&territory_id={}",
        torino["id"].as_str().unwrap()
    );
    assert_eq!(
        line(&by(&manager, &here).await["total"]),
        json!([4, 3, 2, 0, 1])
    );
    let own = by(&bruno, "by=class").await;
    assert_eq!(
        (&own["items"][0]["key"], line(&own["total"])),
        (&json!("B"), json!([2, 1, 1, 0, 1]))
    );
    assert_eq!(
        line(&by(&manager, "lifecycle=prospect").await["total"]),
        json!([0, 0, 0, 0, 0])
    );

    // The list behind the figures.
    let count = |standing: &'static str| {
        let who = manager.clone();
        async move {
            let at = format!("/api/v1/places?count=true&standing={standing}");
            who.get(&at).await.expect(200)["total"].clone()
        }
    };
    assert_eq!(count("due").await, 4);
    assert_eq!(count("only_due").await, 2);
    assert_eq!(count("overdue").await, 1);
    assert_eq!(count("never").await, 1);
    let map = manager
        .get("/api/v1/coverage/map?province=cn")
        .await
        .expect(200);
    let spot = &map["items"][0];
    assert_eq!(
        (&spot[4], &spot[5], &spot[6]),
        (&json!(100), &json!("overdue"), &json!("B"))
    );
}

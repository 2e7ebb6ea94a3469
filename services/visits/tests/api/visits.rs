//! A visit from the diary to its report.

use diesel::prelude::*;
use nexus_testkit::Caller;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{AGENT, MANAGER, Shop, Visits, a_visit, instant, path, post_once};

const TORINO: (f64, f64) = (45.0703, 7.6869);

pub fn a_shop(visits: &Visits, owner: &Caller) -> Uuid {
    visits.shop(&Shop::of(owner, "Rossi", TORINO))
}

/// What a step of a visit answers.
pub async fn step(who: &Caller, visit: &Value, step: &str, body: Value) -> nexus_testkit::Reply {
    who.post(&format!("{}/{step}", path("visits", visit)), body)
        .await
}

/// Positions are kept, as coarsely as three decimals.
pub async fn keep_positions(visits: &Visits) {
    let rules = json!({"positions": true, "position_decimals": 3, "check_in_radius_m": 200});
    let headers = [("if-match", "*")];
    let put = reqwest::Method::PUT;
    let admin = visits.admin();
    let reply = admin
        .send(put, "/api/v1/visit-rules", &headers, Some(&rules))
        .await;
    reply.expect(200);
}

#[actix_web::test]
async fn a_visit_goes_from_the_diary_to_its_report_and_every_step_is_announced() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({"subject": "Natale"})).await;
    assert_eq!(visit["status"], "planned");
    assert_eq!(visit["minutes"], 30);

    let under_way = step(&agent, &visit, "check-in", json!({}))
        .await
        .expect(200);
    assert_eq!(under_way["status"], "under_way");
    assert_eq!(under_way["started_at"], "2026-11-22T18:00:00Z");
    let product = json!({"id": Uuid::now_v7(), "name": "Menta 10 ml"});
    let report = json!({"outcome": "interested", "note": "Vuole il listino", "products": [product],
        "next_step": {"title": "Portare il campionario", "due_on": "2026-11-27"}});
    let done = step(&agent, &visit, "done", report).await.expect(200);
    assert_eq!(done["status"], "done");
    assert_eq!(done["products"], json!([product]));
    assert_eq!(done["next_step"]["title"], "Portare il campionario");
    assert_eq!(done["planned_on"], "2026-11-22");

    let place = agent
        .get(&format!("/api/v1/places/{shop}"))
        .await
        .expect(200);
    assert_eq!(place["last_visit_on"], "2026-11-22");
    // Class B: every 30 days, due from seven tenths of that.
    assert_eq!(place["due_on"], "2026-12-13");
    assert_eq!(
        (&place["urgency"], &place["standing"]),
        (&json!(0.0), &json!("fine"))
    );
    assert_eq!(
        visits.announced(),
        [
            "visits.visit.planned.v1",
            "visits.visit.started.v1",
            "visits.visit.done.v1"
        ]
    );
}

#[actix_web::test]
async fn only_who_met_somebody_has_seen_the_shop() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    for outcome in ["closed", "nobody_there"] {
        let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
        step(&agent, &visit, "done", json!({"outcome": outcome}))
            .await
            .expect(200);
        let place = agent
            .get(&format!("/api/v1/places/{shop}"))
            .await
            .expect(200);
        assert_eq!(place["last_visit_on"], "2026-10-22", "{outcome}");
    }
}

#[actix_web::test]
async fn what_a_phone_without_signal_tells_later_is_taken_once() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let id = Uuid::now_v7();
    let new = json!({"id": id, "place_id": shop, "day": "2026-11-20"});
    let report = json!({"outcome": "ordered", "started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T09:25:00Z"});
    let done_at = format!("/api/v1/visits/{id}/done");
    for _ in 0..2 {
        let made = post_once(&agent, "/api/v1/visits", "phone-1", &new).await;
        assert_eq!(made.expect(201)["id"], json!(id));
        let done = post_once(&agent, &done_at, "phone-2", &report)
            .await
            .expect(200);
        assert_eq!(done["day"], "2026-11-20");
        assert_eq!(done["started_at"], "2026-11-20T09:00:00Z");
    }
    assert_eq!(visits.count("visits"), 1);
    assert_eq!(visits.announced().len(), 2);
    agent
        .post("/api/v1/visits", new)
        .await
        .problem(409, "id-taken");
    agent
        .post(&done_at, report)
        .await
        .problem(409, "visit-over");
}

#[actix_web::test]
async fn what_cannot_have_been_is_refused_with_its_place() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    for (body, pointers) in [
        (
            json!({"outcome": "ordered", "ended_at": "2026-11-22T19:00:00Z"}),
            ["/ended_at"],
        ),
        (
            json!({"outcome": "ordered", "ended_at": "2025-09-22T19:00:00Z"}),
            ["/ended_at"],
        ),
        (
            json!({"outcome": "ordered", "started_at": "2026-11-22T17:00:00Z", "ended_at": "2026-11-22T16:00:00Z"}),
            ["/ended_at"],
        ),
        (
            json!({"outcome": "ordered", "next_step": {"title": " ", "due_on": "2026-11-27"}}),
            ["/next_step/title"],
        ),
        (json!({"outcome": "happy"}), ["/outcome"]),
    ] {
        step(&agent, &visit, "done", body).await.invalid(&pointers);
    }
    for (body, pointers) in [
        (
            json!({"place_id": Uuid::now_v7(), "day": "2026-11-23"}),
            ["/place_id"],
        ),
        (json!({"place_id": shop}), ["/day"]),
        (
            json!({"place_id": shop, "day": "2026-11-23", "minutes": 2}),
            ["/minutes"],
        ),
        (
            json!({"place_id": shop, "day": "2026-11-23", "agent_id": Uuid::now_v7()}),
            ["/agent_id"],
        ),
        (
            json!({"place_id": shop, "day": "2026-11-23", "until_day": "2026-11-20"}),
            ["/until_day"],
        ),
        (
            json!({"place_id": shop, "day": "2026-11-23", "leeway_minutes": 10}),
            ["/leeway_minutes"],
        ),
    ] {
        agent.post("/api/v1/visits", body).await.invalid(&pointers);
    }
}

#[actix_web::test]
async fn steps_that_are_not_on_the_way_are_conflicts() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let correction = json!({"reason": "tasto sbagliato"});
    step(&agent, &visit, "check-in/correct", correction)
        .await
        .problem(409, "visit-not-begun");
    step(&agent, &visit, "reopen", json!({}))
        .await
        .problem(409, "visit-stands");
    step(&agent, &visit, "check-in", json!({}))
        .await
        .expect(200);
    step(&agent, &visit, "check-in", json!({}))
        .await
        .problem(409, "visit-under-way");
    agent
        .patch(&path("visits", &visit), json!({"day": "2026-11-25"}))
        .await
        .problem(409, "visit-under-way");
    step(&agent, &visit, "missed", json!({"reason": "chiuso"}))
        .await
        .expect(200);
    step(&agent, &visit, "done", json!({"outcome": "ordered"}))
        .await
        .problem(409, "visit-over");
    let stale = [("if-match", "\"1\"")];
    let at = format!("{}/reopen", path("visits", &visit));
    let reply = agent
        .send(reqwest::Method::POST, &at, &stale, Some(&json!({})))
        .await;
    reply.problem(412, "stale");
    let again = step(&agent, &visit, "reopen", json!({})).await.expect(200);
    assert_eq!(
        (&again["status"], &again["reason"]),
        (&json!("planned"), &Value::Null)
    );
}

#[actix_web::test]
async fn a_visit_some_day_of_the_week_becomes_an_appointment_and_back() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(
        &agent,
        shop,
        "2026-11-23",
        json!({"until_day": "2026-11-27"}),
    )
    .await;
    assert_eq!(visit["until_day"], "2026-11-27");
    let at = path("visits", &visit);
    let agreed = json!({"fixed_at": "2026-11-25T09:00:00Z", "leeway_minutes": 15});
    let agreed = agent.patch(&at, agreed).await.expect(200);
    assert_eq!(agreed["day"], "2026-11-25");
    assert_eq!(
        (&agreed["until_day"], &agreed["leeway_minutes"]),
        (&Value::Null, &json!(15))
    );
    let loose = agent
        .patch(&at, json!({"fixed_at": null}))
        .await
        .expect(200);
    assert_eq!(
        (&loose["day"], &loose["leeway_minutes"]),
        (&json!("2026-11-25"), &json!(0))
    );
}

#[actix_web::test]
async fn a_position_is_kept_only_where_the_company_wants_it_and_only_coarsely() {
    let visits = Visits::start();
    let manager = visits.user("Marco Manager", None, MANAGER);
    let agent = visits.user("Anna Agente", Some(&manager), AGENT);
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let here = json!({"lat": 45.07121, "lng": 7.68694, "accuracy_m": 15, "position_at": "2026-11-22T17:59:30Z"});
    step(&agent, &visit, "check-in", here.clone())
        .await
        .invalid(&["/lat"]);
    keep_positions(&visits).await;
    // Only oneself says where one is, and only where one is now.
    step(&manager, &visit, "check-in", here.clone())
        .await
        .invalid(&["/lat"]);
    let mut old = here.clone();
    old["position_at"] = json!("2026-11-22T17:57:00Z");
    step(&agent, &visit, "check-in", old)
        .await
        .invalid(&["/position_at"]);
    let there = step(&agent, &visit, "check-in", here).await.expect(200);
    assert_eq!(there["inside"], true);
    let distance = there["distance_m"].as_i64().unwrap();
    assert!((50..150).contains(&distance), "{distance}");

    let at = format!("{}/check-ins", path("visits", &visit));
    let own = agent.get(&at).await.expect(200)["items"][0].clone();
    assert_eq!((&own["lat"], &own["lng"]), (&json!(45.071), &json!(7.687)));
    let seen = manager.get(&at).await.expect(200)["items"][0].clone();
    assert_eq!(
        (&seen["lat"], &seen["accuracy_m"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(seen["inside"], true);
    // No event tells where anybody was.
    let events = visits
        .server
        .service()
        .get("/internal/events?after=0")
        .await;
    assert!(!events.body.to_string().contains("45.071"));

    let before = instant("2026-11-23T00:00:00Z");
    let forgotten = visits::visits::queries::forget_positions(&mut visits.conn(), before);
    assert_eq!(forgotten.unwrap(), 1);
    let own = agent.get(&at).await.expect(200)["items"][0].clone();
    assert_eq!(
        (&own["lat"], &own["distance_m"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(own["inside"], true);
}

#[actix_web::test]
async fn a_wrong_check_in_is_put_right_by_another_fact() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    step(&agent, &visit, "check-in", json!({}))
        .await
        .expect(200);
    let correction = json!({"reason": "premuto tardi", "at": "2026-11-22T17:40:00Z"});
    let right = step(&agent, &visit, "check-in/correct", correction)
        .await
        .expect(200);
    assert_eq!(right["started_at"], "2026-11-22T17:40:00Z");
    let at = format!("{}/check-ins", path("visits", &visit));
    let facts = agent.get(&at).await.expect(200)["items"].clone();
    assert_eq!(facts[0]["at"], "2026-11-22T18:00:00Z");
    assert_eq!(facts[1]["corrects"], facts[0]["id"]);
    assert_eq!(facts[1]["reason"], "premuto tardi");
    for change in ["UPDATE check_ins SET at = now()", "DELETE FROM check_ins"] {
        let refused = diesel::sql_query(change).execute(&mut visits.conn());
        assert!(refused.is_err(), "{change}");
    }
    assert!(
        visits
            .announced()
            .contains(&"visits.visit.check_in_corrected.v1".to_owned())
    );
}

#[actix_web::test]
async fn what_is_somebody_elses_is_not_there() {
    let visits = Visits::start();
    let manager = visits.user("Marco Manager", None, MANAGER);
    let (anna, bruno) = (
        visits.user("Anna", Some(&manager), AGENT),
        visits.user("Bruno", None, AGENT),
    );
    let shop = a_shop(&visits, &anna);
    let visit = a_visit(
        &manager,
        shop,
        "2026-11-23",
        json!({"agent_id": anna.user_id}),
    )
    .await;
    let at = path("visits", &visit);
    anna.get(&at).await.expect(200);
    bruno.get(&at).await.problem(404, "not-found");
    step(&bruno, &visit, "check-in", json!({}))
        .await
        .problem(404, "not-found");
    step(&bruno, &visit, "done", json!({"outcome": "ordered"}))
        .await
        .problem(404, "not-found");
    bruno
        .get(&format!("{at}/check-ins"))
        .await
        .problem(404, "not-found");
    let theirs = bruno.get("/api/v1/visits").await.expect(200);
    assert_eq!(theirs["items"], json!([]));
    let of_team = manager.get("/api/v1/visits").await.expect(200);
    assert_eq!(of_team["items"][0]["agent_name"], "Anna");
}

#[actix_web::test]
async fn a_shop_that_is_nowhere_on_the_map_can_be_visited() {
    let visits = Visits::start();
    let agent = visits.agent();
    keep_positions(&visits).await;
    let shop = visits.shop(&Shop {
        at: None,
        ..Shop::of(&agent, "Bianchi", TORINO)
    });
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let here = json!({"lat": 45.07, "lng": 7.68, "position_at": "2026-11-22T18:00:00Z"});
    let there = step(&agent, &visit, "check-in", here).await.expect(200);
    assert_eq!(
        (&there["lat"], &there["inside"]),
        (&Value::Null, &Value::Null)
    );
    step(&agent, &visit, "done", json!({"outcome": "ordered"}))
        .await
        .expect(200);
    let map = agent.get("/api/v1/coverage/map").await.expect(200);
    assert_eq!((&map["items"], &map["nowhere"]), (&json!([]), &json!(1)));
    let list = agent.get("/api/v1/places").await.expect(200);
    assert_eq!(list["items"][0]["geo_source"], Value::Null);
}

#[actix_web::test]
async fn the_diary_is_read_by_day_page_by_page() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    for day in ["2026-11-25", "2026-11-23", "2026-11-24", "2026-11-26"] {
        a_visit(&agent, shop, day, json!({})).await;
    }
    let days = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["day"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = "/api/v1/visits?limit=2&from=2026-11-23&until=2026-11-25";
    let first = agent.get(list).await.expect(200);
    assert_eq!(days(&first), ["2026-11-23", "2026-11-24"]);
    let next = format!("{list}&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = agent.get(&next).await.expect(200);
    assert_eq!(days(&second), ["2026-11-25"]);
    assert_eq!(second["next_cursor"], Value::Null);
    let down = agent
        .get("/api/v1/visits?limit=1&sort=-day")
        .await
        .expect(200);
    assert_eq!(days(&down), ["2026-11-26"]);
    let planned = agent.get("/api/v1/visits?status=done").await.expect(200);
    assert_eq!(days(&planned), Vec::<String>::new());
}

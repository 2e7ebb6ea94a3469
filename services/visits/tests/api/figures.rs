//! Planned against done, and the events that tell of days that are over.

use chrono::{DateTime, Utc};
use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, MANAGER, Visits, a_visit, instant, path};
use crate::visits::{a_shop, step};

fn friday() -> DateTime<Utc> {
    instant("2026-11-27T20:00:00Z")
}

async fn figures(who: &Caller, query: &str) -> Value {
    let at = format!("/api/v1/visits/figures?{query}");
    who.get(&at).await.expect(200)
}

async fn done(who: &Caller, visit: &Value, from: &str, until: &str, outcome: &str) {
    let report = json!({"outcome": outcome, "started_at": from, "ended_at": until});
    step(who, visit, "done", report).await.expect(200);
}

#[actix_web::test]
async fn figures_are_a_recount_of_the_diary() {
    let mut visits = Visits::start();
    let manager = visits.user("Marco", None, MANAGER);
    let anna = visits.user("Anna", Some(&manager), AGENT);
    let shop = a_shop(&visits, &anna);
    // On Sunday for Tuesday: two appointments, two visits, one of which falls out.
    let first = a_visit(
        &anna,
        shop,
        "2026-11-24",
        json!({"fixed_at": "2026-11-24T09:00:00Z"}),
    )
    .await;
    let second = a_visit(
        &anna,
        shop,
        "2026-11-24",
        json!({"fixed_at": "2026-11-24T11:00:00Z", "leeway_minutes": 30}),
    )
    .await;
    let third = a_visit(&anna, shop, "2026-11-24", json!({})).await;
    let fourth = a_visit(&anna, shop, "2026-11-24", json!({})).await;
    let tour = json!({"day": "2026-11-24", "visit_ids": [first["id"], third["id"]]});
    let tour = anna.post("/api/v1/tours", tour).await.expect(201);

    visits.moves_to(crate::kit::NOWHERE, friday);
    let (manager, anna) = (
        visits.server.sign_in_as(manager.user_id, MANAGER),
        visits.server.sign_in_as(anna.user_id, AGENT),
    );
    done(
        &anna,
        &first,
        "2026-11-24T09:20:00Z",
        "2026-11-24T09:50:00Z",
        "ordered",
    )
    .await;
    done(
        &anna,
        &second,
        "2026-11-24T11:40:00Z",
        "2026-11-24T12:00:00Z",
        "nothing",
    )
    .await;
    // Made on Wednesday, though planned for Tuesday.
    done(
        &anna,
        &third,
        "2026-11-25T09:00:00Z",
        "2026-11-25T09:10:00Z",
        "closed",
    )
    .await;
    step(&anna, &fourth, "missed", json!({})).await.expect(200);
    let extra = a_visit(&anna, shop, "2026-11-24", json!({})).await;
    done(
        &anna,
        &extra,
        "2026-11-24T15:00:00Z",
        "2026-11-24T15:20:00Z",
        "interested",
    )
    .await;

    let week = figures(&manager, "from=2026-11-23&until=2026-11-27").await;
    let total = &week["total"];
    for (name, expected) in [
        ("planned", 4),
        ("planned_done", 3),
        ("missed", 1),
        ("open", 0),
        ("done", 4),
        ("contacts", 3),
        ("ordered", 1),
        ("unplanned", 1),
        ("appointments", 2),
        ("appointments_kept", 2),
        // The first came twenty minutes late; the second forty, of which thirty were granted.
        ("appointments_on_time", 1),
        ("visit_seconds", 80 * 60),
        ("tour_visit_seconds", 70 * 60),
        ("days", 2),
    ] {
        assert_eq!(total[name], expected, "{name}: {total:#}");
    }
    assert_eq!(total["travel_seconds"], tour["travel_seconds"]);
    assert_eq!(
        (&total["done_share"], &total["visits_a_day"]),
        (&json!(0.75), &json!(2.0))
    );
    assert_eq!(week["agents"][0]["agent_name"], "Anna");
    assert_eq!(week["days"][0]["done"], 3);
    let own = figures(
        &anna,
        &format!("from=2026-11-24&until=2026-11-24&agent_id={}", anna.user_id),
    )
    .await;
    assert_eq!(own["total"]["done"], 3);

    let other = visits.user("Bruno", None, AGENT);
    let none = figures(&other, "from=2026-11-23&until=2026-11-27").await;
    assert_eq!(
        (&none["total"]["planned"], &none["agents"]),
        (&json!(0), &json!([]))
    );
    let hers = format!(
        "/api/v1/visits/figures?from=2026-11-24&until=2026-11-24&agent_id={}",
        anna.user_id
    );
    other.get(&hers).await.problem(404, "not-found");
    let backwards = "/api/v1/visits/figures?from=2026-11-24&until=2026-11-20";
    other.get(backwards).await.invalid(&["until"]);
}

/// What was told of days that are over: version, planned, done.
async fn told(visits: &Visits) -> Vec<[Value; 3]> {
    let closed = || {
        visits
            .announced()
            .iter()
            .filter(|kind| *kind == "visits.day.closed.v1")
            .count()
    };
    let announced = closed();
    let feed = visits.server.service();
    nexus_testkit::eventually("all events have their position", || {
        let feed = feed.clone();
        async move { of_days(&feed).await.len() == announced }
    })
    .await;
    of_days(&feed).await
}

async fn of_days(feed: &Caller) -> Vec<[Value; 3]> {
    let page = feed
        .get("/internal/events?after=0&limit=500")
        .await
        .expect(200);
    let events = page["events"].as_array().unwrap().iter();
    let days = events.filter(|event| event["kind"] == "visits.day.closed.v1");
    days.map(|event| {
        let record = &event["payload"]["record"];
        [
            event["version"].clone(),
            record["planned"].clone(),
            record["done"].clone(),
        ]
    })
    .collect()
}

fn close(visits: &Visits, at: DateTime<Utc>) {
    while visits::figures::closing::close(&mut visits.conn(), at).unwrap() > 0 {}
}

#[actix_web::test]
async fn a_day_that_is_over_is_told_once_and_again_when_it_changes() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let made = a_visit(
        &agent,
        shop,
        "2026-11-22",
        json!({"fixed_at": "2026-11-22T17:00:00Z"}),
    )
    .await;
    let open = a_visit(
        &agent,
        shop,
        "2026-11-22",
        json!({"fixed_at": "2026-11-22T10:00:00Z"}),
    )
    .await;
    done(
        &agent,
        &made,
        "2026-11-22T17:00:00Z",
        "2026-11-22T17:30:00Z",
        "ordered",
    )
    .await;
    // The day is not over.
    close(&visits, instant("2026-11-22T22:30:00Z"));
    assert_eq!(told(&visits).await, Vec::<[Value; 3]>::new());
    // Midnight in Rome.
    close(&visits, instant("2026-11-22T23:00:00Z"));
    close(&visits, instant("2026-11-23T09:00:00Z"));
    let first = [json!(1), json!(2), json!(1)];
    assert_eq!(told(&visits).await, std::slice::from_ref(&first));
    // A change that changes no figure is not told.
    agent
        .patch(&path("visits", &open), json!({"subject": "Altro"}))
        .await
        .expect(200);
    close(&visits, instant("2026-11-23T10:00:00Z"));
    assert_eq!(told(&visits).await, std::slice::from_ref(&first));
    // A phone that had no signal tells on Monday what was on Sunday.
    done(
        &agent,
        &open,
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:30:00Z",
        "closed",
    )
    .await;
    close(&visits, instant("2026-11-23T11:00:00Z"));
    assert_eq!(told(&visits).await, [first, [json!(2), json!(2), json!(2)]]);
    assert_eq!(visits.count("stale_days"), 0);
}

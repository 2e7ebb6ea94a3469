//! Tours: by hand, reordered, optimised, planned anew from now, a stop more or less.

use chrono::{DateTime, Utc};
use nexus_testkit::Caller;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::engines::Bundled;
use crate::kit::{
    AGENT, NOWHERE, Shop, Visits, a_visit, instant, path, some_shops, sunday_evening,
};

const MONDAY: &str = "2026-11-23";

fn monday_noon() -> DateTime<Utc> {
    // Eleven o'clock in Rome.
    instant("2026-11-23T10:00:00Z")
}

fn monday_afternoon() -> DateTime<Utc> {
    instant("2026-11-23T15:30:00Z")
}

/// Shops on a line to the north, six kilometres from one to the next.
fn line(visits: &Visits, who: &Caller, count: u32) -> Vec<Uuid> {
    (0..count)
        .map(|number| {
            let name = format!("Linea {number}");
            let at = (45.07 + 0.054 * f64::from(number + 1), 7.68);
            visits.shop(&Shop {
                hours: all_day(),
                ..Shop::of(who, &name, at)
            })
        })
        .collect()
}

fn all_day() -> Value {
    let day = json!([["07:00", "20:00"]]);
    json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day})
}

async fn at_home(who: &Caller) {
    let hours = json!({"start": {"label": "Casa", "lat": 45.07, "lng": 7.68}});
    let url = format!("/api/v1/availability/{}", who.user_id);
    who.send(
        reqwest::Method::PUT,
        &url,
        &[("if-match", "*")],
        Some(&hours),
    )
    .await
    .expect(200);
}

/// A tour by hand of these shops, in this order.
async fn a_tour(who: &Caller, shops: &[Uuid], day: &str) -> Value {
    let mut ids = Vec::new();
    for shop in shops {
        ids.push(a_visit(who, *shop, day, json!({})).await["id"].clone());
    }
    who.post("/api/v1/tours", json!({"day": day, "visit_ids": ids}))
        .await
        .expect(201)
}

fn order(tour: &Value) -> Vec<Value> {
    let stops = tour["stops"].as_array().unwrap().iter();
    stops.map(|stop| stop["visit"]["id"].clone()).collect()
}

fn places(tour: &Value) -> Vec<Uuid> {
    let stops = tour["stops"].as_array().unwrap().iter();
    stops
        .map(|stop| stop["visit"]["place_id"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_tour_by_hand_keeps_its_order_and_says_what_it_cannot_keep() {
    let visits = Visits::start();
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = line(&visits, &anna, 3);
    let afternoon = visits.shop(&Shop {
        hours: json!({"mon": [["15:30", "19:30"]]}),
        ..Shop::of(&anna, "Pomeriggio", (45.08, 7.68))
    });
    let tour = a_tour(&anna, &[shops[2], afternoon, shops[0]], MONDAY).await;
    assert_eq!(places(&tour), [shops[2], afternoon, shops[0]]);
    let stops = tour["stops"].as_array().unwrap();
    assert!(
        stops.iter().all(|stop| stop["outside"] == false),
        "{tour:#}"
    );
    assert!(stops[1]["arrives_at"].as_str().unwrap() < stops[2]["arrives_at"].as_str().unwrap());
    assert!(stops[1]["waiting_seconds"].as_i64().unwrap() > 0 || tour["lunch_at"].is_string());
    // In the morning it would be closed: that is said, not hidden, and the order is as wanted.
    let url = path("tours", &tour);
    let mut ids = order(&tour);
    ids.swap(0, 1);
    let fixed = json!({"fixed_at": "2026-11-23T08:20:00Z"});
    let early = a_visit(&anna, shops[1], MONDAY, fixed).await;
    ids.push(early["id"].clone());
    let changed = anna
        .patch(&url, json!({"visit_ids": ids}))
        .await
        .expect(200);
    assert_eq!(order(&changed), ids);
    let last = changed["stops"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["outside"], &last["pinned"]),
        (&json!(true), &json!(true)),
        "{changed:#}"
    );
    // Nothing given: the same order, timed again.
    let again = anna.patch(&url, json!({})).await.expect(200);
    assert_eq!(order(&again), ids);
    assert_eq!(
        again["version"].as_i64().unwrap(),
        changed["version"].as_i64().unwrap() + 1
    );
    anna.send(
        reqwest::Method::PATCH,
        &url,
        &[("if-match", "\"1\"")],
        Some(&json!({})),
    )
    .await
    .problem(412, "stale");
    // A visit that is not named stays in the diary.
    let fewer = anna
        .patch(&url, json!({"visit_ids": &ids[..2]}))
        .await
        .expect(200);
    assert_eq!(order(&fewer), ids[..2]);
    assert_eq!(
        visits.count("visits WHERE status = 'planned' AND tour_id IS NULL AND expected_at IS NULL"),
        2
    );
}

#[actix_web::test]
async fn the_best_order_is_found_and_pins_and_appointments_keep_their_time() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = line(&visits, &anna, 6);
    let mixed = [shops[3], shops[0], shops[5], shops[2], shops[4], shops[1]];
    let tour = a_tour(&anna, &mixed, MONDAY).await;
    let url = path("tours", &tour);
    let best = anna
        .post(&format!("{url}/optimise"), json!({}))
        .await
        .expect(200);
    assert_eq!(best["not_kept"], json!([]));
    assert!(best["saved_seconds"].as_i64().unwrap() > 3_000, "{best:#}");
    // Out and back on a line: each shop once on the way out or on the way back.
    let ways = best["tour"]["travel_seconds"].as_i64().unwrap();
    let farthest = anna.get(&url).await.expect(200);
    assert_eq!(farthest, best["tour"]);
    assert!(ways < tour["travel_seconds"].as_i64().unwrap());

    // The third stop of the mixed order is pinned where it stands.
    let back = anna
        .patch(
            &url,
            json!({"visit_ids": order(&tour), "pinned_ids": [order(&tour)[2]]}),
        )
        .await
        .expect(200);
    let pinned = &back["stops"][2];
    assert_eq!(pinned["pinned"], true);
    let again = anna
        .post(&format!("{url}/optimise"), json!({}))
        .await
        .expect(200);
    let stop = again["tour"]["stops"]
        .as_array()
        .unwrap()
        .iter()
        .find(|stop| stop["visit"]["id"] == pinned["visit"]["id"])
        .unwrap();
    let begins = |stop: &Value| {
        let arrives: DateTime<Utc> = stop["arrives_at"].as_str().unwrap().parse().unwrap();
        arrives + chrono::TimeDelta::seconds(stop["waiting_seconds"].as_i64().unwrap())
    };
    let moved = (begins(stop) - begins(pinned)).num_minutes().abs();
    assert!(moved <= 15, "{moved} minutes: {again:#}");
    assert_eq!(stop["pinned"], true);
}

/// Monday at eleven: the first stop is done, the second under way.
async fn under_way(visits: &mut Visits, shops: &[Uuid], who: &Caller) -> (Value, Caller) {
    let tour = a_tour(who, shops, MONDAY).await;
    visits.moves_to(NOWHERE, monday_noon);
    let who = visits.server.sign_in_as(who.user_id, AGENT);
    let ids = order(&tour);
    let visit = |at: usize| format!("/api/v1/visits/{}", ids[at].as_str().unwrap());
    let report = json!({"outcome": "ordered", "started_at": "2026-11-23T08:30:00Z", "ended_at": "2026-11-23T09:10:00Z"});
    who.post(&format!("{}/done", visit(0)), report)
        .await
        .expect(200);
    who.post(&format!("{}/check-in", visit(1)), json!({}))
        .await
        .expect(200);
    (tour, who)
}

#[actix_web::test]
async fn the_rest_of_a_day_is_planned_from_now_and_what_was_made_stays() {
    let mut visits = Visits::start();
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = line(&visits, &anna, 5);
    let (tour, anna) = under_way(&mut visits, &shops, &anna).await;
    let url = path("tours", &tour);
    let replanned = anna
        .post(&format!("{url}/replan"), json!({}))
        .await
        .expect(200);
    let after = &replanned["tour"];
    assert_eq!(order(after), order(&tour));
    assert_eq!(
        (&replanned["not_kept"], &replanned["applied"]),
        (&json!([]), &json!(true))
    );
    let stops = after["stops"].as_array().unwrap();
    assert_eq!(stops[0]["arrives_at"], "2026-11-23T08:30:00Z");
    assert_eq!(stops[0]["leaves_at"], "2026-11-23T09:10:00Z");
    assert_eq!(stops[1]["arrives_at"], "2026-11-23T10:00:00Z");
    // Whoever is there leaves after half an hour; only then it goes on.
    assert!(
        stops[2]["arrives_at"].as_str().unwrap() > "2026-11-23T10:30",
        "{after:#}"
    );
    assert!(stops[1]["visit"]["status"] == "under_way" && stops[0]["visit"]["status"] == "done");
}

#[actix_web::test]
async fn whoever_is_late_moves_little_and_drops_what_is_worth_least() {
    let optimizer = Bundled::start();
    let mut visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = line(&visits, &anna, 8);
    visits.sql("UPDATE places SET own_visit_minutes = 30, class = 'C'");
    let last = shops[7];
    visits.sql(&format!(
        "UPDATE places SET class = 'A', cadence_days = 14 WHERE id = '{last}'"
    ));
    let appointment = a_visit(
        &anna,
        shops[2],
        MONDAY,
        json!({"fixed_at": "2026-11-23T16:00:00Z"}),
    )
    .await;
    let plan = crate::plans::planned(&anna, json!({"from": MONDAY, "until": MONDAY})).await;
    let tours = anna
        .post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    let tour = &tours["tours"][0];
    assert_eq!(order(tour).len(), 8, "{tour:#}");
    // It is half past four, nothing was done, and the agent is still at home.
    visits.moves_to(NOWHERE, monday_afternoon);
    let anna = visits.server.sign_in_as(anna.user_id, AGENT);
    let url = path("tours", tour);
    let position = json!({"lat": 45.07, "lng": 7.68});
    let dry = json!({"position": position, "dry_run": true});
    let would = anna.post(&format!("{url}/replan"), dry).await.expect(200);
    assert_eq!(would["applied"], false);
    assert_eq!(
        &anna.get(&url).await.expect(200),
        tour,
        "a dry run changes nothing"
    );
    let done = anna
        .post(&format!("{url}/replan"), json!({"position": position}))
        .await
        .expect(200);
    assert_eq!(order(&done["tour"]), order(&would["tour"]));
    let kept = order(&done["tour"]);
    assert!(
        kept.contains(&appointment["id"]),
        "an appointment is never dropped: {done:#}"
    );
    let not_kept = done["not_kept"].as_array().unwrap();
    assert_eq!(
        kept.len()
            + not_kept
                .iter()
                .filter(|one| one["on_tour"] == false)
                .count(),
        8,
        "{done:#}"
    );
    assert!(!not_kept.is_empty());
    // Its visits are still planned, and on no tour.
    for one in not_kept {
        let visit = anna
            .get(&format!(
                "/api/v1/visits/{}",
                one["visit_id"].as_str().unwrap()
            ))
            .await
            .expect(200);
        assert_eq!(
            (&visit["status"], &visit["tour_id"]),
            (&json!("planned"), &Value::Null)
        );
    }
    let end = done["tour"]["ends_at"].as_str().unwrap();
    assert!(
        end <= "2026-11-23T17:00:00Z" && done["tour"]["late"] == false,
        "{done:#}"
    );
    // The same order, whatever it costs.
    let keep = anna
        .post(&format!("{url}/replan"), json!({"keep_order": true}))
        .await
        .expect(200);
    assert_eq!(order(&keep["tour"]), kept);
}

#[actix_web::test]
async fn a_stop_goes_where_it_costs_least_and_comes_from_another_day() {
    let visits = Visits::start();
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = line(&visits, &anna, 6);
    let monday = a_tour(&anna, &[shops[0], shops[2], shops[4]], MONDAY).await;
    let tuesday = a_tour(&anna, &[shops[1], shops[5]], "2026-11-24").await;
    let url = path("tours", &monday);
    // A shop of its own: on the way between the third and the fifth of the line.
    let added = anna
        .post(&format!("{url}/stops"), json!({"place_id": shops[3]}))
        .await
        .expect(200);
    let at = places(&added)
        .iter()
        .position(|place| *place == shops[3])
        .unwrap();
    assert!([2, 4].contains(&at) || at == 2 || at == 3, "{added:#}");
    let saved =
        added["travel_seconds"].as_i64().unwrap() - monday["travel_seconds"].as_i64().unwrap();
    assert!(saved < 600, "a stop on the way costs little: {saved} s");
    // A visit of Tuesday's, as the first.
    let id = &order(&tuesday)[0];
    let moved = anna
        .post(
            &format!("{url}/stops"),
            json!({"visit_id": id, "position": 0}),
        )
        .await
        .expect(200);
    assert_eq!(&order(&moved)[0], id);
    assert_eq!(moved["stops"][0]["visit"]["day"], MONDAY);
    let rest = anna.get(&path("tours", &tuesday)).await.expect(200);
    assert_eq!(places(&rest), [shops[5]]);
    // The last stop takes the tour with it.
    let last = &order(&rest)[0];
    anna.post(&format!("{url}/stops"), json!({"visit_id": last}))
        .await
        .expect(200);
    anna.get(&path("tours", &tuesday))
        .await
        .problem(404, "not-found");
    anna.post(&format!("{url}/stops"), json!({"visit_id": last}))
        .await
        .problem(409, "stop-exists");
    // An appointment stays on its day.
    let fixed = a_visit(
        &anna,
        shops[1],
        "2026-11-25",
        json!({"fixed_at": "2026-11-25T09:00:00Z"}),
    )
    .await;
    anna.post(&format!("{url}/stops"), json!({"visit_id": fixed["id"]}))
        .await
        .problem(409, "visit-fixed");
    anna.post(&format!("{url}/stops"), json!({}))
        .await
        .invalid(&["/visit_id"]);

    // A stop less: the visit stays in the diary, or is cancelled.
    let tour = anna.get(&url).await.expect(200);
    let [first, second] = [0, 1].map(|at| order(&tour)[at].as_str().unwrap().to_owned());
    anna.delete(&format!("{url}/stops/{first}"))
        .await
        .expect(204);
    anna.delete(&format!("{url}/stops/{second}?cancel=true"))
        .await
        .expect(204);
    anna.delete(&format!("{url}/stops/{second}"))
        .await
        .problem(404, "not-found");
    let status = async |id: &str| {
        anna.get(&format!("/api/v1/visits/{id}")).await.expect(200)["status"].clone()
    };
    assert_eq!(
        (status(&first).await, status(&second).await),
        (json!("planned"), json!("cancelled"))
    );
    assert_eq!(
        order(&anna.get(&url).await.expect(200)).len(),
        order(&tour).len() - 2
    );
}

#[actix_web::test]
async fn a_visit_that_moves_to_another_day_brings_its_reasons_along() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    at_home(&anna).await;
    some_shops(&visits, &anna, 8);
    let days = json!({"from": MONDAY, "until": "2026-11-24"});
    let plan = crate::plans::planned(&anna, days).await;
    let taken = anna
        .post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    let [monday, tuesday] = [0, 1].map(|at| taken["tours"][at].clone());
    let stop = &tuesday["stops"][0];
    assert_eq!(stop["reasons"][0]["kind"], "urgency");
    let id = &stop["visit"]["id"];
    let more = anna
        .post(
            &format!("{}/stops", path("tours", &monday)),
            json!({"visit_id": id}),
        )
        .await
        .expect(200);
    let stops = more["stops"].as_array().unwrap();
    let moved = stops
        .iter()
        .find(|stop| &stop["visit"]["id"] == id)
        .unwrap();
    assert_eq!(moved["reasons"], stop["reasons"]);
    // It is still what only the plan wanted: whoever is late drops it before what was agreed, and a withdrawn tour cancels it.
    let url = path("tours", &monday);
    anna.delete(&url).await.expect(204);
    let visit = format!("/api/v1/visits/{}", id.as_str().unwrap());
    assert_eq!(anna.get(&visit).await.expect(200)["status"], "cancelled");
}

#[actix_web::test]
async fn a_tour_is_withdrawn_and_only_what_the_plan_wanted_is_cancelled() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    at_home(&anna).await;
    let shops = some_shops(&visits, &anna, 6);
    let fixed = a_visit(
        &anna,
        shops[0],
        MONDAY,
        json!({"fixed_at": "2026-11-23T09:00:00Z"}),
    )
    .await;
    let flexible = a_visit(&anna, shops[1], MONDAY, json!({})).await;
    let plan = crate::plans::planned(&anna, json!({"from": MONDAY, "until": MONDAY})).await;
    let taken = anna
        .post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    let tour = &taken["tours"][0];
    assert_eq!(order(tour).len(), 6);
    anna.delete(&path("tours", tour)).await.expect(204);
    for visit in [&fixed, &flexible] {
        let visit = anna.get(&path("visits", visit)).await.expect(200);
        assert_eq!(
            (&visit["status"], &visit["tour_id"]),
            (&json!("planned"), &Value::Null)
        );
    }
    assert_eq!(visits.count("visits WHERE status = 'cancelled'"), 4);
    // The day can be planned again.
    let plan = crate::plans::planned(&anna, json!({"from": MONDAY, "until": MONDAY})).await;
    assert_eq!(plan["outcome"]["tours"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn tours_of_others_are_not_there() {
    let visits = Visits::start();
    let anna = visits.agent();
    let tour = a_tour(&anna, &some_shops(&visits, &anna, 2), MONDAY).await;
    let bruno = visits.user("Bruno", None, AGENT);
    let url = path("tours", &tour);
    for action in ["optimise", "replan"] {
        bruno
            .post(&format!("{url}/{action}"), json!({}))
            .await
            .problem(404, "not-found");
    }
    let place = some_shops(&visits, &bruno, 1)[0];
    bruno
        .post(&format!("{url}/stops"), json!({"place_id": place}))
        .await
        .problem(404, "not-found");
    bruno.patch(&url, json!({})).await.problem(404, "not-found");
    bruno
        .get(&format!("{url}/nearby"))
        .await
        .problem(404, "not-found");
    let none = bruno
        .get("/api/v1/tours?from=2026-11-01&until=2026-12-01")
        .await
        .expect(200);
    assert_eq!(none["items"], json!([]));
}

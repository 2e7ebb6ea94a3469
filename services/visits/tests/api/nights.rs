//! Nights away from home.

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::engines::Bundled;
use crate::kit::{Shop, Visits, a_visit, sunday_evening};
use crate::plans::{lives_in_torino, planned};

/// Cuneo, an hour and more from Torino.
const CUNEO: (f64, f64) = (44.39, 7.55);

fn stay(from: &str, until: &str) -> Value {
    json!({"from_day": from, "until_day": until,
        "place": {"label": "Albergo Palazzo Lovera", "lat": CUNEO.0, "lng": CUNEO.1}})
}

fn stays_of(who: &Caller) -> String {
    format!("/api/v1/availability/{}/stays", who.user_id)
}

fn shops_in_cuneo(visits: &Visits, owner: &Caller, count: u32) -> Vec<uuid::Uuid> {
    let near = |number: u32| {
        let turn = f64::from(number);
        (CUNEO.0 + 0.01 * turn.sin(), CUNEO.1 + 0.01 * turn.cos())
    };
    let shop = |number: u32| {
        let name = format!("Negozio {number:03}");
        visits.shop(&Shop::of(owner, &name, near(number)))
    };
    (0..count).map(shop).collect()
}

async fn driving(who: &Caller) -> (Vec<(Value, Value)>, i64) {
    let days = json!({"from": "2026-11-23", "until": "2026-11-24"});
    let plan = planned(who, days).await;
    let tours = plan["outcome"]["tours"].as_array().unwrap();
    let label = |tour: &Value, end: &str| tour[end]["label"].clone();
    let ways = tours
        .iter()
        .map(|tour| (label(tour, "start"), label(tour, "end")));
    let seconds = tours
        .iter()
        .map(|tour| tour["travel_seconds"].as_i64().unwrap());
    (ways.collect(), seconds.sum())
}

#[actix_web::test]
async fn a_plan_sleeps_where_the_agent_does() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    shops_in_cuneo(&visits, &anna, 24);

    let (ways, at_home) = driving(&anna).await;
    let (home, hotel) = (json!("Casa"), json!("Albergo Palazzo Lovera"));
    assert_eq!(
        ways,
        vec![(home.clone(), home.clone()), (home.clone(), home.clone())]
    );

    let away = anna
        .post(&stays_of(&anna), stay("2026-11-23", "2026-11-24"))
        .await;
    away.expect(201);
    let (ways, away) = driving(&anna).await;
    assert_eq!(ways, vec![(home.clone(), hotel.clone()), (hotel, home)]);
    assert!(away < at_home / 2 + 3_600, "{away} of {at_home} s");
}

#[actix_web::test]
async fn a_tour_by_hand_begins_where_the_night_was_spent() {
    let visits = Visits::start();
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    let shop = shops_in_cuneo(&visits, &anna, 1)[0];
    let away = anna
        .post(&stays_of(&anna), stay("2026-11-23", "2026-11-24"))
        .await;
    away.expect(201);
    let visit = a_visit(&anna, shop, "2026-11-24", json!({})).await;
    let tour = json!({"agent_id": anna.user_id, "day": "2026-11-24", "visit_ids": [visit["id"]]});
    let tour = anna.post("/api/v1/tours", tour).await.expect(201);
    assert_eq!(
        tour["start_place"]["label"], "Albergo Palazzo Lovera",
        "{tour:#}"
    );
    assert_eq!(tour["end_place"]["label"], "Casa");
}

#[actix_web::test]
async fn nights_are_told_once_and_taken_back() {
    let visits = Visits::start();
    let (anna, other) = (visits.agent(), visits.agent());
    let url = stays_of(&anna);
    let first = anna
        .post(&url, stay("2026-11-23", "2026-11-26"))
        .await
        .expect(201);
    anna.post(&url, stay("2026-11-26", "2026-11-27"))
        .await
        .expect(201);
    let twice = anna.post(&url, stay("2026-11-25", "2026-11-28")).await;
    twice.problem(409, "night-taken");
    anna.post(&url, stay("2026-11-25", "2026-11-25"))
        .await
        .invalid(&["/until_day"]);
    other
        .post(&url, stay("2026-12-01", "2026-12-02"))
        .await
        .problem(404, "not-found");
    // The night that was refused left nothing behind.
    assert_eq!((visits.count("stays"), visits.count("nights")), (2, 4));

    let shown = anna
        .get(&format!("/api/v1/availability/{}", anna.user_id))
        .await
        .expect(200);
    assert_eq!(shown["stays"][0]["id"], first["id"]);
    assert_eq!(shown["stays"].as_array().unwrap().len(), 2);
    let hotels = other.get("/api/v1/hotels").await.expect(200);
    assert_eq!(
        hotels,
        json!({"items": [{"label": "Albergo Palazzo Lovera", "lat": CUNEO.0, "lng": CUNEO.1}]})
    );

    let one = format!("{url}/{}", first["id"].as_str().unwrap());
    other.delete(&one).await.problem(404, "not-found");
    anna.delete(&one).await.expect(204);
    anna.delete(&one).await.problem(404, "not-found");
    assert_eq!((visits.count("stays"), visits.count("nights")), (1, 1));
    let told = visits.announced();
    let stays = told.iter().filter(|kind| kind.starts_with("visits.stay"));
    let stays: Vec<&str> = stays.map(String::as_str).collect();
    assert_eq!(
        stays,
        [
            "visits.stay.created.v1",
            "visits.stay.created.v1",
            "visits.stay.removed.v1"
        ]
    );
}

//! A road engine: its ways are asked for once, some at a time; without it, times are estimated, and that is said.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::{Data, Path, Query, get, resource};
use actix_web::{App, HttpResponse, HttpServer};
use nexus_testkit::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engines::Bundled;
use crate::kit::{NOWHERE, Shop, Visits, a_visit, path, some_shops, spot};
use crate::plans::planned;

/// Somebody who speaks OSRM's language: a second for each metre, a hundred and eleven metres for each thousandth of a degree.
#[derive(Clone)]
struct Osrm {
    url: String,
    desk: Data<Desk>,
}

#[derive(Default)]
struct Desk {
    how: How,
    calls: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug, Clone, Copy, Default)]
enum How {
    #[default]
    Well,
    NoWays,
    Code,
    Size,
    Error,
    Never,
}

impl Osrm {
    fn start(how: How) -> Self {
        let desk = Data::new(Desk {
            how,
            ..Desk::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = desk.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .service(resource("/table/v1/driving/{places}").route(get().to(table)))
        });
        let server = server.workers(1).disable_signals();
        tokio::spawn(server.listen(listener).unwrap().run());
        Self { url, desk }
    }

    fn calls(&self) -> usize {
        self.desk.calls.load(Ordering::SeqCst)
    }
}

#[derive(Deserialize)]
struct Asked {
    annotations: String,
    sources: String,
    destinations: String,
}

async fn table(desk: Data<Desk>, places: Path<String>, asked: Query<Asked>) -> HttpResponse {
    desk.calls.fetch_add(1, Ordering::SeqCst);
    let now = desk.now.fetch_add(1, Ordering::SeqCst) + 1;
    desk.most.fetch_max(now, Ordering::SeqCst);
    // Long enough for others to come at the same time.
    tokio::time::sleep(Duration::from_millis(50)).await;
    desk.now.fetch_sub(1, Ordering::SeqCst);
    assert_eq!(asked.annotations, "duration,distance");
    let points: Vec<(f64, f64)> = places
        .split(';')
        .map(|place| {
            let (lng, lat) = place.split_once(',').unwrap();
            (lat.parse().unwrap(), lng.parse().unwrap())
        })
        .collect();
    assert!(points.len() <= 100, "OSRM takes a hundred");
    let list =
        |text: &str| -> Vec<usize> { text.split(';').map(|at| at.parse().unwrap()).collect() };
    let way = |a: usize, b: usize| {
        let (a, b) = (points[a], points[b]);
        ((a.0 - b.0).hypot(a.1 - b.1) * 111_000.0).round()
    };
    let rows: Vec<Vec<Value>> = list(&asked.sources)
        .iter()
        .map(|a| {
            let to = list(&asked.destinations);
            let cell = |b: &usize| match desk.how {
                How::NoWays => Value::Null,
                _ => json!(way(*a, *b)),
            };
            to.iter().map(cell).collect()
        })
        .collect();
    match desk.how {
        How::Well | How::NoWays => {
            HttpResponse::Ok().json(json!({"code": "Ok", "durations": rows, "distances": rows}))
        }
        How::Code => HttpResponse::Ok().json(json!({"code": "NoTable"})),
        How::Size => HttpResponse::Ok()
            .json(json!({"code": "Ok", "durations": rows[1..], "distances": rows})),
        How::Error => HttpResponse::InternalServerError().finish(),
        How::Never => std::future::pending().await,
    }
}

async fn a_tour(visits: &Visits, who: &Caller, day: &str) -> Value {
    let (north, south) = (45.10, 45.07);
    let mut ids = Vec::new();
    for (name, lat) in [("Sud", south), ("Nord", north)] {
        let shop = visits.shop(&Shop::of(who, name, (lat, 7.68)));
        ids.push(a_visit(who, shop, day, json!({})).await["id"].clone());
    }
    who.post("/api/v1/tours", json!({"day": day, "visit_ids": ids}))
        .await
        .expect(201)
}

#[actix_web::test]
async fn each_way_is_asked_for_once_and_some_at_a_time() {
    let (optimizer, osrm) = (Bundled::start(), Osrm::start(How::Well));
    let visits = Visits::start_with_roads(&optimizer.url, &osrm.url);
    let anna = visits.agent();
    some_shops(&visits, &anna, 120);
    let week = json!({"from": "2026-11-23", "until": "2026-11-27"});
    let plan = planned(&anna, week.clone()).await;
    assert_eq!(plan["status"], "ready", "{plan:#}");
    // 120 places in blocks of 50 on each side.
    assert_eq!(osrm.calls(), 9);
    let most = osrm.desk.most.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most} at once");
    let tours = plan["outcome"]["tours"].as_array().unwrap();
    assert!(tours.iter().all(|tour| tour["times_from"] == "roads"));
    for pair in tours[0]["stops"].as_array().unwrap().windows(2) {
        let at = |stop: &Value| (stop["lat"].as_f64().unwrap(), stop["lng"].as_f64().unwrap());
        let (a, b) = (at(&pair[0]), at(&pair[1]));
        let meters = (a.0 - b.0).hypot(a.1 - b.1) * 111_000.0;
        let told = pair[1]["leg_seconds"].as_f64().unwrap();
        assert!((told - meters).abs() <= 3.0, "{told} for {meters}");
    }
    // The same week again: everything is known. One place more: only its ways are not.
    planned(&anna, week.clone()).await;
    assert_eq!(osrm.calls(), 9);
    visits.shop(&Shop::of(&anna, "Nuovo", spot(130)));
    planned(&anna, week).await;
    assert!((10..=14).contains(&osrm.calls()), "{}", osrm.calls());
    let accepted = anna
        .post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    assert_eq!(accepted["tours"][0]["times_from"], "roads");
}

#[actix_web::test]
async fn a_road_engine_that_is_of_no_use_is_replaced_by_the_estimate_and_that_is_said() {
    for how in [How::Code, How::Size, How::Error] {
        let (optimizer, osrm) = (Bundled::start(), Osrm::start(how));
        let visits = Visits::start_with_roads(&optimizer.url, &osrm.url);
        let anna = visits.agent();
        some_shops(&visits, &anna, 8);
        let plan = planned(&anna, json!({"from": "2026-11-24", "until": "2026-11-24"})).await;
        let tour = &plan["outcome"]["tours"][0];
        assert_eq!(tour["times_from"], "fallback", "{how:?}: {plan:#}");
        assert!(tour["travel_seconds"].as_i64().unwrap() > 0, "{how:?}");
        let by_hand = a_tour(&visits, &anna, "2026-11-23").await;
        assert_eq!(by_hand["times_from"], "fallback", "{how:?}");
        assert_eq!(osrm.calls(), 1, "{how:?}: it is left alone for a while");
    }
}

#[actix_web::test]
async fn nobody_waits_for_a_road_engine_that_hangs() {
    let osrm = Osrm::start(How::Never);
    let visits = Visits::start_with_roads(NOWHERE, &osrm.url);
    let anna = visits.agent();
    let begun = Instant::now();
    let tour = a_tour(&visits, &anna, "2026-11-23").await;
    assert_eq!(tour["times_from"], "fallback");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "before the gateway gives up"
    );
    let url = path("tours", &tour);
    let again = anna.patch(&url, json!({})).await.expect(200);
    assert_eq!(again["times_from"], "fallback");
    let nearby = anna.get(&format!("{url}/nearby")).await.expect(200);
    assert_eq!(nearby["times_from"], "fallback");
    assert_eq!(osrm.calls(), 1);
}

#[actix_web::test]
async fn where_no_road_goes_the_way_is_long() {
    let osrm = Osrm::start(How::NoWays);
    let visits = Visits::start_with_roads(NOWHERE, &osrm.url);
    let without = Visits::start();
    let mut legs = Vec::new();
    for place in [&visits, &without] {
        let anna = place.agent();
        let tour = a_tour(place, &anna, "2026-11-23").await;
        legs.push(tour["stops"][1]["leg_seconds"].as_i64().unwrap());
        let from = if place.server.url == visits.server.url {
            "roads"
        } else {
            "estimate"
        };
        assert_eq!(tour["times_from"], from);
    }
    assert_eq!(legs[0], legs[1] * 4);
    // Once is enough to know that there is none.
    assert_eq!(osrm.calls(), 1);
}

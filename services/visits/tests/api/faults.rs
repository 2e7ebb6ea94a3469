//! An optimiser that is stopped, hangs, lies: nothing unchecked is shown, and what is planned stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nexus_testkit::{Caller, eventually};
use serde_json::{Value, json};

use crate::engines::{Bundled, Fake, answer, route};
use crate::kit::{NOWHERE, Visits, a_visit, path, some_shops, sunday_evening};
use crate::plans::planned;

fn monday() -> Value {
    json!({"from": "2026-11-23", "until": "2026-11-23"})
}

/// A tour of two visits on Monday.
async fn a_tour(visits: &Visits, who: &Caller) -> Value {
    let shops = some_shops(visits, who, 2);
    let mut ids = Vec::new();
    for shop in shops {
        ids.push(a_visit(who, shop, "2026-11-23", json!({})).await["id"].clone());
    }
    who.post(
        "/api/v1/tours",
        json!({"day": "2026-11-23", "visit_ids": ids}),
    )
    .await
    .expect(201)
}

#[actix_web::test]
async fn without_an_optimiser_plans_fail_with_what_to_do_and_tours_stay() {
    let visits = Visits::start_with(NOWHERE, sunday_evening);
    let anna = visits.agent();
    let tour = a_tour(&visits, &anna).await;
    some_shops(&visits, &anna, 5);
    let failed = planned(&anna, json!({"from": "2026-11-24", "until": "2026-11-24"})).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["problem"]["code"], "optimizer");
    assert!(
        failed["problem"]["detail"]
            .as_str()
            .unwrap()
            .contains("by hand")
    );
    assert_eq!(failed["outcome"], Value::Null);
    let url = path("tours", &tour);
    let told = anna
        .post(&format!("{url}/optimise"), json!({}))
        .await
        .problem(503, "unavailable");
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("What is planned stays")
    );
    assert_eq!(anna.get(&url).await.expect(200), tour);
    // What needs no optimiser goes on: a new order, and the rest of the day from now.
    let ids: Vec<&Value> = tour["stops"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stop| &stop["visit"]["id"])
        .rev()
        .collect();
    anna.patch(&url, json!({"visit_ids": ids}))
        .await
        .expect(200);
    anna.post(&format!("{url}/replan"), json!({}))
        .await
        .expect(200);
}

#[actix_web::test]
async fn an_answer_that_is_not_what_was_asked_is_not_shown() {
    type Case = (&'static str, &'static str, u16, fn() -> Value);
    let cases: [Case; 9] = [
        ("a day nobody asked about", "answer", 200, || {
            answer(json!([route(7, &[1])]))
        }),
        ("a shop nobody asked about", "answer", 200, || {
            answer(json!([route(1, &[99])]))
        }),
        ("a shop twice", "answer", 200, || {
            answer(json!([route(1, &[1, 1])]))
        }),
        ("a day twice", "answer", 200, || {
            answer(json!([route(1, &[1]), route(1, &[2])]))
        }),
        ("more than a day takes", "answer", 200, || {
            answer(json!([route(1, &[1, 2, 3, 4, 5])]))
        }),
        ("broken windows", "answer", 200, || {
            answer(json!([route(1, &[1, 4])]))
        }),
        (
            "VROOM's own failure",
            "answer",
            200,
            || json!({"code": 1, "error": "Internal"}),
        ),
        (
            "an error of the server",
            "optimizer",
            500,
            || json!({"code": 1}),
        ),
        ("rubbish", "optimizer", 200, || json!(["?"])),
    ];
    for (what, code, status, said) in cases {
        let fake = Fake::start(move |_| (status, said()));
        let visits = Visits::start_with(&fake.url, sunday_evening);
        let anna = visits.agent();
        let url = format!("/api/v1/availability/{}", anna.user_id);
        let few = json!({"visits_most": 4});
        anna.send(reqwest::Method::PUT, &url, &[("if-match", "*")], Some(&few))
            .await
            .expect(200);
        let shops = some_shops(&visits, &anna, 6);
        // The first job is an appointment that ends ten minutes before the day does: after it there is no time for another.
        for shop in &shops[..1] {
            a_visit(
                &anna,
                *shop,
                "2026-11-23",
                json!({"fixed_at": "2026-11-23T16:20:00Z"}),
            )
            .await;
        }
        let plan = planned(&anna, monday()).await;
        let asked = fake.asked();
        assert_eq!(plan["status"], "failed", "{what}: {plan:#}");
        assert_eq!(
            plan["problem"]["code"], code,
            "{what}: {plan:#} {:#}",
            asked[0]["jobs"]
        );
        assert_eq!(plan["outcome"], Value::Null, "{what}");
        anna.post(&format!("{}/accept", path("plans", &plan)), json!({}))
            .await
            .problem(409, "plan-not-ready");
        assert_eq!(visits.count("tours"), 0, "{what}");
    }
}

#[actix_web::test]
async fn an_order_that_is_not_what_was_asked_leaves_the_tour_as_it_is() {
    type Case = (&'static str, u16, fn() -> Value);
    let cases: [Case; 4] = [
        ("a stop nobody asked about", 200, || {
            answer(json!([route(1, &[99])]))
        }),
        ("a stop twice", 200, || answer(json!([route(1, &[1, 1])]))),
        ("another day", 200, || answer(json!([route(4, &[1, 2])]))),
        ("an error", 500, || json!({"code": 1})),
    ];
    for (what, status, said) in cases {
        let fake = Fake::start(move |_| (status, said()));
        let visits = Visits::start_with(&fake.url, sunday_evening);
        let anna = visits.agent();
        let tour = a_tour(&visits, &anna).await;
        let url = path("tours", &tour);
        let told = anna
            .post(&format!("{url}/optimise"), json!({}))
            .await
            .problem(503, "unavailable");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains("What is planned stays"), "{what}: {detail}");
        assert_eq!(anna.get(&url).await.expect(200), tour, "{what}");
    }
}

#[actix_web::test]
async fn a_plan_that_is_cancelled_leaves_the_optimiser_alone() {
    let gone = Arc::new(AtomicBool::new(false));
    let (url, asked) = hung(Arc::clone(&gone));
    let visits = Visits::start_with(&url, sunday_evening);
    let anna = visits.agent();
    some_shops(&visits, &anna, 5);
    let plan = anna.post("/api/v1/plans", monday()).await.expect(201);
    eventually("the optimiser is asked", || {
        let asked = Arc::clone(&asked);
        async move { asked.load(Ordering::SeqCst) }
    })
    .await;
    let cancelled = anna
        .post(&format!("{}/cancel", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    eventually("nobody waits for the optimiser any more", || {
        let gone = Arc::clone(&gone);
        async move { gone.load(Ordering::SeqCst) }
    })
    .await;
    // The maker is free for the next one.
    let next = anna
        .post(
            "/api/v1/plans",
            json!({"from": "2026-11-29", "until": "2026-11-29"}),
        )
        .await
        .expect(201);
    let next = crate::plans::made(&anna, &next).await;
    assert_eq!(next["status"], "ready");
    let still = anna.get(&path("plans", &plan)).await.expect(200);
    assert_eq!(still["status"], "cancelled");
}

/// Somebody who takes a request and never answers, and notes when the caller is gone.
fn hung(gone: Arc<AtomicBool>) -> (String, Arc<AtomicBool>) {
    use std::io::Read as _;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicBool::new(false));
    let noticed = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut bytes = [0; 4096];
            let mut stream = stream.unwrap();
            noticed.store(true, Ordering::SeqCst);
            while stream.read(&mut bytes).is_ok_and(|read| read > 0) {}
            gone.store(true, Ordering::SeqCst);
        }
    });
    (url, asked)
}

#[actix_web::test]
async fn an_optimiser_that_hangs_is_given_up() {
    let (url, _) = hung(Arc::default());
    let visits = Visits::start_impatient(&url);
    let anna = visits.agent();
    let tour = a_tour(&visits, &anna).await;
    let begun = std::time::Instant::now();
    let optimise = format!("{}/optimise", path("tours", &tour));
    anna.post(&optimise, json!({}))
        .await
        .problem(503, "unavailable");
    assert!(begun.elapsed().as_secs() < 5, "before the gateway gives up");
    visits.sql("DELETE FROM stops");
    visits.sql("DELETE FROM tours");
    some_shops(&visits, &anna, 5);
    let failed = planned(&anna, monday()).await;
    assert_eq!(
        (&failed["status"], &failed["problem"]["code"]),
        (&json!("failed"), &json!("optimizer"))
    );
}

#[actix_web::test]
async fn a_plan_whose_maker_died_is_made_by_another() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    some_shops(&visits, &anna, 5);
    let id = uuid::Uuid::now_v7();
    let request = json!({"agent_ids": [anna.user_id], "from": "2026-11-23", "until": "2026-11-23", "not_due": false});
    visits.sql(&format!(
        "INSERT INTO plans (id, version, status, request, progress, claimed_by, claimed_until, created_by, created_at, updated_at)
         VALUES ('{id}', 1, 'running', '{request}', 40, '{id}', now() - interval '1 second', '{}', now(), now())",
        anna.user_id
    ));
    let plan = crate::plans::made(&anna, &json!({"id": id})).await;
    assert_eq!(plan["status"], "ready", "{plan:#}");
    assert_eq!(plan["outcome"]["tours"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_optimiser_that_stops_takes_nothing_with_it() {
    let mut optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    some_shops(&visits, &anna, 10);
    let plan = planned(&anna, monday()).await;
    let accept = format!("{}/accept", path("plans", &plan));
    optimizer.stop();
    // What is proposed can still be accepted, and what is accepted stays.
    let taken = anna.post(&accept, json!({})).await.expect(200);
    let failed = planned(
        &anna,
        json!({"from": "2026-11-24", "until": "2026-12-18", "not_due": true}),
    )
    .await;
    assert_eq!(failed["problem"]["code"], "optimizer", "{failed:#}");
    let url = path("tours", &taken["tours"][0]);
    assert_eq!(anna.get(&url).await.expect(200), taken["tours"][0]);
}

#[actix_web::test]
async fn progress_is_said_week_by_week() {
    // The second week's call waits until somebody has seen the first week's progress.
    let seen = Arc::new(AtomicBool::new(false));
    let wait = Arc::clone(&seen);
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let fake = Fake::start(move |request| {
        if calls.fetch_add(1, Ordering::SeqCst) > 0 {
            while !wait.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
        // The first job of each week, on its first day.
        let id = request["jobs"][0]["id"].as_u64().unwrap();
        (200, answer(json!([route(1, &[id])])))
    });
    let visits = Visits::start_with(&fake.url, sunday_evening);
    let anna = visits.agent();
    some_shops(&visits, &anna, 12);
    let weeks = json!({"from": "2026-11-23", "until": "2026-12-18"});
    let plan = anna.post("/api/v1/plans", weeks).await.expect(201);
    let url = path("plans", &plan);
    eventually("a week is done", || async {
        let plan = anna.get(&url).await.expect(200);
        plan["status"] == "running" && plan["progress"].as_i64().unwrap() == 24
    })
    .await;
    seen.store(true, Ordering::SeqCst);
    let plan = crate::plans::made(&anna, &plan).await;
    assert_eq!(plan["status"], "ready", "{plan:#}");
    assert_eq!(plan["outcome"]["tours"].as_array().unwrap().len(), 4);
    assert_eq!(fake.asked().len(), 4);
}

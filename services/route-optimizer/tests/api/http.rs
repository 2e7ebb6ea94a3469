use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{Server, receive, send, until};

fn small() -> Value {
    json!({
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
    })
}

/// Something that would keep a solver busy for minutes.
fn endless() -> Value {
    let jobs: Vec<Value> = (1..80_u64).map(|id| json!({"id": id, "location": [9.0 + (id * 37 % 80) as f64 / 100.0, 45.0 + (id * 53 % 80) as f64 / 100.0]})).collect();
    let vehicle =
        |id: u64| json!({"id": id, "start": [9.2, 45.4], "end": [9.2, 45.4], "max_tasks": 20});
    json!({"vehicles": [vehicle(1), vehicle(2), vehicle(3), vehicle(4)], "jobs": jobs, "options": {"time_limit_ms": 120_000}})
}

#[test]
fn codes_and_statuses_are_those_of_vroom_express() {
    let server = Server::start(&[
        ("ROUTE_OPTIMIZER_MAX_LOCATIONS", "2"),
        ("ROUTE_OPTIMIZER_MAX_BODY_BYTES", "5000"),
    ]);
    let solved = server.post(&small());
    assert_eq!((solved.status, &solved.json()["code"]), (200, &json!(0)));
    assert!(
        solved.head.contains("content-type: application/json"),
        "{}",
        solved.head
    );
    assert!(solved.head.contains("access-control-allow-origin: *"));
    let mut wrong = small();
    wrong["jobs"][0]["priority"] = json!(101);
    let refused = server.post(&wrong);
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json(),
        json!({"code": 2, "error": "Invalid priority value for job 1."})
    );
    let mut many = small();
    many["jobs"] = json!([1, 2, 3]);
    let refused = server.post(&many);
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!(4)));
    let refused = server.call("POST", "/", &[b' '; 6000]);
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!(4)));
}

#[test]
fn health_is_200_and_says_nothing() {
    let server = Server::start(&[]);
    let health = server.call("GET", "/health", b"");
    assert_eq!((health.status, health.text.as_str()), (200, ""));
    assert_eq!(
        server.call("GET", "/healthz", b"").json()["status"],
        "alive"
    );
    assert_eq!(server.call("GET", "/readyz", b"").json()["status"], "ready");
    assert_eq!(server.call("GET", "/elsewhere", b"").status, 404);
    assert_eq!(server.call("DELETE", "/", b"").status, 405);
    assert_eq!(server.call("OPTIONS", "/", b"").status, 200);
}

#[test]
fn work_ends_soon_after_its_client_goes_away() {
    let server = Server::start(&[("ROUTE_OPTIMIZER_THREADS", "1")]);
    let mut soonest = Duration::MAX;
    for _ in 0..5 {
        let mut stream = server.connect();
        send(&mut stream, "POST", "/", endless().to_string().as_bytes());
        until(|| server.metric("requests_in_hand") > 0.0);
        std::thread::sleep(Duration::from_millis(300));
        drop(stream);
        let gone = Instant::now();
        until(|| server.metric("requests_in_hand") < 1.0);
        soonest = soonest.min(gone.elapsed());
    }
    // The least of a few: others may keep the machine busy.
    assert!(soonest < Duration::from_millis(100), "{soonest:?}");
    assert!(server.metric("cancelled_total") > 4.0);
    assert_eq!(
        server.post(&small()).status,
        200,
        "the thread is free again"
    );
}

#[test]
fn nobody_waits_for_a_road_engine_on_behalf_of_a_client_that_went_away() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let server = Server::start(&[
        ("ROUTE_OPTIMIZER_THREADS", "1"),
        ("OSRM_URL", &address),
        ("OSRM_TIMEOUT_MS", "60000"),
    ]);
    let request = json!({
        "vehicles": [{"id": 1, "start": [7.42, 43.73]}],
        "jobs": [{"id": 1, "location": [7.43, 43.74]}],
        "options": {"iterations": 100},
    });
    let mut stream = server.connect();
    send(&mut stream, "POST", "/", request.to_string().as_bytes());
    let _called = silent.accept().unwrap();
    assert!(server.metric("requests_in_hand") > 0.0);
    drop(stream);
    let gone = Instant::now();
    until(|| server.metric("requests_in_hand") < 1.0);
    assert!(
        gone.elapsed() < Duration::from_secs(5),
        "{:?}",
        gone.elapsed()
    );
}

#[test]
fn a_client_gone_in_the_middle_of_its_body_costs_nothing() {
    let server = Server::start(&[
        ("ROUTE_OPTIMIZER_THREADS", "1"),
        ("ROUTE_OPTIMIZER_QUEUE", "0"),
    ]);
    let mut stream = server.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{\"vehicles\":")
        .unwrap();
    drop(stream);
    until(|| server.post(&small()).status == 200);
}

#[test]
fn who_does_not_fit_in_the_queue_is_told_to_come_back() {
    let server = Server::start(&[
        ("ROUTE_OPTIMIZER_THREADS", "1"),
        ("ROUTE_OPTIMIZER_QUEUE", "1"),
    ]);
    let mut busy: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = server.connect();
            send(&mut stream, "POST", "/", endless().to_string().as_bytes());
            stream
        })
        .collect();
    until(|| server.metric("requests_in_hand") + server.metric("requests_waiting") > 1.0);
    let refused = server.post(&small());
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!(1)));
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert_eq!(
        server.call("GET", "/health", b"").status,
        200,
        "who asks for health is never refused"
    );
    busy.clear();
    until(|| server.post(&small()).status == 200);
}

#[test]
fn a_limit_on_time_is_kept() {
    let server = Server::start(&[]);
    let mut request = endless();
    request["options"] = json!({"l": 0.2});
    let started = Instant::now();
    assert_eq!(server.post(&request).status, 200);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn stopping_lets_what_has_begun_end() {
    let mut server = Server::start(&[]);
    let mut stream = server.connect();
    let mut request = endless();
    request["options"] = json!({"time_limit_ms": 700});
    send(&mut stream, "POST", "/", request.to_string().as_bytes());
    until(|| server.metric("requests_in_hand") > 0.0);
    server.begin_to_stop();
    let reply = receive(&mut stream);
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[test]
fn counters_count() {
    let server = Server::start(&[]);
    server.post(&small());
    server.post(&json!({}));
    let text = server.call("GET", "/metrics", b"").text;
    assert!(
        text.contains("route_optimizer_answers_total{code=\"0\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("route_optimizer_answers_total{code=\"2\"} 1"),
        "{text}"
    );
    assert!(server.metric("tasks_total") >= 1.0);
}

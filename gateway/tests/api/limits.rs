use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::client::Wire;
use crate::stage::Stage;
use crate::stub::within;

const OPEN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n";

#[tokio::test]
async fn heads_beyond_their_bounds_are_refused_and_the_process_lives() {
    let stage = Stage::start().await;
    let name = "a".repeat(70_000);
    let value = "v".repeat(20_000);
    let many: String = (0..120).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = "p".repeat(9_000);
    let cases = [
        (
            431,
            "headers-too-large",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{name}: 1\r\n\r\n"),
        ),
        (
            431,
            "headers-too-large",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{name}"),
        ),
        (
            431,
            "headers-too-large",
            format!("GET / HTTP/1.1\r\nHost: x\r\nX-A: {value}\r\n\r\n"),
        ),
        (
            431,
            "headers-too-large",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        ),
        (
            414,
            "uri-too-long",
            format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        ),
        (414, "uri-too-long", format!("GET /{}", "p".repeat(100_000))),
    ];
    for (status, slug, bytes) in cases {
        stage.raw(bytes).await.assert_problem(status, slug);
    }
    let fits = "v".repeat(12_000);
    assert_eq!(
        stage
            .get_with("/healthz", &format!("X-A: {fits}\r\n"))
            .await
            .status,
        200
    );
    stage.assert_well().await;
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_is_read() {
    let stage = Stage::start().await;
    for (path, length) in [
        ("/api/v1/clients", 1_048_577_u64),
        ("/api/v1/imports", 200 * 1024 * 1024),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {length}\r\n\r\n",
            stage.token()
        );
        let mut wire = Wire::open(stage.address).await;
        let started = Instant::now();
        wire.write(head).await;
        // The client goes on sending, as clients do; the answer comes all the same.
        wire.write(vec![b'x'; 300_000]).await;
        wire.answer()
            .await
            .unwrap()
            .assert_problem(413, "too-large");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
    assert!(
        stage
            .crm
            .seen()
            .iter()
            .all(|seen| !seen.target.starts_with("/api"))
    );
}

#[tokio::test]
async fn a_chunked_body_is_cut_where_the_limit_is() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    wire.write(format!("{OPEN}Transfer-Encoding: chunked\r\n\r\n"))
        .await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let mut sent = 0;
    while sent < 200 && wire.write(&chunk).await {
        sent += 1;
    }
    wire.answer()
        .await
        .unwrap()
        .assert_problem(413, "too-large");
    assert!(*stage.auth.memory.bytes.lock().unwrap() <= 1024 * 1024 + 200);
    stage.assert_well().await;
}

#[tokio::test]
async fn an_import_may_be_large_and_is_streamed() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    let size = 20 * 1024 * 1024;
    wire.write(format!("POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {size}\r\n\r\n", stage.token())).await;
    wire.write(vec![b'x'; 1024 * 1024]).await;
    // It arrives behind while the rest has not even been sent.
    within("the first part is passed on", async || {
        *stage.crm.memory.bytes.lock().unwrap() > 0
    })
    .await;
    wire.write(vec![b'x'; size - 1024 * 1024]).await;
    assert_eq!(wire.answer().await.unwrap().json()["body_bytes"], size);
}

#[tokio::test]
async fn a_slow_head_is_cut_with_408_and_an_idle_connection_closed() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    wire.write("GET /healthz HTTP/1.1\r\nHost: x\r\n").await;
    wire.answer()
        .await
        .unwrap()
        .assert_problem(408, "request-timeout");
    let mut dripping = Wire::open(stage.address).await;
    let drip = async {
        while dripping.write("X").await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(3), drip)
        .await
        .expect("a dripping head is cut");
    assert!(Wire::open(stage.address).await.closes().await);
}

#[tokio::test]
async fn a_slow_body_is_cut_with_408_by_its_pauses_and_by_its_length() {
    let stage = Stage::start().await;
    for framing in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
        let mut silent = Wire::open(stage.address).await;
        silent.write(format!("{OPEN}{framing}\r\n\r\n")).await;
        let answer = silent.answer().await.unwrap();
        answer.assert_problem(408, "request-timeout");
        assert!(
            answer.took < Duration::from_millis(650),
            "{:?}",
            answer.took
        );
    }
    let mut dripping = Wire::open(stage.address).await;
    dripping
        .write(format!("{OPEN}Content-Length: 100\r\n\r\n"))
        .await;
    for _ in 0..5 {
        dripping.write("x").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    dripping
        .answer()
        .await
        .unwrap()
        .assert_problem(408, "request-timeout");
    stage.assert_well().await;
}

#[tokio::test]
async fn while_many_connections_are_held_others_are_served() {
    let stage = Stage::start_with(|config| config.limits.connections = 120).await;
    let mut held = Vec::new();
    for _ in 0..100 {
        let mut wire = Wire::open(stage.address).await;
        wire.write("GET / HTTP/1.1\r\n").await;
        held.push(wire);
    }
    stage.assert_well().await;
    for mut wire in held {
        wire.answer()
            .await
            .unwrap()
            .assert_problem(408, "request-timeout");
    }
}

#[tokio::test]
async fn a_connection_beyond_the_bound_is_told_so() {
    let stage = Stage::start_with(|config| config.limits.connections = 2).await;
    let (mut one, mut two) = (
        Wire::open(stage.address).await,
        Wire::open(stage.address).await,
    );
    let health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    within("two connections are served", async || {
        one.write(health).await
            && one.answer().await.is_some()
            && two.write(health).await
            && two.answer().await.is_some()
    })
    .await;
    let mut third = Wire::open(stage.address).await;
    let answer = third.answer().await.unwrap();
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("1"))
    );
    assert_eq!(answer.json()["type"], "/problems/unavailable");
}

#[tokio::test]
async fn a_client_may_wait_long_for_an_answer() {
    let stage =
        Stage::start_with(|config| config.limits.upstream.answer = Duration::from_secs(2)).await;
    let answer = stage.signed_in("GET", "/api/v1/clients/hung", "", "").await;
    answer.assert_problem(504, "upstream-timeout");
    assert!(answer.took > Duration::from_millis(1900));
}

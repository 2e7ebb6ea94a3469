//! Several places where one service listens, and requests that may be asked twice.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::stage::Stage;
use crate::stub::{Stub, within};

const KEY: &str = "Idempotency-Key: 0193-abc\r\n";

#[tokio::test]
async fn two_replicas_take_turns_and_one_that_is_gone_is_not_missed() {
    let second = Stub::start("crm").await;
    let other = second.url();
    let mut stage = Stage::start_with(|config| {
        let urls = &mut config.upstreams[1].1;
        *urls = format!("{urls},{other}");
    })
    .await;
    // Two at a time, so that each needs a connection of its own.
    within("both are asked", async || {
        let one = stage.signed_in("GET", "/api/v1/clients", "", "");
        let two = stage.signed_in("GET", "/api/v1/clients", "", "");
        let (one, two) = tokio::join!(one, two);
        assert_eq!((one.status, two.status), (200, 200));
        !stage.crm.seen().is_empty() && !second.seen().is_empty()
    })
    .await;
    stage.crm.stop().await;
    for method in ["GET", "POST", "PATCH"] {
        for _ in 0..10 {
            let answer = stage.signed_in(method, "/api/v1/clients", "", "{}").await;
            assert_eq!(answer.status, 200, "{method}");
        }
    }
}

#[tokio::test]
async fn a_replica_that_hangs_is_left_alone_for_a_while() {
    // It accepts and never answers.
    let hung = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let other = format!("http://{}", hung.local_addr().unwrap());
    let stage = Stage::start_with(|config| {
        let urls = &mut config.upstreams[1].1;
        *urls = format!("{other},{urls}");
    })
    .await;
    let mut failed = 0;
    for _ in 0..20 {
        let answer = stage.signed_in("GET", "/api/v1/clients", "", "").await;
        failed += u32::from(answer.status != 200);
    }
    assert!(
        failed <= 1,
        "{failed} requests waited for the one that hangs"
    );
}

#[tokio::test]
async fn what_carries_a_key_is_sent_again_and_what_does_not_is_not() {
    let stage = Stage::start().await;
    let path = "/api/v1/clients/dropped";
    let times = |method: &str| {
        let seen = stage.crm.seen();
        let mine = seen.iter().filter(|seen| seen.method == method);
        mine.map(|seen| seen.body.clone()).collect::<Vec<_>>()
    };
    let keyed = stage.signed_in("POST", path, KEY, "{\"a\":1}").await;
    keyed.assert_problem(502, "bad-gateway");
    assert_eq!(times("POST"), [b"{\"a\":1}", b"{\"a\":1}"]);
    for headers in [KEY, ""] {
        stage.signed_in("PATCH", path, headers, "{}").await;
    }
    assert_eq!(times("PATCH").len(), 2, "once each");
}

#[tokio::test]
async fn a_held_body_keeps_its_limits() {
    let stage = Stage::start().await;
    let head = stage.request("POST", "/api/v1/clients", KEY, "");
    let slow = head.replace("Content-Length: 0", "Content-Length: 5");
    let answer = stage.raw(format!("{slow}ab")).await;
    answer.assert_problem(408, "request-timeout");
    assert!(answer.took < Duration::from_secs(2), "{:?}", answer.took);
    let large = "x".repeat(100 * 1024);
    let answer = stage
        .signed_in("POST", "/api/v1/clients", KEY, &large)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["body_bytes"], 100 * 1024);
}

#[tokio::test]
async fn retries_have_a_budget() {
    let stage = Stage::start().await;
    for _ in 0..30 {
        stage
            .signed_in("GET", "/api/v1/clients/dropped", "", "")
            .await
            .assert_problem(502, "bad-gateway");
    }
    let asked = stage.crm.seen().len();
    assert!((30..=42).contains(&asked), "{asked} times for 30 requests");
}

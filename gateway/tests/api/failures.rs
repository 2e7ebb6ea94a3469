use std::time::Duration;

use tokio::net::TcpListener;

use crate::stage::Stage;
use crate::stub::{Stub, within};

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_dead_service_answers_503_quickly_others_go_on_and_it_comes_back_by_itself() {
    let mut stage = Stage::start().await;
    assert_eq!(
        stage
            .signed_in("GET", "/api/v1/clients", "", "")
            .await
            .status,
        200
    );
    let address = stage.crm.address;
    stage.crm.stop().await;
    let first = stage.signed_in("GET", "/api/v1/clients", "", "").await;
    first.assert_problem(503, "unavailable");
    assert_eq!(first.header("retry-after"), Some("1"));
    assert!(first.took < Duration::from_secs(1), "{:?}", first.took);
    for _ in 0..20 {
        let answer = stage.signed_in("POST", "/api/v1/clients", "", "{}").await;
        answer.assert_problem(503, "unavailable");
        assert!(answer.took < SOON, "{:?}", answer.took);
    }
    stage.assert_well().await;
    within("readiness names it", async || {
        let ready = stage.get("/readyz").await;
        ready.status == 503 && ready.json()["parts"]["crm"] == "down"
    })
    .await;
    stage.crm = Stub::start_at("crm", address).await;
    within("it is served again", async || {
        stage
            .signed_in("GET", "/api/v1/clients", "", "")
            .await
            .status
            == 200
    })
    .await;
}

#[tokio::test]
async fn a_restart_within_the_budget_goes_unnoticed() {
    let mut stage =
        Stage::start_with(|config| config.limits.upstream.connect_budget = Duration::from_secs(5))
            .await;
    assert_eq!(
        stage
            .signed_in("GET", "/api/v1/clients", "", "")
            .await
            .status,
        200
    );
    let address = stage.crm.address;
    stage.crm.stop().await;
    let request = stage.request("POST", "/api/v1/clients", "", "{}");
    let (answer, crm) = tokio::join!(stage.raw(request), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Stub::start_at("crm", address).await
    });
    assert_eq!(answer.status, 200);
    assert_eq!(crm.only().body, b"{}");
}

#[tokio::test]
async fn a_hung_service_answers_504_in_time_and_503_at_once_after_a_few() {
    // A listener nobody accepts on: connections open, answers never come.
    let hung = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", hung.local_addr().unwrap());
    let stage = Stage::start_with(|config| config.upstreams[1].1 = url).await;
    for _ in 0..3 {
        let answer = stage.signed_in("GET", "/api/v1/clients", "", "").await;
        answer.assert_problem(504, "upstream-timeout");
        assert!(
            answer.took < Duration::from_millis(700),
            "{:?}",
            answer.took
        );
    }
    let answer = stage.signed_in("GET", "/api/v1/clients", "", "").await;
    answer.assert_problem(503, "unavailable");
    assert!(answer.took < SOON, "{:?}", answer.took);
    stage.assert_well().await;
}

#[tokio::test]
async fn a_second_try_has_only_the_time_that_is_left() {
    // Takes every connection, says nothing, and closes it when most of the patience is gone.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = silent.accept().await {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(1200)).await;
                drop(stream);
            });
        }
    });
    let stage = Stage::start_with(|config| {
        config.upstreams[1].1 = url;
        config.limits.upstream.answer = Duration::from_secs(2);
    })
    .await;
    let answer = stage.signed_in("GET", "/api/v1/clients", "", "").await;
    answer.assert_problem(504, "upstream-timeout");
    assert!(
        answer.took < Duration::from_millis(2300),
        "{:?}",
        answer.took
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_502_before_its_head_and_never_looks_whole_after_it() {
    let stage = Stage::start().await;
    stage
        .signed_in("POST", "/api/v1/clients/dropped", "", "{}")
        .await
        .assert_problem(502, "bad-gateway");
    stage
        .signed_in("GET", "/api/v1/clients/dropped", "", "")
        .await
        .assert_problem(502, "bad-gateway");
    let times = |method: &str| {
        let seen = stage.crm.seen();
        seen.iter()
            .filter(|seen| seen.target == "/api/v1/clients/dropped" && seen.method == method)
            .count()
    };
    assert_eq!(
        (times("POST"), times("GET")),
        (1, 2),
        "a write without a key is never repeated, a read once"
    );
    let cut = stage.signed_in("GET", "/api/v1/clients/cut", "", "").await;
    assert_eq!((cut.status, cut.whole), (200, false));
    stage.assert_well().await;
}

#[tokio::test]
async fn a_service_has_only_so_many_requests_under_way() {
    let stage = Stage::start_with(|config| config.limits.upstream.in_flight = 1).await;
    let hung = stage.signed_in("GET", "/api/v1/clients/hung", "", "");
    let second = async {
        within("the first is under way", async || {
            stage
                .crm
                .seen()
                .iter()
                .any(|seen| seen.target.ends_with("hung"))
        })
        .await;
        stage.signed_in("GET", "/api/v1/clients", "", "").await
    };
    let (first, second) = tokio::join!(hung, second);
    first.assert_problem(504, "upstream-timeout");
    second.assert_problem(503, "unavailable");
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(
        stage
            .signed_in("GET", "/api/v1/clients", "", "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_kept_connection_that_the_service_closed_is_not_a_failure() {
    let mut stage = Stage::start().await;
    for _ in 0..3 {
        assert_eq!(
            stage
                .signed_in("POST", "/api/v1/clients", "", "{}")
                .await
                .status,
            200
        );
        let address = stage.crm.address;
        stage.crm.stop().await;
        stage.crm = Stub::start_at("crm", address).await;
    }
    assert_eq!(
        stage
            .signed_in("POST", "/api/v1/clients", "", "{}")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn without_auths_keys_nobody_is_let_in_and_it_says_why() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let stage = Stage::start_unready(|config| config.credentials.auth_url = url).await;
    stage
        .signed_in("GET", "/api/v1/clients", "", "")
        .await
        .assert_problem(503, "unavailable");
    let ready = stage.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.json()["parts"]["keys"]),
        (503, &"down".into())
    );
    assert_eq!(stage.get("/healthz").await.status, 200);
}

use crate::client::Wire;
use crate::stage::Stage;

const OPEN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n";

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let stage = Stage::start().await;
    let cases = [
        (
            400,
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            400,
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        ),
        (400, "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        (400, "Content-Length: 5, 5\r\n\r\nhello"),
        (400, "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        (400, "Content-Length: +5\r\n\r\nhello"),
        (400, "Content-Length: 0x5\r\n\r\nhello"),
        (400, "Content-Length: \r\n\r\n"),
        (400, "Content-Length: 18446744073709551617\r\n\r\nhello"),
        (
            501,
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (501, "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        (501, "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
        (501, "Transfer-Encoding: \r\n\r\n0\r\n\r\n"),
        (400, "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        (400, "Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (400, "X-A: b\nContent-Length: 5\r\n\r\nhello"),
        (400, "X-A: b\r\n folded: c\r\n\r\n"),
        (400, "X-A: b\rc\r\n\r\n"),
        (400, "X-A: b\0\r\n\r\n"),
        (400, "Host: y\r\n\r\n"),
        (400, "X-A\r\n\r\n"),
        (417, "Expect: something\r\n\r\n"),
    ];
    for (status, rest) in cases {
        let mut wire = Wire::open(stage.address).await;
        wire.write(format!("{OPEN}{rest}")).await;
        let answer = wire.answer().await.unwrap();
        let slug = match status {
            400 => "unreadable",
            417 => "expectation-failed",
            _ => "not-implemented",
        };
        answer.assert_problem(status, slug);
        assert!(wire.closes().await, "{rest:?}");
    }
    assert!(
        stage
            .auth
            .seen()
            .iter()
            .all(|seen| !seen.target.starts_with("/api"))
    );
}

#[tokio::test]
async fn request_lines_and_hosts_are_read_strictly() {
    let stage = Stage::start().await;
    let cases = [
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
        (400, "GET / HTTP/1.1\nHost: a\n\n"),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\r\n\r\n"),
        (505, "PRI * HTTP/2.0\r\n\r\n"),
        (505, "GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
        (
            400,
            "POST /api/v1/auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (200, "GET /healthz HTTP/1.0\r\n\r\n"),
        (200, "\r\nGET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
        (
            200,
            "GET http://A:80/healthz HTTP/1.1\r\nHost: a:80\r\n\r\n",
        ),
    ];
    for (status, bytes) in cases {
        let answer = stage.raw(bytes).await;
        assert_eq!(answer.status, status, "{bytes:?}: {answer:?}");
    }
}

#[tokio::test]
async fn malformed_chunks_are_answered_with_400_and_never_completed_behind() {
    let stage = Stage::start().await;
    let extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(100_000));
    let cases = [
        "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
        "10000000000000000\r\nhello",
        "5\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloo\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "z\r\n",
        &extension,
    ];
    for chunks in cases {
        let mut wire = Wire::open(stage.address).await;
        wire.write(format!("{OPEN}Transfer-Encoding: chunked\r\n\r\n{chunks}"))
            .await;
        wire.answer()
            .await
            .unwrap()
            .assert_problem(400, "unreadable");
        assert!(wire.closes().await);
    }
    assert!(
        stage
            .auth
            .seen()
            .iter()
            .all(|seen| !seen.target.starts_with("/api"))
    );
    stage.assert_well().await;
}

#[tokio::test]
async fn good_chunks_pass_without_their_trailers() {
    let stage = Stage::start().await;
    let chunks = "Transfer-Encoding: chunked\r\nTrailer: X-User-Id\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-User-Id: 1\r\n\r\n";
    let mut wire = Wire::open(stage.address).await;
    // The second request comes in the same packet: the end of the first must be found to the byte.
    wire.write(format!(
        "{OPEN}{chunks}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    ))
    .await;
    assert_eq!(wire.answer().await.unwrap().json()["body_bytes"], 11);
    assert_eq!(wire.answer().await.unwrap().json()["status"], "ok");
    let seen = stage.auth.only();
    assert_eq!(seen.body, b"hello world");
    assert!(
        !seen.trailers && seen.header("trailer").is_none() && seen.header("x-user-id").is_none()
    );
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_order_and_none_hides_in_another() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    let login = format!("{OPEN}Content-Length: 3\r\n\r\nabc");
    wire.write(format!(
        "{login}{login}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n{login}GET / HTTP/1.1\r\n\r\n{login}"
    ))
    .await;
    for expected in [200, 200, 200, 200, 400] {
        assert_eq!(wire.answer().await.unwrap().status, expected);
    }
    assert!(wire.closes().await);
    let logins = stage
        .auth
        .seen()
        .into_iter()
        .filter(|seen| seen.target == "/api/v1/auth/login")
        .count();
    assert_eq!(logins, 3);
}

#[tokio::test]
async fn upgrades_are_never_answered() {
    let stage = Stage::start().await;
    for upgrade in ["h2c", "websocket"] {
        let lines = format!(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {upgrade}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nSec-WebSocket-Key: x\r\n"
        );
        let answer = stage.signed_in("GET", "/api/v1/clients", &lines, "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("upgrade"), None);
    }
    assert!(stage.crm.seen().iter().all(|seen| seen.header("upgrade").is_none() && seen.header("http2-settings").is_none()));
}

#[tokio::test]
async fn heads_may_arrive_in_any_pieces() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    for piece in format!("{OPEN}Content-Length: 2\r\n\r\nok")
        .as_bytes()
        .chunks(7)
    {
        wire.write(piece).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(wire.answer().await.unwrap().json()["body_bytes"], 2);
}

#[tokio::test]
async fn a_client_that_expects_to_be_asked_is_asked() {
    let stage = Stage::start().await;
    let mut wire = Wire::open(stage.address).await;
    wire.write(format!(
        "{OPEN}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    ))
    .await;
    wire.write("hello").await;
    assert_eq!(wire.answer().await.unwrap().json()["body_bytes"], 5);
    assert_eq!(stage.auth.only().header("expect"), None);
}

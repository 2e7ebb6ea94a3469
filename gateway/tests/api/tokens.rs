use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::json;

use crate::stage::{Stage, claims, header, now, sign, signing_key};
use crate::stub::within;

impl Stage {
    async fn with_token(&self, token: &str) -> u16 {
        self.get_with(
            "/api/v1/clients",
            &format!("Authorization: Bearer {token}\r\n"),
        )
        .await
        .status
    }
}

#[tokio::test]
async fn a_good_token_passes_on_unchanged() {
    let stage = Stage::start().await;
    let token = stage.token();
    assert_eq!(stage.with_token(&token).await, 200);
    assert_eq!(
        stage.crm.only().header("authorization"),
        Some(format!("Bearer {token}").as_str())
    );
}

#[tokio::test]
async fn nothing_but_a_good_access_token_passes() {
    let stage = Stage::start().await;
    let good = stage.token();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiazEifQ";
    let with_header = |change: fn(&mut jsonwebtoken::Header)| {
        let mut header = header();
        change(&mut header);
        sign(&header, &claims(), &stage.key)
    };
    let mut confused = header();
    confused.alg = Algorithm::HS256;
    let bad = [
        ("forged", sign(&header(), &claims(), &signing_key())),
        ("expired", stage.token_with(json!({ "exp": now() - 60 }))),
        ("not yet", stage.token_with(json!({ "nbf": now() + 60 }))),
        ("no exp", stage.token_with(json!({ "exp": null }))),
        (
            "other aud",
            stage.token_with(json!({ "aud": "nexus-internal" })),
        ),
        ("no aud", stage.token_with(json!({ "aud": null }))),
        ("other iss", stage.token_with(json!({ "iss": "else" }))),
        ("no sub", stage.token_with(json!({ "sub": null }))),
        (
            "service typ",
            with_header(|header| header.typ = Some("svc+jwt".to_owned())),
        ),
        (
            "plain typ",
            with_header(|header| header.typ = Some("JWT".to_owned())),
        ),
        ("no typ", with_header(|header| header.typ = None)),
        ("no kid", with_header(|header| header.kid = None)),
        (
            "other kid",
            with_header(|header| header.kid = Some("k2".to_owned())),
        ),
        ("alg none", format!("{none}.{body}.")),
        ("alg none, signed", format!("{none}.{body}.{signature}")),
        (
            "hs256",
            sign(&confused, &claims(), &EncodingKey::from_secret(b"k1")),
        ),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("tail", format!("{good}x")),
        ("comma", format!("{good}, Bearer {good}")),
        ("empty", String::new()),
    ];
    for (what, token) in bad {
        assert_eq!(stage.with_token(&token).await, 401, "{what}");
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
async fn the_refusal_names_the_scheme_and_no_reason() {
    let stage = Stage::start().await;
    for line in [
        "",
        "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer\r\n",
        "Cookie: access_token=x\r\n",
        "X-Authorization: Bearer x\r\n",
    ] {
        let answer = stage.get_with("/api/v1/clients", line).await;
        answer.assert_problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let token = stage.token();
    let in_query = stage
        .get(&format!("/api/v1/clients?access_token={token}"))
        .await;
    in_query.assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_second_authorization_and_one_that_connection_takes_away_do_not_count() {
    let stage = Stage::start().await;
    let line = format!("Authorization: Bearer {}\r\n", stage.token());
    for lines in [
        format!("{line}Authorization: Bearer x\r\n"),
        format!("authorization: x\r\n{line}"),
    ] {
        stage
            .get_with("/api/v1/clients", &lines)
            .await
            .assert_problem(400, "unreadable");
    }
    let named = stage
        .raw(format!(
            "GET /api/v1/clients HTTP/1.1\r\nHost: x\r\n{line}Connection: Authorization\r\n\r\n"
        ))
        .await;
    named.assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn only_the_open_operations_need_no_token() {
    let stage = Stage::start().await;
    for (method, path) in [
        ("POST", "/api/v1/auth/login"),
        ("POST", "/api/v1/auth/register"),
        ("POST", "/api/v1/auth/refresh"),
        ("POST", "/api/v1/auth/password/help"),
        ("POST", "/api/v1/auth/invitations/check"),
        ("POST", "/api/v1/auth/invitations/accept"),
        ("GET", "/api/v1/auth/setup"),
        ("GET", "/api/v1/auth/jwks.json"),
    ] {
        let answer = stage
            .raw(format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            ))
            .await;
        assert_eq!(answer.status, 200, "{method} {path}");
    }
    for path in [
        "/api/v1/auth/me",
        "/api/v1/auth/login",
        "/api/v1/users",
        "/api/v1/comuni",
    ] {
        stage.get(path).await.assert_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn an_ended_session_stops_at_the_gateway() {
    let stage = Stage::start().await;
    let token = stage.token();
    assert_eq!(stage.with_token(&token).await, 200);
    let ended = json!({ "sid": claims()["sid"], "until": now() + 600 });
    let event = json!({ "kind": "auth.session.ended.v1", "payload": ended });
    stage.auth.memory.answers.lock().unwrap().push((
        "/internal/events",
        json!({ "events": [event], "position": 1 }),
    ));
    within("the ended session is refused", async || {
        stage.with_token(&token).await == 401
    })
    .await;
}

//! Requests that are no good, and servers that are not well.

use diesel::connection::SimpleConnection;
use nexus_kernel::UserId;
use nexus_testkit::{TestKey, unix_now};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{ADMIN, Crm, path};

#[actix_web::test]
async fn tokens_that_are_expired_forged_or_of_another_kind_are_401() {
    let crm = Crm::start();
    let (user, now) = (UserId::new(), unix_now());
    let key = TestKey::trusted();
    let with = |change: fn(&mut nexus_auth::AccessClaims, i64)| {
        let mut claims = TestKey::claims(user, ADMIN);
        change(&mut claims, now);
        key.sign("at+jwt", &claims)
    };
    let good = key.access(user, ADMIN);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let mut bent = good.clone();
    bent.replace_range(
        good.len() - 6..good.len() - 5,
        if good.as_bytes()[good.len() - 6] == b'A' {
            "B"
        } else {
            "A"
        },
    );
    let mut refused = vec![
        ("expired", with(|claims, now| claims.exp = now - 60)),
        ("not yet", with(|claims, now| claims.nbf = now + 60)),
        (
            "another audience",
            with(|claims, _| claims.aud = "other".to_owned()),
        ),
        (
            "another issuer",
            with(|claims, _| claims.iss = "other".to_owned()),
        ),
        (
            "a scope nobody knows",
            with(|claims, _| claims.perm.push("clients:read:universe".to_owned())),
        ),
        (
            "another kind",
            key.sign("JWT", &TestKey::claims(user, ADMIN)),
        ),
        ("a service's", key.service("crm")),
        ("another key", TestKey::generate().access(user, ADMIN)),
        ("unsigned", unsigned),
        ("bent", bent),
        ("no token at all", "x".to_owned()),
        ("huge", "x".repeat(20_000)),
    ];
    for claim in ["iss", "aud", "sub", "exp", "sid"] {
        let mut claims = serde_json::to_value(TestKey::claims(user, ADMIN)).unwrap();
        claims.as_object_mut().unwrap().remove(claim);
        refused.push(("a claim missing", key.sign("at+jwt", &claims)));
    }
    crm.server
        .with_token(user, Some(good))
        .get("/api/v1/clients")
        .await
        .expect(200);
    for (what, token) in refused {
        let reply = crm
            .server
            .with_token(user, Some(token))
            .get("/api/v1/clients")
            .await;
        assert!(reply.header("www-authenticate").is_some(), "{what}");
        assert_eq!(reply.status.as_u16(), 401, "{what}");
        reply.problem(401, "unauthenticated");
    }
    crm.server
        .nobody()
        .get("/api/v1/clients")
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn an_ended_session_and_an_older_access_version_are_401_at_once() {
    let crm = Crm::start();
    let claims = TestKey::claims(UserId::new(), ADMIN);
    let caller = crm
        .server
        .with_token(claims.sub, Some(TestKey::trusted().sign("at+jwt", &claims)));
    caller.get("/api/v1/clients").await.expect(200);
    let ended = nexus_auth::RevokedSession {
        sid: claims.sid,
        until: claims.exp,
    };
    crm.server.app.verifier.revocations.end_session(&ended);
    caller
        .get("/api/v1/clients")
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn internal_paths_take_service_tokens_alone() {
    let crm = Crm::start();
    crm.admin()
        .get("/internal/events")
        .await
        .problem(401, "unauthenticated");
    crm.server
        .nobody()
        .get("/internal/events")
        .await
        .problem(401, "unauthenticated");
    crm.server
        .service()
        .get("/internal/events")
        .await
        .expect(200);
    crm.server
        .service()
        .get("/api/v1/clients")
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn bodies_that_cannot_be_used_are_told_why() {
    let crm = Crm::start();
    let admin = crm.admin();
    let raw = |body: &'static str, kind: &'static str| {
        let request = admin
            .request(Method::POST, "/api/v1/clients")
            .header("content-type", kind)
            .body(body);
        nexus_testkit::Reply::read(request)
    };
    raw("{", "application/json")
        .await
        .problem(400, "unreadable");
    raw("name=Rossi", "application/x-www-form-urlencoded")
        .await
        .problem(415, "unsupported-media-type");
    raw(r#"{"name":"a\u0000b"}"#, "application/json")
        .await
        .invalid(&[""]);
    raw(r#"{"name":7}"#, "application/json")
        .await
        .invalid(&["/name"]);
    raw(r#"[]"#, "application/json")
        .await
        .problem(422, "validation");
    let unknown = admin
        .post("/api/v1/clients", json!({"name": "x", "nmae": "y"}))
        .await
        .problem(422, "validation");
    assert_eq!(unknown["errors"][0]["code"], "field.unknown");
    let huge = Value::String("x".repeat(1_100_000));
    admin
        .post("/api/v1/clients", json!({"name": huge}))
        .await
        .problem(413, "too-large");
    admin
        .get("/api/v1/clients?q=%00")
        .await
        .problem(422, "validation");
}

#[actix_web::test]
async fn paths_and_methods_nobody_knows_are_problems_too() {
    let crm = Crm::start();
    let admin = crm.admin();
    admin.get("/api/v1/nothing").await.problem(404, "not-found");
    admin
        .get("/api/v1/clients/not-an-id")
        .await
        .problem(404, "not-found");
    admin
        .get("/api/v1/clients/019aab00-0000-7000-8000-00000000dead")
        .await
        .problem(404, "not-found");
    let reply = admin
        .send(
            Method::DELETE,
            "/api/v1/clients",
            &[("if-match", "*")],
            None,
        )
        .await;
    assert_eq!(reply.header("allow"), Some("GET, POST"));
    reply.problem(405, "method-not-allowed");
}

#[actix_web::test]
async fn a_taken_id_is_a_conflict() {
    let crm = Crm::start();
    let admin = crm.admin();
    let body = json!({"id": "019aab00-0000-7000-8000-00000000beef", "name": "Rossi"});
    let client = admin
        .post("/api/v1/clients", body.clone())
        .await
        .expect(201);
    assert_eq!(client["id"], body["id"]);
    admin
        .post("/api/v1/clients", body)
        .await
        .problem(409, "id-taken");
}

#[actix_web::test]
async fn a_locked_table_answers_503_in_time_and_the_service_goes_on_afterwards() {
    let crm = Crm::start();
    let admin = crm.admin();
    let client = crate::kit::a_client(&admin, "Rossi").await;
    let mut blocker = crm.server.database.connect();
    blocker
        .batch_execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let began = std::time::Instant::now();

    let reply = admin.get(&path("clients", &client)).await;

    assert!(
        began.elapsed() < std::time::Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert!(reply.header("retry-after").is_some());
    reply.problem(503, "unavailable");
    crm.server.nobody().get("/healthz").await.expect(200);
    blocker.batch_execute("ROLLBACK").unwrap();
    admin.get(&path("clients", &client)).await.expect(200);
}

#[actix_web::test]
async fn broken_connections_answer_503_and_are_replaced() {
    let crm = Crm::start();
    let admin = crm.admin();
    let client = crate::kit::a_client(&admin, "Rossi").await;
    crm.server.database.cut_connections();
    nexus_testkit::eventually("reads work again", || {
        let (admin, url) = (admin.clone(), path("clients", &client));
        async move {
            let reply = admin.get(&url).await;
            assert!(
                matches!(reply.status.as_u16(), 200 | 503),
                "{:?}",
                reply.body
            );
            reply.status.as_u16() == 200
        }
    })
    .await;
}

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Auth, PASSWORD, Person, database, link_token, sql, texts};

fn mario() -> Value {
    json!({"name": "Mario Verdi", "email": "mario@example.it", "roles": ["agent"], "office": "Torino"})
}

async fn accept(auth: &Auth, token: &str) -> nexus_testkit::Reply {
    let body = json!({"token": token, "password": PASSWORD});
    auth.nobody()
        .post("/api/v1/auth/invitations/accept", body)
        .await
}

async fn check(auth: &Auth, token: &str) -> nexus_testkit::Reply {
    auth.nobody()
        .post("/api/v1/auth/invitations/check", json!({"token": token}))
        .await
}

#[actix_web::test]
async fn whoever_is_invited_comes_in_by_the_link_once() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let invited = admin.post("/api/v1/users", mario()).await;
    assert!(
        invited
            .header("location")
            .unwrap()
            .starts_with("/api/v1/users/")
    );
    assert_eq!(invited.header("etag"), Some("\"1\""));
    let invited = invited.expect(201);
    assert_eq!(
        (&invited["status"], &invited["roles"]),
        (&json!("invited"), &json!(["agent"]))
    );
    let url = invited["invitation"]["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://crm.example.it/invite#token="),
        "{url}"
    );
    let token = link_token(&invited);
    let shown = check(&auth, &token).await.expect(200);
    assert_eq!(
        (&shown["name"], &shown["email"]),
        (&json!("Mario Verdi"), &json!("mario@example.it"))
    );

    let mario = Person::signed_in(&auth, accept(&auth, &token).await, 201);

    assert_eq!(
        mario.get("/api/v1/auth/me").await.expect(200)["status"],
        "active"
    );
    auth.login("mario@example.it", PASSWORD).await.expect(200);
    check(&auth, &token).await.problem(404, "not-found");
    accept(&auth, &token).await.problem(404, "not-found");
}

#[actix_web::test]
async fn an_invitation_is_good_for_a_week() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let token = link_token(&admin.post("/api/v1/users", mario()).await.expect(201));
    let age = |days| {
        format!(
            "UPDATE invitations SET expires_at = created_at + interval '7 days' - interval '{days}'"
        )
    };
    sql(&database, &age("6 days 23 hours"));
    check(&auth, &token).await.expect(200);
    sql(&database, &age("7 days"));
    check(&auth, &token).await.problem(404, "not-found");
    accept(&auth, &token).await.problem(404, "not-found");
}

#[actix_web::test]
async fn a_new_link_ends_the_older_one() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let invited = admin.post("/api/v1/users", mario()).await.expect(201);
    let path = format!("/api/v1/users/{}/invite", invited["id"].as_str().unwrap());
    let again = admin
        .post(&path, json!({"email": "m.verdi@example.it"}))
        .await
        .expect(200);
    assert_eq!(again["email"], "m.verdi@example.it");
    check(&auth, &link_token(&invited))
        .await
        .problem(404, "not-found");
    check(&auth, &link_token(&again)).await.expect(200);
}

#[actix_web::test]
async fn a_repeated_invitation_gives_the_same_link_and_the_link_is_kept_nowhere() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let key = [("idempotency-key", "invite-mario")];
    let first = admin
        .send(Method::POST, "/api/v1/users", &key, Some(&mario()))
        .await
        .expect(201);
    let again = admin
        .send(Method::POST, "/api/v1/users", &key, Some(&mario()))
        .await
        .expect(201);
    assert_eq!(first, again);
    let mut other = mario();
    other["name"] = json!("Mario Rossi");
    let reply = admin
        .send(Method::POST, "/api/v1/users", &key, Some(&other))
        .await;
    reply.problem(422, "idempotency-mismatch");
    let kept = texts(&database, "SELECT body AS text FROM idempotency_keys");
    assert!(!kept.concat().contains(&link_token(&first)));
    admin
        .post("/api/v1/users", mario())
        .await
        .invalid(&["/email"]);
}

#[actix_web::test]
async fn an_invitation_asks_for_a_good_password_and_stays_open_until_it_gets_one() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let token = link_token(&admin.post("/api/v1/users", mario()).await.expect(201));
    let body = json!({"token": token, "password": "MarioVerdi1"});
    auth.nobody()
        .post("/api/v1/auth/invitations/accept", body)
        .await
        .invalid(&["/password"]);
    accept(&auth, &token).await.expect(201);
}

#[actix_web::test]
async fn whoever_was_disabled_does_not_come_in_by_an_older_link() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let invited = admin.post("/api/v1/users", mario()).await.expect(201);
    let path = format!("/api/v1/users/{}", invited["id"].as_str().unwrap());
    admin
        .post(&format!("{path}/disable"), json!({}))
        .await
        .expect(200);
    accept(&auth, &link_token(&invited))
        .await
        .problem(404, "not-found");
    admin
        .post(&format!("{path}/invite"), json!({}))
        .await
        .problem(409, "user-disabled");
    admin
        .post(&format!("{path}/enable"), json!({}))
        .await
        .expect(200);
    accept(&auth, &link_token(&invited))
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn a_link_for_somebody_who_forgot_the_password_ends_their_sessions() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let again = admin
        .post(&format!("/api/v1/users/{}/invite", agent.id), json!({}))
        .await
        .expect(200);
    assert_eq!(again["status"], "active");
    assert!(agent.is_in().await);
    accept(&auth, &link_token(&again)).await.expect(201);
    assert!(!agent.is_in().await);
}

#[actix_web::test]
async fn made_up_tokens_run_out() {
    let database = database();
    let auth = Auth::on(&database).await;
    for _ in 0..20 {
        check(&auth, "made-up").await.problem(404, "not-found");
    }
    check(&auth, "made-up")
        .await
        .problem(429, "too-many-requests");
}

use nexus_testkit::Reply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Auth, database};

const INTERNAL: [(Method, &str); 4] = [
    (Method::GET, "/internal/events?after=0"),
    (Method::GET, "/internal/revocations"),
    (Method::POST, "/internal/users/import"),
    (Method::GET, "/internal/readers/{admin}"),
];

#[actix_web::test]
async fn a_service_gets_a_token_for_its_secret_only() {
    let database = database();
    let auth = Auth::on(&database).await;
    let request = || auth.http.post(format!("{}/internal/token", auth.url));
    let good = Reply::read(request().basic_auth("crm", Some("crm-secret")))
        .await
        .expect(200);
    assert_eq!(good["expires_in"], 600);
    for (name, secret) in [
        ("crm", "gateway-secret"),
        ("crm", ""),
        ("nobody", "crm-secret"),
        ("", ""),
    ] {
        Reply::read(request().basic_auth(name, Some(secret)))
            .await
            .problem(401, "unauthenticated");
    }
    Reply::read(request()).await.problem(401, "unauthenticated");
    Reply::read(request().bearer_auth("crm-secret"))
        .await
        .problem(401, "unauthenticated");
    Reply::read(request().header("authorization", "Basic %%%"))
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn internal_paths_take_service_tokens_and_public_ones_take_peoples() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let service = auth.service().await;
    for (method, path) in INTERNAL {
        let body = (method == Method::POST).then(|| json!({"actor_id": admin.id, "users": []}));
        let path = path.replace("{admin}", &admin.id);
        let send = |caller: crate::kit::Caller| {
            let (method, body, path) = (method.clone(), body.clone(), path.clone());
            async move { caller.send(method, &path, &[], body.as_ref()).await }
        };
        send(auth.nobody()).await.problem(401, "unauthenticated");
        send((*admin).clone()).await.problem(401, "unauthenticated");
        send(service.clone()).await.expect(200);
    }
    for path in [
        "/api/v1/auth/me",
        "/api/v1/users",
        "/api/v1/roles",
        "/api/v1/auth/sessions",
    ] {
        service.get(path).await.problem(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn whoever_starts_to_follow_learns_what_still_matters() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let old = auth.signed_in("mario@example.it").await;
    old.post("/api/v1/auth/logout", json!({})).await.expect(204);
    let users = format!("/api/v1/users/{}", agent.id);
    admin
        .patch(&users, json!({"roles": ["viewer"]}))
        .await
        .expect(200);

    let service = auth.service().await;
    let list = service.get("/internal/revocations").await.expect(200);

    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
    let user = list["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["sub"] == json!(agent.id))
        .unwrap();
    assert_eq!(
        user["min_ver"], 3,
        "one for the password that was set, one for the roles"
    );
    // What is not in the feed by then comes after the position.
    let position = list["position"].as_i64().unwrap();
    let events = service
        .get(&format!("/internal/events?after={position}&wait=1"))
        .await
        .expect(200);
    assert!(
        events["events"]
            .as_array()
            .unwrap()
            .iter()
            .all(|event| event["position"].as_i64() > Some(position))
    );
}

#[actix_web::test]
async fn an_end_that_no_token_outlives_is_not_told_any_more() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    admin
        .post("/api/v1/auth/logout", json!({}))
        .await
        .expect(204);
    crate::kit::sql(
        &database,
        "UPDATE sessions SET ended_at = now() - interval '12 minutes'",
    );
    let list = auth
        .service()
        .await
        .get("/internal/revocations")
        .await
        .expect(200);
    assert_eq!(list["sessions"], Value::Array(Vec::new()));
}

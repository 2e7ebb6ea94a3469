//! Keys of other programs.

use nexus_testkit::eventually;
use serde_json::{Value, json};

use crate::kit::{Auth, database};

async fn exchange(auth: &Auth, secret: &Value) -> nexus_testkit::Reply {
    auth.nobody()
        .post("/api/v1/auth/token", json!({"api_key": secret}))
        .await
}

#[actix_web::test]
async fn a_key_is_shown_once_and_lets_a_program_in_with_its_roles() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = json!({"name": "E-commerce", "roles": ["back_office"]});
    let headers = [("idempotency-key", "one")];
    let send = || {
        admin.send(
            reqwest::Method::POST,
            "/api/v1/api-keys",
            &headers,
            Some(&body),
        )
    };
    let made = send().await.expect(201);
    assert_eq!(send().await.expect(201), made, "repeated, the same answer");
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("nxk_"));

    let listed = admin.get("/api/v1/api-keys").await.expect(200);
    assert_eq!(listed["items"][0]["name"], "E-commerce");
    assert_eq!(listed["items"][0]["roles"], json!(["back_office"]));
    assert_eq!(listed["items"][0]["last_used_at"], Value::Null);
    assert!(!listed.to_string().contains(secret));

    let token = exchange(&auth, &made["secret"]).await.expect(200);
    let shop = auth.with_token(token["access_token"].as_str().unwrap());
    let me = shop.get("/api/v1/auth/me").await.expect(200);
    assert_eq!(me["name"], "E-commerce");
    assert_eq!(me["id"], made["user_id"]);
    let held = me["permissions"].as_array().unwrap();
    assert!(held.contains(&json!("orders:write:all")));
    assert!(!held.contains(&json!("users:manage:all")));
    let listed = admin.get("/api/v1/api-keys").await.expect(200);
    assert!(listed["items"][0]["last_used_at"].is_string());
    let told = auth.announced("auth.user.saved.v1").await;
    assert!(
        told.iter()
            .any(|event| event["payload"]["id"] == made["user_id"])
    );
}

#[actix_web::test]
async fn a_revoked_key_and_its_tokens_are_refused_on_every_replica() {
    let database = database();
    let auth = Auth::on(&database).await;
    let other = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = json!({"name": "Magazzino", "roles": ["viewer"]});
    let made = admin.post("/api/v1/api-keys", body).await.expect(201);
    let token = exchange(&auth, &made["secret"]).await.expect(200);
    let token = token["access_token"].as_str().unwrap();
    let there = other.with_token(token);
    there.get("/api/v1/auth/me").await.expect(200);

    let path = format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap());
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect(204);
    assert_eq!(
        auth.with_token(token).get("/api/v1/auth/me").await.status,
        401
    );
    eventually("the other replica refuses it", || async {
        there.get("/api/v1/auth/me").await.status == 401
    })
    .await;
    let refused = exchange(&auth, &made["secret"]).await.expect(401);
    assert_eq!(refused["type"], "/problems/invalid-api-key");
    let late = Auth::on(&database).await;
    assert_eq!(
        late.with_token(token).get("/api/v1/auth/me").await.status,
        401
    );
}

#[actix_web::test]
async fn a_disabled_program_stays_out_until_it_is_enabled() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = json!({"name": "Sito", "roles": ["viewer"]});
    let made = admin.post("/api/v1/api-keys", body).await.expect(201);
    let path = format!("/api/v1/users/{}", made["user_id"].as_str().unwrap());
    let empty = || json!({});
    admin
        .post(&format!("{path}/disable"), empty())
        .await
        .expect(200);
    exchange(&auth, &made["secret"]).await.expect(401);
    admin
        .post(&format!("{path}/enable"), empty())
        .await
        .expect(200);
    exchange(&auth, &made["secret"]).await.expect(200);
}

#[actix_web::test]
async fn strange_keys_are_refused_alike_and_not_for_ever() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let unknown = format!("nxk_{}", "A".repeat(43));
    for wrong in ["", "nxk_", "ciao", unknown.as_str()] {
        let refused = exchange(&auth, &json!(wrong)).await.expect(401);
        assert_eq!(refused["type"], "/problems/invalid-api-key", "{wrong}");
    }
    let mut last = 401;
    for _ in 0..60 {
        last = exchange(&auth, &json!(unknown)).await.status.as_u16();
    }
    assert_eq!(last, 429);

    for (body, pointer) in [
        (json!({"name": "", "roles": ["viewer"]}), "/name"),
        (json!({"name": "x", "roles": []}), "/roles"),
        (json!({"name": "x", "roles": ["king"]}), "/roles/0"),
        (
            json!({"name": "x", "roles": ["viewer"], "expires_at": "2020-01-01T00:00:00Z"}),
            "/expires_at",
        ),
    ] {
        let refused = admin.post("/api/v1/api-keys", body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let listed = admin.get("/api/v1/api-keys").await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

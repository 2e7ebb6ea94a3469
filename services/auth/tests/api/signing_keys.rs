use nexus_testkit::eventually;
use serde_json::{Value, json};

use crate::kit::{Auth, Person, database, sql, texts};

const ROTATE: &str = "/api/v1/auth/signing-keys/rotate";

async fn published(auth: &Auth) -> Vec<String> {
    let body = auth
        .nobody()
        .get("/api/v1/auth/jwks.json")
        .await
        .expect(200);
    body["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kid(person: &Person) -> String {
    let header = jsonwebtoken::decode_header(person.access_token()).unwrap();
    header.kid.unwrap()
}

#[actix_web::test]
async fn two_processes_that_start_together_make_one_key() {
    let database = database();
    let (one, other) = futures_util::future::join(Auth::on(&database), Auth::on(&database)).await;
    assert_eq!(published(&one).await, published(&other).await);
    assert_eq!(published(&one).await.len(), 1);
}

#[actix_web::test]
async fn the_published_keys_hold_no_private_part() {
    let database = database();
    let auth = Auth::on(&database).await;
    let body = auth.nobody().get("/internal/jwks").await.expect(200);
    let key = &body["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert_eq!(key["d"], Value::Null);
    assert_eq!(
        body,
        auth.nobody()
            .get("/api/v1/auth/jwks.json")
            .await
            .expect(200)
    );
}

#[actix_web::test]
async fn a_new_key_is_published_before_it_signs() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let before = published(&auth).await;
    let answer = admin.post(ROTATE, json!({})).await.expect(200);
    assert_eq!(answer["active_kid"], json!(before[0]));
    assert_eq!(published(&auth).await.len(), 2);
    let again = auth.signed_in("anna@example.it").await;
    assert_eq!(kid(&again), before[0]);
}

#[actix_web::test]
async fn wanted_at_once_the_new_key_signs_and_older_tokens_stay_good_on_every_replica() {
    let database = database();
    let (auth, replica) = (Auth::on(&database).await, Auth::on(&database).await);
    let admin = auth.admin().await;

    let answer = admin
        .post(ROTATE, json!({"at_once": true}))
        .await
        .expect(200);

    let again = auth.signed_in("anna@example.it").await;
    assert_eq!(json!(kid(&again)), answer["active_kid"]);
    assert_ne!(kid(&again), kid(&admin));
    assert!(admin.is_in().await && again.is_in().await);
    let there = replica.with_token(again.access_token());
    eventually("the other replica knows the new key", || async {
        there.get("/api/v1/auth/me").await.status == 200
    })
    .await;
    replica
        .with_token(admin.access_token())
        .get("/api/v1/auth/me")
        .await
        .expect(200);
    assert!(
        !auth
            .announced("auth.signing_key.published.v1")
            .await
            .is_empty()
    );
}

#[actix_web::test]
async fn an_old_key_is_forgotten_when_its_last_token_has_ended() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    admin
        .post(ROTATE, json!({"at_once": true}))
        .await
        .expect(200);
    assert_eq!(published(&auth).await.len(), 2);
    auth.stop().await;
    sql(
        &database,
        "UPDATE signing_keys SET expires_at = now() WHERE expires_at IS NOT NULL",
    );
    let auth = Auth::on(&database).await;
    assert_eq!(published(&auth).await.len(), 1);
    auth.with_token(admin.access_token())
        .get("/api/v1/auth/me")
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn a_key_of_thirty_days_is_replaced_without_anybody_asking() {
    let database = database();
    Auth::on(&database).await.stop().await;
    sql(
        &database,
        "UPDATE signing_keys SET signs_from = now() - interval '30 days'",
    );
    let auth = Auth::on(&database).await;
    assert_eq!(published(&auth).await.len(), 2);
    let kept = texts(
        &database,
        "SELECT kid AS text FROM signing_keys WHERE expires_at IS NULL",
    );
    assert_eq!(kept.len(), 1);
}

use serde_json::{Value, json};

use crate::kit::{Auth, PASSWORD, Person, database, texts};

const NEW: &str = "tre tigri nel garage";

fn change(current: &str, new: &str) -> Value {
    json!({"current_password": current, "new_password": new})
}

#[actix_web::test]
async fn a_new_password_ends_all_other_sessions_and_the_old_password() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let phone = auth.signed_in("anna@example.it").await;

    admin
        .post("/api/v1/auth/password", change(PASSWORD, NEW))
        .await
        .expect(204);

    assert!(!phone.is_in().await);
    auth.refresh(&phone.refresh)
        .await
        .problem(401, "session-ended");
    auth.login("anna@example.it", PASSWORD)
        .await
        .problem(401, "invalid-credentials");
    auth.login("anna@example.it", NEW).await.expect(200);
    // This session goes on, with a new access token.
    assert!(!admin.is_in().await);
    let again = Person::signed_in(&auth, auth.refresh(&admin.refresh).await, 200);
    assert!(again.is_in().await);
    assert_eq!(auth.announced("auth.user.access_changed.v1").await.len(), 1);
}

#[actix_web::test]
async fn whoever_does_not_know_the_current_password_changes_nothing_and_soon_waits() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    for _ in 0..5 {
        let told = admin
            .post("/api/v1/auth/password", change("wrong", NEW))
            .await
            .invalid(&["/current_password"]);
        assert_eq!(told["errors"][0]["code"], "password.wrong");
    }
    admin
        .post("/api/v1/auth/password", change(PASSWORD, NEW))
        .await
        .problem(429, "too-many-requests");
    assert!(admin.is_in().await);
}

#[actix_web::test]
async fn a_new_password_has_to_be_good_enough() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    for (password, code) in [
        ("short", "password.short"),
        ("Password123!", "password.common"),
        ("AnnaBianchi1980", "password.personal"),
        ("anna@example.it", "password.personal"),
    ] {
        let told = admin
            .post("/api/v1/auth/password", change(PASSWORD, password))
            .await
            .invalid(&["/new_password"]);
        assert_eq!(told["errors"][0]["code"], code, "{password}");
    }
    auth.login("anna@example.it", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn passwords_are_kept_as_argon2id_with_owasps_parameters() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let kept = texts(&database, "SELECT hash AS text FROM passwords");
    assert!(
        kept[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        kept[0]
    );
}

use futures_util::future::join_all;
use nexus_testkit::Reply;
use serde_json::json;

use crate::kit::{Auth, PASSWORD, database, sql};

const EMAIL: &str = "anna@example.it";

async fn wrong(auth: &Auth, email: &str) -> Reply {
    auth.login(email, "not the password").await
}

#[actix_web::test]
async fn after_a_few_wrong_tries_even_the_right_password_has_to_wait() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let mut tries = 0;
    while wrong(&auth, EMAIL).await.status == 401 {
        tries += 1;
        assert!(tries <= 10);
    }
    let told = auth.login(EMAIL, PASSWORD).await;
    let seconds: u64 = told.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=31).contains(&seconds), "{seconds}");
    told.problem(429, "too-many-requests");
}

#[actix_web::test]
async fn another_way_to_write_the_address_does_not_help_nor_does_an_unknown_account() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    for email in [
        EMAIL,
        "ANNA@example.it",
        "Anna@Example.It",
        " anna@example.it",
        EMAIL,
    ] {
        wrong(&auth, email)
            .await
            .problem(401, "invalid-credentials");
    }
    wrong(&auth, "anna@EXAMPLE.it")
        .await
        .problem(429, "too-many-requests");
    for _ in 0..5 {
        wrong(&auth, "nobody@example.it")
            .await
            .problem(401, "invalid-credentials");
    }
    wrong(&auth, "nobody@example.it")
        .await
        .problem(429, "too-many-requests");
}

#[actix_web::test]
async fn strangers_elsewhere_lock_nobody_out() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    auth.colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    for _ in 0..8 {
        wrong(&auth, EMAIL).await;
    }
    let body = json!({"email": EMAIL, "password": PASSWORD});
    auth.at_ip("198.51.100.7")
        .post("/api/v1/auth/login", body)
        .await
        .expect(200);
    auth.login("mario@example.it", PASSWORD).await.expect(200);
    wrong(&auth, EMAIL).await.problem(429, "too-many-requests");
}

#[actix_web::test]
async fn a_restart_forgets_no_tries() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    for _ in 0..3 {
        wrong(&auth, EMAIL).await.expect(401);
    }
    auth.stop().await;
    let auth = Auth::on(&database).await;
    for _ in 0..2 {
        wrong(&auth, EMAIL).await.expect(401);
    }
    wrong(&auth, EMAIL).await.problem(429, "too-many-requests");
}

#[actix_web::test]
async fn a_hundred_tries_at_once_count_as_a_hundred() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let replies = join_all((0..30).map(|_| wrong(&auth, EMAIL))).await;
    let heard = replies.iter().filter(|reply| reply.status == 401).count();
    assert!(heard <= 5, "{heard} tries were answered");
}

#[actix_web::test]
async fn the_wait_ends_grows_and_is_forgotten_by_a_right_password() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    for _ in 0..5 {
        wrong(&auth, EMAIL).await.expect(401);
    }
    let over = "UPDATE tries SET locked_until = now() WHERE locked_until IS NOT NULL";
    sql(&database, over);
    wrong(&auth, EMAIL).await.expect(401);
    let told = wrong(&auth, EMAIL).await;
    let seconds: u64 = told.header("retry-after").unwrap().parse().unwrap();
    assert!((32..=61).contains(&seconds), "{seconds}");
    sql(&database, over);
    auth.login(EMAIL, PASSWORD).await.expect(200);
    for _ in 0..5 {
        wrong(&auth, EMAIL)
            .await
            .problem(401, "invalid-credentials");
    }
}

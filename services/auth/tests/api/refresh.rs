use futures_util::future::join_all;
use nexus_testkit::{Reply, eventually};
use reqwest::Method;

use crate::kit::{Auth, Person, database, refresh_token, sql, texts};

/// Refreshes and says which token comes next.
async fn next(auth: &Auth, refresh: &str) -> String {
    let reply = auth.refresh(refresh).await;
    let next = refresh_token(&reply);
    reply.expect(200);
    next.unwrap()
}

fn has_ended(reply: Reply) {
    let cookie = reply.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    reply.problem(401, "session-ended");
}

#[actix_web::test]
async fn each_refresh_gives_another_token_and_a_good_access_token() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let reply = auth.refresh(&admin.refresh).await;
    let again = Person::signed_in(&auth, reply, 200);
    assert_ne!(again.refresh, admin.refresh);
    assert_eq!(again.id, admin.id);
    assert!(again.is_in().await);
    assert_ne!(next(&auth, &again.refresh).await, again.refresh);
    let kept = texts(
        &database,
        "SELECT encode(hash, 'escape') AS text FROM refresh_tokens",
    );
    assert!(!kept.concat().contains(&admin.refresh));
}

#[actix_web::test]
async fn whose_answer_was_lost_gets_the_same_token_again() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let first = next(&auth, &admin.refresh).await;
    assert_eq!(next(&auth, &admin.refresh).await, first);
    next(&auth, &first).await;
}

#[actix_web::test]
async fn ten_refreshes_at_once_give_one_token() {
    let database = database();
    let (one, other) = (Auth::on(&database).await, Auth::on(&database).await);
    let admin = one.admin().await;
    let tries =
        (0..10).map(|number| next(if number % 2 == 0 { &one } else { &other }, &admin.refresh));
    let mut tokens = join_all(tries).await;
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    let unused = texts(
        &database,
        "SELECT '' AS text FROM refresh_tokens WHERE used_at IS NULL",
    );
    assert_eq!(unused.len(), 1);
}

#[actix_web::test]
async fn a_token_that_comes_back_late_ends_the_session_everywhere() {
    let database = database();
    let (auth, replica) = (Auth::on(&database).await, Auth::on(&database).await);
    let admin = auth.admin().await;
    let newest = next(&auth, &admin.refresh).await;
    sql(
        &database,
        "UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE used_at IS NOT NULL",
    );

    has_ended(auth.refresh(&admin.refresh).await);

    assert!(!admin.is_in().await);
    let elsewhere = replica.with_token(admin.access_token());
    eventually("the access token ends on the other replica", || async {
        elsewhere.get("/api/v1/auth/me").await.status == 401
    })
    .await;
    has_ended(auth.refresh(&newest).await);
    assert_eq!(auth.announced("auth.session.ended.v1").await.len(), 1);
    let log = texts(
        &database,
        "SELECT kind AS text FROM security_log WHERE kind LIKE 'session.%'",
    );
    assert_eq!(log, ["session.refresh_reused"]);
}

#[actix_web::test]
async fn an_ancestor_ends_the_session_even_within_the_grace() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let second = next(&auth, &admin.refresh).await;
    let third = next(&auth, &second).await;
    has_ended(auth.refresh(&admin.refresh).await);
    has_ended(auth.refresh(&third).await);
}

#[actix_web::test]
async fn a_stolen_token_is_known_after_a_restart() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let second = next(&auth, &admin.refresh).await;
    let third = next(&auth, &second).await;
    auth.stop().await;
    let auth = Auth::on(&database).await;
    has_ended(auth.refresh(&admin.refresh).await);
    has_ended(auth.refresh(&third).await);
    auth.with_token(admin.access_token())
        .get("/api/v1/auth/me")
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn a_session_that_ended_does_not_go_on() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    for statement in [
        "UPDATE sessions SET last_used_at = now() - interval '31 days'",
        "UPDATE sessions SET last_used_at = now(), expires_at = now()",
    ] {
        sql(&database, statement);
        has_ended(auth.refresh(&admin.refresh).await);
        sql(&database, "UPDATE refresh_tokens SET used_at = NULL");
    }
}

#[actix_web::test]
async fn only_our_own_pages_can_refresh() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let cookie = format!("__Host-nexus_refresh={}", admin.refresh);
    let nobody = auth.nobody();
    let without_header = nobody
        .send(
            Method::POST,
            "/api/v1/auth/refresh",
            &[("cookie", &cookie)],
            None,
        )
        .await;
    without_header.problem(403, "forbidden");
    let without_cookie = nobody
        .send(
            Method::POST,
            "/api/v1/auth/refresh",
            &[("x-nexus-refresh", "1")],
            None,
        )
        .await;
    without_cookie.problem(401, "unauthenticated");
    has_ended(auth.refresh("made-up").await);
    has_ended(auth.refresh(&"A".repeat(43)).await);
    next(&auth, &admin.refresh).await;
}

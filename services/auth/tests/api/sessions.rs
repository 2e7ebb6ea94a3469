use nexus_testkit::eventually;
use serde_json::json;

use crate::kit::{Auth, database};

#[actix_web::test]
async fn signing_out_ends_the_session_at_once_and_on_every_replica() {
    let database = database();
    let (auth, replica) = (Auth::on(&database).await, Auth::on(&database).await);
    let admin = auth.admin().await;
    let elsewhere = auth.signed_in("anna@example.it").await;

    let reply = admin.post("/api/v1/auth/logout", json!({})).await;

    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"));
    reply.expect(204);
    admin
        .get("/api/v1/auth/me")
        .await
        .problem(401, "unauthenticated");
    auth.refresh(&admin.refresh)
        .await
        .problem(401, "session-ended");
    let there = replica.with_token(admin.access_token());
    eventually("the token ends on the other replica", || async {
        there.get("/api/v1/auth/me").await.status == 401
    })
    .await;
    assert!(elsewhere.is_in().await);
    let announced = auth.announced("auth.session.ended.v1").await;
    assert_eq!(announced.len(), 1);
    assert!(announced[0]["payload"]["until"].as_i64().unwrap() > nexus_testkit::unix_now() + 600);
}

#[actix_web::test]
async fn a_user_sees_their_own_sessions_and_ends_one_or_all_others() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let (phone, tablet) = (
        auth.signed_in("anna@example.it").await,
        auth.signed_in("anna@example.it").await,
    );
    let list = admin.get("/api/v1/auth/sessions").await.expect(200);
    let sessions = list["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    assert_eq!(
        sessions
            .iter()
            .filter(|session| session["current"] == true)
            .count(),
        1
    );
    assert_eq!(sessions[0]["ip"], "192.0.2.1");

    let newest = sessions[0]["id"].as_str().unwrap();
    admin
        .delete(&format!("/api/v1/auth/sessions/{newest}"))
        .await
        .expect(204);
    assert!(!tablet.is_in().await);
    assert!(phone.is_in().await);
    admin
        .delete(&format!("/api/v1/auth/sessions/{newest}"))
        .await
        .problem(404, "not-found");

    admin.delete("/api/v1/auth/sessions").await.expect(204);
    assert!(!phone.is_in().await);
    assert!(admin.is_in().await);
}

#[actix_web::test]
async fn nobody_sees_or_ends_another_users_sessions() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let own = admin.get("/api/v1/auth/sessions").await.expect(200);
    let path = format!(
        "/api/v1/auth/sessions/{}",
        own["items"][0]["id"].as_str().unwrap()
    );
    agent.delete(&path).await.problem(404, "not-found");
    agent
        .delete("/api/v1/auth/sessions/nonsense")
        .await
        .problem(404, "not-found");
    agent.delete("/api/v1/auth/sessions").await.expect(204);
    assert!(admin.is_in().await);
    assert_eq!(
        agent.get("/api/v1/auth/sessions").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

use futures_util::future::join;
use nexus_testkit::eventually;
use reqwest::Method;
use serde_json::json;

use crate::kit::{Auth, PASSWORD, Person, database, texts};

fn path(person: &Person) -> String {
    format!("/api/v1/users/{}", person.id)
}

#[actix_web::test]
async fn nobody_reports_to_somebody_below_them() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let top = auth
        .colleague(&admin, "top@example.it", &["manager"], None)
        .await;
    let middle = auth
        .colleague(&admin, "middle@example.it", &["manager"], Some(&top))
        .await;
    let low = auth
        .colleague(&admin, "low@example.it", &["agent"], Some(&middle))
        .await;
    for manager in [&low, &middle, &top] {
        let told = admin
            .patch(&path(&top), json!({"manager_id": manager.id}))
            .await
            .invalid(&["/manager_id"]);
        assert_eq!(told["errors"][0]["code"], "manager_id.cycle");
    }
    let nobody = json!({"manager_id": "01890000-0000-7000-8000-000000000000"});
    let told = admin
        .patch(&path(&low), nobody)
        .await
        .invalid(&["/manager_id"]);
    assert_eq!(told["errors"][0]["code"], "manager_id.unknown");
    admin
        .patch(&path(&low), json!({"manager_id": top.id}))
        .await
        .expect(200);
    admin
        .patch(&path(&middle), json!({"manager_id": low.id}))
        .await
        .expect(200);
    admin
        .patch(&path(&low), json!({"manager_id": null}))
        .await
        .expect(200);
}

#[actix_web::test]
async fn two_who_are_placed_below_each_other_at_the_same_time_make_no_cycle() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let one = auth
        .colleague(&admin, "one@example.it", &["manager"], None)
        .await;
    let other = auth
        .colleague(&admin, "other@example.it", &["manager"], None)
        .await;
    let (one_path, other_path) = (path(&one), path(&other));
    let (first, second) = join(
        admin.patch(&one_path, json!({"manager_id": other.id})),
        admin.patch(&other_path, json!({"manager_id": one.id})),
    )
    .await;
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

#[actix_web::test]
async fn the_last_active_admin_stays() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    admin
        .post(&format!("{}/disable", path(&admin)), json!({}))
        .await
        .problem(409, "last-admin");
    admin
        .patch(&path(&admin), json!({"roles": ["agent"]}))
        .await
        .problem(409, "last-admin");
    let second = auth
        .colleague(&admin, "second@example.it", &["admin", "manager"], None)
        .await;
    admin
        .post(&format!("{}/disable", path(&second)), json!({}))
        .await
        .expect(200);
    admin
        .patch(&path(&admin), json!({"roles": ["agent"]}))
        .await
        .problem(409, "last-admin");
    admin
        .post(&format!("{}/enable", path(&second)), json!({}))
        .await
        .expect(200);
    admin
        .patch(&path(&admin), json!({"roles": ["agent"]}))
        .await
        .expect(200);
}

#[actix_web::test]
async fn of_two_admins_who_disable_each_other_at_the_same_time_one_stays() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let second = auth
        .colleague(&admin, "second@example.it", &["admin"], None)
        .await;
    let (admins, seconds) = (
        format!("{}/disable", path(&admin)),
        format!("{}/disable", path(&second)),
    );
    let (one, other) = join(
        second.post(&admins, json!({})),
        admin.post(&seconds, json!({})),
    )
    .await;
    assert!(one.status == 200 || other.status == 200);
    let active = texts(
        &database,
        "SELECT name AS text FROM users WHERE status = 'active'",
    );
    assert_eq!(active.len(), 1);
}

#[actix_web::test]
async fn other_roles_end_the_access_token_and_the_next_one_carries_them() {
    let database = database();
    let (auth, replica) = (Auth::on(&database).await, Auth::on(&database).await);
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    admin
        .patch(&path(&agent), json!({"roles": ["agent"]}))
        .await
        .expect(200);
    assert!(agent.is_in().await, "the same roles change nothing");

    admin
        .patch(&path(&agent), json!({"roles": ["agent", "back_office"]}))
        .await
        .expect(200);

    assert!(!agent.is_in().await);
    let there = replica.with_token(agent.access_token());
    eventually("the token ends on the other replica", || async {
        there.get("/api/v1/auth/me").await.status == 401
    })
    .await;
    let again = Person::signed_in(&auth, auth.refresh(&agent.refresh).await, 200);
    let me = again.get("/api/v1/auth/me").await.expect(200);
    assert!(
        me["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("clients:write:all")),
        "{me}"
    );
    assert!(
        again.get("/api/v1/users").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len()
            > 1
    );
}

#[actix_web::test]
async fn whoever_is_disabled_is_out_at_once_and_comes_back_when_enabled() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let disabled = admin
        .post(&format!("{}/disable", path(&agent)), json!({}))
        .await
        .expect(200);
    assert_eq!(disabled["status"], "disabled");
    agent
        .get("/api/v1/auth/me")
        .await
        .problem(401, "unauthenticated");
    auth.refresh(&agent.refresh)
        .await
        .problem(401, "session-ended");
    auth.login("mario@example.it", PASSWORD)
        .await
        .problem(401, "invalid-credentials");
    let enabled = admin
        .post(&format!("{}/enable", path(&agent)), json!({}))
        .await
        .expect(200);
    assert_eq!(enabled["status"], "active");
    auth.login("mario@example.it", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_change_names_the_version_it_changes() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let shown = admin.get(&path(&agent)).await;
    let etag = shown.header("etag").unwrap().to_owned();
    let patch = |tag: Option<String>, name: &str| {
        let (admin, path, body) = (admin.clone(), path(&agent), json!({"name": name}));
        async move {
            let headers: Vec<(&str, &str)> =
                tag.iter().map(|tag| ("if-match", tag.as_str())).collect();
            admin
                .send(Method::PATCH, &path, &headers, Some(&body))
                .await
        }
    };
    patch(None, "Mario")
        .await
        .problem(428, "precondition-required");
    let changed = patch(Some(etag.clone()), "Mario Verdi").await;
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
    let changed = changed.expect(200);
    let stale = patch(Some(etag), "Mario Rossi").await.problem(412, "stale");
    assert_eq!(stale["current"], changed);
    admin
        .send(
            Method::PATCH,
            "/api/v1/auth/me",
            &[],
            Some(&json!({"locale": "en"})),
        )
        .await
        .problem(428, "precondition-required");
    assert_eq!(
        admin
            .patch("/api/v1/auth/me", json!({"locale": "en"}))
            .await
            .expect(200)["locale"],
        "en"
    );
    admin
        .patch("/api/v1/auth/me", json!({"locale": "fr"}))
        .await
        .invalid(&["/locale"]);
    admin
        .patch("/api/v1/auth/me", json!({"roles": ["admin"]}))
        .await
        .problem(422, "validation");
}

#[actix_web::test]
async fn what_is_wrong_is_told_field_by_field() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let reply = admin
        .post(
            "/api/v1/users",
            json!({"name": "", "email": "x", "roles": ["agent"]}),
        )
        .await;
    reply.invalid(&["/name", "/email"]);
    let unknown = json!({"name": "M", "email": "m@example.it", "roles": ["agent", "boss"]});
    admin
        .post("/api/v1/users", unknown)
        .await
        .invalid(&["/roles/1"]);
    let none = json!({"name": "M", "email": "m@example.it", "roles": []});
    admin.post("/api/v1/users", none).await.invalid(&["/roles"]);
    let more = json!({"name": "M", "email": "m@example.it", "roles": ["agent"], "password": "x"});
    let told = admin
        .post("/api/v1/users", more)
        .await
        .problem(422, "validation");
    assert_eq!(told["errors"][0]["code"], "field.unknown");
    admin
        .patch(&path(&admin), json!({"email": null}))
        .await
        .invalid(&["/email"]);
    admin
        .patch(&path(&admin), json!({"status": "disabled"}))
        .await
        .problem(422, "validation");
}

#[actix_web::test]
async fn everybody_hears_of_a_change_with_all_that_is_known() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let agent = auth
        .colleague(&admin, "mario@example.it", &["agent"], Some(&admin))
        .await;
    let changed = admin
        .patch(&path(&agent), json!({"office": "Torino"}))
        .await
        .expect(200);
    let saved = auth.announced("auth.user.saved.v1").await;
    let last = saved.last().unwrap();
    assert_eq!(last["payload"], changed);
    assert_eq!(
        (&last["subject_id"], &last["actor_id"]),
        (&json!(agent.id), &json!(admin.id))
    );
    assert_eq!(last["version"], changed["version"]);
    assert!(!json!(saved).to_string().contains("argon2"));
}

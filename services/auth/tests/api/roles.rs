use nexus_auth::CATALOG;
use serde_json::{Value, json};

use crate::kit::{Auth, Person, database};

async fn role(admin: &Person, name: &str) -> Value {
    let roles = admin.get("/api/v1/roles").await.expect(200);
    roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["name"] == name)
        .unwrap()
        .clone()
}

fn path(role: &Value) -> String {
    format!("/api/v1/roles/{}", role["id"].as_str().unwrap())
}

#[actix_web::test]
async fn five_roles_exist_from_the_start_and_admin_may_do_everything() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let roles = admin.get("/api/v1/roles").await.expect(200);
    let names: Vec<_> = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["name"].clone())
        .collect();
    assert_eq!(
        names,
        ["admin", "manager", "agent", "back_office", "viewer"]
    );
    let mut held: Vec<String> = role(&admin, "admin").await["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    let mut all: Vec<String> = CATALOG.iter().map(|name| format!("{name}:all")).collect();
    held.sort();
    all.sort();
    assert_eq!(
        held, all,
        "a new permission needs a migration that gives it to admin"
    );
}

#[actix_web::test]
async fn another_set_of_permissions_ends_the_tokens_of_everybody_who_has_the_role() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let one = auth
        .colleague(&admin, "one@example.it", &["agent"], None)
        .await;
    let two = auth
        .colleague(&admin, "two@example.it", &["agent"], None)
        .await;
    let viewer = auth
        .colleague(&admin, "viewer@example.it", &["viewer"], None)
        .await;
    let agent = role(&admin, "agent").await;
    let before = auth.announced("auth.user.access_changed.v1").await.len();

    let changed = admin
        .patch(
            &path(&agent),
            json!({"permissions": ["users:read:own", "users:read:all"]}),
        )
        .await;

    let next = format!("\"{}\"", agent["version"].as_i64().unwrap() + 1);
    assert_eq!(changed.header("etag"), Some(next.as_str()));
    assert_eq!(
        changed.expect(200)["permissions"],
        json!(["users:read:all"])
    );
    assert!(!one.is_in().await && !two.is_in().await);
    assert!(viewer.is_in().await && admin.is_in().await);
    assert_eq!(
        auth.announced("auth.user.access_changed.v1").await.len(),
        before + 2
    );
    let again = Person::signed_in(&auth, auth.refresh(&one.refresh).await, 200);
    assert_eq!(
        again.get("/api/v1/auth/me").await.expect(200)["permissions"],
        json!(["users:read:all"])
    );
}

#[actix_web::test]
async fn a_role_of_ones_own_is_made_renamed_given_and_deleted_when_nobody_has_it() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = json!({"name": "trainee", "permissions": ["clients:read:own"]});
    let made = admin.post("/api/v1/roles", body.clone()).await.expect(201);
    admin.post("/api/v1/roles", body).await.invalid(&["/name"]);
    let trainee = auth
        .colleague(&admin, "mario@example.it", &["trainee"], None)
        .await;
    admin.delete(&path(&made)).await.problem(409, "role-in-use");
    admin
        .patch(&path(&made), json!({"name": "apprentice"}))
        .await
        .expect(200);
    let shown = admin
        .get(&format!("/api/v1/users/{}", trainee.id))
        .await
        .expect(200);
    assert_eq!(shown["roles"], json!(["apprentice"]));
    let saved = auth.announced("auth.user.saved.v1").await;
    assert_eq!(
        saved.last().unwrap()["payload"]["roles"],
        json!(["apprentice"])
    );
    admin
        .patch(
            &format!("/api/v1/users/{}", trainee.id),
            json!({"roles": ["agent"]}),
        )
        .await
        .expect(200);
    admin.delete(&path(&made)).await.expect(204);
    admin.delete(&path(&made)).await.problem(404, "not-found");
}

#[actix_web::test]
async fn built_in_roles_stay_and_admin_keeps_the_right_to_undo() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let (admins, agents) = (role(&admin, "admin").await, role(&admin, "agent").await);
    admin
        .delete(&path(&agents))
        .await
        .problem(409, "role-built-in");
    admin
        .patch(&path(&agents), json!({"name": "seller"}))
        .await
        .problem(409, "role-built-in");
    let told = admin
        .patch(&path(&admins), json!({"permissions": ["users:manage:all"]}))
        .await
        .invalid(&["/permissions"]);
    assert_eq!(told["errors"][0]["code"], "permissions.admin_keeps");
    admin
        .patch(&path(&agents), json!({"permissions": ["clients:fly:all"]}))
        .await
        .invalid(&["/permissions/0"]);
    let old = [("if-match", "\"7\"")];
    let stale = admin
        .send(
            reqwest::Method::PATCH,
            &path(&agents),
            &old,
            Some(&json!({})),
        )
        .await;
    assert_eq!(stale.problem(412, "stale")["current"], agents);
}

#[actix_web::test]
async fn whoever_edits_roles_gives_no_permission_they_lack() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = json!({"name": "role editor", "permissions": ["roles:manage:all", "users:read:all", "clients:read:team"]});
    admin.post("/api/v1/roles", body).await.expect(201);
    let editor = auth
        .colleague(&admin, "editor@example.it", &["role editor"], None)
        .await;
    for permissions in [json!(["users:manage:all"]), json!(["clients:read:all"])] {
        let body = json!({"name": "more", "permissions": permissions});
        let told = editor
            .post("/api/v1/roles", body)
            .await
            .invalid(&["/permissions"]);
        assert_eq!(told["errors"][0]["code"], "permissions.beyond_yours");
    }
    // Nor takes one away that they lack.
    let agents = role(&admin, "agent").await;
    editor
        .patch(&path(&agents), json!({"permissions": []}))
        .await
        .invalid(&["/permissions"]);
    let body = json!({"name": "less", "permissions": ["clients:read:own"]});
    editor.post("/api/v1/roles", body).await.expect(201);
}

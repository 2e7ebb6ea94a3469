use serde_json::{Value, json};

use crate::kit::{Auth, Person, database};

const IMPORT: &str = "/internal/users/import";

async fn import(auth: &Auth, actor: &Person, users: Value) -> nexus_testkit::Reply {
    auth.service()
        .await
        .post(IMPORT, json!({"actor_id": actor.id, "users": users}))
        .await
}

async fn people(admin: &Person) -> Vec<Value> {
    let body = admin.get("/api/v1/users?status=imported").await.expect(200);
    body["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn people_and_their_managers_are_imported_once_however_often() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let users = json!([
        {"name": "Niccolò Rossi", "manager_name": "Dustin Brinkmann", "office": "Torino", "role": "agent"},
        {"name": "Paola  Neri", "manager_name": "dustin brinkmann", "role": "agent"},
        {"name": "NICCOLO ROSSI", "role": "agent"},
    ]);

    let first = import(&auth, &admin, users.clone()).await.expect(200);
    let again = import(&auth, &admin, users).await.expect(200);

    let outcomes = |body: &Value| -> Vec<Value> {
        body["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["outcome"].clone())
            .collect()
    };
    assert_eq!(outcomes(&first), ["created", "created", "existing"]);
    assert_eq!(outcomes(&again), ["existing"; 3]);
    assert_eq!(first["results"][0]["id"], first["results"][2]["id"]);
    let people = people(&admin).await;
    let names: Vec<_> = people.iter().map(|person| person["name"].clone()).collect();
    assert_eq!(names, ["Dustin Brinkmann", "Niccolò Rossi", "Paola Neri"]);
    assert_eq!(people[0]["roles"], json!(["manager"]));
    assert_eq!(people[1]["manager_id"], people[0]["id"]);
    assert_eq!(people[2]["manager_id"], people[0]["id"]);
    assert_eq!(auth.announced("auth.user.saved.v1").await.len(), 4);
}

#[actix_web::test]
async fn whoever_was_imported_comes_in_after_an_invitation() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let body = import(
        &auth,
        &admin,
        json!([{"name": "Paola Neri", "role": "agent"}]),
    )
    .await
    .expect(200);
    let path = format!(
        "/api/v1/users/{}/invite",
        body["results"][0]["id"].as_str().unwrap()
    );
    admin.post(&path, json!({})).await.invalid(&["/email"]);
    let invited = admin
        .post(&path, json!({"email": "paola@example.it"}))
        .await
        .expect(200);
    assert_eq!(invited["status"], "invited");
    let body = json!({"token": crate::kit::link_token(&invited), "password": crate::kit::PASSWORD});
    auth.nobody()
        .post("/api/v1/auth/invitations/accept", body)
        .await
        .expect(201);
}

#[actix_web::test]
async fn an_import_gives_no_rights_that_the_importer_lacks_and_all_of_it_or_nothing() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let lead = auth
        .colleague(&admin, "lead@example.it", &["manager"], None)
        .await;
    let users = json!([{"name": "A", "role": "agent"}, {"name": "B", "role": "admin"}, {"name": "C", "role": "boss"}]);
    import(&auth, &lead, users)
        .await
        .invalid(&["/users/1/role", "/users/2/role"]);
    import(
        &auth,
        &admin,
        json!([{"name": "A", "role": "agent"}, {"name": " ", "role": "agent"}]),
    )
    .await
    .invalid(&["/users/1/name"]);
    assert_eq!(people(&admin).await.len(), 0);
    import(&auth, &lead, json!([{"name": "A", "role": "agent"}]))
        .await
        .expect(200);
}

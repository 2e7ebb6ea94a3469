use serde_json::{Value, json};

use crate::kit::{Auth, Caller, Person, database};

/// admin; lead ─ agent ─ helper; other.
struct Company {
    auth: Auth,
    admin: Person,
    lead: Person,
    agent: Person,
    helper: Person,
    other: Person,
}

async fn company(database: &nexus_testkit::TestDatabase) -> Company {
    let auth = Auth::on(database).await;
    let admin = auth.admin().await;
    let lead = auth
        .colleague(&admin, "lead@example.it", &["manager"], None)
        .await;
    let agent = auth
        .colleague(&admin, "agent@example.it", &["agent"], Some(&lead))
        .await;
    let helper = auth
        .colleague(&admin, "helper@example.it", &["agent"], Some(&agent))
        .await;
    let other = auth
        .colleague(&admin, "other@example.it", &["back_office"], None)
        .await;
    Company {
        auth,
        admin,
        lead,
        agent,
        helper,
        other,
    }
}

async fn names(caller: &Caller, path: &str) -> Vec<String> {
    let body = caller.get(path).await.expect(200);
    body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

const TEAM: [&str; 3] = ["agent@example.it", "helper@example.it", "lead@example.it"];
const ALL: [&str; 5] = [
    "agent@example.it",
    "Anna Bianchi",
    "helper@example.it",
    "lead@example.it",
    "other@example.it",
];

#[actix_web::test]
async fn one_sees_oneself_ones_team_at_any_depth_or_everybody() {
    let database = database();
    let company = company(&database).await;
    assert_eq!(
        names(&company.agent, "/api/v1/users").await,
        ["agent@example.it"]
    );
    assert_eq!(names(&company.lead, "/api/v1/users").await, TEAM);
    assert_eq!(names(&company.other, "/api/v1/users").await, ALL);
    assert_eq!(names(&company.admin, "/api/v1/users").await, ALL);
    let path = |person: &Person| format!("/api/v1/users/{}", person.id);
    company.lead.get(&path(&company.helper)).await.expect(200);
    company
        .lead
        .get(&path(&company.other))
        .await
        .problem(404, "not-found");
    company
        .agent
        .get(&path(&company.helper))
        .await
        .problem(404, "not-found");
    company.agent.get(&path(&company.agent)).await.expect(200);
}

#[actix_web::test]
async fn one_assigns_to_oneself_to_ones_team_or_to_everybody_who_is_there() {
    let database = database();
    let company = company(&database).await;
    let path = "/api/v1/users/options";
    assert_eq!(names(&company.agent, path).await, ["agent@example.it"]);
    assert_eq!(names(&company.lead, path).await, TEAM);
    assert_eq!(names(&company.other, path).await, ALL);
    company
        .admin
        .post(
            &format!("/api/v1/users/{}/disable", company.helper.id),
            json!({}),
        )
        .await
        .expect(200);
    assert_eq!(
        names(&company.lead, path).await,
        ["agent@example.it", "lead@example.it"]
    );
    let viewer = company
        .auth
        .colleague(&company.admin, "viewer@example.it", &["viewer"], None)
        .await;
    assert_eq!(names(&viewer, path).await, ["viewer@example.it"]);
}

#[actix_web::test]
async fn a_list_is_filtered_sorted_counted_and_paged() {
    let database = database();
    let company = company(&database).await;
    let admin = &company.admin;
    assert_eq!(
        names(admin, "/api/v1/users?q=HELP").await,
        ["helper@example.it"]
    );
    assert_eq!(names(admin, "/api/v1/users?q=%25").await, [""; 0]);
    assert_eq!(
        names(admin, "/api/v1/users?role=agent").await,
        ["agent@example.it", "helper@example.it"]
    );
    assert_eq!(names(admin, "/api/v1/users?status=invited").await, [""; 0]);
    assert_eq!(
        admin
            .get("/api/v1/users?count=true&limit=1")
            .await
            .expect(200)["total"],
        5
    );
    for sort in ["name", "-name", "created_at", "-created_at"] {
        let whole = names(admin, &format!("/api/v1/users?sort={sort}")).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let body = admin
                .get(&format!("/api/v1/users?sort={sort}&limit=2{cursor}"))
                .await
                .expect(200);
            paged.extend(
                body["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["name"].as_str().unwrap().to_owned()),
            );
            match &body["next_cursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(paged, whole, "{sort}");
    }
    for query in [
        "limit=0",
        "limit=201",
        "cursor=nonsense",
        "sort=email",
        "nmae=x",
        "status=gone",
    ] {
        admin
            .get(&format!("/api/v1/users?{query}"))
            .await
            .problem(422, "validation");
    }
}

#[actix_web::test]
async fn a_team_lead_who_may_manage_users_manages_the_team_and_gives_no_rights_beyond_theirs() {
    let database = database();
    let company = company(&database).await;
    let (auth, admin) = (&company.auth, &company.admin);
    let permissions = json!([
        "users:read:team",
        "users:manage:team",
        "clients:read:team",
        "clients:write:team",
        "opportunities:read:team",
        "opportunities:write:team",
        "interactions:write:team",
        "leads:read:team",
        "leads:write:team",
        "tasks:read:team",
        "tasks:write:team",
        "proposals:read:team",
        "proposals:write:team",
        "orders:read:team",
        "orders:write:team",
        "visits:read:team",
        "visits:write:team",
        "visits:plan:team",
        "analytics:read:team"
    ]);
    admin
        .post(
            "/api/v1/roles",
            json!({"name": "lead", "permissions": permissions}),
        )
        .await
        .expect(201);
    admin
        .patch(
            &format!("/api/v1/users/{}", company.lead.id),
            json!({"roles": ["lead"]}),
        )
        .await
        .expect(200);
    let lead = auth.signed_in("lead@example.it").await;
    let invite = |roles: Value, manager: Value| json!({"name": "New", "email": "new@example.it", "roles": roles, "manager_id": manager});
    lead.post("/api/v1/users", invite(json!(["admin"]), json!(null)))
        .await
        .problem(403, "forbidden");
    lead.post(
        "/api/v1/users",
        invite(json!(["agent"]), json!(company.other.id)),
    )
    .await
    .invalid(&["/manager_id"]);
    let made = lead
        .post("/api/v1/users", invite(json!(["agent"]), json!(null)))
        .await
        .expect(201);
    assert_eq!(made["manager_id"], json!(lead.id));
    let own = format!("/api/v1/users/{}", lead.id);
    lead.patch(&own, json!({"roles": ["lead", "admin"]}))
        .await
        .problem(403, "forbidden");
    let others = format!("/api/v1/users/{}", company.other.id);
    lead.patch(&others, json!({"name": "X"}))
        .await
        .problem(404, "not-found");
    // An admin placed in the team keeps rights beyond the lead's: no new password by invitation.
    admin
        .patch(
            &format!("/api/v1/users/{}", admin.id),
            json!({"manager_id": lead.id}),
        )
        .await
        .expect(200);
    let admins = format!("/api/v1/users/{}/invite", admin.id);
    lead.post(&admins, json!({"email": "evil@example.it"}))
        .await
        .problem(403, "forbidden");
}

//! What crm's tests stand on.

use diesel::prelude::*;
use nexus_kernel::UserId;
use nexus_outbox::Event;
use nexus_testkit::{Caller, Reply, TestServer};
use serde_json::{Value, json};

/// The permissions of the built-in roles, as far as crm asks for them.
pub const ADMIN: &[&str] = &[
    "clients:read:all",
    "clients:write:all",
    "opportunities:read:all",
    "opportunities:write:all",
    "interactions:write:all",
    "pipelines:manage:all",
    "imports:run:all",
    "users:manage:all",
    "leads:read:all",
    "leads:write:all",
    "leads:assign:all",
    "tasks:read:all",
    "tasks:write:all",
    "products:manage:all",
    "costs:read:all",
    "proposals:read:all",
    "proposals:write:all",
    "orders:read:all",
    "orders:write:all",
    "orders:approve:all",
    "orders:process:all",
];
pub const MANAGER: &[&str] = &[
    "clients:read:team",
    "clients:write:team",
    "opportunities:read:team",
    "opportunities:write:team",
    "interactions:write:team",
    "imports:run:team",
    "leads:read:team",
    "leads:write:team",
    "leads:assign:team",
    "tasks:read:team",
    "tasks:write:team",
    "costs:read:all",
    "proposals:read:team",
    "proposals:write:team",
    "orders:read:team",
    "orders:write:team",
    "orders:approve:team",
];
pub const AGENT: &[&str] = &[
    "clients:read:own",
    "clients:write:own",
    "opportunities:read:own",
    "opportunities:write:own",
    "interactions:write:own",
    "leads:read:own",
    "leads:write:own",
    "tasks:read:own",
    "tasks:write:own",
    "proposals:read:own",
    "proposals:write:own",
    "orders:read:own",
    "orders:write:own",
];
pub const BACK_OFFICE: &[&str] = &[
    "clients:read:all",
    "clients:write:all",
    "opportunities:read:all",
    "interactions:write:all",
    "imports:run:all",
    "leads:read:all",
    "leads:write:all",
    "tasks:read:own",
    "tasks:write:own",
    "products:manage:all",
    "proposals:read:all",
    "orders:read:all",
    "orders:write:all",
    "orders:process:all",
];
pub const VIEWER: &[&str] = &[
    "clients:read:team",
    "opportunities:read:team",
    "leads:read:team",
    "tasks:read:team",
    "proposals:read:team",
    "orders:read:team",
];

/// What signs links in tests.
pub const LINK_SECRET: &str = "a secret of thirty-two characters";

/// crm as its program runs it, with a key to links.
pub const TESTED: nexus_service::Service = nexus_service::Service {
    configure: |cfg| {
        let secret = nexus_config::Secret::new(LINK_SECRET.to_owned());
        let links = crm::proposals::links::Links::new(&secret, "https://crm.example");
        cfg.app_data(actix_web::web::Data::new(links));
        (crm::SERVICE.configure)(cfg);
    },
    ..crm::SERVICE
};

/// A running crm.
pub struct Crm {
    pub server: TestServer,
}

impl Crm {
    pub fn start() -> Self {
        Self {
            server: TestServer::start(TESTED),
        }
    }

    /// A user whom crm knows, with these permissions.
    pub fn user(&self, name: &str, manager: Option<&Caller>, permissions: &[&str]) -> Caller {
        let id = UserId::new();
        let role = built_in(permissions);
        let manager = manager.map(|manager| manager.user_id);
        let conn = &mut self.server.database.connect();
        mirror_with_roles(conn, id, name, manager, role.as_slice());
        self.server.sign_in_as(id, permissions)
    }

    /// Applies auth's event about a user.
    pub fn knows(&self, id: UserId, name: &str, manager: Option<UserId>) {
        mirror(&mut self.server.database.connect(), id, name, manager);
    }

    pub fn agent(&self) -> Caller {
        self.user("Anna Agente", None, AGENT)
    }

    pub fn admin(&self) -> Caller {
        self.user("Ada Admin", None, ADMIN)
    }

    /// The kinds of all announced events, in order.
    pub fn announced(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Kind {
            #[diesel(sql_type = diesel::sql_types::Text)]
            kind: String,
        }
        let rows: Vec<Kind> = diesel::sql_query(
            // What the schema's own history announced is not this test's doing.
            "SELECT kind FROM (SELECT seq, kind, actor_id, subject_id FROM outbox
                 UNION ALL SELECT seq, kind, actor_id, subject_id FROM events) e
             WHERE actor_id IS NOT NULL OR subject_id::text NOT LIKE '019aab00-0000-7000-8000-%' ORDER BY seq",
        )
        .load(&mut self.server.database.connect())
        .unwrap();
        rows.into_iter().map(|row| row.kind).collect()
    }

    pub fn count(&self, table: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        diesel::sql_query(format!("SELECT count(*) AS n FROM {table}"))
            .get_result::<Count>(&mut self.server.database.connect())
            .unwrap()
            .n
    }
}

/// The name of the built-in role that has these permissions.
fn built_in(permissions: &[&str]) -> Option<&'static str> {
    [
        (ADMIN, "admin"),
        (MANAGER, "manager"),
        (AGENT, "agent"),
        (BACK_OFFICE, "back_office"),
        (VIEWER, "viewer"),
    ]
    .into_iter()
    .find_map(|(of_role, name)| (of_role == permissions).then_some(name))
}

/// Applies auth's event about a user.
pub fn mirror(conn: &mut PgConnection, id: UserId, name: &str, manager: Option<UserId>) {
    mirror_with_roles(conn, id, name, manager, &[]);
}

/// Applies auth's event about a user with these roles.
pub fn mirror_with_roles(
    conn: &mut PgConnection,
    id: UserId,
    name: &str,
    manager: Option<UserId>,
    roles: &[&str],
) {
    let event = Event {
        position: 1,
        id: uuid::Uuid::now_v7(),
        kind: "auth.user.saved.v1".to_owned(),
        subject_id: id.uuid(),
        actor_id: None,
        at: nexus_service::now(),
        payload: json!({"id": id, "name": name, "status": "active", "manager_id": manager, "roles": roles}),
        version: 1,
    };
    nexus_records::users::inbox::apply(conn, &event).unwrap();
}

/// A client that exists, of this name.
pub async fn a_client(who: &Caller, name: &str) -> Value {
    who.post("/api/v1/clients", json!({"name": name}))
        .await
        .expect(201)
}

/// A product of this name and price, made by whoever may.
pub async fn a_product(who: &Caller, name: &str, list_price: &str) -> Value {
    who.post(
        "/api/v1/products",
        json!({"name": name, "list_price": list_price}),
    )
    .await
    .expect(201)
}

/// An open opportunity of this client.
pub async fn an_opportunity(who: &Caller, client: &Value, name: &str, amount_cents: i64) -> Value {
    let body = json!({"client_id": client["id"], "name": name, "amount_cents": amount_cents});
    who.post("/api/v1/opportunities", body).await.expect(201)
}

/// The stages of the default pipeline: five that follow each other and the lost one.
pub async fn stages(who: &Caller) -> Vec<Value> {
    let pipelines = who.get("/api/v1/pipelines").await.expect(200);
    pipelines["items"][0]["stages"].as_array().unwrap().clone()
}

pub fn path(collection: &str, record: &Value) -> String {
    format!("/api/v1/{collection}/{}", record["id"].as_str().unwrap())
}

/// The names of a page's items.
pub fn names(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Follows a list's cursors to its end.
pub async fn all_pages(who: &Caller, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}{cursor}")).await.expect(200);
        items.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// POST with an Idempotency-Key.
pub async fn post_once(who: &Caller, path: &str, key: &str, body: &Value) -> Reply {
    who.send(
        reqwest::Method::POST,
        path,
        &[("idempotency-key", key)],
        Some(body),
    )
    .await
}

/// A new lead of this company, with these fields too.
pub async fn a_lead(who: &Caller, name: &str, more: Value) -> Value {
    let mut body = json!({"company_name": name});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    who.post("/api/v1/leads", body).await.expect(201)
}

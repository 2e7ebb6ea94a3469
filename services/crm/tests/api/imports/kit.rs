//! What the tests of imports stand on: a worker beside the server, and somebody in auth's place.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::web::{Data, Json, post};
use actix_web::{App, HttpServer};
use diesel::prelude::*;
use nexus_config::Secret;
use nexus_kernel::UserId;
use nexus_testkit::{Caller, Reply, TestDatabase, TestServer};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::kit::Crm;

/// A running crm whose worker works.
pub fn crm() -> Crm {
    let crm = Crm::start();
    let _works_on = worker(&crm);
    crm
}

/// Starts a worker beside the server.
pub fn worker(crm: &Crm) -> JoinHandle<()> {
    tokio::spawn(crm::imports::worker::work(crm.server.app.clone()))
}

/// A running crm with a worker and an auth that makes people.
pub fn crm_with_auth() -> Crm {
    let database = TestDatabase::empty().migrated(crm::migrations());
    let auth = StandIn {
        url: database.url.clone(),
        people: Mutex::default(),
    };
    let auth = Data::new(auth);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(auth.clone())
            .route("/internal/token", post().to(token))
            .route("/internal/users/import", post().to(import_users))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    let crm = Crm {
        server: TestServer::start_on(crm::SERVICE, database, &url),
    };
    let _works_on = worker(&crm);
    crm
}

/// Auth, as far as an import asks it.
struct StandIn {
    url: Secret,
    people: Mutex<HashMap<String, UserId>>,
}

impl StandIn {
    /// Makes somebody, once a name; crm's mirror hears of it.
    fn make(&self, name: &str, manager: Option<UserId>) -> (UserId, &'static str) {
        let mut people = self.people.lock().unwrap();
        if let Some(id) = people.get(&name.to_lowercase()) {
            return (*id, "existing");
        }
        let id = UserId::new();
        people.insert(name.to_lowercase(), id);
        let mut conn = PgConnection::establish(self.url.expose()).unwrap();
        crate::kit::mirror(&mut conn, id, name, manager);
        (id, "created")
    }
}

async fn token() -> Json<Value> {
    Json(json!({"access_token": "service", "expires_in": 600}))
}

async fn import_users(auth: Data<StandIn>, body: Json<Value>) -> Json<Value> {
    assert!(body["actor_id"].is_string());
    let people = body["users"].as_array().unwrap().iter().map(|person| {
        let manager = person["manager_name"].as_str();
        let manager = manager.map(|name| auth.make(name, None).0);
        let name = person["name"].as_str().unwrap();
        let (id, outcome) = auth.make(name, manager);
        json!({"name": name, "id": id, "outcome": outcome})
    });
    Json(json!({"results": people.collect::<Vec<_>>()}))
}

/// A file of the sample company.
pub fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sales-opportunities");
    std::fs::read(folder.join(name)).unwrap()
}

/// Sends a file.
pub async fn send(who: &Caller, kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    let file = Part::bytes(bytes.into()).file_name(name.to_owned());
    let form = Form::new().text("kind", kind.to_owned()).part("file", file);
    let request = who.request(reqwest::Method::POST, "/api/v1/imports");
    Reply::read(request.multipart(form)).await
}

/// Sends a file that is taken.
pub async fn upload(who: &Caller, kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
    send(who, kind, name, bytes).await.expect(201)
}

pub fn path(import: &Value) -> String {
    crate::kit::path("imports", import)
}

/// Checks or runs an import to its end.
pub async fn work(who: &Caller, import: &Value, wish: &str) -> Value {
    let path = path(import);
    let begun = who.post(&format!("{path}/{wish}"), json!({})).await;
    begun.expect(202);
    ended(who, &path).await
}

/// Waits until an import is over.
pub async fn ended(who: &Caller, path: &str) -> Value {
    let began = Instant::now();
    loop {
        let reply = who.get(path).await;
        if reply.status == 503 {
            // The test server has two database threads, and both may be at work.
            continue;
        }
        let import = reply.expect(200);
        let status = import["status"].as_str().unwrap();
        if !matches!(status, "checking" | "running") {
            assert_accounted(&import);
            return import;
        }
        assert!(began.elapsed() < Duration::from_secs(240), "{import:#}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Every row has become something.
fn assert_accounted(import: &Value) {
    let count = |name: &str| import["counts"][name].as_i64().unwrap();
    let all = count("created") + count("updated") + count("skipped") + count("failed");
    assert_eq!(Some(all), import["rows_total"].as_i64(), "{import:#}");
    assert_eq!(import["rows_done"], import["rows_total"]);
}

/// Uploads and runs a file.
pub async fn import(who: &Caller, kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
    let uploaded = upload(who, kind, name, bytes).await;
    work(who, &uploaded, "run").await
}

/// `[created, updated, skipped, failed, warned]`.
pub fn counts(import: &Value) -> [i64; 5] {
    ["created", "updated", "skipped", "failed", "warned"]
        .map(|name| import["counts"][name].as_i64().unwrap())
}

/// The rows that are told of, and the codes of what is said of each.
pub async fn told(who: &Caller, import: &Value) -> Vec<(i64, String, Vec<String>)> {
    let rows = crate::kit::all_pages(who, &format!("{}/rows?limit=200", path(import))).await;
    let row = |row: Value| {
        let problems = row["problems"].as_array().unwrap().iter();
        let code = |problem: &Value| {
            let text = |name: &str| problem[name].as_str().unwrap().to_owned();
            format!("{}:{}", text("pointer"), text("code"))
        };
        (
            row["line"].as_i64().unwrap(),
            row["outcome"].as_str().unwrap().to_owned(),
            problems.map(code).collect(),
        )
    };
    rows.into_iter().map(row).collect()
}

/// One number from the database.
pub fn number(crm: &Crm, sql: &str) -> f64 {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::Double)]
        n: f64,
    }
    diesel::sql_query(format!("SELECT ({sql})::float8 AS n"))
        .get_result::<Number>(&mut crm.server.database.connect())
        .unwrap()
        .n
}

/// A name and a number per row.
pub fn ranking(crm: &Crm, sql: &str) -> Vec<(String, i64)> {
    #[derive(QueryableByName)]
    struct Ranked {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let rows: Vec<Ranked> = diesel::sql_query(sql)
        .load(&mut crm.server.database.connect())
        .unwrap();
    rows.into_iter().map(|row| (row.name, row.n)).collect()
}

/// How many rows each table has, but for the imports' own.
pub fn sizes(crm: &Crm) -> Vec<i64> {
    [
        "clients",
        "sites",
        "contacts",
        "pipelines",
        "stages",
        "lost_reasons",
        "products",
        "opportunities",
        "stage_moves",
        "interactions",
        "users",
        "user_reports",
        "(SELECT id FROM outbox UNION SELECT id FROM events) e",
    ]
    .map(|table| crm.count(table))
    .to_vec()
}

//! What the tests of visits stand on.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::UserId;
use nexus_outbox::Event;
use nexus_service::App;
use nexus_testkit::{Caller, Reply, TestServer};
use serde_json::{Value, json};
use uuid::Uuid;
use visits::plans::engines::Engines;

/// The permissions of the built-in roles, as far as visits ask for them.
pub const ADMIN: &[&str] = &[
    "visits:read:all",
    "visits:write:all",
    "visits:plan:all",
    "visits:manage:all",
];
pub const MANAGER: &[&str] = &["visits:read:team", "visits:write:team", "visits:plan:team"];
pub const AGENT: &[&str] = &["visits:read:own", "visits:write:own", "visits:plan:own"];
pub const BACK_OFFICE: &[&str] = &["visits:read:all"];
pub const VIEWER: &[&str] = &["visits:read:team"];

/// Nobody listens there.
pub const NOWHERE: &str = "http://127.0.0.1:1";

/// Sunday evening, 22 November 2026, in Rome: the week that most tests plan begins the next morning.
pub fn sunday_evening() -> DateTime<Utc> {
    instant("2026-11-22T18:00:00Z")
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A running visits service whose clock stands still.
pub struct Visits {
    pub server: TestServer,
}

impl Visits {
    /// Without an optimiser, on a Sunday evening.
    pub fn start() -> Self {
        Self::start_with(NOWHERE, sunday_evening)
    }

    /// With whatever speaks VROOM's API at this address, at this time; plans are made beside the requests.
    pub fn start_with(optimizer: &str, clock: fn() -> DateTime<Utc>) -> Self {
        let mut server = TestServer::start(visits::SERVICE);
        let engines = Engines::new(Arc::clone(&server.app.peers), optimizer, None);
        server.app.clock = clock;
        server.url = serve(&server.app, &engines);
        tokio::spawn(visits::plans::worker::work(server.app.clone(), engines));
        Self { server }
    }

    /// With a road engine at this address.
    pub fn start_with_roads(optimizer: &str, osrm: &str) -> Self {
        let mut server = TestServer::start(visits::SERVICE);
        let engines = Engines::new(Arc::clone(&server.app.peers), optimizer, Some(osrm));
        server.app.clock = sunday_evening;
        server.url = serve(&server.app, &engines);
        tokio::spawn(visits::plans::worker::work(server.app.clone(), engines));
        Self { server }
    }

    /// With an optimiser for which nobody waits longer than a moment.
    pub fn start_impatient(optimizer: &str) -> Self {
        let mut server = TestServer::start(visits::SERVICE);
        server.app.clock = sunday_evening;
        let mut visits = Self { server };
        let engines = Engines::new(Arc::clone(&visits.server.app.peers), optimizer, None)
            .with_patience(Duration::ZERO);
        visits.server.url = serve(&visits.server.app, &engines);
        tokio::spawn(visits::plans::worker::work(
            visits.server.app.clone(),
            engines,
        ));
        visits
    }

    /// The address of a second replica, on the same schema, at another time and with another optimiser.
    pub fn replica(&self, optimizer: &str, clock: fn() -> DateTime<Utc>) -> String {
        let engines = Engines::new(Arc::clone(&self.server.app.peers), optimizer, None);
        let app = App {
            clock,
            ..self.server.app.clone()
        };
        serve(&app, &engines)
    }

    /// The same service from now on at another time and with another optimiser; callers must sign in again.
    pub fn moves_to(&mut self, optimizer: &str, clock: fn() -> DateTime<Utc>) {
        self.server.url = self.replica(optimizer, clock);
    }

    /// Somebody whom the service knows, with these permissions.
    pub fn user(&self, name: &str, manager: Option<&Caller>, permissions: &[&str]) -> Caller {
        let id = UserId::new();
        let payload = json!({"id": id, "name": name, "status": "active",
            "manager_id": manager.map(|manager| manager.user_id), "roles": []});
        let event = event("auth.user.saved.v1", id.uuid(), 1, payload);
        nexus_records::users::inbox::apply(&mut self.conn(), &event).unwrap();
        self.server.sign_in_as(id, permissions)
    }

    pub fn agent(&self) -> Caller {
        self.user("Anna Agente", None, AGENT)
    }

    pub fn admin(&self) -> Caller {
        self.user("Ada Admin", None, ADMIN)
    }

    pub fn conn(&self) -> PgConnection {
        self.server.database.connect()
    }

    /// crm tells that a record is like this now.
    pub fn told(&self, kind: &str, id: Uuid, version: i64, record: &Value) {
        let event = event(kind, id, version, json!({"record": record}));
        visits::mirror::inbox::apply(&mut self.conn(), &event).unwrap();
    }

    /// A shop, and its client, as crm tells of them.
    pub fn shop(&self, shop: &Shop<'_>) -> Uuid {
        let (client, site) = (Uuid::now_v7(), Uuid::now_v7());
        self.told("crm.client.created.v1", client, 1, &shop.client());
        self.told("crm.site.created.v1", site, 1, &shop.site(client));
        if let Some(day) = shop.last_visit_on {
            self.sql(&format!(
                "UPDATE places SET last_visit_on = '{day}', due_on = '{day}'::date + ceil(cadence_days * 0.7)::integer WHERE id = '{site}'"
            ));
        }
        site
    }

    /// The client of a shop.
    pub fn client_of(&self, place: Uuid) -> Uuid {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Uuid)]
            client_id: Uuid,
        }
        diesel::sql_query(format!("SELECT client_id FROM places WHERE id = '{place}'"))
            .get_result::<Row>(&mut self.conn())
            .unwrap()
            .client_id
    }

    /// What no API does, for a test's ground.
    pub fn sql(&self, text: &str) {
        diesel::sql_query(text).execute(&mut self.conn()).unwrap();
    }

    /// How many rows there are: `visits WHERE status = 'planned'`.
    pub fn count(&self, of: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        diesel::sql_query(format!("SELECT count(*) AS n FROM {of}"))
            .get_result::<Count>(&mut self.conn())
            .unwrap()
            .n
    }

    /// The kinds of all announced events, in order.
    pub fn announced(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Kind {
            #[diesel(sql_type = diesel::sql_types::Text)]
            kind: String,
        }
        let rows: Vec<Kind> = diesel::sql_query(
            "SELECT kind FROM (SELECT seq, kind FROM outbox UNION ALL SELECT seq, kind FROM events) e ORDER BY seq",
        )
        .load(&mut self.conn())
        .unwrap();
        rows.into_iter().map(|row| row.kind).collect()
    }
}

fn event(kind: &str, subject: Uuid, version: i64, payload: Value) -> Event {
    Event {
        position: 1,
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        subject_id: subject,
        actor_id: None,
        at: nexus_service::now(),
        payload,
        version,
    }
}

fn serve(app: &App, engines: &Engines) -> String {
    let shared = Data::new(engines.clone());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let running = nexus_service::serve(
        listener,
        app.clone(),
        visits::SERVICE,
        Arc::new(AtomicBool::new(true)),
        move |cfg| {
            cfg.app_data(shared.clone())
                .configure(visits::SERVICE.configure);
        },
    )
    .unwrap();
    format!("http://{}", running.address)
}

/// A shop to put up, in Torino unless it says otherwise.
#[derive(Clone)]
pub struct Shop<'a> {
    pub name: &'a str,
    pub class: Option<&'a str>,
    pub lifecycle: &'a str,
    pub owner: Option<UserId>,
    pub at: Option<(f64, f64)>,
    pub city: &'a str,
    pub province: &'a str,
    pub cap: &'a str,
    /// As crm tells it; nobody has said when it is empty.
    pub hours: Value,
    pub last_visit_on: Option<&'a str>,
}

impl<'a> Shop<'a> {
    /// A shop of this name and owner, class B, seen a month before the tests' Sunday.
    pub fn of(owner: &Caller, name: &'a str, at: (f64, f64)) -> Self {
        Self {
            name,
            class: Some("B"),
            lifecycle: "active",
            owner: Some(owner.user_id),
            at: Some(at),
            city: "Torino",
            province: "TO",
            cap: "10121",
            hours: json!({}),
            last_visit_on: Some("2026-10-22"),
        }
    }

    fn client(&self) -> Value {
        json!({"name": self.name, "class": self.class, "lifecycle": self.lifecycle, "owner_id": self.owner, "archived_at": null})
    }

    fn site(&self, client: Uuid) -> Value {
        json!({"client_id": client, "name": "Negozio", "street": "Via Roma", "street_number": "1", "cap": self.cap, "city": self.city,
            "province": self.province, "lat": self.at.map(|at| at.0), "lng": self.at.map(|at| at.1), "opening_hours": self.hours,
            "created_at": "2025-01-01T08:00:00Z", "archived_at": null})
    }
}

/// So many shops of somebody's, on a spiral around the centre of Torino, a kilometre and a half from one to the next.
pub fn some_shops(visits: &Visits, owner: &Caller, count: u32) -> Vec<Uuid> {
    (0..count)
        .map(|number| {
            let name = format!("Negozio {number:03}");
            visits.shop(&Shop::of(owner, &name, spot(number)))
        })
        .collect()
}

/// A place of its own for each number.
pub fn spot(number: u32) -> (f64, f64) {
    let turn = f64::from(number).sqrt() * 2.4;
    let far = 0.01 * f64::from(number + 1).sqrt();
    (45.07 + far * turn.sin(), 7.68 + far * turn.cos() * 1.4)
}

pub fn path(collection: &str, record: &Value) -> String {
    format!("/api/v1/{collection}/{}", record["id"].as_str().unwrap())
}

/// A visit of this shop on this day, with these fields too.
pub async fn a_visit(who: &Caller, place: Uuid, day: &str, more: Value) -> Value {
    let mut body = json!({"place_id": place, "day": day});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    who.post("/api/v1/visits", body).await.expect(201)
}

/// POST with an Idempotency-Key.
pub async fn post_once(who: &Caller, path: &str, key: &str, body: &Value) -> Reply {
    let headers = [("idempotency-key", key)];
    who.send(reqwest::Method::POST, path, &headers, Some(body))
        .await
}

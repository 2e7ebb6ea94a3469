//! What analytics' tests stand on.

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use nexus_kernel::UserId;
use nexus_outbox::Event;
use nexus_testkit::{Caller, TestServer};
use serde_json::{Value, json};
use uuid::Uuid;

pub const ADMIN: &[&str] = &[
    "analytics:read:all",
    "analytics:share:all",
    "analytics:manage:all",
    "targets:write:all",
];
pub const MANAGER: &[&str] = &[
    "analytics:read:team",
    "analytics:share:all",
    "targets:write:team",
];
pub const AGENT: &[&str] = &["analytics:read:own"];
pub const BACK_OFFICE: &[&str] = &["analytics:read:all"];
pub const VIEWER: &[&str] = &["analytics:read:team"];

pub const NEW: Uuid = Uuid::from_u128(0x11);
pub const TALKS: Uuid = Uuid::from_u128(0x12);
pub const OFFER: Uuid = Uuid::from_u128(0x13);
pub const WON: Uuid = Uuid::from_u128(0x14);
pub const LOST: Uuid = Uuid::from_u128(0x15);
pub const PIPELINE: Uuid = Uuid::from_u128(0x10);

/// A running analytics, and the feed of crm that it has read so far.
pub struct Analytics {
    pub server: TestServer,
    position: i64,
}

impl Analytics {
    /// With a pipeline: three open stages of 10, 40 and 70 percent, won, lost.
    pub fn start() -> Self {
        Self::on(TestServer::start(analytics::SERVICE))
    }

    /// The same on this server.
    pub fn on(server: TestServer) -> Self {
        let mut analytics = Self {
            server,
            position: 0,
        };
        analytics.tell(&[pipeline()]);
        analytics
    }

    /// A user whom analytics know, with these permissions.
    pub fn user(&self, name: &str, manager: Option<&Caller>, permissions: &[&str]) -> Caller {
        let id = UserId::new();
        let event = Event {
            position: 1,
            id: Uuid::now_v7(),
            kind: "auth.user.saved.v1".to_owned(),
            subject_id: id.uuid(),
            actor_id: None,
            at: nexus_service::now(),
            payload: json!({"id": id, "name": name, "status": "active", "manager_id": manager.map(|manager| manager.user_id), "roles": []}),
            version: 1,
        };
        nexus_records::users::inbox::apply(&mut self.server.database.connect(), &event).unwrap();
        self.server.sign_in_as(id, permissions)
    }

    pub fn admin(&self) -> Caller {
        self.user("Ada Admin", None, ADMIN)
    }

    /// Applies events as the next of crm's or visits' feed, all of one page.
    pub fn tell(&mut self, events: &[Told]) {
        let mut page = Vec::new();
        for told in events {
            self.position += 1;
            page.push(told.event(self.position));
        }
        self.take_in(&page);
    }

    pub fn take_in(&self, page: &[Event]) {
        let conn = &mut self.server.database.connect();
        conn.batch_execute("BEGIN").unwrap();
        analytics::facts::feed::take_in(conn, "crm", read(page), nexus_service::now()).unwrap();
        conn.batch_execute("COMMIT").unwrap();
    }

    /// Folds what was appended into the sums.
    pub fn fold(&self) {
        let conn = &mut self.server.database.connect();
        while analytics::measures::rollup::fold(conn).unwrap() > 0 {}
    }

    /// How many cells of the rollups are not what the facts say.
    pub fn differences(&self) -> i64 {
        analytics::measures::rollup::differences(&mut self.server.database.connect()).unwrap()
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

/// Events as analytics read them from a feed.
pub fn read(events: &[Event]) -> Vec<analytics::facts::Event> {
    let page = serde_json::to_string(events).unwrap();
    serde_json::from_str(&page).unwrap()
}

/// An event that is to be told.
#[derive(Debug, Clone)]
pub struct Told {
    pub kind: String,
    pub id: Uuid,
    pub version: i64,
    pub at: DateTime<Utc>,
    pub payload: Value,
}

impl Told {
    pub fn event(&self, position: i64) -> Event {
        Event {
            position,
            id: Uuid::now_v7(),
            kind: self.kind.clone(),
            subject_id: self.id,
            actor_id: None,
            at: self.at,
            payload: self.payload.clone(),
            version: self.version,
        }
    }
}

/// A record as its event tells it, with these fields over the usual ones.
pub fn told(kind: &str, id: Uuid, version: i64, at: &str, usual: Value, fields: Value) -> Told {
    let mut record = usual;
    if let (Some(record), Value::Object(fields)) = (record.as_object_mut(), fields) {
        record.extend(fields);
    }
    Told {
        kind: kind.to_owned(),
        id,
        version,
        at: at.parse().unwrap(),
        payload: json!({"record": record, "before": null}),
    }
}

pub fn pipeline() -> Told {
    let stage = |id: Uuid, name: &str, position: i32, probability: i32, outcome: &str| {
        json!({"id": id, "name": name, "position": position, "probability": probability, "outcome": outcome,
            "is_final": outcome != "open", "stale_after_days": (name == "Contatto").then_some(10), "required_fields": []})
    };
    told(
        "crm.pipeline.created.v1",
        PIPELINE,
        1,
        "2020-01-01T00:00:00Z",
        json!({"name": "Vendite"}),
        json!({"stages": [
            stage(NEW, "Nuova", 1, 10, "open"), stage(TALKS, "Contatto", 2, 40, "open"), stage(OFFER, "Offerta", 3, 70, "open"),
            stage(WON, "Vinta", 4, 100, "won"), stage(LOST, "Persa", 5, 0, "lost"),
        ]}),
    )
}

/// A deal; open in the first stage unless `fields` say otherwise.
pub fn deal(id: Uuid, version: i64, at: &str, step: &str, fields: Value) -> Told {
    let usual = json!({"name": "Fornitura", "owner_id": null, "client_id": null, "pipeline_id": PIPELINE, "stage_id": NEW,
        "status": "open", "amount_cents": 0, "product_id": null, "source_id": null, "opened_on": null,
        "expected_close_on": null, "closed_on": null, "lost_reason_id": null, "stage_entered_at": at, "created_at": at,
        "archived_at": null});
    told(
        &format!("crm.opportunity.{step}.v1"),
        id,
        version,
        at,
        usual,
        fields,
    )
}

pub fn client(id: Uuid, version: i64, at: &str, fields: Value) -> Told {
    let usual = json!({"name": "Tabaccheria Rossi", "owner_id": null, "province": null, "class": null,
        "lifecycle": "prospect", "source_id": null, "created_at": at, "archived_at": null});
    told("crm.client.changed.v1", id, version, at, usual, fields)
}

pub fn site(id: Uuid, at: &str, client: Uuid) -> Told {
    let usual =
        json!({"client_id": client, "name": "Centro", "province": "TO", "archived_at": null});
    told("crm.site.created.v1", id, 1, at, usual, json!({}))
}

pub fn order(id: Uuid, version: i64, at: &str, client: Uuid, fields: Value) -> Told {
    let usual = json!({"number": "O-2026-1", "owner_id": null, "client_id": client, "channel": "push", "status": "approved",
        "net_cents": 10_000, "total_cents": 12_200, "created_at": at, "lines": []});
    told("crm.order.changed.v1", id, version, at, usual, fields)
}

pub fn lead(id: Uuid, version: i64, at: &str, fields: Value) -> Told {
    let usual = json!({"name": "Neri", "owner_id": null, "source_id": null, "province": null, "status": "new",
        "created_at": at, "due_at": at, "contacted_at": null, "qualified_at": null, "lost_reason_id": null,
        "archived_at": null});
    told("crm.lead.changed.v1", id, version, at, usual, fields)
}

pub fn activity(
    id: Uuid,
    at: &str,
    kind: &str,
    client: Option<Uuid>,
    actor: Option<UserId>,
) -> Told {
    let usual = json!({"kind": kind, "client_id": client, "actor_id": actor, "occurred_at": at});
    told("crm.interaction.recorded.v1", id, 1, at, usual, json!({}))
}

pub fn task(id: Uuid, at: &str, assignee: UserId, fields: Value) -> Told {
    let usual = json!({"title": "Richiama", "assignee_id": assignee, "client_id": null, "status": "open", "due_at": at,
        "late_at": at});
    told("crm.task.created.v1", id, 1, at, usual, fields)
}

pub fn visit(id: Uuid, version: i64, at: &str, site: Uuid, client: Uuid, fields: Value) -> Told {
    let usual = json!({"place_id": site, "client_id": client, "agent_id": Uuid::nil(), "status": "planned",
        "day": &at[..10], "outcome": null, "minutes": 30, "started_at": null, "ended_at": null, "tour_id": null});
    told("visits.visit.changed.v1", id, version, at, usual, fields)
}

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x1000 + number)
}

/// The dashboard with this query.
pub async fn dashboard(who: &Caller, query: &str) -> Value {
    who.get(&format!("/api/v1/analytics/dashboard?{query}"))
        .await
        .expect(200)
}

/// A figure of the headline.
pub fn figure(dashboard: &Value, name: &str) -> Value {
    let figures = dashboard["headline"]["figures"].as_array().unwrap();
    figures
        .iter()
        .find(|figure| figure["name"] == name)
        .unwrap()["value"]
        .clone()
}

//! visits and crm, each on a schema and a port of its own, with nothing between them but HTTP: shops come here as crm has
//! them, and what happens in them stands on the client's timeline there.

use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use diesel::PgConnection;
use nexus_config::Secret;
use nexus_kernel::UserId;
use nexus_outbox::Event;
use nexus_peers::{Credentials, Peers};
use nexus_testkit::{Caller, TestKey, TestServer, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{AGENT, Visits, a_visit};
use crate::visits::step;

const SELLER: &[&str] = &[
    "clients:read:own",
    "clients:write:own",
    "tasks:read:own",
    "tasks:write:own",
    "orders:read:own",
];

/// auth, as far as services ask it for tokens.
fn tokens() -> String {
    async fn token() -> web::Json<Value> {
        let token = TestKey::trusted().service("visits");
        web::Json(json!({"access_token": token, "expires_in": 600}))
    }
    let server = HttpServer::new(|| App::new().route("/internal/token", web::post().to(token)))
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    url
}

fn peers() -> Arc<Peers> {
    Arc::new(Peers::new(Credentials {
        auth_url: tokens(),
        client_id: "test".to_owned(),
        client_secret: Secret::new("test".to_owned()),
    }))
}

/// One service follows another's feed.
fn follow(of: &TestServer, source: &'static str, at: &TestServer, apply: nexus_outbox::Apply) {
    let (db, url) = (of.app.db.clone(), at.url.clone());
    tokio::spawn(nexus_outbox::consume(db, peers(), source, url, apply));
}

struct Both {
    crm: TestServer,
    visits: Visits,
    seller: Caller,
    agent: Caller,
}

fn knows(conn: &mut PgConnection, id: UserId) {
    let event = Event {
        position: 1,
        id: Uuid::now_v7(),
        kind: "auth.user.saved.v1".to_owned(),
        subject_id: id.uuid(),
        actor_id: None,
        at: nexus_service::now(),
        payload: json!({"id": id, "name": "Anna", "status": "active", "manager_id": null, "roles": ["agent"]}),
        version: 1,
    };
    nexus_records::users::inbox::apply(conn, &event).unwrap();
}

fn both() -> Both {
    let (crm, visits) = (TestServer::start(crm::SERVICE), Visits::start());
    let agent = visits.user("Anna", None, AGENT);
    knows(&mut crm.database.connect(), agent.user_id);
    let seller = crm.sign_in_as(agent.user_id, SELLER);
    let inbox = crm::interactions::visits::apply;
    follow(
        &crm,
        crm::interactions::visits::SOURCE,
        &visits.server,
        inbox,
    );
    let mirror = visits::mirror::inbox::apply;
    follow(&visits.server, visits::mirror::inbox::SOURCE, &crm, mirror);
    Both {
        crm,
        visits,
        seller,
        agent,
    }
}

impl Both {
    /// A client with a shop, made in crm, once visits know it.
    async fn shop(&self, site: Value) -> (Value, Uuid) {
        let body = json!({"name": "Tabaccheria Rossi", "class": "A", "site": site});
        let client = self.seller.post("/api/v1/clients", body).await.expect(201);
        let places =
            || async { self.agent.get("/api/v1/places").await.expect(200)["items"][0].clone() };
        eventually("visits know the shop", || async {
            !places().await.is_null()
        })
        .await;
        let id = places().await["id"].as_str().unwrap().parse().unwrap();
        (client, id)
    }

    async fn timeline(&self, client: &Value) -> Vec<Value> {
        let at = format!(
            "/api/v1/clients/{}/timeline",
            client["id"].as_str().unwrap()
        );
        let page = self.seller.get(&at).await.expect(200);
        let entries = page["items"].as_array().unwrap().iter();
        let of_visits = |entry: &&Value| entry["kind"].as_str().unwrap().starts_with("visit");
        entries.filter(of_visits).cloned().collect()
    }

    async fn tasks(&self) -> Vec<Value> {
        let page = self.seller.get("/api/v1/tasks").await.expect(200);
        page["items"].as_array().unwrap().clone()
    }
}

#[actix_web::test]
async fn a_visit_stands_on_the_timeline_and_its_next_step_is_a_task_once() {
    let both = both();
    let (client, shop) = both
        .shop(json!({"name": "Negozio", "city": "Torino", "province": "TO", "cap": "10121"}))
        .await;
    let visit = a_visit(
        &both.agent,
        shop,
        "2026-11-22",
        json!({"subject": "Natale"}),
    )
    .await;
    step(&both.agent, &visit, "check-in", json!({}))
        .await
        .expect(200);
    let report = json!({"outcome": "interested", "note": "Vuole il listino",
        "started_at": "2026-11-22T17:20:00Z", "ended_at": "2026-11-22T17:50:00Z",
        "next_step": {"title": "Portare il campionario", "due_on": "2026-11-27"}});
    step(&both.agent, &visit, "done", report).await.expect(200);
    eventually("the visit stands on the timeline", || async {
        !both.timeline(&client).await.is_empty()
    })
    .await;
    let entry = both.timeline(&client).await.remove(0);
    assert_eq!(
        (&entry["kind"], &entry["body"]),
        (&json!("visit"), &json!("Vuole il listino"))
    );
    assert_eq!(
        (&entry["subject"], &entry["duration_minutes"]),
        (&json!("Natale"), &json!(30))
    );
    assert_eq!(entry["occurred_at"], "2026-11-22T17:20:00Z");
    assert_eq!(entry["details"]["outcome"], "interested");
    assert_eq!(entry["details"]["visit_id"], visit["id"]);
    let task = both.tasks().await.remove(0);
    assert_eq!(task["title"], "Portare il campionario");
    // Due by six in the evening, in Rome.
    assert_eq!(task["due_at"], "2026-11-27T17:00:00Z");
    assert_eq!(task["record_id"], client["id"]);

    // The feed read from its beginning again writes nothing twice.
    let again = "UPDATE inbox_positions SET position = 0 WHERE source = 'visits'";
    diesel::RunQueryDsl::execute(diesel::sql_query(again), &mut both.crm.database.connect())
        .unwrap();
    let second = a_visit(&both.agent, shop, "2026-11-22", json!({})).await;
    step(
        &both.agent,
        &second,
        "missed",
        json!({"reason": "Chiuso per lutto"}),
    )
    .await
    .expect(200);
    eventually("the missed visit stands there, too", || async {
        both.timeline(&client).await.len() == 2
    })
    .await;
    let missed = both.timeline(&client).await;
    let missed = missed
        .iter()
        .find(|entry| entry["kind"] == "visit_missed")
        .unwrap();
    assert_eq!(missed["body"], "Chiuso per lutto");
    assert_eq!(both.tasks().await.len(), 1);
}

#[actix_web::test]
async fn a_shop_is_here_as_crm_has_it_and_follows_its_changes() {
    let both = both();
    let hours = json!({"mon": [["09:00", "12:30"], ["15:30", "19:30"]]});
    let site = json!({"name": "Negozio", "city": "Torino", "province": "TO", "cap": "10121", "opening_hours": hours});
    let (client, shop) = both.shop(site).await;
    let place = || async {
        both.agent
            .get(&format!("/api/v1/places/{shop}"))
            .await
            .expect(200)
    };
    let first = place().await;
    assert_eq!(
        (&first["client_name"], &first["class"]),
        (&json!("Tabaccheria Rossi"), &json!("A"))
    );
    assert_eq!(
        (&first["cadence_days"], &first["opening_hours"]),
        (&json!(14), &hours)
    );
    // The town's centre, and that it is no more than that.
    assert_eq!(
        (&first["geo_source"], &first["geo_within_m"]),
        (&json!("comune"), &json!(5_000))
    );
    assert!(
        first["lat"]
            .as_f64()
            .is_some_and(|lat| (lat - 45.07).abs() < 0.1),
        "{first:#}"
    );

    let at = format!("/api/v1/sites/{shop}");
    let pin = json!({"lat": 45.0712, "lng": 7.6868, "geo_source": "gps"});
    both.seller.patch(&at, pin).await.expect(200);
    let client_at = format!("/api/v1/clients/{}", client["id"].as_str().unwrap());
    both.seller
        .patch(&client_at, json!({"class": "C"}))
        .await
        .expect(200);
    eventually("the changes are here", || async {
        let now = place().await;
        (&now["lat"], &now["geo_source"], &now["cadence_days"])
            == (&json!(45.0712), &json!("gps"), &json!(60))
    })
    .await;
    both.seller.delete(&at).await.expect(204);
    eventually("a shop that is put away is not visited", || async {
        both.agent.get("/api/v1/places").await.expect(200)["items"] == json!([])
    })
    .await;
    let closed = json!({"place_id": shop, "day": "2026-11-24"});
    both.agent
        .post("/api/v1/visits", closed)
        .await
        .invalid(&["/place_id"]);
}

/// What visits have of crm, as one text.
fn mirrored(visits: &Visits) -> String {
    #[derive(diesel::QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let all = "SELECT concat(
        (SELECT json_agg(c ORDER BY id) FROM clients c),
        (SELECT json_agg(to_jsonb(p) - 'version' ORDER BY id) FROM places p),
        (SELECT json_agg(d ORDER BY id) FROM deals d), (SELECT json_agg(o ORDER BY id) FROM offers o),
        (SELECT json_agg(n ORDER BY id) FROM counted_orders n)) AS text";
    let row: Text =
        diesel::RunQueryDsl::get_result(diesel::sql_query(all), &mut visits.conn()).unwrap();
    row.text
}

#[actix_web::test]
async fn the_mirror_made_anew_is_what_it_was_and_forgets_what_crm_never_told() {
    let both = both();
    let (_, shop) = both
        .shop(json!({"name": "Negozio", "city": "Torino", "province": "TO", "cap": "10121"}))
        .await;
    let visit = a_visit(&both.agent, shop, "2026-11-22", json!({})).await;
    step(&both.agent, &visit, "done", json!({"outcome": "ordered"}))
        .await
        .expect(200);
    let said = json!({"own_cadence_days": 9});
    both.agent
        .patch(&format!("/api/v1/places/{shop}"), said)
        .await
        .expect(200);
    let before = mirrored(&both.visits);
    for damage in [
        "UPDATE places SET client_name = 'x', class = 'C', cap = NULL, cadence_days = 1, lat = 0, search_text = ''",
        "UPDATE clients SET name = 'x', owner_id = NULL, orders = 7, last_order_on = '2026-01-01'",
        "INSERT INTO deals VALUES (gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 5, NULL)",
        "INSERT INTO counted_orders (id) VALUES (gen_random_uuid())",
    ] {
        both.visits.sql(damage);
    }
    assert_ne!(mirrored(&both.visits), before);
    let app = nexus_service::App {
        peers: peers(),
        ..both.visits.server.app.clone()
    };
    let crm = visits::mirror::rebuild::Crm(both.crm.url.clone());
    let begun = visits::mirror::rebuild::start(&app, &crm).await.unwrap();
    assert_eq!(begun.map(|begun| begun.status), Some("running".to_owned()));
    let admin = both.visits.admin();
    eventually("it is done", || async {
        admin.get("/api/v1/visits/rebuild").await.expect(200)["status"] == "done"
    })
    .await;
    assert_eq!(mirrored(&both.visits), before);
}

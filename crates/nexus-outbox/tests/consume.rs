//! Each event has its effect exactly once, whatever happens to the consumer or the feed.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{App, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use nexus_config::Secret;
use nexus_db::{Db, DbResult, DbSettings};
use nexus_outbox::{Event, consume};
use nexus_peers::{Credentials, Peers};
use nexus_testkit::{TestDatabase, eventually};
use serde_json::json;

const SCHEMA: &str =
    include_str!("../../../migrations/crm/2026-11-22-190000_make_event_feed/up.sql");
const EVENTS: i64 = 40;

/// Writes the event's position down; a second time would be a second row.
fn write_down(conn: &mut PgConnection, event: &Event) -> DbResult<()> {
    diesel::sql_query("INSERT INTO effects VALUES ($1)")
        .bind::<diesel::sql_types::BigInt, _>(event.position)
        .execute(conn)?;
    Ok(())
}

/// A peer whose feed breaks every third time and repeats itself now and then.
fn unreliable_feed() -> String {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    async fn token() -> web::Json<serde_json::Value> {
        web::Json(json!({"access_token": "t", "expires_in": 600}))
    }
    async fn events(
        query: web::Query<std::collections::HashMap<String, String>>,
    ) -> actix_web::HttpResponse {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        if call % 3 == 2 {
            return actix_web::HttpResponse::ServiceUnavailable().finish();
        }
        let after: i64 = query["after"].parse().unwrap();
        let from = if call % 5 == 4 {
            (after - 2).max(0)
        } else {
            after
        };
        let events: Vec<_> = (from + 1..=(from + 4).min(EVENTS))
            .map(|position| {
                json!({"position": position, "id": uuid::Uuid::now_v7(), "kind": "test.thing.happened.v1",
                    "subject_id": uuid::Uuid::now_v7(), "actor_id": null, "at": "2026-11-22T10:00:00Z",
                    "payload": {}, "version": 1})
            })
            .collect();
        actix_web::HttpResponse::Ok().json(json!({"position": after, "events": events}))
    }
    let server = HttpServer::new(|| {
        App::new()
            .route("/internal/token", web::post().to(token))
            .route("/internal/events", web::get().to(events))
    })
    .workers(1)
    .bind("127.0.0.1:0")
    .unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    url
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    all: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    different: i64,
}

fn effects(database: &TestDatabase) -> (i64, i64) {
    let counts: Counts = diesel::sql_query(
        "SELECT count(*) AS all, count(DISTINCT position) AS different FROM effects",
    )
    .get_result(&mut database.connect())
    .unwrap();
    (counts.all, counts.different)
}

#[actix_web::test]
async fn two_replicas_on_an_unreliable_feed_apply_each_event_once() {
    let database = TestDatabase::empty();
    database.connect().batch_execute(SCHEMA).unwrap();
    database
        .connect()
        .batch_execute("CREATE TABLE effects (position bigint NOT NULL)")
        .unwrap();
    let url = unreliable_feed();
    for _ in 0..2 {
        let db = Db::start(&DbSettings {
            url: database.url.clone(),
            threads: 1,
            name: "test",
        });
        let peers = Arc::new(Peers::new(Credentials {
            auth_url: url.clone(),
            client_id: "test".to_owned(),
            client_secret: Secret::new("test".to_owned()),
        }));
        tokio::spawn(consume(db, peers, "peer", url.clone(), write_down));
    }
    eventually("all events have their effect", || {
        let seen = effects(&database).1;
        async move { seen == EVENTS }
    })
    .await;
    assert_eq!(effects(&database), (EVENTS, EVENTS));
    // A consumer that was dead meanwhile finds nothing new.
    let mut conn = database.connect();
    assert_eq!(
        nexus_outbox::position_of(&mut conn, "peer").unwrap(),
        EVENTS
    );
}

//! Counted anew from the feeds: the same figures, while the old ones answer.

use actix_web::web::{self, Data, Json, Query};
use actix_web::{App, HttpServer};
use analytics::Sources;
use analytics::facts::feed::Source;
use analytics::measures::rollup;
use analytics::rebuild::Rebuilder;
use diesel::connection::SimpleConnection as _;
use nexus_outbox::Event;
use nexus_testkit::{TestDatabase, TestServer, eventually};
use serde_json::{Value, json};

use crate::kit::{ADMIN, WON, activity, client, deal, id, order, pipeline, read, told};

/// A service whose feed has these events, and who gives a token to everybody.
fn feed(events: Vec<Event>) -> String {
    async fn token() -> Json<Value> {
        Json(json!({"access_token": "t", "expires_in": 600}))
    }
    async fn page(
        events: Data<Vec<Event>>,
        query: Query<std::collections::HashMap<String, String>>,
    ) -> Json<Value> {
        let after: i64 = query["after"].parse().unwrap();
        let limit: usize = query["limit"].parse().unwrap();
        let page: Vec<&Event> = events
            .iter()
            .filter(|event| event.position > after)
            .take(limit)
            .collect();
        let position = page.last().map_or(after, |event| event.position);
        Json(json!({"events": page, "position": position}))
    }
    let events = Data::new(events);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(events.clone())
            .route("/internal/token", web::post().to(token))
            .route("/internal/events", web::get().to(page))
    })
    .workers(1)
    .bind("127.0.0.1:0")
    .unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    url
}

/// More than a page of history.
fn history() -> Vec<Event> {
    let mut told_so_far = vec![
        pipeline(),
        client(id(9), 1, "2026-01-01T10:00:00Z", json!({"province": "TO"})),
    ];
    for number in 0..1_200_u128 {
        let day = format!("2026-03-{:02}T10:00:00Z", 1 + number % 28);
        told_so_far.push(match number % 4 {
            0 => deal(
                id(100 + number),
                1,
                &day,
                "created",
                json!({"client_id": id(9), "amount_cents": 10}),
            ),
            1 => deal(
                id(100 + number - 1),
                2,
                &day,
                "won",
                json!({"client_id": id(9), "stage_id": WON, "status": "won",
                "closed_on": &day[..10], "stage_entered_at": day, "amount_cents": 20}),
            ),
            2 => order(id(100 + number), 1, &day, id(9), json!({})),
            _ => activity(id(100 + number), &day, "call", Some(id(9)), None),
        });
    }
    told_so_far.push(told(
        "crm.weather.changed.v1",
        id(1),
        1,
        "2026-03-01T10:00:00Z",
        json!({}),
        json!({}),
    ));
    (1..)
        .zip(&told_so_far)
        .map(|(position, told)| told.event(position))
        .collect()
}

#[actix_web::test]
async fn what_a_migration_wants_counted_anew_is_not_told_before() {
    let database = TestDatabase::empty().migrated(analytics::migrations());
    let server = TestServer::start_on(analytics::SERVICE, database, "http://127.0.0.1:1");
    let admin = server.sign_in(ADMIN);
    let conn = &mut server.database.connect();
    conn.batch_execute("BEGIN").unwrap();
    let now = nexus_service::now();
    analytics::facts::feed::take_in(conn, "crm", read(&history()), now).unwrap();
    conn.batch_execute(
        "COMMIT; DELETE FROM counts; DELETE FROM count_deltas; UPDATE changes SET recount = true",
    )
    .unwrap();
    let path = "/api/v1/analytics/dashboard?from=2026-02-10&until=2026-04-10&compare=none";
    admin.get(path).await.problem(503, "unavailable");
    assert!(rollup::differences(conn).unwrap() > 0);

    assert!(rollup::recount_if_asked(conn).unwrap());
    assert_eq!(rollup::differences(conn).unwrap(), 0);
    admin.get(path).await.expect(200);
    assert!(!rollup::recount_if_asked(conn).unwrap(), "once");
}

#[actix_web::test]
async fn a_rebuild_comes_to_the_same_figures_and_forgets_what_was_wrong() {
    let events = history();
    let url = feed(events.clone());
    let database = TestDatabase::empty().migrated(analytics::migrations());
    let server = TestServer::start_on(analytics::SERVICE, database, &url);
    let admin = server.sign_in(ADMIN);
    for page in events.chunks(300) {
        let page = read(page);
        let now = nexus_service::now();
        server
            .app
            .db
            .transaction(move |conn| analytics::facts::feed::take_in(conn, "crm", page, now))
            .await
            .unwrap();
    }
    let path = "/api/v1/analytics/dashboard?from=2026-02-10&until=2026-04-10&compare=none";
    let before = without_time(admin.get(path).await.expect(200));
    // Something that no event ever told.
    diesel::RunQueryDsl::execute(
        diesel::sql_query("UPDATE counts SET n = n + 5; "),
        &mut server.database.connect(),
    )
    .unwrap();
    let rebuilder = Rebuilder {
        app: server.app.clone(),
        sources: Sources(vec![Source { name: "crm", url }]),
    };
    let begun = rebuilder.clone().start().await.unwrap();
    assert!(begun.is_some());
    assert!(
        rebuilder.clone().start().await.unwrap().is_none(),
        "one at a time"
    );
    eventually("the rebuild is over", || async {
        let last = admin.get("/api/v1/analytics/rebuild").await.expect(200);
        assert_ne!(last["status"], "failed", "{last}");
        last["status"] == "done"
    })
    .await;
    let last = admin.get("/api/v1/analytics/rebuild").await.expect(200);
    assert_eq!(last["applied"], json!(events.len()));
    assert_eq!(without_time(admin.get(path).await.expect(200)), before);
    let conn = &mut server.database.connect();
    assert_eq!(analytics::measures::rollup::differences(conn).unwrap(), 0);
    assert_eq!(
        nexus_outbox::position_of(conn, "crm").unwrap(),
        i64::try_from(events.len()).unwrap()
    );
    let parked = admin.get("/api/v1/analytics/parked").await.expect(200);
    assert_eq!(parked["items"].as_array().unwrap().len(), 1);
    // A second one finds tables, indexes and names as the first did.
    rebuilder.start().await.unwrap().unwrap();
    eventually("the second rebuild is over", || async {
        admin.get("/api/v1/analytics/rebuild").await.expect(200)["status"] == "done"
    })
    .await;
    assert_eq!(without_time(admin.get(path).await.expect(200)), before);
}

fn without_time(mut dashboard: Value) -> Value {
    let fields = dashboard.as_object_mut().unwrap();
    fields.remove("change");
    fields.remove("as_of");
    dashboard
}

//! Nothing committed is ever skipped, doubled or reordered: with interleaved transactions, a killed leader, two replicas
//! and a restore. The schema is that of a service's first migration.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use nexus_outbox::{ChainBreak, Fact, announce, sequence, verify_chain};
use nexus_testkit::{TestDatabase, eventually};
use serde_json::json;
use uuid::Uuid;

const SCHEMA: &str =
    include_str!("../../../migrations/crm/2026-11-22-190000_make_event_feed/up.sql");

fn database() -> TestDatabase {
    let database = TestDatabase::empty();
    database.connect().batch_execute(SCHEMA).unwrap();
    database
}

fn fact(name: &str) -> Fact {
    let at: DateTime<Utc> = "2026-11-22T10:00:00.123456Z".parse().unwrap();
    Fact::new(
        "test.thing.happened.v1",
        Uuid::now_v7(),
        None,
        at,
        1,
        json!({"name": name, "z": 1, "a": [1.5, "è"]}),
    )
}

fn begin(database: &TestDatabase) -> PgConnection {
    let mut conn = database.connect();
    conn.batch_execute("BEGIN").unwrap();
    conn
}

#[derive(QueryableByName, Debug, PartialEq, Eq)]
struct Seen {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    position: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    seq: i64,
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn feed(conn: &mut PgConnection) -> Vec<(i64, String)> {
    let rows: Vec<Seen> = diesel::sql_query(
        "SELECT position, seq, payload->>'name' AS name FROM events ORDER BY position",
    )
    .load(conn)
    .unwrap();
    rows.into_iter()
        .map(|row| (row.position, row.name))
        .collect()
}

#[test]
fn an_event_that_commits_after_a_later_number_was_read_is_not_skipped() {
    let database = database();
    let (mut slow, mut quick, mut reader) =
        (begin(&database), begin(&database), database.connect());
    announce(&mut slow, &fact("slow, numbered first")).unwrap();
    announce(&mut quick, &fact("quick, numbered second")).unwrap();
    quick.batch_execute("COMMIT").unwrap();

    // A naive reader pages by number: it sees 2 and asks on after 2.
    let naive: Vec<Seen> = diesel::sql_query(
        "SELECT seq AS position, seq, payload->>'name' AS name FROM outbox ORDER BY seq",
    )
    .load(&mut reader)
    .unwrap();
    let last_number = naive.last().unwrap().seq;
    assert_eq!((naive.len(), last_number), (1, 2));
    sequence(&mut reader).unwrap();
    slow.batch_execute("COMMIT").unwrap();
    let naive: Vec<Seen> = diesel::sql_query(format!(
        "SELECT seq AS position, seq, payload->>'name' AS name FROM outbox WHERE seq > {last_number}"
    ))
    .load(&mut reader)
    .unwrap();
    assert_eq!(naive, [], "the naive reader has lost the slow one for ever");

    sequence(&mut reader).unwrap();
    assert_eq!(
        feed(&mut reader),
        [
            (1, "quick, numbered second".to_owned()),
            (2, "slow, numbered first".to_owned())
        ]
    );
    assert_eq!(verify_chain(&mut reader).unwrap(), Ok(2));
}

#[test]
fn what_was_rolled_back_leaves_no_gap() {
    let database = database();
    let mut conn = database.connect();
    for (name, end) in [("a", "COMMIT"), ("b", "ROLLBACK"), ("c", "COMMIT")] {
        let mut writer = begin(&database);
        announce(&mut writer, &fact(name)).unwrap();
        writer.batch_execute(end).unwrap();
    }
    sequence(&mut conn).unwrap();
    assert_eq!(feed(&mut conn), [(1, "a".to_owned()), (2, "c".to_owned())]);
}

#[test]
fn a_leader_killed_in_the_middle_leaves_nothing_half_done() {
    let database = database();
    let mut conn = database.connect();
    for name in ["a", "b", "c"] {
        announce(&mut conn, &fact(name)).unwrap();
    }
    let mut leader = database.connect();
    AnsiTransactionManager::begin_transaction(&mut leader).unwrap();
    assert_eq!(sequence(&mut leader).unwrap(), 3);
    drop(leader);

    assert_eq!(feed(&mut conn), []);
    sequence(&mut conn).unwrap();
    assert_eq!(feed(&mut conn).len(), 3);
    assert_eq!(verify_chain(&mut conn).unwrap(), Ok(3));
}

#[actix_web::test]
async fn two_replicas_share_one_feed_and_the_second_takes_over() {
    let database = database();
    let (first, second) = (
        nexus_outbox::start(database.url.clone()),
        nexus_outbox::start(database.url.clone()),
    );
    let mut writer = database.connect();
    for number in 0..50 {
        announce(&mut writer, &fact(&number.to_string())).unwrap();
    }
    let patience = std::time::Duration::from_secs(5);
    first.wait_past(49, patience).await;
    second.wait_past(49, patience).await;
    // The feed's thread ends with its handle, and the leadership with its connection.
    drop(first);
    for number in 50..100 {
        announce(&mut writer, &fact(&number.to_string())).unwrap();
    }
    eventually("the second replica leads", || {
        let mut conn = database.connect();
        async move { feed(&mut conn).len() == 100 }
    })
    .await;
    let names: Vec<String> = feed(&mut writer)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(
        names,
        (0..100)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(verify_chain(&mut writer).unwrap(), Ok(100));
}

#[test]
fn after_a_restore_the_feed_goes_on_where_it_was() {
    let (old, new) = (database(), database());
    let mut conn = old.connect();
    for name in ["a", "b"] {
        announce(&mut conn, &fact(name)).unwrap();
    }
    sequence(&mut conn).unwrap();
    announce(&mut conn, &fact("announced, not yet given a position")).unwrap();
    let copy = format!(
        "INSERT INTO {new}.events SELECT * FROM {old}.events;
         INSERT INTO {new}.outbox OVERRIDING SYSTEM VALUE SELECT * FROM {old}.outbox;
         SELECT setval('{new}.outbox_seq_seq', (SELECT max(seq) FROM {old}.outbox));",
        new = new.schema,
        old = old.schema
    );
    let mut restored = new.connect();
    restored.batch_execute(&copy).unwrap();

    announce(&mut restored, &fact("after the restore")).unwrap();
    sequence(&mut restored).unwrap();

    let positions: Vec<i64> = feed(&mut restored)
        .into_iter()
        .map(|(position, _)| position)
        .collect();
    assert_eq!(positions, [1, 2, 3, 4]);
    assert_eq!(verify_chain(&mut restored).unwrap(), Ok(4));
}

#[test]
fn the_trail_can_neither_be_changed_nor_cut_without_showing() {
    let database = database();
    let mut conn = database.connect();
    for name in ["a", "b", "c"] {
        announce(&mut conn, &fact(name)).unwrap();
    }
    sequence(&mut conn).unwrap();
    for forbidden in [
        "UPDATE events SET kind = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
    ] {
        let told = conn.batch_execute(forbidden).unwrap_err().to_string();
        assert!(told.contains("insert-only"), "{told}");
    }
    // Whoever owns the database can take the guard away; the chain still tells.
    conn.batch_execute("ALTER TABLE events DISABLE TRIGGER USER")
        .unwrap();
    conn.batch_execute(
        "UPDATE events SET payload = jsonb_set(payload, '{z}', '2') WHERE position = 2",
    )
    .unwrap();
    assert_eq!(
        verify_chain(&mut conn).unwrap(),
        Err(ChainBreak::Altered(2))
    );
    conn.batch_execute("DELETE FROM events WHERE position = 2")
        .unwrap();
    assert_eq!(
        verify_chain(&mut conn).unwrap(),
        Err(ChainBreak::Missing(2))
    );
}

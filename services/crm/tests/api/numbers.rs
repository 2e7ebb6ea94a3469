//! Numbers have no gap and no double: under concurrency, with transactions that fail, and when the process is killed.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{Json, get};
use actix_web::{App, HttpServer};
use chrono::NaiveDate;
use crm::numbers::{Series, take};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use nexus_kernel::UserId;
use nexus_testkit::{TestDatabase, TestKey, eventually};
use serde_json::{Value, json};

use crate::kit::{ADMIN, LINK_SECRET, mirror};
use crate::selling::line;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn eight_threads_that_often_give_up_leave_no_gap_and_no_double() {
    let database = TestDatabase::empty().migrated(crm::migrations());
    let taken: Vec<_> = (0..8_u64)
        .map(|thread| {
            let mut conn = database.connect();
            std::thread::spawn(move || {
                let mut kept = Vec::new();
                // A small generator of its own, so that a failure can be repeated.
                let mut state = thread * 7919 + 1;
                for _ in 0..60 {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    let (gives_up, waits) = (state >> 33 & 1 == 0, state >> 40 & 3);
                    let year = if state >> 50 & 1 == 0 {
                        "2026-12-31"
                    } else {
                        "2027-01-01"
                    };
                    #[expect(clippy::disallowed_methods, reason = "the test is about transactions")]
                    let done = conn.transaction(|conn| {
                        let number = take(conn, Series::Orders, day(year)).unwrap();
                        std::thread::sleep(Duration::from_micros(waits * 300));
                        if gives_up {
                            return Err(diesel::result::Error::RollbackTransaction);
                        }
                        Ok((number.year, number.serial))
                    });
                    kept.extend(done);
                }
                kept
            })
        })
        .collect();
    let taken: Vec<(i16, i32)> = taken
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    for year in [2026, 2027] {
        let mut serials: Vec<i32> = taken
            .iter()
            .filter(|(y, _)| *y == year)
            .map(|(_, serial)| *serial)
            .collect();
        serials.sort_unstable();
        let expected: Vec<i32> = (1..).take(serials.len()).collect();
        assert!(serials.len() > 50, "{year}: {}", serials.len());
        assert_eq!(serials, expected, "{year}");
    }
}

#[test]
fn proposals_and_orders_count_on_their_own_and_say_so() {
    let database = TestDatabase::empty().migrated(crm::migrations());
    let mut conn = database.connect();
    let mut next = |series, on| take(&mut conn, series, day(on)).unwrap().to_string();
    assert_eq!(next(Series::Orders, "2026-05-01"), "2026/000001");
    assert_eq!(next(Series::Orders, "2026-05-02"), "2026/000002");
    assert_eq!(next(Series::Proposals, "2026-05-02"), "P2026/000001");
    assert_eq!(next(Series::Orders, "2027-01-01"), "2027/000001");
}

/// The real program, killed when dropped.
struct Process(Child);

impl Process {
    fn start(port: u16, database: &TestDatabase, auth: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_crm"))
            .env_clear()
            .env("CRM_BIND", format!("127.0.0.1:{port}"))
            .env("DATABASE_URL", database.url.expose())
            .env("AUTH_URL", auth)
            .env("NEXUS_CLIENT_ID", "crm")
            .env("NEXUS_CLIENT_SECRET", "test")
            .env("CRM_LINK_SECRET", LINK_SECRET)
            .env("LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL: nothing in the process gets to finish anything.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _already_dead = self.0.kill();
        let _already_waited_for = self.0.wait();
    }
}

async fn jwks() -> Json<Value> {
    Json(serde_json::to_value(TestKey::trusted().jwks()).unwrap())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = BigInt)]
    orders: i64,
    #[diesel(sql_type = Integer)]
    highest: i32,
    #[diesel(sql_type = BigInt)]
    with_lines: i64,
    #[diesel(sql_type = BigInt)]
    told: i64,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = Text)]
    number: String,
}

#[actix_web::test]
async fn a_process_killed_amid_orders_leaves_no_gap_and_no_double() {
    let database = TestDatabase::empty().migrated(crm::migrations());
    let auth = HttpServer::new(|| App::new().route("/internal/jwks", get().to(jwks)));
    let auth = auth.workers(1).bind("127.0.0.1:0").unwrap();
    let auth_url = format!("http://{}", auth.addrs()[0]);
    let _answers = tokio::spawn(auth.run());
    let user = UserId::new();
    mirror(&mut database.connect(), user, "Ada", None);
    let token = TestKey::trusted().access(user, ADMIN);
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let acknowledged = Arc::new(Mutex::new(Vec::<String>::new()));
    let client = uuid::Uuid::now_v7();

    for round in 0..3 {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}/api/v1");
        let process = Process::start(port, &database, &auth_url);
        eventually("the program serves", || {
            let asked = http.get(format!("{url}/orders")).bearer_auth(&token).send();
            async { asked.await.is_ok_and(|answer| answer.status() == 200) }
        })
        .await;
        if round == 0 {
            let body = json!({"id": client, "name": "Rossi"});
            let made = http
                .post(format!("{url}/clients"))
                .bearer_auth(&token)
                .json(&body)
                .send()
                .await
                .unwrap();
            assert_eq!(made.status(), 201);
        }
        let made = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..6)
            .map(|_| {
                let (http, token, url) = (http.clone(), token.clone(), format!("{url}/orders"));
                let (made, acknowledged) = (Arc::clone(&made), Arc::clone(&acknowledged));
                let body = json!({"client_id": client, "lines": [line("Box", "1", "10")]});
                tokio::spawn(async move {
                    // Until the process is gone.
                    while let Ok(answer) =
                        http.post(&url).bearer_auth(&token).json(&body).send().await
                    {
                        let status = answer.status();
                        let Ok(order) = answer.json::<Value>().await else {
                            break;
                        };
                        if status == 201 {
                            acknowledged
                                .lock()
                                .unwrap()
                                .push(order["number"].as_str().unwrap().to_owned());
                            made.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                })
            })
            .collect();
        eventually("orders pour in", || {
            let made = made.load(Ordering::Relaxed);
            async move { made > 15 + 3 * round }
        })
        .await;
        process.kill();
        for caller in callers {
            caller.await.unwrap();
        }
    }

    let mut conn = database.connect();
    let facts = || {
        diesel::sql_query(
            "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT last FROM document_numbers WHERE series = 'orders') AS highest,
                    (SELECT count(DISTINCT order_id) FROM lines) AS with_lines,
                    (SELECT count(*) FROM (SELECT kind FROM outbox UNION ALL SELECT kind FROM events) e
                     WHERE kind = 'crm.order.created.v1') AS told",
        )
    };
    // What the killed process had begun is undone as soon as PostgreSQL notices that it is gone.
    let mut last: Facts = facts().get_result(&mut conn).unwrap();
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(20));
        let now: Facts = facts().get_result(&mut conn).unwrap();
        if now.orders == last.orders {
            break;
        }
        last = now;
    }
    let facts: Facts = facts().get_result(&mut conn).unwrap();
    assert_eq!(facts.orders, i64::from(facts.highest), "no gap");
    assert_eq!(facts.with_lines, facts.orders, "no order without its lines");
    assert_eq!(facts.told, facts.orders, "no order without its event");
    let kept: Vec<Numbered> = diesel::sql_query("SELECT number FROM orders")
        .load(&mut conn)
        .unwrap();
    let kept: BTreeSet<String> = kept.into_iter().map(|row| row.number).collect();
    assert_eq!(
        i64::try_from(kept.len()).unwrap(),
        facts.orders,
        "no double"
    );
    let acknowledged = acknowledged.lock().unwrap();
    assert!(acknowledged.len() > 45);
    for number in acknowledged.iter() {
        assert!(kept.contains(number), "{number} was answered with 201");
    }
}

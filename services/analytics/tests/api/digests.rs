//! Letters with figures, as auth is handed them: a stand-in for it says who reads, and keeps what it is told.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web::{self, Data, Json, Path};
use actix_web::{App, HttpResponse, HttpServer};
use analytics::digests::send_one;
use diesel::connection::SimpleConnection as _;
use nexus_kernel::UserId;
use nexus_testkit::{Caller, TestDatabase, TestServer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{ADMIN, AGENT, Analytics, VIEWER, WON, deal, id};

/// What auth knows and was told.
#[derive(Default)]
struct Desk {
    /// What a reader may do; nobody without an entry reads.
    permissions: Vec<(UserId, Vec<String>)>,
    english: bool,
    letters: Vec<Value>,
    /// So many letters are refused before one is taken.
    busy: usize,
    /// There is no mail server.
    no_mail: bool,
}

#[derive(Clone, Default)]
struct Auth(Arc<Mutex<Desk>>);

impl Auth {
    fn with<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn letters(&self) -> Vec<Value> {
        self.with(|desk| desk.letters.clone())
    }

    fn grants(&self, to: &Caller, permissions: &[&str]) {
        let permissions = permissions.iter().map(|&text| text.to_owned()).collect();
        self.with(|desk| {
            desk.permissions.retain(|(user, _)| *user != to.user_id);
            desk.permissions.push((to.user_id, permissions));
        });
    }

    fn start(&self) -> String {
        async fn token() -> Json<Value> {
            Json(json!({"access_token": "t", "expires_in": 600}))
        }
        async fn reader(auth: Data<Auth>, id: Path<Uuid>) -> HttpResponse {
            let user = UserId::from_uuid(id.into_inner());
            auth.with(|desk| {
                let locale = if desk.english { "en" } else { "it" };
                match desk.permissions.iter().find(|(known, _)| *known == user) {
                    Some((_, permissions)) => HttpResponse::Ok()
                        .json(json!({"reads": true, "locale": locale, "permissions": permissions})),
                    None => HttpResponse::NotFound().finish(),
                }
            })
        }
        async fn letter(auth: Data<Auth>, body: Json<Value>) -> HttpResponse {
            auth.with(|desk| {
                if desk.no_mail {
                    return HttpResponse::Conflict().finish();
                }
                if desk.busy > 0 {
                    desk.busy -= 1;
                    return HttpResponse::ServiceUnavailable().finish();
                }
                desk.letters.push(body.into_inner());
                HttpResponse::Ok().json(json!({"kept": true}))
            })
        }
        let auth = Data::new(self.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(auth.clone())
                .route("/internal/token", web::post().to(token))
                .route("/internal/readers/{id}", web::get().to(reader))
                .route("/internal/letters", web::post().to(letter))
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        url
    }
}

fn start() -> (Auth, Analytics) {
    let auth = Auth::default();
    let database = TestDatabase::empty().migrated(analytics::migrations());
    let server = TestServer::start_on(analytics::SERVICE, database, &auth.start());
    (auth, Analytics::on(server))
}

/// Two deals won today, one of each.
fn won(analytics: &mut Analytics, owners: [&Caller; 2]) {
    let now = nexus_service::now();
    let (at, today) = (now.to_rfc3339(), nexus_kernel::business_day(now));
    let events: Vec<_> = (1..)
        .zip(owners)
        .map(|(number, owner)| {
            let fields = json!({"owner_id": owner.user_id, "stage_id": WON, "status": "won",
                "closed_on": today, "amount_cents": 123_450 * i64::try_from(number).unwrap()});
            deal(id(number), 1, &at, "won", fields)
        })
        .collect();
    analytics.tell(&events);
}

fn wish(rhythm: &str) -> Value {
    json!({"rhythm": rhythm, "tiles": ["headline", "agents"], "filter": {"period": "this_month", "compare": "previous"}})
}

async fn subscribe(who: &Caller, wish: Value) -> Value {
    put(who, wish).await.expect(200)
}

async fn put(who: &Caller, wish: Value) -> nexus_testkit::Reply {
    let method = reqwest::Method::PUT;
    who.send(method, "/api/v1/analytics/digests", &[], Some(&wish))
        .await
}

fn make_due(analytics: &Analytics) {
    let sql = "UPDATE digests SET due_at = now() - interval '3 days', held_until = NULL";
    analytics
        .server
        .database
        .connect()
        .batch_execute(sql)
        .unwrap();
}

#[actix_web::test]
async fn a_letter_tells_what_its_reader_may_see_then_in_their_language_and_once() {
    let (auth, mut analytics) = start();
    let boss = analytics.user("Carla Capo", None, VIEWER);
    let agent = analytics.user("Anna Agente", Some(&boss), AGENT);
    won(&mut analytics, [&boss, &agent]);
    subscribe(&agent, wish("weekdays")).await;
    let app = &analytics.server.app;
    assert!(!send_one(app).await.unwrap(), "nothing is due yet");

    make_due(&analytics);
    auth.grants(&agent, AGENT);
    assert!(send_one(app).await.unwrap());
    assert!(
        !send_one(app).await.unwrap(),
        "three missed days are one letter"
    );
    let letters = auth.letters();
    assert_eq!(letters.len(), 1);
    let text = letters[0]["text"].as_str().unwrap();
    assert_eq!(letters[0]["user_id"], json!(agent.user_id));
    assert_eq!(letters[0]["path"], "/analytics?period=this_month");
    for part in [
        "- Valore vinto: 2.469,00 € (0,00 €)\n",
        "- Trattative vinte: 1 (0)\n",
        "Anna Agente: vinto 2.469,00 €",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("Carla"), "{text}");

    // More is theirs to see by then, and they read English.
    make_due(&analytics);
    auth.grants(&agent, ADMIN);
    auth.with(|desk| desk.english = true);
    assert!(send_one(app).await.unwrap());
    let letters = auth.letters();
    let text = letters[1]["text"].as_str().unwrap();
    for part in [
        "- Value won: €3,703.50 (€0.00)\n",
        "Carla Capo: won €1,234.50",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_ne!(letters[0]["id"], letters[1]["id"]);
}

#[actix_web::test]
async fn whoever_has_gone_or_may_see_nothing_gets_nothing() {
    let (auth, analytics) = start();
    let agent = analytics.user("Anna Agente", None, AGENT);
    subscribe(&agent, wish("mondays")).await;
    for permissions in [None, Some(&["clients:read:own"][..]), Some(AGENT)] {
        if let Some(permissions) = permissions {
            auth.grants(&agent, permissions);
        }
        // Without a mail server, not even they do.
        auth.with(|desk| desk.no_mail = true);
        make_due(&analytics);
        assert!(send_one(&analytics.server.app).await.unwrap());
        assert!(
            !send_one(&analytics.server.app).await.unwrap(),
            "it is over"
        );
    }
    assert_eq!(auth.letters(), Vec::<Value>::new());
}

#[actix_web::test]
async fn what_auth_does_not_take_is_the_same_letter_later() {
    let (auth, analytics) = start();
    let agent = analytics.user("Anna Agente", None, AGENT);
    auth.grants(&agent, AGENT);
    subscribe(&agent, wish("months")).await;
    make_due(&analytics);
    auth.with(|desk| desk.busy = 1);
    let app = &analytics.server.app;
    assert!(send_one(app).await.unwrap());
    let written = letter_id(&analytics);
    assert!(!send_one(app).await.unwrap(), "it is held for a while");
    make_due(&analytics);
    assert!(send_one(app).await.unwrap());
    assert_eq!(auth.letters()[0]["id"], json!(written));
    assert_eq!(auth.letters().len(), 1);
}

fn letter_id(analytics: &Analytics) -> String {
    #[derive(diesel::QueryableByName)]
    struct Letter {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    use diesel::RunQueryDsl as _;
    diesel::sql_query("SELECT letter_id::text AS id FROM digests")
        .get_result::<Letter>(&mut analytics.server.database.connect())
        .unwrap()
        .id
}

#[actix_web::test]
async fn of_two_replicas_one_writes() {
    let (auth, analytics) = start();
    let mut due = 0;
    for number in 0..6 {
        let agent = analytics.user(&format!("Agente {number}"), None, AGENT);
        auth.grants(&agent, AGENT);
        subscribe(&agent, wish("weekdays")).await;
        due += 1;
    }
    make_due(&analytics);
    let app = &analytics.server.app;
    let replica = || async {
        let mut sent = 0;
        while send_one(app).await.unwrap() {
            sent += 1;
        }
        sent
    };
    let (one, other): (usize, usize) = futures_util::join!(replica(), replica());
    assert_eq!(one + other, due);
    let mut to: Vec<String> = auth
        .letters()
        .iter()
        .map(|letter| letter["user_id"].to_string())
        .collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), auth.letters().len()), (due, due));
}

#[actix_web::test]
async fn a_digest_is_ones_own_one_of_each_dashboard_and_can_be_stopped() {
    let (_, analytics) = start();
    let agent = analytics.user("Anna Agente", None, AGENT);
    let other = analytics.user("Bruno", None, AGENT);
    let first = subscribe(&agent, wish("weekdays")).await;
    let again = subscribe(&agent, wish("mondays")).await;
    assert_eq!((&first["id"], &again["version"]), (&again["id"], &json!(2)));
    let board = json!({"name": "Lunedì", "tiles": [{"tile": "funnel"}]});
    let board = agent
        .post("/api/v1/analytics/dashboards", board)
        .await
        .expect(201);
    let mut of_board = wish("months");
    of_board["board_id"] = board["id"].clone();
    put(&other, of_board.clone())
        .await
        .problem(422, "validation");
    subscribe(&agent, of_board).await;
    let list = |who: Caller| async move {
        let page = who.get("/api/v1/analytics/digests").await.expect(200);
        page["items"].as_array().unwrap().clone()
    };
    assert_eq!(
        (
            list(agent.clone()).await.len(),
            list(other.clone()).await.len()
        ),
        (2, 0)
    );

    let url = format!(
        "/api/v1/analytics/digests/{}",
        first["id"].as_str().unwrap()
    );
    let stop = |who: Caller| {
        let url = url.clone();
        async move { who.send(reqwest::Method::DELETE, &url, &[], None).await }
    };
    stop(other).await.problem(404, "not-found");
    stop(agent.clone()).await.expect(204);
    assert_eq!(list(agent.clone()).await.len(), 1);
    // A dashboard takes its digests with it.
    let gone = format!(
        "/api/v1/analytics/dashboards/{}",
        board["id"].as_str().unwrap()
    );
    agent
        .send(reqwest::Method::DELETE, &gone, &[("if-match", "*")], None)
        .await
        .expect(204);
    assert_eq!(list(agent).await.len(), 0);
}

#[actix_web::test]
async fn what_cannot_be_told_is_refused_field_by_field() {
    let (_, analytics) = start();
    let agent = analytics.user("Anna Agente", None, AGENT);
    let stranger = analytics.user("Bruno", None, AGENT);
    for (change, pointer) in [
        (json!({"tiles": []}), "/tiles"),
        (json!({"board_id": Uuid::nil()}), "/board_id"),
        (
            json!({"filter": {"agent_id": stranger.user_id}}),
            "agent_id",
        ),
        (
            json!({"filter": {"from": "2026-02-02", "until": "2026-02-01"}}),
            "until",
        ),
    ] {
        let mut wish = wish("weekdays");
        wish.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let refused = put(&agent, wish).await.problem(422, "validation");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{change}");
    }
    let reply = put(&agent, wish("hourly")).await;
    assert!((400..500).contains(&reply.status.as_u16()));
}

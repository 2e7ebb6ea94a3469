use std::sync::{Arc, Mutex};

use nexus_testkit::eventually;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::{Auth, PASSWORD, Person, database, sql, texts};

/// A mail server that keeps what it takes. It gives `answers` to the first letters' recipients, and then takes everything.
struct MailServer {
    url: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let taken = Arc::<Mutex<Vec<String>>>::default();
        let (kept, mut answers) = (taken.clone(), answers.to_vec());
        answers.reverse();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let answer = answers.pop().unwrap_or("250 all right");
                if let Some(letter) = converse(stream, answer).await {
                    kept.lock().unwrap().push(letter);
                }
            }
        });
        Self { url, taken }
    }

    /// The letters, their lines put together again.
    fn letters(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken
            .iter()
            .map(|letter| letter.replace("=\r\n", "").replace("=3D", "="))
            .collect()
    }

    async fn letter(&self, number: usize) -> String {
        eventually("the letter has arrived", || async {
            self.letters().len() >= number
        })
        .await;
        self.letters()[number - 1].clone()
    }
}

async fn converse(stream: TcpStream, recipients_answer: &str) -> Option<String> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example.it\r\n").await.ok()?;
    let mut letter = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return letter;
        }
        let answer = match line.get(..4).unwrap_or_default() {
            "RCPT" => recipients_answer,
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut text).await.ok()?;
                }
                letter = Some(text);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 all right",
        };
        stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
}

fn mario() -> Value {
    json!({"name": "Mario Verdi", "email": "mario@example.it", "roles": ["agent"]})
}

/// The token in a letter's link.
fn token_of(letter: &str) -> String {
    let (_, after) = letter
        .split_once("/invite#token=")
        .unwrap_or_else(|| panic!("no link: {letter}"));
    after.split_whitespace().next().unwrap().to_owned()
}

async fn forgot(auth: &Auth, email: &str) -> nexus_testkit::Reply {
    auth.nobody()
        .post("/api/v1/auth/password/help", json!({"email": email}))
        .await
}

async fn accept(auth: &Auth, token: &str, password: &str) -> nexus_testkit::Reply {
    let body = json!({"token": token, "password": password});
    auth.nobody()
        .post("/api/v1/auth/invitations/accept", body)
        .await
}

#[actix_web::test]
async fn an_invitation_arrives_by_mail_and_its_link_lets_one_in() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    assert_eq!(
        auth.nobody().get("/api/v1/auth/setup").await.expect(200)["mail"],
        true
    );
    let admin = auth.admin().await;
    let invited = admin.post("/api/v1/users", mario()).await.expect(201);
    assert_eq!(invited["invitation"]["mailed"], true);
    let letter = server.letter(1).await;
    for part in [
        "From: NEXUS <crm@example.it>",
        "Content-Type: text/plain; charset=utf-8",
        "mario@example.it",
        "Ciao Mario Verdi,",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    Person::signed_in(
        &auth,
        accept(&auth, &token_of(&letter), PASSWORD).await,
        201,
    );
    eventually("it is sent once", || async {
        texts(&database, "SELECT kind AS text FROM mails").is_empty()
    })
    .await;
}

#[actix_web::test]
async fn whoever_forgot_their_password_sets_another_and_strangers_learn_nothing() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    let admin = auth.admin().await;
    let (known, unknown) = (
        forgot(&auth, "Anna@Example.it").await,
        forgot(&auth, "nobody@example.it").await,
    );
    assert_eq!((known.status.as_u16(), unknown.status.as_u16()), (202, 202));
    assert_eq!(known.body, unknown.body);
    let letter = server.letter(1).await;
    assert!(letter.contains("Ciao Anna Bianchi,"), "{letter}");
    forgot(&auth, "anna@example.it").await.expect(202);
    assert!(admin.is_in().await, "asking alone changes nothing");
    auth.login("anna@example.it", PASSWORD).await.expect(200);

    let another = "un’altra frase lunga";
    Person::signed_in(&auth, accept(&auth, &token_of(&letter), another).await, 201);
    auth.login("anna@example.it", another).await.expect(200);
    assert_eq!(auth.login("anna@example.it", PASSWORD).await.status, 401);
    assert!(!admin.is_in().await, "older sessions have ended");
    assert_eq!(server.letters().len(), 1, "one letter in five minutes");
}

#[actix_web::test]
async fn a_link_to_a_new_password_ends_after_two_hours() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    auth.admin().await;
    forgot(&auth, "anna@example.it").await.expect(202);
    let token = token_of(&server.letter(1).await);
    sql(
        &database,
        "UPDATE invitations SET created_at = created_at - interval '2 hours', expires_at = expires_at - interval '2 hours'",
    );
    accept(&auth, &token, "un’altra frase lunga")
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn a_letter_that_is_put_off_goes_later_and_one_that_is_refused_goes_never() {
    let (database, server) = (
        database(),
        MailServer::start(&["451 later", "550 nobody here"]).await,
    );
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    let admin = auth.admin().await;
    admin.post("/api/v1/users", mario()).await.expect(201);
    let waiting = || {
        texts(
            &database,
            "SELECT tries::text AS text FROM mails WHERE due_at > now()",
        )
    };
    eventually("it waits for its next try", || async { waiting() == ["1"] }).await;
    sql(&database, "UPDATE mails SET due_at = now()");
    // Another letter wakes the sender; the one that waited is first, and refused for good.
    let gino = json!({"name": "Gino Neri", "email": "gino@example.it", "roles": ["agent"]});
    admin.post("/api/v1/users", gino).await.expect(201);
    let letter = server.letter(1).await;
    assert!(letter.contains("Ciao Gino Neri,"), "{letter}");
    eventually("nothing is left", || async {
        texts(&database, "SELECT kind AS text FROM mails").is_empty()
    })
    .await;
}

#[actix_web::test]
async fn without_a_mail_server_the_link_is_handed_over_and_help_says_so() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    assert_eq!(
        auth.nobody().get("/api/v1/auth/setup").await.expect(200)["mail"],
        false
    );
    let invited = admin.post("/api/v1/users", mario()).await.expect(201);
    assert_eq!(invited["invitation"]["mailed"], false);
    forgot(&auth, "anna@example.it")
        .await
        .problem(409, "no-mail");
    let bad = forgot(&auth, "not an address").await;
    assert_eq!(
        bad.problem(422, "validation")["errors"][0]["pointer"],
        "/email"
    );
}

#[actix_web::test]
async fn whoever_asks_again_and_again_has_to_wait() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    let mut last = 0;
    for number in 0..12 {
        last = forgot(&auth, &format!("guess{number}@example.it"))
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
    assert!(server.letters().is_empty());
}

/// A letter of another service.
fn written(id: u128, to: &Person) -> Value {
    json!({"id": uuid::Uuid::from_u128(id), "user_id": to.id, "subject": "Il tuo riepilogo",
        "text": "Trattative vinte: 3", "path": "/analytics?period=this_month"})
}

#[actix_web::test]
async fn a_letter_of_another_service_goes_to_an_active_user_once() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    let (admin, service) = (auth.admin().await, auth.service().await);
    let mario = auth
        .colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    let reader = |person: &Person| format!("/internal/readers/{}", person.id);
    let seen = service.get(&reader(&mario)).await.expect(200);
    assert_eq!(
        (&seen["reads"], &seen["locale"]),
        (&json!(true), &json!("it"))
    );
    let permissions = seen["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("analytics:read:own")), "{seen}");

    // The invitation has gone out, or is not needed any more.
    eventually("the invitation is over", || async {
        texts(&database, "SELECT kind AS text FROM mails").is_empty()
    })
    .await;
    let before = server.letters().len();
    for _ in 0..2 {
        let told = service
            .post("/internal/letters", written(7, &mario))
            .await
            .expect(200);
        assert_eq!(told["kept"], true);
    }
    let letter = server.letter(before + 1).await;
    for part in [
        "mario@example.it",
        "Ciao mario@example.it,",
        "Trattative vinte: 3",
        "https://crm.example.it/analytics?period=this_month",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    let open = "SELECT text FROM letters WHERE due_at IS NOT NULL OR text <> ''";
    eventually("it is over, and forgotten", || async {
        texts(&database, open).is_empty()
    })
    .await;
    service
        .post("/internal/letters", written(7, &mario))
        .await
        .expect(200);
    service
        .post("/internal/letters", written(8, &mario))
        .await
        .expect(200);
    server.letter(before + 2).await;
    eventually("the other is over, too", || async {
        texts(&database, open).is_empty()
    })
    .await;
    assert_eq!(server.letters().len(), before + 2, "each once");

    admin
        .post(&format!("/api/v1/users/{}/disable", mario.id), json!({}))
        .await
        .expect(200);
    assert_eq!(
        service.get(&reader(&mario)).await.expect(200)["reads"],
        false
    );
    let told = service
        .post("/internal/letters", written(9, &mario))
        .await
        .expect(200);
    assert_eq!(told["kept"], false);
}

#[actix_web::test]
async fn letters_of_people_and_to_elsewhere_are_refused() {
    let (database, server) = (database(), MailServer::start(&[]).await);
    let auth = Auth::with_mail(&database, server.url.clone()).await;
    let (admin, service) = (auth.admin().await, auth.service().await);
    for caller in [auth.nobody(), (*admin).clone()] {
        caller
            .post("/internal/letters", written(1, &admin))
            .await
            .problem(401, "unauthenticated");
    }
    let mut elsewhere = written(1, &admin);
    elsewhere["path"] = json!("//example.com");
    let bad = service.post("/internal/letters", elsewhere).await;
    assert_eq!(
        bad.problem(422, "validation")["errors"][0]["pointer"],
        "/path"
    );
    service
        .get("/internal/readers/00000000-0000-7000-8000-00000000dead")
        .await
        .problem(404, "not-found");
    assert!(server.letters().is_empty());
}

#[actix_web::test]
async fn without_a_mail_server_other_services_are_told() {
    let database = database();
    let auth = Auth::on(&database).await;
    let (admin, service) = (auth.admin().await, auth.service().await);
    service
        .post("/internal/letters", written(1, &admin))
        .await
        .problem(409, "no-mail");
    let path = format!("/internal/readers/{}", admin.id);
    assert_eq!(service.get(&path).await.expect(200)["reads"], false);
}

//! The service as it runs in production, on a port and a schema of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use nexus_config::{Secret, Settings};
use nexus_db::{Db, DbError, DbSettings};
use nexus_peers::Peers;
use nexus_service::{App, Running};
use nexus_testkit::{Reply, TestDatabase, eventually};
use reqwest::{Client, Method};
use serde_json::{Value, json};

pub const MASTER: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
pub const PASSWORD: &str = "cavallo batteria graffetta";
const HERE: &str = "192.0.2.1";

/// A running auth.
pub struct Auth {
    pub url: String,
    pub app: App,
    pub http: Client,
    running: Running,
}

fn setting(name: &str, registration: &str) -> Option<String> {
    let value = match name {
        "AUTH_MASTER_SECRET" => MASTER,
        "AUTH_SERVICE_SECRETS" => "gateway=gateway-secret,crm=crm-secret",
        "PUBLIC_URL" => "https://crm.example.it",
        "AUTH_REGISTRATION" => registration,
        _ => return None,
    };
    Some(value.to_owned())
}

impl Auth {
    /// Starts auth on this schema. A second one on the same schema is a second replica, or the first one restarted.
    pub async fn on(database: &TestDatabase) -> Self {
        let auth = Self::at(database.url.clone(), "invitation");
        auth.is_ready().await;
        auth
    }

    /// Starts auth, where whoever registers waits for approval.
    pub async fn with_approval(database: &TestDatabase) -> Self {
        let auth = Self::at(database.url.clone(), "approval");
        auth.is_ready().await;
        auth
    }

    /// Starts auth with a mail server.
    pub async fn with_mail(database: &TestDatabase, smtp_url: String) -> Self {
        let auth = Self::start(database.url.clone(), move |name| match name {
            "AUTH_SMTP_URL" => Some(smtp_url.clone()),
            "AUTH_MAIL_FROM" => Some("NEXUS <crm@example.it>".to_owned()),
            _ => setting(name, "invitation"),
        });
        auth.is_ready().await;
        auth
    }

    /// Starts auth without waiting for anything.
    pub fn at(database_url: Secret, registration: &'static str) -> Self {
        Self::start(database_url, move |name| setting(name, registration))
    }

    fn start(database_url: Secret, lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        let mut settings = Settings::from_lookup(lookup);
        let parts = auth::parts(&mut settings).unwrap();
        let app = App {
            db: Db::start(&DbSettings {
                url: database_url.clone(),
                threads: 4,
                name: "auth",
            }),
            peers: Arc::new(Peers::new(parts.credentials)),
            verifier: Arc::default(),
            feed: nexus_outbox::start(database_url),
            clock: nexus_service::now,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let configure = parts.configure;
        let mount = move |cfg: &mut actix_web::web::ServiceConfig| configure(cfg);
        let migrated = Arc::new(AtomicBool::new(true));
        let running =
            nexus_service::serve(listener, app.clone(), auth::SERVICE, migrated, mount).unwrap();
        (parts.background)(app.clone());
        let http = Client::builder()
            .timeout(Duration::from_secs(30))
            .no_proxy()
            .build()
            .unwrap();
        Self {
            url: format!("http://{}", running.address),
            app,
            http,
            running,
        }
    }

    async fn is_ready(&self) {
        let ready = || async { self.nobody().get("/readyz").await.status == 200 };
        eventually("auth is ready", ready).await;
    }

    pub async fn stop(self) {
        self.running.drain().await.unwrap();
    }

    pub fn nobody(&self) -> Caller {
        Caller {
            url: self.url.clone(),
            http: self.http.clone(),
            token: None,
            ip: HERE.to_owned(),
        }
    }

    pub fn with_token(&self, token: &str) -> Caller {
        Caller {
            token: Some(token.to_owned()),
            ..self.nobody()
        }
    }

    pub fn at_ip(&self, ip: &str) -> Caller {
        Caller {
            ip: ip.to_owned(),
            ..self.nobody()
        }
    }

    /// The first user.
    pub async fn admin(&self) -> Person {
        let body =
            json!({"name": "Anna Bianchi", "email": "anna@example.it", "password": PASSWORD});
        let reply = self.nobody().post("/api/v1/auth/register", body).await;
        Person::signed_in(self, reply, 201)
    }

    pub async fn login(&self, email: &str, password: &str) -> Reply {
        self.nobody()
            .post(
                "/api/v1/auth/login",
                json!({"email": email, "password": password}),
            )
            .await
    }

    pub async fn signed_in(&self, email: &str) -> Person {
        Person::signed_in(self, self.login(email, PASSWORD).await, 200)
    }

    /// Somebody who was invited with these roles, and came in.
    pub async fn colleague(
        &self,
        admin: &Person,
        email: &str,
        roles: &[&str],
        manager: Option<&Person>,
    ) -> Person {
        let manager = manager.map(|person| person.id.clone());
        let body = json!({"name": email, "email": email, "roles": roles, "manager_id": manager});
        let invited = admin.post("/api/v1/users", body).await.expect(201);
        let token = link_token(&invited);
        let body = json!({"token": token, "password": PASSWORD});
        let reply = self
            .nobody()
            .post("/api/v1/auth/invitations/accept", body)
            .await;
        Person::signed_in(self, reply, 201)
    }

    /// A refresh with this token.
    pub async fn refresh(&self, refresh: &str) -> Reply {
        let cookie = format!("__Host-nexus_refresh={refresh}");
        let headers = [("x-nexus-refresh", "1"), ("cookie", cookie.as_str())];
        self.nobody()
            .send(Method::POST, "/api/v1/auth/refresh", &headers, None)
            .await
    }

    /// The token of a service.
    pub async fn service(&self) -> Caller {
        let request = self
            .http
            .post(format!("{}/internal/token", self.url))
            .basic_auth("crm", Some("crm-secret"));
        let body = Reply::read(request).await.expect(200);
        self.with_token(body["access_token"].as_str().unwrap())
    }

    /// The facts of a kind announced so far.
    pub async fn announced(&self, kind: &str) -> Vec<Value> {
        eventually("all facts have their positions", || async {
            let waiting = "SELECT '' AS text FROM outbox";
            let rows = self
                .app
                .db
                .read(move |conn| Ok::<_, DbError>(diesel::sql_query(waiting).load::<Line>(conn)?));
            rows.await.unwrap().is_empty()
        })
        .await;
        let service = self.service().await;
        let body = service.get("/internal/events?after=0").await.expect(200);
        let events = body["events"].as_array().unwrap().iter();
        events
            .filter(|event| event["kind"] == kind)
            .cloned()
            .collect()
    }
}

/// Somebody, or nobody, who calls.
#[derive(Clone)]
pub struct Caller {
    url: String,
    http: Client,
    pub token: Option<String>,
    ip: String,
}

impl Caller {
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("x-client-ip", &self.ip);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Reply::read(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &[], Some(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, &[("if-match", "*")], Some(&body))
            .await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[("if-match", "*")], None)
            .await
    }
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub refresh: String,
    caller: Caller,
}

impl std::ops::Deref for Person {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Person {
    #[track_caller]
    pub fn signed_in(auth: &Auth, reply: Reply, status: u16) -> Self {
        let refresh = refresh_token(&reply);
        let body = reply.expect(status);
        let caller = auth.with_token(body["access_token"].as_str().unwrap());
        Self {
            id: body["user"]["id"].as_str().unwrap().to_owned(),
            refresh: refresh.expect("a session's answer sets the cookie"),
            caller,
        }
    }

    pub fn access_token(&self) -> &str {
        self.caller.token.as_deref().unwrap()
    }

    /// Whether the access token still counts.
    pub async fn is_in(&self) -> bool {
        self.get("/api/v1/auth/sessions").await.status == 200
    }
}

/// The refresh token that an answer sets.
pub fn refresh_token(reply: &Reply) -> Option<String> {
    let cookie = reply.header("set-cookie")?;
    let value = cookie
        .strip_prefix("__Host-nexus_refresh=")?
        .split(';')
        .next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The token in an invitation's link.
pub fn link_token(invited: &Value) -> String {
    let url = invited["invitation"]["url"].as_str().unwrap();
    url.split_once("/invite#token=").unwrap().1.to_owned()
}

pub fn database() -> TestDatabase {
    TestDatabase::empty().migrated((auth::SERVICE.migrations)())
}

/// Turns the clock for what is stored, instead of waiting.
pub fn sql(database: &TestDatabase, statement: &str) {
    database.connect().batch_execute(statement).unwrap();
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// The texts that a query gives as `text`.
pub fn texts(database: &TestDatabase, query: &str) -> Vec<String> {
    let rows: Vec<Line> = diesel::sql_query(query)
        .load(&mut database.connect())
        .unwrap();
    rows.into_iter().map(|line| line.text).collect()
}

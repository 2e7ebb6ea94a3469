//! What handlers share, and the transaction that commands work in.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use nexus_auth::{RevocationList, RevokedSession, RevokedUser};
use nexus_config::{Secret, Settings};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_outbox::{Fact, announce};
use nexus_peers::Credentials;
use nexus_problem::{ApiError, ApiResult, BodyHash, Problem};
use nexus_service::{Answer, App, OnceKey, Parts, Service};
use serde::Serialize;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::config::Config;
use crate::keys::{Sealer, Signer};
use crate::mail::Post;
use crate::passwords::Hasher;
use crate::secrets::Key;
use crate::{
    api_keys, background, invitations, keys, mail, openapi, passwords, registration, roles,
    service_tokens, sessions, users,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/auth");

/// The service, without the state that [`parts`] adds.
pub const SERVICE: Service = Service {
    name: "auth",
    bind: "127.0.0.1:8081",
    configure,
    openapi: openapi::document,
    migrations: || MIGRATIONS,
    background: |_app| {},
};

fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(registration::routes::configure)
        .configure(sessions::routes::configure)
        .configure(passwords::routes::configure)
        .configure(mail::routes::configure)
        .configure(invitations::routes::configure)
        .configure(users::routes::configure)
        .configure(roles::routes::configure)
        .configure(keys::routes::configure)
        .configure(api_keys::routes::configure)
        .configure(service_tokens::routes::configure);
}

/// What auth makes of its settings.
pub fn parts(settings: &mut Settings) -> Option<Parts> {
    let auth = Arc::new(Auth::new(Config::read(settings)?));
    let shared = Data::from(Arc::clone(&auth));
    Some(Parts {
        // It calls nobody, itself least of all.
        credentials: Credentials {
            auth_url: String::new(),
            client_id: SERVICE.name.to_owned(),
            client_secret: Secret::new(String::new()),
        },
        configure: Arc::new(move |cfg| {
            cfg.app_data(shared.clone()).configure(configure);
        }),
        background: Box::new(move |app| background::start(app, auth)),
    })
}

/// Auth's own state, one for the process.
pub struct Auth {
    /// The settings.
    pub config: Config,
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// Signs tokens.
    pub signer: Signer,
    /// Encrypts the keys that sign.
    pub sealer: Sealer,
    /// Makes each refresh token's successor.
    pub refresh_key: Key,
    /// Makes an invitation's token.
    pub invitation_key: Key,
    /// Makes an API key's secret.
    pub api_key_key: Key,
    /// Hides what is tried from where.
    pub tries_key: Key,
    /// The way to the mail server, if there is one.
    pub post: Option<Post>,
    /// A letter was written.
    pub letters: Notify,
}

impl Auth {
    /// Makes the state; no key signs yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let key = |purpose| config.master.derive(purpose);
        Self {
            hasher: Hasher::start(),
            signer: Signer::default(),
            sealer: Sealer::new(&key("signing keys")),
            refresh_key: key("refresh tokens"),
            invitation_key: key("invitations"),
            api_key_key: key("API keys"),
            tries_key: key("tries"),
            post: config.post.as_ref().and_then(Post::new),
            letters: Notify::new(),
            config,
        }
    }
}

/// One request: who sends it from where, and what it may use.
#[derive(Clone)]
pub struct Call {
    app: Data<App>,
    /// Auth's own state.
    pub auth: Data<Auth>,
    /// The caller's address, as the gateway saw it.
    pub ip: String,
    /// What the caller calls its program.
    pub user_agent: Option<String>,
}

/// Longer ones are cut.
const USER_AGENT_MOST: usize = 300;

impl FromRequest for Call {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        // Only the gateway reaches us; it takes away what comes under this name from outside.
        let ip = header("x-client-ip")
            .filter(|text| text.parse::<std::net::IpAddr>().is_ok())
            .map(str::to_owned)
            .or_else(|| request.peer_addr().map(|peer| peer.ip().to_string()));
        let user_agent =
            header(USER_AGENT.as_str()).map(|text| text.chars().take(USER_AGENT_MOST).collect());
        ready(
            match (
                request.app_data::<Data<App>>(),
                request.app_data::<Data<Auth>>(),
            ) {
                (Some(app), Some(auth)) => Ok(Self {
                    app: app.clone(),
                    auth: auth.clone(),
                    ip: ip.unwrap_or_default(),
                    user_agent,
                }),
                _ => Err(Problem::internal().into()),
            },
        )
    }
}

/// A transaction with what every command needs to know.
pub struct Tx<'c> {
    /// The connection.
    pub conn: &'c mut PgConnection,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// Who makes it happen; `None` for somebody not signed in.
    pub actor: Option<UserId>,
    /// From where.
    pub ip: String,
    revoked: RevocationList,
}

impl Tx<'_> {
    /// Announces a fact; `payload` is the record after the change.
    ///
    /// # Errors
    /// The database's.
    pub fn announce(
        &mut self,
        kind: &'static str,
        subject: Uuid,
        version: i64,
        payload: &impl Serialize,
    ) -> DbResult<()> {
        let payload = serde_json::to_value(payload).unwrap_or_default();
        let actor = self.actor.map(UserId::uuid);
        announce(
            self.conn,
            &Fact::new(kind, subject, actor, self.now, version, payload),
        )
    }

    /// After the commit, tokens of this session are refused in this process at once.
    pub(crate) fn revoke_session(&mut self, ended: RevokedSession) {
        self.revoked.sessions.push(ended);
    }

    /// After the commit, older tokens of this user are refused in this process at once.
    pub(crate) fn revoke_user(&mut self, ended: RevokedUser) {
        self.revoked.users.push(ended);
    }
}

impl Call {
    /// The time of this request.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// Work that only reads.
    ///
    /// # Errors
    /// What the work fails with.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.app.db.read(work).await
    }

    /// One transaction; what it revokes is refused here as soon as it has committed.
    ///
    /// # Errors
    /// What the work fails with; then nothing was changed.
    pub async fn transaction<T: Send + 'static>(
        &self,
        actor: Option<UserId>,
        work: impl FnOnce(&mut Tx<'_>) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let (now, ip) = (self.now(), self.ip.clone());
        let (done, revoked) = self
            .app
            .db
            .transaction(move |conn| {
                let revoked = RevocationList::default();
                let mut tx = Tx {
                    conn,
                    now,
                    actor,
                    ip,
                    revoked,
                };
                let done = work(&mut tx)?;
                Ok::<_, ApiError>((done, tx.revoked))
            })
            .await?;
        self.app.verifier.revocations.add(&revoked);
        Ok(done)
    }

    /// A transaction whose answer an `Idempotency-Key` brings back.
    ///
    /// # Errors
    /// What the work fails with; then nothing was changed.
    pub async fn once(
        &self,
        once: OnceKey,
        actor: UserId,
        hash: BodyHash,
        work: impl FnOnce(&mut Tx<'_>) -> ApiResult<Answer> + Send + 'static,
    ) -> ApiResult<Answer> {
        self.transaction(Some(actor), move |outer| {
            let Tx {
                conn,
                now,
                actor,
                ip,
                revoked,
            } = outer;
            once.once(
                conn,
                actor.map(UserId::uuid).unwrap_or_default(),
                hash,
                |conn| {
                    let (ip, list) = (std::mem::take(ip), std::mem::take(revoked));
                    let mut tx = Tx {
                        conn,
                        now: *now,
                        actor: *actor,
                        ip,
                        revoked: list,
                    };
                    let answer = work(&mut tx)?;
                    *revoked = tx.revoked;
                    Ok(answer)
                },
            )
        })
        .await
    }
}

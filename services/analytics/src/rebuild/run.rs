use std::sync::Arc;
use std::time::Duration;

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use nexus_db::{DbError, DbResult};
use nexus_kernel::business_day;
use nexus_peers::Peers;
use nexus_service::App;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::queries::{self, Rebuild};
use super::tables;
use crate::app::Sources;
use crate::facts::feed::{Source, note_change, note_position, one_at_a_time, page_after};
use crate::facts::{self, Event, Told};
use crate::measures::Fact;
use crate::measures::rollup::recount;
use crate::measures::sql::Tables;

/// Makes the read model anew.
#[derive(Clone)]
pub struct Rebuilder {
    pub app: App,
    pub sources: Sources,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAGE: usize = 2_000;
/// So many pages are fetched ahead, and so many events applied at once.
const AHEAD: usize = 4;
const AT_ONCE: usize = 8_000;
/// A feed that does not answer right now is asked again so often.
const TRIES: u32 = 10;
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// Deriving and counting everything takes a while; it reads and writes tables that nobody else looks at.
const UNHURRIED: &str = "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '64MB'; \
     SET LOCAL maintenance_work_mem = '128MB'";

impl Rebuilder {
    /// Starts one beside the requests. `None`: one is running already.
    ///
    /// # Errors
    /// The database's.
    pub async fn start(self) -> DbResult<Option<Rebuild>> {
        let now = self.app.now();
        let begun = self
            .app
            .db
            .transaction(move |conn| queries::begin(conn, now))
            .await?;
        if let Some(rebuild) = &begun {
            let id = rebuild.id;
            tokio::spawn(async move { self.work(id).await });
        }
        Ok(begun)
    }

    /// Does the work, and notes how it ended.
    async fn work(&self, id: Uuid) {
        let failure = self.rebuild(id).await.err().map(|error| error.to_string());
        let is_done = failure.is_none();
        match &failure {
            None => tracing::info!(rebuild.id = %id, "the figures are counted anew"),
            Some(cause) => {
                tracing::error!(rebuild.id = %id, cause, "the figures are not counted anew")
            }
        }
        let now = self.app.now();
        let noted = self.app.db.transaction(move |conn| -> DbResult<()> {
            if failure.is_some() {
                tables::discard(conn)?;
            }
            queries::end(conn, id, failure.as_deref(), now)
        });
        if let Err(error) = noted.await {
            tracing::warn!(cause = %error, "the end of a rebuild is not noted");
        }
        // Outside a transaction, as it has to be. PostgreSQL would do it by itself, minutes later.
        if is_done && let Err(error) = self.app.db.read(tables::settle).await {
            tracing::debug!(cause = %error, "the new tables settle later");
        }
    }

    async fn rebuild(&self, id: Uuid) -> Result<(), Failure> {
        self.app.db.transaction(tables::make).await?;
        let mut positions = Vec::new();
        let mut applied = 0;
        for source in &self.sources.0 {
            positions.push((source.name, self.read(id, source, &mut applied).await?));
        }
        self.note(id, applied, "deriving").await?;
        let today = business_day(self.app.now());
        self.unhurried(tables::look).await?;
        tokio::try_join!(
            self.unhurried(|conn| facts::derive_deals(conn, Tables::Next)),
            self.unhurried(move |conn| facts::derive_others(conn, Tables::Next, today)),
        )?;
        self.note(id, applied, "indexing").await?;
        let (heavy, others) = tables::halves();
        tokio::try_join!(
            self.unhurried(move |conn| tables::index(conn, &heavy)),
            self.unhurried(move |conn| tables::index(conn, &others)),
        )?;
        self.note(id, applied, "counting").await?;
        tokio::try_join!(
            self.unhurried(|conn| recount(conn, Tables::Next, &[Fact::Deal])),
            self.unhurried(|conn| recount(conn, Tables::Next, &Fact::ALL[1..])),
        )?;
        self.unhurried(|conn| tables::index(conn, &["counts"]))
            .await?;
        self.app
            .db
            .transaction(move |conn| swap(conn, &positions))
            .await?;
        Ok(())
    }

    /// A transaction that may take its time.
    async fn unhurried(
        &self,
        work: impl FnOnce(&mut PgConnection) -> DbResult<()> + Send + 'static,
    ) -> DbResult<()> {
        self.app
            .db
            .transaction(move |conn| -> DbResult<()> {
                conn.batch_execute(UNHURRIED)?;
                work(conn)
            })
            .await
    }

    /// Reads a feed from its beginning to its end: while some events are applied, the next are read, and pages fetched.
    async fn read(&self, id: Uuid, source: &Source, applied: &mut i64) -> Result<i64, Failure> {
        let (name, today) = (source.name, business_day(self.app.now()));
        let mut pages = self.pages(source);
        let mut position = 0;
        let mut apply: Option<Apply> = None;
        while let Some(page) = pages.recv().await {
            let mut events = page?;
            while events.len() < AT_ONCE
                && let Ok(more) = pages.try_recv()
            {
                events.extend(more?);
            }
            position = events.last().map_or(position, |event| event.position);
            let count = i64::try_from(events.len()).unwrap_or(0);
            let told = tokio::task::spawn_blocking(move || Told::of(events)).await?;
            if let Some(apply) = apply.take() {
                *applied += apply.await??;
                self.note(id, *applied, "reading").await?;
            }
            let db = self.app.db.clone();
            apply = Some(tokio::spawn(async move {
                db.transaction(move |conn| -> DbResult<i64> {
                    conn.batch_execute(UNHURRIED)?;
                    facts::apply(conn, Tables::Next, name, &told, today)?;
                    Ok(count)
                })
                .await
            }));
        }
        if let Some(apply) = apply {
            *applied += apply.await??;
        }
        Ok(position)
    }

    /// Fetches a feed's pages beside the work, a few ahead of it.
    fn pages(&self, source: &Source) -> mpsc::Receiver<Result<Vec<Event>, String>> {
        let (send, receive) = mpsc::channel(AHEAD);
        let (peers, source) = (Arc::clone(&self.app.peers), source.clone());
        tokio::spawn(async move {
            let mut position = 0;
            loop {
                let page = page(&peers, &source, position).await;
                let last = page
                    .as_ref()
                    .map(|page| page.last().map(|event| event.position));
                let next = match last {
                    Ok(Some(last)) => Some(last),
                    Ok(None) => break,
                    Err(_) => None,
                };
                let sent = send.send(page).await;
                match next {
                    Some(next) if sent.is_ok() => position = next,
                    _ => break,
                }
            }
        });
        receive
    }

    async fn note(&self, id: Uuid, applied: i64, detail: &'static str) -> Result<(), DbError> {
        let now = self.app.now();
        self.app
            .db
            .transaction(move |conn| queries::note(conn, id, applied, detail, now))
            .await
    }
}

type Apply = JoinHandle<DbResult<i64>>;

async fn page(peers: &Arc<Peers>, source: &Source, after: i64) -> Result<Vec<Event>, String> {
    let mut tried = 0;
    loop {
        match page_after(peers, source, after, PAGE, Duration::ZERO).await {
            Ok(page) => return Ok(page.events),
            Err(error) if tried >= TRIES => {
                return Err(format!("{} does not tell its events: {error}", source.name));
            }
            Err(_) => {
                tried += 1;
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}

/// What came meanwhile is read again by those who follow the feeds: they go on from where these tables end.
fn swap(conn: &mut PgConnection, positions: &[(&'static str, i64)]) -> DbResult<()> {
    one_at_a_time(conn)?;
    tables::swap(conn)?;
    for (source, position) in positions {
        note_position(conn, source, *position)?;
    }
    // Users are mirrored, not counted: told again from the beginning, they come out the same.
    note_position(conn, "auth", 0)?;
    note_change(conn, None)
}

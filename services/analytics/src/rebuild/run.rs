use std::time::Duration;

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use nexus_db::{DbError, DbResult};
use nexus_kernel::business_day;
use nexus_outbox::EventPage;
use nexus_service::App;
use uuid::Uuid;

use super::queries::{self, Rebuild};
use super::tables;
use crate::app::Sources;
use crate::facts;
use crate::facts::feed::{Source, note_change, note_position, one_at_a_time, page_after};
use crate::measures::rollup::recount;
use crate::measures::sql::Tables;

/// Makes the read model anew.
#[derive(Clone)]
pub struct Rebuilder {
    pub app: App,
    pub sources: Sources,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAGE: usize = 1_000;
/// A feed that does not answer right now is asked again so often.
const TRIES: u32 = 10;
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// Deriving and counting everything takes a while; it reads and writes tables that nobody else looks at.
const UNHURRIED: &str = "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '64MB'";

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
        self.app
            .db
            .transaction(move |conn| -> DbResult<()> {
                conn.batch_execute(UNHURRIED)?;
                tables::finish(conn)?;
                facts::derive_everything(conn, Tables::Next, today)
            })
            .await?;
        self.note(id, applied, "counting").await?;
        self.app
            .db
            .transaction(move |conn| -> DbResult<()> {
                conn.batch_execute(UNHURRIED)?;
                recount(conn, Tables::Next)?;
                Ok(conn.batch_execute("ANALYZE next_counts")?)
            })
            .await?;
        self.app
            .db
            .transaction(move |conn| swap(conn, &positions))
            .await?;
        Ok(())
    }

    /// Reads a feed from its beginning to its end. The next page comes while this one is applied.
    async fn read(&self, id: Uuid, source: &Source, applied: &mut i64) -> Result<i64, Failure> {
        let name = source.name;
        let mut page = self.page(source, 0).await?;
        let mut position = 0;
        while let Some(last) = page.events.last() {
            position = last.position;
            let (count, full) = (page.events.len(), page.events.len() == PAGE);
            let today = business_day(self.app.now());
            let apply = self.app.db.transaction(move |conn| -> DbResult<()> {
                conn.batch_execute("SET LOCAL synchronous_commit = off")?;
                facts::apply(conn, Tables::Next, name, &page.events, today)
            });
            let next = async {
                if full {
                    self.page(source, position).await.map(Some)
                } else {
                    Ok(None)
                }
            };
            let (done, next) = tokio::join!(apply, next);
            done?;
            *applied += i64::try_from(count).unwrap_or(0);
            self.note(id, *applied, "reading").await?;
            match next? {
                Some(next) => page = next,
                None => break,
            }
        }
        Ok(position)
    }

    async fn page(&self, source: &Source, after: i64) -> Result<EventPage, Failure> {
        let mut tried = 0;
        loop {
            match page_after(&self.app.peers, source, after, PAGE, Duration::ZERO).await {
                Ok(page) => return Ok(page),
                Err(error) if tried >= TRIES => {
                    return Err(format!("{} does not tell its events: {error}", source.name).into());
                }
                Err(_) => {
                    tried += 1;
                    tokio::time::sleep(TRY_AGAIN).await;
                }
            }
        }
    }

    async fn note(&self, id: Uuid, applied: i64, detail: &'static str) -> Result<(), DbError> {
        let now = self.app.now();
        self.app
            .db
            .transaction(move |conn| queries::note(conn, id, applied, detail, now))
            .await
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

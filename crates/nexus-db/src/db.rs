use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, R2D2Connection};
use nexus_config::Secret;
use tokio::sync::oneshot;

use crate::queue::Queue;
use crate::watch::Watch;
use crate::{DbError, DbResult};

/// How the database is reached.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// `postgres://…`; it names the role, whose search path names the schema.
    pub url: Secret,
    /// How many threads, each with a connection of its own. Four serve two cores best.
    pub threads: usize,
    /// Shown by `pg_stat_activity`.
    pub name: &'static str,
}

/// Work that has not started by then is answered with 503.
const START_WITHIN: Duration = Duration::from_secs(1);
/// How much work may wait.
const QUEUE: usize = 256;
/// A statement that takes longer is cut: no answer of ours needs more.
const PER_CONNECTION: &str = "SET statement_timeout = '8s'; SET lock_timeout = '1s'; SET idle_in_transaction_session_timeout = '10s'";

type Pool = r2d2::Pool<ConnectionManager<PgConnection>>;
type Job = Box<dyn FnOnce(DbResult<&mut PgConnection>) -> Health + Send>;

/// What a job has seen of its connection.
enum Health {
    Good,
    Doubtful,
}

/// A handle to the database threads; cheap to clone.
#[derive(Clone)]
pub struct Db {
    jobs: Arc<Jobs>,
    watch: Arc<Watch>,
}

/// When the last handle is gone, the threads end.
struct Jobs(Arc<Queue<Job>>);

impl Drop for Jobs {
    fn drop(&mut self) {
        self.0.close();
    }
}

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Db {
    /// Starts the threads. They connect when first needed, so this works while PostgreSQL is still down.
    ///
    /// # Panics
    /// When the operating system gives no thread.
    #[must_use]
    pub fn start(settings: &DbSettings) -> Self {
        let pool = pool(settings);
        let queue = Arc::new(Queue::new(settings.threads, QUEUE));
        let watch = Arc::new(Watch::default());
        for number in 0..settings.threads {
            let (pool, queue, watch) = (pool.clone(), Arc::clone(&queue), Arc::clone(&watch));
            thread::Builder::new()
                .name(format!("db-{number}"))
                .spawn(move || work(number, &pool, &queue, &watch))
                .expect("the operating system gives a thread at start");
        }
        let (threads, told) = (settings.threads, Arc::clone(&watch));
        let waiting = Arc::clone(&queue);
        nexus_telemetry::metrics::provide("db", move |page| {
            told.tell(page, threads, waiting.waiting());
        });
        let jobs = Arc::new(Jobs(queue));
        Self { jobs, watch }
    }

    /// Runs work in one transaction: all of it happens, or nothing.
    ///
    /// # Errors
    /// What `work` fails with (nothing is changed), or that the database is down or busy.
    pub async fn transaction<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.run("db.transaction", move |conn| in_transaction(conn, work))
            .await
    }

    /// Runs work that only reads, each statement seeing what is committed when it starts.
    ///
    /// # Errors
    /// What `work` fails with, or that the database is down or busy.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.run("db.read", work).await
    }

    async fn run<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let state = Arc::new(AtomicU8::new(WAITING));
        let started = Arc::clone(&state);
        let span = tracing::debug_span!(target: nexus_telemetry::SPANS, "db", otel.name = name);
        let (asked, request) = (Instant::now(), nexus_telemetry::current_request());
        let part = request.as_ref().and_then(nexus_telemetry::Request::part);
        let watch = Arc::clone(&self.watch);
        let job: Job = Box::new(move |conn| {
            if started
                .compare_exchange(WAITING, STARTED, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
            {
                return Health::Good;
            }
            let _entered = span.entered();
            let begun = Instant::now();
            watch.waited.observe(begun - asked);
            let (result, health) = match conn {
                Ok(conn) => {
                    let result = nexus_telemetry::on_behalf_of(request, || work(conn));
                    watch.worked.observe(begun.elapsed());
                    let health = if result.is_ok() {
                        Health::Good
                    } else {
                        Health::Doubtful
                    };
                    (result, health)
                }
                Err(error) => (Err(E::from(error)), Health::Good),
            };
            // Nobody listens any more when the client went away: the work is done all the same.
            let _gone = answer.send(result);
            health
        });
        if !self.jobs.0.push(part, job) {
            self.watch.full();
            return Err(DbError::Busy.into());
        }
        tokio::pin!(answered);
        if let Ok(result) = tokio::time::timeout(START_WITHIN, &mut answered).await {
            return result.unwrap_or_else(|_| Err(lost().into()));
        }
        if state
            .compare_exchange(WAITING, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
        {
            self.watch.late();
            return Err(DbError::Busy.into());
        }
        answered.await.unwrap_or_else(|_| Err(lost().into()))
    }
}

/// The thread dropped the answer: the work panicked.
fn lost() -> DbError {
    DbError::Unreachable("the work did not end".to_owned())
}

fn pool(settings: &DbSettings) -> Pool {
    let threads = u32::try_from(settings.threads).unwrap_or(1);
    r2d2::Pool::builder()
        .max_size(threads)
        .min_idle(Some(0))
        .test_on_check_out(true)
        .connection_timeout(Duration::from_millis(800))
        .idle_timeout(None)
        .max_lifetime(None)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .connection_customizer(Box::new(Prepared(settings.name)))
        .build_unchecked(ConnectionManager::new(settings.url.expose()))
}

#[derive(Debug)]
struct Prepared(&'static str);

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Prepared {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(&format!(
            "{PER_CONNECTION}; SET application_name = 'nexus-{}'",
            self.0
        ))
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// A database thread: it keeps its connection until that breaks.
fn work(number: usize, pool: &Pool, jobs: &Queue<Job>, watch: &Watch) {
    let mut held = None;
    while let Some(job) = jobs.take(number) {
        let _busy = watch.busy();
        if held.is_none() {
            match pool.get() {
                Ok(conn) => {
                    held = Some(conn);
                    watch.connected();
                }
                Err(error) => {
                    watch.unreachable();
                    job(Err(DbError::Unreachable(error.to_string())));
                    continue;
                }
            }
        }
        let Some(conn) = held.as_mut() else { continue };
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(Ok(&mut *conn))));
        let broken = match outcome {
            Ok(Health::Good) => false,
            Ok(Health::Doubtful) => conn.ping().is_err(),
            Err(_panic) => true,
        };
        if broken {
            // The pool tests what it hands out, so nobody is given this one again.
            held = None;
            watch.disconnected();
        }
    }
}

enum Failure<E> {
    Database(diesel::result::Error),
    Work(E),
}

impl<E> From<diesel::result::Error> for Failure<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

fn in_transaction<T, E: From<DbError>>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    use diesel::Connection;
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let result = conn.transaction(|conn| work(conn).map_err(Failure::Work));
    result.map_err(|failure| match failure {
        Failure::Database(error) => DbError::from(error).into(),
        Failure::Work(error) => error,
    })
}

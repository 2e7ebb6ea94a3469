//! The background task that checks and runs imports: one at a time, a batch at a time. What it has done and where it is
//! are committed together, so that whoever goes on after a crash does nothing twice.

use std::sync::Arc;
use std::time::Duration;

use nexus_db::DbError;
use nexus_kernel::UserId;
use nexus_service::App;
use tokio::sync::Notify;
use uuid::Uuid;

use super::guess::Kind;
use super::intake::{self, BATCH, Planned, Step, users};
use super::model::{Import, ImportId, ImportStatus, Phase};
use super::queries;
use nexus_records::users as people_mirror;

/// Rung when there is work; other replicas find it within [`LOOK_EVERY`].
static WORK: Notify = Notify::const_new();

const LOOK_EVERY: Duration = Duration::from_secs(2);
const AGAIN_AFTER: Duration = Duration::from_millis(300);
/// A worker that is silent for longer has died. A batch holds its row locked, so it may take longer than this.
const CLAIM_SECONDS: f64 = 10.0;
/// After so many tries in a row an import has failed.
const TRIES: u32 = 40;
/// Uploads that broke off are kept no longer.
const UPLOAD_HOURS: i64 = 1;
/// How long imported people may take to arrive in the mirror.
const MIRROR: Duration = Duration::from_secs(20);

/// Tells the worker that there is something to do.
pub fn ring() {
    WORK.notify_waiters();
}

/// Works for ever.
pub async fn work(app: App) {
    let me = Uuid::now_v7();
    loop {
        let claimed = app
            .db
            .transaction(move |conn| queries::claim(conn, me, CLAIM_SECONDS))
            .await;
        match claimed {
            Ok(Some(id)) => finish(&app, me, id).await,
            Ok(None) => {
                forget_broken_uploads(&app).await;
                let _rung = tokio::time::timeout(LOOK_EVERY, WORK.notified()).await;
            }
            Err(error) => {
                tracing::debug!(cause = %error, "imports wait for the database");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn forget_broken_uploads(app: &App) {
    let before = app.now() - chrono::Duration::hours(UPLOAD_HOURS);
    let gone = app
        .db
        .transaction(move |conn| queries::drop_uploads_before(conn, before));
    if let Err(error) = gone.await {
        tracing::debug!(cause = %error, "broken uploads stay for now");
    }
}

/// Why a batch was not done.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Peer(#[from] nexus_peers::PeerError),
}

/// Does one import to its end, however often a batch must be tried.
async fn finish(app: &App, me: Uuid, id: ImportId) {
    let mut planned = Arc::new(Planned::default());
    let (mut size, mut tries, mut begun) = (BATCH, 0, false);
    loop {
        match batch(app, me, id, Arc::clone(&planned), size, begun).await {
            Ok(Step::More(fresh)) => {
                (begun, tries) = (true, 0);
                size = (size * 4).min(BATCH);
                // The batch that shared it is over.
                if let Some(planned) = Arc::get_mut(&mut planned) {
                    planned.extend(fresh);
                }
            }
            Ok(Step::Done) => return count_again(app, id).await,
            Ok(Step::Lost) => return,
            Err(trouble) => {
                tries += 1;
                tracing::warn!(import = %id, cause = %trouble, tries, "a batch of an import is tried again");
                // Something another writer did in between is seen next time; a row at a time finds what does not go.
                if matches!(trouble, Trouble::Db(DbError::Constraint { .. })) {
                    size = (size / 10).max(1);
                }
                if tries >= TRIES {
                    give_up(app, me, id, &trouble).await;
                    return;
                }
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

async fn batch(
    app: &App,
    me: Uuid,
    id: ImportId,
    planned: Arc<Planned>,
    size: usize,
    begun: bool,
) -> Result<Step, Trouble> {
    let now = app.now();
    let import = app
        .db
        .transaction(move |conn| mine(conn, me, id, begun))
        .await?;
    let Some(import) = import else {
        return Ok(Step::Lost);
    };
    if import.kind == Kind::Users && import.phase == Phase::Rows {
        return people(app, me, import).await;
    }
    let step = app.db.transaction(move |conn| {
        let claimed = queries::lock_claimed(conn, me, id, CLAIM_SECONDS)?;
        match claimed {
            Some(import) => intake::step(conn, import, &planned, size, now),
            None => Ok(Step::Lost),
        }
    });
    step.await.map_err(Trouble::Db)
}

/// The import, if it is still this worker's. A check that another worker had begun is begun afresh: what it planned was
/// in that worker's memory.
fn mine(
    conn: &mut diesel::PgConnection,
    me: Uuid,
    id: ImportId,
    begun: bool,
) -> Result<Option<Import>, DbError> {
    let claimed = queries::lock_claimed(conn, me, id, CLAIM_SECONDS)?;
    let Some(mut import) = claimed else {
        return Ok(None);
    };
    if import.status == ImportStatus::Checking && !begun && import.read_offset > 0 {
        import.start_over();
        queries::clear_rows(conn, id)?;
        queries::save(conn, &import)?;
    }
    Ok(Some(import))
}

/// A batch of people: read, asked for, told.
async fn people(app: &App, me: Uuid, import: Import) -> Result<Step, Trouble> {
    let (id, now) = (import.id, app.now());
    let actor = import.started_by.unwrap_or(import.created_by);
    let applies = import.status == ImportStatus::Running;
    let (batch, asked) = app
        .db
        .read(move |conn| -> Result<_, DbError> {
            let batch = intake::read(conn, &import, users::AT_ONCE)?;
            let job = intake::Job::of(conn, import, now)?;
            let asked = users::people(&job, &batch.parted().0);
            Ok((batch, asked))
        })
        .await?;
    let (verdicts, ids) = if applies {
        users::ask(app, actor, asked).await?
    } else {
        let foreseen = app.db.read(move |conn| users::foreseen(conn, asked));
        (foreseen.await?, Vec::new())
    };
    arrive(app, ids).await;
    let step = app.db.transaction(move |conn| -> Result<Step, DbError> {
        let Some(mut import) = queries::lock_claimed(conn, me, id, CLAIM_SECONDS)? else {
            return Ok(Step::Lost);
        };
        let (rows, bad) = batch.parted();
        intake::tell(conn, &mut import, &rows, &bad, verdicts)?;
        (import.read_offset, import.read_line) = batch.ends;
        if batch.ended {
            import.phase = Phase::Parents;
        }
        queries::save(conn, &import)?;
        Ok(Step::More(Planned::default()))
    });
    Ok(step.await?)
}

/// After many rows PostgreSQL plans with what it knew before them, until its own housekeeping comes by.
async fn count_again(app: &App, id: ImportId) {
    if let Err(error) = app.db.transaction(queries::refresh_statistics).await {
        tracing::warn!(import = %id, cause = %error, "statistics are left to PostgreSQL's own housekeeping");
    }
}

/// Waits until crm knows these people, so that the next file finds them; not for ever.
async fn arrive(app: &App, ids: Vec<UserId>) {
    let until = tokio::time::Instant::now() + MIRROR;
    let wanted = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    while wanted > 0 && tokio::time::Instant::now() < until {
        let ids = ids.clone();
        let known = app
            .db
            .read(move |conn| people_mirror::queries::count_known(conn, &ids))
            .await;
        if matches!(known, Ok(known) if known >= wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn give_up(app: &App, me: Uuid, id: ImportId, trouble: &Trouble) {
    let reason = match trouble {
        Trouble::Peer(_) => {
            "The people cannot be imported: auth does not answer. Run it again later."
        }
        Trouble::Db(_) => {
            "The rows cannot be stored. What is imported so far stays; run it again later."
        }
    };
    tracing::error!(import = %id, cause = %trouble, "an import failed");
    let now = app.now();
    let failed = app.db.transaction(move |conn| -> Result<(), DbError> {
        if let Some(mut import) = queries::lock_claimed(conn, me, id, CLAIM_SECONDS)? {
            import.status = ImportStatus::Failed;
            import.version += 1;
            import.error = Some(reason.to_owned());
            import.finished_at = Some(now);
            queries::save(conn, &import)?;
        }
        Ok(())
    });
    if let Err(error) = failed.await {
        tracing::warn!(import = %id, cause = %error, "the failure could not be noted; the import is tried again");
    }
}

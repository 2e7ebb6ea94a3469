//! The background task that makes plans: two makers in each replica, one agent after the other, saying how far they are.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use nexus_db::DbError;
use nexus_kernel::UserId;
use nexus_problem::Problem;
use nexus_service::App;
use serde_json::json;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use uuid::Uuid;

use super::engines::{Engines, Failed};
use super::gather::gather;
use super::model::{Plan, PlanId, PlanTrouble};
use super::outcome::PlanOutcome;
use super::queries;
use super::shares::shares;
use super::solve::Making;

/// Rung when there is work; other replicas find it within [`LOOK_EVERY`].
static WORK: Notify = Notify::const_new();
/// Rung when a plan has moved on.
static MOVED: Notify = Notify::const_new();
/// Rung when a plan was cancelled here.
static TOLD: Notify = Notify::const_new();

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A maker says that it lives, and learns whether it is still wanted, so often.
const ALIVE_EVERY: Duration = Duration::from_secs(1);
/// A maker that is silent for longer has died; another makes the plan anew.
const CLAIM_SECONDS: f64 = 10.0;
/// One of the makers leaves what is more work than this to the other, so that a day does not wait behind a month.
const SHORT_AGENT_DAYS: i32 = 7;
const KEPT_DAYS: i64 = 30;
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Tells the makers that there is something to do.
pub fn ring() {
    WORK.notify_waiters();
}

/// Tells the makers that a plan was cancelled.
pub fn told() {
    TOLD.notify_waiters();
    MOVED.notify_waiters();
}

/// Ends when some plan has moved on since this was asked for: ask before looking, and nothing is missed in between.
pub fn moved() -> Notified<'static> {
    MOVED.notified()
}

/// Works for ever: one maker for whatever comes, one for what is short.
pub async fn work(app: App, engines: Engines) {
    let short = work_on(app.clone(), engines.clone(), SHORT_AGENT_DAYS);
    let long = work_on(app.clone(), engines, i32::MAX);
    tokio::join!(long, short, forget_old(app));
}

async fn work_on(app: App, engines: Engines, most: i32) {
    let me = Uuid::now_v7();
    loop {
        // Whoever rings while one looks is heard.
        let rung = WORK.notified();
        let claimed = app
            .db
            .transaction(move |conn| queries::claim(conn, me, most, CLAIM_SECONDS))
            .await;
        match claimed {
            Ok(Some(plan)) => make(&app, &engines, me, plan).await,
            Ok(None) => {
                let _rung = tokio::time::timeout(LOOK_EVERY, rung).await;
            }
            Err(error) => {
                tracing::debug!(cause = %error, "plans wait for the database");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn forget_old(app: App) {
    loop {
        let before = app.now() - chrono::Duration::days(KEPT_DAYS);
        let forgotten = app
            .db
            .transaction(move |conn| queries::forget(conn, before));
        if let Err(error) = forgotten.await {
            tracing::debug!(cause = %error, "old plans stay for now");
        }
        tokio::time::sleep(FORGET_EVERY).await;
    }
}

/// Why a plan was not made.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Failed(#[from] Failed),
    #[error("the request cannot be read")]
    Unreadable,
}

async fn make(app: &App, engines: &Engines, me: Uuid, plan: Plan) {
    let (id, now, begun) = (plan.id, app.now(), Instant::now());
    let made = tokio::select! {
        made = outcome(app, engines, me, plan) => made,
        // Dropping the work ends the call to the optimiser, which then stops, too.
        () = unwanted(app, me, id) => return,
    };
    let made = match made {
        Ok(outcome) => Ok(json!(outcome)),
        Err(trouble) => {
            tracing::warn!(plan = %id, cause = %trouble, "a plan was not made");
            Err(json!(trouble.told()))
        }
    };
    let saved = app
        .db
        .transaction(move |conn| queries::finish(conn, me, id, made, now))
        .await;
    match saved {
        Ok(_) => tracing::debug!(plan = %id, millis = millis(begun), "a plan is made"),
        Err(error) => {
            tracing::warn!(plan = %id, cause = %error, "a plan could not be saved; it is made again");
        }
    }
    MOVED.notify_waiters();
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Says again and again that the maker lives; ends when the plan was cancelled, or taken over.
async fn unwanted(app: &App, me: Uuid, id: PlanId) {
    loop {
        let _rung = tokio::time::timeout(ALIVE_EVERY, TOLD.notified()).await;
        let still = app
            .db
            .transaction(move |conn| queries::alive(conn, me, id, CLAIM_SECONDS))
            .await;
        match still {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::debug!(plan = %id, cause = %error, "a plan's maker is silent"),
        }
    }
}

/// What went wrong with an engine, and what to do.
fn words(failed: &Failed) -> (&'static str, &'static str) {
    match failed {
        Failed::Optimizer(_) => (
            "optimizer",
            "The route optimiser does not answer. What is planned stays; try again in a moment, or put a tour together by hand.",
        ),
        Failed::Lie(_) => (
            "answer",
            "The route optimiser's answer does not keep what it was given, so it is not shown. What is planned stays; try again, or put a tour together by hand.",
        ),
    }
}

/// 503 with what to do.
#[must_use]
pub fn unavailable(failed: &Failed) -> Problem {
    tracing::warn!(cause = %failed, "an engine is of no use");
    Problem::unavailable(words(failed).1)
}

impl Trouble {
    fn told(&self) -> PlanTrouble {
        let (code, detail) = match self {
            Self::Failed(failed) => words(failed),
            Self::Db(_) | Self::Unreadable => (
                "database",
                "The plan could not be made. Try again in a moment.",
            ),
        };
        PlanTrouble {
            code: code.to_owned(),
            detail: detail.to_owned(),
        }
    }
}

async fn outcome(
    app: &App,
    engines: &Engines,
    me: Uuid,
    plan: Plan,
) -> Result<PlanOutcome, Trouble> {
    let (id, now) = (plan.id, app.now());
    let request = plan.wanted().ok_or(Trouble::Unreadable)?;
    let agents = request.agent_ids.clone();
    let mut shared = falls(app, &plan, &agents).await?;
    let mut all = PlanOutcome::default();
    for (done, agent) in agents.iter().copied().enumerate() {
        let (wish, shared) = (request.clone(), shared.remove(&agent).unwrap_or_default());
        let begun = Instant::now();
        let ground = app
            .db
            .read(move |conn| gather(conn, agent, &wish, &shared, now))
            .await?;
        tracing::debug!(plan = %id, shops = ground.shops.len(), millis = millis(begun), "an agent's ground is read");
        let mut making = Making::new(ground);
        while making.step(engines).await? {
            let (weeks, of) = making.progress();
            let share = (done * of + weeks) * 99 / (agents.len() * of);
            // What is all but ready is not worth a word.
            if share < 99 {
                say(app, me, id, share).await?;
            }
        }
        tracing::debug!(plan = %id, millis = millis(begun), "an agent's days are planned");
        all.extend(making.outcome());
    }
    Ok(all)
}

/// The shops without an owner, by the agent to whom they fall.
async fn falls(
    app: &App,
    plan: &Plan,
    agents: &[UserId],
) -> Result<HashMap<UserId, Vec<Uuid>>, DbError> {
    if !plan.unowned {
        return Ok(HashMap::new());
    }
    let team = agents.to_vec();
    app.db.read(move |conn| shares(conn, &team)).await
}

async fn say(app: &App, me: Uuid, id: PlanId, share: usize) -> Result<(), DbError> {
    let share = i16::try_from(share).unwrap_or(99);
    app.db
        .transaction(move |conn| queries::progress(conn, me, id, share, CLAIM_SECONDS))
        .await?;
    MOVED.notify_waiters();
    Ok(())
}

//! The background task that makes plans: one at a time in each replica, one agent after the other, saying how far it is.

use std::collections::HashMap;
use std::time::Duration;

use nexus_db::DbError;
use nexus_kernel::UserId;
use nexus_problem::Problem;
use nexus_service::App;
use serde_json::json;
use tokio::sync::Notify;
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

/// Tells the makers that there is something to do.
pub fn ring() {
    WORK.notify_waiters();
    WORK.notify_one();
}

/// Tells the makers that a plan was cancelled.
pub fn told() {
    TOLD.notify_waiters();
    MOVED.notify_waiters();
}

/// Waits until some plan has moved on, not for long.
pub async fn moved(at_most: Duration) {
    let _rung = tokio::time::timeout(at_most, MOVED.notified()).await;
}

/// Works for ever: one maker for whatever comes, one for what is short.
pub async fn work(app: App, engines: Engines) {
    let short = work_on(app.clone(), engines.clone(), SHORT_AGENT_DAYS);
    tokio::join!(work_on(app, engines, i32::MAX), short);
}

async fn work_on(app: App, engines: Engines, most: i32) {
    let me = Uuid::now_v7();
    loop {
        let claimed = app
            .db
            .transaction(move |conn| queries::claim(conn, me, most, CLAIM_SECONDS))
            .await;
        match claimed {
            Ok(Some(plan)) => make(&app, &engines, me, plan).await,
            Ok(None) => {
                forget_old(&app).await;
                let _rung = tokio::time::timeout(LOOK_EVERY, WORK.notified()).await;
            }
            Err(error) => {
                tracing::debug!(cause = %error, "plans wait for the database");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn forget_old(app: &App) {
    let before = app.now() - chrono::Duration::days(KEPT_DAYS);
    if let Err(error) = app
        .db
        .transaction(move |conn| queries::forget(conn, before))
        .await
    {
        tracing::debug!(cause = %error, "old plans stay for now");
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
    let (id, now) = (plan.id, app.now());
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
    if let Err(error) = saved {
        tracing::warn!(plan = %id, cause = %error, "a plan could not be saved; it is made again");
    }
    MOVED.notify_waiters();
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
        Failed::Roads(_) => (
            "roads",
            "The road engine does not answer. What is planned stays; try again in a moment.",
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
        let ground = app
            .db
            .read(move |conn| gather(conn, agent, &wish, &shared, now))
            .await?;
        let mut making = Making::new(ground);
        while making.step(engines).await? {
            let (weeks, of) = making.progress();
            let share = (done * of + weeks) * 99 / (agents.len() * of);
            say(app, me, id, share).await?;
        }
        all.extend(making.outcome());
        say(app, me, id, (done + 1) * 99 / agents.len()).await?;
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

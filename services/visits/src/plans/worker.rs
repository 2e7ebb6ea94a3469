//! The background task that makes plans: one at a time in each replica, one agent after the other, saying how far it is.

use std::time::Duration;

use nexus_db::DbError;
use nexus_service::App;
use serde_json::json;
use tokio::sync::Notify;
use uuid::Uuid;

use super::gather::gather;
use super::model::{Plan, PlanOutcome, PlanRequest, PlanTrouble};
use super::queries;
use super::solve::{Engines, Failed};

/// Rung when there is work; other replicas find it within [`LOOK_EVERY`].
static WORK: Notify = Notify::const_new();
/// Rung when a plan has moved on.
static MOVED: Notify = Notify::const_new();

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A worker that is silent for longer has died: longer than the optimiser's deadline.
const CLAIM_SECONDS: f64 = 90.0;
const KEPT_DAYS: i64 = 30;

/// Tells the worker that there is something to do.
pub fn ring() {
    WORK.notify_one();
}

/// Waits until some plan has moved on, not for long.
pub async fn moved(at_most: Duration) {
    let _rung = tokio::time::timeout(at_most, MOVED.notified()).await;
}

/// Works for ever.
pub async fn work(app: App, engines: Engines) {
    let me = Uuid::now_v7();
    loop {
        let claimed = app
            .db
            .transaction(move |conn| queries::claim(conn, me, CLAIM_SECONDS))
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
    #[error("cancelled, or taken over")]
    Lost,
}

async fn make(app: &App, engines: &Engines, me: Uuid, plan: Plan) {
    let (id, now) = (plan.id, app.now());
    let made = match outcome(app, engines, me, plan).await {
        Ok(outcome) => Ok(json!(outcome)),
        Err(Trouble::Lost) => return,
        Err(trouble) => {
            tracing::warn!(plan = %id, cause = %trouble, "a plan was not made");
            Err(json!(told(&trouble)))
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

fn told(trouble: &Trouble) -> PlanTrouble {
    let (code, detail) = match trouble {
        Trouble::Failed(Failed::Optimizer(_)) => (
            "optimizer",
            "The route optimiser does not answer. What is planned stays; try again in a moment, or put a tour together by hand.",
        ),
        Trouble::Failed(Failed::Lie(_)) => (
            "answer",
            "The route optimiser's answer does not keep the hours it was given, so it is not shown. Try again, or put a tour together by hand.",
        ),
        Trouble::Failed(Failed::Roads(_)) => (
            "roads",
            "The road engine does not answer. Try again in a moment; without one, distances are estimated.",
        ),
        Trouble::Db(_) | Trouble::Lost => (
            "database",
            "The plan could not be made. Try again in a moment.",
        ),
    };
    PlanTrouble {
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

async fn outcome(
    app: &App,
    engines: &Engines,
    me: Uuid,
    plan: Plan,
) -> Result<PlanOutcome, Trouble> {
    let now = app.now();
    let request: PlanRequest = serde_json::from_value(plan.request).map_err(|_| Trouble::Lost)?;
    let agents = request.agent_ids.clone();
    let mut all = PlanOutcome::default();
    for (done, agent) in agents.iter().copied().enumerate() {
        let wish = request.clone();
        let gathered = app
            .db
            .read(move |conn| gather(conn, agent, &wish, now))
            .await?;
        let part = engines.solve(gathered).await?;
        all.tours.extend(part.tours);
        all.left_out.extend(part.left_out);
        all.left_out_count += part.left_out_count;
        all.days_off.extend(part.days_off);
        let share = i16::try_from((done + 1) * 99 / agents.len()).unwrap_or(99);
        let id = plan.id;
        let still = app
            .db
            .transaction(move |conn| queries::progress(conn, me, id, share, CLAIM_SECONDS))
            .await?;
        MOVED.notify_waiters();
        if !still {
            return Err(Trouble::Lost);
        }
    }
    Ok(all)
}

//! Sends what was invented through the public API, each record by the colleague whose it is.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::clients::Bundle;
use super::deals::{Deal, Goal};
use super::staff::{Staff, is_there};
use crate::api::{Api, Refusal};

/// Enough to keep two cores busy, too few to be turned away.
const AT_ONCE: usize = 6;
const LEARN_TRIES: u32 = 50;
const LEARN_PAUSE: Duration = Duration::from_millis(200);

/// What deals need to know of the installation.
struct Ground {
    /// The open stages in their order.
    stages: Vec<String>,
    reasons: Vec<String>,
}

/// Fills in what is missing; answers how many clients were new.
pub async fn fill(staff: &Staff, bundles: &[Bundle]) -> Result<usize> {
    let ground = ground(staff.admin()).await?;
    let place = |bundle| place(staff, &ground, bundle);
    let new: Vec<bool> = stream::iter(bundles)
        .map(place)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(new.into_iter().filter(|new| *new).count())
}

async fn ground(api: &Api) -> Result<Ground> {
    let pipelines = api.get("/pipelines").await?;
    let all = pipelines["items"].as_array().context("no pipelines")?;
    let pipeline = all
        .iter()
        .find(|pipeline| pipeline["is_default"] == true)
        .context("no default pipeline")?;
    let stages = pipeline["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|stage| stage["outcome"] == "open");
    let reasons = api.get("/lost-reasons").await?;
    let ground = Ground {
        stages: ids(stages),
        reasons: ids(reasons["items"].as_array().into_iter().flatten()),
    };
    if ground.stages.is_empty() || ground.reasons.is_empty() {
        bail!("the default pipeline has no open stage, or there are no lost reasons: see Settings");
    }
    Ok(ground)
}

fn ids<'a>(records: impl Iterator<Item = &'a Value>) -> Vec<String> {
    records
        .filter_map(|record| record["id"].as_str().map(str::to_owned))
        .collect()
}

async fn place(staff: &Staff, ground: &Ground, bundle: &Bundle) -> Result<bool> {
    let api = staff.member(bundle.owner);
    let path = format!("/clients/{}", bundle.id);
    match api.get(&path).await {
        Ok(client) if client["external_ref"] == bundle.reference.as_str() => return Ok(false),
        Ok(_) => {}
        Err(error) if refused_with(&error, 404) => create_client(api, bundle).await?,
        Err(error) => return Err(error),
    }
    if let Some(site) = &bundle.second_site {
        add(api, &format!("{path}/sites"), site).await?;
    }
    for contact in &bundle.contacts {
        add(api, &format!("{path}/contacts"), contact).await?;
    }
    for deal in &bundle.deals {
        play(api, ground, deal).await?;
    }
    for talk in &bundle.talks {
        add(api, "/interactions", talk).await?;
    }
    let client = api.get(&path).await?;
    api.patch(&path, &client, &json!({ "external_ref": bundle.reference }))
        .await?;
    Ok(true)
}

/// A colleague who was invited a moment ago is known to crm only after the event has arrived there.
async fn create_client(api: &Api, bundle: &Bundle) -> Result<()> {
    for _ in 0..LEARN_TRIES {
        match add(api, "/clients", &bundle.client).await {
            Err(error) if owner_unknown(&error) => sleep(LEARN_PAUSE).await,
            done => return done,
        }
    }
    add(api, "/clients", &bundle.client).await
}

fn owner_unknown(error: &anyhow::Error) -> bool {
    let errors = error
        .downcast_ref::<Refusal>()
        .and_then(|refusal| refusal.problem["errors"].as_array());
    errors.is_some_and(|errors| errors.iter().any(|error| error["pointer"] == "/owner_id"))
}

pub async fn add(api: &Api, path: &str, record: &Value) -> Result<()> {
    let key = format!("nexus-demo-{}", record["id"].as_str().unwrap_or_default());
    match api.post_once(path, &key, record).await {
        Err(error) if !is_there(&error) => Err(error.context(format!("POST {path} {record}"))),
        _ => Ok(()),
    }
}

/// From the first stage on, step by step, so that the history is there to look at.
async fn play(api: &Api, ground: &Ground, deal: &Deal) -> Result<()> {
    add(api, "/opportunities", &deal.body).await?;
    let path = format!(
        "/opportunities/{}",
        deal.body["id"].as_str().unwrap_or_default()
    );
    let now = api.get(&path).await?;
    if now["status"] != "open" {
        return Ok(());
    }
    let last = ground.stages.len() - 1;
    let goal = match deal.goal {
        Goal::Open { steps } => steps.min(last),
        Goal::Won { .. } => last,
        Goal::Lost { reason, .. } => reason % (last + 1),
    };
    let here = ground
        .stages
        .iter()
        .position(|stage| now["stage_id"] == stage.as_str())
        .unwrap_or(0);
    for stage in ground.stages.iter().take(goal + 1).skip(here + 1) {
        api.post(&format!("{path}/move"), &json!({ "stage_id": stage }))
            .await?;
    }
    match deal.goal {
        Goal::Open { .. } => {}
        Goal::Won { on } => drop(
            api.post(
                &format!("{path}/win"),
                &json!({ "closed_on": on.to_string() }),
            )
            .await?,
        ),
        Goal::Lost { on, reason } => {
            let reason = &ground.reasons[reason % ground.reasons.len()];
            let body = json!({ "lost_reason_id": reason, "closed_on": on.to_string() });
            api.post(&format!("{path}/lose"), &body).await?;
        }
    }
    Ok(())
}

fn refused_with(error: &anyhow::Error, status: u16) -> bool {
    error
        .downcast_ref::<Refusal>()
        .is_some_and(|refusal| refusal.status == status)
}

//! A tour for each agent's next working day, planned and accepted as an agent would.

use anyhow::{Context, Result, bail};
use chrono::{Days, NaiveDate};
use serde_json::json;

use super::staff::is_there;
use super::visits::next_working_day;
use crate::api::Api;

/// A plan is asked for again and again …
const TRIES: u32 = 10;
/// … and each answer may wait so many seconds for it.
const WAIT: u32 = 4;

/// A tour of a day, planned and accepted. Without an optimiser there is none, and nothing else suffers.
pub async fn plan_soon(api: &Api, today: NaiveDate) -> Result<()> {
    let first = next_working_day(today);
    // In the evening nothing is left of today.
    if !plan(api, first).await? {
        plan(api, next_working_day(first + Days::new(1))).await?;
    }
    Ok(())
}

/// Whether the day has a tour then.
async fn plan(api: &Api, day: NaiveDate) -> Result<bool> {
    let tours = api.get(&format!("/tours?from={day}&until={day}")).await?;
    if tours["items"]
        .as_array()
        .is_some_and(|tours| !tours.is_empty())
    {
        return Ok(true);
    }
    let plan = api
        .post("/plans", &json!({"from": day, "until": day}))
        .await?;
    let path = format!(
        "/plans/{}",
        plan["id"].as_str().context("a plan has an id")?
    );
    for _ in 0..TRIES {
        let plan = api.get(&format!("{path}?wait={WAIT}")).await?;
        match plan["status"].as_str() {
            Some("ready") if plan["outcome"]["tours"] == json!([]) => return Ok(false),
            Some("ready") => {
                let accepted = api.post(&format!("{path}/accept"), &json!({})).await;
                return match accepted {
                    Err(error) if !is_there(&error) => Err(error).context("accepting a tour"),
                    _ => Ok(true),
                };
            }
            Some("queued" | "running") => {}
            _ => {
                println!("no tour for {day}: {}", plan["problem"]["detail"]);
                return Ok(true);
            }
        }
    }
    bail!("a plan for {day} is not ready after {} s", TRIES * WAIT)
}

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::ReadVisits;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, FieldErrors, Problem, Query};
use nexus_records::{Viewer, users};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{Counts, Figures};
use super::queries;

/// A longer stretch in one answer serves nobody.
const DAYS_MOST: i64 = 400;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/visits/figures").route(get().to(show)));
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiguresQuery {
    /// First business day.
    from: NaiveDate,
    /// Last business day; 400 days at most.
    until: NaiveDate,
    /// Whose; everybody's whom the caller reaches when not given.
    #[param(value_type = Option<Uuid>)]
    agent_id: Option<UserId>,
}

/// One agent's figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentFigures {
    agent_id: Uuid,
    agent_name: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// One day's figures, of all agents together.
#[derive(Debug, Serialize, ToSchema)]
pub struct DateFigures {
    day: NaiveDate,
    #[serde(flatten)]
    figures: Figures,
}

/// How visits went between two days.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresReport {
    from: NaiveDate,
    until: NaiveDate,
    total: Figures,
    agents: Vec<AgentFigures>,
    days: Vec<DateFigures>,
}

fn whose<'a>(
    viewer: &'a Viewer,
    agent: Option<&'a UserId>,
) -> Result<Option<&'a [UserId]>, Problem> {
    match agent {
        Some(agent) if viewer.reaches(Some(*agent)) => Ok(Some(std::slice::from_ref(agent))),
        Some(_) => Err(Problem::not_found("user")),
        None => Ok(viewer.owners()),
    }
}

fn report(
    conn: &mut PgConnection,
    viewer: &Viewer,
    query: &FiguresQuery,
) -> Result<FiguresReport, Problem> {
    let agents = whose(viewer, query.agent_id.as_ref())?;
    let days = queries::days(conn, agents, query.from, query.until)?;
    let mut total = Counts::default();
    let mut by_agent: BTreeMap<Uuid, Counts> = BTreeMap::new();
    let mut by_day: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
    for day in &days {
        total = total.and(&day.counts);
        let of_agent = by_agent.entry(day.agent_id).or_default();
        *of_agent = of_agent.and(&day.counts);
        let of_day = by_day.entry(day.day).or_default();
        *of_day = of_day.and(&day.counts);
    }
    let ids: Vec<UserId> = by_agent.keys().map(|id| UserId::from_uuid(*id)).collect();
    let names = users::queries::names(conn, &ids)?;
    let agents = by_agent.into_iter().map(|(agent_id, counts)| AgentFigures {
        agent_id,
        agent_name: names.get(&UserId::from_uuid(agent_id)).cloned(),
        figures: counts.into(),
    });
    let days = by_day.into_iter().map(|(day, counts)| DateFigures {
        day,
        figures: counts.into(),
    });
    Ok(FiguresReport {
        from: query.from,
        until: query.until,
        total: total.into(),
        agents: agents.collect(),
        days: days.collect(),
    })
}

/// Planned against done, appointments kept, the share of driving, visits a day: in all, by agent and by day.
#[utoipa::path(get, path = "/api/v1/visits/figures", operation_id = "visits_figures", tag = "visits",
    params(FiguresQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = FiguresReport), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<FiguresQuery>,
) -> ApiResult<Json<FiguresReport>> {
    if !(0..DAYS_MOST).contains(&(query.until - query.from).num_days()) {
        let detail = format!("It ends when it begins or later, at most {DAYS_MOST} days.");
        return Err(Problem::from(FieldErrors::one("until", "until.order", detail)).into());
    }
    let found = app
        .db
        .read(move |conn| -> Result<FiguresReport, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            report(conn, &viewer, &query)
        })
        .await?;
    Ok(Json(found))
}

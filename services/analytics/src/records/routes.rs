use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_kernel::{Page, business_day};
use nexus_problem::{ApiResult, Problem, Query};
use nexus_records::Viewer;
use nexus_service::{App, page_limit, read_cursor};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Listed, RecordLine, Without};
use super::queries::{self, Listing};
use crate::dashboard::names::Names;
use crate::filter::scoped;
use crate::filtered_query;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/records").route(get().to(list)));
}

filtered_query! {
    /// Which records.
    RecordsQuery {
        /// What is counted: `won`, `open`, `lead_status`, `task_late`, …; every figure names its own.
        measure: String,
        /// The measure's own key: a stage, a reason, a kind, a status, a phase. Of `funnel` also a pipeline, for all that
        /// began in it, and `{pipeline}:won`.
        key: Option<String>,
        /// Only records that have none of this.
        #[param(inline)]
        without: Option<Without>,
        /// Say how many there are, and what they come to.
        #[serde(default)]
        count: bool,
        limit: Option<u32>,
        cursor: Option<String>,
    }
}

/// A page of records, and what all pages come to when asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordsPage {
    #[serde(flatten)]
    pub page: Page<RecordLine>,
    /// What the figure says: with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cents: Option<i64>,
}

/// The records behind a figure, the newest first. The filter is the dashboard's.
#[utoipa::path(get, path = "/api/v1/analytics/records", operation_id = "analytics_records", tag = "analytics",
    params(RecordsQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = RecordsPage), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Query(query): Query<RecordsQuery>,
) -> ApiResult<Json<RecordsPage>> {
    let (limit, after) = (
        page_limit(query.limit)?,
        read_cursor(query.cursor.as_deref())?,
    );
    let now = app.now();
    let page = app
        .db
        .read(move |conn| -> Result<RecordsPage, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let names = Names::load(conn)?;
            let listing = listing(conn, &viewer, &query, now)?;
            let lines = queries::page(conn, &names, &listing, after, limit)?;
            let mut page = Page::cut(lines, limit, |line| (line.day, line.id));
            let sums = query
                .count
                .then(|| queries::count(conn, &names, &listing))
                .transpose()?;
            page.total = sums.map(|(lines, _, _)| lines);
            Ok(RecordsPage {
                page,
                count: sums.map(|sums| sums.1),
                cents: sums.map(|sums| sums.2),
            })
        })
        .await?;
    Ok(Json(page))
}

fn listing(
    conn: &mut PgConnection,
    viewer: &Viewer,
    query: &RecordsQuery,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Listing, Problem> {
    let listed = Listed::of(&query.measure)?;
    let mut filter = query.filter();
    if listed.is_until() && filter.from.is_none() {
        filter.from = chrono::NaiveDate::from_ymd_opt(2010, 1, 1);
    }
    let scoped = scoped(conn, viewer, &filter, business_day(now))?;
    Ok(Listing {
        listed,
        span: (!listed.is_now()).then_some(scoped.span),
        which: scoped.which,
        key: query.key.clone(),
        without: query.without,
        now,
    })
}

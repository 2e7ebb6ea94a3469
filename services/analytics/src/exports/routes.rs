use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, ServiceConfig, get, resource};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_kernel::business_day;
use nexus_problem::{ApiResult, Problem, Query};
use nexus_records::Viewer;
use nexus_service::App;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{csv, tables, xlsx};
use crate::dashboard::compose;
use crate::dashboard::routes::tiles_of;
use crate::filter::scoped;
use crate::filtered_query;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/export").route(get().to(export)));
}

/// Which kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FiguresFormat)]
pub enum Format {
    #[default]
    Xlsx,
    Csv,
}

filtered_query! {
    /// Which figures, as which kind of file.
    ExportQuery {
        /// Tiles with commas between them; all when not given.
        tiles: Option<String>,
        #[serde(default)]
        #[param(inline)]
        format: Format,
    }
}

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The figures of a filter as a file for a spreadsheet: a table a tile.
#[utoipa::path(get, path = "/api/v1/analytics/export", operation_id = "analytics_export", tag = "analytics",
    params(ExportQuery), security(("bearer" = [])),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, description = "None of your roles allows it")))]
async fn export(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Query(query): Query<ExportQuery>,
) -> ApiResult<HttpResponse> {
    let tiles = tiles_of(query.tiles.as_deref())?;
    let (now, format) = (app.now(), query.format);
    let (body, name) = app
        .db
        .read(move |conn| -> Result<(Vec<u8>, String), Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let scoped = scoped(conn, &viewer, &query.filter(), business_day(now))?;
            let name = format!("figures-{}-{}", scoped.span.from, scoped.span.until);
            let tables = tables::tables(&compose(conn, scoped, &tiles, now)?);
            let body = match format {
                Format::Csv => csv::write(&tables),
                Format::Xlsx => xlsx::write(&tables).map_err(|error| {
                    tracing::error!(cause = %error, "a workbook cannot be written");
                    Problem::internal()
                })?,
            };
            Ok((body, name))
        })
        .await?;
    let (kind, ending) = match format {
        Format::Csv => (CSV, "csv"),
        Format::Xlsx => (XLSX, "xlsx"),
    };
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(body))
}

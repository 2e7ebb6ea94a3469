use actix_web::web::{Data, Json, ServiceConfig, post, resource};
use chrono::NaiveDate;
use nexus_auth::SignedIn;
use nexus_auth::can::ReadClients;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, business_day};
use nexus_problem::{ApiResult, Body, FieldError, FieldErrors, Problem};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{Reason, over_ceiling};
use super::model::{LineFields, LineView};
use super::pricing::{Occasion, Unpriced, price_with_reasons};
use super::resolve::Why;
use super::totals::{Totals, totals};
use crate::clients;
use crate::products::routes::sees_costs;
use crate::rates::ceilings;
use nexus_records::Viewer;

/// Before the routes of price lists: `resolve` is no id.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/price-lists/resolve").route(post().to(resolve)));
}

impl From<Unpriced> for Problem {
    fn from(error: Unpriced) -> Self {
        match error {
            Unpriced::Invalid(errors) => Self::validation(errors),
            Unpriced::Db(error) => error.into(),
        }
    }
}

/// Lines as they are being typed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesToPrice {
    #[schema(value_type = Option<Uuid>)]
    #[serde(default)]
    client_id: Option<ClientId>,
    /// The day of the document; today when not given.
    #[serde(default)]
    on: Option<NaiveDate>,
    lines: Vec<LineFields>,
}

/// A line, and why it has its price.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PricedLine {
    #[serde(flatten)]
    line: LineView,
    why: Why,
}

/// What a document with these lines would say.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PricedLines {
    lines: Vec<PricedLine>,
    totals: Totals,
    /// What looks odd.
    warnings: Vec<FieldError>,
    /// Why it would need a manager's word, as far as prices go.
    needs_approval: Vec<Reason>,
}

/// Prices lines for a client while they are typed. Saves nothing.
#[utoipa::path(post, path = "/api/v1/price-lists/resolve", operation_id = "lines_resolve", tag = "prices",
    request_body = LinesToPrice, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PricedLines)))]
async fn resolve(
    app: Data<App>,
    who: SignedIn,
    body: Body<LinesToPrice>,
) -> ApiResult<Json<PricedLines>> {
    let today = business_day(app.now());
    let sees_costs = sees_costs(&who);
    let priced = app
        .db
        .read(move |conn| -> Result<PricedLines, Unpriced> {
            let wanted = body.value;
            if let Some(client) = wanted.client_id {
                let visible: DbResult<bool> = match Viewer::with::<ReadClients>(conn, &who)? {
                    Some(viewer) => clients::queries::is_visible(conn, &viewer, client),
                    None => Ok(false),
                };
                if !visible? {
                    let detail = "Name a client that you can see.";
                    let errors = FieldErrors::one("/client_id", "client_id.unknown", detail);
                    return Err(Unpriced::Invalid(errors));
                }
            }
            let occasion = Occasion {
                client_id: wanted.client_id,
                on: wanted.on.unwrap_or(today),
            };
            let priced = price_with_reasons(conn, occasion, wanted.lines)?;
            let ceiling = ceilings::of_user(conn, who.user_id)?;
            let needs_approval = over_ceiling(&priced.lines, ceiling);
            let totals = totals(&priced.lines);
            let lines = priced.lines.into_iter().zip(priced.why).zip(1..);
            let view = |((mut line, why), position): ((super::model::Line, Why), i32)| {
                line.position = position;
                let line = LineView::of(line, sees_costs);
                PricedLine { line, why }
            };
            Ok(PricedLines {
                lines: lines.map(view).collect(),
                totals,
                warnings: priced.warnings,
                needs_approval,
            })
        })
        .await?;
    Ok(Json(priced))
}

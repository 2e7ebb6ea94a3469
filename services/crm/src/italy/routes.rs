use actix_web::web::{Json, ServiceConfig, get, resource};
use nexus_auth::SignedIn;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Query};
use nexus_service::page_limit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::comuni::{self, Comune};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/comuni").route(get().to(list)));
}

/// Which comuni.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The beginning or a part of a name, or the first digits of a CAP.
    q: Option<String>,
    limit: Option<u32>,
}

/// A comune, to fill in an address.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComuneView {
    istat_code: String,
    name: String,
    /// Sigla.
    province: String,
    region: String,
    caps: Vec<String>,
    lat: Option<f64>,
    lng: Option<f64>,
}

impl From<Comune> for ComuneView {
    fn from(comune: Comune) -> Self {
        Self {
            istat_code: comune.istat_code.to_owned(),
            name: comune.name.to_owned(),
            province: comune.province.to_owned(),
            region: comune.region.to_owned(),
            caps: comune.caps().map(str::to_owned).collect(),
            lat: comune.lat,
            lng: comune.lng,
        }
    }
}

/// Comuni by name or CAP, the best matches first.
#[utoipa::path(get, path = "/api/v1/comuni", operation_id = "comuni_list", tag = "addresses",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ComuneView>)))]
async fn list(_who: SignedIn, Query(query): Query<ListQuery>) -> ApiResult<Json<Page<ComuneView>>> {
    let limit = page_limit(query.limit)?.min(50);
    let found = comuni::search(query.q.as_deref().unwrap_or_default(), limit);
    Ok(Json(Page::whole(
        found.into_iter().map(ComuneView::from).collect(),
    )))
}

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::ApiResult;
use nexus_records::Viewer;
use nexus_service::App;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/filters").route(get().to(show)));
}

/// Something that has an id and a name.
#[derive(Debug, Serialize, ToSchema, QueryableByName)]
pub struct FilterChoice {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FilterChoices {
    /// Users whose figures the caller sees.
    pub agents: Vec<FilterChoice>,
    /// Of these, those with somebody below them.
    pub teams: Vec<FilterChoice>,
    pub provinces: Vec<String>,
    pub products: Vec<FilterChoice>,
    pub sources: Vec<FilterChoice>,
}

#[derive(QueryableByName)]
struct Agent {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    leads: bool,
}

#[derive(QueryableByName)]
struct Province {
    #[diesel(sql_type = Nullable<Text>)]
    province: Option<String>,
}

/// What the filter can be set to.
#[utoipa::path(get, path = "/api/v1/analytics/filters", operation_id = "analytics_filters", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = FilterChoices), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadAnalytics>) -> ApiResult<Json<FilterChoices>> {
    let choices = app
        .db
        .read(move |conn| -> DbResult<_> {
            let viewer = Viewer::of(conn, &who)?;
            choices(conn, &viewer)
        })
        .await?;
    Ok(Json(choices))
}

fn choices(conn: &mut PgConnection, viewer: &Viewer) -> DbResult<FilterChoices> {
    let users: Vec<Agent> = diesel::sql_query(
        "SELECT u.id, u.name, EXISTS (SELECT FROM user_reports r WHERE r.manager_id = u.id AND r.user_id <> u.id) AS leads
         FROM users u ORDER BY u.name_key, u.id",
    )
    .load(conn)?;
    let seen: Vec<Agent> = users
        .into_iter()
        .filter(|user| viewer.reaches(Some(UserId::from_uuid(user.id))))
        .collect();
    let choice = |user: &Agent| FilterChoice {
        id: user.id,
        name: user.name.clone(),
    };
    // Each next province is one step into the index, however many clients there are.
    let provinces: Vec<Province> = diesel::sql_query(
        "WITH RECURSIVE p AS (SELECT min(province) AS province FROM clients WHERE province > ''
             UNION ALL SELECT (SELECT min(province) FROM clients WHERE province > p.province) FROM p WHERE p.province IS NOT NULL)
         SELECT province FROM p WHERE province IS NOT NULL",
    )
    .load(conn)?;
    let labels = |conn: &mut PgConnection, kind: &str| -> DbResult<Vec<FilterChoice>> {
        Ok(diesel::sql_query(
            "SELECT id, name FROM labels WHERE kind = $1 ORDER BY name, id LIMIT 2000",
        )
        .bind::<Text, _>(kind)
        .load(conn)?)
    };
    Ok(FilterChoices {
        agents: seen.iter().map(choice).collect(),
        teams: seen.iter().filter(|user| user.leads).map(choice).collect(),
        provinces: provinces
            .into_iter()
            .filter_map(|row| row.province)
            .collect(),
        products: labels(conn, "product")?,
        sources: labels(conn, "source")?,
    })
}

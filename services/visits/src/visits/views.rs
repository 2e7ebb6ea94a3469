use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Problem};
use nexus_records::users;
use nexus_service::Answer;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Visit, VisitId};
use super::queries;
use crate::photos::queries::{self as photos, PhotoView};
use crate::places::queries as places;

/// A visit as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitView {
    #[serde(flatten)]
    pub visit: Visit,
    pub agent_name: Option<String>,
    pub client_name: String,
    /// The client's class: A, B or C.
    pub class: Option<String>,
    pub place_name: String,
    pub street: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    /// How far from the shop it was checked in, where somebody said; forgotten with the position.
    pub distance_m: Option<i32>,
    /// Whether that was at the shop; stays.
    pub inside: Option<bool>,
    /// Pictures that were taken.
    pub photos: Vec<PhotoView>,
}

pub fn views(conn: &mut PgConnection, visits: Vec<Visit>) -> DbResult<Vec<VisitView>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let agents: Vec<UserId> = visits.iter().map(|visit| visit.agent_id).collect();
    let shops: Vec<Uuid> = visits.iter().map(|visit| visit.place_id).collect();
    let names = users::queries::names(conn, &agents)?;
    let nearness = queries::nearness(conn, &ids)?;
    let mut pictures: HashMap<VisitId, Vec<PhotoView>> = HashMap::new();
    for photo in photos::of_visits(conn, &ids)? {
        pictures.entry(photo.visit_id).or_default().push(photo);
    }
    let shops: HashMap<Uuid, _> = places::these(conn, &shops)?
        .into_iter()
        .map(|place| (place.id, place))
        .collect();
    let mut view = |visit: Visit| {
        let place = shops.get(&visit.place_id)?;
        let (distance_m, inside) = nearness.get(&visit.id).copied().unwrap_or_default();
        Some(VisitView {
            agent_name: names.get(&visit.agent_id).cloned(),
            client_name: place.client_name.clone(),
            class: place.class.clone(),
            place_name: place.name.clone(),
            street: place.street.clone(),
            city: place.city.clone(),
            province: place.province.clone(),
            lat: place.lat,
            lng: place.lng,
            distance_m,
            inside,
            photos: pictures.remove(&visit.id).unwrap_or_default(),
            visit,
        })
    };
    // The row refers to its place, so every visit has one.
    Ok(visits.into_iter().filter_map(&mut view).collect())
}

pub fn view(conn: &mut PgConnection, visit: Visit) -> Result<VisitView, Problem> {
    views(conn, vec![visit])?
        .pop()
        .ok_or_else(|| Problem::not_found("visit"))
}

pub fn shown(conn: &mut PgConnection, visit: Visit) -> ApiResult<Answer> {
    let version = visit.version;
    Ok(Answer::record(version, &view(conn, visit)?)?)
}

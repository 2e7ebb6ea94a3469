use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{RecordId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::visit_photos;
use crate::visits::model::VisitId;

/// A picture's id.
pub type PhotoId = RecordId<PhotoView>;

/// What is told of a picture; itself it is fetched from its own path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = visit_photos, check_for_backend(diesel::pg::Pg))]
#[schema(as = VisitPhoto)]
pub struct PhotoView {
    #[schema(value_type = Uuid)]
    pub id: PhotoId,
    #[serde(skip)]
    pub visit_id: VisitId,
    /// The question that it answers.
    pub question_id: Option<String>,
    pub content_type: String,
    pub width: i32,
    pub height: i32,
    pub size_bytes: i32,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
}

/// A picture's row.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = visit_photos)]
pub struct Photo {
    pub id: PhotoId,
    pub visit_id: VisitId,
    pub question_id: Option<String>,
    pub content_type: String,
    pub width: i32,
    pub height: i32,
    pub size_bytes: i32,
    pub sent_sha256: Vec<u8>,
    pub bytes: Vec<u8>,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
}

/// The pictures of these visits, the oldest first.
pub fn of_visits(conn: &mut PgConnection, ids: &[VisitId]) -> DbResult<Vec<PhotoView>> {
    use visit_photos as photos;
    Ok(photos::table
        .filter(photos::visit_id.eq_any(ids))
        .order((photos::created_at, photos::id))
        .select(PhotoView::as_select())
        .load(conn)?)
}

/// How many pictures answer each question of a visit.
pub fn by_question(conn: &mut PgConnection, id: VisitId) -> DbResult<HashMap<String, i64>> {
    use visit_photos as photos;
    let rows: Vec<(Option<String>, i64)> = photos::table
        .filter(photos::visit_id.eq(id))
        .filter(photos::question_id.is_not_null())
        .group_by(photos::question_id)
        .select((photos::question_id, diesel::dsl::count_star()))
        .load(conn)?;
    let named = |(question, count): (Option<String>, i64)| Some((question?, count));
    Ok(rows.into_iter().filter_map(named).collect())
}

pub fn count(conn: &mut PgConnection, id: VisitId) -> DbResult<i64> {
    Ok(visit_photos::table
        .filter(visit_photos::visit_id.eq(id))
        .count()
        .get_result(conn)?)
}

/// A picture that is there, whosever, with the visit and the hash of what was sent.
pub fn sent(conn: &mut PgConnection, id: PhotoId) -> DbResult<Option<(VisitId, Vec<u8>)>> {
    Ok(visit_photos::table
        .find(id)
        .select((visit_photos::visit_id, visit_photos::sent_sha256))
        .first(conn)
        .optional()?)
}

pub fn view(conn: &mut PgConnection, id: PhotoId) -> DbResult<PhotoView> {
    Ok(visit_photos::table
        .find(id)
        .select(PhotoView::as_select())
        .first(conn)?)
}

/// A picture of a visit, and its kind.
pub fn bytes(
    conn: &mut PgConnection,
    visit: VisitId,
    id: PhotoId,
) -> DbResult<Option<(String, Vec<u8>)>> {
    Ok(visit_photos::table
        .find(id)
        .filter(visit_photos::visit_id.eq(visit))
        .select((visit_photos::content_type, visit_photos::bytes))
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, photo: &Photo) -> DbResult<()> {
    diesel::insert_into(visit_photos::table)
        .values(photo)
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, visit: VisitId, id: PhotoId) -> DbResult<bool> {
    let gone = diesel::delete(visit_photos::table.find(id))
        .filter(visit_photos::visit_id.eq(visit))
        .execute(conn)?;
    Ok(gone > 0)
}

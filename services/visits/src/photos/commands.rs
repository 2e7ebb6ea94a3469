use actix_web::http::StatusCode;
use diesel::PgConnection;
use nexus_outbox::{Fact, announce};
use nexus_problem::{FieldErrors, Problem};
use nexus_records::Act;
use serde_json::json;

use super::image::{Picture, Unfit};
use super::queries::{self, Photo, PhotoId, PhotoView};
use crate::visits::model::VisitId;
use crate::visits::queries as visits;

/// More say nothing more.
const PHOTOS_MOST: i64 = 10;

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        let kind = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        match unfit {
            Unfit::OtherKind => Self::new(
                kind,
                "picture-kind",
                "This is no picture that is kept",
                "Send a JPEG, PNG or WebP.",
            ),
            Unfit::Broken => Self::new(
                kind,
                "picture-broken",
                "The picture cannot be read",
                "It is cut off or damaged. Take it again.",
            ),
            Unfit::TooLarge => {
                let detail = "A picture may have up to 6,000 pixels on a side.";
                FieldErrors::one("", "picture.large", detail).into()
            }
        }
    }
}

/// What is kept of a picture that was sent.
pub struct Arrived {
    pub id: PhotoId,
    pub question_id: Option<String>,
    pub picture: Picture,
    pub sent_sha256: Vec<u8>,
}

/// Whether the picture is new, or was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New,
    Before,
}

fn review_question(question: Option<&str>) -> Result<(), FieldErrors> {
    let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    match question {
        Some(id) if !(1..=40).contains(&id.len()) || !id.bytes().all(named) => {
            let detail = "There is no question of this name.";
            Err(FieldErrors::one("question_id", "question.unknown", detail))
        }
        _ => Ok(()),
    }
}

/// Keeps a picture with its visit. The same sent again changes nothing.
pub fn keep(
    conn: &mut PgConnection,
    act: &Act,
    visit: VisitId,
    arrived: Arrived,
) -> Result<(PhotoView, Kept), Problem> {
    review_question(arrived.question_id.as_deref())?;
    let found = visits::lock(conn, &act.viewer, visit)?;
    found.ok_or_else(|| Problem::not_found("visit"))?;
    match queries::sent(conn, arrived.id)? {
        Some((of, hash)) if of == visit && hash == arrived.sent_sha256 => {
            return Ok((queries::view(conn, arrived.id)?, Kept::Before));
        }
        Some(_) => {
            let detail =
                "Another picture has this id. A picture is not replaced: send it under a new one.";
            return Err(Problem::conflict("id-taken", "This id is taken", detail));
        }
        None => {}
    }
    if queries::count(conn, visit)? >= PHOTOS_MOST {
        let detail = format!("A visit keeps {PHOTOS_MOST} pictures. Take one away first.");
        return Err(Problem::conflict(
            "photos-many",
            "There are enough pictures",
            detail,
        ));
    }
    let Picture {
        format,
        width,
        height,
        bytes,
    } = arrived.picture;
    let small = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let photo = Photo {
        id: arrived.id,
        visit_id: visit,
        question_id: arrived.question_id,
        content_type: format.content_type().to_owned(),
        width: small(width),
        height: small(height),
        size_bytes: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
        sent_sha256: arrived.sent_sha256,
        bytes,
        created_by: act.viewer.user_id,
        created_at: act.now,
    };
    queries::insert(conn, &photo)?;
    let view = queries::view(conn, arrived.id)?;
    tell(conn, act, "visits.photo.added.v1", &view)?;
    Ok((view, Kept::New))
}

fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    photo: &PhotoView,
) -> Result<(), Problem> {
    let payload = json!({"record": photo, "visit_id": photo.visit_id});
    let actor = Some(act.viewer.user_id.uuid());
    let fact = Fact::new(kind, photo.id.uuid(), actor, act.now, 1, payload);
    Ok(announce(conn, &fact)?)
}

/// Takes a picture away for good.
pub fn remove(
    conn: &mut PgConnection,
    act: &Act,
    visit: VisitId,
    id: PhotoId,
) -> Result<(), Problem> {
    let found = visits::lock(conn, &act.viewer, visit)?;
    found.ok_or_else(|| Problem::not_found("visit"))?;
    let photos = queries::of_visits(conn, &[visit])?;
    let photo = photos.into_iter().find(|photo| photo.id == id);
    let photo = photo.ok_or_else(|| Problem::not_found("photo"))?;
    queries::delete(conn, visit, id)?;
    tell(conn, act, "visits.photo.removed.v1", &photo)
}

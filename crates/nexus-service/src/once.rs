//! `Idempotency-Key`: the same key and the same body get the first answer again; nothing happens twice.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::prelude::*;
use nexus_db::{DbError, DbResult};
use nexus_problem::{ApiError, BodyHash, FieldErrors, Problem};
use uuid::Uuid;

use crate::answer::Answer;

diesel::table! {
    idempotency_keys (actor_id, key) {
        actor_id -> Uuid,
        key -> Text,
        route -> Text,
        body_hash -> Bytea,
        status -> SmallInt,
        version -> Nullable<BigInt>,
        location -> Nullable<Text>,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

/// The request's `Idempotency-Key`, if it has one, and what it was sent to.
#[derive(Debug, Clone)]
pub struct OnceKey {
    key: Option<String>,
    route: String,
}

const LONGEST: usize = 255;

impl FromRequest for OnceKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let route = request.path().to_owned();
        let Some(header) = request.headers().get("idempotency-key") else {
            return ready(Ok(Self { key: None, route }));
        };
        let text = header.to_str().unwrap_or_default();
        let fits =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        ready(if fits {
            Ok(Self {
                key: Some(text.to_owned()),
                route,
            })
        } else {
            let detail = "An Idempotency-Key has 1 to 255 visible ASCII characters.";
            Err(ApiError::from(FieldErrors::one(
                "Idempotency-Key",
                "idempotency_key.malformed",
                detail,
            )))
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys, check_for_backend(diesel::pg::Pg))]
struct Kept {
    route: String,
    body_hash: Vec<u8>,
    status: i16,
    version: Option<i64>,
    location: Option<String>,
    body: Option<String>,
}

impl OnceKey {
    /// Does the work, or gives the answer it gave before. Call it inside the transaction of the work: the answer is
    /// kept with what it tells of, or neither is. A second request that comes meanwhile waits for the first.
    ///
    /// # Errors
    /// What the work fails with (then nothing is kept); 422 when the key came before with another request.
    pub fn once(
        &self,
        conn: &mut PgConnection,
        actor: Uuid,
        hash: BodyHash,
        work: impl FnOnce(&mut PgConnection) -> Result<Answer, ApiError>,
    ) -> Result<Answer, ApiError> {
        let Some(key) = self.key.as_deref() else {
            return work(conn);
        };
        if !reserve(conn, actor, key, &self.route, &hash).map_err(Problem::from)? {
            return Ok(self.replay(conn, actor, key, hash)?);
        }
        let answer = work(conn)?;
        keep(conn, actor, key, &answer).map_err(Problem::from)?;
        Ok(answer)
    }

    fn replay(
        &self,
        conn: &mut PgConnection,
        actor: Uuid,
        key: &str,
        hash: BodyHash,
    ) -> Result<Answer, Problem> {
        let kept: Kept = idempotency_keys::table
            .find((actor, key))
            .select(Kept::as_select())
            .first(conn)
            .map_err(DbError::from)?;
        if kept.body_hash != hash || kept.route != self.route {
            return Err(Problem::new(
                actix_web::http::StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-mismatch",
                "This key belongs to another request",
                "The Idempotency-Key came before with another body or path. Use a new key for a new request.",
            ));
        }
        Ok(Answer {
            status: u16::try_from(kept.status).unwrap_or(500),
            version: kept.version,
            location: kept.location,
            body: kept.body,
        })
    }
}

/// Whether the key is new. While another transaction holds it, this waits for that one's end.
fn reserve(
    conn: &mut PgConnection,
    actor: Uuid,
    key: &str,
    route: &str,
    hash: &BodyHash,
) -> DbResult<bool> {
    use idempotency_keys as keys;
    let inserted = diesel::insert_into(keys::table)
        .values((
            keys::actor_id.eq(actor),
            keys::key.eq(key),
            keys::route.eq(route),
            keys::body_hash.eq(hash.as_slice()),
            keys::status.eq(0),
            keys::created_at.eq(diesel::dsl::now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted == 1)
}

fn keep(conn: &mut PgConnection, actor: Uuid, key: &str, answer: &Answer) -> DbResult<()> {
    use idempotency_keys as keys;
    diesel::update(keys::table.find((actor, key)))
        .set((
            keys::status.eq(i16::try_from(answer.status).unwrap_or(500)),
            keys::version.eq(answer.version),
            keys::location.eq(answer.location.as_deref()),
            keys::body.eq(answer.body.as_deref()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets keys after two days. Returns how many.
pub(crate) fn forget_old(conn: &mut PgConnection) -> DbResult<usize> {
    let old = diesel::dsl::sql::<diesel::sql_types::Bool>("created_at < now() - interval '2 days'");
    Ok(diesel::delete(idempotency_keys::table.filter(old)).execute(conn)?)
}

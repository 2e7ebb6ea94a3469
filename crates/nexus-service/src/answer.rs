use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use nexus_problem::Problem;
use serde::Serialize;

/// What a write answers. It can be stored, and given again to whoever repeats the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) version: Option<i64>,
    pub(crate) location: Option<String>,
    pub(crate) body: Option<String>,
}

impl Answer {
    fn with_body(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|error| {
            tracing::error!(cause = %error, "an answer cannot be written as JSON");
            Problem::internal()
        })?;
        Ok(Self {
            status: status.as_u16(),
            version: None,
            location: None,
            body: Some(body),
        })
    }

    /// 201 with the new record, its path and its version.
    ///
    /// # Errors
    /// When the record has no JSON form.
    pub fn created(
        location: String,
        version: i64,
        record: &impl Serialize,
    ) -> Result<Self, Problem> {
        let mut answer = Self::with_body(StatusCode::CREATED, record)?;
        (answer.location, answer.version) = (Some(location), Some(version));
        Ok(answer)
    }

    /// 200 with the record as it is now and its version.
    ///
    /// # Errors
    /// When the record has no JSON form.
    pub fn record(version: i64, record: &impl Serialize) -> Result<Self, Problem> {
        let mut answer = Self::with_body(StatusCode::OK, record)?;
        answer.version = Some(version);
        Ok(answer)
    }

    /// 202 with what was begun.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn accepted(version: i64, record: &impl Serialize) -> Result<Self, Problem> {
        let mut answer = Self::with_body(StatusCode::ACCEPTED, record)?;
        answer.version = Some(version);
        Ok(answer)
    }

    /// 204.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            status: 204,
            version: None,
            location: None,
            body: None,
        }
    }

    /// The answer with its body changed: for what the answer shows once but must not be kept with it.
    #[must_use]
    pub fn amended(mut self, amend: impl FnOnce(&mut serde_json::Value)) -> Self {
        if let Some(Ok(mut body)) = self.body.as_deref().map(serde_json::from_str) {
            amend(&mut body);
            self.body = Some(body.to_string());
        }
        self
    }

    /// The HTTP response.
    #[must_use]
    pub fn response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if let Some(version) = self.version {
            response.insert_header((ETAG, format!("\"{version}\"")));
        }
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        match self.body {
            Some(body) => response.content_type("application/json").body(body),
            None => response.finish(),
        }
    }
}

/// 200 with a record and its ETag, for reads.
///
/// # Errors
/// When the record has no JSON form.
pub fn tagged(version: i64, record: &impl Serialize) -> Result<HttpResponse, Problem> {
    Answer::record(version, record).map(Answer::response)
}

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the request's body, or the parameter's name for a query (RFC 6901).
    pub pointer: String,
    /// Stable, for programs and translations: `vat_number.check_digit`.
    pub code: String,
    /// For people: what is wrong and what would be right.
    pub detail: String,
}

/// Collects what is wrong, so that a user hears everything at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Adds one.
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        });
    }

    /// One error alone.
    #[must_use]
    pub fn one(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(pointer, code, detail);
        errors
    }

    /// The value, when nothing is wrong.
    ///
    /// # Errors
    /// Itself, when something is.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

/// An error as the caller will read it. Boxed, so that a `Result` that mostly succeeds stays small.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    current: Option<Value>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// The JSON of a [`Problem`] (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A stable path that names the kind of problem: `/problems/validation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here and what to do.
    pub detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// After 412: the record as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
    /// Quote it when asking for help; the server's log lines carry it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

impl Problem {
    /// A problem with a kind of its own. `kind` is the last part of `type`.
    #[must_use]
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Parts {
            status,
            kind,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            current: None,
            headers: Vec::new(),
        }))
    }

    /// 400: the request cannot be read at all.
    #[must_use]
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The request cannot be read",
            detail,
        )
    }

    /// 401: not signed in, or the token is not good any more.
    #[must_use]
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        let problem = Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Sign in first",
            detail,
        );
        problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: signed in, but not allowed to do this at all.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "You are not allowed to do this",
            detail,
        )
    }

    /// 404: does not exist, or is not yours to see.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            format!("There is no such {what}, or it is not yours to see."),
        )
    }

    /// 409: the record's state, or another record, stands against it.
    #[must_use]
    pub fn conflict(kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, kind, title, detail)
    }

    /// 412: somebody else changed the record meanwhile; `current` is how it is now.
    #[must_use]
    pub fn stale(current: &impl Serialize) -> Self {
        let mut problem = Self::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "Somebody else changed this record",
            "The version you changed is not the newest. Look at `current` and apply your change to it.",
        );
        problem.0.current = serde_json::to_value(current).ok();
        problem
    }

    /// 422: readable, but these fields break a rule.
    #[must_use]
    pub fn validation(errors: FieldErrors) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation",
            "Some fields are not right",
            "See `errors` for what is wrong with which field. Nothing was changed.",
        );
        problem.0.errors = errors.0;
        problem
    }

    /// 429: too many tries; come back after that many seconds.
    #[must_use]
    pub fn too_many_requests(detail: impl Into<String>, after_seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many tries",
            detail,
        )
        .with_header(header::RETRY_AFTER, HeaderValue::from(after_seconds))
    }

    /// 503: something needed is not there right now.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available right now",
            detail,
        )
        .with_header(header::RETRY_AFTER, HeaderValue::from(1))
    }

    /// 500: unplanned. The cause belongs in the log, never here.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
            "It was logged. Try again, and quote the trace id if it stays.",
        )
    }

    /// The problem with one more header.
    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The problem with the fields it is about.
    #[must_use]
    pub fn with_errors(mut self, errors: FieldErrors) -> Self {
        self.0.errors = errors.0;
        self
    }

    /// The same problem under another status: what is a conflict to a colleague may be gone to a guest.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The same problem of a record that came inside another: its pointers start at `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        for error in &mut self.0.errors {
            error.pointer.insert_str(0, prefix);
        }
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The last part of `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// The JSON to answer with.
    #[must_use]
    pub fn body(&self, trace_id: Option<String>) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.0.kind),
            title: self.0.title.to_owned(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            errors: self.0.errors.clone(),
            current: self.0.current.clone(),
            trace_id,
        }
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        Self::validation(errors)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.0.status.as_u16(),
            self.0.kind,
            self.0.detail
        )
    }
}

impl std::error::Error for Problem {}

/// What a handler fails with: every error of ours turns into a [`Problem`] on its way here.
#[derive(Debug)]
pub struct ApiError(pub Problem);

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl<E: Into<Problem>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status());
        for (name, value) in &self.0.0.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response
            .content_type("application/problem+json")
            .json(self.0.body(crate::trace_id().map(|id| id.to_string())))
    }
}

/// Answers paths that no route matches.
pub async fn not_found_handler(_request: HttpRequest) -> HttpResponse {
    ApiError(Problem::not_found("path")).error_response()
}

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE, WWW_AUTHENTICATE};
use nexus_db::DbError;
use nexus_problem::Problem;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("wrong e-mail address or password")]
    InvalidCredentials,
    #[error("the refresh lacks its header")]
    ForeignRefresh,
    #[error("there is no refresh token")]
    NoToken,
    #[error("the session has ended")]
    Ended(Box<Cookie<'static>>),
    #[error("there is no such session")]
    NotFound,
    #[error(transparent)]
    Db(#[from] DbError),
}

fn unauthorized(kind: &'static str, title: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, kind, title, detail)
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::InvalidCredentials => unauthorized(
                "invalid-credentials",
                "Wrong e-mail address or password",
                "Check both. If you forgot the password, ask an administrator for a new invitation.",
            ),
            SessionError::ForeignRefresh => {
                Self::forbidden("A refresh needs the header X-Nexus-Refresh: 1.")
            }
            SessionError::NoToken => Self::unauthenticated("There is no refresh token. Sign in."),
            SessionError::Ended(cookie) => {
                let problem =
                    unauthorized("session-ended", "This session has ended", "Sign in again.");
                match HeaderValue::from_str(&cookie.to_string()) {
                    Ok(value) => problem.with_header(SET_COOKIE, value),
                    Err(_) => problem,
                }
            }
            SessionError::NotFound => Self::not_found("session"),
            SessionError::Db(error) => error.into(),
        }
    }
}

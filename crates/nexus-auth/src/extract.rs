//! Who is calling, as handlers ask for it. Needs `Data<Verifier>` in the app.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use nexus_problem::{ApiError, Problem};

use crate::permission::{Permission, Scope};
use crate::verifier::{Principal, Verifier};

/// Somebody signed in, whatever they may do.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<Principal>);

/// Somebody who has the permission `P`, in some scope.
#[derive(Debug)]
pub struct Can<P> {
    who: Arc<Principal>,
    /// Whose records the permission covers.
    pub scope: Scope,
    permission: PhantomData<P>,
}

/// Another of our services.
#[derive(Debug, Clone)]
pub struct ServiceCaller(pub String);

impl<P> Clone for Can<P> {
    fn clone(&self) -> Self {
        Self {
            who: Arc::clone(&self.who),
            scope: self.scope,
            permission: PhantomData,
        }
    }
}

impl<P> Deref for Can<P> {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.who
    }
}

impl Deref for SignedIn {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.0
    }
}

/// The one bearer token of the request.
fn token(request: &HttpRequest) -> Result<&str, Problem> {
    let mut given = request.headers().get_all(AUTHORIZATION);
    let missing =
        || Problem::unauthenticated("Sign in, and send the access token as Authorization: Bearer.");
    let header = given.next().ok_or_else(missing)?;
    if given.next().is_some() {
        return Err(Problem::unreadable(
            "There is more than one Authorization header.",
        ));
    }
    let text = header.to_str().map_err(|_| missing())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(missing()),
    }
}

fn verifier(request: &HttpRequest) -> Result<&Data<Verifier>, Problem> {
    request
        .app_data::<Data<Verifier>>()
        .ok_or_else(Problem::internal)
}

fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn principal(request: &HttpRequest) -> Result<Arc<Principal>, Problem> {
    Ok(verifier(request)?.verify(token(request)?, unix_now())?)
}

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(principal(request).map(Self).map_err(ApiError))
    }
}

impl<P: Permission> FromRequest for Can<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(
            principal(request)
                .and_then(|who| match who.scope_of(P::NAME) {
                    Some(scope) => Ok(Self {
                        who,
                        scope,
                        permission: PhantomData,
                    }),
                    None => Err(Problem::forbidden(format!(
                        "This needs the permission {}, which none of your roles has.",
                        P::NAME
                    ))),
                })
                .map_err(ApiError),
        )
    }
}

impl FromRequest for ServiceCaller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let name = verifier(request)
            .and_then(|verifier| Ok(verifier.verify_service(token(request)?, unix_now())?));
        ready(name.map(Self).map_err(ApiError))
    }
}

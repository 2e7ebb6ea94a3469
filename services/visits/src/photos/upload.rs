//! The body of a request that is a picture.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use nexus_problem::{ApiError, Problem};

/// A picture must have arrived by then, over a slow line too.
const DEADLINE: Duration = Duration::from_secs(15);
/// What a phone makes of a picture before it sends it: 900 kB.
const BYTES_MOST: usize = 900_000;

/// The bytes that were sent.
#[derive(Debug)]
pub struct Sent(pub Bytes);

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "The picture is too large",
        "A picture may have up to 900 kB: make it smaller before sending it.",
    )
}

impl FromRequest for Sent {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = Bytes::from_request(request, payload);
        Box::pin(async move {
            let read = tokio::time::timeout(DEADLINE, reading).await.map_err(|_| {
                Problem::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "too-slow",
                    "The picture took too long to arrive",
                    "Send it again where the signal is better, or make it smaller.",
                )
            })?;
            let bytes = read.map_err(|error| {
                let status = error.as_response_error().status_code();
                if status == StatusCode::PAYLOAD_TOO_LARGE {
                    too_large()
                } else {
                    Problem::unreadable("The picture ended before it was complete.")
                }
            })?;
            if bytes.len() > BYTES_MOST {
                return Err(too_large().into());
            }
            Ok(Self(bytes))
        })
    }
}

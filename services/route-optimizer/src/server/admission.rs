//! Reading a body within its limits.

use std::time::Duration;

use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;

use crate::request::Fault;

/// A body that takes longer is no body.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// Why there is no body.
pub enum NoBody {
    /// To be told.
    Refused(Fault),
    /// Nobody is there to be told.
    Gone,
}

/// The whole body, if it is small enough and comes in time.
pub async fn body(payload: Payload, most: usize) -> Result<Bytes, NoBody> {
    let reading = tokio::time::timeout(BODY_WITHIN, read(payload, most));
    reading.await.unwrap_or_else(|_| {
        Err(NoBody::Refused(Fault::Input(
            "The body did not come in time.".to_owned(),
        )))
    })
}

async fn read(mut payload: Payload, most: usize) -> Result<Bytes, NoBody> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| NoBody::Gone)?;
        if body.len() + chunk.len() > most {
            return Err(NoBody::Refused(Fault::TooLarge(format!(
                "The body is larger than {most} bytes."
            ))));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

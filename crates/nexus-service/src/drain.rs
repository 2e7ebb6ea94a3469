//! Leaving without dropping anybody: not ready any more, connections are given back one by one, what has begun is finished.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;

/// Still accepting, and closing each connection after its answer, so that nobody sends on one that is about to go.
const FAREWELL: Duration = Duration::from_millis(300);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// After the last answer has left our hands, the kernel may still have some of it to send.
const LAST_BYTES: Duration = Duration::from_millis(50);

/// Which requests are under way, and whether there should be more.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    begun: AtomicBool,
    under_way: AtomicUsize,
}

/// One request, until its answer's last byte is written.
#[derive(Debug)]
pub(crate) struct UnderWay(Arc<Drain>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drain {
    pub fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(self))
    }

    pub fn finish(
        &self,
        mut response: ServiceResponse<BoxBody>,
        under_way: UnderWay,
    ) -> ServiceResponse<Counted> {
        if self.has_begun() {
            let head = response.response_mut().head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        response.map_body(|_, body| Counted {
            body,
            _under_way: under_way,
        })
    }

    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// Begins to leave, and returns when the listener may close.
    pub async fn say_farewell(&self) {
        self.begun.store(true, Ordering::Release);
        tokio::time::sleep(FAREWELL).await;
    }

    /// Returns when nothing is under way any more, or after `patience`.
    pub async fn finished(&self, patience: Duration) {
        let since = Instant::now();
        while self.under_way.load(Ordering::Acquire) > 0 && since.elapsed() < patience {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        tokio::time::sleep(LAST_BYTES).await;
    }
}

/// An answer's body; its request is under way until this is gone.
#[derive(Debug)]
pub(crate) struct Counted {
    body: BoxBody,
    _under_way: UnderWay,
}

impl MessageBody for Counted {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_finished_when_the_last_request_is_and_not_before() {
        let drain = Arc::new(Drain::default());
        let one = drain.begin();
        let waiting = tokio::spawn({
            let drain = Arc::clone(&drain);
            async move { drain.finished(Duration::from_secs(60)).await }
        });
        tokio::time::sleep(LAST_BYTES * 3).await;
        assert!(!waiting.is_finished());
        drop(one);
        tokio::time::timeout(Duration::from_secs(5), waiting)
            .await
            .expect("it ends")
            .unwrap();
    }

    #[tokio::test]
    async fn patience_ends() {
        let drain = Arc::new(Drain::default());
        let _for_ever = drain.begin();
        drain.finished(Duration::from_millis(30)).await;
        assert_eq!(drain.under_way.load(Ordering::Acquire), 1);
    }
}

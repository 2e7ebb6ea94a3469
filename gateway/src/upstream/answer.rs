//! A service's answer on its way to the client.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use super::{Upstream, link::Link};

/// Streams a body while driving the connection it comes from, and gives that back at the end.
pub struct UpstreamBody {
    inner: Incoming,
    link: Option<Box<Link>>,
    slot: Slot,
    /// Runs only while the service pauses.
    pause: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    pub fn new(inner: Incoming, link: Box<Link>, slot: Slot) -> Self {
        let mut body = Self {
            inner,
            link: Some(link),
            slot,
            pause: None,
        };
        body.give_back_at_end();
        body
    }

    /// The next piece; trailers are dropped.
    pub fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let mut frame = Pin::new(&mut self.inner).poll_frame(cx);
            if frame.is_pending() {
                if let Some(link) = &mut self.link {
                    link.drive(cx);
                }
                frame = Pin::new(&mut self.inner).poll_frame(cx);
            }
            let Poll::Ready(frame) = frame else {
                ready!(self.poll_pause(cx));
                return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
            };
            self.pause = None;
            match frame {
                None => {
                    self.give_back(cx);
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error)))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        if self.inner.is_end_stream() {
                            self.give_back(cx);
                        }
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }

    pub fn is_end(&self) -> bool {
        self.inner.is_end_stream()
    }

    pub fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let patience = self.slot.0.limits.answer_pause;
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(patience)));
        pause.as_mut().poll(cx)
    }

    fn give_back_at_end(&mut self) {
        if self.inner.is_end_stream() {
            self.give_back(&mut Context::from_waker(std::task::Waker::noop()));
        }
    }

    fn give_back(&mut self, cx: &mut Context<'_>) {
        if let Some(mut link) = self.link.take() {
            // hyper notices the end of the message, and asks for the next request, when it is driven once more.
            link.drive(cx);
            self.slot.0.put_back(link);
        }
    }
}

/// One of the requests a service may have under way.
pub struct Slot(Arc<Upstream>);

impl Slot {
    /// `None` when the service has as many as it may.
    pub fn take(upstream: &Arc<Upstream>) -> Option<Self> {
        let slot = Self(upstream.clone());
        let taken = upstream.in_flight.fetch_add(1, Ordering::Relaxed);
        (taken < upstream.limits.in_flight).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let in_flight: &AtomicUsize = &self.0.in_flight;
        in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

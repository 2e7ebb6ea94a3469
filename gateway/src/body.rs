//! Bodies in both directions: what goes to a service, watched and bounded; what goes to the client.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::rescue::Refusal;
use crate::table::BodyLimits;
use crate::upstream::UpstreamBody;

/// A request body on its way to a service: bounded in size and time, without its trailers.
pub enum RequestBody {
    Empty,
    Stream(Box<Stream>),
    /// Held here, so that it can be sent again.
    Whole(Bytes),
}

/// A body of so many bytes is worth holding; the web app's are smaller.
const HELD_MOST: u64 = 64 * 1024;

pub struct Stream {
    inner: Incoming,
    left: u64,
    limits: BodyLimits,
    timer: Pin<Box<Sleep>>,
    progress: Arc<Progress>,
}

/// What the waiting side knows of a body under way.
pub struct Progress {
    started: Instant,
    /// Milliseconds after `started` at which the body was complete, plus one; zero before that.
    complete: AtomicU64,
    fault: AtomicU8,
    deadline: Duration,
}

const FAULTS: [Refusal; 3] = [
    Refusal::BodyTooLarge,
    Refusal::BodyTooSlow,
    Refusal::BodyBroken,
];

impl Progress {
    pub fn fault(&self) -> Option<Refusal> {
        let code = usize::from(self.fault.load(Ordering::Relaxed));
        FAULTS.get(code.wrapping_sub(1)).copied()
    }

    /// From when on the answer may be expected: the body's end, or its deadline while it is under way.
    pub fn answer_counts_from(&self) -> Instant {
        match self.complete.load(Ordering::Relaxed) {
            0 => self.started + self.deadline,
            millis => self.started + Duration::from_millis(millis - 1),
        }
    }
}

impl RequestBody {
    /// Refuses at once what announces itself as too large.
    pub fn new(inner: Incoming, limits: BodyLimits) -> Result<Self, Refusal> {
        if inner.is_end_stream() {
            return Ok(Self::Empty);
        }
        if inner.size_hint().lower() > limits.bytes {
            return Err(Refusal::BodyTooLarge);
        }
        let started = Instant::now();
        Ok(Self::Stream(Box::new(Stream {
            inner,
            left: limits.bytes,
            limits,
            timer: Box::pin(sleep_until(started + limits.idle.min(limits.deadline))),
            progress: Arc::new(Progress {
                started,
                complete: AtomicU64::new(0),
                fault: AtomicU8::new(0),
                deadline: limits.deadline,
            }),
        })))
    }

    pub fn progress(&self) -> Option<Arc<Progress>> {
        match self {
            Self::Empty | Self::Whole(_) => None,
            Self::Stream(stream) => Some(stream.progress.clone()),
        }
    }

    /// Reads a small body to its end and holds it; one that is large, or does not say its size, goes on as a stream.
    pub async fn held(self) -> Result<Self, Refusal> {
        let Self::Stream(mut stream) = self else {
            return Ok(self);
        };
        let Some(size) = stream
            .inner
            .size_hint()
            .exact()
            .filter(|size| *size <= HELD_MOST)
        else {
            return Ok(Self::Stream(stream));
        };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(data) = poll_fn(|cx| stream.poll_data(cx)).await {
            match data {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(_) => return Err(stream.progress.fault().unwrap_or(Refusal::BodyBroken)),
            }
        }
        Ok(Self::Whole(bytes.into()))
    }

    /// The same again, if nothing of it can have been lost.
    pub fn again(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::Stream(_) => None,
        }
    }
}

impl Stream {
    fn fail(&self, fault: Refusal) -> BodyError {
        let code = FAULTS.iter().position(|known| *known == fault).unwrap_or(2) + 1;
        self.progress
            .fault
            .store(code.to_le_bytes()[0], Ordering::Relaxed);
        BodyError
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) else {
                ready!(self.timer.as_mut().poll(cx));
                return Poll::Ready(Some(Err(self.fail(Refusal::BodyTooSlow))));
            };
            let data = match frame {
                None => {
                    self.complete();
                    return Poll::Ready(None);
                }
                Some(Err(_)) => return Poll::Ready(Some(Err(self.fail(Refusal::BodyBroken)))),
                // Trailers stay here: nobody behind needs them, and they could pose as headers.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue,
                },
            };
            let size = data.len() as u64;
            if size > self.left {
                return Poll::Ready(Some(Err(self.fail(Refusal::BodyTooLarge))));
            }
            self.left -= size;
            if self.inner.is_end_stream() {
                self.complete();
            } else {
                let due = self.progress.started + self.limits.deadline;
                self.timer
                    .as_mut()
                    .reset(due.min(Instant::now() + self.limits.idle));
            }
            return Poll::Ready(Some(Ok(data)));
        }
    }

    fn complete(&self) {
        let millis = self.progress.started.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX - 1) + 1;
        self.progress.complete.store(millis, Ordering::Relaxed);
    }
}

/// The body was given up; [`Progress::fault`] says why.
#[derive(Debug, thiserror::Error)]
#[error("the body was given up")]
pub struct BodyError;

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(stream) => stream.poll_data(cx).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Stream(stream) => stream.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => stream.inner.size_hint(),
        }
    }
}

/// Counts a connection as busy for as long as an answer is being made or sent.
pub struct Busy(Arc<AtomicUsize>);

impl Busy {
    pub fn new(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer's body: made here, or streamed from a service.
pub struct Reply {
    source: Source,
    busy: Option<Busy>,
}

enum Source {
    Whole(Bytes),
    Upstream(UpstreamBody),
}

impl Reply {
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self {
            source: Source::Whole(bytes.into()),
            busy: None,
        }
    }

    pub fn upstream(body: UpstreamBody) -> Self {
        Self {
            source: Source::Upstream(body),
            busy: None,
        }
    }

    pub fn keep(&mut self, busy: Busy) {
        self.busy = Some(busy);
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.get_mut().source {
            Source::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Source::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Source::Upstream(body) => body.poll_data(cx).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_empty(),
            Source::Upstream(body) => body.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Source::Upstream(body) => body.size_hint(),
        }
    }
}

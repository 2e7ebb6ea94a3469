//! A byte-level guard between the socket and hyper.
//!
//! hyper is sound, but it hides what two parsers could read differently (Content-Length beside Transfer-Encoding,
//! doubled lengths, bare line feeds) and answers its own parse errors with an empty body. The guard holds every head
//! back until it is complete and strict, hands a bad one on as a [`HeadFault`], follows bodies only to know where the
//! next head begins, and keeps the deadlines of a silent client.

mod chunked;
mod fault;
mod head;
mod host;

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use chunked::{Chunks, Progress};
pub use fault::{FAULT_METHOD, HeadFault};
use head::Framing;
pub use head::HeadLimits;

/// Room for an ordinary head; a longer one grows it.
const READ_BYTES: usize = 2048;

/// How long a client may be silent.
#[derive(Debug, Clone, Copy)]
pub struct GuardDeadlines {
    /// A head must be complete so soon after its first byte.
    pub head: Duration,
    /// A connection without a request is closed after this.
    pub idle: Duration,
    /// A client that takes nothing of the answer is cut after this.
    pub write: Duration,
}

impl Default for GuardDeadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            idle: Duration::from_secs(12),
            write: Duration::from_secs(30),
        }
    }
}

pub struct Guard {
    stream: TcpStream,
    phase: Phase,
    /// Read from the socket; the first `released` bytes are judged and hyper's to take.
    pending: Vec<u8>,
    released: usize,
    scanned: usize,
    /// Requests being answered on this connection: while there is one, the client may be silent.
    busy: Arc<AtomicUsize>,
    limits: HeadLimits,
    deadlines: GuardDeadlines,
    head_started: Option<Instant>,
    last_active: Instant,
    timer: Pin<Box<Sleep>>,
    write_timer: Option<Pin<Box<Sleep>>>,
}

enum Phase {
    Head,
    Length(u64),
    Chunked(Chunks),
    /// The head was refused. hyper must not see an end before it has written the answer, nor anything else.
    Refused,
    /// The client is done, or no longer believed: hyper sees the end of the stream.
    Over,
}

impl Guard {
    pub fn new(
        stream: TcpStream,
        busy: Arc<AtomicUsize>,
        limits: HeadLimits,
        deadlines: GuardDeadlines,
    ) -> Self {
        let now = Instant::now();
        Self {
            stream,
            phase: Phase::Head,
            pending: Vec::new(),
            released: 0,
            scanned: 0,
            busy,
            limits,
            deadlines,
            head_started: None,
            last_active: now,
            timer: Box::pin(sleep_until(now + deadlines.idle)),
            write_timer: None,
        }
    }

    /// The socket, and whether the client may still be sending something nobody will read.
    pub fn into_stream(self) -> (TcpStream, bool) {
        let clean = matches!(self.phase, Phase::Head) && self.pending.is_empty();
        (self.stream, !clean)
    }

    /// Judges what is pending; `true` when hyper has something to read.
    fn judge(&mut self) -> bool {
        if self.scanned == 0 && self.pending.starts_with(b"\r\n") {
            // RFC 9112 §2.2: an empty line before a request is ignored, once.
            self.pending.drain(..2);
        }
        if self.pending.is_empty() {
            return false;
        }
        let end = match head::find_end(&self.pending, self.scanned) {
            Ok(Some(end)) if end <= self.limits.head_bytes => end,
            Ok(found) => {
                self.scanned = self.pending.len();
                self.head_started.get_or_insert_with(Instant::now);
                let fault = head::too_large(&self.pending, self.limits);
                let fault = fault.or(found.map(|_| HeadFault::TooLarge));
                return fault.is_some_and(|fault| self.refuse(fault));
            }
            Err(fault) => return self.refuse(fault),
        };
        let framing = match head::check(&self.pending[..end], self.limits) {
            Ok(framing) => framing,
            Err(fault) => return self.refuse(fault),
        };
        self.released = end;
        self.scanned = 0;
        self.head_started = None;
        self.phase = match framing {
            Framing::None => Phase::Head,
            Framing::Length(length) => Phase::Length(length),
            Framing::Chunked => Phase::Chunked(Chunks::new()),
        };
        true
    }

    fn refuse(&mut self, fault: HeadFault) -> bool {
        self.pending = fault.as_request();
        self.released = self.pending.len();
        self.phase = Phase::Refused;
        self.head_started = None;
        true
    }

    fn hand_over(&mut self, buf: &mut ReadBuf<'_>) {
        let take = self.released.min(buf.remaining());
        buf.put_slice(&self.pending[..take]);
        self.pending.drain(..take);
        self.released -= take;
        if self.pending.is_empty() && self.pending.capacity() > 2 * READ_BYTES {
            self.pending = Vec::new();
        }
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // What came along with the last message is judged before the socket is asked.
        let mut judged = !self.pending.is_empty() && self.scanned == 0 && self.judge();
        while !judged {
            self.pending.reserve(READ_BYTES);
            let read = {
                let reading = pin!(self.stream.read_buf(&mut self.pending));
                reading.poll(cx)
            };
            match read {
                Poll::Ready(Ok(0)) => {
                    self.phase = Phase::Over;
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(_)) => {
                    self.last_active = Instant::now();
                    judged = self.judge();
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    ready!(self.poll_silence(cx));
                    if self.released == 0 {
                        return Poll::Ready(Ok(()));
                    }
                    judged = true;
                }
            }
        }
        self.hand_over(buf);
        Poll::Ready(Ok(()))
    }

    /// Ready when the client has been silent for too long: a begun head is refused, an idle connection ended.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let due = match self.head_started {
                Some(started) => started + self.deadlines.head,
                None => self.last_active + self.deadlines.idle,
            };
            // The timer is only ever moved nearer; one that fires early is set anew.
            if due < self.timer.deadline() {
                self.timer.as_mut().reset(due);
            }
            ready!(self.timer.as_mut().poll(cx));
            let now = Instant::now();
            if now < due {
                self.timer.as_mut().reset(due);
            } else if self.busy.load(Ordering::Relaxed) > 0 {
                self.last_active = now;
                self.head_started = self.head_started.map(|_| now);
                self.timer.as_mut().reset(now + self.deadlines.head);
            } else if self.head_started.is_some() {
                self.refuse(HeadFault::TooSlow);
                return Poll::Ready(());
            } else {
                self.phase = Phase::Over;
                return Poll::Ready(());
            }
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut most = buf.remaining().min(16 * 1024);
        if let Phase::Length(left) = self.phase {
            most = most.min(usize::try_from(left).unwrap_or(usize::MAX));
        }
        let space = buf.initialize_unfilled_to(most);
        let got = if self.pending.is_empty() {
            let mut part = ReadBuf::new(space);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut part))?;
            part.filled().len()
        } else {
            let got = most.min(self.pending.len());
            space[..got].copy_from_slice(&self.pending[..got]);
            self.pending.drain(..got);
            got
        };
        let bytes = &space[..got];
        self.last_active = Instant::now();
        let mut mine = got;
        match &mut self.phase {
            _ if got == 0 => self.phase = Phase::Over,
            Phase::Length(left) => {
                *left -= got as u64;
                if *left == 0 {
                    self.phase = Phase::Head;
                }
            }
            Phase::Chunked(chunks) => match chunks.follow(bytes) {
                Progress::More => {}
                Progress::Malformed => {
                    // hyper finds the body cut short and fails it: 400.
                    self.phase = Phase::Over;
                    mine = 0;
                }
                Progress::Ended(end) => {
                    self.pending.splice(..0, bytes[end..].iter().copied());
                    mine = end;
                    self.phase = Phase::Head;
                }
            },
            Phase::Head | Phase::Refused | Phase::Over => {}
        }
        buf.advance(mine);
        Poll::Ready(Ok(()))
    }

    fn poll_written<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.write_timer = None;
            return polled;
        }
        let patience = self.deadlines.write;
        let timer = self
            .write_timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Guard {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        if guard.released > 0 {
            guard.hand_over(buf);
            return Poll::Ready(Ok(()));
        }
        match guard.phase {
            Phase::Head => guard.poll_head(cx, buf),
            Phase::Length(_) | Phase::Chunked(_) => guard.poll_body(cx, buf),
            Phase::Refused => Poll::Pending,
            Phase::Over => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Guard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.poll_written(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.poll_written(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

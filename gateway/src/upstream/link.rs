//! One HTTP/1.1 connection to a service.
//!
//! The connection has no task of its own: whoever waits for its answer drives it. That saves two wake-ups across
//! threads per request, and a client that goes away takes the connection with it.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::body::RequestBody;
use crate::rescue::Refusal;

pub struct Link {
    /// Which replica it leads to.
    pub address: SocketAddr,
    sender: SendRequest<RequestBody>,
    connection: Connection<TokioIo<TcpStream>, RequestBody>,
    over: bool,
    idle_since: Instant,
}

/// How an exchange failed.
pub enum Lost {
    /// Nothing was sent: here is the request again.
    Unsent(Box<Request<RequestBody>>),
    /// Something was sent, and the connection broke.
    Broken,
    TimedOut,
    /// The client's own body was at fault.
    Body(Refusal),
}

impl Link {
    pub async fn new(stream: TcpStream, address: SocketAddr) -> hyper::Result<Box<Self>> {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Box::new(Self {
            address,
            sender,
            connection,
            over: false,
            idle_since: Instant::now(),
        }))
    }

    /// Lets the connection read and write what it can.
    pub fn drive(&mut self, cx: &mut Context<'_>) {
        if !self.over {
            self.over = Pin::new(&mut self.connection).poll(cx).is_ready();
        }
    }

    /// Whether the connection can carry another request.
    pub fn is_reusable(&self) -> bool {
        !self.over && self.sender.is_ready()
    }

    pub fn rest(&mut self) {
        self.idle_since = Instant::now();
    }

    /// Whether the connection is still good after a rest; notices that the service has closed it.
    pub fn is_fresh(&mut self, idle: Duration) -> bool {
        if self.idle_since.elapsed() > idle {
            return false;
        }
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.is_reusable()
    }

    /// Sends a request and waits for the head of the answer, at most `patience` after the request's end.
    pub async fn exchange(
        &mut self,
        request: Request<RequestBody>,
        patience: Duration,
    ) -> Result<Response<Incoming>, Lost> {
        let progress = request.body().progress();
        let mut answer = pin!(self.sender.try_send_request(request));
        let mut timer = pin!(sleep(patience));
        let (connection, over) = (&mut self.connection, &mut self.over);
        poll_fn(|cx| {
            if !*over {
                *over = Pin::new(&mut *connection).poll(cx).is_ready();
            }
            if let Poll::Ready(result) = answer.as_mut().poll(cx) {
                return Poll::Ready(result.map_err(|mut error| {
                    let fault = progress.as_ref().and_then(|progress| progress.fault());
                    match (fault, error.take_message()) {
                        (Some(fault), _) => Lost::Body(fault),
                        (None, Some(request)) => Lost::Unsent(Box::new(request)),
                        (None, None) => Lost::Broken,
                    }
                }));
            }
            while timer.as_mut().poll(cx).is_ready() {
                let counts_from = progress
                    .as_ref()
                    .map(|progress| progress.answer_counts_from());
                match counts_from.map(|from| from + patience) {
                    Some(due) if due > Instant::now() => timer.as_mut().reset(due),
                    _ => return Poll::Ready(Err(Lost::TimedOut)),
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Reads a whole body that may have so many bytes.
    pub async fn read(&mut self, mut body: Incoming, most: usize) -> Option<Vec<u8>> {
        let mut read = Vec::new();
        loop {
            let frame = poll_fn(|cx| {
                let frame = Pin::new(&mut body).poll_frame(cx);
                if frame.is_ready() {
                    return frame;
                }
                self.drive(cx);
                Pin::new(&mut body).poll_frame(cx)
            });
            match frame.await {
                None => return Some(read),
                Some(frame) => {
                    let data = frame.ok()?.into_data().unwrap_or_default();
                    if read.len() + data.len() > most {
                        return None;
                    }
                    read.extend_from_slice(&data);
                }
            }
        }
    }
}

//! The listener: bounded connections, each with its guard, and a graceful end.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::config::Config;
use crate::gateway::{Gateway, Peer};
use crate::guard::Guard;
use crate::metrics;

/// Sent to a connection beyond the bound, before it says anything.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\ncontent-type: application/problem+json\r\ncontent-length: 146\r\n\r\n{\"type\":\"/problems/unavailable\",\"title\":\"Not available right now\",\"status\":503,\"detail\":\"Too many connections are open. Try again in a moment.  \"}";

pub struct Server {
    listener: TcpListener,
    gateway: Arc<Gateway>,
}

impl Server {
    pub async fn bind(config: Config) -> anyhow::Result<Self> {
        let listener = TcpListener::from_std(config.listener.open(config.bind)?)?;
        if let Some(address) = config.metrics_bind {
            metrics::serve(address).await?;
        }
        let gateway = Arc::new(Gateway::new(config)?);
        Ok(Self { listener, gateway })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Until the keys are known, nobody who is signed in could be let in: for moments they wait, unanswered.
    async fn settle(&self) {
        let known = async {
            while !self.gateway.keys_known() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let _served_all_the_same = timeout(self.gateway.config().limits.quiet_start, known).await;
    }

    /// Serves until `stop`, then lets what is under way finish.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let limits = self.gateway.config().limits;
        let places = Arc::new(Semaphore::new(limits.connections));
        let held = places.clone();
        nexus_telemetry::metrics::provide("connections", move |page| {
            page.gauge("nexus_gateway_connections", "Open connections of clients.")
                .sample(&[], (limits.connections - held.available_permits()) as f64);
        });
        let (stopping, stopped) = watch::channel(false);
        let mut stop = pin!(stop);
        tokio::select! {
            () = stop.as_mut() => {}
            () = self.settle() => self.accept(stop, &places, &stopped).await,
        }
        self.gateway.stop();
        let farewell = pin!(sleep(limits.farewell));
        self.accept(farewell, &places, &stopped).await;
        drop(self.listener);
        let _nobody_left = stopping.send(true);
        let everyone = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        if timeout(limits.drain, places.acquire_many(everyone))
            .await
            .is_err()
        {
            tracing::warn!("requests still under way were cut off");
        }
    }

    async fn accept(
        &self,
        mut stop: Pin<&mut impl Future<Output = ()>>,
        places: &Arc<Semaphore>,
        stopped: &watch::Receiver<bool>,
    ) {
        loop {
            let accepted = tokio::select! {
                () = stop.as_mut() => return,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, address) = match accepted {
                Ok(connection) => connection,
                Err(error) => {
                    // Out of file descriptors, mostly: wait for some to be closed.
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(place) = places.clone().try_acquire_owned() else {
                let _best_effort = stream.try_write(FULL);
                continue;
            };
            let (gateway, stopped) = (self.gateway.clone(), stopped.clone());
            tokio::spawn(async move {
                serve(stream, address, gateway, stopped).await;
                drop(place);
            });
        }
    }
}

async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    gateway: Arc<Gateway>,
    mut stopped: watch::Receiver<bool>,
) {
    let _default_delay = stream.set_nodelay(true);
    let limits = gateway.config().limits;
    let peer = Arc::new(Peer::new(address.ip()));
    let guard = Guard::new(stream, peer.busy.clone(), limits.head, limits.guard);
    let service = service_fn(move |request| {
        let (gateway, peer) = (gateway.clone(), peer.clone());
        async move { Ok::<_, Infallible>(gateway.handle(request, &peer).await) }
    });
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(guard), service);
    {
        let mut stopping = pin!(stopped.wait_for(|stopped| *stopped));
        let mut told = false;
        poll_fn(|cx| {
            if !told && stopping.as_mut().poll(cx).is_ready() {
                told = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            Pin::new(&mut connection)
                .poll(cx)
                .map(|_broken_by_the_client| ())
        })
        .await;
    }
    let (stream, unread) = connection.into_parts().io.into_inner().into_stream();
    close(stream, unread).await;
}

/// Closing a socket with unread bytes resets it, and the client may never see the answer: they are read for a while.
async fn close(mut stream: TcpStream, unread: bool) {
    let ended = stream.shutdown().await;
    if !unread || ended.is_err() {
        return;
    }
    let mut waste = vec![0; 16 * 1024];
    let mut left: usize = 8 * 1024 * 1024;
    let drain = async {
        while let Ok(read @ 1..) = stream.read(&mut waste).await {
            left = left.saturating_sub(read);
            if left == 0 {
                break;
            }
        }
    };
    let _enough = timeout(Duration::from_secs(1), drain).await;
}

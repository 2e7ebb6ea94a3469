//! Numbers for Prometheus, on a listener of their own: what the world reaches does not tell them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use nexus_telemetry::metrics;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::body::Reply;

/// Nobody needs longer for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers `/metrics` at this address for as long as the process lives.
pub async fn serve(address: SocketAddr) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(timeout(PATIENCE, answer(stream)));
                }
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    });
    Ok(())
}

async fn answer(stream: TcpStream) {
    let service = service_fn(|request| async move {
        let path: &hyper::Uri = hyper::Request::<hyper::body::Incoming>::uri(&request);
        Ok::<_, Infallible>(page(path.path()))
    });
    let _gone = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn page(path: &str) -> Response<Reply> {
    if path != "/metrics" {
        let mut response = Response::new(Reply::whole("/metrics is all there is\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    let mut response = Response::new(Reply::whole(metrics::told("gateway")));
    let kind = HeaderValue::from_static(metrics::CONTENT_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

//! Asks a local process how it is: `GET /readyz` and the like, without a whole HTTP client.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(2);
const ANSWER_MAX: u64 = 64 * 1024;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// `None`: nobody listens there, or it does not speak HTTP.
pub async fn get(address: SocketAddr, path: &str) -> Option<Answer> {
    let text = timeout(PATIENCE, exchange(address, path)).await.ok()??;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some(Answer {
        status,
        body: body.to_owned(),
    })
}

async fn exchange(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut bytes).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[tokio::test]
    async fn the_status_and_the_body_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let _ = peer.read(&mut [0; 1024]).unwrap();
            peer.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nwait")
                .unwrap();
        });
        let answer = get(address, "/readyz").await.expect("it answers");
        assert_eq!((answer.status, answer.body.as_str()), (503, "wait"));
    }

    #[tokio::test]
    async fn a_closed_port_is_no_answer() {
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(get(address, "/").await.is_none());
    }
}

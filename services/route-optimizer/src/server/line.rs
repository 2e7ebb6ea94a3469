//! Whether the client is still there. The HTTP library looks only when it has something to send, which may be minutes later.

use std::any::Any;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::{RecvFlags, recv};

/// How soon a client that went away is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A client's connection, held beside the HTTP library's.
#[derive(Clone)]
pub struct Line(Arc<OwnedFd>);

/// Keeps the connection's line with it.
pub fn remember(connection: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Ok(line) = rustix::io::dup(stream)
    {
        data.insert(Line(Arc::new(line)));
    }
}

impl Line {
    /// Peeks: nothing to read is a client that waits, an end is one that is gone.
    fn is_dead(&self) -> bool {
        let mut byte = [0_u8; 1];
        match recv(&*self.0, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT) {
            Ok((read, _)) => read == 0,
            Err(error) => {
                error != rustix::io::Errno::WOULDBLOCK && error != rustix::io::Errno::INTR
            }
        }
    }
}

/// Returns when the client is gone; never, if that cannot be seen.
pub async fn gone(line: Option<Line>) {
    let Some(line) = line else {
        return std::future::pending().await;
    };
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        if line.is_dead() {
            return;
        }
    }
}

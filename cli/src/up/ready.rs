//! Waiting until everything answers, and saying so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use nexus_cluster::ServiceRole;
use tokio::time::{sleep, timeout};

use super::child::Kept;
use super::database::Database;
use super::journal::Journal;
use crate::probe;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A service is ready in a fraction of this.
const HEAD_START: Duration = Duration::from_secs(2);
const GONE_WITHIN: Duration = Duration::from_secs(3);
const LOOK_SELDOM: Duration = Duration::from_millis(200);
const TELL_AFTER: Duration = Duration::from_secs(15);
/// So many failed starts before it ever worked: it will not get better by itself.
const HOPELESS: u32 = 4;

/// Returns when the database answers and holds what the services need; gives up when it cannot even start.
pub async fn database(
    kept: &[Kept],
    database: &Arc<Database>,
    roles: Vec<ServiceRole>,
) -> Result<()> {
    let database = Arc::clone(database);
    let prepared = tokio::task::spawn_blocking(move || database.prepare(&roles));
    let hopeless = async {
        loop {
            given_up(kept)?;
            sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        done = prepared => done?,
        hopeless = hopeless => hopeless,
    }
}

fn given_up(kept: &[Kept]) -> Result<()> {
    match kept.iter().find(|child| child.ends() >= HOPELESS) {
        Some(child) => bail!(
            "{} does not start; its last lines in the log say why",
            child.name
        ),
        None => Ok(()),
    }
}

/// Returns when a service is ready, and soon in any case.
pub async fn head_start(address: SocketAddr) {
    let ready = async {
        while probe::get(reachable(address), "/readyz")
            .await
            .is_none_or(|answer| answer.status != 200)
        {
            sleep(LOOK_EVERY).await;
        }
    };
    let _late = timeout(HEAD_START, ready).await;
}

/// Returns when a service says that it is not ready any more, or does not answer; soon in any case, since one may be quicker
/// than we look.
pub async fn gone(address: SocketAddr) {
    let not_ready = async {
        while probe::get(reachable(address), "/readyz")
            .await
            .is_some_and(|answer| answer.status == 200)
        {
            sleep(LOOK_EVERY).await;
        }
    };
    let _already_back = timeout(GONE_WITHIN, not_ready).await;
}

/// Returns when every service says that it is ready; gives up when one cannot even start.
pub async fn services(
    kept: &[Kept],
    addresses: &[(&str, SocketAddr)],
    journal: &Journal,
) -> Result<()> {
    let mut tell = Box::pin(sleep(TELL_AFTER));
    for (name, address) in addresses {
        let mut pause = LOOK_EVERY;
        loop {
            let answer = probe::get(reachable(*address), "/readyz").await;
            if answer.as_ref().is_some_and(|answer| answer.status == 200) {
                break;
            }
            given_up(kept)?;
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(LOOK_SELDOM),
                () = &mut tell => {
                    let said = answer.map_or("no answer".to_owned(), |answer| answer.body);
                    journal.say(&format!("still waiting for {name}: {}", said.trim()));
                    tell = Box::pin(sleep(TELL_AFTER));
                }
            }
        }
    }
    Ok(())
}

/// The lines a person waits for.
pub async fn greet(
    journal: &Journal,
    started: Instant,
    url: &str,
    public_url: &str,
    public: SocketAddr,
) {
    journal.say(&format!(
        "ready in {:.1} s: {public_url}",
        started.elapsed().as_secs_f32()
    ));
    if !public.ip().is_loopback() && public_url == url {
        journal
            .say("other machines may come in, but invitations will say localhost: set PUBLIC_URL");
    }
    let setup = probe::get(reachable(public), "/api/v1/auth/setup").await;
    if setup.is_some_and(|answer| {
        answer
            .body
            .replace(' ', "")
            .contains("\"needs_first_user\":true")
    }) {
        journal.say("nobody is registered yet: whoever registers first becomes the administrator");
    }
    journal.say("Ctrl-C stops it");
}

/// An address that means "every interface" is reached through loopback.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        let loopback = if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        };
        address.set_ip(loopback);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_includes_loopback() {
        assert_eq!(
            reachable("0.0.0.0:80".parse().unwrap()),
            "127.0.0.1:80".parse().unwrap()
        );
        assert_eq!(
            reachable("[::]:80".parse().unwrap()),
            "[::1]:80".parse().unwrap()
        );
        assert_eq!(
            reachable("10.0.0.1:80".parse().unwrap()),
            "10.0.0.1:80".parse().unwrap()
        );
    }
}

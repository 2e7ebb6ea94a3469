//! Where a service listens: one place or several, of which those that fail are asked last.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::Uri;
use hyper::header::HeaderValue;
use tokio::time::Instant;

/// One that failed is asked last for so long.
const SHUNNED_FOR: Duration = Duration::from_secs(5);

/// A service's address that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not a service's address: it must look like http://host:port, several separated by commas"
)]
pub struct BadAddress(String);

/// Names and ports; each name may stand for several addresses, which its DNS tells.
#[derive(Debug)]
pub struct Targets {
    names: Vec<(String, u16)>,
    turn: AtomicUsize,
    shunned: Mutex<HashMap<SocketAddr, Instant>>,
}

impl Targets {
    /// Reads `http://host:port`, or several; also what goes into `Host`.
    pub fn parse(urls: &str) -> Result<(Self, HeaderValue), BadAddress> {
        let mut names = Vec::new();
        let mut authority = None;
        for url in urls.split(',').map(str::trim) {
            let bad = || BadAddress(url.to_owned());
            let uri: Uri = url.parse().map_err(|_| bad())?;
            let named = uri.authority().ok_or_else(bad)?;
            if uri.scheme_str() != Some("http") || uri.path().len() > 1 || uri.query().is_some() {
                return Err(bad());
            }
            let host = named.host().trim_matches(['[', ']']).to_owned();
            names.push((host, named.port_u16().unwrap_or(80)));
            let value = HeaderValue::from_str(named.as_str()).map_err(|_| bad())?;
            authority.get_or_insert(value);
        }
        let authority = authority.ok_or_else(|| BadAddress(urls.to_owned()))?;
        let targets = Self {
            names,
            turn: AtomicUsize::new(0),
            shunned: Mutex::default(),
        };
        Ok((targets, authority))
    }

    /// Every address, beginning with the one whose turn it is; those that failed lately come last.
    pub async fn in_turn(&self) -> Vec<SocketAddr> {
        let mut all = Vec::new();
        for (host, port) in &self.names {
            match host.parse() {
                Ok(address) => all.push(SocketAddr::new(address, *port)),
                Err(_) => {
                    let found = tokio::net::lookup_host((host.as_str(), *port)).await;
                    all.extend(found.into_iter().flatten());
                }
            }
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let middle = turn % all.len().max(1);
        all.rotate_left(middle);
        all.sort_by_key(|address| self.is_shunned(*address));
        all
    }

    pub fn shun(&self, address: SocketAddr) {
        let mut shunned = self.shunned.lock().unwrap_or_else(PoisonError::into_inner);
        shunned.retain(|_, until| *until > Instant::now());
        shunned.insert(address, Instant::now() + SHUNNED_FOR);
    }

    /// It answers again.
    pub fn pardon(&self, address: SocketAddr) {
        let mut shunned = self.shunned.lock().unwrap_or_else(PoisonError::into_inner);
        shunned.remove(&address);
    }

    pub fn is_shunned(&self, address: SocketAddr) -> bool {
        let shunned = self.shunned.lock().unwrap_or_else(PoisonError::into_inner);
        shunned
            .get(&address)
            .is_some_and(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_take_turns_and_one_that_failed_comes_last() {
        let (targets, host) = Targets::parse("http://127.0.0.1:1, http://127.0.0.1:2").unwrap();
        assert_eq!(host, "127.0.0.1:1");
        let ports =
            |all: Vec<SocketAddr>| -> Vec<u16> { all.iter().map(SocketAddr::port).collect() };
        assert_eq!(ports(targets.in_turn().await), [1, 2]);
        assert_eq!(ports(targets.in_turn().await), [2, 1]);
        targets.shun(([127, 0, 0, 1], 1).into());
        for _ in 0..2 {
            assert_eq!(ports(targets.in_turn().await), [2, 1]);
        }
    }

    #[test]
    fn only_plain_addresses_are_taken() {
        for bad in [
            "",
            "https://crm",
            "http://crm/x",
            "http://crm?x",
            "http://a:1,",
            "crm:80",
        ] {
            assert!(Targets::parse(bad).is_err(), "{bad}");
        }
        assert!(Targets::parse("http://[::1]:80,http://crm").is_ok());
    }
}

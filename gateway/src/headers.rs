//! Which headers pass, in both directions, and which ones every answer gets.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{
    CACHE_CONTROL, CONNECTION, COOKIE, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

use crate::trace::Trace;

pub const X_CLIENT_IP: HeaderName = HeaderName::from_static("x-client-ip");
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Takes out what concerns this hop alone, what `Connection` names, and everything that could pose as ours.
pub fn strip_request(headers: &mut HeaderMap, keep_cookie: bool) {
    strip_named_by_connection(headers);
    let doomed: Vec<HeaderName> = headers
        .keys()
        .filter(|name| stays_here(name.as_str()))
        .cloned()
        .collect();
    for name in doomed {
        headers.remove(name);
    }
    if !keep_cookie {
        headers.remove(COOKIE);
    }
}

/// `x-` headers are what proxies and services believe: from outside only the application's own pass.
fn stays_here(name: &str) -> bool {
    match name.as_bytes()[0] {
        b'x' => name.starts_with("x-") && !name.starts_with("x-nexus-"),
        b'c' => matches!(
            name,
            "connection" | "content-length" | "client-ip" | "cf-connecting-ip"
        ),
        b'e' => name == "expect",
        b'f' => matches!(
            name,
            "forwarded" | "forwarded-for" | "fastly-client-ip" | "front-end-https"
        ),
        b'h' => matches!(name, "host" | "http2-settings"),
        b'k' => name == "keep-alive",
        b'p' => name.starts_with("proxy"),
        b't' => matches!(
            name,
            "te" | "trailer" | "transfer-encoding" | "traceparent" | "true-client-ip"
        ),
        b'u' => name == "upgrade",
        b'v' => name == "via",
        _ => false,
    }
}

/// Takes out of a service's answer what concerns the inner hop alone.
pub fn strip_response(headers: &mut HeaderMap) {
    strip_named_by_connection(headers);
    for name in [
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "server",
        "x-powered-by",
    ] {
        headers.remove(name);
    }
}

fn strip_named_by_connection(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|token| {
            let token = token.trim();
            let ordinary =
                token.eq_ignore_ascii_case("keep-alive") || token.eq_ignore_ascii_case("close");
            (!ordinary).then(|| token.parse().ok()).flatten()
        })
        .collect();
    for name in named {
        headers.remove(name);
    }
}

/// Who may say for whom a request comes: addresses, or networks as `address/bits`.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl std::str::FromStr for TrustedProxies {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let network = |entry: &str| {
            let (address, bits) = entry.split_once('/').unwrap_or((entry, ""));
            let address: IpAddr = address.parse().ok()?;
            let width = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() {
                width
            } else {
                bits.parse().ok()?
            };
            (bits <= width).then_some((address, bits))
        };
        list.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                network(entry).ok_or_else(|| format!("{entry:?} is no address and no network"))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|(network, bits)| match (network, peer) {
            (IpAddr::V4(network), IpAddr::V4(peer)) => {
                let shift = 32 - u32::from(*bits);
                u32::from(*network).checked_shr(shift) == u32::from(peer).checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(peer)) => {
                let shift = 128 - u32::from(*bits);
                u128::from(*network).checked_shr(shift) == u128::from(peer).checked_shr(shift)
            }
            _ => false,
        })
    }

    /// The right-most address of `X-Forwarded-For` that no trusted proxy has, else the peer's own.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if self.0.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let mut nearest = peer;
        for value in headers.get_all("x-forwarded-for").iter().rev() {
            for entry in value.to_str().unwrap_or_default().rsplit(',') {
                let Ok(address) = entry.trim().parse::<IpAddr>() else {
                    return nearest;
                };
                nearest = address.to_canonical();
                if !self.trusts(nearest) {
                    return nearest;
                }
            }
        }
        nearest
    }
}

/// What every answer carries.
pub struct Dressing(Vec<(HeaderName, HeaderValue)>);

impl Dressing {
    /// HSTS only where the public address is https: on plain http it means nothing.
    pub fn new(public_url: &str) -> Self {
        let fixed = |name, value| (name, HeaderValue::from_static(value));
        let mut headers = vec![
            fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
            fixed(REFERRER_POLICY, "no-referrer"),
            fixed(
                HeaderName::from_static("permissions-policy"),
                "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
            ),
            fixed(
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            fixed(
                HeaderName::from_static("cross-origin-resource-policy"),
                "same-origin",
            ),
        ];
        if public_url.starts_with("https://") {
            headers.push(fixed(
                STRICT_TRANSPORT_SECURITY,
                "max-age=31536000; includeSubDomains",
            ));
        }
        Self(headers)
    }

    pub fn put_on(&self, headers: &mut HeaderMap, trace: &Trace, api: bool) {
        headers.reserve(self.0.len() + 3);
        for (name, value) in &self.0 {
            headers.insert(name, value.clone());
        }
        headers.insert(X_REQUEST_ID, trace.id_value());
        if api {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(
                hyper::header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_what_is_the_clients_own_passes() {
        let mut headers = map(&[
            ("authorization", "Bearer t"),
            ("idempotency-key", "k"),
            ("if-match", "\"1\""),
            ("x-nexus-refresh", "1"),
            ("accept", "*/*"),
            ("cookie", "a=b"),
            ("x-user-id", "1"),
            ("x-forwarded-for", "1.2.3.4"),
            ("forwarded", "for=1"),
            ("x-client-ip", "1"),
            ("x-real-ip", "1"),
            ("connection", "keep-alive, X-A, accept"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "x"),
            ("transfer-encoding", "chunked"),
            ("host", "h"),
        ]);
        strip_request(&mut headers, false);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(
            left,
            [
                "authorization",
                "idempotency-key",
                "if-match",
                "x-nexus-refresh"
            ]
        );
    }

    #[test]
    fn connection_may_not_take_the_token_along_unnoticed() {
        let mut headers = map(&[
            ("authorization", "Bearer t"),
            ("connection", "close, Authorization"),
        ]);
        strip_request(&mut headers, true);
        assert!(headers.is_empty());
    }

    #[test]
    fn the_client_is_the_right_most_address_nobody_trusted_has() {
        let proxies: TrustedProxies = "10.0.0.0/8, 127.0.0.1, ::1".parse().unwrap();
        let client = |peer: &str, forwarded: &[&'static str]| {
            let pairs: Vec<_> = forwarded
                .iter()
                .map(|value| ("x-forwarded-for", *value))
                .collect();
            proxies
                .client(peer.parse().unwrap(), &map(&pairs))
                .to_string()
        };
        assert_eq!(
            client("127.0.0.1", &["1.1.1.1, 8.8.8.8, 10.1.2.3"]),
            "8.8.8.8"
        );
        assert_eq!(client("127.0.0.1", &["1.1.1.1", "9.9.9.9"]), "9.9.9.9");
        assert_eq!(client("127.0.0.1", &["8.8.8.8, junk"]), "127.0.0.1");
        assert_eq!(client("::ffff:127.0.0.1", &["8.8.8.8"]), "8.8.8.8");
        assert_eq!(client("8.8.4.4", &["1.1.1.1"]), "8.8.4.4");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        let nobody = TrustedProxies::default();
        assert_eq!(
            nobody
                .client(
                    "127.0.0.1".parse().unwrap(),
                    &map(&[("x-forwarded-for", "1.1.1.1")])
                )
                .to_string(),
            "127.0.0.1"
        );
        assert!(
            "10.0.0.0/33".parse::<TrustedProxies>().is_err()
                && "x".parse::<TrustedProxies>().is_err()
        );
    }

    #[test]
    fn a_network_of_no_bits_is_everybody() {
        let all: TrustedProxies = "0.0.0.0/0".parse().unwrap();
        assert!(all.trusts("1.2.3.4".parse().unwrap()) && !all.trusts("::1".parse().unwrap()));
    }
}

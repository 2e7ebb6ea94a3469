//! W3C trace context: an inbound `traceparent` is continued, otherwise a new trace begins.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method};
use nexus_telemetry::TraceParent;
use tracing::Span;
use tracing::field::Empty;

/// One request's place in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 32],
    span: [u8; 16],
    sampled: bool,
}

impl Trace {
    /// Begins a request: its span, which costs nothing unless spans are exported, and its place in the trace.
    pub fn begin(method: &Method, headers: &HeaderMap) -> (Span, Self) {
        let span = tracing::debug_span!(
            target: nexus_telemetry::SPANS,
            "request",
            otel.kind = "server",
            http.request.method = method.as_str(),
            http.route = Empty,
            http.response.status_code = Empty,
        );
        let trace = Self::of(headers);
        if span.is_disabled() {
            return (span, trace);
        }
        let parent = trace.parent_value();
        if let Some(parent) = parent.to_str().ok().and_then(TraceParent::parse) {
            nexus_telemetry::adopt_parent(&span, &parent);
        }
        let exported = nexus_telemetry::current_traceparent(&span);
        let exported = exported.and_then(|exported| parse(exported.as_str().as_bytes()));
        (span, exported.unwrap_or(trace))
    }

    /// Continues the caller's trace when it names one properly, once.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut inbound = headers.get_all("traceparent").iter();
        let parent = inbound.next().filter(|_| inbound.next().is_none());
        let parent = parent.and_then(|value| parse(value.as_bytes()));
        Self {
            span: hex(random() | 1),
            ..parent.unwrap_or_else(Self::new)
        }
    }

    fn new() -> Self {
        let mut id = [0; 32];
        id[..16].copy_from_slice(&hex(random()));
        id[16..].copy_from_slice(&hex(random() | 1));
        Self {
            id,
            span: hex(random() | 1),
            sampled: true,
        }
    }

    pub fn id(&self) -> &str {
        std::str::from_utf8(&self.id).unwrap_or_default()
    }

    pub fn id_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.id).unwrap_or(HeaderValue::from_static(""))
    }

    /// The `traceparent` for the service behind.
    pub fn parent_value(&self) -> HeaderValue {
        let mut value = *b"00-00000000000000000000000000000000-0000000000000000-00";
        value[3..35].copy_from_slice(&self.id);
        value[36..52].copy_from_slice(&self.span);
        value[54] = b'0' + u8::from(self.sampled);
        HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static(""))
    }
}

/// `00-<trace>-<span>-<flags>`, lower-case hex, neither id all zeros.
fn parse(value: &[u8]) -> Option<Trace> {
    let lower_hex = |part: &[u8]| part.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let zero = |part: &[u8]| part.iter().all(|b| *b == b'0');
    if value.len() != 55 || value[..3] != *b"00-" || value[35] != b'-' || value[52] != b'-' {
        return None;
    }
    let (id, span, flags) = (&value[3..35], &value[36..52], &value[53..55]);
    if !lower_hex(id) || !lower_hex(span) || !lower_hex(flags) || zero(id) || zero(span) {
        return None;
    }
    let sampled = char::from(flags[1]).to_digit(16)? & 1 == 1;
    Some(Trace {
        id: id.try_into().ok()?,
        span: span.try_into().ok()?,
        sampled,
    })
}

fn hex(value: u64) -> [u8; 16] {
    let mut out = [b'0'; 16];
    for (at, slot) in out.iter_mut().enumerate() {
        let nibble = (value >> (60 - 4 * at)) & 15;
        *slot = b"0123456789abcdef"[usize::from(nibble.to_le_bytes()[0])];
    }
    out
}

/// `SplitMix64`, seeded once a thread from the system's entropy: trace ids are names, not secrets.
fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(std::thread::current().id()));
    }
    STATE.with(|state| {
        let next = state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        state.set(next);
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parents: &[&'static str]) -> Trace {
        let mut headers = HeaderMap::new();
        for parent in parents {
            headers.append("traceparent", HeaderValue::from_static(parent));
        }
        Trace::of(&headers)
    }

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_valid_parent_is_continued_with_a_new_span() {
        let trace = of(&[GOOD]);
        assert_eq!(trace.id(), "0af7651916cd43dd8448eb211c80319c");
        let parent = trace.parent_value();
        assert!(parent.to_str().unwrap().starts_with(&GOOD[..36]));
        assert_ne!(parent, GOOD);
        assert_eq!(parse(parent.as_bytes()), Some(trace));
    }

    #[test]
    fn anything_else_begins_a_new_trace() {
        for bad in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert_ne!(of(&[bad]).id(), "0af7651916cd43dd8448eb211c80319c", "{bad}");
        }
        assert_ne!(of(&[GOOD, GOOD]).id(), "0af7651916cd43dd8448eb211c80319c");
        assert_ne!(of(&[]), of(&[]));
    }
}

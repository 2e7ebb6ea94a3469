//! The W3C trace context: `traceparent: 00-<trace id>-<parent id>-<flags>`.

use std::collections::HashMap;

use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A well-formed `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent {
    text: String,
}

impl TraceParent {
    /// Reads a header's value; anything but version 00 with non-zero ids is no trace context.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let lengths_fit = [2, 32, 16, 2]
            .into_iter()
            .all(|length| parts.next().is_some_and(|part| part.len() == length));
        let hex = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
        let named = text.starts_with("00-") && parts.next().is_none();
        (lengths_fit
            && hex
            && named
            && text[3..35] != "0".repeat(32)
            && text[36..52] != "0".repeat(16))
        .then(|| Self {
            text: text.to_owned(),
        })
    }

    /// A new context from 24 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 24]) -> Self {
        use std::fmt::Write;
        let mut text = String::with_capacity(55);
        text.push_str("00-");
        for (index, byte) in bytes.iter().enumerate() {
            if index == 16 {
                text.push('-');
            }
            // An id of zeros means "no id"; one bit set can never be that.
            let byte = if index % 16 == 0 { byte | 1 } else { *byte };
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
        }
        text.push_str("-01");
        Self { text }
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// 32 hex digits: what a user quotes and a log line carries.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.text[3..35]
    }
}

/// Makes a span part of the caller's trace (when spans are exported).
pub fn adopt_parent(span: &Span, parent: &TraceParent) {
    let carrier = HashMap::from([("traceparent".to_owned(), parent.text.clone())]);
    let context = opentelemetry::global::get_text_map_propagator(|reader| reader.extract(&carrier));
    if context.span().span_context().is_valid() {
        // Fails only when no exporter listens, and then there is nothing to join.
        let _not_exported = span.set_parent(context);
    }
}

/// The context to pass on: this span's when it is exported, else none.
#[must_use]
pub fn current_traceparent(span: &Span) -> Option<TraceParent> {
    let mut carrier = HashMap::new();
    let context = span.context();
    opentelemetry::global::get_text_map_propagator(|writer| {
        writer.inject_context(&context, &mut carrier)
    });
    TraceParent::parse(carrier.get("traceparent")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_context_is_believed() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            TraceParent::parse(good).unwrap().trace_id(),
            "4bf92f3577b34da6a3ce929d0e0e4736"
        );
        for bad in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e47-3600f067aa0ba902b7ff-01",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_context_is_well_formed_whatever_the_bytes() {
        for byte in [0, 7, 255] {
            let made = TraceParent::from_random([byte; 24]);
            assert_eq!(TraceParent::parse(made.as_str()), Some(made));
        }
    }
}

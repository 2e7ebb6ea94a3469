//! Log lines that say which request they belong to.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::trace_id::trace_id;

/// Another format, and the trace id at the end of its line.
pub struct Traced<F> {
    pub format: F,
    pub json: bool,
}

impl<S, N, F> FormatEvent<S, N> for Traced<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(id) = trace_id() else {
            return self.format.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.format
            .format_event(context, Writer::new(&mut line), event)?;
        writer.write_str(&with_id(line, &id, self.json))
    }
}

/// An event that says it itself is left as it is.
fn with_id(mut line: String, id: &str, json: bool) -> String {
    if line.contains(id) {
        return line;
    }
    line.truncate(line.trim_end().len());
    if json && line.ends_with('}') {
        line.pop();
        line + &format!(",\"trace_id\":\"{id}\"}}\n")
    } else {
        line + &format!(" trace_id={id}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_id_ends_a_line_that_does_not_say_it() {
        for (line, json, expected) in [
            ("INFO x a=1\n", false, "INFO x a=1 trace_id=t1\n"),
            ("{\"a\":{}}\n", true, "{\"a\":{},\"trace_id\":\"t1\"}\n"),
            ("INFO x trace_id=t1\n", false, "INFO x trace_id=t1\n"),
        ] {
            assert_eq!(with_id(line.to_owned(), "t1", json), expected);
        }
    }
}

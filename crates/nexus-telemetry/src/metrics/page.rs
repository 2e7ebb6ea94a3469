use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How a number behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One answer to whoever asks for numbers. The format wants each family in one piece, whoever adds to it.
#[derive(Debug, Default)]
pub struct Page {
    families: BTreeMap<&'static str, Family>,
}

/// Samples of one name.
#[derive(Debug)]
pub struct Family {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    samples: String,
}

impl Page {
    /// A number that only grows; its name ends in `_total`.
    pub fn counter(&mut self, name: &'static str, help: &'static str) -> &mut Family {
        self.family(name, help, Kind::Counter)
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &'static str) -> &mut Family {
        self.family(name, help, Kind::Gauge)
    }

    pub(super) fn family(
        &mut self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
    ) -> &mut Family {
        self.families.entry(name).or_insert_with(|| Family {
            name,
            help,
            kind,
            samples: String::new(),
        })
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for family in self.families.values() {
            let Family {
                name,
                help,
                kind,
                samples,
            } = family;
            // Writing to a string does not fail, here and below.
            let _infallible = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {}\n{samples}",
                kind.word()
            );
        }
        text
    }
}

impl Family {
    /// One number.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: f64) -> &mut Self {
        self.suffixed("", labels, None, value)
    }

    pub(super) fn suffixed(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        bound: Option<&str>,
        value: f64,
    ) -> &mut Self {
        self.samples.push_str(self.name);
        self.samples.push_str(suffix);
        let labels = labels
            .iter()
            .copied()
            .chain(bound.map(|bound| ("le", bound)));
        let mut open = '{';
        for (name, value) in labels {
            let _infallible = write!(self.samples, "{open}{name}=\"");
            escape(value, &mut self.samples);
            self.samples.push('"');
            open = ',';
        }
        if open == ',' {
            self.samples.push('}');
        }
        let _infallible = writeln!(self.samples, " {value}");
        self
    }
}

fn escape(value: &str, to: &mut String) {
    for character in value.chars() {
        match character {
            '\\' => to.push_str("\\\\"),
            '"' => to.push_str("\\\""),
            '\n' => to.push_str("\\n"),
            other => to.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_stays_in_one_piece_and_labels_are_escaped() {
        let mut page = Page::default();
        page.counter("b_total", "Bees.").sample(&[], 1.0);
        page.gauge("a", "Ays.").sample(&[("x", "1\"\\\n")], 0.5);
        page.counter("b_total", "Bees.").sample(&[("k", "v")], 2.0);
        assert_eq!(
            page.text(),
            "# HELP a Ays.\n# TYPE a gauge\na{x=\"1\\\"\\\\\\n\"} 0.5\n\
             # HELP b_total Bees.\n# TYPE b_total counter\nb_total 1\nb_total{k=\"v\"} 2\n"
        );
    }
}

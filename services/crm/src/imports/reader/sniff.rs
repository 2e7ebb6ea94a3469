//! What kind of CSV a file is, from its beginning.

use std::io::ErrorKind;

use serde::Serialize;

use super::MAX_COLUMNS;
use super::records::{Scan, line_end, scan, split};

/// Bytes to hand to [`sniff`].
pub const SNIFFED: usize = 64 * 1024;
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";
const SEPARATORS: [u8; 4] = *b",;\t|";

/// How the bytes of the file stand for letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What [`sniff`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub encoding: Encoding,
    /// One of `,` `;` tab `|`.
    pub separator: char,
}

/// Why the file as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CsvProblem {
    Empty,
    /// Not text; the kind of file, if it is a known one.
    Binary(&'static str),
    Utf16,
    /// The first line holds no names.
    NoHeader,
    TooManyColumns(usize),
    /// The header is longer than a row may be, or opens a quote that never closes.
    BadHeader,
    Unreadable(ErrorKind),
}

impl CsvProblem {
    /// The stable name, by which the web app translates.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "csv.empty",
            Self::Binary(_) => "csv.binary",
            Self::Utf16 => "csv.utf16",
            Self::NoHeader => "csv.no_header",
            Self::TooManyColumns(_) => "csv.too_many_columns",
            Self::BadHeader => "csv.bad_header",
            Self::Unreadable(_) => "csv.unreadable",
        }
    }

    /// What is wrong and what to do, in English.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Empty => "The file is empty.".to_owned(),
            Self::Binary(kind) => {
                format!("This is {kind}, not CSV: open it and save it as \"CSV UTF-8\".")
            }
            Self::Utf16 => "This is UTF-16 text: save it as \"CSV UTF-8\".".to_owned(),
            Self::NoHeader => "The first line must hold the names of the columns.".to_owned(),
            Self::TooManyColumns(count) => {
                format!("The file has {count} columns; at most {MAX_COLUMNS} are read.")
            }
            Self::BadHeader => {
                "The first line is too long, or a quote in it never closes.".to_owned()
            }
            Self::Unreadable(kind) => format!("The file could not be read: {kind}."),
        }
    }
}

/// Finds encoding and separator from the first [`SNIFFED`] bytes of a file (or all of a shorter one).
pub fn sniff(start: &[u8]) -> Result<Dialect, CsvProblem> {
    let text = start.strip_prefix(BOM).unwrap_or(start);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(CsvProblem::Empty);
    }
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        return Err(CsvProblem::Utf16);
    }
    if let Some(kind) = binary_kind(start) {
        return Err(CsvProblem::Binary(kind));
    }
    // A character cut by the end of the sample is no error.
    let utf8 = match std::str::from_utf8(text) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && start.len() >= SNIFFED,
    };
    let encoding = if utf8 {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    };
    Ok(Dialect {
        encoding,
        separator: char::from(separator_of(text)),
    })
}

fn binary_kind(start: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "an Excel workbook or a zip archive"),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
        (b"%PDF", "a PDF"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"{\\rtf", "a text document with formatting"),
    ];
    if let Some((_, kind)) = KNOWN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(kind);
    }
    let nuls = start.iter().filter(|b| **b == 0).count();
    (nuls * 100 > start.len()).then_some("a binary file")
}

/// The candidate that parts the first rows most evenly; with equals, into more columns.
fn separator_of(text: &[u8]) -> u8 {
    if let Some((separator, _)) = separator_line(text) {
        return separator;
    }
    let evenness = |separator: u8| {
        let mut counts = records(text, separator)
            .take(50)
            .map(|record| split(record, separator).count);
        let header = counts.next().unwrap_or(0);
        if header < 2 {
            return (0, 0);
        }
        let (mut same, mut all) = (1, 1);
        for count in counts {
            same += usize::from(count == header);
            all += 1;
        }
        (same * 10 / all, header)
    };
    // The last of equals wins, so the comma stands last.
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| evenness(*separator))
        .unwrap_or(b',')
}

/// Excel's hint, a first line `sep=;`: the separator and the length of the line with its end.
pub(super) fn separator_line(text: &[u8]) -> Option<(u8, usize)> {
    let hint = text
        .get(..5)
        .filter(|hint| hint[..4].eq_ignore_ascii_case(b"sep="))?;
    let end = line_end(&text[5..])?;
    SEPARATORS.contains(&hint[4]).then_some((hint[4], 5 + end))
}

/// The records of a sample, without blank lines; one that its end cuts is left aside, unless it is the only one.
fn records(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    let records = std::iter::from_fn(move || {
        let end = match scan(rest, separator) {
            Scan::End(end) => end,
            Scan::NeedsMore | Scan::QuoteOpen if rest.len() == text.len() => rest.len(),
            Scan::NeedsMore if text.len() + BOM.len() < SNIFFED => rest.len(),
            Scan::NeedsMore | Scan::QuoteOpen => return None,
        };
        let (record, after) = rest.split_at(end);
        rest = after;
        (!record.is_empty()).then_some(record)
    });
    records
        .map(<[u8]>::trim_ascii_end)
        .filter(|record| !record.is_empty())
}

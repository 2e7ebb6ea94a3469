//! CSV as people have it: Excel's separators and encodings, quotes left open, lines of uneven length.
//!
//! Not the `csv` crate, for three promises it does not make: memory stays bounded whatever the file holds, a line
//! number is the one an editor shows, and one forgotten quote costs one line rather than the rest of the file. A flaw
//! in a row is that row's; only what makes the whole file unreadable is a [`CsvProblem`].

mod records;
mod sniff;

use std::collections::HashSet;
use std::io::{ErrorKind, Read};

use encoding_rs::WINDOWS_1252;

use records::{Source, split};
pub use sniff::{CsvProblem, Dialect, Encoding, SNIFFED, sniff};

pub const MAX_COLUMNS: usize = 200;
/// Longest field, in bytes as they are in the file, quotes aside.
pub const MAX_FIELD: usize = 64 * 1024;
/// How far a quote is searched for its partner, and so the longest row, in bytes.
pub const MAX_ROW: usize = 1024 * 1024;

/// One good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The physical line on which it starts, from 1.
    pub line: u64,
    /// One per column of the header.
    pub fields: Vec<String>,
    /// Set when bytes in it were not UTF-8 although the file is, and were read as Windows-1252.
    pub guessed_encoding: bool,
}

/// One row that cannot be used, with what could be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub line: u64,
    pub fields: Vec<String>,
    pub flaw: RowFlaw,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFlaw {
    TooFewFields {
        found: usize,
        expected: usize,
    },
    TooManyFields {
        found: usize,
        expected: usize,
    },
    FieldTooLong,
    /// A NUL character, which no record can store.
    Nul,
    UnclosedQuote,
    /// Longer than a mebibyte.
    TooLong,
    /// The file could not be read further; no row follows.
    Unreadable(ErrorKind),
}

impl RowFlaw {
    /// The stable name, by which the web app translates.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFewFields { .. } => "row.too_few_fields",
            Self::TooManyFields { .. } => "row.too_many_fields",
            Self::FieldTooLong => "row.field_too_long",
            Self::Nul => "row.nul",
            Self::UnclosedQuote => "row.unclosed_quote",
            Self::TooLong => "row.too_long",
            Self::Unreadable(_) => "row.unreadable",
        }
    }

    /// What is wrong and what to do, in English.
    #[must_use]
    pub fn detail(self) -> String {
        match self {
            Self::TooFewFields { found, expected } => {
                format!(
                    "The row has {found} fields, the header {expected}: a separator may be missing."
                )
            }
            Self::TooManyFields { found, expected } => {
                format!(
                    "The row has {found} fields, the header {expected}: put a field that holds the separator in quotes."
                )
            }
            Self::FieldTooLong => format!("A field is longer than {MAX_FIELD} bytes: shorten it."),
            Self::Nul => "A field holds a NUL character: remove it.".to_owned(),
            Self::UnclosedQuote => {
                "A quote opens a field and never closes: close or remove it.".to_owned()
            }
            Self::TooLong => format!("The row is longer than {MAX_ROW} bytes: shorten it."),
            Self::Unreadable(kind) => format!("The file could not be read further: {kind}."),
        }
    }
}

/// A place between two rows, from which reading can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Bytes of the file before it.
    pub offset: u64,
    /// The physical line that begins there, from 1.
    pub line: u64,
}

/// The rows of a file, one at a time. Blank lines are passed over; an iterator that gave
/// [`RowFlaw::Unreadable`] gives nothing more.
pub struct Rows<R> {
    source: Source<R>,
    dialect: Dialect,
    header: Vec<String>,
}

impl<R: Read> Rows<R> {
    /// Reads the header of a file from its beginning. Empty names become `Column 3`, doubles get a suffix (`Name (2)`),
    /// empty names at the end are dropped.
    pub fn new(input: R, dialect: Dialect) -> Result<Self, CsvProblem> {
        let separator = u8::try_from(dialect.separator).unwrap_or(b',');
        let mut source = Source::new(input, separator).map_err(CsvProblem::Unreadable)?;
        let record = loop {
            match source.next_record() {
                None => return Err(CsvProblem::Empty),
                Some((_, Ok(record))) if is_blank(&record) => {}
                Some((_, Ok(record))) => break record,
                Some((_, Err((RowFlaw::Unreadable(kind), _)))) => {
                    return Err(CsvProblem::Unreadable(kind));
                }
                Some((_, Err(_))) => return Err(CsvProblem::BadHeader),
            }
        };
        let header = header_of(&record, dialect.encoding, separator)?;
        Ok(Self {
            source,
            dialect,
            header,
        })
    }

    /// Goes on at a [`Rows::position`] of the same file; `input` begins there.
    pub fn resume(input: R, dialect: Dialect, header: Vec<String>, at: Position) -> Self {
        let separator = u8::try_from(dialect.separator).unwrap_or(b',');
        Self {
            source: Source::resume(input, separator, at),
            dialect,
            header,
        }
    }

    /// Where the next row begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.source.position()
    }

    /// The names of the columns, all different.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    fn read(&self, line: u64, record: &[u8]) -> Result<Row, BadRow> {
        let cells = split(record, self.source.separator());
        let (found, expected) = (cells.count, self.header.len());
        let mut guessed_encoding = false;
        let flaw = if cells.kept.iter().any(|cell| cell.len() > MAX_FIELD) {
            Some(RowFlaw::FieldTooLong)
        } else if record.contains(&0) {
            Some(RowFlaw::Nul)
        } else if found < expected {
            Some(RowFlaw::TooFewFields { found, expected })
        } else if found > MAX_COLUMNS
            || cells
                .kept
                .iter()
                .skip(expected)
                .any(|cell| !cell.is_empty())
        {
            Some(RowFlaw::TooManyFields { found, expected })
        } else {
            None
        };
        let kept = if flaw.is_none() {
            expected
        } else {
            MAX_COLUMNS
        };
        let fields = cells
            .kept
            .into_iter()
            .take(kept)
            .map(|cell| {
                let (text, guessed) = decode(cell, self.dialect.encoding);
                guessed_encoding |= guessed;
                text
            })
            .collect();
        match flaw {
            None => Ok(Row {
                line,
                fields,
                guessed_encoding,
            }),
            Some(flaw) => Err(bad_row(line, fields, flaw)),
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            return match self.source.next_record()? {
                (_, Ok(record)) if is_blank(&record) => continue,
                (line, Ok(record)) => Some(self.read(line, &record)),
                (line, Err((flaw, start))) => {
                    let start = start.get(..MAX_FIELD).unwrap_or(&start).to_vec();
                    Some(Err(bad_row(
                        line,
                        vec![decode(start, self.dialect.encoding).0],
                        flaw,
                    )))
                }
            };
        }
    }
}

/// A row as the report shows it; NULs go, since nothing can store them, and long fields are cut.
fn bad_row(line: u64, fields: Vec<String>, flaw: RowFlaw) -> BadRow {
    let shown = |field: String| field.replace('\0', "").chars().take(1_000).collect();
    BadRow {
        line,
        fields: fields.into_iter().map(shown).collect(),
        flaw,
    }
}

fn is_blank(record: &[u8]) -> bool {
    record.trim_ascii().is_empty()
}

/// The text of a field, and whether its encoding had to be guessed.
fn decode(cell: Vec<u8>, encoding: Encoding) -> (String, bool) {
    let windows = |bytes: &[u8]| {
        WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    };
    match encoding {
        Encoding::Windows1252 => (windows(&cell), false),
        Encoding::Utf8 => match String::from_utf8(cell) {
            Ok(text) => (text, false),
            Err(error) => (windows(error.as_bytes()), true),
        },
    }
}

fn header_of(record: &[u8], encoding: Encoding, separator: u8) -> Result<Vec<String>, CsvProblem> {
    let cells = split(record, separator);
    if cells.count > MAX_COLUMNS {
        return Err(CsvProblem::TooManyColumns(cells.count));
    }
    let tidy = |cell: Vec<u8>| decode(cell, encoding).0.replace('\0', "").trim().to_owned();
    let mut names: Vec<String> = cells.kept.into_iter().map(tidy).collect();
    let last = names
        .iter()
        .rposition(|name| !name.is_empty())
        .ok_or(CsvProblem::NoHeader)?;
    names.truncate(last + 1);
    if !names
        .iter()
        .any(|name| name.chars().any(char::is_alphabetic))
    {
        return Err(CsvProblem::NoHeader);
    }
    if names.iter().any(|name| name.len() > MAX_FIELD) {
        return Err(CsvProblem::BadHeader);
    }
    let mut taken: HashSet<String> = HashSet::new();
    for (index, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = format!("Column {}", index + 1);
        }
        let free = (2..)
            .map(|number| format!("{name} ({number})"))
            .find(|other| !taken.contains(other));
        if let (true, Some(free)) = (taken.contains(name), free) {
            *name = free;
        }
        taken.insert(name.clone());
    }
    Ok(names)
}

#[cfg(test)]
mod tests;

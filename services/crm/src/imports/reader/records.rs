//! Bytes into records, records into fields: RFC 4180, with line ends `\n`, `\r\n` and `\r`, and quotes that count only
//! at the beginning of a field. Separators and quotes are ASCII, so this goes before decoding.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};

use super::sniff::{BOM, separator_line};
use super::{MAX_COLUMNS, MAX_ROW, Position, RowFlaw};

/// Bytes read at once, at least.
const PIECE: usize = 16 * 1024;

/// How the first record of some bytes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// Behind its line end, which is at this many bytes.
    End(usize),
    /// No line end yet.
    NeedsMore,
    /// A quote is open at the end of the bytes.
    QuoteOpen,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted field: its end, or half of a doubled quote.
    Closed,
}

impl Place {
    /// Where one is after `byte`, which is neither separator nor line end, or stands inside quotes.
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::FieldStart | Self::Closed, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::Closed,
            (Self::Quoted, _) => Self::Quoted,
            _ => Self::Plain,
        }
    }
}

/// Where the first record ends.
pub(super) fn scan(bytes: &[u8], separator: u8) -> Scan {
    let mut place = Place::FieldStart;
    for (at, &byte) in bytes.iter().enumerate() {
        let quoted = place == Place::Quoted;
        place = match byte {
            b'\n' if !quoted => return Scan::End(at + 1),
            b'\r' if !quoted => {
                return Scan::End(
                    at + if bytes.get(at + 1) == Some(&b'\n') {
                        2
                    } else {
                        1
                    },
                );
            }
            byte if byte == separator && !quoted => Place::FieldStart,
            byte => place.after(byte),
        };
    }
    if place == Place::Quoted {
        Scan::QuoteOpen
    } else {
        Scan::NeedsMore
    }
}

/// The fields of a record, without their quotes.
pub(super) struct Cells {
    /// The first [`MAX_COLUMNS`].
    pub kept: Vec<Vec<u8>>,
    /// How many there are.
    pub count: usize,
}

/// Parts a record, given without its line end, at its separators.
pub(super) fn split(record: &[u8], separator: u8) -> Cells {
    let mut cells = Cells {
        kept: Vec::new(),
        count: 0,
    };
    let mut cell = Vec::new();
    let mut place = Place::FieldStart;
    for &byte in record {
        if byte == separator && place != Place::Quoted {
            cells.push(std::mem::take(&mut cell));
            place = Place::FieldStart;
            continue;
        }
        let next = place.after(byte);
        let is_mark = matches!(
            (place, next),
            (Place::FieldStart, Place::Quoted) | (Place::Quoted, Place::Closed)
        );
        if !is_mark {
            cell.push(byte);
        }
        place = next;
    }
    cells.push(cell);
    cells
}

impl Cells {
    fn push(&mut self, cell: Vec<u8>) {
        self.count += 1;
        if self.kept.len() < MAX_COLUMNS {
            self.kept.push(cell);
        }
    }
}

/// The length of the first physical line with its end, if it has one.
pub(super) fn line_end(bytes: &[u8]) -> Option<usize> {
    let at = bytes
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))?;
    Some(
        at + if bytes[at..].starts_with(b"\r\n") {
            2
        } else {
            1
        },
    )
}

/// A record without its line end, or its flaw and what was read of its first line.
pub(super) type Record = Result<Vec<u8>, (RowFlaw, Vec<u8>)>;

/// The bytes of a file, cut into records.
pub(super) struct Source<R> {
    input: R,
    separator: u8,
    buffer: VecDeque<u8>,
    /// The physical line at the beginning of the buffer.
    line: u64,
    /// How many bytes of the file lie before the buffer.
    offset: u64,
    ended: bool,
}

impl<R: Read> Source<R> {
    /// Passes over a byte-order mark and Excel's `sep=;`.
    pub fn new(input: R, separator: u8) -> Result<Self, ErrorKind> {
        let mut source = Self {
            input,
            separator,
            buffer: VecDeque::new(),
            line: 1,
            offset: 0,
            ended: false,
        };
        source.fill()?;
        let start = source.buffer.make_contiguous();
        let bom = if start.starts_with(BOM) { BOM.len() } else { 0 };
        let hint = separator_line(&start[bom..]).map(|(_, length)| length);
        source.drop_front(bom + hint.unwrap_or(0));
        source.line += u64::from(hint.is_some());
        Ok(source)
    }

    /// Goes on where another source stopped; `input` begins there.
    pub fn resume(input: R, separator: u8, at: Position) -> Self {
        Self {
            input,
            separator,
            buffer: VecDeque::new(),
            line: at.line,
            offset: at.offset,
            ended: false,
        }
    }

    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// Where the next record begins.
    pub fn position(&self) -> Position {
        Position {
            offset: self.offset,
            line: self.line,
        }
    }

    fn drop_front(&mut self, length: usize) {
        self.offset += u64::try_from(length).unwrap_or(u64::MAX);
        self.buffer.drain(..length);
    }

    /// The next record and the line on which it starts; `None` at the end of the file.
    pub fn next_record(&mut self) -> Option<(u64, Record)> {
        let line = self.line;
        loop {
            let bytes = self.buffer.make_contiguous();
            let length = bytes.len();
            let may_grow = !self.ended && length < MAX_ROW;
            match scan(bytes, self.separator) {
                // A `\r` at the very end may be half of `\r\n`.
                Scan::End(end) if end < length || bytes.ends_with(b"\n") || !may_grow => {
                    return Some((line, Ok(self.take(end))));
                }
                Scan::NeedsMore if self.ended && length == 0 => return None,
                Scan::NeedsMore if self.ended => return Some((line, Ok(self.take(length)))),
                Scan::NeedsMore if !may_grow => {
                    return Some((line, Err(self.take_flawed_line(RowFlaw::TooLong))));
                }
                Scan::QuoteOpen if !may_grow => {
                    return Some((line, Err(self.take_flawed_line(RowFlaw::UnclosedQuote))));
                }
                Scan::End(_) | Scan::NeedsMore | Scan::QuoteOpen => {}
            }
            if let Err(kind) = self.fill() {
                self.ended = true;
                self.buffer.clear();
                return Some((line, Err((RowFlaw::Unreadable(kind), Vec::new()))));
            }
        }
    }

    /// Takes off one physical line, of which no record can be made; what follows it is read afresh.
    fn take_flawed_line(&mut self, flaw: RowFlaw) -> (RowFlaw, Vec<u8>) {
        if let Some(end) = line_end(self.buffer.make_contiguous()) {
            return (flaw, self.take(end));
        }
        let start = self.take(self.buffer.len());
        let mut flaw = flaw;
        // An error met while passing over the rest comes again at the next record.
        while !self.ended && self.fill().is_ok() {
            if !self.buffer.is_empty() {
                flaw = RowFlaw::TooLong;
            }
            match line_end(self.buffer.make_contiguous()) {
                Some(end) => {
                    self.take(end);
                    break;
                }
                None => self.drop_front(self.buffer.len()),
            }
        }
        (flaw, start)
    }

    /// Takes bytes off the front and counts their lines; the line end at their end goes.
    fn take(&mut self, length: usize) -> Vec<u8> {
        let mut record: Vec<u8> = self.buffer.drain(..length).collect();
        self.offset += u64::try_from(length).unwrap_or(u64::MAX);
        let mut at = 0;
        while let Some(end) = line_end(&record[at..]) {
            at += end;
            self.line += 1;
        }
        let ending = if record.ends_with(b"\r\n") {
            2
        } else {
            usize::from(record.ends_with(b"\n") || record.ends_with(b"\r"))
        };
        record.truncate(record.len() - ending);
        record
    }

    /// Reads on until there is twice as much as before, or the file ends.
    fn fill(&mut self) -> Result<(), ErrorKind> {
        let wanted = (self.buffer.len() * 2).max(PIECE);
        let mut piece = [0; PIECE];
        while self.buffer.len() < wanted && !self.ended {
            match self.input.read(&mut piece) {
                Ok(0) => self.ended = true,
                Ok(length) => self.buffer.extend(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.kind()),
            }
        }
        Ok(())
    }
}

//! The first pass over an uploaded file: its columns with samples, how many rows, how its dates and numbers are written.
//! It reads a piece at a time, so that the database threads are free for others in between.

use std::collections::HashSet;

use diesel::PgConnection;
use nexus_service::App;

use super::chunks::{self, ChunkReader};
use super::dates;
use super::error::ImportError;
use super::guess::{self, Kind, guess};
use super::model::{Column, Columns, FileFacts, Import, ImportId, ImportStatus, Mapping};
use super::numbers;
use super::reader::{Dialect, Encoding, Position, Rows, SNIFFED, sniff};

/// How much is read at once.
const PIECE: u64 = 2 * 1024 * 1024;
/// So many different values of a column decide how its dates and numbers are written.
const VALUES: usize = 400;
/// A column with more different values than this is no list of choices.
const CHOICES: usize = 50;
/// Longer values are texts, not choices.
const SHORT: usize = 60;
const SAMPLES: usize = 3;

/// Reads the whole file once and fills in what it says.
pub async fn scan(app: &App, import: Import, kind: Kind) -> Result<Import, ImportError> {
    let id = import.id;
    let (dialect, mut tally, mut at) = app.db.read(move |conn| begin(conn, id)).await?;
    loop {
        let from = at;
        let (ended, next, counted) = app
            .db
            .read(move |conn| piece(conn, id, dialect, from, tally))
            .await?;
        (at, tally) = (next, counted);
        if ended {
            return Ok(tally.fill(import, kind, dialect));
        }
    }
}

fn begin(conn: &mut PgConnection, id: ImportId) -> Result<(Dialect, Tally, Position), ImportError> {
    let first = chunks::load(conn, id, 0)?.unwrap_or_default();
    let dialect = sniff(&first[..first.len().min(SNIFFED)])?;
    let rows = Rows::new(ChunkReader::new(conn, id, 0)?, dialect)?;
    let tally = Tally {
        header: rows.header().to_vec(),
        rows: 0,
        columns: rows.header().iter().map(|_| Values::default()).collect(),
    };
    Ok((dialect, tally, rows.position()))
}

fn piece(
    conn: &mut PgConnection,
    id: ImportId,
    dialect: Dialect,
    from: Position,
    mut tally: Tally,
) -> Result<(bool, Position, Tally), ImportError> {
    let input = ChunkReader::new(conn, id, from.offset)?;
    let mut rows = Rows::resume(input, dialect, tally.header.clone(), from);
    while rows.position().offset - from.offset < PIECE {
        match rows.next() {
            None => return Ok((true, rows.position(), tally)),
            Some(row) => tally.count(&row.map(|row| row.fields).unwrap_or_default()),
        }
    }
    Ok((false, rows.position(), tally))
}

struct Tally {
    header: Vec<String>,
    rows: i64,
    columns: Vec<Values>,
}

/// The different values of a column, in order, as far as they are kept.
#[derive(Default)]
struct Values {
    known: HashSet<String>,
    in_order: Vec<String>,
    overflowed: bool,
}

impl Values {
    fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.known.contains(text) {
            return;
        }
        if self.in_order.len() >= VALUES || (text.len() > SHORT && self.in_order.len() >= SAMPLES) {
            self.overflowed = true;
            return;
        }
        let short: String = text.chars().take(200).collect();
        self.overflowed |= text.len() > SHORT;
        self.known.insert(short.clone());
        self.in_order.push(short);
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.in_order.iter().map(String::as_str)
    }
}

impl Tally {
    fn count(&mut self, cells: &[String]) {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.add(cell);
        }
    }

    fn fill(self, import: Import, kind: Kind, dialect: Dialect) -> Import {
        let columns: Vec<guess::Column<'_>> = self
            .header
            .iter()
            .zip(&self.columns)
            .map(|(name, values)| guess::Column {
                name,
                samples: &values.in_order[..values.in_order.len().min(100)],
            })
            .collect();
        let guessed = guess(kind, &columns);
        let mut facts = FileFacts::default();
        for (name, values) in self.header.iter().zip(&self.columns) {
            let name = || name.clone();
            facts
                .dates
                .insert(name(), dates::detect(values.texts()).order);
            facts
                .marks
                .insert(name(), numbers::detect(values.texts()).mark);
            if !values.overflowed && values.in_order.len() <= CHOICES {
                facts.values.insert(name(), values.in_order.clone());
            }
        }
        let named = self.header.iter().zip(&guessed);
        let mapping = named.filter_map(|(name, field)| Some((name.clone(), (*field)?.to_owned())));
        let mapping = Mapping(mapping.collect());
        let with_samples = self.header.iter().zip(&self.columns).zip(&guessed);
        let column = |((name, values), field): ((&String, &Values), &Option<&str>)| Column {
            name: name.clone(),
            samples: values.in_order.iter().take(SAMPLES).cloned().collect(),
            field: field.map(str::to_owned),
        };
        Import {
            kind,
            status: ImportStatus::Ready,
            encoding: match dialect.encoding {
                Encoding::Utf8 => "utf-8".to_owned(),
                Encoding::Windows1252 => "windows-1252".to_owned(),
            },
            separator: dialect.separator.to_string(),
            source_columns: Columns(with_samples.map(column).collect()),
            mapping,
            facts,
            rows_total: self.rows,
            ..import
        }
    }
}

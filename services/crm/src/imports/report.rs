//! What became of every row, as CSV: the file's own columns, then line, outcome and problems. Streamed, a batch of rows at
//! a time. Cells that a spreadsheet would take for a formula get an apostrophe in front.

use actix_web::web::Bytes;
use diesel::PgConnection;
use futures_util::Stream;
use futures_util::stream;
use nexus_db::{DbError, DbResult};
use nexus_service::App;
use serde::Deserialize;

use super::intake;
use super::model::Import;
use super::queries::{self, RowEntry, RowOutcome};

const ROWS: usize = 1000;
/// Excel takes a file for UTF-8 only with this in front.
const BOM: &str = "\u{feff}";

/// The report, piece by piece.
pub fn stream(app: App, import: Import) -> impl Stream<Item = Result<Bytes, DbError>> {
    let mut start = import;
    // Rows that were not reached yet are not reported.
    let left = start.rows_done;
    (start.read_offset, start.read_line) = (0, 1);
    stream::try_unfold(Some((app, start, left)), |state| async move {
        let Some((app, import, left)) = state else {
            return Ok(None);
        };
        let piece = app.db.read(move |conn| piece(conn, import, left)).await?;
        let next = piece.next.map(|(import, left)| (app, import, left));
        Ok(Some((Bytes::from(piece.text), next)))
    })
}

struct Piece {
    text: Vec<u8>,
    next: Option<(Import, i64)>,
}

fn piece(conn: &mut PgConnection, mut import: Import, left: i64) -> DbResult<Piece> {
    let most = usize::try_from(left).unwrap_or(0).min(ROWS);
    let mut text = Vec::new();
    if import.read_offset == 0 {
        text.extend_from_slice(BOM.as_bytes());
        let mut header = import.header();
        header.extend(["line", "outcome", "problems"].map(str::to_owned));
        write(&mut text, &header);
    }
    if most == 0 {
        return Ok(Piece { text, next: None });
    }
    let batch = intake::read(conn, &import, most)?;
    let told = queries::rows_between(conn, import.id, import.read_line, batch.ends.1)?;
    let mut told = told.into_iter().peekable();
    let width = import.source_columns.0.len();
    for (line, fields) in batch.lines() {
        let entry = told.next_if(|entry| entry.line == line);
        let mut cells: Vec<String> = fields
            .iter()
            .take(width)
            .map(|cell| harmless(cell))
            .collect();
        cells.resize(width, String::new());
        let outcome = entry
            .as_ref()
            .map_or(RowOutcome::Created, |entry| entry.outcome);
        cells.push(line.to_string());
        cells.push(outcome.word().to_owned());
        cells.push(harmless(&entry.map(problems).unwrap_or_default()));
        write(&mut text, &cells);
    }
    let left = left - i64::try_from(most).unwrap_or(left);
    (import.read_offset, import.read_line) = batch.ends;
    let next = (!batch.ended).then_some((import, left));
    Ok(Piece { text, next })
}

/// A remark as it is kept.
#[derive(Deserialize)]
struct Remark {
    pointer: String,
    code: String,
    detail: String,
}

fn problems(entry: RowEntry) -> String {
    let problems: Vec<Remark> = serde_json::from_value(entry.problems).unwrap_or_default();
    let told = problems.iter().map(|problem| {
        let column = problem.pointer.trim_start_matches('/');
        let column = column.replace("~1", "/").replace("~0", "~");
        match column.as_str() {
            "" => format!("{} [{}]", problem.detail, problem.code),
            column => format!("{column}: {} [{}]", problem.detail, problem.code),
        }
    });
    told.collect::<Vec<_>>().join(" | ")
}

/// The text as no spreadsheet runs it.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn write(text: &mut Vec<u8>, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        if cell.contains(['"', ',', '\n', '\r', ';']) {
            text.push(b'"');
            text.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            text.push(b'"');
        } else {
            text.extend_from_slice(cell.as_bytes());
        }
    }
    text.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless_and_separators_quoted() {
        let cells = ["=1+1", "a,b", "say \"x\"", "-5", "plain"].map(harmless);
        let mut text = Vec::new();
        write(&mut text, &cells);
        let expected = "'=1+1,\"a,b\",\"say \"\"x\"\"\",'-5,plain\r\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}

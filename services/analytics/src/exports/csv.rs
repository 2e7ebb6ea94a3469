//! CSV as Italian spreadsheets read it: semicolons, decimal commas, a byte order mark; no cell is a formula.

use super::tables::{Cell, Table};

/// Writes tables one below the other, each under its name.
#[must_use]
pub fn write(tables: &[Table]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for (place, table) in tables.iter().enumerate() {
        if place > 0 {
            text.push_str("\r\n");
        }
        line(&mut text, std::iter::once(table.name.clone()));
        line(&mut text, table.columns.iter().cloned());
        for row in &table.rows {
            line(&mut text, row.iter().map(said));
        }
    }
    text.into_bytes()
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    text.push_str(&cells.join(";"));
    text.push_str("\r\n");
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(number) | Cell::Share(number) => number.to_string().replace('.', ","),
        Cell::Euros(cents) => euros(*cents),
    }
}

/// `-1234` → `-12,34`.
#[must_use]
pub fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!(
        "{sign}{},{:02}",
        cents.unsigned_abs() / 100,
        cents.unsigned_abs() % 100
    )
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it.
#[must_use]
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([';', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_in_an_italian_spreadsheet_and_runs_nothing() {
        let table = Table {
            name: "agents".to_owned(),
            columns: vec!["name".to_owned(), "won_cents".to_owned()],
            rows: vec![
                vec![
                    Cell::Text("=HYPERLINK(\"x\")".to_owned()),
                    Cell::Euros(-1_234),
                ],
                vec![Cell::Text("Rossi; Bianchi".to_owned()), Cell::Share(0.25)],
                vec![Cell::Text("@SUM(A1)".to_owned()), Cell::Empty],
            ],
        };
        let text = String::from_utf8(write(&[table])).unwrap();
        assert_eq!(
            text,
            "\u{feff}agents\r\nname;won_cents\r\n\"'=HYPERLINK(\"\"x\"\")\";-12,34\r\n\"Rossi; Bianchi\";0,25\r\n'@SUM(A1);\r\n"
        );
    }
}

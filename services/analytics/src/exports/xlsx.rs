//! A workbook with a sheet a table: numbers are numbers, money has two decimals, shares are percent.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::tables::{Cell, Table};

/// A sheet's name has at most so many characters.
const NAME_MOST: usize = 31;

/// Writes the workbook.
///
/// # Errors
/// When a table does not fit into a sheet.
pub fn write(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (head, money, percent) = (
        Format::new().set_bold(),
        Format::new().set_num_format("#,##0.00"),
        Format::new().set_num_format("0.00%"),
    );
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.name.chars().take(NAME_MOST).collect::<String>())?;
        for (column, title) in (0..).zip(&table.columns) {
            sheet.write_string_with_format(0, column, title, &head)?;
        }
        for (row, cells) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => {
                        sheet.write_string(row, column, text)?;
                    }
                    Cell::Number(number) => {
                        sheet.write_number(row, column, *number)?;
                    }
                    Cell::Share(share) => {
                        sheet.write_number_with_format(row, column, *share, &percent)?;
                    }
                    Cell::Euros(cents) => {
                        sheet.write_number_with_format(row, column, euros(*cents), &money)?;
                    }
                }
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
    }
    if tables.is_empty() {
        workbook.add_worksheet();
    }
    workbook.save_to_buffer()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a workbook knows no other numbers"
)]
fn euros(cents: i64) -> f64 {
    cents as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_is_written_also_with_long_names_and_nothing_in_it() {
        let table = Table {
            name: "a_name_that_is_longer_than_a_sheet_may_have".to_owned(),
            columns: vec!["a".to_owned()],
            rows: vec![vec![Cell::Euros(150)], vec![Cell::Text("=1+1".to_owned())]],
        };
        for tables in [vec![table], vec![]] {
            assert_eq!(&write(&tables).unwrap()[..2], b"PK");
        }
    }
}

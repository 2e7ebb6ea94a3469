//! The table of lines: as many pages as it takes, its head on each, a line never parted.

use rust_decimal::Decimal;

use super::model::DocumentLine;
use super::sheet::{Align, Face, INK, LEFT, MUTED, RIGHT, RULE, Sheet, Style};
use super::wording::{amount, clean, number};

const HEAD: Style = Style::new(Face::Bold, 7.0, MUTED);
const CELL: Style = Style::new(Face::Regular, 8.4, INK);
const NAME: Style = Style::new(Face::Regular, 8.4, INK);
const SMALL: Style = Style::new(Face::Regular, 7.0, MUTED);
const PAD: f32 = 3.6;
const GAP: f32 = 6.0;
const HEAD_HEIGHT: f32 = 17.0;
const NUMBER_WIDTH: f32 = 18.0;

/// A column of figures: its heading, its cell of a line, its width.
struct Column {
    title: &'static str,
    /// The text, with so many decimals in prices.
    cell: fn(&DocumentLine, u32) -> String,
    decimals: u32,
    width: f32,
    align: Align,
}

/// Figures and units stand right of the description, each column only where a line has something to say in it.
fn columns(lines: &[DocumentLine]) -> Vec<Column> {
    let discounts = lines.iter().any(|line| !line.discount_percent.is_zero());
    let taxes = lines.iter().any(|line| line.tax_cents != 0);
    let scales = lines.iter().map(|line| line.unit_price.normalize().scale());
    let decimals = scales.max().unwrap_or_default().max(2);
    let column = |title, align, least: f32, cell: fn(&DocumentLine, u32) -> String| Column {
        title,
        width: lines
            .iter()
            .map(|line| CELL.width(&cell(line, decimals)))
            .chain([HEAD.width(title), least])
            .fold(0.0, f32::max),
        cell,
        decimals,
        align,
    };
    let mut columns = vec![
        column("Q.tà", Align::Right, 24.0, |line, _| {
            number(line.quantity, 0)
        }),
        column("U.M.", Align::Left, 14.0, |line, _| clean(&line.unit)),
        column("Prezzo", Align::Right, 36.0, |line, decimals| {
            number(line.unit_price, decimals)
        }),
    ];
    if discounts {
        columns.push(column("Sc. %", Align::Right, 20.0, |line, _| {
            if line.discount_percent.is_zero() {
                String::new()
            } else {
                number(line.discount_percent, 0)
            }
        }));
    }
    if taxes {
        columns.push(column("Imp. cons.", Align::Right, 34.0, |line, _| {
            if line.tax_cents == 0 {
                String::new()
            } else {
                amount(line.tax_cents)
            }
        }));
    }
    columns.push(column("IVA", Align::Right, 18.0, |line, _| {
        line.vat_nature
            .clone()
            .unwrap_or_else(|| format!("{}%", line.vat_rate))
    }));
    columns.push(column("Importo €", Align::Right, 46.0, |line, _| {
        amount(line.net_cents)
    }));
    columns
}

/// Writes the table from where the sheet is; `next_page` begins each further page.
pub fn write(sheet: &mut Sheet, lines: &[DocumentLine], mut next_page: impl FnMut(&mut Sheet)) {
    let columns = columns(lines);
    let figures: f32 = columns.iter().map(|column| column.width + GAP).sum();
    let name_x = LEFT + NUMBER_WIDTH + GAP;
    let name_width = RIGHT - figures - name_x;
    head(sheet, &columns, name_x);
    for (line, index) in lines.iter().zip(1..) {
        let name = NAME.wrap(&clean(&line.description), name_width);
        let detail = SMALL.wrap(&detail(line), name_width);
        let count = |lines: &[String]| lines.iter().map(|_| 1.0_f32).sum::<f32>();
        let text = count(&name) * NAME.leading() + count(&detail) * SMALL.leading();
        let height = text.max(CELL.leading()) + 2.0 * PAD;
        if !sheet.fits(height) {
            sheet.turn();
            next_page(sheet);
            head(sheet, &columns, name_x);
        }
        let mut y = sheet.y + PAD;
        let number = format!("{index}");
        sheet.write_at(LEFT + NUMBER_WIDTH, y + 0.9, Align::Right, SMALL, &number);
        each_column(&columns, |column, x| {
            sheet.write_at(
                x,
                y,
                column.align,
                CELL,
                &(column.cell)(line, column.decimals),
            );
        });
        for part in name {
            sheet.write_at(name_x, y, Align::Left, NAME, &part);
            y += NAME.leading();
        }
        for part in detail {
            sheet.write_at(name_x, y, Align::Left, SMALL, &part);
            y += SMALL.leading();
        }
        sheet.y += height;
        sheet.rule(LEFT, sheet.y, RIGHT - LEFT, RULE);
    }
}

fn head(sheet: &mut Sheet, columns: &[Column], name_x: f32) {
    let y = sheet.y + 4.6;
    sheet.shade(LEFT, sheet.y, RIGHT - LEFT, HEAD_HEIGHT);
    sheet.write_at(LEFT + NUMBER_WIDTH, y, Align::Right, HEAD, "N.");
    sheet.write_at(name_x, y, Align::Left, HEAD, "Descrizione");
    each_column(columns, |column, x| {
        sheet.write_at(x, y, column.align, HEAD, column.title);
    });
    sheet.y += HEAD_HEIGHT;
}

/// Each column with the place that its text goes up to, or begins at.
fn each_column(columns: &[Column], mut write: impl FnMut(&Column, f32)) {
    let mut right = RIGHT - 2.0;
    for column in columns.iter().rev() {
        let x = match column.align {
            Align::Right => right,
            Align::Left => right - column.width,
        };
        write(column, x);
        right -= column.width + GAP;
    }
}

/// Code, content and the customs agency's code, below the name.
fn detail(line: &DocumentLine) -> String {
    let strength = |nicotine: Decimal| format!("nicotina {} mg/ml", number(nicotine, 0));
    let parts = [
        line.sku.as_ref().map(|sku| format!("Cod. {sku}")),
        line.volume_ml
            .map(|volume| format!("{} ml", number(volume, 0))),
        line.nicotine_mg_ml.map(strength),
        line.adm_code.as_ref().map(|code| format!("ADM {code}")),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| clean(&part))
        .collect();
    parts.join(" · ")
}

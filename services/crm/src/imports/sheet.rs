//! How the cells of a row are read: which column fills which field, and what is said of a cell that cannot be used.
//! Remarks point at columns, by which people know their file.

use std::collections::HashMap;

use chrono::NaiveDate;
use nexus_problem::{FieldError, FieldErrors};
use rust_decimal::Decimal;

use super::dates::{self, Order};
use super::model::{DateFormat, Import};
use super::numbers::{self, Mark};

/// The columns of an import, by the fields they fill.
#[derive(Debug)]
pub struct Sheet {
    columns: HashMap<String, Column>,
}

#[derive(Debug)]
struct Column {
    at: usize,
    name: String,
    order: Order,
    mark: Mark,
}

impl Sheet {
    /// The columns as they are mapped now.
    #[must_use]
    pub fn of(import: &Import) -> Self {
        let (facts, chosen) = (&import.facts, import.options.date_format);
        let order = |name: &str| match chosen {
            DateFormat::Auto => facts.dates.get(name).copied().unwrap_or(Order::Dmy),
            DateFormat::Dmy => Order::Dmy,
            DateFormat::Mdy => Order::Mdy,
            DateFormat::Ymd => Order::Ymd,
        };
        let columns = import.source_columns.0.iter().enumerate();
        let mapped = columns.filter_map(|(at, column)| {
            let field = import.mapping.0.get(&column.name)?;
            let column = Column {
                at,
                name: column.name.clone(),
                order: order(&column.name),
                mark: facts
                    .marks
                    .get(&column.name)
                    .copied()
                    .unwrap_or(Mark::Comma),
            };
            Some((field.clone(), column))
        });
        Self {
            columns: mapped.collect(),
        }
    }

    /// Whether a column fills this field.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.columns.contains_key(field)
    }

    /// Where a remark about a field points: at its column.
    fn pointer(&self, field: &str) -> String {
        let field = field.trim_start_matches('/');
        let plain = field.trim_end_matches("_cents").trim_end_matches("_id");
        let column = self.columns.get(field).or_else(|| self.columns.get(plain));
        let name = column.map_or(field, |column| column.name.as_str());
        format!("/{}", name.replace('~', "~0").replace('/', "~1"))
    }
}

/// One row being read, with what is said of it.
#[derive(Debug)]
pub struct Cells<'a> {
    sheet: &'a Sheet,
    row: &'a [String],
    /// Nothing is imported while there is one.
    pub errors: Vec<FieldError>,
    /// Imported all the same.
    pub warnings: Vec<FieldError>,
}

impl<'a> Cells<'a> {
    /// The cells of a row.
    #[must_use]
    pub fn new(sheet: &'a Sheet, row: &'a [String]) -> Self {
        Self {
            sheet,
            row,
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What stands in the field's column; blank is nothing.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&'a str> {
        let column = self.sheet.columns.get(field)?;
        let text = self.row.get(column.at)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A date; one that cannot be read is an error.
    pub fn date(&mut self, field: &str) -> Option<NaiveDate> {
        let order = self.sheet.columns.get(field)?.order;
        let read = dates::parse(self.text(field)?, order);
        read.map_err(|error| self.error(field, error.code(), error.detail()))
            .ok()
    }

    /// An amount in cents; one that cannot be read is an error.
    pub fn cents(&mut self, field: &str) -> Option<i64> {
        let mark = self.sheet.columns.get(field)?.mark;
        let read = numbers::cents(self.text(field)?, mark);
        read.map_err(|error| self.error(field, error.code(), error.detail()))
            .ok()
    }

    /// A number with its decimals; one that cannot be read is an error.
    pub fn decimal(&mut self, field: &str) -> Option<Decimal> {
        let mark = self.sheet.columns.get(field)?.mark;
        let read = numbers::decimal(self.text(field)?, mark);
        read.map_err(|error| self.error(field, error.code(), error.detail()))
            .ok()
    }

    /// A whole number; one that cannot be read is an error.
    pub fn whole(&mut self, field: &str) -> Option<i32> {
        let mark = self.sheet.columns.get(field)?.mark;
        let read = numbers::whole(self.text(field)?, mark);
        let number = read
            .and_then(|number| i32::try_from(number).map_err(|_| numbers::NumberError::TooLarge));
        number
            .map_err(|error| self.error(field, error.code(), error.detail()))
            .ok()
    }

    /// Says why the row cannot be imported.
    pub fn error(&mut self, field: &str, code: &str, detail: impl Into<String>) {
        let remark = self.remark(field, code, detail.into());
        self.errors.push(remark);
    }

    /// Says what is odd about the row.
    pub fn warn(&mut self, field: &str, code: &str, detail: impl Into<String>) {
        let remark = self.remark(field, code, detail.into());
        self.warnings.push(remark);
    }

    /// Takes over what a slice's own rules say.
    pub fn take_errors(&mut self, errors: FieldErrors) {
        for error in errors.0 {
            self.error(&error.pointer, &error.code, error.detail);
        }
    }

    /// Takes over what a slice's own rules find odd.
    pub fn take_warnings(&mut self, warnings: FieldErrors) {
        for warning in warnings.0 {
            self.warn(&warning.pointer, &warning.code, warning.detail);
        }
    }

    fn remark(&self, field: &str, code: &str, detail: String) -> FieldError {
        FieldError {
            pointer: self.sheet.pointer(field),
            code: code.to_owned(),
            detail,
        }
    }
}

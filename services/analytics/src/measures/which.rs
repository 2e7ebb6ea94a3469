//! Whose records, and which of them.

use std::fmt::Write;

use uuid::Uuid;

use super::Definition;
use super::span::Span;
use super::sql::{date, quoted};

/// Whose and which records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Which {
    /// Only of these owners; of all, nobody's too, when `None`.
    pub owners: Option<Vec<Uuid>>,
    pub province: Option<String>,
    pub product: Option<Uuid>,
    pub source: Option<Uuid>,
}

impl Which {
    /// Whether a filter leaves some of a measure's records out that its rollups hold.
    #[must_use]
    pub fn narrows(&self, definition: &Definition) -> bool {
        self.province.is_some() && definition.by_province
            || self.product.is_some() && definition.by_product
            || self.source.is_some() && definition.by_source
    }

    fn owned(&self, conditions: &mut String, column: &str) {
        let Some(owners) = &self.owners else { return };
        let list: Vec<String> = owners
            .iter()
            .map(|owner| format!("'{owner}'::uuid"))
            .collect();
        let _infallible = match list.as_slice() {
            [] => write!(conditions, " AND false"),
            [one] => write!(conditions, " AND {column} = {one}"),
            many => write!(
                conditions,
                " AND {column} = ANY (ARRAY[{}])",
                many.join(",")
            ),
        };
    }

    /// The filters as a condition on `b`.
    #[must_use]
    pub fn conditions(&self, definition: &Definition, span: Option<Span>) -> String {
        let mut conditions = "true".to_owned();
        if let Some(span) = span {
            let _infallible = write!(
                conditions,
                " AND b.day BETWEEN {} AND {}",
                date(span.from),
                date(span.until)
            );
        }
        self.owned(&mut conditions, "b.owner_id");
        if let Some(province) = self.province.as_ref().filter(|_| definition.by_province) {
            let _infallible = write!(conditions, " AND b.province = {}", quoted(province));
        }
        if let Some(product) = self.product.filter(|_| definition.by_product) {
            let _infallible = write!(conditions, " AND b.product_id = '{product}'::uuid");
        }
        if let Some(source) = self.source.filter(|_| definition.by_source) {
            let _infallible = write!(conditions, " AND b.source_id = '{source}'::uuid");
        }
        conditions
    }
}

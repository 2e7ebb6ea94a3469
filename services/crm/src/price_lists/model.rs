use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, required_text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::italy::text::key;
use crate::products::ProductId;
use crate::products::model::check_number;
use crate::schema::{price_lists, prices};

/// A price list's id.
pub type PriceListId = RecordId<PriceList>;

/// "Ever since", as the first day of a price is kept.
pub const EVER: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("is a day");

const QUANTITY_MAX: Decimal = Decimal::from_parts(999_999, 0, 0, false, 0);
const PRICE_MAX: Decimal = Decimal::from_parts(9_999_999, 0, 0, false, 0);
/// A product has no more prices in one list.
const PRICES_MAX: usize = 100;

/// What may be written of a price list.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = price_lists, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct PriceListFields {
    #[schema(example = "Tabaccherie")]
    pub name: String,
    /// Asked when this list says nothing of a product.
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<PriceListId>,
    /// First day; ever since when not given.
    pub valid_from: Option<NaiveDate>,
    /// Last day; for ever when not given.
    pub valid_until: Option<NaiveDate>,
    /// Off the product's own price, for products without a price in this list; 0 stops the fallback to the list above.
    #[schema(value_type = Option<String>, example = "15")]
    pub discount_percent: Option<Decimal>,
    /// `EUR`.
    pub currency: String,
}

impl Default for PriceListFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            parent_id: None,
            valid_from: None,
            valid_until: None,
            discount_percent: None,
            currency: "EUR".to_owned(),
        }
    }
}

/// A price list's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = price_lists, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct PriceList {
    #[schema(value_type = Uuid)]
    pub id: PriceListId,
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: PriceListFields,
    #[serde(skip)]
    pub name_key: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl PriceList {
    /// A new price list.
    #[must_use]
    pub fn new(id: PriceListId, fields: PriceListFields, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            name_key: key(&fields.name),
            fields,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// The next version, with these fields.
    #[must_use]
    pub fn with(&self, fields: PriceListFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            created_at: self.created_at,
            archived_at: self.archived_at,
            ..Self::new(self.id, fields, now)
        }
    }

    /// Whether it counts on a day.
    #[must_use]
    pub fn is_valid(&self, on: NaiveDate) -> bool {
        self.archived_at.is_none()
            && self.fields.valid_from.is_none_or(|first| first <= on)
            && self.fields.valid_until.is_none_or(|last| on <= last)
    }
}

impl PriceListFields {
    /// Brings the fields to their stored form and checks them.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 100);
        if !self.name.is_empty() && key(&self.name).is_empty() {
            let detail = "A name has at least one letter or digit.";
            errors.add("/name", "name.characters", detail);
        }
        if matches!(self.name.as_str(), "manual" | "base") {
            let detail = "A line's source already means something else by this word.";
            errors.add("/name", "name.reserved", detail);
        }
        let discount = self.discount_percent;
        let most = Decimal::ONE_HUNDRED;
        check_number(&mut errors, "/discount_percent", discount, most, 2);
        check_days("", self.valid_from, self.valid_until, &mut errors);
        if self.currency != "EUR" {
            let detail = "Prices are in euros.";
            errors.add("/currency", "currency.unknown", detail);
        }
        errors.or(self)
    }
}

fn check_days(
    at: &str,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    errors: &mut FieldErrors,
) {
    if let (Some(first), Some(last)) = (from, until)
        && last < first
    {
        let detail = "The last day is before the first.";
        errors.add(format!("{at}/valid_until"), "valid_until.before", detail);
    }
    if from.is_some_and(|first| first <= EVER) {
        let detail = "Leave it out for ever since.";
        errors.add(format!("{at}/valid_from"), "valid_from.range", detail);
    }
}

/// One price of a product in a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = prices, check_for_backend(diesel::pg::Pg))]
pub struct Price {
    pub price_list_id: PriceListId,
    pub product_id: ProductId,
    pub min_quantity: Decimal,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub unit_price: Option<Decimal>,
    pub discount_percent: Option<Decimal>,
}

/// A price of a product: from which quantity, how much, when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PriceFields {
    /// From this quantity of one line on; 0 when not given.
    #[schema(value_type = String, example = "12")]
    pub min_quantity: Decimal,
    /// For one, without consumption tax and VAT; the product's own price when not given.
    #[schema(value_type = Option<String>, example = "4.2000")]
    pub unit_price: Option<Decimal>,
    /// Off `unit_price`, or off the product's own price without one.
    #[schema(value_type = Option<String>)]
    pub discount_percent: Option<Decimal>,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

impl Price {
    /// Whether it counts on a day.
    #[must_use]
    pub fn is_valid(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_until.is_none_or(|last| on <= last)
    }

    /// What may be written of it, as it is now.
    #[must_use]
    pub fn fields(&self) -> PriceFields {
        PriceFields {
            min_quantity: self.min_quantity,
            unit_price: self.unit_price,
            discount_percent: self.discount_percent,
            valid_from: Some(self.valid_from).filter(|day| *day != EVER),
            valid_until: self.valid_until,
        }
    }
}

/// The prices of one product in a list.
///
/// # Errors
/// What is wrong, price by price.
pub fn prices(
    list: PriceListId,
    product: ProductId,
    fields: Vec<PriceFields>,
) -> Result<Vec<Price>, FieldErrors> {
    let mut errors = FieldErrors::default();
    if fields.len() > PRICES_MAX {
        let detail = format!("At most {PRICES_MAX} prices of one product.");
        return Err(FieldErrors::one("/prices", "prices.too_many", detail));
    }
    let mut rows: Vec<Price> = Vec::with_capacity(fields.len());
    for (at, price) in fields.into_iter().enumerate() {
        let at = format!("/prices/{at}");
        let mut number = |field: &str, value, most, decimals| {
            check_number(&mut errors, &format!("{at}/{field}"), value, most, decimals);
        };
        number("min_quantity", Some(price.min_quantity), QUANTITY_MAX, 3);
        number("unit_price", price.unit_price, PRICE_MAX, 4);
        let discount = price.discount_percent;
        number("discount_percent", discount, Decimal::ONE_HUNDRED, 2);
        check_days(&at, price.valid_from, price.valid_until, &mut errors);
        if price.unit_price.is_none() && price.discount_percent.is_none() {
            let detail = "Give a price, a discount, or both.";
            errors.add(format!("{at}/unit_price"), "price.empty", detail);
        }
        let row = Price {
            price_list_id: list,
            product_id: product,
            min_quantity: price.min_quantity,
            valid_from: price.valid_from.unwrap_or(EVER),
            valid_until: price.valid_until,
            unit_price: price.unit_price,
            discount_percent: price.discount_percent,
        };
        let same = |known: &Price| {
            (known.min_quantity, known.valid_from) == (row.min_quantity, row.valid_from)
        };
        if rows.iter().any(same) {
            let detail = "One price for a quantity and first day.";
            errors.add(format!("{at}/min_quantity"), "price.twice", detail);
        }
        rows.push(row);
    }
    rows.sort_by_key(|row| (row.min_quantity, row.valid_from));
    errors.or(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_checked_one_by_one() {
        let said = |fields: Vec<PriceFields>| {
            let checked = prices(PriceListId::new(), ProductId::new(), fields);
            let errors = checked.err().unwrap_or_default().0;
            let said = errors.into_iter().map(|error| (error.pointer, error.code));
            said.collect::<Vec<_>>()
        };
        let price = |min: i64, unit_price: Option<i64>| PriceFields {
            min_quantity: min.into(),
            unit_price: unit_price.map(Decimal::from),
            ..PriceFields::default()
        };
        let told = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert!(said(vec![price(0, Some(5)), price(12, Some(4))]).is_empty());
        assert_eq!(
            said(vec![price(0, None)]),
            told("/prices/0/unit_price", "price.empty")
        );
        assert_eq!(
            said(vec![price(1, Some(5)), price(1, Some(4))]),
            told("/prices/1/min_quantity", "price.twice")
        );
        assert_eq!(
            said(vec![price(-1, Some(5))]),
            told("/prices/0/min_quantity", "number.negative")
        );
        let days = PriceFields {
            valid_from: "2026-12-01".parse().ok(),
            valid_until: "2026-11-30".parse().ok(),
            ..price(0, Some(5))
        };
        assert_eq!(
            said(vec![days]),
            told("/prices/0/valid_until", "valid_until.before")
        );
    }
}

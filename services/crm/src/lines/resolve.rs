//! Which price a product has for a client, for a quantity, on a day. docs/pricing.md says it in words.
//!
//! Each list is asked in turn, the client's first, then those above it:
//! 1. the product's prices in the list that are valid on the day: the largest quantity that is reached, of those the one
//!    that begins last;
//! 2. the same of the product that it is a variant of;
//! 3. the list's general discount, off the product's own price.
//!
//! When no list says anything, it is the product's own price; a variant without one has that of its product.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::price_lists::{Price, PriceList, PriceListId};
use crate::products::ProductId;

/// What is known of a product's own price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    pub list_price: Option<Decimal>,
    /// The product that it is a variant of.
    pub parent_id: Option<ProductId>,
}

/// All that a document's prices are taken from.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    /// In the order in which they are asked.
    pub lists: Vec<PriceList>,
    pub prices: HashMap<(PriceListId, ProductId), Vec<Price>>,
    /// The products asked about and those that they are variants of.
    pub bases: HashMap<ProductId, Base>,
}

/// The rule that gave a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Somebody wrote the price on the line.
    Manual,
    /// A price of the product in a list.
    ListPrice,
    /// A discount of the product in a list, off its own price.
    ListDiscount,
    /// A list's general discount, off the product's own price.
    GeneralDiscount,
    /// The product's own price.
    Base,
}

/// Why a line has its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Why {
    pub rule: Rule,
    #[schema(value_type = Option<Uuid>)]
    pub price_list_id: Option<PriceListId>,
    pub price_list: Option<String>,
    /// The quantity that had to be reached.
    #[schema(value_type = Option<String>)]
    pub min_quantity: Option<Decimal>,
    /// Last day of the price or list.
    pub valid_until: Option<NaiveDate>,
    /// The price is that of the product it is a variant of.
    pub of_parent: bool,
}

impl Why {
    /// By this rule alone.
    #[must_use]
    pub const fn by(rule: Rule) -> Self {
        Self {
            rule,
            price_list_id: None,
            price_list: None,
            min_quantity: None,
            valid_until: None,
            of_parent: false,
        }
    }

    fn in_list(self, list: &PriceList) -> Self {
        Self {
            price_list_id: Some(list.id),
            price_list: Some(list.fields.name.clone()),
            valid_until: self.valid_until.or(list.fields.valid_until),
            ..self
        }
    }

    /// As a line keeps it: `manual`, `base`, or the list's name.
    #[must_use]
    pub fn source(&self) -> String {
        match (self.rule, &self.price_list) {
            (Rule::Manual, _) => "manual".to_owned(),
            (_, Some(list)) => list.clone(),
            _ => "base".to_owned(),
        }
    }
}

/// A price, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    pub why: Why,
}

impl Resolved {
    /// What one comes to, to the ten-thousandth of a euro: what a manual price or discount is measured against.
    #[must_use]
    pub fn list_price(&self) -> Decimal {
        discounted(self.unit_price, self.discount_percent)
    }
}

/// A price less a discount, half-up to four decimals.
#[must_use]
pub fn discounted(unit_price: Decimal, discount_percent: Decimal) -> Decimal {
    let share = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
    (unit_price * share).round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
}

/// The price of a product; `None` when nobody gave it one.
#[must_use]
pub fn resolve(
    book: &PriceBook,
    product: ProductId,
    quantity: Decimal,
    on: NaiveDate,
) -> Option<Resolved> {
    let parent = book.bases.get(&product).and_then(|base| base.parent_id);
    let (base, base_of_parent) = book.base(product, parent);
    for list in book.lists.iter().filter(|list| list.is_valid(on)) {
        for (asked, of_parent) in [(Some(product), false), (parent, true)] {
            let Some(row) = asked.and_then(|id| book.row(list.id, id, quantity, on)) else {
                continue;
            };
            // A discount needs a price to be taken off.
            let Some(unit_price) = row.unit_price.or(base) else {
                continue;
            };
            let why = Why {
                min_quantity: Some(row.min_quantity),
                valid_until: row.valid_until,
                of_parent,
                ..Why::by(match row.unit_price {
                    Some(_) => Rule::ListPrice,
                    None => Rule::ListDiscount,
                })
            };
            return Some(Resolved {
                unit_price,
                discount_percent: row.discount_percent.unwrap_or_default(),
                why: why.in_list(list),
            });
        }
        if let (Some(discount_percent), Some(unit_price)) = (list.fields.discount_percent, base) {
            return Some(Resolved {
                unit_price,
                discount_percent,
                why: Why {
                    of_parent: base_of_parent,
                    ..Why::by(Rule::GeneralDiscount).in_list(list)
                },
            });
        }
    }
    Some(Resolved {
        unit_price: base?,
        discount_percent: Decimal::ZERO,
        why: Why {
            of_parent: base_of_parent,
            ..Why::by(Rule::Base)
        },
    })
}

impl PriceBook {
    fn base(&self, product: ProductId, parent: Option<ProductId>) -> (Option<Decimal>, bool) {
        let of = |id: ProductId| self.bases.get(&id).and_then(|base| base.list_price);
        match of(product) {
            Some(own) => (Some(own), false),
            None => (parent.and_then(of), parent.is_some()),
        }
    }

    fn row(
        &self,
        list: PriceListId,
        product: ProductId,
        quantity: Decimal,
        on: NaiveDate,
    ) -> Option<&Price> {
        self.prices
            .get(&(list, product))?
            .iter()
            .filter(|price| price.min_quantity <= quantity && price.is_valid(on))
            .max_by_key(|price| (price.min_quantity, price.valid_from))
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;

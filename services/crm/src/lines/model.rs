use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, optional_text};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::resolve::discounted;
use crate::products::ProductId;
use crate::schema::lines;

/// A line's id.
pub type LineId = RecordId<Line>;

/// A document has no more lines than this.
pub const LINES_MAX: usize = 500;
/// The largest quantity and unit price that a line takes; their product stays far from the ends of `i64` cents.
const QUANTITY_MAX: Decimal = Decimal::from_parts(999_999, 0, 0, false, 0);
const PRICE_MAX: Decimal = Decimal::from_parts(9_999_999, 0, 0, false, 0);

/// The rates there are, in percent.
pub const VAT_RATES: [i16; 5] = [22, 10, 5, 4, 0];

/// Why a line bears no VAT: the codes of an electronic invoice. The general `N2`, `N3` and `N6` are no longer valid.
pub const VAT_NATURES: [&str; 21] = [
    "N1", "N2.1", "N2.2", "N3.1", "N3.2", "N3.3", "N3.4", "N3.5", "N3.6", "N4", "N5", "N6.1",
    "N6.2", "N6.3", "N6.4", "N6.5", "N6.6", "N6.7", "N6.8", "N6.9", "N7",
];

/// What is asked for: a product, or free text with a price of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LineFields {
    #[schema(value_type = Option<Uuid>)]
    pub product_id: Option<ProductId>,
    /// The product's name when not given.
    pub description: Option<String>,
    /// More than zero, up to three decimals.
    #[schema(value_type = String, example = "12")]
    pub quantity: Decimal,
    /// `pz` when neither line nor product say.
    pub unit: Option<String>,
    /// For one, without VAT, up to four decimals; from the price lists when not given.
    #[schema(value_type = Option<String>, example = "4.9000")]
    pub unit_price: Option<Decimal>,
    /// Up to two decimals; what the price lists give when not given.
    #[schema(value_type = Option<String>, example = "5")]
    pub discount_percent: Option<Decimal>,
    /// The product's when not given.
    pub vat_rate: Option<i16>,
    /// Only, and always, with rate 0.
    pub vat_nature: Option<String>,
}

/// A priced line as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = lines, check_for_backend(diesel::pg::Pg))]
pub struct Line {
    pub id: LineId,
    #[serde(skip)]
    pub proposal_version_id: Option<Uuid>,
    #[serde(skip)]
    pub order_id: Option<Uuid>,
    pub position: i32,
    pub product_id: Option<ProductId>,
    pub sku: Option<String>,
    pub description: String,
    /// The product's code with the customs agency, due on invoices of liquids.
    pub adm_code: Option<String>,
    pub is_liquid: bool,
    pub volume_ml: Option<Decimal>,
    pub nicotine_mg_ml: Option<Decimal>,
    pub unit: String,
    pub quantity: Decimal,
    /// What the price lists say of one; `None` of free text.
    pub list_price: Option<Decimal>,
    /// Which rule gave the price: `manual`, `base`, or the price list's name.
    pub price_source: String,
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    /// Consumption tax of one unit.
    pub unit_tax: Decimal,
    pub vat_rate: i16,
    pub vat_nature: Option<String>,
    /// Quantity × price less discount, half-up to the cent; without consumption tax and VAT.
    pub net_cents: i64,
    /// Consumption tax of the line, half-up to the cent.
    pub tax_cents: i64,
    /// What one costs us. Only for whoever may see costs: views leave it out, events too.
    #[serde(skip)]
    pub unit_cost: Option<Decimal>,
}

impl Line {
    /// What to ask for to get the same line again: prices and discounts of a list are left to the lists of the day, what
    /// was written by hand stays.
    #[must_use]
    pub fn again(&self) -> LineFields {
        let own_price = self.price_source == "manual" || self.product_id.is_none();
        let comes_to = discounted(self.unit_price, self.discount_percent);
        let own_discount = own_price || self.list_price != Some(comes_to);
        LineFields {
            product_id: self.product_id,
            description: Some(self.description.clone()),
            quantity: self.quantity,
            unit: Some(self.unit.clone()),
            unit_price: own_price.then_some(self.unit_price),
            discount_percent: own_discount.then_some(self.discount_percent),
            vat_rate: Some(self.vat_rate),
            vat_nature: self.vat_nature.clone(),
        }
    }
}

/// The same lines for another document.
#[must_use]
pub fn copies(lines: &[Line]) -> Vec<Line> {
    let copy = |line: &Line| Line {
        id: LineId::new(),
        ..line.clone()
    };
    lines.iter().map(copy).collect()
}

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    pub id: Uuid,
    pub position: i32,
    pub product_id: Option<Uuid>,
    pub sku: Option<String>,
    pub description: String,
    pub adm_code: Option<String>,
    pub is_liquid: bool,
    #[schema(value_type = Option<String>)]
    pub volume_ml: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    pub nicotine_mg_ml: Option<Decimal>,
    pub unit: String,
    #[schema(value_type = String)]
    pub quantity: Decimal,
    #[schema(value_type = Option<String>)]
    pub list_price: Option<Decimal>,
    pub price_source: String,
    #[schema(value_type = String)]
    pub unit_price: Decimal,
    #[schema(value_type = String)]
    pub discount_percent: Decimal,
    #[schema(value_type = String)]
    pub unit_tax: Decimal,
    pub vat_rate: i16,
    pub vat_nature: Option<String>,
    pub net_cents: i64,
    pub tax_cents: i64,
    /// Absent for whoever may not see costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub unit_cost: Option<Decimal>,
}

impl LineView {
    /// The line, with what it costs us only for whoever may see costs.
    #[must_use]
    pub fn of(line: Line, sees_costs: bool) -> Self {
        Self {
            id: line.id.uuid(),
            position: line.position,
            product_id: line.product_id.map(nexus_kernel::RecordId::uuid),
            sku: line.sku,
            description: line.description,
            adm_code: line.adm_code,
            is_liquid: line.is_liquid,
            volume_ml: line.volume_ml,
            nicotine_mg_ml: line.nicotine_mg_ml,
            unit: line.unit,
            quantity: line.quantity,
            list_price: line.list_price,
            price_source: line.price_source,
            unit_price: line.unit_price,
            discount_percent: line.discount_percent,
            unit_tax: line.unit_tax,
            vat_rate: line.vat_rate,
            vat_nature: line.vat_nature,
            net_cents: line.net_cents,
            tax_cents: line.tax_cents,
            unit_cost: line.unit_cost.filter(|_| sees_costs),
        }
    }
}

impl LineFields {
    /// Checks what can be checked without the catalogue; `at` is the line's pointer, `/lines/0`.
    #[must_use]
    pub fn review(mut self, at: &str, errors: &mut FieldErrors) -> Self {
        self.description = optional_text(
            errors,
            &format!("{at}/description"),
            self.description.as_deref(),
            500,
        );
        self.unit = optional_text(errors, &format!("{at}/unit"), self.unit.as_deref(), 10);
        if self.product_id.is_none() && self.description.is_none() {
            let detail = "Pick a product or describe the line.";
            errors.add(format!("{at}/product_id"), "line.empty", detail);
        }
        if self.product_id.is_none() && self.unit_price.is_none() {
            let detail = "A line without a product needs a price.";
            errors.add(format!("{at}/unit_price"), "line.no_price", detail);
        }
        let mut number = |field: &str, value: Decimal, most: Decimal, decimals: u32| {
            let pointer = format!("{at}/{field}");
            if value.is_sign_negative() && !value.is_zero() {
                errors.add(pointer, "number.negative", "Must not be negative.");
            } else if value > most {
                let detail = format!("Must not be more than {most}.");
                errors.add(pointer, "number.too_large", detail);
            } else if value.normalize().scale() > decimals {
                let detail = format!("At most {decimals} decimals.");
                errors.add(pointer, "number.decimals", detail);
            }
        };
        number("quantity", self.quantity, QUANTITY_MAX, 3);
        if let Some(price) = self.unit_price {
            number("unit_price", price, PRICE_MAX, 4);
        }
        if let Some(discount) = self.discount_percent {
            number("discount_percent", discount, Decimal::ONE_HUNDRED, 2);
        }
        if self.quantity.is_zero() {
            let detail = "How many? More than zero.";
            errors.add(format!("{at}/quantity"), "quantity.zero", detail);
        }
        check_vat(
            at,
            self.vat_rate,
            self.vat_nature.as_deref(),
            self.product_id.is_none(),
            errors,
        );
        self
    }
}

/// Rate and nature go together: a nature with rate 0, and only then. Without `complete`, what is left open is the
/// product's to say.
pub fn check_vat(
    at: &str,
    rate: Option<i16>,
    nature: Option<&str>,
    complete: bool,
    errors: &mut FieldErrors,
) {
    if rate.is_some_and(|rate| !VAT_RATES.contains(&rate)) {
        let detail = "The rates are 22, 10, 5, 4 and 0.";
        errors.add(format!("{at}/vat_rate"), "vat_rate.unknown", detail);
    }
    if let Some(nature) = nature {
        if !VAT_NATURES.contains(&nature) {
            let detail = "Give a nature of the electronic invoice: N1, N2.1 … N7.";
            errors.add(format!("{at}/vat_nature"), "vat_nature.unknown", detail);
        }
        if rate.is_some_and(|rate| rate != 0) || (complete && rate.is_none()) {
            let detail = "A nature goes with rate 0 only.";
            errors.add(format!("{at}/vat_nature"), "vat_nature.with_rate", detail);
        }
    } else if rate == Some(0) {
        let detail = "Without VAT, say why: the nature.";
        errors.add(format!("{at}/vat_nature"), "vat_nature.missing", detail);
    }
}

/// Quantity × price less discount, half-up to the cent.
#[must_use]
pub fn net_cents(quantity: Decimal, unit_price: Decimal, discount_percent: Decimal) -> i64 {
    let share = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
    cents(quantity * unit_price * share)
}

/// Euros as whole cents, half-up.
#[must_use]
pub fn cents(euros: Decimal) -> i64 {
    let cents = (euros * Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    // The bounds on quantity and price keep this far below i64's end.
    i64::try_from(cents).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_is_rounded_once_and_half_up() {
        for (quantity, price, discount, cents) in [
            ("1", "0.005", "0", 1),
            ("1", "0.0049", "0", 0),
            ("3", "0.335", "0", 101),
            ("1", "1.15", "10", 104),
            ("12", "4.90", "5", 5_586),
            ("0.333", "9.99", "0", 333),
            ("999999", "9999999", "0", 999_998_900_000_100),
            ("1", "100", "100", 0),
        ] {
            assert_eq!(
                net_cents(decimal(quantity), decimal(price), decimal(discount)),
                cents,
                "{quantity} × {price} − {discount} %"
            );
        }
    }

    #[test]
    fn wrong_lines_are_told_field_by_field() {
        let good = LineFields {
            description: Some("Espositore".to_owned()),
            quantity: decimal("1"),
            unit_price: Some(decimal("10")),
            vat_rate: Some(22),
            ..LineFields::default()
        };
        let mut errors = FieldErrors::default();
        let _ = good.clone().review("/lines/0", &mut errors);
        assert!(errors.or(()).is_ok());
        let with = |change: fn(&mut LineFields)| {
            let mut line = good.clone();
            change(&mut line);
            let mut errors = FieldErrors::default();
            let _ = line.review("/lines/0", &mut errors);
            format!("{:?}", errors.or(()).unwrap_err())
        };
        let zero = with(|line| line.quantity = Decimal::ZERO);
        assert!(zero.contains("quantity.zero"), "{zero}");
        let negative = with(|line| line.quantity = Decimal::NEGATIVE_ONE);
        assert!(negative.contains("number.negative"), "{negative}");
        let fine = with(|line| line.quantity = Decimal::new(1, 4));
        assert!(fine.contains("number.decimals"), "{fine}");
        let huge = with(|line| line.unit_price = Some(Decimal::MAX));
        assert!(huge.contains("number.too_large"), "{huge}");
        let nature = with(|line| line.vat_rate = Some(0));
        assert!(nature.contains("vat_nature.missing"), "{nature}");
        let general = with(|line| {
            line.vat_rate = Some(0);
            line.vat_nature = Some("N2".to_owned());
        });
        assert!(general.contains("vat_nature.unknown"), "{general}");
        let both = with(|line| line.vat_nature = Some("N4".to_owned()));
        assert!(both.contains("vat_nature.with_rate"), "{both}");
    }
}

//! What a document comes to: VAT per rate on the summed base, half-up.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Line, cents};

/// One rate, or one reason for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VatRow {
    pub rate: i16,
    pub nature: Option<String>,
    /// Goods and consumption tax.
    pub base_cents: i64,
    pub vat_cents: i64,
}

/// A document's totals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// Goods, discounts taken off.
    pub net_cents: i64,
    /// Consumption tax; part of the VAT base.
    pub tax_cents: i64,
    /// Highest rate first.
    pub vat: Vec<VatRow>,
    pub vat_cents: i64,
    /// What the client pays.
    pub total_cents: i64,
}

/// Adds the lines up.
#[must_use]
pub fn totals(lines: &[Line]) -> Totals {
    let mut totals = Totals::default();
    for line in lines {
        totals.net_cents += line.net_cents;
        totals.tax_cents += line.tax_cents;
        let base = line.net_cents + line.tax_cents;
        let same = |row: &&mut VatRow| row.rate == line.vat_rate && row.nature == line.vat_nature;
        match totals.vat.iter_mut().find(same) {
            Some(row) => row.base_cents += base,
            None => totals.vat.push(VatRow {
                rate: line.vat_rate,
                nature: line.vat_nature.clone(),
                base_cents: base,
                vat_cents: 0,
            }),
        }
    }
    for row in &mut totals.vat {
        row.vat_cents = vat_on(row.base_cents, row.rate);
        totals.vat_cents += row.vat_cents;
    }
    totals
        .vat
        .sort_by(|one, other| (other.rate, &one.nature).cmp(&(one.rate, &other.nature)));
    totals.total_cents = totals.net_cents + totals.tax_cents + totals.vat_cents;
    totals
}

/// VAT of a base, half-up to the cent.
#[must_use]
pub fn vat_on(base_cents: i64, rate: i16) -> i64 {
    cents(Decimal::new(base_cents, 2) * Decimal::new(rate.into(), 2))
}

/// What the lines cost us, where it is known of all of them; for whoever may see costs.
#[must_use]
pub fn cost_cents(lines: &[Line]) -> Option<i64> {
    lines
        .iter()
        .map(|line| line.unit_cost.map(|cost| cents(cost * line.quantity)))
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::lines::model::{LineId, net_cents};

    fn line(given: &Value) -> Line {
        let number = |field: &str| given[field].as_str().unwrap().parse::<Decimal>().unwrap();
        let (quantity, unit_price) = (number("quantity"), number("unit_price"));
        let (discount_percent, unit_tax) = (number("discount_percent"), number("unit_tax"));
        Line {
            id: LineId::new(),
            proposal_version_id: None,
            order_id: None,
            position: 0,
            product_id: None,
            sku: None,
            description: String::new(),
            adm_code: None,
            is_liquid: false,
            volume_ml: None,
            nicotine_mg_ml: None,
            unit: "pz".to_owned(),
            quantity,
            list_price: None,
            price_source: "manual".to_owned(),
            unit_price,
            discount_percent,
            unit_tax,
            vat_rate: serde_json::from_value(given["vat_rate"].clone()).unwrap(),
            vat_nature: serde_json::from_value(given["vat_nature"].clone()).unwrap(),
            net_cents: net_cents(quantity, unit_price, discount_percent),
            tax_cents: cents(quantity * unit_tax),
            unit_cost: None,
        }
    }

    /// The web app's tests read the same file: what is shown while typing is what is saved.
    #[test]
    fn totals_are_those_of_the_shared_examples() {
        let examples: Value =
            serde_json::from_str(include_str!("../../fixtures/line-totals.json")).unwrap();
        for example in examples.as_array().unwrap() {
            let given = example["lines"].as_array().unwrap();
            let lines: Vec<Line> = given.iter().map(line).collect();
            for (line, given) in lines.iter().zip(given) {
                assert_eq!(
                    line.net_cents,
                    given["net_cents"].as_i64().unwrap(),
                    "{given}"
                );
                assert_eq!(
                    line.tax_cents,
                    given["tax_cents"].as_i64().unwrap(),
                    "{given}"
                );
            }
            let made = serde_json::to_value(totals(&lines)).unwrap();
            assert_eq!(made, example["totals"], "{}", example["name"]);
        }
    }

    #[test]
    fn vat_is_half_up_at_every_rate() {
        for (base, rate, vat) in [
            (100, 22, 22),
            (102, 22, 22),
            (103, 22, 23),
            (25, 22, 6),
            (5, 10, 1),
            (4, 10, 0),
            (10, 5, 1),
            (9, 5, 0),
            (13, 4, 1),
            (12, 4, 0),
            (999, 0, 0),
        ] {
            assert_eq!(vat_on(base, rate), vat, "{rate} % on {base}");
        }
    }
}

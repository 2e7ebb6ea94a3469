//! What a document needs a manager's word for, as far as its prices say: discounts above one's ceiling, and selling
//! below cost. The latter is told without a figure and without a line: agents do not see costs.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Line;
use super::resolve::discounted;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// `discount` or `margin`; whoever approves knows others too.
    #[schema(example = "discount")]
    pub code: String,
    pub detail: String,
    /// Where, when it is one line: `/lines/3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub pointer: Option<String>,
}

/// By how much a line is below what the price lists say, in percent: a price written by hand counts as much as a discount.
/// Negative when it is above.
#[must_use]
pub fn effective_discount(line: &Line) -> Decimal {
    let comes_to = discounted(line.unit_price, line.discount_percent);
    match line.list_price {
        // Free text has no price to be below.
        None => line.discount_percent,
        Some(list_price) if list_price.is_zero() => Decimal::ZERO,
        Some(list_price) => {
            let share = comes_to / list_price;
            ((Decimal::ONE - share) * Decimal::ONE_HUNDRED)
                .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
        }
    }
}

/// Why these lines need approval, for somebody who may give `ceiling` percent.
#[must_use]
pub fn over_ceiling(lines: &[Line], ceiling: Decimal) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_over(line, ceiling))
        .map(|(at, line)| Reason {
            code: "discount".to_owned(),
            detail: format!(
                "Line {}: {} % off is more than {} %.",
                at + 1,
                effective_discount(line).normalize(),
                ceiling.normalize()
            ),
            pointer: Some(format!("/lines/{at}")),
        })
        .collect();
    if lines.iter().any(is_below_cost) {
        reasons.push(Reason {
            code: "margin".to_owned(),
            detail: "A manager must look at the margin.".to_owned(),
            pointer: None,
        });
    }
    reasons
}

/// Compared without dividing, so that nothing is lost to rounding.
fn is_over(line: &Line, ceiling: Decimal) -> bool {
    match line.list_price {
        None => line.discount_percent > ceiling,
        Some(list_price) => {
            let comes_to = discounted(line.unit_price, line.discount_percent);
            comes_to < discounted(list_price, ceiling)
        }
    }
}

fn is_below_cost(line: &Line) -> bool {
    let comes_to = discounted(line.unit_price, line.discount_percent);
    line.unit_cost.is_some_and(|cost| comes_to < cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::model::{LineId, net_cents};

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// `price`, `discount`, what the lists say, what it costs; an empty text is nothing.
    fn line(price: &str, discount: &str, list_price: &str, cost: &str) -> Line {
        let (unit_price, discount_percent) = (decimal(price), decimal(discount));
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
            quantity: Decimal::ONE,
            list_price: list_price.parse().ok(),
            price_source: "manual".to_owned(),
            unit_price,
            discount_percent,
            unit_tax: Decimal::ZERO,
            vat_rate: 22,
            vat_nature: None,
            net_cents: net_cents(Decimal::ONE, unit_price, discount_percent),
            tax_cents: 0,
            unit_cost: cost.parse().ok(),
        }
    }

    #[test]
    fn a_manual_price_counts_as_much_as_a_discount() {
        for (price, discount, list_price, ceiling, over) in [
            ("10", "0", "10", "0", false),
            ("10", "10", "10", "10", false),
            ("10", "10.01", "10", "10", true),
            ("9", "0", "10", "10", false),
            ("8.9999", "0", "10", "10", true),
            ("9.5", "5.5", "10", "10", true),
            // The list took 20 % off already: its own price is no discount of ours.
            ("10", "20", "8", "0", false),
            ("0.0333", "33.33", "0.0222", "0", false),
            ("12", "10", "10", "0", false),
            ("0", "0", "10", "100", false),
            ("0", "0", "0", "0", false),
            ("5", "10", "", "10", false),
            ("5", "10.5", "", "10", true),
        ] {
            let reasons = over_ceiling(&[line(price, discount, list_price, "")], decimal(ceiling));
            let case = format!("{price} −{discount} % of {list_price}, at most {ceiling} %");
            assert_eq!(!reasons.is_empty(), over, "{case}: {reasons:?}");
        }
    }

    #[test]
    fn selling_below_cost_is_told_once_without_figure_or_line() {
        let lines = [
            line("10", "0", "10", "9.9999"),
            line("3.1336", "0", "3.1336", "3.1337"),
            line("1", "0", "1", "3.1337"),
        ];
        let reasons = over_ceiling(&lines, Decimal::ONE_HUNDRED);
        assert_eq!(reasons.len(), 1);
        assert_eq!(
            (reasons[0].code.as_str(), &reasons[0].pointer),
            ("margin", &None)
        );
        assert!(!reasons[0].detail.contains(|c: char| c.is_ascii_digit()));
        assert!(over_ceiling(&lines[..1], Decimal::ONE_HUNDRED).is_empty());
    }

    #[test]
    fn the_effective_discount_is_told_in_percent() {
        for (price, discount, list_price, percent) in [
            ("9", "0", "10", "10"),
            ("9", "10", "10", "19"),
            ("12", "0", "10", "-20"),
            ("1", "0", "3", "66.67"),
            ("1", "5", "", "5"),
            ("1", "5", "0", "0"),
        ] {
            let found = effective_discount(&line(price, discount, list_price, ""));
            assert_eq!(
                found,
                decimal(percent),
                "{price} −{discount} % of {list_price}"
            );
        }
    }
}

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

//! Whatever numbers somebody sends: they are refused by name, or come to the cent that half-up says.

use nexus_problem::FieldErrors;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::model::{LineFields, VAT_RATES, cents, net_cents};
use super::totals::vat_on;

/// Negative, huge, zero and with up to 28 decimals.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::ZERO),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        (any::<i64>(), 0_u32..=18).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (0_i64..2_000_000_000, 0_u32..=6).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
    ]
}

/// Half-up of `digits / 10^scale`, by whole numbers alone.
fn half_up(digits: i128, scale: u32) -> i128 {
    let unit = 10_i128.pow(scale);
    (digits * 2 + unit).div_euclid(unit * 2)
}

fn whole(number: Decimal) -> (i128, u32) {
    let number = number.normalize();
    (number.mantissa(), number.scale())
}

proptest! {
    #[test]
    fn a_line_is_refused_or_comes_to_the_cent_that_half_up_says(
        quantity in any_decimal(), price in any_decimal(), discount in any_decimal(),
    ) {
        let line = LineFields {
            description: Some("x".to_owned()),
            quantity,
            unit_price: Some(price),
            discount_percent: Some(discount),
            ..LineFields::default()
        };
        let mut errors = FieldErrors::default();
        let line = line.review("/lines/0", &mut errors);
        let allowed = |number: Decimal, most: i64, decimals: u32| {
            number >= Decimal::ZERO && number <= Decimal::from(most) && number.normalize().scale() <= decimals
        };
        let good = !quantity.is_zero() && allowed(quantity, 999_999, 3)
            && allowed(price, 9_999_999, 4) && allowed(discount, 100, 2);
        prop_assert_eq!(errors.0.is_empty(), good, "{:?}", errors);
        if good {
            let (q, q_scale) = whole(line.quantity);
            let (p, p_scale) = whole(price);
            let (share, s_scale) = whole(Decimal::ONE_HUNDRED - discount);
            // Hundredths of the discount and cents of the euro cancel out.
            let expected = half_up(q * p * share, q_scale + p_scale + s_scale);
            prop_assert_eq!(i128::from(net_cents(quantity, price, discount)), expected);
        }
    }

    #[test]
    fn vat_is_half_up_at_every_rate(base in 0_i64..1_000_000_000_000_000) {
        for rate in VAT_RATES {
            let expected = half_up(i128::from(base) * i128::from(rate), 2);
            prop_assert_eq!(i128::from(vat_on(base, rate)), expected);
        }
    }

    #[test]
    fn cents_are_half_up(digits in 0_i64..i64::MAX / 1000, scale in 0_u32..=12) {
        let expected = match scale {
            0 | 1 => i128::from(digits) * 10_i128.pow(2 - scale),
            _ => half_up(i128::from(digits), scale - 2),
        };
        prop_assume!(i64::try_from(expected).is_ok());
        prop_assert_eq!(i128::from(cents(Decimal::new(digits, scale))), expected);
    }
}

//! Lines for unit tests.

use rust_decimal::Decimal;

use super::model::{Line, LineId, net_cents};

/// So many pieces of something at a price, with 22 % VAT.
pub fn line(description: &str, quantity: i64, price_cents: i64) -> Line {
    let (quantity, unit_price) = (Decimal::from(quantity), Decimal::new(price_cents, 2));
    Line {
        id: LineId::new(),
        proposal_version_id: None,
        order_id: None,
        position: 0,
        product_id: None,
        sku: None,
        description: description.to_owned(),
        adm_code: None,
        is_liquid: false,
        volume_ml: None,
        nicotine_mg_ml: None,
        unit: "pz".to_owned(),
        quantity,
        list_price: None,
        price_source: "manual".to_owned(),
        unit_price,
        discount_percent: Decimal::ZERO,
        unit_tax: Decimal::ZERO,
        vat_rate: 22,
        vat_nature: None,
        net_cents: net_cents(quantity, unit_price, Decimal::ZERO),
        tax_cents: 0,
        unit_cost: None,
    }
}

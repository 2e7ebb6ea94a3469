//! What the invented company sells, and at which price.

use serde_json::{Value, json};

use super::dice::id;

/// Kind of product: the API's word, the category's name, the VAT the trade knows.
pub const CATEGORIES: [&str; 4] = [
    "Liquidi pronti",
    "Aromi",
    "Dispositivi",
    "Resistenze e accessori",
];

/// A product: code, name, kind, category by place, price in cents, millilitres and nicotine of a liquid.
pub struct Product {
    pub code: &'static str,
    name: &'static str,
    kind: &'static str,
    category: usize,
    price_cents: i64,
    liquid: Option<(&'static str, &'static str)>,
}

const fn liquid(
    code: &'static str,
    name: &'static str,
    price_cents: i64,
    nicotine: &'static str,
) -> Product {
    Product {
        code,
        name,
        kind: "liquid",
        category: 0,
        price_cents,
        liquid: Some(("10", nicotine)),
    }
}

const fn thing(
    code: &'static str,
    name: &'static str,
    kind: &'static str,
    category: usize,
    price_cents: i64,
) -> Product {
    Product {
        code,
        name,
        kind,
        category,
        price_cents,
        liquid: None,
    }
}

/// Liquids first, then what anybody may buy.
pub const PRODUCTS: [Product; 18] = [
    liquid("LQ-MEN-04", "Menta Alpina 4 mg", 310, "4"),
    liquid("LQ-MEN-08", "Menta Alpina 8 mg", 310, "8"),
    liquid("LQ-TAB-04", "Tabacco Chiaro 4 mg", 320, "4"),
    liquid("LQ-TAB-08", "Tabacco Chiaro 8 mg", 320, "8"),
    liquid("LQ-TAB-16", "Tabacco Scuro 16 mg", 330, "16"),
    liquid("LQ-FRU-00", "Frutti Rossi senza nicotina", 290, "0"),
    liquid("LQ-LIM-04", "Limone di Costa 4 mg", 310, "4"),
    liquid("LQ-VAN-04", "Vaniglia Bourbon 4 mg", 320, "4"),
    thing("AR-PES-20", "Aroma Pesca Gialla 20 ml", "other", 1, 640),
    thing("AR-CAF-20", "Aroma Caffè 20 ml", "other", 1, 640),
    thing("BX-NUV-40", "Box Nuvola 40 W", "hardware", 2, 2_450),
    thing("PD-LIN-02", "Pod Linea 2 ml", "hardware", 2, 1_190),
    thing(
        "PD-LIN-KT",
        "Kit Pod Linea con caricatore",
        "hardware",
        2,
        1_690,
    ),
    thing(
        "TK-BRZ-05",
        "Atomizzatore Brezza 5 ml",
        "hardware",
        2,
        1_480,
    ),
    thing("CO-08-5", "Resistenze 0,8 Ω (5 pezzi)", "accessory", 3, 690),
    thing("CO-12-5", "Resistenze 1,2 Ω (5 pezzi)", "accessory", 3, 690),
    thing("BT-18650", "Batteria 18650 3000 mAh", "accessory", 3, 540),
    thing(
        "EX-BAN-12",
        "Espositore da banco 12 posti",
        "other",
        3,
        3_900,
    ),
];
/// How many of them are liquids.
pub const LIQUIDS: usize = 8;

pub fn category_id(place: usize) -> String {
    id("category", place)
}

pub fn product_id(place: usize) -> String {
    id("product", place)
}

/// An amount of cents as the API writes euros.
fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Every product as the API takes it.
pub fn products() -> impl Iterator<Item = Value> {
    PRODUCTS.iter().zip(0..).map(|(product, place)| {
        let mut body = json!({
            "id": product_id(place),
            "sku": product.code,
            "name": product.name,
            "kind": product.kind,
            "category_id": category_id(product.category),
            "list_price": euros(product.price_cents),
            "unit_cost": euros(product.price_cents * 58 / 100),
            "unit": if product.liquid.is_some() { "fl" } else { "pz" },
        });
        if let Some((volume, nicotine)) = product.liquid {
            body["volume_ml"] = volume.into();
            body["nicotine_mg_ml"] = nicotine.into();
            body["adm_code"] = format!("PLN{:06}", 4_100 + place * 7).into();
        }
        body
    })
}

/// What shops pay less than the catalogue's price: from so many of one liquid on.
pub fn shop_prices(place: usize) -> Value {
    json!({
        "product_id": product_id(place),
        "prices": [
            {"min_quantity": "0", "discount_percent": "5"},
            {"min_quantity": "24", "discount_percent": "12"},
            {"min_quantity": "60", "discount_percent": "18"},
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liquids_come_first_and_say_what_is_in_them() {
        for (product, place) in products().zip(0..) {
            assert_eq!(product["kind"] == "liquid", place < LIQUIDS, "{product}");
            assert_eq!(
                product["adm_code"].is_string(),
                place < LIQUIDS,
                "{product}"
            );
        }
    }
}

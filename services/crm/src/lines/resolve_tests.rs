use uuid::Uuid;

use super::*;
use crate::price_lists::model::{EVER, PriceListFields};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn list(number: u128, name: &str, days: (&str, &str), discount: &str) -> PriceList {
    let fields = PriceListFields {
        name: name.to_owned(),
        valid_from: days.0.parse().ok(),
        valid_until: days.1.parse().ok(),
        discount_percent: discount.parse().ok(),
        ..PriceListFields::default()
    };
    PriceList::new(
        PriceListId::from_uuid(id(number)),
        fields,
        nexus_service::now(),
    )
}

/// `(list, product, from quantity, price, discount, first day, last day)`; an empty text is nothing.
type Row<'a> = (u128, u128, &'a str, &'a str, &'a str, &'a str, &'a str);

fn book(lists: Vec<PriceList>, rows: &[Row<'_>]) -> PriceBook {
    let mut prices: HashMap<(PriceListId, ProductId), Vec<Price>> = HashMap::new();
    for (list, product, min, price, discount, from, until) in rows {
        let row = Price {
            price_list_id: PriceListId::from_uuid(id(*list)),
            product_id: ProductId::from_uuid(id(*product)),
            min_quantity: decimal(min),
            unit_price: price.parse().ok(),
            discount_percent: discount.parse().ok(),
            valid_from: from.parse().unwrap_or(EVER),
            valid_until: until.parse().ok(),
        };
        let place = (row.price_list_id, row.product_id);
        prices.entry(place).or_default().push(row);
    }
    let base = |price: &str, parent: Option<u128>| Base {
        list_price: price.parse().ok(),
        parent_id: parent.map(|parent| ProductId::from_uuid(id(parent))),
    };
    let bases = [
        (MINT, base("10", None)),
        (MINT_6, base("11", Some(MINT))),
        (MINT_0, base("", Some(MINT))),
        (GIFT, base("", None)),
    ];
    PriceBook {
        lists,
        prices,
        bases: bases
            .into_iter()
            .map(|(number, base)| (ProductId::from_uuid(id(number)), base))
            .collect(),
    }
}

const MINT: u128 = 1;
/// A variant with a price of its own.
const MINT_6: u128 = 2;
/// A variant without.
const MINT_0: u128 = 3;
/// Nobody gave it a price.
const GIFT: u128 = 4;

const SHOP: u128 = 91;
const ALL: u128 = 92;

/// What is expected: price, discount, rule, list, quantity, of the parent product.
type Answer<'a> = (&'a str, &'a str, Rule, &'a str, &'a str, bool);

fn asked(
    book: &PriceBook,
    product: u128,
    quantity: &str,
    on: &str,
) -> Option<(String, String, Rule, String, String, bool)> {
    let found = resolve(
        book,
        ProductId::from_uuid(id(product)),
        decimal(quantity),
        day(on),
    )?;
    let min = found.why.min_quantity.map(|min| min.to_string());
    Some((
        found.unit_price.normalize().to_string(),
        found.discount_percent.normalize().to_string(),
        found.why.rule,
        found.why.source(),
        min.unwrap_or_default(),
        found.why.of_parent,
    ))
}

fn check(book: &PriceBook, cases: &[(u128, &str, &str, Option<Answer<'_>>)]) {
    for (product, quantity, on, expected) in cases {
        let expected = expected.map(|(price, discount, rule, source, min, of_parent)| {
            let text = str::to_owned;
            (
                text(price),
                text(discount),
                rule,
                text(source),
                text(min),
                of_parent,
            )
        });
        let found = asked(book, *product, quantity, on);
        assert_eq!(found, expected, "{quantity} of {product} on {on}");
    }
}

#[test]
fn the_order_of_resolution() {
    use Rule::{Base, GeneralDiscount, ListDiscount, ListPrice};
    let shop = || list(SHOP, "Tabaccherie", ("", ""), "");
    let all = || list(ALL, "Italia", ("", ""), "5");

    // Without a list: the product's own price, a variant's own first.
    check(
        &book(vec![], &[]),
        &[
            (
                MINT,
                "1",
                "2026-01-01",
                Some(("10", "0", Base, "base", "", false)),
            ),
            (
                MINT_6,
                "1",
                "2026-01-01",
                Some(("11", "0", Base, "base", "", false)),
            ),
            (
                MINT_0,
                "1",
                "2026-01-01",
                Some(("10", "0", Base, "base", "", true)),
            ),
            (GIFT, "1", "2026-01-01", None),
        ],
    );

    // The list's own prices, by quantity.
    let rows = [
        (SHOP, MINT, "0", "9", "", "", ""),
        (SHOP, MINT, "12", "8.5", "", "", ""),
        (SHOP, MINT, "100", "", "25", "", ""),
        (ALL, MINT_6, "0", "7", "", "", ""),
        (ALL, GIFT, "0", "", "50", "", ""),
    ];
    check(
        &book(vec![shop(), all()], &rows),
        &[
            (
                MINT,
                "1",
                "2026-01-01",
                Some(("9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "11.999",
                "2026-01-01",
                Some(("9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "12",
                "2026-01-01",
                Some(("8.5", "0", ListPrice, "Tabaccherie", "12", false)),
            ),
            (
                MINT,
                "100",
                "2026-01-01",
                Some(("10", "25", ListDiscount, "Tabaccherie", "100", false)),
            ),
            // The product's price in the nearer list counts for its variants before the farther list is asked.
            (
                MINT_6,
                "12",
                "2026-01-01",
                Some(("8.5", "0", ListPrice, "Tabaccherie", "12", true)),
            ),
            (
                MINT_0,
                "100",
                "2026-01-01",
                Some(("10", "25", ListDiscount, "Tabaccherie", "100", true)),
            ),
            // A discount off no price is no price.
            (GIFT, "1", "2026-01-01", None),
        ],
    );

    // The list above, when the nearer one says nothing; its general discount after its own rows.
    let rows = [(ALL, MINT, "6", "9.4", "2", "", "")];
    check(
        &book(vec![shop(), all()], &rows),
        &[
            (
                MINT,
                "6",
                "2026-01-01",
                Some(("9.4", "2", ListPrice, "Italia", "6", false)),
            ),
            (
                MINT,
                "5",
                "2026-01-01",
                Some(("10", "5", GeneralDiscount, "Italia", "", false)),
            ),
            (
                MINT_0,
                "5",
                "2026-01-01",
                Some(("10", "5", GeneralDiscount, "Italia", "", true)),
            ),
        ],
    );

    // A general discount of the nearer list comes before the list above; nought is a discount too.
    check(
        &book(vec![list(SHOP, "Tabaccherie", ("", ""), "0"), all()], &rows),
        &[(
            MINT,
            "6",
            "2026-01-01",
            Some(("10", "0", GeneralDiscount, "Tabaccherie", "", false)),
        )],
    );
}

#[test]
fn days_count_the_first_and_the_last_one_too() {
    use Rule::{Base, ListPrice};
    let shop = || list(SHOP, "Tabaccherie", ("2026-01-01", "2026-12-31"), "");
    let rows = [
        (SHOP, MINT, "0", "9", "", "", ""),
        // A promotion is nearer than what is always so.
        (SHOP, MINT, "0", "8", "", "2026-03-01", "2026-03-31"),
        // The one that begins last.
        (SHOP, MINT, "0", "7.9", "", "2026-03-10", "2026-03-20"),
        // A larger quantity is nearer than a promotion.
        (SHOP, MINT, "24", "8.8", "", "", ""),
    ];
    check(
        &book(vec![shop()], &rows),
        &[
            (
                MINT,
                "1",
                "2025-12-31",
                Some(("10", "0", Base, "base", "", false)),
            ),
            (
                MINT,
                "1",
                "2026-01-01",
                Some(("9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2026-02-28",
                Some(("9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2026-03-01",
                Some(("8", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2026-03-10",
                Some(("7.9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2026-03-20",
                Some(("7.9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2026-03-21",
                Some(("8", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "24",
                "2026-03-15",
                Some(("8.8", "0", ListPrice, "Tabaccherie", "24", false)),
            ),
            (
                MINT,
                "1",
                "2026-12-31",
                Some(("9", "0", ListPrice, "Tabaccherie", "0", false)),
            ),
            (
                MINT,
                "1",
                "2027-01-01",
                Some(("10", "0", Base, "base", "", false)),
            ),
        ],
    );
    let mut gone = shop();
    gone.archived_at = Some(nexus_service::now());
    check(
        &book(vec![gone], &rows),
        &[(
            MINT,
            "1",
            "2026-01-01",
            Some(("10", "0", Base, "base", "", false)),
        )],
    );
}

#[test]
fn what_one_comes_to_is_rounded_half_up_to_four_decimals() {
    for (price, discount, comes_to) in [
        ("10", "0", "10"),
        ("4.9", "5", "4.655"),
        ("0.0333", "33.33", "0.0222"),
        ("0.0001", "50", "0.0001"),
        ("9999999", "0.01", "9998999.0001"),
        ("3.3333", "100", "0"),
    ] {
        let found = discounted(decimal(price), decimal(discount));
        assert_eq!(found, decimal(comes_to), "{price} − {discount} %");
    }
}

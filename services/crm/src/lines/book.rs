//! What lines are priced from, read in as many queries for fifty lines as for one.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_problem::FieldError;

use super::pricing::Occasion;
use super::resolve::{Base, PriceBook};
use crate::price_lists::{self, PriceList, PriceListId};
use crate::products::{self, Product, ProductId};
use crate::rates::taxes::{self, ConsumptionTax};

/// Products, prices and taxes for one document.
#[derive(Debug, Default)]
pub struct Sources {
    pub products: HashMap<ProductId, Product>,
    pub prices: PriceBook,
    pub taxes: Vec<ConsumptionTax>,
    /// What is odd about the price lists.
    pub warnings: Vec<FieldError>,
}

/// Reads all that is needed to price these products.
pub fn read(
    conn: &mut PgConnection,
    occasion: Occasion,
    wanted: &[ProductId],
) -> DbResult<Sources> {
    if wanted.is_empty() {
        return Ok(Sources::default());
    }
    let mut known = products::queries::with_ids(conn, wanted)?;
    let above = |product: &Product| product.fields.parent_id;
    let parents: Vec<ProductId> = known.values().filter_map(above).collect();
    let parents = match parents.is_empty() {
        true => HashMap::new(),
        false => products::queries::with_ids(conn, &parents)?,
    };
    let base = |product: &Product| Base {
        list_price: product.fields.list_price,
        parent_id: product.fields.parent_id,
    };
    let all = parents.values().chain(known.values());
    let bases: HashMap<ProductId, Base> = all.map(|one| (one.id, base(one))).collect();
    let lists = lists(conn, occasion)?;
    let warnings = lists
        .first()
        .filter(|list| !list.is_valid(occasion.on))
        .map(|list| not_valid(list, occasion.on));
    let ids: Vec<PriceListId> = lists.iter().map(|list| list.id).collect();
    let mut prices: HashMap<_, Vec<_>> = HashMap::new();
    if !ids.is_empty() {
        let asked: Vec<ProductId> = bases.keys().copied().collect();
        for price in price_lists::queries::prices_of(conn, &ids, &asked)? {
            let place = (price.price_list_id, price.product_id);
            prices.entry(place).or_default().push(price);
        }
    }
    known.retain(|_, product| product.archived_at.is_none());
    let taxes = match known.values().any(Product::is_liquid) {
        true => taxes::all(conn)?,
        false => Vec::new(),
    };
    Ok(Sources {
        products: known,
        prices: PriceBook {
            lists,
            prices,
            bases,
        },
        taxes,
        warnings: warnings.into_iter().collect(),
    })
}

/// The client's list and those above it.
fn lists(conn: &mut PgConnection, occasion: Occasion) -> DbResult<Vec<PriceList>> {
    let Some(client) = occasion.client_id else {
        return Ok(Vec::new());
    };
    match price_lists::queries::of_client(conn, client)? {
        Some(first) => price_lists::queries::chain(conn, first),
        None => Ok(Vec::new()),
    }
}

fn not_valid(list: &PriceList, on: NaiveDate) -> FieldError {
    FieldError {
        pointer: "/client_id".to_owned(),
        code: "price_list.not_valid".to_owned(),
        detail: format!("{} does not count on {on}.", list.fields.name),
    }
}

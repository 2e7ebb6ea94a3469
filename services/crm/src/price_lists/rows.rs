//! The prices in a list, product by product.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::Page;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{PriceFields, PriceListId};
use super::queries;
use crate::products::{self, Product, ProductId};

/// The prices of one product, to replace those in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPrices {
    #[schema(value_type = Uuid)]
    pub product_id: ProductId,
    /// None takes the product out of the list.
    pub prices: Vec<PriceFields>,
}

/// A product's prices in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceRow {
    #[schema(value_type = Uuid)]
    pub product_id: ProductId,
    pub name: String,
    pub sku: Option<String>,
    /// The product's own price.
    #[schema(value_type = Option<String>)]
    pub list_price: Option<Decimal>,
    /// By quantity and first day.
    pub prices: Vec<PriceFields>,
}

/// A product's prices, and the list's new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedProduct {
    /// The list's.
    pub version: i64,
    #[serde(flatten)]
    pub row: PriceRow,
}

/// The products with a price in a list, in no order that says anything.
pub fn page(
    conn: &mut PgConnection,
    list: PriceListId,
    after: Option<Uuid>,
    limit: usize,
) -> DbResult<Page<PriceRow>> {
    let ids = queries::products_in(conn, list, after, limit)?;
    let page = Page::cut(ids, limit, |last| last.uuid());
    let rows = of(conn, list, &page.items)?;
    Ok(page.with_items(rows))
}

/// The prices of these products.
pub fn of(
    conn: &mut PgConnection,
    list: PriceListId,
    ids: &[ProductId],
) -> DbResult<Vec<PriceRow>> {
    let products = products::queries::with_ids(conn, ids)?;
    let mut prices: HashMap<ProductId, Vec<_>> = HashMap::new();
    for price in queries::prices_of(conn, &[list], ids)? {
        prices.entry(price.product_id).or_default().push(price);
    }
    let row = |id: &ProductId| -> Option<PriceRow> {
        let product: &Product = products.get(id)?;
        let mut prices = prices.remove(id).unwrap_or_default();
        prices.sort_by_key(|price| (price.min_quantity, price.valid_from));
        Some(PriceRow {
            product_id: *id,
            name: product.fields.name.clone(),
            sku: product.fields.sku.clone(),
            list_price: product.fields.list_price,
            prices: prices.iter().map(super::model::Price::fields).collect(),
        })
    };
    Ok(ids.iter().filter_map(row).collect())
}

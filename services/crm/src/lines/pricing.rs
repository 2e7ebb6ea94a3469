//! From what is asked for to priced lines.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::{DbError, DbResult};
use nexus_kernel::ClientId;
use nexus_problem::FieldErrors;
use rust_decimal::Decimal;

use super::model::{LINES_MAX, Line, LineFields, LineId, net_cents};
use crate::products::{self, Product};

/// Whom the lines are for, and when: prices, taxes and VAT depend on both.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    pub client_id: Option<ClientId>,
    /// The business day of the document.
    pub on: NaiveDate,
}

/// Why lines cannot be priced.
#[derive(Debug)]
pub enum Unpriced {
    /// What is asked for is wrong, field by field.
    Invalid(FieldErrors),
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for Unpriced {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Prices the lines of a document.
///
/// # Errors
/// Every wrong field with its pointer (`/lines/3/quantity`), or the database's.
pub fn price(
    conn: &mut PgConnection,
    _occasion: Occasion,
    wanted: Vec<LineFields>,
) -> Result<Vec<Line>, Unpriced> {
    let mut errors = FieldErrors::default();
    if wanted.len() > LINES_MAX {
        let detail = format!("At most {LINES_MAX} lines.");
        errors.add("/lines", "lines.too_many", detail);
        return Err(Unpriced::Invalid(errors));
    }
    let mut priced = Vec::with_capacity(wanted.len());
    for (fields, index) in wanted.into_iter().zip(0_usize..) {
        let at = format!("/lines/{index}");
        let fields = fields.review(&at, &mut errors);
        let product = product(conn, &fields, &at, &mut errors)?;
        priced.push(line(fields, product));
    }
    errors.or(priced).map_err(Unpriced::Invalid)
}

fn product(
    conn: &mut PgConnection,
    fields: &LineFields,
    at: &str,
    errors: &mut FieldErrors,
) -> DbResult<Option<Product>> {
    let Some(id) = fields.product_id else {
        return Ok(None);
    };
    let found = products::find(conn, id)?.filter(|product| product.archived_at.is_none());
    if found.is_none() {
        let detail = "There is no such product.";
        errors.add(format!("{at}/product_id"), "product_id.unknown", detail);
    }
    Ok(found)
}

fn line(fields: LineFields, product: Option<Product>) -> Line {
    let list_price = product
        .as_ref()
        .and_then(|product| product.list_price_cents)
        .map(|cents| Decimal::new(cents, 2));
    let unit_price = fields.unit_price.or(list_price).unwrap_or_default();
    let discount_percent = fields.discount_percent.unwrap_or_default();
    let by_hand = fields.unit_price.is_some() || list_price.is_none();
    let name = product.map(|product| product.name);
    Line {
        id: LineId::new(),
        proposal_version_id: None,
        order_id: None,
        position: 0,
        product_id: fields.product_id,
        sku: None,
        description: fields.description.or(name).unwrap_or_default(),
        adm_code: None,
        is_liquid: false,
        volume_ml: None,
        nicotine_mg_ml: None,
        unit: fields.unit.unwrap_or_else(|| "pz".to_owned()),
        quantity: fields.quantity,
        list_price,
        price_source: if by_hand { "manual" } else { "base" }.to_owned(),
        unit_price,
        discount_percent,
        unit_tax: Decimal::ZERO,
        vat_rate: fields.vat_rate.unwrap_or(22),
        vat_nature: fields.vat_nature,
        net_cents: net_cents(fields.quantity, unit_price, discount_percent),
        tax_cents: 0,
        unit_cost: None,
    }
}

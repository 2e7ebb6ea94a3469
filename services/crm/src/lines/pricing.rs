//! From what is asked for to priced lines.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbError;
use nexus_kernel::ClientId;
use nexus_problem::{FieldError, FieldErrors};
use rust_decimal::Decimal;

use super::book::{self, Sources};
use super::model::{LINES_MAX, Line, LineFields, LineId, cents, net_cents};
use super::resolve::{Resolved, Rule, Why, resolve};
use crate::products::{Product, ProductId};
use crate::rates::taxes;

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

/// Priced lines, and how they came by their prices.
#[derive(Debug)]
pub struct Priced {
    pub lines: Vec<Line>,
    /// One a line.
    pub why: Vec<Why>,
    /// What is odd, but no reason to stop.
    pub warnings: Vec<FieldError>,
}

/// Prices the lines of a document.
///
/// # Errors
/// Every wrong field with its pointer (`/lines/3/quantity`), or the database's.
pub fn price(
    conn: &mut PgConnection,
    occasion: Occasion,
    wanted: Vec<LineFields>,
) -> Result<Vec<Line>, Unpriced> {
    Ok(price_with_reasons(conn, occasion, wanted)?.lines)
}

/// Prices the lines of a document and says why each has its price.
///
/// # Errors
/// Every wrong field with its pointer (`/lines/3/quantity`), or the database's.
pub fn price_with_reasons(
    conn: &mut PgConnection,
    occasion: Occasion,
    wanted: Vec<LineFields>,
) -> Result<Priced, Unpriced> {
    let mut errors = FieldErrors::default();
    if wanted.len() > LINES_MAX {
        let detail = format!("At most {LINES_MAX} lines.");
        errors.add("/lines", "lines.too_many", detail);
        return Err(Unpriced::Invalid(errors));
    }
    let mut ids: Vec<ProductId> = wanted.iter().filter_map(|line| line.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let sources = book::read(conn, occasion, &ids)?;
    let mut priced = Priced {
        lines: Vec::with_capacity(wanted.len()),
        why: Vec::with_capacity(wanted.len()),
        warnings: sources.warnings.clone(),
    };
    for (fields, index) in wanted.into_iter().zip(0_usize..) {
        let at = format!("/lines/{index}");
        let fields = fields.review(&at, &mut errors);
        let product = product(&sources, &fields, &at, &mut errors);
        let known = product
            .and_then(|found| resolve(&sources.prices, found.id, fields.quantity, occasion.on));
        let Some(asked) = asked(&fields, product, known, &at, &mut errors) else {
            continue;
        };
        let unit_tax = unit_tax(&sources, product, occasion.on, &at, &mut priced.warnings);
        priced.lines.push(line(fields, product, &asked, unit_tax));
        priced.why.push(asked.why);
    }
    errors.or(priced).map_err(Unpriced::Invalid)
}

fn product<'a>(
    sources: &'a Sources,
    fields: &LineFields,
    at: &str,
    errors: &mut FieldErrors,
) -> Option<&'a Product> {
    let found = sources.products.get(&fields.product_id?);
    if found.is_none() {
        let detail = "There is no such product.";
        errors.add(format!("{at}/product_id"), "product_id.unknown", detail);
    }
    found
}

/// What one costs on this line.
struct Asked {
    unit_price: Decimal,
    discount_percent: Decimal,
    list_price: Option<Decimal>,
    vat_rate: i16,
    vat_nature: Option<String>,
    why: Why,
}

/// Price, discount and VAT: the line's own first, then what the price lists and the product say.
/// The discount of a price list goes with its price, never with one that was written by hand.
fn asked(
    fields: &LineFields,
    product: Option<&Product>,
    known: Option<Resolved>,
    at: &str,
    errors: &mut FieldErrors,
) -> Option<Asked> {
    let list_price = known.as_ref().map(Resolved::list_price);
    let (unit_price, discount, why) = match (fields.unit_price, known) {
        (Some(unit_price), _) => (unit_price, Decimal::ZERO, Why::by(Rule::Manual)),
        (None, Some(known)) => (known.unit_price, known.discount_percent, known.why),
        (None, None) => {
            if product.is_some() {
                let detail = "This product has no price: write one.";
                errors.add(format!("{at}/unit_price"), "line.no_price", detail);
            }
            return None;
        }
    };
    let (vat_rate, vat_nature) = vat(fields, product);
    if fields.vat_nature.is_some() && vat_rate != 0 && fields.vat_rate.is_none() {
        let detail = "A nature goes with rate 0 only.";
        errors.add(format!("{at}/vat_nature"), "vat_nature.with_rate", detail);
    }
    Some(Asked {
        unit_price,
        discount_percent: fields.discount_percent.unwrap_or(discount),
        list_price,
        vat_rate,
        vat_nature,
        why,
    })
}

/// A rate on the line comes with its own nature; without one, both are the product's, or 22 %.
fn vat(fields: &LineFields, product: Option<&Product>) -> (i16, Option<String>) {
    let (rate, nature) = match product {
        Some(product) => (product.fields.vat_rate, product.fields.vat_nature.clone()),
        None => (22, None),
    };
    match fields.vat_rate {
        Some(rate) => (rate, fields.vat_nature.clone()),
        None => (rate, fields.vat_nature.clone().or(nature)),
    }
}

fn unit_tax(
    sources: &Sources,
    product: Option<&Product>,
    on: NaiveDate,
    at: &str,
    warnings: &mut Vec<FieldError>,
) -> Decimal {
    let Some(product) = product else {
        return Decimal::ZERO;
    };
    taxes::unit_tax(&sources.taxes, product, on).unwrap_or_else(|| {
        warnings.push(FieldError {
            pointer: format!("{at}/product_id"),
            code: "consumption_tax.unknown".to_owned(),
            detail: format!("There is no consumption tax for {on}."),
        });
        Decimal::ZERO
    })
}

fn line(fields: LineFields, product: Option<&Product>, asked: &Asked, unit_tax: Decimal) -> Line {
    let of = product.map(|product| &product.fields);
    let quantity = fields.quantity;
    let (unit_price, discount_percent) = (asked.unit_price, asked.discount_percent);
    Line {
        id: LineId::new(),
        proposal_version_id: None,
        order_id: None,
        position: 0,
        product_id: fields.product_id,
        sku: of.and_then(|of| of.sku.clone()),
        description: fields
            .description
            .or_else(|| of.map(|of| of.name.clone()))
            .unwrap_or_default(),
        adm_code: of.and_then(|of| of.adm_code.clone()),
        is_liquid: product.is_some_and(Product::is_liquid),
        volume_ml: of.and_then(|of| of.volume_ml),
        nicotine_mg_ml: of.and_then(|of| of.nicotine_mg_ml),
        unit: fields
            .unit
            .or_else(|| of.map(|of| of.unit.clone()))
            .unwrap_or_else(|| "pz".to_owned()),
        quantity,
        list_price: asked.list_price,
        price_source: asked.why.source(),
        unit_price,
        discount_percent,
        unit_tax,
        vat_rate: asked.vat_rate,
        vat_nature: asked.vat_nature.clone(),
        net_cents: net_cents(quantity, unit_price, discount_percent),
        tax_cents: cents(quantity * unit_tax),
        unit_cost: product.and_then(|product| product.unit_cost),
    }
}

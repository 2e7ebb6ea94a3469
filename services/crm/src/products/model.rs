use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, optional_text, required_text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::categories::CategoryId;
use crate::italy::text::{fold, key};
use crate::lines::model::{cents, check_vat};
use crate::schema::products;
use nexus_records::text_enum;

/// A product's id.
pub type ProductId = RecordId<Product>;

text_enum! {
    /// What the law and the warehouse tell apart; only liquids bear consumption tax.
    ProductKind {
        Liquid = "liquid", Hardware = "hardware", Accessory = "accessory", Service = "service", Other = "other",
    }
}

/// The largest price and cost of one.
const PRICE_MAX: Decimal = Decimal::from_parts(9_999_999, 0, 0, false, 0);
/// The largest container, in millilitres.
const VOLUME_MAX: Decimal = Decimal::from_parts(999_999, 0, 0, false, 0);
/// Pure nicotine has about 1,010 mg/ml.
const NICOTINE_MAX: Decimal = Decimal::from_parts(1_100, 0, 0, false, 0);

/// What may be written of a product. A patch names some of these; `null` clears.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct ProductFields {
    /// Unique, however it is spaced and accented; of a variant the whole name.
    #[schema(example = "Menta Fresca 10 ml 6 mg")]
    pub name: String,
    /// Unique, whatever its case.
    pub sku: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub category_id: Option<CategoryId>,
    /// The product that this one is a variant of.
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<ProductId>,
    /// What tells a variant from its sisters: `6 mg/ml`.
    pub variant_label: Option<String>,
    pub kind: ProductKind,
    /// Of one unit; a liquid needs it, for its tax.
    #[schema(value_type = Option<String>, example = "10")]
    pub volume_ml: Option<Decimal>,
    /// Only of liquids; nothing and zero are without nicotine.
    #[schema(value_type = Option<String>, example = "6")]
    pub nicotine_mg_ml: Option<Decimal>,
    /// The code with the customs agency (ADM), due on invoices of liquids.
    pub adm_code: Option<String>,
    /// Bears the State's tax stamp.
    pub tax_stamp: bool,
    /// How it is counted: `pz`, `conf`, `ml`.
    pub unit: String,
    /// In percent.
    pub vat_rate: i16,
    /// Only, and always, with rate 0.
    pub vat_nature: Option<String>,
    /// For one, without consumption tax and VAT, up to four decimals.
    #[schema(value_type = Option<String>, example = "4.9000")]
    pub list_price: Option<Decimal>,
    /// Its name in another system; unique.
    pub external_ref: Option<String>,
}

impl Default for ProductFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            sku: None,
            category_id: None,
            parent_id: None,
            variant_label: None,
            kind: ProductKind::Other,
            volume_ml: None,
            nicotine_mg_ml: None,
            adm_code: None,
            tax_stamp: false,
            unit: "pz".to_owned(),
            vat_rate: 22,
            vat_nature: None,
            list_price: None,
            external_ref: None,
        }
    }
}

/// A product's row.
///
/// It is announced as it stands, so what it costs us is never part of its JSON.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Product {
    #[schema(value_type = Uuid)]
    pub id: ProductId,
    /// Grows with every change; the ETag.
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: ProductFields,
    /// `list_price`, half-up to the cent.
    pub list_price_cents: Option<i64>,
    #[serde(skip)]
    pub unit_cost: Option<Decimal>,
    #[serde(skip)]
    pub name_key: String,
    #[serde(skip)]
    pub search_text: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl Product {
    /// A new product.
    #[must_use]
    pub fn new(id: ProductId, fields: ProductFields, now: DateTime<Utc>) -> Self {
        let empty = Self {
            id,
            version: 0,
            fields: ProductFields::default(),
            list_price_cents: None,
            unit_cost: None,
            name_key: String::new(),
            search_text: String::new(),
            created_at: now,
            updated_at: now,
            archived_at: None,
        };
        empty.with(fields, now)
    }

    /// The next version, with these fields.
    #[must_use]
    pub fn with(self, fields: ProductFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            list_price_cents: fields.list_price.map(cents),
            name_key: key(&fields.name),
            search_text: fields.search_text(),
            fields,
            updated_at: now,
            ..self
        }
    }

    /// The next version, put away or taken out again.
    #[must_use]
    pub fn archived(self, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            archived_at: at,
            updated_at: now,
            ..self
        }
    }

    /// Whether one may put it on a new line.
    #[must_use]
    pub fn is_liquid(&self) -> bool {
        self.fields.kind == ProductKind::Liquid
    }
}

impl ProductFields {
    /// Brings every field to its stored form and checks it, without the other products.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 200);
        if !self.name.is_empty() && key(&self.name).is_empty() {
            let detail = "A name has at least one letter or digit.";
            errors.add("/name", "name.characters", detail);
        }
        for (field, pointer, most) in [
            (&mut self.sku, "/sku", 60),
            (&mut self.variant_label, "/variant_label", 60),
            (&mut self.adm_code, "/adm_code", 40),
            (&mut self.vat_nature, "/vat_nature", 4),
            (&mut self.external_ref, "/external_ref", 100),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        let unit = optional_text(&mut errors, "/unit", Some(&self.unit), 10);
        self.unit = unit.unwrap_or_else(|| "pz".to_owned());
        check_number(&mut errors, "/list_price", self.list_price, PRICE_MAX, 4);
        check_number(&mut errors, "/volume_ml", self.volume_ml, VOLUME_MAX, 2);
        let nicotine = self.nicotine_mg_ml;
        check_number(&mut errors, "/nicotine_mg_ml", nicotine, NICOTINE_MAX, 2);
        self.check_kind(&mut errors);
        let nature = self.vat_nature.as_deref();
        check_vat("", Some(self.vat_rate), nature, true, &mut errors);
        errors.or(self)
    }

    fn check_kind(&self, errors: &mut FieldErrors) {
        if self.volume_ml.is_some_and(|volume| volume.is_zero()) {
            let detail = "More than zero, or nothing.";
            errors.add("/volume_ml", "volume_ml.zero", detail);
        }
        if self.kind == ProductKind::Liquid && self.volume_ml.is_none() {
            let detail = "A liquid needs its millilitres: its consumption tax goes by them.";
            errors.add("/volume_ml", "volume_ml.missing", detail);
        }
        if self.kind != ProductKind::Liquid && self.nicotine_mg_ml.is_some() {
            let detail = "Only a liquid has nicotine.";
            errors.add("/nicotine_mg_ml", "nicotine_mg_ml.not_liquid", detail);
        }
        if self.parent_id.is_some() && self.variant_label.is_none() {
            let detail = "What tells this variant from the others?";
            errors.add("/variant_label", "variant_label.missing", detail);
        }
    }

    /// What a search looks through: name, codes as they are written and without their marks.
    fn search_text(&self) -> String {
        let mut text = fold(&self.name);
        for code in [&self.sku, &self.adm_code, &self.external_ref]
            .into_iter()
            .flatten()
        {
            for form in [fold(code), key(code)] {
                if !text.split(' ').any(|word| word == form) {
                    text.push(' ');
                    text.push_str(&form);
                }
            }
        }
        text
    }
}

/// Checks what a cost may be.
///
/// # Errors
/// When it is negative, too large or too fine.
pub fn review_cost(cost: Option<Decimal>) -> Result<Option<Decimal>, FieldErrors> {
    let mut errors = FieldErrors::default();
    check_number(&mut errors, "/unit_cost", cost, PRICE_MAX, 4);
    errors.or(cost)
}

/// Not negative, not above `most`, no finer than `decimals`.
pub fn check_number(
    errors: &mut FieldErrors,
    pointer: &str,
    number: Option<Decimal>,
    most: Decimal,
    decimals: u32,
) {
    let Some(number) = number else { return };
    if number.is_sign_negative() && !number.is_zero() {
        errors.add(pointer, "number.negative", "Must not be negative.");
    } else if number > most {
        let detail = format!("Must not be more than {most}.");
        errors.add(pointer, "number.too_large", detail);
    } else if number.normalize().scale() > decimals {
        let detail = format!("At most {decimals} decimals.");
        errors.add(pointer, "number.decimals", detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn liquid() -> ProductFields {
        ProductFields {
            name: "Menta Fresca 10 ml".to_owned(),
            sku: Some("LIQ-0010/6".to_owned()),
            adm_code: Some("PLN 012345".to_owned()),
            kind: ProductKind::Liquid,
            volume_ml: Some(Decimal::TEN),
            nicotine_mg_ml: Some(Decimal::from(6)),
            list_price: Some(Decimal::new(49_050, 4)),
            ..ProductFields::default()
        }
    }

    #[test]
    fn fields_are_checked_one_by_one() {
        assert!(liquid().review().is_ok());
        let codes = |change: fn(&mut ProductFields)| {
            let mut fields = liquid();
            change(&mut fields);
            let errors = fields.review().expect_err("something is wrong");
            let said = errors
                .0
                .into_iter()
                .map(|error| (error.pointer, error.code));
            said.collect::<Vec<_>>()
        };
        for (change, pointer, code) in [
            (
                (|fields| fields.name = " ".to_owned()) as fn(&mut ProductFields),
                "/name",
                "text.empty",
            ),
            (
                |fields| fields.name = "—".to_owned(),
                "/name",
                "name.characters",
            ),
            (
                |fields| fields.volume_ml = None,
                "/volume_ml",
                "volume_ml.missing",
            ),
            (
                |fields| fields.volume_ml = Some(Decimal::ZERO),
                "/volume_ml",
                "volume_ml.zero",
            ),
            (
                |fields| fields.volume_ml = Some(Decimal::new(1, 3)),
                "/volume_ml",
                "number.decimals",
            ),
            (
                |fields| fields.kind = ProductKind::Hardware,
                "/nicotine_mg_ml",
                "nicotine_mg_ml.not_liquid",
            ),
            (
                |fields| fields.parent_id = Some(ProductId::new()),
                "/variant_label",
                "variant_label.missing",
            ),
            (
                |fields| fields.list_price = Some(Decimal::NEGATIVE_ONE),
                "/list_price",
                "number.negative",
            ),
            (
                |fields| fields.list_price = Some(Decimal::MAX),
                "/list_price",
                "number.too_large",
            ),
            (
                |fields| fields.list_price = Some(Decimal::new(1, 5)),
                "/list_price",
                "number.decimals",
            ),
            (
                |fields| fields.vat_rate = 21,
                "/vat_rate",
                "vat_rate.unknown",
            ),
            (
                |fields| fields.vat_rate = 0,
                "/vat_nature",
                "vat_nature.missing",
            ),
            (
                |fields| fields.vat_nature = Some("N4".to_owned()),
                "/vat_nature",
                "vat_nature.with_rate",
            ),
        ] {
            assert_eq!(codes(change), [(pointer.to_owned(), code.to_owned())]);
        }
    }

    #[test]
    fn a_product_is_found_by_name_and_codes_with_and_without_their_marks() {
        let product = Product::new(ProductId::new(), liquid(), nexus_service::now());
        assert_eq!(
            product.search_text,
            "menta fresca 10 ml liq 0010 6 liq00106 pln 012345 pln012345"
        );
        assert_eq!(product.list_price_cents, Some(491));
    }

    #[test]
    fn what_it_costs_is_not_in_its_json() {
        let product = Product {
            unit_cost: Some(Decimal::new(31_337, 4)),
            ..Product::new(ProductId::new(), liquid(), nexus_service::now())
        };
        let json = serde_json::to_string(&product).unwrap();
        assert!(!json.contains("cost") && !json.contains("3.1337"), "{json}");
    }
}

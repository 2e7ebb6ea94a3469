//! Consumption tax: euros for each millilitre of a liquid, with and without nicotine, from a day on.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get, put, resource};
use chrono::NaiveDate;
use diesel::prelude::*;
use nexus_auth::can::ManageProducts;
use nexus_auth::{Can, SignedIn};
use nexus_db::DbResult;
use nexus_problem::{ApiResult, Body, FieldErrors, IfMatch};
use nexus_service::{Answer, App, tagged};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::sheets::{Sheet, SheetError};
use crate::products::model::check_number;
use crate::products::{Product, ProductKind};
use crate::schema::consumption_taxes;
use nexus_records::Act;
use nexus_records::Viewer;
use nexus_records::text_enum;

const SHEET: Sheet = Sheet {
    name: "consumption_taxes",
    changed: "crm.consumption_taxes.changed.v1",
    subject: Uuid::from_u128(0x019a_ab00_0000_7000_8000_0000_0000_0031),
};
const RATES_MAX: usize = 200;
const RATE_MAX: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

text_enum! {
    /// Which liquids a rate is for.
    TaxClass { Nicotine = "nicotine", NoNicotine = "no_nicotine" }
}

/// A rate, from its first day until the next one of its class.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = consumption_taxes, check_for_backend(diesel::pg::Pg))]
#[serde(deny_unknown_fields)]
pub struct ConsumptionTax {
    pub class: TaxClass,
    pub valid_from: NaiveDate,
    /// Euros, up to six decimals.
    #[schema(value_type = String, example = "0.143849")]
    pub rate_per_ml: Decimal,
}

impl TaxClass {
    /// The class of a product; only liquids have one.
    #[must_use]
    pub fn of(product: &Product) -> Option<Self> {
        let nicotine = product.fields.nicotine_mg_ml.unwrap_or_default();
        let class = match nicotine.is_zero() {
            true => Self::NoNicotine,
            false => Self::Nicotine,
        };
        (product.fields.kind == ProductKind::Liquid).then_some(class)
    }
}

/// The consumption tax of one unit on a day, to the millionth of a euro; `None` of a liquid for which there is no rate.
#[must_use]
pub fn unit_tax(rates: &[ConsumptionTax], product: &Product, on: NaiveDate) -> Option<Decimal> {
    let Some(class) = TaxClass::of(product) else {
        return Some(Decimal::ZERO);
    };
    let rate = rates
        .iter()
        .filter(|rate| rate.class == class && rate.valid_from <= on)
        .max_by_key(|rate| rate.valid_from)?;
    let tax = rate.rate_per_ml * product.fields.volume_ml?;
    Some(tax.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}

/// Every rate there is, by class and day.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<ConsumptionTax>> {
    Ok(consumption_taxes::table
        .order((consumption_taxes::class, consumption_taxes::valid_from))
        .select(ConsumptionTax::as_select())
        .load(conn)?)
}

/// Every rate, past and future.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsumptionTaxesBody {
    items: Vec<ConsumptionTax>,
}

/// Every rate, past and future.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsumptionTaxes {
    version: i64,
    items: Vec<ConsumptionTax>,
}

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/consumption-taxes")
            .route(get().to(show))
            .route(put().to(replace)),
    );
}

/// Every rate, past and future.
#[utoipa::path(get, path = "/api/v1/consumption-taxes", operation_id = "consumption_taxes_get", tag = "prices",
    security(("bearer" = [])), responses((status = 200, description = "Done", body = ConsumptionTaxes)))]
async fn show(app: Data<App>, _who: SignedIn) -> ApiResult<HttpResponse> {
    let taxes = app
        .db
        .read(|conn| -> DbResult<ConsumptionTaxes> {
            let version = SHEET.version(conn)?;
            let items = all(conn)?;
            Ok(ConsumptionTaxes { version, items })
        })
        .await?;
    Ok(tagged(taxes.version, &taxes)?)
}

/// Replaces the rates. What is ordered already keeps the tax that it was priced with.
#[utoipa::path(put, path = "/api/v1/consumption-taxes", operation_id = "consumption_taxes_put", tag = "prices",
    params(("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ConsumptionTaxesBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ConsumptionTaxes), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<ManageProducts>,
    if_match: IfMatch,
    body: Body<ConsumptionTaxesBody>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let items = review(body.value.items).map_err(SheetError::from)?;
        let (version, before) = SHEET.lock(conn, &if_match, all)?;
        let version = version + i64::from(before != items);
        if before != items {
            write(conn, &items)?;
            SHEET.save(conn, &act, version, &before, &items)?;
        }
        let taxes = ConsumptionTaxes { version, items };
        Ok(Answer::record(version, &taxes)?)
    })
    .await
}

fn review(mut items: Vec<ConsumptionTax>) -> Result<Vec<ConsumptionTax>, FieldErrors> {
    let mut errors = FieldErrors::default();
    if items.len() > RATES_MAX {
        let detail = format!("At most {RATES_MAX} rates.");
        errors.add("/items", "items.too_many", detail);
        return Err(errors);
    }
    for (at, item) in items.iter().enumerate() {
        let rate = Some(item.rate_per_ml);
        let pointer = format!("/items/{at}/rate_per_ml");
        check_number(&mut errors, &pointer, rate, RATE_MAX, 6);
        let same = |other: &&ConsumptionTax| {
            (other.class, other.valid_from) == (item.class, item.valid_from)
        };
        if items[..at].iter().any(|other| same(&other)) {
            let pointer = format!("/items/{at}/valid_from");
            errors.add(pointer, "valid_from.twice", "One rate a class and day.");
        }
    }
    items.sort_by_key(|item| (item.class.word(), item.valid_from));
    errors.or(items)
}

fn write(conn: &mut PgConnection, items: &[ConsumptionTax]) -> DbResult<()> {
    diesel::delete(consumption_taxes::table).execute(conn)?;
    diesel::insert_into(consumption_taxes::table)
        .values(items)
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::{ProductFields, ProductId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rate(class: TaxClass, from: &str, rate: &str) -> ConsumptionTax {
        ConsumptionTax {
            class,
            valid_from: day(from),
            rate_per_ml: rate.parse().unwrap(),
        }
    }

    fn product(kind: ProductKind, volume: Option<&str>, nicotine: Option<&str>) -> Product {
        let number = |text: &str| text.parse().unwrap();
        let fields = ProductFields {
            kind,
            volume_ml: volume.map(number),
            nicotine_mg_ml: nicotine.map(number),
            ..ProductFields::default()
        };
        Product::new(ProductId::new(), fields, nexus_service::now())
    }

    #[test]
    fn the_rate_is_that_of_the_class_and_the_day() {
        let rates = [
            rate(TaxClass::Nicotine, "2025-01-01", "0.143849"),
            rate(TaxClass::NoNicotine, "2025-01-01", "0.098896"),
            rate(TaxClass::Nicotine, "2026-01-01", "0.159839"),
        ];
        let strong = product(ProductKind::Liquid, Some("10"), Some("6"));
        let zero = product(ProductKind::Liquid, Some("10"), Some("0"));
        let aroma = product(ProductKind::Liquid, Some("20"), None);
        let odd = product(ProductKind::Liquid, Some("0.33"), Some("20"));
        let device = product(ProductKind::Hardware, Some("2"), None);
        for (product, on, tax) in [
            (&strong, "2025-01-01", Some("1.438490")),
            (&strong, "2025-12-31", Some("1.438490")),
            (&strong, "2026-01-01", Some("1.598390")),
            (&strong, "2024-12-31", None),
            (&zero, "2026-06-30", Some("0.988960")),
            (&aroma, "2025-06-30", Some("1.977920")),
            (&odd, "2025-06-30", Some("0.047470")),
            (&device, "2025-06-30", Some("0")),
            (&device, "1990-01-01", Some("0")),
        ] {
            let expected: Option<Decimal> = tax.map(|tax| tax.parse().unwrap());
            assert_eq!(unit_tax(&rates, product, day(on)), expected, "{on}");
        }
    }

    #[test]
    fn a_class_has_one_rate_a_day() {
        let twice = vec![
            rate(TaxClass::Nicotine, "2025-01-01", "0.1"),
            rate(TaxClass::NoNicotine, "2025-01-01", "0.1"),
            rate(TaxClass::Nicotine, "2025-01-01", "0.1234567"),
        ];
        let errors = review(twice).unwrap_err().0;
        let said: Vec<_> = errors
            .iter()
            .map(|e| (e.pointer.as_str(), e.code.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("/items/2/rate_per_ml", "number.decimals"),
                ("/items/2/valid_from", "valid_from.twice")
            ]
        );
    }
}

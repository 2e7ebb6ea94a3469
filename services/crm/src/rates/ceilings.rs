//! How much of a discount a role may give without asking. Whoever has several roles has the highest of their ceilings.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get, put, resource};
use diesel::prelude::*;
use nexus_auth::can::ManageUsers;
use nexus_auth::{Can, SignedIn};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, FieldErrors, IfMatch, required_text};
use nexus_service::{Answer, App, tagged};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::sheets::{Sheet, SheetError};
use crate::products::model::check_number;
use crate::schema::discount_ceilings;
use crate::users;
use nexus_records::Act;
use nexus_records::Viewer;

const SHEET: Sheet = Sheet {
    name: "discount_ceilings",
    changed: "crm.discount_ceilings.changed.v1",
    subject: Uuid::from_u128(0x019a_ab00_0000_7000_8000_0000_0000_0032),
};
const ROLES_MAX: usize = 200;

/// What one role may give.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = discount_ceilings, check_for_backend(diesel::pg::Pg))]
#[serde(deny_unknown_fields)]
pub struct DiscountCeiling {
    /// The role's name.
    #[schema(example = "agent")]
    pub role: String,
    /// In percent of the list price, up to two decimals.
    #[schema(value_type = String, example = "10")]
    pub max_percent: Decimal,
}

/// The ceiling of somebody with these roles: the highest; a role without one gives none.
#[must_use]
pub fn highest(ceilings: &[DiscountCeiling], roles: &[String]) -> Decimal {
    ceilings
        .iter()
        .filter(|ceiling| roles.contains(&ceiling.role))
        .map(|ceiling| ceiling.max_percent)
        .max()
        .unwrap_or_default()
}

/// The ceiling of a user; zero of one whose roles are not known here yet.
///
/// # Errors
/// The database's.
pub fn of_user(conn: &mut PgConnection, user: UserId) -> DbResult<Decimal> {
    let roles = users::queries::roles(conn, user)?;
    Ok(highest(&all(conn)?, &roles))
}

fn all(conn: &mut PgConnection) -> DbResult<Vec<DiscountCeiling>> {
    Ok(discount_ceilings::table
        .order(discount_ceilings::role)
        .select(DiscountCeiling::as_select())
        .load(conn)?)
}

/// What each role may give.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscountCeilingsBody {
    items: Vec<DiscountCeiling>,
}

/// What each role may give, and whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiscountCeilings {
    version: i64,
    items: Vec<DiscountCeiling>,
    /// The highest of one's own roles.
    #[schema(value_type = String)]
    mine: Decimal,
}

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/discount-ceilings")
            .route(get().to(show))
            .route(put().to(replace)),
    );
}

/// What each role may give, and whoever asks.
#[utoipa::path(get, path = "/api/v1/discount-ceilings", operation_id = "discount_ceilings_get", tag = "prices",
    security(("bearer" = [])), responses((status = 200, description = "Done", body = DiscountCeilings)))]
async fn show(app: Data<App>, who: SignedIn) -> ApiResult<HttpResponse> {
    let user = who.user_id;
    let ceilings = app
        .db
        .read(move |conn| -> DbResult<DiscountCeilings> {
            Ok(DiscountCeilings {
                version: SHEET.version(conn)?,
                items: all(conn)?,
                mine: of_user(conn, user)?,
            })
        })
        .await?;
    Ok(tagged(ceilings.version, &ceilings)?)
}

/// Replaces the ceilings.
#[utoipa::path(put, path = "/api/v1/discount-ceilings", operation_id = "discount_ceilings_put", tag = "prices",
    params(("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = DiscountCeilingsBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = DiscountCeilings), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<ManageUsers>,
    if_match: IfMatch,
    body: Body<DiscountCeilingsBody>,
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
        let mine = of_user(conn, act.viewer.user_id)?;
        let ceilings = DiscountCeilings {
            version,
            items,
            mine,
        };
        Ok(Answer::record(version, &ceilings)?)
    })
    .await
}

fn review(mut items: Vec<DiscountCeiling>) -> Result<Vec<DiscountCeiling>, FieldErrors> {
    let mut errors = FieldErrors::default();
    if items.len() > ROLES_MAX {
        let detail = format!("At most {ROLES_MAX} roles.");
        return Err(FieldErrors::one("/items", "items.too_many", detail));
    }
    let mut seen = Vec::new();
    for (at, item) in items.iter_mut().enumerate() {
        let pointer = format!("/items/{at}/role");
        item.role = required_text(&mut errors, &pointer, &item.role, 100);
        if seen.contains(&item.role) {
            errors.add(pointer, "role.twice", "One ceiling a role.");
        }
        seen.push(item.role.clone());
        let (pointer, most) = (format!("/items/{at}/max_percent"), Decimal::ONE_HUNDRED);
        check_number(&mut errors, &pointer, Some(item.max_percent), most, 2);
    }
    items.sort_by(|one, other| one.role.cmp(&other.role));
    errors.or(items)
}

fn write(conn: &mut PgConnection, items: &[DiscountCeiling]) -> DbResult<()> {
    diesel::delete(discount_ceilings::table).execute(conn)?;
    diesel::insert_into(discount_ceilings::table)
        .values(items)
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_of_the_roles_counts_and_an_unknown_role_gives_nothing() {
        let ceiling = |role: &str, percent| DiscountCeiling {
            role: role.to_owned(),
            max_percent: Decimal::from(percent),
        };
        let ceilings = [
            ceiling("agent", 10),
            ceiling("manager", 30),
            ceiling("viewer", 0),
        ];
        for (roles, most) in [
            (&["agent"][..], 10),
            (&["viewer", "manager", "agent"], 30),
            (&["viewer"], 0),
            (&["fiere"], 0),
            (&["fiere", "agent"], 10),
            (&[], 0),
        ] {
            let roles: Vec<String> = roles.iter().map(|&role| role.to_owned()).collect();
            assert_eq!(highest(&ceilings, &roles), Decimal::from(most), "{roles:?}");
        }
    }
}

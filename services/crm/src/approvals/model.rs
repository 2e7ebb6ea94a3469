use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Jsonb;
use nexus_problem::FieldErrors;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::lines::model::Line;
use crate::lines::totals::{Totals, cost_cents};
use crate::schema::approval_rules;

/// What the rules are. `null` clears a limit.
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
    AsChangeset,
)]
#[diesel(table_name = approval_rules, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What the client pays, from which on somebody must look; no limit when not given.
    pub max_amount_cents: Option<i64>,
    /// Below it somebody must look, in percent of the goods' price; only of documents whose costs are all known.
    #[schema(value_type = Option<String>, example = "15")]
    pub min_margin_percent: Option<Decimal>,
    /// Whether discounts above the writer's ceiling need approval.
    pub discount: bool,
    /// Whether orders beyond the client's credit limit need approval.
    pub credit: bool,
}

/// Why a document needs approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// `amount`, `margin`, `discount`, `credit` or `adm`.
    pub code: String,
    /// For people. It never tells a cost or a margin.
    pub detail: String,
    /// The line or field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// All reasons, as they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Reasons(pub Vec<Reason>);

impl FromSql<Jsonb, Pg> for Reasons {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let value = <Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_value(value)?))
    }
}

impl ToSql<Jsonb, Pg> for Reasons {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        let value = serde_json::to_value(&self.0)?;
        <Value as ToSql<Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
    }
}

impl Reasons {
    /// Whether nobody has to look.
    #[must_use]
    pub fn none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them has this code.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.0.iter().any(|reason| reason.code == code)
    }

    /// As the errors of a problem.
    #[must_use]
    pub fn errors(&self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        for reason in &self.0 {
            errors.add(
                reason.pointer.clone().unwrap_or_default(),
                format!("approval.{}", reason.code),
                reason.detail.clone(),
            );
        }
        errors
    }
}

impl Rules {
    /// Checks what was given.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.max_amount_cents.is_some_and(i64::is_negative) {
            let detail = "Must not be negative.";
            errors.add("/max_amount_cents", "number.negative", detail);
        }
        let hundred = Decimal::ZERO..=Decimal::ONE_HUNDRED;
        if let Some(margin) = self.min_margin_percent
            && (!hundred.contains(&margin) || margin.normalize().scale() > 2)
        {
            let detail = "Give 0 to 100 percent, with up to two decimals.";
            errors.add("/min_margin_percent", "percent.range", detail);
        }
        errors.or(self)
    }

    /// Amount and margin: what a document shows by itself.
    #[must_use]
    pub fn on_content(&self, lines: &[Line], totals: &Totals) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self
            .max_amount_cents
            .is_some_and(|most| totals.total_cents > most)
        {
            reasons.push(reason("amount", "The amount is above the limit."));
        }
        if let (Some(least), Some(cost)) = (self.min_margin_percent, cost_cents(lines)) {
            let net = Decimal::from(totals.net_cents);
            let margin = net - Decimal::from(cost);
            // Compared without dividing: goods given away have no margin either.
            if margin * Decimal::ONE_HUNDRED < least * net || margin.is_sign_negative() {
                reasons.push(reason("margin", "The margin is too small."));
            }
        }
        reasons
    }

    /// What is open of a client, this order with it, against what may be.
    #[must_use]
    pub fn on_credit(
        &self,
        limit_cents: Option<i64>,
        open_cents: i64,
        order_cents: i64,
    ) -> Option<Reason> {
        let limit = limit_cents.filter(|_| self.credit)?;
        let exceeded = open_cents.saturating_add(order_cents) > limit;
        exceeded.then(|| reason("credit", "The client's credit limit does not cover it."))
    }
}

/// A reason about the document as a whole.
#[must_use]
pub fn reason(code: &str, detail: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        detail: detail.to_owned(),
        pointer: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules {
            max_amount_cents: Some(100_000),
            min_margin_percent: Some(Decimal::from(20)),
            discount: true,
            credit: true,
        }
    }

    #[test]
    fn an_amount_above_the_limit_needs_a_yes_and_one_at_it_does_not() {
        for (total, needs) in [(99_999, false), (100_000, false), (100_001, true)] {
            let totals = Totals {
                total_cents: total,
                ..Totals::default()
            };
            let told = rules().on_content(&[], &totals);
            assert_eq!(
                told.iter().any(|reason| reason.code == "amount"),
                needs,
                "{total}"
            );
        }
    }

    #[test]
    fn credit_counts_what_is_open_and_the_order() {
        for (limit, open, order, needs) in [
            (None, 1_000_000, 1_000_000, false),
            (Some(1000), 0, 1000, false),
            (Some(1000), 1, 1000, true),
            (Some(0), 0, 0, false),
            (Some(0), 0, 1, true),
            (Some(1000), i64::MAX, 1, true),
        ] {
            let told = rules().on_credit(limit, open, order).is_some();
            assert_eq!(told, needs, "{limit:?} {open} {order}");
        }
        let lenient = Rules {
            credit: false,
            ..rules()
        };
        assert_eq!(lenient.on_credit(Some(0), 1, 1), None);
    }
}

//! One filter for all tiles: which days, whose records, which province, product and source.

pub mod model;
mod scope;

pub use model::{Compare, FilterFields, Period};
pub use scope::{Scoped, scoped};

/// A query's struct with the filter's fields before its own.
#[macro_export]
macro_rules! filtered_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// First day; the first of this month when not given.
            from: Option<chrono::NaiveDate>,
            /// Last day; today when not given.
            until: Option<chrono::NaiveDate>,
            /// What to compare with: as many days before, the same days a year before, nothing.
            #[serde(default)]
            #[param(inline)]
            compare: $crate::filter::Compare,
            /// Only this user's records.
            agent_id: Option<uuid::Uuid>,
            /// Only records of this manager and of everybody below.
            team_id: Option<uuid::Uuid>,
            /// Sigla, e.g. `TO`.
            province: Option<String>,
            product_id: Option<uuid::Uuid>,
            source_id: Option<uuid::Uuid>,
            $($(#[$fdoc])* $field: $type,)*
        }

        impl $name {
            fn filter(&self) -> $crate::filter::FilterFields {
                $crate::filter::FilterFields {
                    period: None,
                    from: self.from,
                    until: self.until,
                    compare: self.compare,
                    agent_id: self.agent_id,
                    team_id: self.team_id,
                    province: self.province.clone(),
                    product_id: self.product_id,
                    source_id: self.source_id,
                }
            }
        }
    };
}

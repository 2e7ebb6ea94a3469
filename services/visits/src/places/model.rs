use chrono::NaiveDate;
use diesel::prelude::*;
use nexus_kernel::UserId;
use nexus_records::text_enum;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::rules::hours::{Opening, Week};
use crate::rules::model::{VisitRules, urgency};
use crate::schema::places;
use crate::territories::model::TerritoryId;

/// A place's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = places, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Place {
    /// crm's id of the shop.
    pub id: Uuid,
    pub version: i64,
    #[serde(skip)]
    pub site_version: i64,
    pub client_id: Uuid,
    pub client_name: String,
    pub name: String,
    #[serde(skip)]
    pub search_text: String,
    pub class: Option<String>,
    pub lifecycle: String,
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    pub street: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub opening_hours: Value,
    #[serde(skip)]
    pub site_archived: bool,
    pub archived: bool,
    /// The day from which we know it.
    pub known_since: NaiveDate,
    /// Days between visits here, over the rules.
    pub own_cadence_days: Option<i32>,
    /// Minutes of a visit here, over the rules.
    pub own_visit_minutes: Option<i32>,
    /// Days between visits, by the rules or its own.
    pub cadence_days: i32,
    pub last_visit_on: Option<NaiveDate>,
    /// From this day on a visit is due.
    pub due_on: NaiveDate,
    /// The territory in which it is.
    #[schema(value_type = Option<Uuid>)]
    pub territory_id: Option<TerritoryId>,
    /// Where its coordinates come from; its absence says that nobody has said where it is.
    pub geo_source: Option<GeoSource>,
}

text_enum! {
    /// Where coordinates come from: a hand on the map, a phone on the spot, or the town's centre.
    GeoSource { Manual = "manual", Gps = "gps", Comune = "comune" }
}

impl GeoSource {
    /// How far off it may be, in metres: what a map shows as exact, and what it shows as a town.
    #[must_use]
    pub fn within_m(self) -> i32 {
        match self {
            Self::Gps => 30,
            Self::Manual => 100,
            Self::Comune => 5_000,
        }
    }
}

impl Place {
    /// A place that nothing is known of yet.
    #[must_use]
    pub fn new(id: Uuid, client_id: Uuid, known_since: NaiveDate) -> Self {
        Self {
            id,
            version: 0,
            site_version: 0,
            client_id,
            client_name: String::new(),
            name: String::new(),
            search_text: String::new(),
            class: None,
            lifecycle: String::new(),
            owner_id: None,
            street: None,
            cap: None,
            city: None,
            province: None,
            lat: None,
            lng: None,
            opening_hours: Value::Null,
            site_archived: false,
            archived: false,
            known_since,
            own_cadence_days: None,
            own_visit_minutes: None,
            cadence_days: 1,
            last_visit_on: None,
            due_on: known_since,
            territory_id: None,
            geo_source: None,
        }
    }

    /// What follows from the rules, after anything has changed; a new version.
    pub fn apply(&mut self, rules: &VisitRules) {
        self.version += 1;
        let usual = rules.cadence_days.of(self.class.as_deref());
        self.cadence_days = self.own_cadence_days.unwrap_or(usual);
        self.due_on = rules.due_on(self.cadence_days, self.last_visit_on, self.known_since);
    }

    /// How long a visit takes.
    #[must_use]
    pub fn visit_minutes(&self, rules: &VisitRules) -> i32 {
        self.own_visit_minutes
            .unwrap_or_else(|| rules.visit_minutes.of(self.class.as_deref()))
    }

    /// Days since the last visit ÷ cadence.
    #[must_use]
    pub fn urgency(&self, today: NaiveDate) -> f64 {
        urgency(
            today,
            self.cadence_days,
            self.last_visit_on,
            self.known_since,
        )
    }

    /// When it opens, without what is different for a while.
    #[must_use]
    pub fn opening(&self) -> Opening {
        let week: Week = serde_json::from_value(self.opening_hours.clone()).unwrap_or_default();
        Opening {
            week,
            changes: Vec::new(),
        }
    }

    /// Where it is on the map.
    #[must_use]
    pub fn point(&self) -> Option<(f64, f64)> {
        self.lat.zip(self.lng)
    }
}

/// How a place stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlaceStanding)]
pub enum Standing {
    /// Not due yet.
    Fine,
    /// Due.
    Due,
    /// The whole interval has passed.
    Overdue,
    /// Nobody was ever there.
    Never,
}

impl Standing {
    /// How a place stands.
    #[must_use]
    pub fn of(place: &Place, today: NaiveDate) -> Self {
        match place.last_visit_on {
            None => Self::Never,
            Some(_) if place.urgency(today) >= 1.0 => Self::Overdue,
            Some(_) if place.due_on <= today => Self::Due,
            Some(_) => Self::Fine,
        }
    }
}

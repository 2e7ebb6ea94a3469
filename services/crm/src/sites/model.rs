use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::italy::{address, comuni};
use crate::schema::sites;
use nexus_records::text_enum;

/// A site's id.
pub type SiteId = RecordId<Site>;

text_enum! {
    /// What kind of shop; the first four may sell liquids.
    Channel {
        Tobacconist = "tobacconist", VapeShop = "vape_shop", Pharmacy = "pharmacy", Parapharmacy = "parapharmacy",
        Wholesaler = "wholesaler", Ecommerce = "ecommerce", Other = "other",
    }
}

text_enum! {
    /// Where the coordinates came from: a hand on the map, a phone on the spot, or the town's centre.
    GeoSource { Manual = "manual", Gps = "gps", Comune = "comune" }
}

/// The windows of one day, as `["09:00", "12:30"]`.
pub type Windows = Vec<[String; 2]>;

/// What may be written of a site. A patch names some of these; `null` clears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SiteFields {
    /// The sign over the door.
    pub name: String,
    pub channel: Channel,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub country: String,
    /// Six digits; found by city and province when not given.
    pub istat_code: Option<String>,
    /// WGS 84; the town's centre when not given.
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub geo_source: Option<GeoSource>,
    /// `mon` … `sun`, each with its windows; a day that is absent is closed, an empty object says nothing.
    #[schema(value_type = BTreeMap<String, Vec<Vec<String>>>, example = json!({"mon": [["09:00", "12:30"], ["15:30", "19:30"]]}))]
    pub opening_hours: BTreeMap<String, Windows>,
    pub adm: Authorisation,
}

/// The ADM authorisation to sell liquids; one per shop, valid two years.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = sites, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct Authorisation {
    #[diesel(column_name = adm_number)]
    pub number: Option<String>,
    /// The Monopoli office that issued it.
    #[diesel(column_name = adm_office)]
    pub office: Option<String>,
    #[diesel(column_name = adm_issued_on)]
    pub issued_on: Option<NaiveDate>,
    /// Two years after issue when not given.
    #[diesel(column_name = adm_expires_on)]
    pub expires_on: Option<NaiveDate>,
    /// The number on the sign.
    #[diesel(column_name = adm_ordinal)]
    pub ordinal: Option<String>,
    #[diesel(column_name = adm_holder)]
    pub holder: Option<String>,
}

impl Default for SiteFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            channel: Channel::Other,
            street: None,
            street_number: None,
            cap: None,
            city: None,
            province: None,
            country: "IT".to_owned(),
            istat_code: None,
            lat: None,
            lng: None,
            geo_source: None,
            opening_hours: BTreeMap::new(),
            adm: Authorisation::default(),
        }
    }
}

/// A site's row.
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
#[diesel(table_name = sites, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Site {
    #[schema(value_type = uuid::Uuid)]
    pub id: SiteId,
    pub version: i64,
    #[schema(value_type = uuid::Uuid)]
    pub client_id: ClientId,
    pub name: String,
    pub channel: Channel,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub country: String,
    pub istat_code: Option<String>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub geo_source: Option<GeoSource>,
    /// `mon` … `sun`, each with its windows.
    #[schema(value_type = BTreeMap<String, Vec<Vec<String>>>)]
    pub opening_hours: Value,
    #[diesel(embed)]
    pub adm: Authorisation,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl SiteFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let wrong = &mut errors;
        self.name = required_text(wrong, "/name", &self.name, 200);
        for (field, pointer, most) in [
            (&mut self.street, "/street", 200),
            (&mut self.street_number, "/street_number", 20),
            (&mut self.cap, "/cap", 12),
            (&mut self.city, "/city", 100),
            (&mut self.province, "/province", 60),
            (&mut self.istat_code, "/istat_code", 6),
            (&mut self.adm.number, "/adm/number", 60),
            (&mut self.adm.office, "/adm/office", 120),
            (&mut self.adm.ordinal, "/adm/ordinal", 30),
            (&mut self.adm.holder, "/adm/holder", 200),
        ] {
            *field = optional_text(wrong, pointer, field.as_deref(), most);
        }
        self.country = self.country.trim().to_uppercase();
        if crate::italy::countries::with_code(&self.country).is_none() {
            wrong.add(
                "/country",
                "country.unknown",
                "Give the country's two-letter code, e.g. IT.",
            );
        }
        self.review_address(wrong);
        self.review_place(wrong);
        review_hours(&self.opening_hours, wrong);
        self.adm.review(wrong);
        errors.or(self)
    }

    fn review_address(&mut self, errors: &mut FieldErrors) {
        if self.country != "IT" {
            return;
        }
        if let Some(cap) = &self.cap {
            match address::read_cap(cap) {
                Ok(cap) => self.cap = Some(cap),
                Err(error) => errors.add("/cap", error.code(), error.detail()),
            }
        }
        if let Some(province) = &self.province {
            match address::read_province(province) {
                Ok(sigla) => self.province = Some(sigla.to_owned()),
                Err(error) => errors.add("/province", error.code(), error.detail()),
            }
        }
    }

    /// Coordinates come in pairs and lie on the globe; without any, the town's centre has to do.
    fn review_place(&mut self, errors: &mut FieldErrors) {
        match (self.lat, self.lng) {
            (Some(lat), Some(lng)) => {
                if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lng) {
                    errors.add(
                        "/lat",
                        "place.range",
                        "Latitude is within ±90 and longitude within ±180 degrees.",
                    );
                }
                self.geo_source = self.geo_source.or(Some(GeoSource::Manual));
            }
            (None, None) => {
                self.geo_source = None;
                let city = self.city.as_deref().unwrap_or_default();
                let province = self.province.as_deref().unwrap_or_default();
                if let Some(comune) = comuni::find(city, province) {
                    self.istat_code = Some(comune.istat_code.to_owned());
                    (self.lat, self.lng) = (comune.lat, comune.lng);
                    self.geo_source = comune.lat.map(|_| GeoSource::Comune);
                }
            }
            _ => errors.add(
                "/lat",
                "place.half",
                "Give latitude and longitude, or neither.",
            ),
        }
    }
}

fn review_hours(hours: &BTreeMap<String, Windows>, errors: &mut FieldErrors) {
    for (day, windows) in hours {
        let pointer = format!("/opening_hours/{day}");
        if !DAYS.contains(&day.as_str()) {
            errors.add(
                pointer,
                "opening_hours.day",
                "The days are mon, tue, wed, thu, fri, sat, sun.",
            );
            continue;
        }
        let times: Option<Vec<NaiveTime>> = windows
            .iter()
            .flatten()
            .map(|text| NaiveTime::parse_from_str(text, "%H:%M").ok())
            .collect();
        let in_order = times.is_some_and(|times| times.is_sorted_by(|a, b| a < b));
        if !in_order || windows.len() > 4 {
            let detail =
                "Give up to four windows as [\"09:00\", \"12:30\"], in order and not touching.";
            errors.add(pointer, "opening_hours.windows", detail);
        }
    }
}

impl Authorisation {
    fn review(&mut self, errors: &mut FieldErrors) {
        let Some(issued) = self.issued_on else { return };
        let two_years_on = issued.checked_add_months(chrono::Months::new(24));
        let expires = self.expires_on.or(two_years_on);
        if expires.is_some_and(|expires| expires < issued) {
            errors.add(
                "/adm/expires_on",
                "adm.expires_before_issue",
                "It cannot expire before it was issued.",
            );
        }
        self.expires_on = expires;
    }
}

impl Site {
    /// A new site of these (reviewed) fields.
    #[must_use]
    pub fn new(id: SiteId, client_id: ClientId, fields: SiteFields, now: DateTime<Utc>) -> Self {
        let hours = serde_json::to_value(fields.opening_hours).unwrap_or_default();
        Self {
            id,
            version: 1,
            client_id,
            name: fields.name,
            channel: fields.channel,
            street: fields.street,
            street_number: fields.street_number,
            cap: fields.cap,
            city: fields.city,
            province: fields.province,
            country: fields.country,
            istat_code: fields.istat_code,
            lat: fields.lat,
            lng: fields.lng,
            geo_source: fields.geo_source,
            opening_hours: hours,
            adm: fields.adm,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// What may be written of it, as it is now. A place that was only the town's centre is left to be found anew.
    #[must_use]
    pub fn fields(&self) -> SiteFields {
        let by_hand = self.geo_source != Some(GeoSource::Comune);
        SiteFields {
            name: self.name.clone(),
            channel: self.channel,
            street: self.street.clone(),
            street_number: self.street_number.clone(),
            cap: self.cap.clone(),
            city: self.city.clone(),
            province: self.province.clone(),
            country: self.country.clone(),
            istat_code: self.istat_code.clone(),
            lat: self.lat.filter(|_| by_hand),
            lng: self.lng.filter(|_| by_hand),
            geo_source: self.geo_source.filter(|_| by_hand),
            opening_hours: serde_json::from_value(self.opening_hours.clone()).unwrap_or_default(),
            adm: self.adm.clone(),
        }
    }

    /// The site with other (reviewed) fields.
    #[must_use]
    pub fn with(&self, fields: SiteFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            created_at: self.created_at,
            archived_at: self.archived_at,
            ..Self::new(self.id, self.client_id, fields, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(change: impl FnOnce(&mut SiteFields)) -> Result<SiteFields, FieldErrors> {
        let mut fields = SiteFields {
            name: "Punto Svapo".to_owned(),
            ..SiteFields::default()
        };
        change(&mut fields);
        fields.review()
    }

    fn pointers(result: Result<SiteFields, FieldErrors>) -> Vec<String> {
        result
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect()
    }

    #[test]
    fn a_shop_without_coordinates_stands_in_the_middle_of_its_town() {
        let site = fields(|site| {
            (site.city, site.province) = (Some("Codogno".to_owned()), Some("lo".to_owned()));
        })
        .unwrap();
        assert_eq!(
            (site.lat, site.geo_source),
            (Some(45.16187), Some(GeoSource::Comune))
        );
        assert_eq!(site.istat_code.as_deref(), Some("098019"));
    }

    #[test]
    fn half_a_place_and_hours_out_of_order_are_refused() {
        assert_eq!(pointers(fields(|site| site.lat = Some(45.0))), ["/lat"]);
        for (windows, wrong) in [
            (vec![("09:00", "12:30"), ("15:30", "19:30")], false),
            (vec![("09:00", "12:30"), ("12:00", "19:30")], true),
            (vec![("09:00", "08:00")], true),
            (vec![("9 am", "12:00")], true),
        ] {
            let windows: Windows = windows
                .into_iter()
                .map(|(a, b)| [a.to_owned(), b.to_owned()])
                .collect();
            let result = fields(|site| {
                site.opening_hours.insert("mon".to_owned(), windows.clone());
            });
            assert_eq!(result.is_err(), wrong, "{windows:?}");
        }
        let result = fields(|site| {
            site.opening_hours.insert("monday".to_owned(), Vec::new());
        });
        assert_eq!(pointers(result), ["/opening_hours/monday"]);
    }

    #[test]
    fn an_authorisation_lasts_two_years_unless_it_says_otherwise() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let site = fields(|site| site.adm.issued_on = day("2024-02-29")).unwrap();
        assert_eq!(site.adm.expires_on, day("2026-02-28"));
        let result = fields(|site| {
            (site.adm.issued_on, site.adm.expires_on) = (day("2025-01-01"), day("2024-01-01"));
        });
        assert_eq!(pointers(result), ["/adm/expires_on"]);
    }
}

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::regions;
use crate::schema::territories;

/// A territory's id.
pub type TerritoryId = RecordId<Territory>;

/// What may be written of a territory. A patch names some of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TerritoryFields)]
#[serde(deny_unknown_fields, default)]
pub struct TerritoryFields {
    #[schema(example = "Torino e cintura")]
    pub name: String,
    /// Regions (`Piemonte`), provinces (`TO`) and beginnings of CAPs (`101`). The closest wins: a CAP over a province, a
    /// province over a region, more digits over fewer.
    #[schema(example = json!(["TO", "CN", "101"]))]
    pub areas: Vec<String>,
    /// Who looks after it.
    #[schema(value_type = Vec<Uuid>)]
    pub agent_ids: Vec<UserId>,
}

/// A territory's row.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = territories, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Territory {
    #[schema(value_type = Uuid)]
    pub id: TerritoryId,
    pub version: i64,
    pub name: String,
    pub areas: Vec<String>,
    #[schema(value_type = Vec<Uuid>)]
    pub agent_ids: Vec<UserId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

const AREAS_MOST: usize = 500;
const AGENTS_MOST: usize = 50;

impl TerritoryFields {
    /// Brings every field to its stored form and checks it. `others` are the areas of the other territories.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, others: &[Territory]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 120);
        if !(1..=AREAS_MOST).contains(&self.areas.len()) {
            let detail = format!("Name 1 to {AREAS_MOST} areas.");
            errors.add("/areas", "items.many", detail);
        }
        let mut seen = HashSet::new();
        for (at, area) in self.areas.iter_mut().enumerate() {
            let pointer = format!("/areas/{at}");
            let Some(read) = read_area(area) else {
                let detail = "Give a region (Piemonte), a sigla (TO) or the first 2 to 5 digits of a CAP (101).";
                errors.add(pointer, "territory.unknown", detail);
                continue;
            };
            *area = read;
            let other = others.iter().find(|other| other.areas.contains(area));
            if let Some(other) = other {
                let detail = format!("{area} belongs to {} already.", other.name);
                errors.add(pointer, "territory.taken", detail);
            } else if !seen.insert(area.clone()) {
                errors.add(pointer, "territory.twice", "It is named twice.");
            }
        }
        self.agent_ids.sort_unstable();
        self.agent_ids.dedup();
        if self.agent_ids.len() > AGENTS_MOST {
            errors.add(
                "/agent_ids",
                "items.many",
                format!("At most {AGENTS_MOST}."),
            );
        }
        errors.or(self)
    }
}

fn is_cap(area: &str) -> bool {
    area.bytes().all(|byte| byte.is_ascii_digit())
}

/// An area as it is stored.
fn read_area(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.is_empty() && is_cap(text) {
        return (2..=5).contains(&text.len()).then(|| text.to_owned());
    }
    let sigla = text.to_uppercase();
    match regions::of_province(&sigla) {
        Some(_) => Some(sigla),
        None => regions::named(text).map(str::to_owned),
    }
}

/// How closely an area names a place: 0 not at all, 1 its region, 2 its province, more for each digit of its CAP.
fn closeness(area: &str, province: Option<&str>, cap: Option<&str>) -> usize {
    if is_cap(area) {
        return cap
            .filter(|cap| cap.starts_with(area))
            .map_or(0, |_| 2 + area.len());
    }
    let Some(province) = province else { return 0 };
    if area == province {
        2
    } else {
        usize::from(regions::of_province(province) == Some(area))
    }
}

/// The territory to which a place belongs.
#[must_use]
pub fn closest<'a>(
    territories: &'a [Territory],
    province: Option<&str>,
    cap: Option<&str>,
) -> Option<&'a Territory> {
    let reach = |territory: &Territory| {
        let areas = territory.areas.iter();
        areas
            .map(|area| closeness(area, province, cap))
            .max()
            .unwrap_or(0)
    };
    let ranked = territories
        .iter()
        .map(|territory| (reach(territory), territory));
    // No area belongs to two territories, so that the closest is one.
    let best = ranked
        .filter(|(reach, _)| *reach > 0)
        .max_by_key(|(reach, _)| *reach);
    best.map(|(_, territory)| territory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn territory(name: &str, areas: &[&str]) -> Territory {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        Territory {
            id: TerritoryId::new(),
            version: 1,
            name: name.to_owned(),
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
            agent_ids: Vec::new(),
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    #[test]
    fn the_closest_area_wins() {
        let all = [
            territory("Nord-ovest", &["Piemonte", "Liguria"]),
            territory("Torino", &["TO"]),
            territory("Città", &["101"]),
            territory("Centro", &["10121", "10122"]),
            territory("Milano", &["MI", "20"]),
        ];
        for (province, cap, expected) in [
            (Some("CN"), Some("12100"), Some("Nord-ovest")),
            (Some("TO"), Some("10064"), Some("Torino")),
            (Some("TO"), Some("10134"), Some("Città")),
            (Some("TO"), Some("10121"), Some("Centro")),
            (None, Some("10122"), Some("Centro")),
            (Some("MB"), Some("20900"), Some("Milano")),
            (Some("SV"), None, Some("Nord-ovest")),
            (Some("RM"), Some("00184"), None),
            (None, None, None),
        ] {
            let found = closest(&all, province, cap).map(|found| found.name.as_str());
            assert_eq!(found, expected, "{province:?} {cap:?}");
        }
    }

    #[test]
    fn areas_are_brought_to_their_stored_form_and_belong_to_one() {
        let other = [territory("Torino", &["TO", "Liguria"])];
        let fields = |areas: &[&str]| TerritoryFields {
            name: "Nuovo".to_owned(),
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
            agent_ids: Vec::new(),
        };
        let good = fields(&[" piemonte ", "cn", "101", "Emilia Romagna"]);
        let good = good.review(&other).unwrap();
        assert_eq!(good.areas, ["Piemonte", "CN", "101", "Emilia-Romagna"]);
        for (areas, code) in [
            (vec!["XX"], "territory.unknown"),
            (vec!["1"], "territory.unknown"),
            (vec!["101234"], "territory.unknown"),
            (vec!["to"], "territory.taken"),
            (vec!["liguria"], "territory.taken"),
            (vec!["CN", "cn"], "territory.twice"),
            (vec![], "items.many"),
        ] {
            let errors = fields(&areas).review(&other).unwrap_err();
            let codes: Vec<_> = errors.0.iter().map(|error| error.code.as_str()).collect();
            assert_eq!(codes, [code], "{areas:?}");
        }
    }
}

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Jsonb;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::campaigns::model::{CampaignId, SourceId};
use crate::italy::comuni;
use crate::leads::model::LeadFields;
use crate::schema::assignment_rules;
use nexus_records::text_enum;

/// A rule's id.
pub type RuleId = RecordId<AssignmentRule>;

text_enum! {
    /// How a rule chooses among its members: in turns; whoever has the fewest open leads; whoever works where the lead is,
    /// else whose base is nearest.
    AssignmentMethod { RoundRobin = "round_robin", LeastBusy = "least_busy", Territory = "territory" }
}

/// Somebody who may get leads, and where they work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignmentMember)]
pub struct Member {
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// Siglas (`TO`) and beginnings of CAPs (`10`, `101`).
    #[serde(default)]
    pub territories: Vec<String>,
    /// ISTAT code of the comune from where they set out.
    #[serde(default)]
    pub base_istat_code: Option<String>,
}

/// Members, in the order of their turns.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
#[schema(as = AssignmentMembers)]
pub struct Members(pub Vec<Member>);

impl ToSql<Jsonb, Pg> for Members {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let value = serde_json::to_value(self)?;
        <Value as ToSql<Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
    }
}

impl FromSql<Jsonb, Pg> for Members {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(serde_json::from_value(
            <Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?,
        )?)
    }
}

/// What may be written of a rule. A patch names some of these; `null` clears.
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
#[diesel(table_name = assignment_rules, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct RuleFields {
    pub name: String,
    pub method: AssignmentMethod,
    #[schema(value_type = Vec<Member>)]
    pub members: Members,
    /// Only leads of this source …
    #[schema(value_type = Option<uuid::Uuid>)]
    pub source_id: Option<SourceId>,
    /// … and of this campaign …
    #[schema(value_type = Option<uuid::Uuid>)]
    pub campaign_id: Option<CampaignId>,
    /// … and of these provinces (siglas), if any are named.
    pub provinces: Vec<String>,
    /// Smaller is tried first.
    pub position: i32,
    pub active: bool,
}

impl Default for RuleFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            method: AssignmentMethod::RoundRobin,
            members: Members::default(),
            source_id: None,
            campaign_id: None,
            provinces: Vec::new(),
            position: 0,
            active: true,
        }
    }
}

/// A rule's row.
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
#[diesel(table_name = assignment_rules, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct AssignmentRule {
    #[schema(value_type = uuid::Uuid)]
    pub id: RuleId,
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: RuleFields,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// More would be no team.
const MOST_MEMBERS: usize = 200;

impl RuleFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 120);
        for (index, province) in self.provinces.iter_mut().enumerate() {
            match comuni::sigla(province) {
                Some(sigla) => *province = sigla.to_owned(),
                None => errors.add(
                    format!("/provinces/{index}"),
                    "province.unknown",
                    "Give a sigla, e.g. TO.",
                ),
            }
        }
        let members = &mut self.members.0;
        if members.is_empty() || members.len() > MOST_MEMBERS {
            errors.add(
                "/members",
                "members.range",
                "Name 1 to 200 people who get the leads.",
            );
        }
        for (index, member) in members.iter_mut().enumerate() {
            let at = format!("/members/{index}");
            for (place, territory) in member.territories.iter_mut().enumerate() {
                match read_territory(territory) {
                    Some(read) => *territory = read,
                    None => errors.add(
                        format!("{at}/territories/{place}"),
                        "territory.unknown",
                        "Give a sigla (TO) or the first digits of a CAP (101).",
                    ),
                }
            }
            if let Some(code) = &member.base_istat_code
                && comuni::with_istat_code(code).is_none()
            {
                errors.add(
                    format!("{at}/base_istat_code"),
                    "comune.unknown",
                    "There is no such comune.",
                );
            }
        }
        let mut seen = std::collections::HashSet::new();
        if !members.iter().all(|member| seen.insert(member.user_id)) {
            errors.add("/members", "members.twice", "Name each person once.");
        }
        errors.or(self)
    }

    /// Whether the rule is for such a lead.
    #[must_use]
    pub fn fits(&self, lead: &LeadFields, place: &Place) -> bool {
        let source = self
            .source_id
            .is_none_or(|source| lead.source_id == Some(source));
        let campaign = self
            .campaign_id
            .is_none_or(|campaign| lead.campaign_id == Some(campaign));
        let there = |province: &String| {
            place
                .province
                .as_deref()
                .is_some_and(|of_lead| comuni::same_province(province, of_lead))
        };
        source && campaign && (self.provinces.is_empty() || self.provinces.iter().any(there))
    }
}

fn read_territory(text: &str) -> Option<String> {
    let text = text.trim();
    let digits =
        !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        Some(text.to_owned())
    } else {
        comuni::sigla(text).map(str::to_owned)
    }
}

/// Where a lead is, as far as its address says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    pub cap: Option<String>,
    pub province: Option<String>,
    pub point: Option<(f64, f64)>,
}

impl Place {
    /// The place of a lead: the comune of its name, else the largest that its CAP serves.
    #[must_use]
    pub fn of(lead: &LeadFields) -> Self {
        let named = match (lead.city.as_deref(), lead.province.as_deref()) {
            (Some(city), Some(province)) => comuni::find(city, province),
            (Some(city), None) => comuni::named(city)
                .into_iter()
                .max_by_key(|comune| comune.population),
            _ => None,
        };
        let by_cap = || comuni::with_cap(lead.cap.as_deref()?).into_iter().next();
        let comune = named.or_else(by_cap);
        Self {
            cap: lead.cap.clone(),
            province: lead
                .province
                .clone()
                .or_else(|| comune.map(|comune| comune.province.to_owned())),
            point: comune.and_then(|comune| comune.lat.zip(comune.lng)),
        }
    }
}

/// How many open leads each has.
pub type Loads = HashMap<UserId, i64>;

/// The next of them after whoever was last; the first when that one is gone.
#[must_use]
pub fn next_in_turn(members: &[UserId], last: Option<UserId>) -> Option<UserId> {
    let at = last.and_then(|last| members.iter().position(|member| *member == last));
    let next = at.map_or(0, |at| (at + 1) % members.len().max(1));
    members.get(next).copied()
}

/// Whoever has the fewest open leads; of equals, the next in turn.
#[must_use]
pub fn least_busy(members: &[UserId], loads: &Loads, last: Option<UserId>) -> Option<UserId> {
    let load = |member: &UserId| loads.get(member).copied().unwrap_or(0);
    let fewest = members.iter().map(load).min()?;
    let start = last
        .and_then(|last| members.iter().position(|member| *member == last))
        .map_or(0, |at| at + 1);
    let in_turn = members.iter().cycle().skip(start).take(members.len());
    in_turn.copied().find(|member| load(member) == fewest)
}

/// Whoever works where the lead is: the longest beginning of its CAP, then its province; else whose base is nearest.
/// Several are left when the territory is shared.
#[must_use]
pub fn in_territory(members: &[Member], place: &Place) -> Vec<UserId> {
    let reach = |member: &Member| {
        member
            .territories
            .iter()
            .map(|of| covers(of, place))
            .max()
            .unwrap_or(0)
    };
    let widest = members.iter().map(reach).max().unwrap_or(0);
    if widest > 0 {
        let there = members.iter().filter(|member| reach(member) == widest);
        return there.map(|member| member.user_id).collect();
    }
    let Some(point) = place.point else {
        return Vec::new();
    };
    let distance = |member: &Member| {
        let base = comuni::with_istat_code(member.base_istat_code.as_deref()?)?;
        Some((kilometres(point, base.lat.zip(base.lng)?), member.user_id))
    };
    let nearest = members
        .iter()
        .filter_map(distance)
        .min_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, user)| user).into_iter().collect()
}

/// How closely a territory names the place: digits of the CAP count more than the province, 0 is not at all.
fn covers(territory: &str, place: &Place) -> usize {
    let is_cap = territory.bytes().all(|byte| byte.is_ascii_digit());
    let cap = || {
        place
            .cap
            .as_deref()
            .is_some_and(|cap| cap.starts_with(territory))
    };
    let province = || {
        let of_place = place.province.as_deref();
        of_place.is_some_and(|of_place| comuni::same_province(territory, of_place))
    };
    match is_cap {
        true if cap() => 1 + territory.len(),
        false if province() => 1,
        _ => 0,
    }
}

/// Great-circle distance between two points in degrees.
fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (lat, lng) = ((lat_b - lat_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * lng.sin().powi(2);
    2.0 * 6371.0 * h.sqrt().asin()
}

#[cfg(test)]
mod tests;

use diesel::PgConnection;
use nexus_kernel::text::key;
use nexus_outbox::{Fact, announce};
use nexus_problem::{FieldErrors, IfMatch, Problem, required_text};
use nexus_records::Act;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::VisitRules;
use super::queries::{self, LocalHoliday};

/// What events about the company's rules are about.
const SUBJECT: Uuid = Uuid::from_u128(0x019a_ab00_0000_7000_8000_0000_0000_0101);
/// … and about all local holidays.
const HOLIDAYS: Uuid = Uuid::from_u128(0x019a_ab00_0000_7000_8000_0000_0000_0102);
/// More towns than Italy has.
const HOLIDAYS_MOST: usize = 10_000;

/// The rules with their version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RulesView {
    pub version: i64,
    #[serde(flatten)]
    pub rules: VisitRules,
}

/// Writes the rules as a whole; every shop comes due by the new ones at once.
pub fn replace(
    conn: &mut PgConnection,
    act: &Act,
    if_match: &IfMatch,
    rules: VisitRules,
) -> Result<RulesView, Problem> {
    let rules = rules.review()?;
    let (version, before) = queries::lock(conn, act.now)?;
    if !if_match.allows(version) {
        return Err(Problem::stale(&RulesView {
            version,
            rules: before,
        }));
    }
    let after = RulesView {
        version: version + 1,
        rules,
    };
    queries::save(conn, after.version, &after.rules, act.now)?;
    queries::apply_to_places(conn, &after.rules)?;
    let before = RulesView {
        version,
        rules: before,
    };
    announce(
        conn,
        &act.fact(
            "visits.rules.changed.v1",
            SUBJECT,
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

/// Writes all local holidays.
pub fn replace_holidays(
    conn: &mut PgConnection,
    act: &Act,
    mut days: Vec<LocalHoliday>,
) -> Result<Vec<LocalHoliday>, Problem> {
    let mut errors = FieldErrors::default();
    if days.len() > HOLIDAYS_MOST {
        errors.add("/items", "items.many", format!("At most {HOLIDAYS_MOST}."));
        return Err(errors.into());
    }
    for (at, day) in days.iter_mut().enumerate() {
        let pointer = |field: &str| format!("/items/{at}/{field}");
        day.city = required_text(&mut errors, &pointer("city"), &day.city, 120);
        day.name = required_text(&mut errors, &pointer("name"), &day.name, 120);
        day.province = day.province.trim().to_uppercase();
        day.city_key = key(&day.city);
        if day.province.len() != 2 {
            errors.add(
                pointer("province"),
                "province.unknown",
                "Two letters, as on a number plate.",
            );
        }
        // Any leap year has every day.
        let exists = u32::try_from(day.month)
            .ok()
            .zip(u32::try_from(day.day).ok())
            .and_then(|(month, day)| chrono::NaiveDate::from_ymd_opt(2024, month, day));
        if exists.is_none() {
            errors.add(pointer("day"), "day.unknown", "There is no such day.");
        }
    }
    let days = errors.or(days)?;
    queries::replace_local_holidays(conn, &days)?;
    let actor = Some(act.viewer.user_id.uuid());
    let payload = json!({"items": days});
    let kind = "visits.local_holidays.replaced.v1";
    announce(conn, &Fact::new(kind, HOLIDAYS, actor, act.now, 1, payload))?;
    Ok(queries::local_holidays(conn)?)
}

//! What is derived of shops: whose they are, how often they are to be seen, when somebody was last met there.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use crate::measures::sql::Tables;

/// Until the company says otherwise: days between visits by class, and the share after which one is due.
const USUAL: &str =
    r#"{"cadence_days": {"a": 14, "b": 30, "c": 60, "other": 45}, "due_from": 0.7}"#;

/// Derives these shops; all when `None`.
pub fn derive(conn: &mut PgConnection, tables: Tables, ids: Option<&[Uuid]>) -> DbResult<()> {
    let of = if ids.is_some() {
        "s.id = ANY($1)"
    } else {
        "$1 IS NOT NULL"
    };
    let sql = format!(
        "WITH rules AS (SELECT coalesce((SELECT body FROM {{t}}visit_rules ORDER BY version DESC LIMIT 1),
             '{USUAL}'::jsonb) AS body),
         ruled AS (SELECT s.id, coalesce(c.owner_id, '00000000-0000-0000-0000-000000000000') AS owner_id,
             coalesce(w.own_cadence_days, (rules.body #>> ARRAY['cadence_days',
                 CASE c.class WHEN 'A' THEN 'a' WHEN 'B' THEN 'b' WHEN 'C' THEN 'c' ELSE 'other' END])::integer) AS cadence_days,
             (rules.body ->> 'due_from')::numeric AS due_from,
             NOT s.archived AND coalesce(NOT c.archived AND c.lifecycle <> 'lost', false) AS served,
             (SELECT max(v.day) FROM {{t}}visits v WHERE v.site_id = s.id AND v.met) AS seen_on
             FROM {{t}}sites s CROSS JOIN rules LEFT JOIN {{t}}clients c ON c.id = s.client_id
             LEFT JOIN {{t}}place_wishes w ON w.id = s.id WHERE {of})
         UPDATE {{t}}sites s SET owner_id = r.owner_id, cadence_days = r.cadence_days,
             due_after_days = ceil(r.cadence_days * r.due_from)::integer, served = r.served, seen_on = r.seen_on
         FROM ruled r WHERE s.id = r.id AND (s.owner_id, s.cadence_days, s.due_after_days, s.served, s.seen_on)
             IS DISTINCT FROM (r.owner_id, r.cadence_days, ceil(r.cadence_days * r.due_from)::integer, r.served, r.seen_on)"
    );
    diesel::sql_query(tables.of(&sql))
        .bind::<Array<SqlUuid>, _>(ids.unwrap_or_default())
        .execute(conn)?;
    Ok(())
}

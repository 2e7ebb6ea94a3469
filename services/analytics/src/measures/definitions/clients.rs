//! Measures of clients and their places.

use super::{DAYS, Definition, KEYS, NOW, client, site};
use crate::measures::Measure;

pub const fn clients(measure: Measure) -> Definition {
    match measure {
        Measure::Phase => client(
            "SELECT c.id, DATE '1970-01-01' AS day, c.owner_id, c.phase AS key, 1::bigint AS n, c.net_year_cents AS cents,
             c.province, NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived",
            NOW,
        ),
        Measure::PhaseEntered => client(
            "SELECT c.id, c.created_on AS day, c.owner_id, 'awareness'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.created_on IS NOT NULL
             UNION ALL SELECT c.id, c.considered_on AS day, c.owner_id, 'consideration'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.considered_on IS NOT NULL
             UNION ALL SELECT c.id, c.decided_on AS day, c.owner_id, 'decision'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.decided_on IS NOT NULL
             UNION ALL SELECT c.id, c.activated_on AS day, c.owner_id, 'activation'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.activated_on IS NOT NULL
             UNION ALL SELECT c.id, c.retained_on AS day, c.owner_id, 'retention'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.retained_on IS NOT NULL
             UNION ALL SELECT c.id, c.loyal_on AS day, c.owner_id, 'loyalty'::text AS key, 1::bigint AS n, 0::bigint AS cents, c.province,
             NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived AND c.loyal_on IS NOT NULL",
            KEYS,
        ),
        Measure::Segment => client(
            "SELECT c.id, DATE '1970-01-01' AS day, c.owner_id, c.segment AS key, 1::bigint AS n,
             c.net_year_cents AS cents, c.province, NULL::uuid AS product_id, c.source_id
             FROM {t}clients c WHERE NOT c.archived AND c.segment <> ''",
            NOW,
        ),
        Measure::Churn => client(
            "SELECT c.id, DATE '1970-01-01' AS day, c.owner_id, c.churn AS key, 1::bigint AS n,
             c.net_year_cents AS cents, c.province, NULL::uuid AS product_id, c.source_id
             FROM {t}clients c WHERE NOT c.archived AND c.churn <> ''",
            NOW,
        ),
        _ => client(
            "SELECT c.id, c.created_on AS day, c.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             c.province, NULL::uuid AS product_id, c.source_id FROM {t}clients c WHERE NOT c.archived",
            DAYS,
        ),
    }
}

pub const fn sites(measure: Measure) -> Definition {
    match measure {
        Measure::PlaceNever => site(
            "SELECT s.id, DATE '1970-01-01' AS day, s.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             s.province, NULL::uuid AS product_id, NULL::uuid AS source_id
             FROM {t}sites s WHERE s.served AND s.seen_on IS NULL",
            NOW,
        ),
        Measure::PlaceLapses => site(
            "SELECT s.id, s.seen_on + s.cadence_days AS day, s.owner_id, ''::text AS key, 1::bigint AS n,
             0::bigint AS cents, s.province, NULL::uuid AS product_id, NULL::uuid AS source_id
             FROM {t}sites s WHERE s.served AND s.seen_on IS NOT NULL",
            DAYS,
        ),
        Measure::PlaceDue => site(
            "SELECT s.id, s.seen_on + s.due_after_days AS day, s.owner_id, ''::text AS key, 1::bigint AS n,
             0::bigint AS cents, s.province, NULL::uuid AS product_id, NULL::uuid AS source_id
             FROM {t}sites s WHERE s.served AND s.seen_on IS NOT NULL",
            DAYS,
        ),
        _ => site(
            "SELECT s.id, DATE '1970-01-01' AS day, s.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             s.province, NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}sites s WHERE s.served",
            NOW,
        ),
    }
}

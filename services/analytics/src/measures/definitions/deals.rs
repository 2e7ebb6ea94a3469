//! Measures of deals.

use super::{Definition, KEYS, NOW, SALES, deal};
use crate::measures::Measure;

pub const fn deals(measure: Measure) -> Definition {
    match measure {
        Measure::Won => deal(
            "SELECT d.id, d.closed_on AS day, d.owner_id, ''::text AS key, 1::bigint AS n, d.amount_cents AS cents,
             d.province, d.product_id, d.source_id FROM {t}deals d WHERE NOT d.archived AND d.status = 'won'",
            SALES,
        ),
        Measure::Lost => deal(
            "SELECT d.id, d.closed_on AS day, d.owner_id, ''::text AS key, 1::bigint AS n, d.amount_cents AS cents,
             d.province, d.product_id, d.source_id FROM {t}deals d WHERE NOT d.archived AND d.status = 'lost'",
            SALES,
        ),
        Measure::LostReason => deal(
            "SELECT d.id, d.closed_on AS day, d.owner_id, d.lost_reason_id AS key, 1::bigint AS n,
             d.amount_cents AS cents, d.province, d.product_id, d.source_id
             FROM {t}deals d WHERE NOT d.archived AND d.status = 'lost'",
            KEYS,
        ),
        Measure::Open => deal(
            "SELECT d.id, DATE '1970-01-01' AS day, d.owner_id, d.stage_id AS key, 1::bigint AS n,
             d.amount_cents AS cents, d.province, d.product_id, d.source_id
             FROM {t}deals d WHERE NOT d.archived AND d.status = 'open'",
            NOW,
        ),
        Measure::OpenSince => deal(
            "SELECT d.id, (d.stage_entered_at AT TIME ZONE 'Europe/Rome')::date AS day, d.owner_id,
             d.stage_id AS key, 1::bigint AS n, d.amount_cents AS cents, d.province, d.product_id, d.source_id
             FROM {t}deals d WHERE NOT d.archived AND d.status = 'open'",
            KEYS,
        ),
        Measure::Funnel => Definition {
            by_path: true,
            ..deal(
                "SELECT d.id, d.opened_on AS day, d.owner_id, d.path_id AS key, 1::bigint AS n, d.amount_cents AS cents,
                 d.province, d.product_id, d.source_id FROM {t}deals d WHERE NOT d.archived",
                KEYS,
            )
        },
        Measure::StageDays => Definition {
            ownerless: Some(ALL_STAGE_DAYS),
            by_value: true,
            ..deal(STAGE_DAYS, KEYS)
        },
        Measure::CloseDays => Definition {
            ownerless: Some(CLOSE_DAYS),
            ..deal(CLOSE_DAYS, KEYS)
        },
        Measure::Expected => deal(
            "SELECT d.id, d.expected_close_on AS day, d.owner_id, d.stage_id AS key, 1::bigint AS n,
             d.amount_cents AS cents, d.province, d.product_id, d.source_id
             FROM {t}deals d WHERE NOT d.archived AND d.status = 'open' AND d.expected_close_on IS NOT NULL",
            KEYS,
        ),
        Measure::Forecast => deal(
            "SELECT f.deal_id AS id, f.month AS day, f.owner_id, f.stage_id AS key, 1::bigint AS n,
             f.amount_cents AS cents, f.province, f.product_id, f.source_id FROM {t}forecasts f WHERE true",
            KEYS,
        ),
        _ => deal(
            "SELECT d.id, d.opened_on AS day, d.owner_id, ''::text AS key, 1::bigint AS n, d.amount_cents AS cents,
             d.province, d.product_id, d.source_id FROM {t}deals d WHERE NOT d.archived",
            SALES,
        ),
    }
}

const STAGE_DAYS: &str = "SELECT p.deal_id AS id, p.left_on AS day, p.owner_id, p.stage_id AS key,
     1::bigint AS n, p.days::bigint AS cents, p.province, p.product_id, p.source_id FROM {t}passages p WHERE true";

/// By the expression of `passages_left`, which is of no use to questions about some of the deals.
const ALL_STAGE_DAYS: &str = "SELECT p.deal_id AS id, p.left_on + 0 AS day, p.owner_id, p.stage_id AS key,
     1::bigint AS n, p.days::bigint AS cents, p.province, p.product_id, p.source_id FROM {t}passages p WHERE true";

const CLOSE_DAYS: &str = "SELECT d.id, d.closed_on AS day, d.owner_id, d.closed_on - d.opened_on AS key,
     1::bigint AS n, (d.closed_on - d.opened_on)::bigint AS cents, d.province, d.product_id, d.source_id
     FROM {t}deals d WHERE NOT d.archived AND d.status = 'won'";

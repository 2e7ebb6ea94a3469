//! The measures in SQL. Each selects `id, day, owner_id, key, n, cents, province, product_id, source_id` from its facts;
//! `{t}` stands for the tables' prefix. What is archived never counts. A `key` is of whatever type the facts have: sums go
//! by it as it is, and only their lines are written as text.

mod clients;
mod deals;

use self::clients::{clients, sites};
use self::deals::deals;
use super::{Fact, Measure, Slice};

/// One measure.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    pub fact: Fact,
    pub select: &'static str,
    /// By what it is rolled up.
    pub slices: &'static [Slice],
    /// Which filters mean something to it.
    pub by_province: bool,
    pub by_product: bool,
    pub by_source: bool,
    /// Rolled up without owner: it has too many keys. This then selects the same for all records together.
    pub ownerless: Option<&'static str>,
    /// Records of different `cents` are different lines: their value stands behind the key, `key:value`.
    pub by_value: bool,
    /// Its keys are numbers of `paths`, and are told as these.
    pub by_path: bool,
}

const SALES: &[Slice] = &[
    Slice::Day,
    Slice::Month,
    Slice::Province,
    Slice::Product,
    Slice::Source,
];
const DAYS: &[Slice] = &[Slice::Day, Slice::Month];
const KEYS: &[Slice] = &[Slice::Key];
const NOW: &[Slice] = &[Slice::Now];

const fn deal(select: &'static str, slices: &'static [Slice]) -> Definition {
    Definition {
        fact: Fact::Deal,
        select,
        slices,
        by_province: true,
        by_product: true,
        by_source: true,
        ownerless: None,
        by_value: false,
        by_path: false,
    }
}

const fn order(select: &'static str, slices: &'static [Slice]) -> Definition {
    Definition {
        fact: Fact::Order,
        by_product: false,
        ..deal(select, slices)
    }
}

const fn lead(select: &'static str) -> Definition {
    Definition {
        fact: Fact::Lead,
        by_product: false,
        ..deal(
            select,
            &[Slice::Day, Slice::Month, Slice::Province, Slice::Source],
        )
    }
}

const fn client(select: &'static str, slices: &'static [Slice]) -> Definition {
    Definition {
        fact: Fact::Client,
        by_product: false,
        ..deal(select, slices)
    }
}

const fn site(select: &'static str, slices: &'static [Slice]) -> Definition {
    Definition {
        fact: Fact::Site,
        by_product: false,
        by_source: false,
        ..deal(select, slices)
    }
}

const fn visit(select: &'static str) -> Definition {
    Definition {
        fact: Fact::Visit,
        by_product: false,
        by_source: false,
        ..deal(select, DAYS)
    }
}

const fn tour(select: &'static str) -> Definition {
    Definition {
        fact: Fact::Tour,
        by_province: false,
        by_product: false,
        by_source: false,
        ..deal(select, DAYS)
    }
}

/// How a measure is counted.
#[must_use]
pub const fn definition(measure: Measure) -> Definition {
    match measure {
        Measure::Opened
        | Measure::Won
        | Measure::Lost
        | Measure::LostReason
        | Measure::Open
        | Measure::OpenSince
        | Measure::Funnel
        | Measure::StageDays
        | Measure::CloseDays
        | Measure::Forecast
        | Measure::Expected => deals(measure),
        Measure::Ordered | Measure::Reordered | Measure::OrderedProduct | Measure::OrdersWaiting => {
            orders(measure)
        }
        Measure::Lead
        | Measure::LeadContacted
        | Measure::LeadQualified
        | Measure::LeadConverted
        | Measure::LeadStatus => leads(measure),
        Measure::Activity => ACTIVITY,
        Measure::VisitDone => visit(
            "SELECT v.id, v.day, v.owner_id, ''::text AS key, 1::bigint AS n, v.minutes::bigint AS cents, v.province,
             NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}visits v WHERE v.status = 'done'",
        ),
        Measure::VisitMissed => visit(
            "SELECT v.id, v.day, v.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents, v.province,
             NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}visits v WHERE v.status = 'missed'",
        ),
        Measure::Tour => tour(
            "SELECT r.id, r.day, r.owner_id, ''::text AS key, 1::bigint AS n, r.distance_m AS cents, '' AS province,
             NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}tours r WHERE NOT r.withdrawn",
        ),
        Measure::TourStops => tour(
            "SELECT r.id, r.day, r.owner_id, ''::text AS key, r.stops::bigint AS n, r.travel_seconds AS cents,
             '' AS province, NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}tours r WHERE NOT r.withdrawn",
        ),
        Measure::ClientNew
        | Measure::Phase
        | Measure::PhaseEntered
        | Measure::Segment
        | Measure::Churn => clients(measure),
        Measure::Places | Measure::PlaceNever | Measure::PlaceLapses | Measure::PlaceDue => sites(measure),
    }
}

const fn orders(measure: Measure) -> Definition {
    match measure {
        Measure::Reordered => order(
            "SELECT o.id, o.day, o.owner_id, ''::text AS key, 1::bigint AS n, o.net_cents AS cents, o.province,
             NULL::uuid AS product_id, o.source_id FROM {t}orders o WHERE o.counted AND o.next_on <= o.day + 90",
            DAYS,
        ),
        Measure::OrderedProduct => Definition {
            by_product: true,
            ..order(
                "SELECT p.order_id AS id, p.day, p.owner_id, p.product_id AS key, 1::bigint AS n, p.net_cents AS cents,
                 p.province, p.product_id, p.source_id FROM {t}order_products p WHERE p.counted",
                KEYS,
            )
        },
        Measure::OrdersWaiting => order(
            "SELECT o.id, o.day, o.owner_id, ''::text AS key, 1::bigint AS n, o.net_cents AS cents, o.province,
             NULL::uuid AS product_id, o.source_id FROM {t}orders o WHERE o.status = 'pending_approval'",
            NOW,
        ),
        _ => order(
            "SELECT o.id, o.day, o.owner_id, ''::text AS key, 1::bigint AS n, o.net_cents AS cents, o.province,
             NULL::uuid AS product_id, o.source_id FROM {t}orders o WHERE o.counted",
            &[Slice::Day, Slice::Month, Slice::Province, Slice::Source],
        ),
    }
}

const fn leads(measure: Measure) -> Definition {
    match measure {
        Measure::LeadContacted => lead(
            "SELECT l.id, l.created_on AS day, l.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             l.province, NULL::uuid AS product_id, l.source_id FROM {t}leads l WHERE NOT l.archived AND l.contacted",
        ),
        Measure::LeadQualified => lead(
            "SELECT l.id, l.created_on AS day, l.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             l.province, NULL::uuid AS product_id, l.source_id FROM {t}leads l WHERE NOT l.archived AND l.qualified",
        ),
        Measure::LeadConverted => lead(
            "SELECT l.id, l.created_on AS day, l.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             l.province, NULL::uuid AS product_id, l.source_id
             FROM {t}leads l WHERE NOT l.archived AND l.status = 'converted'",
        ),
        Measure::LeadStatus => Definition {
            slices: KEYS,
            ..lead(
                "SELECT l.id, l.created_on AS day, l.owner_id, l.status AS key, 1::bigint AS n, 0::bigint AS cents,
                 l.province, NULL::uuid AS product_id, l.source_id FROM {t}leads l WHERE NOT l.archived",
            )
        },
        _ => lead(
            "SELECT l.id, l.created_on AS day, l.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents,
             l.province, NULL::uuid AS product_id, l.source_id FROM {t}leads l WHERE NOT l.archived",
        ),
    }
}

const ACTIVITY: Definition = Definition {
    fact: Fact::Activity,
    by_province: false,
    by_product: false,
    by_source: false,
    ..deal(
        "SELECT a.id, a.day, a.owner_id, a.kind AS key, 1::bigint AS n, 0::bigint AS cents, '' AS province,
         NULL::uuid AS product_id, NULL::uuid AS source_id FROM {t}activities a WHERE true",
        &[Slice::Day, Slice::Month, Slice::Key],
    )
};

//! What waits for somebody, as of an instant (`$1`): too short-lived for rollups, and few.

use nexus_records::text_enum;

use crate::measures::read::Which;
use crate::measures::{Definition, Fact, Measure, definition};

text_enum! {
    /// What waits.
    Work {
        /// An open task whose time has passed.
        TaskOverdue = "task_overdue",
        /// The same, by more than 48 hours of working days.
        TaskLate = "task_late",
        /// A new lead that nobody has contacted in time.
        LeadWaiting = "lead_waiting",
        /// A shop seen within its interval, whose next visit is not due yet.
        PlaceWithin = "place_within",
        /// A shop seen within its interval, whose next visit is due.
        PlaceDueNow = "place_due_now",
    }
}

/// What follow-ups are.
pub const KINDS: [Work; 3] = [Work::TaskOverdue, Work::TaskLate, Work::LeadWaiting];

impl Work {
    #[must_use]
    pub const fn select(self) -> &'static str {
        match self {
            Self::TaskOverdue => {
                "SELECT w.id, (w.due_at AT TIME ZONE 'Europe/Rome')::date AS day, w.owner_id, ''::text AS key, 1::bigint AS n,
                 0::bigint AS cents FROM tasks w WHERE w.status = 'open' AND w.due_at < $1"
            }
            Self::TaskLate => {
                "SELECT w.id, (w.due_at AT TIME ZONE 'Europe/Rome')::date AS day, w.owner_id, ''::text AS key, 1::bigint AS n,
                 0::bigint AS cents FROM tasks w WHERE w.status = 'open' AND w.late_at < $1"
            }
            Self::LeadWaiting => {
                "SELECT w.id, (w.due_at AT TIME ZONE 'Europe/Rome')::date AS day, w.owner_id, ''::text AS key, 1::bigint AS n,
                 0::bigint AS cents, w.province, w.source_id
                 FROM leads w WHERE w.status = 'new' AND NOT w.archived AND w.due_at < $1"
            }
            Self::PlaceWithin => {
                "SELECT w.id, w.seen_on AS day, w.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents, w.province
                 FROM sites w WHERE w.served AND w.seen_on + w.cadence_days > ($1 AT TIME ZONE 'Europe/Rome')::date
                 AND w.seen_on + w.due_after_days > ($1 AT TIME ZONE 'Europe/Rome')::date"
            }
            Self::PlaceDueNow => {
                "SELECT w.id, w.seen_on AS day, w.owner_id, ''::text AS key, 1::bigint AS n, 0::bigint AS cents, w.province
                 FROM sites w WHERE w.served AND w.seen_on + w.cadence_days > ($1 AT TIME ZONE 'Europe/Rome')::date
                 AND w.seen_on + w.due_after_days <= ($1 AT TIME ZONE 'Europe/Rome')::date"
            }
        }
    }

    /// Which filters mean something to it.
    #[must_use]
    pub const fn definition(self) -> Definition {
        let lead = definition(Measure::Lead);
        match self {
            Self::LeadWaiting => lead,
            Self::PlaceWithin | Self::PlaceDueNow => definition(Measure::Places),
            Self::TaskOverdue | Self::TaskLate => Definition {
                fact: Fact::Activity,
                by_province: false,
                by_source: false,
                ..lead
            },
        }
    }
}

/// The filters as a condition on `b`.
#[must_use]
pub fn conditions(which: &Which, kind: Work) -> String {
    which.conditions(&kind.definition(), None)
}

/// The filters that are set and mean nothing to tasks, or to leads.
#[must_use]
pub fn ignores(which: &Which) -> Vec<&'static str> {
    [
        ("province", which.province.is_some()),
        ("product_id", which.product.is_some()),
        ("source_id", which.source.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, set)| set.then_some(name))
    .collect()
}

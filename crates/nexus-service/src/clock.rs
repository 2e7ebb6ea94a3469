use chrono::{DateTime, SubsecRound, Utc};

/// Where `now` comes from; tests hand in one that stands still.
pub type Clock = fn() -> DateTime<Utc>;

/// The time, as precise as PostgreSQL keeps it: microseconds.
#[must_use]
pub fn now() -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    Utc::now().trunc_subsecs(6)
}

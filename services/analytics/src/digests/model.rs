use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use nexus_kernel::{RecordId, UserId, at_wall_clock, business_day};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dashboard::model::Tile;
use crate::filter::FilterFields;

/// A digest's id.
pub type DigestId = RecordId<Digest>;

text_enum! {
    /// How often, at seven in the morning in Rome.
    Rhythm {
        /// Monday to Friday.
        Weekdays = "weekdays",
        Mondays = "mondays",
        /// On the first of the month.
        Months = "months",
    }
}

/// What may be written of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestFields {
    /// The kept dashboard whose tiles are told; absent: the usual one, which has `tiles`. One digest of each.
    #[serde(default)]
    pub board_id: Option<Uuid>,
    pub rhythm: Rhythm,
    /// What is told of the usual dashboard.
    pub tiles: Vec<Tile>,
    /// With which filter; days with a name move on.
    #[serde(default)]
    pub filter: FilterFields,
}

/// A digest that somebody gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Digest {
    #[schema(value_type = Uuid)]
    pub id: DigestId,
    pub version: i64,
    #[schema(value_type = Uuid)]
    pub owner_id: UserId,
    #[serde(flatten)]
    pub fields: DigestFields,
    /// When the next one is written.
    pub due_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl DigestFields {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut seen = Vec::new();
        self.tiles.retain(|tile| {
            let first = !seen.contains(tile);
            seen.push(*tile);
            first
        });
        if self.tiles.is_empty() {
            errors.add("/tiles", "tiles.none", "A digest tells something.");
        }
        errors.or(())?;
        self.filter.on(today).spans(today)?;
        Ok(self)
    }
}

const SEVEN: NaiveTime = match NaiveTime::from_hms_opt(7, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

impl Rhythm {
    fn falls_on(self, day: NaiveDate) -> bool {
        match self {
            Self::Weekdays => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
            Self::Mondays => day.weekday() == Weekday::Mon,
            Self::Months => day.day() == 1,
        }
    }

    /// The next seven o'clock that is one of its own, later than this instant.
    #[must_use]
    pub fn next(self, after: DateTime<Utc>) -> DateTime<Utc> {
        let today = business_day(after);
        let mornings = (0..=31).filter_map(|days| today.checked_add_days(Days::new(days)));
        mornings
            .filter(|day| self.falls_on(*day))
            .map(|day| at_wall_clock(day, SEVEN))
            .find(|instant| *instant > after)
            // There are no 32 days without one.
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(rhythm: Rhythm, after: &str) -> String {
        let after: DateTime<Utc> = after.parse().unwrap();
        rhythm.next(after).format("%Y-%m-%dT%H:%MZ").to_string()
    }

    #[test]
    fn it_is_seven_on_the_wall_clock_whatever_the_season() {
        for (rhythm, after, due) in [
            // Before seven of the same day, at seven, after.
            (
                Rhythm::Weekdays,
                "2026-12-01T05:59:59Z",
                "2026-12-01T06:00Z",
            ),
            (
                Rhythm::Weekdays,
                "2026-12-01T06:00:00Z",
                "2026-12-02T06:00Z",
            ),
            // Friday to Monday; the clocks change on Sunday, 25 October 2026 and 28 March 2027.
            (
                Rhythm::Weekdays,
                "2026-10-23T12:00:00Z",
                "2026-10-26T06:00Z",
            ),
            (
                Rhythm::Weekdays,
                "2026-10-22T12:00:00Z",
                "2026-10-23T05:00Z",
            ),
            (
                Rhythm::Weekdays,
                "2027-03-26T12:00:00Z",
                "2027-03-29T05:00Z",
            ),
            (Rhythm::Mondays, "2026-10-19T05:00:00Z", "2026-10-26T06:00Z"),
            (Rhythm::Mondays, "2027-03-22T06:00:00Z", "2027-03-29T05:00Z"),
            (Rhythm::Mondays, "2026-10-25T23:30:00Z", "2026-10-26T06:00Z"),
            // Late in the evening in UTC it is the next day in Rome.
            (Rhythm::Months, "2026-11-30T23:30:00Z", "2026-12-01T06:00Z"),
            (Rhythm::Months, "2026-12-01T06:00:00Z", "2027-01-01T06:00Z"),
            (Rhythm::Months, "2026-03-01T07:00:00Z", "2026-04-01T05:00Z"),
            (Rhythm::Months, "2028-02-01T07:00:00Z", "2028-03-01T06:00Z"),
        ] {
            assert_eq!(next(rhythm, after), due, "{rhythm:?} after {after}");
        }
    }

    #[test]
    fn what_was_missed_comes_once() {
        let due: DateTime<Utc> = "2026-11-02T06:00:00Z".parse().unwrap();
        let up_again: DateTime<Utc> = "2026-11-19T15:00:00Z".parse().unwrap();
        assert!(due < up_again && Rhythm::Weekdays.next(up_again) > up_again);
        assert_eq!(
            next(Rhythm::Weekdays, "2026-11-19T15:00:00Z"),
            "2026-11-20T06:00Z"
        );
    }

    #[test]
    fn a_digest_tells_something_of_days_that_exist() {
        let today = "2026-12-01".parse().unwrap();
        let fields = |tiles: &[Tile], filter: FilterFields| DigestFields {
            board_id: None,
            rhythm: Rhythm::Mondays,
            tiles: tiles.to_vec(),
            filter,
        };
        let twice = fields(&[Tile::Headline, Tile::Headline], FilterFields::default());
        assert_eq!(twice.review(today).unwrap().tiles, [Tile::Headline]);
        assert!(fields(&[], FilterFields::default()).review(today).is_err());
        let backwards = FilterFields {
            from: Some("2026-12-02".parse().unwrap()),
            until: Some("2026-12-01".parse().unwrap()),
            ..FilterFields::default()
        };
        assert!(fields(&[Tile::Headline], backwards).review(today).is_err());
    }
}

use chrono::NaiveDate;
use diesel::prelude::QueryableByName;
use diesel::sql_types::{BigInt, Date, Integer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One agent's business day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, QueryableByName)]
#[schema(as = VisitDayFigures)]
pub struct DayFigures {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub agent_id: Uuid,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[serde(flatten)]
    #[diesel(embed)]
    pub counts: Counts,
}

/// What is counted of a day. A visit is planned for a day when it stood there before the day began, is an appointment, or is on a
/// tour; what was cancelled is not.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, QueryableByName,
)]
#[schema(as = VisitCounts)]
pub struct Counts {
    /// Planned for the day.
    #[diesel(sql_type = Integer)]
    pub planned: i32,
    /// Of those: made, on this day or another.
    #[diesel(sql_type = Integer)]
    pub planned_done: i32,
    /// Of those: not made.
    #[diesel(sql_type = Integer)]
    pub missed: i32,
    /// Planned for the day, and nobody has said what came of it.
    #[diesel(sql_type = Integer)]
    pub open: i32,
    /// Cancelled.
    #[diesel(sql_type = Integer)]
    pub cancelled: i32,
    /// Made on the day, planned or not.
    #[diesel(sql_type = Integer)]
    pub done: i32,
    /// Of those: somebody was met.
    #[diesel(sql_type = Integer)]
    pub contacts: i32,
    /// Of those: they ordered.
    #[diesel(sql_type = Integer)]
    pub ordered: i32,
    /// Made on the day without having been planned.
    #[diesel(sql_type = Integer)]
    pub unplanned: i32,
    /// Appointments for the day.
    #[diesel(sql_type = Integer)]
    pub appointments: i32,
    /// Of those: kept.
    #[diesel(sql_type = Integer)]
    pub appointments_kept: i32,
    /// Of those: begun within a quarter of an hour of what was agreed, or within their leeway and that.
    #[diesel(sql_type = Integer)]
    pub appointments_on_time: i32,
    /// In the shops, from check-in to report.
    #[diesel(sql_type = BigInt)]
    pub visit_seconds: i64,
    /// Driving, as the day's tour has it; 0 without a tour or a visit made.
    #[diesel(sql_type = BigInt)]
    pub travel_seconds: i64,
    /// In the shops on days with a tour: what driving is compared with.
    #[diesel(sql_type = BigInt)]
    pub tour_visit_seconds: i64,
    #[diesel(sql_type = BigInt)]
    pub distance_m: i64,
    /// 1 when a visit was made: a day of visits.
    #[diesel(sql_type = Integer)]
    pub days: i32,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            planned: self.planned + other.planned,
            planned_done: self.planned_done + other.planned_done,
            missed: self.missed + other.missed,
            open: self.open + other.open,
            cancelled: self.cancelled + other.cancelled,
            done: self.done + other.done,
            contacts: self.contacts + other.contacts,
            ordered: self.ordered + other.ordered,
            unplanned: self.unplanned + other.unplanned,
            appointments: self.appointments + other.appointments,
            appointments_kept: self.appointments_kept + other.appointments_kept,
            appointments_on_time: self.appointments_on_time + other.appointments_on_time,
            visit_seconds: self.visit_seconds + other.visit_seconds,
            travel_seconds: self.travel_seconds + other.travel_seconds,
            tour_visit_seconds: self.tour_visit_seconds + other.tour_visit_seconds,
            distance_m: self.distance_m + other.distance_m,
            days: self.days + other.days,
        }
    }
}

/// Counts, and what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = VisitFigures)]
pub struct Figures {
    #[serde(flatten)]
    pub counts: Counts,
    /// Made of what was planned, 0 to 1; absent when nothing was.
    pub done_share: Option<f64>,
    /// Appointments kept, 0 to 1.
    pub kept_share: Option<f64>,
    /// Driving ÷ (driving + in the shops), on days with a tour.
    pub driving_share: Option<f64>,
    /// Visits made ÷ days of visits.
    pub visits_a_day: Option<f64>,
}

fn share(part: i64, whole: i64) -> Option<f64> {
    let exact = |number: i64| f64::from(i32::try_from(number).unwrap_or(i32::MAX));
    (whole > 0).then(|| (exact(part) / exact(whole) * 1_000.0).round() / 1_000.0)
}

impl From<Counts> for Figures {
    fn from(counts: Counts) -> Self {
        let worked = counts.travel_seconds + counts.tour_visit_seconds;
        Self {
            counts,
            done_share: share(counts.planned_done.into(), counts.planned.into()),
            kept_share: share(counts.appointments_kept.into(), counts.appointments.into()),
            driving_share: share(counts.travel_seconds, worked)
                .filter(|_| counts.travel_seconds > 0),
            visits_a_day: share(counts.done.into(), counts.days.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_from_counts_and_nothing_has_none() {
        let day = Counts {
            planned: 8,
            planned_done: 6,
            done: 7,
            days: 1,
            appointments: 2,
            appointments_kept: 1,
            travel_seconds: 3_600,
            tour_visit_seconds: 7_200,
            ..Counts::default()
        };
        let figures = Figures::from(day.and(&Counts {
            done: 4,
            days: 1,
            ..Counts::default()
        }));
        assert_eq!(figures.done_share, Some(0.75));
        assert_eq!(figures.kept_share, Some(0.5));
        assert_eq!(figures.driving_share, Some(0.333));
        assert_eq!(figures.visits_a_day, Some(5.5));
        let none = Figures::from(Counts::default());
        let shares = [
            none.done_share,
            none.kept_share,
            none.driving_share,
            none.visits_a_day,
        ];
        assert_eq!(shares, [None; 4]);
    }
}

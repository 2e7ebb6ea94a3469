//! What is counted, said once: from this list come the rollups, the sums, the recount and the records behind a figure.

mod definitions;
pub mod read;
pub mod rollup;
pub mod span;
pub mod sql;
pub mod which;

use nexus_records::text_enum;

pub use definitions::{Definition, definition};

text_enum! {
    /// What is counted.
    Measure {
        /// Deals that began.
        Opened = "opened",
        /// Deals won.
        Won = "won",
        /// Deals lost.
        Lost = "lost",
        /// Deals lost, by reason.
        LostReason = "lost_reason",
        /// Deals that are open now, by stage.
        Open = "open",
        /// Deals that are open now, by stage and the day they entered it.
        OpenSince = "open_since",
        /// Deals that began, by the stages they have been in.
        Funnel = "funnel",
        /// Stages left, by stage and whole days in it.
        StageDays = "stage_days",
        /// Deals won, by days from their beginning.
        CloseDays = "close_days",
        /// Deals that were expected in a month when it began, by stage.
        Forecast = "forecast",
        /// Orders that count.
        Ordered = "ordered",
        /// Orders followed by another of the same client within 90 days.
        Reordered = "reordered",
        /// What was ordered, by product.
        OrderedProduct = "ordered_product",
        /// Orders that wait for approval now.
        OrdersWaiting = "orders_waiting",
        /// Leads that came.
        Lead = "lead",
        /// Leads that came and were contacted since.
        LeadContacted = "lead_contacted",
        /// Leads that came and were qualified since.
        LeadQualified = "lead_qualified",
        /// Leads that came and were converted since.
        LeadConverted = "lead_converted",
        /// Leads that came, by where they stand now.
        LeadStatus = "lead_status",
        /// Calls, e-mails, meetings, visits and notes, by kind.
        Activity = "activity",
        /// Visits that took place; minutes beside them.
        VisitDone = "visit_done",
        /// Visits missed.
        VisitMissed = "visit_missed",
        /// Tours; metres beside them.
        Tour = "tour",
        /// Stops of tours; seconds of travel beside them.
        TourStops = "tour_stops",
        /// New clients.
        ClientNew = "client_new",
        /// Clients by where their journey has led them.
        Phase = "phase",
        /// Clients by the phase they entered.
        PhaseEntered = "phase_entered",
        /// Clients that have ordered, by how.
        Segment = "segment",
        /// Clients that have ordered, by the risk of losing them.
        Churn = "churn",
        /// Shops that we serve.
        Places = "places",
        /// Shops never visited.
        PlaceNever = "place_never",
        /// Shops visited, by the day their interval ends.
        PlaceLapses = "place_lapses",
        /// Shops visited, by the day the next visit is due.
        PlaceDue = "place_due",
        /// Deals that are open now, by stage and the month they are expected in.
        Expected = "expected",
    }
}

/// All of them; the place in this list is the number in the tables, so it only ever grows at its end.
pub const ALL: [Measure; 34] = {
    use Measure as M;
    [
        M::Opened,
        M::Won,
        M::Lost,
        M::LostReason,
        M::Open,
        M::OpenSince,
        M::Funnel,
        M::StageDays,
        M::CloseDays,
        M::Forecast,
        M::Ordered,
        M::Reordered,
        M::OrderedProduct,
        M::OrdersWaiting,
        M::Lead,
        M::LeadContacted,
        M::LeadQualified,
        M::LeadConverted,
        M::LeadStatus,
        M::Activity,
        M::VisitDone,
        M::VisitMissed,
        M::Tour,
        M::TourStops,
        M::ClientNew,
        M::Phase,
        M::PhaseEntered,
        M::Segment,
        M::Churn,
        M::Places,
        M::PlaceNever,
        M::PlaceLapses,
        M::PlaceDue,
        M::Expected,
    ]
};

impl Measure {
    /// Its number in the tables.
    #[must_use]
    pub fn number(self) -> i16 {
        let place = ALL.iter().position(|measure| *measure == self);
        place
            .and_then(|place| i16::try_from(place).ok())
            .map_or(-1, |place| place + 1)
    }
}

/// The record that a measure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    Deal,
    Order,
    Lead,
    Activity,
    Visit,
    Tour,
    Client,
    Site,
}

impl Fact {
    pub const ALL: [Self; 8] = [
        Self::Deal,
        Self::Order,
        Self::Lead,
        Self::Activity,
        Self::Visit,
        Self::Tour,
        Self::Client,
        Self::Site,
    ];
}

/// By what a rollup sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// Day and owner.
    Day,
    /// Month and owner.
    Month,
    /// Month, owner and province.
    Province,
    /// Month, owner and product.
    Product,
    /// Month, owner and source.
    Source,
    /// Month, owner and the measure's own key.
    Key,
    /// Owner and the measure's own key; as it is now. (6 was days by key.)
    Now,
}

impl Slice {
    /// By month and something else: the ends of a period want it by day.
    #[must_use]
    pub const fn is_by_month_and_more(self) -> bool {
        matches!(
            self,
            Self::Province | Self::Product | Self::Source | Self::Key
        )
    }

    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Day => 0,
            Self::Month => 1,
            Self::Province => 2,
            Self::Product => 3,
            Self::Source => 4,
            Self::Key => 5,
            Self::Now => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_a_number_of_its_own() {
        let mut numbers: Vec<i16> = ALL.iter().map(|measure| measure.number()).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), ALL.len());
        assert!(
            ALL.iter()
                .all(|measure| Measure::from_word(measure.word()) == Some(*measure))
        );
    }

    #[test]
    fn only_measures_with_a_slice_can_be_summed_and_each_has_one() {
        for measure in ALL {
            assert!(!definition(measure).slices.is_empty(), "{}", measure.word());
        }
    }
}

//! Where a lead stands and which steps lead on from there.

use nexus_records::text_enum;

text_enum! {
    /// Where a lead stands.
    LeadStatus {
        New = "new", Contacted = "contacted", Qualified = "qualified", Converted = "converted", Lost = "lost",
    }
}

/// What can be done to a lead's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody spoke with them, or wrote to them.
    Contact,
    /// They are worth an offer.
    Qualify,
    /// They become a client.
    Convert,
    /// They will not buy.
    Lose,
    /// They might buy after all.
    Reopen,
}

/// Why a step is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is a client already.
    Converted,
    /// It is lost; reopen it first.
    Lost,
    /// It is not lost.
    NotLost,
    /// It is there, or further, already.
    Past,
}

use LeadStatus::{Contacted, Converted, Lost, New, Qualified};

/// Every step that there is: from where, what, to where.
const STEPS: [(LeadStatus, Step, LeadStatus); 10] = [
    (New, Step::Contact, Contacted),
    (New, Step::Qualify, Qualified),
    (New, Step::Convert, Converted),
    (New, Step::Lose, Lost),
    (Contacted, Step::Qualify, Qualified),
    (Contacted, Step::Convert, Converted),
    (Contacted, Step::Lose, Lost),
    (Qualified, Step::Convert, Converted),
    (Qualified, Step::Lose, Lost),
    // Where it was worked before is where it goes on: see `Lead::reopened`.
    (Lost, Step::Reopen, New),
];

impl LeadStatus {
    /// Those that are still worked.
    pub const OPEN: [Self; 3] = [New, Contacted, Qualified];
    /// All, in the order of the work.
    pub const ALL: [Self; 5] = [New, Contacted, Qualified, Converted, Lost];

    /// Whether it is still worked.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// Where a step leads.
    ///
    /// # Errors
    /// Why it cannot be made from here.
    pub fn after(self, step: Step) -> Result<Self, Refusal> {
        let found = STEPS
            .iter()
            .find(|(from, what, _)| (*from, *what) == (self, step));
        match (found, self) {
            (Some((_, _, to)), _) => Ok(*to),
            (None, Converted) => Err(Refusal::Converted),
            (None, Lost) => Err(Refusal::Lost),
            (None, _) if step == Step::Reopen => Err(Refusal::NotLost),
            (None, _) => Err(Refusal::Past),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_from_every_status_is_made_or_refused_for_its_own_reason() {
        let steps = [
            Step::Contact,
            Step::Qualify,
            Step::Convert,
            Step::Lose,
            Step::Reopen,
        ];
        let past = Err(Refusal::Past);
        let (converted, lost, not_lost) = (
            Err(Refusal::Converted),
            Err(Refusal::Lost),
            Err(Refusal::NotLost),
        );
        for (from, expected) in [
            (
                New,
                [
                    Ok(Contacted),
                    Ok(Qualified),
                    Ok(Converted),
                    Ok(Lost),
                    not_lost,
                ],
            ),
            (
                Contacted,
                [past, Ok(Qualified), Ok(Converted), Ok(Lost), not_lost],
            ),
            (Qualified, [past, past, Ok(Converted), Ok(Lost), not_lost]),
            (Converted, [converted; 5]),
            (Lost, [lost, lost, lost, lost, Ok(New)]),
        ] {
            let found = steps.map(|step| from.after(step));
            assert_eq!(found, expected, "from {from:?}");
        }
    }
}

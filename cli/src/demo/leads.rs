//! Invents leads: shops that left a card at the fair, wrote on the site or were named by somebody.

use serde_json::{Value, json};

use super::company::COLLEAGUES;
use super::dice::{Dice, id};
use super::towns::{self, Town};
use super::words::{INTERESTS, MEN, SHOP_ENDS, SHOP_STARTS, SURNAMES, WOMEN};

pub const LEADS: usize = 28;

/// A lead as it is created, and how far it has come.
pub struct Lead {
    pub owner: usize,
    pub body: Value,
    pub goal: Goal,
}

/// Where a lead stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    New,
    Contacted,
    Qualified,
    Converted,
    Lost,
}

/// All leads, shared out among those who have regions.
pub fn invent(campaign: &str) -> Vec<Lead> {
    let agents: Vec<(usize, Vec<Town>)> = COLLEAGUES
        .iter()
        .enumerate()
        .filter(|(_, colleague)| !colleague.regions.is_empty())
        .map(|(place, colleague)| (place, towns::of_regions(colleague.regions)))
        .collect();
    (0..LEADS)
        .map(|number| {
            let (owner, towns) = &agents[number % agents.len()];
            lead(number, *owner, towns, campaign)
        })
        .collect()
}

fn lead(number: usize, owner: usize, towns: &[Town], campaign: &str) -> Lead {
    let mut dice = Dice::of("lead", number);
    let town = towns::pick(towns, &mut dice);
    let names = if dice.chance(45) { &WOMEN } else { &MEN };
    let first = *dice.pick(names);
    let end = dice.pick(&SHOP_ENDS).replace("{town}", town.name);
    let mut body = json!({
        "id": id("lead", number),
        "company_name": format!("{} {end}", dice.pick(&SHOP_STARTS)),
        "first_name": first,
        "last_name": dice.pick(&SURNAMES),
        "phone": format!("+39 {} 555{}", town.phone_prefix(), dice.digits(4)),
        "cap": dice.pick(&town.caps),
        "city": town.name,
        "province": town.province,
        "interest": dice.pick(&INTERESTS),
    });
    if dice.chance(60) {
        body["email"] = format!("lead{:02}@negozi.example", number + 1).into();
    }
    if dice.chance(65) {
        body["campaign_id"] = campaign.into();
    }
    let goal = *dice.weighted(&[
        (34, Goal::New),
        (26, Goal::Contacted),
        (20, Goal::Qualified),
        (10, Goal::Converted),
        (10, Goal::Lost),
    ]);
    Lead { owner, body, goal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_leads_at_every_stage() {
        let leads = invent("campaign");
        for goal in [
            Goal::New,
            Goal::Contacted,
            Goal::Qualified,
            Goal::Converted,
            Goal::Lost,
        ] {
            let count = leads.iter().filter(|lead| lead.goal == goal).count();
            assert!(count >= 1, "{goal:?}");
        }
    }
}

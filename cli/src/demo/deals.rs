//! Invents opportunities: what is being sold, how far it is, and how it ended.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::company::Channel;
use super::dice::{Dice, id};
use super::words::{LARGE_DEALS, NEXT_STEPS, SMALL_DEALS, SOURCES};

/// An opportunity as it is created, and where it goes from there.
pub struct Deal {
    pub body: Value,
    pub goal: Goal,
}

/// Where a deal ends up today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// So many stages on from the first one.
    Open {
        steps: usize,
    },
    Won {
        on: NaiveDate,
    },
    /// For one of the reasons on the list.
    Lost {
        on: NaiveDate,
        reason: usize,
    },
}

pub fn invent(client: usize, client_id: &str, channel: &Channel, today: NaiveDate) -> Vec<Deal> {
    let mut dice = Dice::of("deals", client);
    let count = *dice.weighted(&[(18, 0), (42, 1), (28, 2), (12, 3)]);
    (0..count)
        .map(|place| deal(client * 4 + place, client_id, channel, today, &mut dice))
        .collect()
}

/// Whoever bought something is active; whoever bought nothing and said no is a prospect still.
pub fn lifecycle(deals: &[Deal]) -> &'static str {
    let won = deals
        .iter()
        .any(|deal| matches!(deal.goal, Goal::Won { .. }));
    if won { "active" } else { "prospect" }
}

fn deal(
    number: usize,
    client_id: &str,
    channel: &Channel,
    today: NaiveDate,
    dice: &mut Dice,
) -> Deal {
    let list: &[(&str, i64, i64)] = if channel.name == "wholesaler" {
        &LARGE_DEALS
    } else {
        &SMALL_DEALS
    };
    let (name, low, high) = dice.pick(list);
    let goal = goal(today, dice);
    let mut body = json!({
        "id": id("opportunity", number),
        "client_id": client_id,
        "name": name,
        "amount_cents": dice.between(low / 10, high / 10) * 1000,
        "source": dice.pick(&SOURCES),
    });
    let ago = |days: i64| today - Days::new(days.unsigned_abs());
    match goal {
        Goal::Open { .. } => {
            body["opened_on"] = ago(dice.between(3, 90)).to_string().into();
            body["expected_close_on"] = shifted(today, dice.between(-12, 75)).to_string().into();
            body["next_step"] = (*dice.pick(&NEXT_STEPS)).into();
            body["next_step_on"] = shifted(today, dice.between(-6, 15)).to_string().into();
        }
        Goal::Won { on } | Goal::Lost { on, .. } => {
            body["opened_on"] = (on - Days::new(dice.between(10, 80).unsigned_abs()))
                .to_string()
                .into();
            body["expected_close_on"] = shifted(on, dice.between(-10, 20)).to_string().into();
        }
    }
    Deal { body, goal }
}

fn goal(today: NaiveDate, dice: &mut Dice) -> Goal {
    let on = today - Days::new(dice.between(2, 200).unsigned_abs());
    match dice.between(1, 100) {
        1..=55 => Goal::Open {
            steps: *dice.weighted(&[(30, 0), (28, 1), (24, 2), (18, 3)]),
        },
        56..=83 => Goal::Won { on },
        _ => Goal::Lost {
            on,
            reason: usize::try_from(dice.between(0, 7)).unwrap_or_default(),
        },
    }
}

fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    if days < 0 {
        day - Days::new(days.unsigned_abs())
    } else {
        day + Days::new(days.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::clients;

    #[test]
    fn there_are_deals_at_every_stage_and_of_every_end() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let bundles = clients::invent(today);
        let goals: Vec<Goal> = bundles
            .iter()
            .flat_map(|bundle| &bundle.deals)
            .map(|deal| deal.goal)
            .collect();
        for steps in 0..4 {
            assert!(
                goals
                    .iter()
                    .filter(|goal| **goal == Goal::Open { steps })
                    .count()
                    >= 5,
                "{steps}"
            );
        }
        assert!(
            goals
                .iter()
                .filter(|goal| matches!(goal, Goal::Won { .. }))
                .count()
                >= 20
        );
        assert!(
            goals
                .iter()
                .filter(|goal| matches!(goal, Goal::Lost { .. }))
                .count()
                >= 10
        );
    }

    #[test]
    fn nothing_ends_before_it_begins_or_after_today() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        for deal in clients::invent(today)
            .iter()
            .flat_map(|bundle| &bundle.deals)
        {
            let opened: NaiveDate = deal.body["opened_on"].as_str().unwrap().parse().unwrap();
            let ended = match deal.goal {
                Goal::Open { .. } => today,
                Goal::Won { on } | Goal::Lost { on, .. } => on,
            };
            assert!(opened < ended && ended <= today);
        }
    }
}

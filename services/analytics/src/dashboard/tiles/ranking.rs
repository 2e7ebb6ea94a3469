//! What was sold where, what, and how it came: the best, and all others together.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Context, id, share};
use crate::dashboard::model::{Amount, RankLine, Ranking};
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Sum};

/// So many lines are shown; all others are one.
const RANKS: usize = 20;

fn ranking_measures(context: &Context, by: By) -> [Measure; 4] {
    let ordered = if by == By::Product {
        Measure::OrderedProduct
    } else {
        context.ordered()
    };
    [Measure::Opened, Measure::Won, Measure::Lost, ordered]
}

pub fn ranking_asks(context: &Context, by: By) -> Vec<Ask> {
    ranking_measures(context, by)
        .map(|measure| match (measure, by) {
            // Its own key is the product.
            (Measure::OrderedProduct, By::Product) => context.ask(measure, By::Key),
            _ => context.ask(measure, by),
        })
        .to_vec()
}

pub fn ranking(context: &Context, by: By, answers: &[Vec<Sum>]) -> Ranking {
    let mut lines: HashMap<String, RankLine> = HashMap::new();
    for (series, answer) in answers.iter().enumerate() {
        for sum in answer {
            let nothing = id(&sum.key) == Some(Uuid::nil());
            let key = if nothing {
                String::new()
            } else {
                sum.key.clone()
            };
            let line = lines.entry(key).or_default();
            let amount = match series {
                0 => &mut line.opened,
                1 => &mut line.won,
                2 => &mut line.lost,
                _ => &mut line.ordered,
            };
            *amount = amount.plus(sum);
        }
    }
    let name = |key: &str| match by {
        By::Source => id(key).and_then(|id| context.names.labels.get(&id).cloned()),
        _ => None,
    };
    let mut lines: Vec<RankLine> = lines
        .into_iter()
        .map(|(key, line)| {
            RankLine {
                name: name(&key),
                key,
                ..line
            }
            .finished()
        })
        .filter(RankLine::says_something)
        .collect();
    lines.sort_by(|a, b| {
        let worth = |line: &RankLine| line.won.cents + line.ordered.cents;
        worth(b).cmp(&worth(a)).then_with(|| a.key.cmp(&b.key))
    });
    let rest = lines.split_off(lines.len().min(RANKS));
    let others = rest.into_iter().reduce(RankLine::and).map(|line| {
        RankLine {
            key: String::new(),
            name: None,
            ..line
        }
        .finished()
    });
    Ranking {
        ignores: context.ignores(&ranking_measures(context, by)),
        lines,
        others,
    }
}

/// Gives products their names.
pub fn rank_products(ranking: &mut Ranking, names: &HashMap<Uuid, String>) {
    for line in &mut ranking.lines {
        line.name = id(&line.key).and_then(|id| names.get(&id).cloned());
    }
}

impl RankLine {
    fn finished(self) -> Self {
        Self {
            win_rate: share(self.won.count, self.won.count + self.lost.count),
            ..self
        }
    }

    fn says_something(&self) -> bool {
        [self.opened, self.won, self.lost, self.ordered]
            .iter()
            .any(|amount| amount.count != 0)
    }

    fn and(self, other: Self) -> Self {
        let sum = |a: Amount, b: Amount| Amount {
            count: a.count + b.count,
            cents: a.cents + b.cents,
        };
        Self {
            opened: sum(self.opened, other.opened),
            won: sum(self.won, other.won),
            lost: sum(self.lost, other.lost),
            ordered: sum(self.ordered, other.ordered),
            ..self
        }
    }
}

//! The best begins for a chain: least time outside windows, then the shortest day, then everything as early as it can be.

use super::chain::{Chain, Counts, LATEST, Link};

/// Least first: seconds outside windows, seconds from start to end, sum of all begins.
type Price = (i64, i64, i64);

const NEVER: Price = (i64::MAX, 0, 0);

/// Beyond so many looks at pairs of times, only the nearest windows of each step are looked at.
const LOOKS_MOST: u64 = 20_000_000;
/// Beyond so many times in memory, the same.
const TIMES_MOST: u64 = 1_000_000;

/// When each step begins, or `None` when the steps' own bounds cannot be kept.
pub fn begins(chain: &Chain) -> Option<Vec<i64>> {
    let positions = positions(chain);
    let anchors = anchors(chain, &positions);
    let times: Vec<Vec<i64>> = chain
        .links
        .iter()
        .zip(&positions)
        .map(|(link, positions)| candidates(link, positions, &anchors))
        .collect();
    let mut best = Best::at_start(&chain.links[0], &times[0]);
    let mut ways = Vec::with_capacity(chain.stretches.len());
    for stretch in &chain.stretches {
        let (next, way) = if stretch.to == stretch.from + 1 {
            direct(chain, stretch.to, stretch.travel, &times, &best)
        } else {
            interrupted(
                chain,
                stretch.from,
                stretch.to,
                stretch.travel,
                &times,
                &best,
            )
        };
        best = next;
        ways.push(way);
    }
    backtrack(chain, &times, &best, &ways)
}

/// The best price of reaching each candidate time of one step.
struct Best(Vec<Price>);

impl Best {
    fn at_start(link: &Link, times: &[i64]) -> Self {
        let prices = times.iter().map(|time| (outside(link, *time), -*time, 0));
        Self(prices.collect())
    }
}

fn plus(one: Price, other: Price) -> Price {
    if one == NEVER || other == NEVER {
        return NEVER;
    }
    (one.0 + other.0, one.1 + other.1, one.2 + other.2)
}

/// What beginning then costs by itself.
fn price(chain: &Chain, position: usize, time: i64) -> Price {
    let late = outside(&chain.links[position], time);
    if position + 1 == chain.links.len() {
        (late, time, 0)
    } else {
        (late, 0, time)
    }
}

fn outside(link: &Link, time: i64) -> i64 {
    let distance = |start: u32, end: u32| {
        let early = (i64::from(start) - time).max(0);
        let late = (time - i64::from(end)).max(0);
        match link.counts {
            Counts::Both => early + late,
            Counts::OnlyEarly => early,
            Counts::OnlyLate => late,
        }
    };
    let windows = link.windows.iter();
    windows
        .map(|window| distance(window.start, window.end))
        .min()
        .unwrap_or(0)
}

/// Where each step stands when everything follows without slack: a break as early, and as late, as its stretch lets it.
fn positions(chain: &Chain) -> Vec<Vec<i64>> {
    let mut positions = vec![vec![0]; chain.links.len()];
    for stretch in &chain.stretches {
        let mut early = positions[stretch.from][0] + chain.links[stretch.from].action;
        let breaks = stretch.from + 1..stretch.to;
        for (position, link) in positions[breaks.clone()]
            .iter_mut()
            .zip(&chain.links[breaks])
        {
            *position = vec![early, early + stretch.travel];
            early += link.action;
        }
        positions[stretch.to] = vec![early + stretch.travel];
    }
    positions
}

/// All edges and bounds, told as the time at which the route would have to begin, without slack, to meet them.
///
/// A request may name more of them than there is time for. Then the earliest plans are kept, which are possible whenever
/// any plan is, and as many others as may be looked at.
fn anchors(chain: &Chain, positions: &[Vec<i64>]) -> Vec<i64> {
    let mut anchors = edges(chain, positions);
    let steps = chain.links.len() as u64;
    let breaks = steps - 1 - chain.stretches.len() as u64;
    let by_memory = TIMES_MOST / steps / 2;
    let by_looks = (LOOKS_MOST / breaks.max(1)).isqrt() / 2;
    let most = by_memory.min(by_looks).max(1) as usize;
    if anchors.len() > most {
        let stride = anchors.len().div_ceil(most);
        anchors = anchors.into_iter().step_by(stride).collect();
        for waits in [false, true] {
            let plan = earliest(chain, waits).into_iter().zip(positions);
            anchors.extend(plan.map(|(time, positions)| time - positions[0]));
        }
        anchors.sort_unstable();
        anchors.dedup();
    }
    anchors
}

fn edges(chain: &Chain, positions: &[Vec<i64>]) -> Vec<i64> {
    let mut anchors = vec![0];
    for (link, positions) in chain.links.iter().zip(positions) {
        let edges = link
            .windows
            .iter()
            .flat_map(|window| [window.start, window.end])
            .map(i64::from);
        let bounds = [link.not_before, link.not_after];
        let bounds = bounds
            .into_iter()
            .filter(|bound| (1..LATEST).contains(bound));
        for edge in edges.chain(bounds) {
            anchors.extend(positions.iter().map(|position| edge - position));
        }
    }
    anchors.sort_unstable();
    anchors.dedup();
    anchors
}

/// Everything as early as bounds let it, or as windows ask for.
fn earliest(chain: &Chain, waits: bool) -> Vec<i64> {
    let begin = |link: &Link, free: i64| {
        let time = free.max(link.not_before);
        let ahead = link
            .windows
            .iter()
            .find(|window| time <= i64::from(window.end));
        match ahead.map(|window| i64::from(window.start)) {
            Some(opens) if waits => time.max(opens.min(link.not_after)),
            _ => time,
        }
    };
    let mut times = vec![begin(&chain.links[0], 0)];
    for stretch in &chain.stretches {
        let actions: i64 = chain.links[stretch.from..stretch.to]
            .iter()
            .map(|link| link.action)
            .sum();
        let reached = times[stretch.from] + actions + stretch.travel;
        for position in stretch.from + 1..=stretch.to {
            let free = times[position - 1] + chain.links[position - 1].action;
            let free = if position == stretch.to {
                free.max(reached)
            } else {
                free
            };
            times.push(begin(&chain.links[position], free));
        }
    }
    times
}

fn candidates(link: &Link, positions: &[i64], anchors: &[i64]) -> Vec<i64> {
    let mut times: Vec<i64> = positions
        .iter()
        .flat_map(|position| anchors.iter().map(move |anchor| anchor + position))
        .filter(|time| (link.not_before..=link.not_after).contains(time))
        .collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// For each time of a step, which time of the step before it is best.
type Way = Vec<u32>;

fn direct(chain: &Chain, to: usize, travel: i64, times: &[Vec<i64>], best: &Best) -> (Best, Way) {
    let before = &times[to - 1];
    let least = chain.links[to - 1].action + travel;
    let (mut least_price, mut least_at, mut reached) = (NEVER, 0, 0);
    let mut next = Vec::with_capacity(times[to].len());
    let mut way = Vec::with_capacity(times[to].len());
    for time in &times[to] {
        while reached < before.len() && before[reached] + least <= *time {
            if best.0[reached] < least_price {
                (least_price, least_at) = (best.0[reached], reached as u32);
            }
            reached += 1;
        }
        next.push(plus(least_price, price(chain, to, *time)));
        way.push(least_at);
    }
    (Best(next), way)
}

/// A stretch with breaks: for each begin of its first step, the breaks are placed one after the other.
fn interrupted(
    chain: &Chain,
    from: usize,
    to: usize,
    travel: i64,
    times: &[Vec<i64>],
    best: &Best,
) -> (Best, Way) {
    let mut next = vec![NEVER; times[to].len()];
    let mut way = vec![0; times[to].len()];
    let actions: i64 = chain.links[from..to].iter().map(|link| link.action).sum();
    for (at, begin) in times[from].iter().enumerate() {
        if best.0[at] == NEVER {
            continue;
        }
        let placed = place_breaks(chain, from, to, *begin, times);
        let Some((prices, _)) = placed.last() else {
            continue;
        };
        let before = &times[to - 1];
        let (mut least, mut reached) = (NEVER, 0);
        for (index, time) in times[to].iter().enumerate() {
            while reached < before.len() && before[reached] + chain.links[to - 1].action <= *time {
                least = least.min(prices[reached]);
                reached += 1;
            }
            if *time < begin + actions + travel {
                continue;
            }
            let all = plus(plus(best.0[at], least), price(chain, to, *time));
            if all < next[index] {
                (next[index], way[index]) = (all, at as u32);
            }
        }
    }
    (Best(next), way)
}

/// Prices and choices for each break between two steps, when the first of them begins then.
fn place_breaks(
    chain: &Chain,
    from: usize,
    to: usize,
    begin: i64,
    times: &[Vec<i64>],
) -> Vec<(Vec<Price>, Way)> {
    let mut placed: Vec<(Vec<Price>, Way)> = Vec::with_capacity(to - from - 1);
    for position in from + 1..to {
        let free = begin + chain.links[from].action;
        let action = chain.links[position - 1].action;
        let (mut least, mut least_at, mut reached) = (NEVER, 0, 0);
        let mut prices = Vec::with_capacity(times[position].len());
        let mut way = Vec::with_capacity(times[position].len());
        for time in &times[position] {
            if let Some((before, _)) = placed.last() {
                let begins = &times[position - 1];
                while reached < begins.len() && begins[reached] + action <= *time {
                    if before[reached] < least {
                        (least, least_at) = (before[reached], reached as u32);
                    }
                    reached += 1;
                }
            } else {
                least = if *time >= free { (0, 0, 0) } else { NEVER };
            }
            prices.push(plus(least, price(chain, position, *time)));
            way.push(least_at);
        }
        placed.push((prices, way));
    }
    placed
}

fn backtrack(chain: &Chain, times: &[Vec<i64>], best: &Best, ways: &[Way]) -> Option<Vec<i64>> {
    let ends = best
        .0
        .iter()
        .enumerate()
        .filter(|(_, price)| **price != NEVER);
    let (mut at, _) = ends.min_by_key(|(_, price)| **price)?;
    let mut begins = vec![0; chain.links.len()];
    begins[chain.links.len() - 1] = times[chain.links.len() - 1][at];
    for (stretch, way) in chain.stretches.iter().zip(ways).rev() {
        let before = way[at] as usize;
        let begin = times[stretch.from][before];
        begins[stretch.from] = begin;
        let placed = place_breaks(chain, stretch.from, stretch.to, begin, times);
        let mut limit = begins[stretch.to];
        let mut chosen = None;
        for position in (stretch.from + 1..stretch.to).rev() {
            let (prices, way) = &placed[position - stretch.from - 1];
            let last = chosen.unwrap_or_else(|| {
                let fits = times[position]
                    .iter()
                    .take_while(|time| **time + chain.links[position].action <= limit)
                    .count();
                // The first of the cheapest, as on the way forward.
                (0..fits).min_by_key(|index| prices[*index]).unwrap_or(0)
            });
            begins[position] = times[position][last];
            limit = begins[position];
            chosen = Some(way[last] as usize);
        }
        at = before;
    }
    Some(begins)
}

//! Taking tasks out: strings of neighbouring routes around a task, whole routes, and now and then much more.
//!
//! Christiaens and Vanden Berghe, "Slack Induction by String Removals" (2020).

use std::ops::Range;

use crate::instance::NONE;
use crate::problem::Kind;
use crate::random::Random;
use crate::state::State;

/// How much is taken out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruin {
    /// Tasks on average.
    pub average: f64,
    /// Tasks of one route at most.
    pub string: f64,
    /// Chance to take out a whole route and its surroundings.
    pub dissolve: f64,
    /// Chance to take out three times as much.
    pub big: f64,
    /// Chance to keep some tasks in the middle of a string.
    pub split: f64,
}

impl Default for Ruin {
    fn default() -> Self {
        Self {
            average: 12.0,
            string: 10.0,
            dissolve: 0.02,
            big: 0.05,
            split: 0.5,
        }
    }
}

/// Memory that ruins reuse.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    marked: Vec<bool>,
    list: Vec<u32>,
    ruined: Vec<u32>,
}

impl Ruin {
    /// Takes tasks out of some routes. Returns whether it was a whole route.
    pub(crate) fn apply(
        &self,
        state: &mut State<'_>,
        random: &mut Random,
        scratch: &mut Scratch,
    ) -> bool {
        let tasks = state.instance.tasks;
        scratch.marked.resize(tasks, false);
        scratch.ruined.clear();
        if state.used.is_empty() {
            return false;
        }
        let seed = random.below(tasks) as u32;
        let whole = random.chance(self.dissolve);
        if whole {
            let route = match state.route_of[seed as usize] {
                NONE => state.used[random.below(state.used.len())],
                route => route,
            };
            mark(state, route, 0..usize::MAX, 0..0, scratch);
        } else {
            self.strings(state, seed, random, scratch);
        }
        for i in 0..scratch.ruined.len() {
            state.take_out(scratch.ruined[i], &scratch.marked);
        }
        for i in 0..scratch.list.len() {
            scratch.marked[scratch.list[i] as usize] = false;
        }
        scratch.list.clear();
        whole
    }

    fn strings(&self, state: &State<'_>, seed: u32, random: &mut Random, scratch: &mut Scratch) {
        let present = state.instance.tasks - state.score.absent as usize;
        let scale = if random.chance(self.big) { 3.0 } else { 1.0 };
        let mean = present as f64 / state.used.len() as f64;
        let longest = (self.string * scale).min(mean).max(1.0);
        let most = 4.0 * self.average * scale / (1.0 + longest) - 1.0;
        let strings = (random.unit() * most + 1.0).floor().max(1.0) as usize;
        let near = &state.instance.near[seed as usize];
        for i in 0..=near.len() {
            if scratch.ruined.len() >= strings {
                break;
            }
            let task = if i == 0 { seed } else { near[i - 1] };
            let route = state.route_of[task as usize];
            if route == NONE || scratch.ruined.contains(&route) || scratch.marked[task as usize] {
                continue;
            }
            let length = state.routes[route as usize].tasks;
            let limit = longest.min(length as f64);
            let take = ((random.unit() * limit + 1.0).floor() as usize).min(length);
            let at = state.routes[route as usize]
                .nodes(state.instance)
                .position(|t| t == task)
                .unwrap_or(0);
            let mut keep = 0;
            if take > 1 && take < length && random.chance(self.split) {
                keep = 1;
                while take + keep < length && random.chance(0.01) {
                    keep += 1;
                }
            }
            let span = take + keep;
            let first = at.saturating_sub(span - 1);
            let last = at.min(length - span);
            let begin = first + random.below(last.saturating_sub(first) + 1);
            let hole = if keep > 0 {
                begin + 1 + random.below(take - 1)
            } else {
                0
            };
            mark(
                state,
                route,
                begin..begin + span,
                hole..hole + keep,
                scratch,
            );
        }
    }
}

/// Marks the tasks of a route in a range of its tasks, but for a hole, and with each task of a shipment the other one.
fn mark(
    state: &State<'_>,
    route: u32,
    range: Range<usize>,
    hole: Range<usize>,
    scratch: &mut Scratch,
) {
    scratch.ruined.push(route);
    for (i, task) in state.routes[route as usize]
        .nodes(state.instance)
        .enumerate()
    {
        if !range.contains(&i) || hole.contains(&i) {
            continue;
        }
        let other = match state.instance.problem.tasks[task as usize].kind {
            Kind::Single => task,
            Kind::Pickup(other) | Kind::Delivery(other) => other as u32,
        };
        for task in [task, other] {
            if !scratch.marked[task as usize] {
                scratch.marked[task as usize] = true;
                scratch.list.push(task);
            }
        }
    }
}

//! The routes a caller already has, as a state to start from.

use crate::instance::Instance;
use crate::problem::{Kind, Stop};
use crate::recreate::insert_into;
use crate::route::BREAKS;
use crate::state::State;

/// Takes over the routes of the warm start as they are; of those that are not possible like that, what fits.
pub(crate) fn start<'a>(instance: &'a Instance<'a>) -> State<'a> {
    let mut state = State::new(instance);
    for (vehicle, stops) in instance
        .problem
        .warm_start
        .iter()
        .enumerate()
        .take(instance.class_of.len())
    {
        let class = instance.class_of[vehicle];
        let order = keepable(&state, class, stops);
        let units: Vec<u32> = order
            .iter()
            .copied()
            .filter(|&n| n < BREAKS && !delivers(instance, n))
            .collect();
        let breaks: Vec<u32> = order.iter().copied().filter(|&n| n >= BREAKS).collect();
        let all: Vec<u32> = (0..instance.classes[class as usize].breaks.len() as u32)
            .map(|b| BREAKS + b)
            .collect();
        if units.is_empty() || (breaks == all && state.adopt(vehicle as u32, &order)) {
            continue;
        }
        for unit in units {
            if insert_into(&mut state, unit, vehicle as u32) {
                state.absent.retain(|&u| u != unit);
            }
        }
    }
    state
}

fn delivers(instance: &Instance<'_>, task: u32) -> bool {
    matches!(
        instance.problem.tasks[task as usize].kind,
        Kind::Delivery(_)
    )
}

/// The stops as nodes: tasks the vehicle may do, not planned before, shipments whole and in order; breaks once.
fn keepable(state: &State<'_>, class: u32, stops: &[Stop]) -> Vec<u32> {
    let instance = state.instance;
    let mut order: Vec<u32> = Vec::with_capacity(stops.len());
    for stop in stops {
        let node = match *stop {
            Stop::Task(task) => task as u32,
            Stop::Break(index) => BREAKS + index as u32,
        };
        let known = match *stop {
            Stop::Task(task) => {
                task < instance.tasks
                    && state.route_of[task] == crate::instance::NONE
                    && instance.allows(node, class)
            }
            Stop::Break(index) => index < instance.classes[class as usize].breaks.len(),
        };
        if known && !order.contains(&node) {
            order.push(node);
        }
    }
    let at = |task: usize| order.iter().position(|&n| n == task as u32);
    let whole = |node: u32| {
        node >= BREAKS
            || match instance.problem.tasks[node as usize].kind {
                Kind::Single => true,
                Kind::Pickup(other) => {
                    at(other).is_some_and(|later| at(node as usize).is_some_and(|now| now < later))
                }
                Kind::Delivery(other) => at(other)
                    .is_some_and(|before| at(node as usize).is_some_and(|now| before < now)),
            }
    };
    order.iter().copied().filter(|&node| whole(node)).collect()
}

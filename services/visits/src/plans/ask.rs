//! What the optimiser is asked for the days of one agent, and asked again.

use super::engines::{Engines, Failed};
use crate::planner::answer::Tour;
use crate::planner::even::{capped, caps, lopsided, worth_it};
use crate::planner::problem::{AGREED, Problem};

/// The tours of a week: as much of what was agreed as can be, and no day crammed while another is empty.
pub async fn best(engines: &Engines, problem: &Problem) -> Result<Vec<Tour>, Failed> {
    let found = most_agreed(engines, problem).await?;
    if !lopsided(problem, &found) {
        return Ok(found);
    }
    for caps in caps(problem, &found) {
        let evener = capped(problem, &caps);
        let tours = most_agreed(engines, &evener).await?;
        if worth_it(problem, &found, &tours) {
            return Ok(tours);
        }
    }
    Ok(found)
}

/// Asks until as much of what was agreed is on a tour as can be: each time with fewer of the others in its way.
async fn most_agreed(engines: &Engines, problem: &Problem) -> Result<Vec<Tour>, Failed> {
    if problem.candidates.is_empty() {
        return Ok(Vec::new());
    }
    let candidates = problem.candidates.iter();
    let agreed = candidates.filter(|one| one.priority == AGREED).count();
    let mut others = problem.candidates.len() - agreed;
    let all = among(engines, problem, others).await?;
    if kept(problem, &all) == agreed || others == 0 {
        return Ok(all);
    }
    // What cannot be kept even alone is not helped by leaving the others out.
    let alone = among(engines, problem, 0).await?;
    let most = kept(problem, &alone);
    let mut found = all;
    while kept(problem, &found) < most {
        others /= 3;
        if others == 0 {
            return Ok(alone);
        }
        found = among(engines, problem, others).await?;
    }
    Ok(found)
}

/// The tours of what was agreed and so many of the others.
async fn among(engines: &Engines, problem: &Problem, others: usize) -> Result<Vec<Tour>, Failed> {
    let (part, places) = with_best(problem, others);
    if part.candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut tours = engines.tours(&part).await?;
    for stop in tours.iter_mut().flat_map(|tour| &mut tour.stops) {
        *stop = places[*stop];
    }
    Ok(tours)
}

/// How much of what was agreed is on these tours.
fn kept(problem: &Problem, tours: &[Tour]) -> usize {
    let stops = tours.iter().flat_map(|tour| &tour.stops);
    stops
        .filter(|stop| problem.candidates[**stop].priority == AGREED)
        .count()
}

/// The problem with what was agreed and so many of the others, those worth most; and where each candidate stood before.
fn with_best(problem: &Problem, others: usize) -> (Problem, Vec<usize>) {
    let mut order: Vec<usize> = (0..problem.candidates.len()).collect();
    order.sort_by_key(|at| -problem.candidates[*at].priority);
    let agreed = order
        .iter()
        .filter(|at| problem.candidates[**at].priority == AGREED)
        .count();
    order.truncate(agreed + others);
    order.sort_unstable();
    let candidates = order
        .iter()
        .map(|at| problem.candidates[*at].clone())
        .collect();
    let part = Problem {
        candidates,
        ..problem.clone()
    };
    (part, order)
}

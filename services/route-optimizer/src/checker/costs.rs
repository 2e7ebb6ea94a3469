//! What a route costs, computed once more.

use super::{Objection, ensure};
use crate::answer::Route;
use crate::request::Vehicle;

/// Confirms a route's cost from its confirmed parts.
pub fn check(
    vehicle: &Vehicle,
    route: &Route,
    meters: u64,
    own: Option<u64>,
) -> Result<(), Objection> {
    let rates = vehicle.costs;
    let fixed = u128::from(rates.fixed);
    let task_time = u128::from(route.setup) + u128::from(route.service);
    let tasks = task_time * u128::from(rates.per_task_hour) / 3600;
    let told = u128::from(route.cost);
    if let Some(own) = own {
        let expected = fixed + tasks + u128::from(own);
        ensure!(
            told == expected,
            "route {} costs {expected}, not {told}",
            route.vehicle
        );
        return Ok(());
    }
    // In millionths of 3.6: per hour and second, per kilometre and metre. Half a unit is lost by rounding.
    let unit = 3_600_000_u128;
    let exact = u128::from(route.duration) * u128::from(rates.per_hour) * 1000
        + u128::from(meters) * u128::from(rates.per_km) * 3600;
    let travel = told.checked_sub(fixed + tasks);
    ensure!(
        travel.is_some_and(|travel| (travel * unit).abs_diff(exact) * 2 <= unit),
        "route {} costs {told}, which its parts do not",
        route.vehicle
    );
    Ok(())
}

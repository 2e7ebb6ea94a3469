//! Given routes the search starts from: refused when they break what every route must keep, with VROOM's words.

use crate::answer::{Cause, write};
use crate::draft::Draft;
use crate::plan;
use crate::request::{Fault, Request, Step, StepKind};
use crate::travel::Tables;

/// Refuses routes that nothing can be built on. Breaks are placed by the search, wherever the given steps have them.
///
/// # Errors
/// The first route's first fault.
pub fn check(request: &Request, tables: &Tables) -> Result<(), Fault> {
    for (rank, vehicle) in request.vehicles.iter().enumerate() {
        let steps: Vec<Step> = vehicle
            .steps
            .iter()
            .filter(|step| !matches!(step.kind, StepKind::Break(_)))
            .map(|step| Step {
                kind: step.kind,
                at: None,
                after: None,
                before: None,
            })
            .collect();
        if steps.len() <= 2 {
            continue;
        }
        let draft = Draft {
            tours: vec![plan::retime(request, tables, rank, &steps)?],
            ..Draft::default()
        };
        let answer = write(request, tables, &draft);
        for route in &answer.routes {
            for step in &route.steps {
                if let Some(violation) = step.violations.first() {
                    return Err(refusal(violation.cause, vehicle.id, step.id));
                }
            }
        }
    }
    Ok(())
}

fn refusal(cause: Cause, vehicle: u64, step: Option<u64>) -> Fault {
    let text = match cause {
        Cause::Load | Cause::MaxLoad => format!("Route over capacity for vehicle {vehicle}."),
        Cause::Skills => {
            let job = step.unwrap_or_default();
            format!("Missing skill or step out of reach for vehicle {vehicle} and job {job}.")
        }
        Cause::Precedence => format!("Invalid shipment in route for vehicle {vehicle}."),
        Cause::MaxTravelTime => format!("Route over max_travel_time for vehicle {vehicle}."),
        Cause::MaxDistance => format!("Route over max_distance for vehicle {vehicle}."),
        Cause::MaxTasks => format!("Too many tasks for vehicle {vehicle}."),
        Cause::LeadTime | Cause::Delay | Cause::MissingBreak => {
            format!("Infeasible route for vehicle {vehicle}.")
        }
    };
    Fault::Input(text)
}

//! The checker must find whatever is wrong: each number of a right answer is changed, and each change is found.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use route_optimizer::answer::{Answer, Cause, Route, Step, Violation, write};
use route_optimizer::request::{self, Limits, Request};
use route_optimizer::travel::{Tables, Wait};
use route_optimizer::{checker, plan};

const LIMITS: Limits = Limits {
    locations: 1000,
    vehicles: 100,
};

/// A request, its tables and an answer that is confirmed.
fn confirmed(number: u64) -> Option<(Request, Tables, Answer)> {
    let text = crate::invent::request(number).to_string();
    let request = request::read(text.as_bytes(), LIMITS).ok()?;
    let workshop = crate::kit::workshop();
    let now = Instant::now();
    let until = now + Duration::from_secs(60);
    let gone = AtomicBool::new(false);
    let wait = Wait { until, gone: &gone };
    let tables = workshop.travel.tables(&request, wait).ok()?;
    let (answer, _) = workshop.answer(request.clone(), now, until, &gone).ok()?;
    checker::check(&request, &tables, &answer).unwrap();
    Some((request, tables, answer))
}

type Change = (&'static str, fn(&mut Answer));

fn route(answer: &mut Answer) -> &mut Route {
    answer.routes.last_mut().unwrap()
}

fn step(answer: &mut Answer) -> &mut Step {
    &mut route(answer).steps[1]
}

const CHANGES: [Change; 22] = [
    ("summary cost", |answer| answer.summary.cost += 1),
    ("summary duration", |answer| answer.summary.duration += 1),
    ("summary service", |answer| answer.summary.service += 1),
    ("summary priority", |answer| answer.summary.priority += 1),
    ("summary routes", |answer| answer.summary.routes += 1),
    ("summary unassigned", |answer| {
        answer.summary.unassigned += 1
    }),
    ("route cost", |answer| {
        route(answer).cost += 2;
        answer.summary.cost += 2;
    }),
    ("route duration", |answer| {
        route(answer).duration += 1;
        answer.summary.duration += 1;
    }),
    ("route waiting", |answer| {
        route(answer).waiting_time += 1;
        answer.summary.waiting_time += 1;
    }),
    ("route priority", |answer| {
        route(answer).priority += 1;
        answer.summary.priority += 1;
    }),
    ("another vehicle", |answer| route(answer).vehicle += 1000),
    ("arrival later", |answer| step(answer).arrival += 1),
    ("departure earlier", |answer| {
        let start = &mut route(answer).steps[0];
        start.arrival = start.arrival.wrapping_sub(1);
    }),
    ("waiting longer", |answer| step(answer).waiting_time += 1),
    ("service longer", |answer| step(answer).service += 1),
    ("setup longer", |answer| step(answer).setup += 1),
    ("cumulated travel", |answer| step(answer).duration += 1),
    ("a step gone", |answer| {
        route(answer).steps.remove(1);
    }),
    ("a step twice", |answer| {
        let again = step(answer).clone();
        route(answer).steps.insert(1, again);
    }),
    ("end gone", |answer| {
        route(answer).steps.pop();
    }),
    ("an invented violation", |answer| {
        step(answer).violations.push(Violation {
            duration: Some(1),
            cause: Cause::Delay,
        });
    }),
    ("a route gone", |answer| {
        answer.routes.pop();
        answer.summary.routes -= 1;
    }),
];

#[test]
fn every_change_to_a_right_answer_is_found() {
    let mut tried = 0;
    for number in 0..60 {
        let Some((request, tables, answer)) = confirmed(number) else {
            continue;
        };
        if answer
            .routes
            .last()
            .is_none_or(|route| route.steps.len() < 3)
        {
            continue;
        }
        tried += 1;
        for (name, change) in CHANGES {
            let mut wrong = answer.clone();
            change(&mut wrong);
            assert!(
                checker::check(&request, &tables, &wrong).is_err(),
                "request {number}: {name} went through"
            );
        }
    }
    assert!(tried > 30, "only {tried} answers were there to be changed");
}

#[test]
fn loads_skills_and_windows_are_looked_at() {
    let mut found = [0; 3];
    for number in 0..120 {
        let Some((request, tables, answer)) = confirmed(number) else {
            continue;
        };
        if request.options.plan {
            continue;
        }
        // The same answer to a stricter request must be refused.
        for route in &answer.routes {
            let mut stricter = request.clone();
            let vehicle = &mut stricter.vehicles[route.rank];
            let most = route
                .steps
                .iter()
                .filter_map(|step| step.load.first())
                .max()
                .copied()
                .unwrap_or(0);
            if let (Some(capacity), true) = (vehicle.capacity.first_mut(), most > 0) {
                *capacity = u32::try_from(most).unwrap() - 1;
                assert!(checker::check(&stricter, &tables, &answer).is_err());
                found[0] += 1;
            }
            let mut stricter = request.clone();
            stricter.vehicles[route.rank].skills.clear();
            let needs = stricter.tasks.iter().any(|task| {
                !task.skills.is_empty()
                    && route
                        .steps
                        .iter()
                        .any(|step| step.id == Some(task.id) && step.kind == task.kind.word())
            });
            if needs {
                assert!(checker::check(&stricter, &tables, &answer).is_err());
                found[1] += 1;
            }
            let mut stricter = request.clone();
            let end = route.steps.last().unwrap().arrival;
            if end > 0 {
                stricter.vehicles[route.rank].window.end = u32::try_from(end).unwrap() - 1;
                stricter.vehicles[route.rank].window.start = 0;
                assert!(checker::check(&stricter, &tables, &answer).is_err());
                found[2] += 1;
            }
        }
    }
    assert!(found.iter().all(|count| *count > 10), "{found:?}");
}

#[test]
fn in_plan_mode_a_hidden_violation_is_found() {
    let mut hidden = 0;
    for number in 0..200 {
        let text = crate::invent::request(number).to_string();
        let Ok(mut request) = request::read(text.as_bytes(), LIMITS) else {
            continue;
        };
        if request
            .vehicles
            .iter()
            .all(|vehicle| vehicle.steps.is_empty())
        {
            continue;
        }
        request.options.plan = true;
        let workshop = crate::kit::workshop();
        let wait = Wait {
            until: Instant::now() + Duration::from_secs(9),
            gone: &AtomicBool::new(false),
        };
        let tables = workshop.travel.tables(&request, wait).unwrap();
        let Ok(draft) = plan::draft(&request, &tables) else {
            continue;
        };
        let answer = write(&request, &tables, &draft);
        checker::check(&request, &tables, &answer).unwrap();
        for (at, route) in answer.routes.iter().enumerate() {
            if let Some(step) = route
                .steps
                .iter()
                .position(|step| !step.violations.is_empty())
            {
                let mut wrong = answer.clone();
                wrong.routes[at].steps[step].violations.pop();
                assert!(checker::check(&request, &tables, &wrong).is_err());
                hidden += 1;
            }
        }
    }
    assert!(hidden > 10, "{hidden}");
}

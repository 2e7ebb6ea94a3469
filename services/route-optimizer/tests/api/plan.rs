use serde_json::{Value, json};

use crate::dice::Dice;
use crate::kit::{refusal, solve};

fn plan(
    windows: &[Option<Vec<(u64, u64)>>],
    hours: Option<(u64, u64)>,
    actions: &[u64],
    travel: u64,
) -> Value {
    let count = windows.len() as u64;
    let jobs: Vec<Value> = windows
        .iter()
        .zip(actions)
        .zip(1..)
        .map(|((windows, service), id)| {
            let mut job = json!({"id": id, "location_index": id, "service": service});
            if let Some(windows) = windows {
                let pairs: Vec<Value> = windows
                    .iter()
                    .map(|(start, end)| json!([start, end]))
                    .collect();
                job["time_windows"] = json!(pairs);
            }
            job
        })
        .collect();
    let rows: Vec<Vec<u64>> = (0..=count)
        .map(|from| {
            (0..=count)
                .map(|to| if from == to { 0 } else { travel })
                .collect()
        })
        .collect();
    let steps: Vec<Value> = (1..=count)
        .map(|id| json!({"type": "job", "id": id}))
        .collect();
    let mut vehicle = json!({"id": 1, "start_index": 0, "end_index": 0, "steps": steps});
    if let Some((start, end)) = hours {
        vehicle["time_window"] = json!([start, end]);
    }
    json!({"vehicles": [vehicle], "jobs": jobs, "matrices": {"car": {"durations": rows}}, "options": {"c": true}})
}

fn missed(answer: &Value) -> u64 {
    let violations = answer["summary"]["violations"].as_array().unwrap();
    violations
        .iter()
        .filter_map(|violation| violation["duration"].as_u64())
        .sum()
}

fn lasts(answer: &Value) -> u64 {
    let steps = answer["routes"][0]["steps"].as_array().unwrap();
    steps.last().unwrap()["arrival"].as_u64().unwrap() - steps[0]["arrival"].as_u64().unwrap()
}

/// Tries every begin of every step.
fn by_force(
    windows: &[Option<Vec<(u64, u64)>>],
    hours: Option<(u64, u64)>,
    actions: &[u64],
    travel: u64,
) -> (u64, u64) {
    const HORIZON: u64 = 24;
    let off = |windows: &Option<Vec<(u64, u64)>>, time: u64| {
        let gap =
            |(start, end): &(u64, u64)| start.saturating_sub(time) + time.saturating_sub(*end);
        windows
            .as_ref()
            .map_or(0, |windows| windows.iter().map(gap).min().unwrap())
    };
    fn go(
        left: &[(u64, Vec<u64>)],
        free: u64,
        end: &dyn Fn(u64) -> (u64, u64),
        travel: u64,
    ) -> (u64, u64) {
        let Some(((action, gaps), rest)) = left.split_first() else {
            return end(free + travel);
        };
        (free + travel..HORIZON)
            .map(|begin| {
                let (gap, at) = go(rest, begin + action, end, travel);
                (gap + gaps[begin as usize], at)
            })
            .min()
            .unwrap_or((u64::MAX / 2, 0))
    }
    let steps: Vec<(u64, Vec<u64>)> = windows
        .iter()
        .zip(actions)
        .map(|(windows, action)| {
            (
                *action,
                (0..HORIZON).map(|time| off(windows, time)).collect(),
            )
        })
        .collect();
    let end = |time: u64| (hours.map_or(0, |(_, end)| time.saturating_sub(end)), time);
    (0..HORIZON)
        .map(|start| {
            let early = hours.map_or(0, |(opens, _)| opens.saturating_sub(start));
            let (gap, at) = go(&steps, start, &end, travel);
            (gap + early, at.saturating_sub(start))
        })
        .min()
        .unwrap()
}

#[test]
fn no_plan_misses_less_and_none_of_those_is_shorter() {
    let mut dice = Dice(5);
    for round in 0..150 {
        let count = dice.within(1, 3) as usize;
        let travel = dice.below(3);
        let actions: Vec<u64> = (0..count).map(|_| dice.below(3)).collect();
        let windows: Vec<_> = (0..count)
            .map(|_| {
                dice.percent(80).then(|| {
                    let first = dice.below(6);
                    let mut windows = vec![(first, first + dice.below(3))];
                    if dice.percent(50) {
                        let second = windows[0].1 + 1 + dice.below(4);
                        windows.push((second, second + dice.below(3)));
                    }
                    windows
                })
            })
            .collect();
        let hours = dice.percent(50).then(|| {
            let opens = dice.below(5);
            (opens, opens + dice.below(8))
        });
        let answer = solve(&plan(&windows, hours, &actions, travel));
        let told = (missed(&answer), lasts(&answer));
        assert_eq!(
            told,
            by_force(&windows, hours, &actions, travel),
            "round {round}: {windows:?} {hours:?} {actions:?} {travel}"
        );
    }
}

#[test]
fn every_cause_is_told_where_it_is() {
    let request = json!({
        "vehicles": [{
            "id": 1, "start_index": 0, "end_index": 0, "capacity": [1], "time_window": [0, 50],
            "max_tasks": 2, "max_travel_time": 30, "max_distance": 35,
            "breaks": [{"id": 1, "service": 5}, {"id": 2, "service": 5, "max_load": [0]}],
            "steps": [
                {"type": "delivery", "id": 1}, {"type": "job", "id": 1}, {"type": "break", "id": 2}, {"type": "pickup", "id": 1},
            ],
        }],
        "jobs": [{"id": 1, "location_index": 1, "delivery": [2], "pickup": [3], "skills": [4], "time_windows": [[5, 6]]}],
        "shipments": [{"pickup": {"id": 1, "location_index": 2}, "delivery": {"id": 1, "location_index": 3}, "amount": [1]}],
        "matrices": {"car": {
            "durations": [[0, 20, 20, 20], [20, 0, 20, 20], [20, 20, 0, 20], [20, 20, 20, 0]],
            "distances": [[0, 20, 20, 20], [20, 0, 20, 20], [20, 20, 0, 20], [20, 20, 20, 0]],
        }},
        "options": {"c": true},
    });
    let answer = solve(&request);
    let causes = |of: &Value| -> Vec<String> {
        let told = of["violations"].as_array().unwrap();
        told.iter()
            .map(|violation| violation["cause"].as_str().unwrap().to_owned())
            .collect()
    };
    let steps = &answer["routes"][0]["steps"];
    assert_eq!(causes(&steps[0]), ["load"]);
    assert_eq!(causes(&steps[1]), ["precedence"]);
    let job = ["delay", "load", "skills", "max_travel_time", "max_distance"];
    assert_eq!(causes(&steps[2]), job);
    assert!(causes(&steps[3]).contains(&"max_load".to_owned()));
    assert!(causes(&steps[4]).contains(&"max_tasks".to_owned()));
    assert!(causes(&answer["routes"][0]).contains(&"missing_break".to_owned()));
    assert_eq!(causes(&answer["summary"]).len(), 9, "{}", answer["summary"]);
    assert_eq!(answer["summary"]["unassigned"], 0);
}

#[test]
fn given_times_are_kept_or_the_route_is_refused() {
    let mut request = plan(&[None, None], None, &[10, 10], 30);
    request["vehicles"][0]["steps"][1]["service_at"] = json!(500);
    let answer = solve(&request);
    let steps = &answer["routes"][0]["steps"];
    assert_eq!(steps[2]["arrival"], 500);
    assert_eq!(steps[0]["arrival"], 500 - 30 - 10 - 30);
    request["vehicles"][0]["steps"][1]["service_at"] = json!(50);
    assert_eq!(
        refusal(&request).to_string(),
        "Infeasible route for vehicle 1."
    );
}

#[test]
fn travel_around_breaks_happens_as_early_as_it_can() {
    let mut request = plan(&[None], Some((0, 1000)), &[10], 100);
    request["vehicles"][0]["breaks"] =
        json!([{"id": 1, "service": 50, "time_windows": [[40, 60]]}]);
    request["vehicles"][0]["steps"] = json!([{"type": "break", "id": 1}, {"type": "job", "id": 1}]);
    let answer = solve(&request);
    assert_eq!(missed(&answer), 0);
    assert_eq!(lasts(&answer), 260);
    let steps = &answer["routes"][0]["steps"];
    let begin = |at: usize| steps[at]["arrival"].as_u64().unwrap();
    assert_eq!(begin(2), begin(0) + 150);
    assert_eq!(answer["summary"]["duration"], 200);
}

#[test]
fn a_thousand_steps_with_many_windows_are_timed_in_bounded_time() {
    let windows: Vec<_> = (0..900_u64)
        .map(|rank| {
            Some(
                (0..40)
                    .map(|window| (1000 * window + rank, 1000 * window + rank + 3))
                    .collect(),
            )
        })
        .collect();
    let mut request = plan(&windows, Some((0, 40_000)), &[5; 900], 3);
    let pauses: Vec<Value> = (0..30)
        .map(|id| json!({"id": id, "service": 60, "time_windows": [[id * 1000, id * 1000 + 500]]}))
        .collect();
    request["vehicles"][0]["breaks"] = json!(pauses);
    let steps = request["vehicles"][0]["steps"].as_array_mut().unwrap();
    for id in 0..30 {
        steps.insert(30 * id, json!({"type": "break", "id": id}));
    }
    let answer = solve(&request);
    assert_eq!(answer["code"], 0);
}

//! Prizes from one-trees on the cheaper of both ways (Held and Karp, 1970); the start and the end are the root.

use crate::line::{LIMIT, Line};

/// Steps along the subgradient.
const ROUNDS: usize = 100;

/// Prizes that lead to trees in which most tasks have two arcs.
pub(crate) fn prizes(line: &Line, known: i32) -> Vec<f64> {
    let n = line.len();
    let arc = |a: usize, b: usize| match (line.follows(a, b), line.follows(b, a)) {
        (true, true) => line.cost[a * n + b].min(line.cost[b * n + a]),
        (true, false) => line.cost[a * n + b],
        (false, true) => line.cost[b * n + a],
        (false, false) => LIMIT as i32,
    };
    let arcs: Vec<f64> = (0..n * n).map(|i| f64::from(arc(i / n, i % n))).collect();
    let mut weight = vec![0.0; n];
    let (mut best, mut best_weight) = (f64::MIN, weight.clone());
    let mut step = 1.0;
    for _ in 0..ROUNDS {
        let (cost, degree) = one_tree(line, &arcs, &weight);
        let bound = cost - 2.0 * weight.iter().sum::<f64>();
        if bound > best {
            (best, best_weight) = (bound, weight.clone());
        } else {
            step *= 0.95;
        }
        let off: f64 = degree.iter().map(|&d| f64::from((d - 2) * (d - 2))).sum();
        if off == 0.0 {
            break;
        }
        let size = step * (f64::from(known) - bound).max(1.0) / off;
        weight
            .iter_mut()
            .zip(&degree)
            .for_each(|(w, &d)| *w += size * f64::from(d - 2));
    }
    best_weight.iter().map(|w| -2.0 * w).collect()
}

/// The cheapest tree over all tasks and two arcs to the root, and each task's number of arcs.
fn one_tree(line: &Line, arcs: &[f64], weight: &[f64]) -> (f64, Vec<i32>) {
    let n = line.len();
    let mut degree = vec![0; n];
    let mut link: Vec<(f64, usize)> = vec![(f64::MAX, 0); n];
    let mut outside: Vec<usize> = (1..n).collect();
    let (mut last, mut total) = (0, 0.0);
    while !outside.is_empty() {
        let mut nearest = 0;
        for (i, &v) in outside.iter().enumerate() {
            let cost = arcs[last * n + v] + weight[last] + weight[v];
            if cost < link[v].0 {
                link[v] = (cost, last);
            }
            if link[v].0 < link[outside[nearest]].0 {
                nearest = i;
            }
        }
        last = outside.swap_remove(nearest);
        total += link[last].0;
        degree[last] += 1;
        degree[link[last].1] += 1;
    }
    let cheapest = |list: &[(i32, i32)]| {
        (0..n)
            .map(|v| (f64::from(list[v].1) + weight[v], v))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    };
    for (cost, v) in [cheapest(&line.first), cheapest(&line.last)]
        .into_iter()
        .flatten()
    {
        total += cost;
        degree[v] += 1;
    }
    (total, degree)
}

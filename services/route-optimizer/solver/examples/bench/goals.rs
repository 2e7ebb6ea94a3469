//! G1 to G5 and G8: figure and goal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{clock, days, score};

/// Prints the goals named, or all.
pub fn run(data: &Path, which: &[&str]) {
    let best = score::best_known(&data.join("best-known.json"));
    let wanted = |goal: &str| which.is_empty() || which.contains(&goal);
    if wanted("G1") {
        for (lunch, what) in [(false, "day"), (true, "day with a break")] {
            let made_up = days::run(300, 0.1, lunch);
            verdict(&format!("G1 {what}, p50"), made_up.median, 10.0, "ms");
            verdict(&format!("G1 {what}, p95"), made_up.late, 20.0, "ms");
            let not = 100.0 - made_up.proven;
            verdict(&format!("G1 {what}, not proven"), not, 1.0, "%");
        }
        score::table(
            files(data, "days", "").iter().map(PathBuf::as_path),
            0.1,
            1_u64,
            &BTreeMap::new(),
        );
    }
    if wanted("G2") {
        for (seconds, goal) in [(1.0, 0.35), (5.0, 0.2)] {
            let gaps = score::table(
                files(data, "solomon", "").iter().map(PathBuf::as_path),
                seconds,
                1_u64,
                &best,
            );
            gap(&format!("G2 Solomon @{seconds} s, mean"), &gaps, goal);
            if seconds < 2.0 {
                let worst = gaps.iter().map(|g| g.1).fold(0.0, f64::max);
                verdict("G2 Solomon @1 s, worst", worst, 2.0, "%");
            }
        }
    }
    if wanted("G3") {
        for (size, seconds, goal) in [
            ("_2_", 5.0, 0.6),
            ("_4_", 5.0, 1.0),
            ("_4_", 10.0, 0.8),
            ("_4_", 20.0, 0.5),
        ] {
            let files = files(data, "homberger", size);
            if files.is_empty() {
                println!(
                    "G3 Gehring-Homberger {size} @{seconds} s: not measured, no such problems here"
                );
                continue;
            }
            let gaps = score::table(files.iter().map(PathBuf::as_path), seconds, 1_u64, &best);
            gap(
                &format!("G3 Gehring-Homberger {size} @{seconds} s, mean"),
                &gaps,
                goal,
            );
        }
    }
    if wanted("G4") {
        week(data, 1.0, 428_182.0);
        week(data, 5.0, 426_586.0 * 1.001);
    }
    let over = data.join("weeks/over600_0.json");
    if wanted("G5") && !over.exists() {
        println!("G5 oversubscribed week: not measured, no such problem here");
    } else if wanted("G5") {
        let problem = score::load(&over);
        let runs: Vec<f64> = (1..=3)
            .map(|seed| score::run(&problem, 5.0, seed).1.priority as f64)
            .collect();
        verdict(
            "G5 priority left out @5 s (of 26,410 with VROOM)",
            26_410.0 - score::mean(&runs),
            0.0,
            "points",
        );
    }
    if wanted("G8") {
        println!(
            "G8 memory: {:.1} MB at most in this process, goal 30 MB at 400 visits",
            clock::peak_memory()
        );
    }
}

fn week(data: &Path, seconds: f64, goal: f64) {
    let problem = score::load(&data.join("weeks/week400_0.json"));
    let runs: Vec<_> = (1..=5)
        .map(|seed| score::run(&problem, seconds, seed).1)
        .collect();
    let costs: Vec<f64> = runs.iter().map(|r| r.cost).collect();
    let left: usize = runs.iter().map(|r| r.unassigned).sum();
    verdict(
        &format!("G4 week @{seconds} s, mean of 5 seeds"),
        score::mean(&costs),
        goal,
        "s",
    );
    verdict(
        &format!("G4 week @{seconds} s, unassigned"),
        left as f64,
        0.0,
        "visits",
    );
}

fn gap(what: &str, gaps: &[(String, f64)], goal: f64) {
    verdict(
        what,
        score::mean(&gaps.iter().map(|g| g.1).collect::<Vec<_>>()),
        goal,
        "%",
    );
}

fn verdict(what: &str, figure: f64, goal: f64, unit: &str) {
    let word = if figure <= goal { "met" } else { "MISSED" };
    println!("{what}: {figure:.3} {unit}, goal {goal:.3} {unit}: {word}");
}

fn files(data: &Path, folder: &str, part: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data.join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut list: Vec<PathBuf> = entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.to_string_lossy().contains(part))
        .collect();
    list.sort();
    list
}

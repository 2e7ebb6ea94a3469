//! Measures the solver on public instances, in CPU seconds of its own thread, and prints figure and goal.
//!
//! `cargo run --release -p route-solver --example bench -- solve 1 seeds=1 best-known.json solomon/*.txt` for single files,
//! `… -- goals <data folder> [G1 G2 …]` for the goals.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

mod clock;
mod days;
mod goals;
mod read;
mod score;

use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["solve", seconds, seeds, best, ref files @ ..] => {
            let best = score::best_known(Path::new(best));
            let effort = score::Effort::read(seconds);
            let seeds = score::Seeds::read(seeds);
            let _ = score::table(files.iter().map(Path::new), effort, seeds, &best);
        }
        ["goals", data, ref which @ ..] => goals::run(Path::new(data), which),
        ["days", count, limit, ref lunch @ ..] => drop(days::run(
            count.parse().expect("how many days"),
            limit.parse().expect("seconds"),
            lunch == ["lunch"],
        )),
        _ => println!(
            "bench solve <seconds, or 100000i for iterations> <seeds, or 3x2 for two threads> <best-known.json> <files…> | goals <data folder> [G1 …] | days <count> <seconds> [lunch]"
        ),
    }
}

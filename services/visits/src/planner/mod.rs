//! The planner's rules, pure: what a visit is worth and why, how a day's order turns into times, what is asked of the
//! optimiser, and what is believed of its answer.

pub mod answer;
pub mod even;
pub mod order;
pub mod past;
pub mod problem;
pub mod remedy;
pub mod schedule;
pub mod worth;

//! A private calendar feed for each agent: whatever calendar has its address shows the visits and absences. The address is the
//! key; it can be changed and taken back.

pub mod commands;
mod entries;
pub mod ics;
pub mod queries;
pub mod routes;

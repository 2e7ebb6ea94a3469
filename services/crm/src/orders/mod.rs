//! Orders: push (from an accepted proposal, exactly once), pull (somebody calls), e-commerce (a shop posts). An order
//! goes on only with a yes to its present content, by a rule or by a person; each step is kept and told.

pub mod commands;
pub mod content;
pub mod conversion;
pub mod error;
pub mod history;
pub mod model;
pub mod paper_routes;
pub mod queries;
pub mod routes;
pub mod state;
pub mod step_routes;
pub mod steps;
pub mod views;

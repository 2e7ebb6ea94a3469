//! What a report asks: templates that the admin makes. A changed template is another version, and every report keeps the
//! questions with its answers, so that it reads right for ever.

pub mod commands;
mod judge;
pub mod model;
pub mod queries;
pub mod routes;

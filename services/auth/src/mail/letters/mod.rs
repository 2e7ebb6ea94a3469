//! Letters that other services write to our users: kept until the mail server has taken them, each once.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;

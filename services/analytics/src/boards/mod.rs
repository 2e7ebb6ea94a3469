//! Dashboards that people keep: which tiles, in which order, how wide, with which filter; private, or shown to everybody.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;

//! What crm tells: shops, their clients, and what is being sold to them. Fed by crm's events; nobody else writes it.

pub mod inbox;
pub mod progress;
mod queries;
pub mod rebuild;
mod records;
pub mod routes;

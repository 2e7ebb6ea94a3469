//! What crm tells: shops, their clients, and what is being sold to them. Fed by crm's events; nobody else writes it.

pub mod inbox;
mod queries;
mod records;

//! What a service needs of auth's users: names, status and reporting lines. Fed by auth's events; nobody else writes it.

pub mod inbox;
pub mod queries;

//! What other services prove themselves with, and what they ask: tokens, revocations, the import of users. None of it is
//! reachable through the gateway.

pub mod queries;
pub mod routes;

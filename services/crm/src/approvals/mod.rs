//! What needs a manager's yes: the rules, and why a document falls under them. The yes itself is given to a proposal or
//! an order, and bound to its content's hash.

pub mod model;
pub mod queries;
pub mod routes;

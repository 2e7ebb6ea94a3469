//! How visits go: planned against done, appointments kept, the share of driving, visits a day. Read as they stand; and told, once a day
//! is over, to whoever keeps statistics.

pub mod closing;
pub mod model;
pub mod queries;
pub mod routes;

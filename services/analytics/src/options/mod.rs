//! What a filter can be set to, as far as the viewer sees it.

pub mod routes;

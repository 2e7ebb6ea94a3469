//! Where interest comes from: sources (a fair, the web site, word of mouth) and the campaigns that bring it. Leads
//! keep both, and so do the client and the deal that a lead becomes.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;

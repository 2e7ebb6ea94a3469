//! What is tried too often from one place has to wait. A try is counted before its outcome is known, so that a hundred at
//! once count as a hundred, and taken back when it was right. The counters are rows: they survive a restart. What is
//! counted is an account *as tried from one address*, so that no stranger can lock somebody else out.

pub mod commands;
pub mod model;
mod queries;

pub use commands::{admit, forgive, withdraw};
pub use model::{Attempt, TooMany};

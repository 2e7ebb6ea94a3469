//! Files that bring records: read as they come, mapped, tried out, then run in the background.

pub mod dates;
pub mod guess;
pub mod numbers;
pub mod reader;

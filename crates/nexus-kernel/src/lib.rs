#![doc = include_str!("../README.md")]

mod change;
mod cursor;
mod day;
pub mod holidays;
pub mod id;
pub mod text;

pub use change::Change;
pub use cursor::{Cursor, CursorError, Page};
pub use day::{at_wall_clock, business_day, start_of_business_day, wall_clock};
pub use id::{ClientId, RecordId, SessionId, UserId};

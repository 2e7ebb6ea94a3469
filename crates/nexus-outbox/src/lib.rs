#![doc = include_str!("../README.md")]

mod announce;
mod chain;
mod consume;
mod event;
mod feed;
mod leader;
mod schema;
mod watch;

pub use announce::{Fact, announce, announce_all};
pub use chain::{ChainBreak, verify_chain};
pub use consume::{Apply, consume, position_of};
pub use event::{Event, EventPage};
pub use feed::{Feed, events_route, last_position, page_after};
pub use leader::{sequence, start};

#![doc = include_str!("../README.md")]

mod facts;
mod schema;
mod text_enum;
pub mod users;
mod visibility;

pub use facts::{Act, Author};
pub use visibility::{Sees, Viewer};

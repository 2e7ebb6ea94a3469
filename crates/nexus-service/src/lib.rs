#![doc = include_str!("../README.md")]

mod answer;
mod app;
mod clock;
mod document;
mod drain;
mod list;
mod once;
mod run;
mod server;
mod tracing_layer;

pub use answer::{Answer, tagged};
pub use app::App;
pub use clock::{Clock, now};
pub use document::Conventions;
pub use list::{LIMIT_DEFAULT, LIMIT_MOST, page_limit, read_cursor};
pub use once::OnceKey;
pub use run::{Parts, Service, main, main_with};
pub use server::{Running, serve};

#![doc = include_str!("../README.md")]

pub mod answer;
pub mod checker;
pub mod config;
pub mod draft;
pub mod plan;
pub mod pool;
pub mod request;
pub mod server;
pub mod translate;
pub mod travel;
mod warm;
pub mod work;

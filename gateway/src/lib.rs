#![doc = include_str!("../README.md")]

pub mod body;
pub mod config;
pub mod gateway;
pub mod guard;
pub mod headers;
pub mod health;
pub mod openapi;
pub mod path;
pub mod rescue;
pub mod server;
pub mod table;
pub mod tokens;
pub mod trace;
pub mod upstream;
pub mod web;

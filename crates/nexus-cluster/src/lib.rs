#![doc = include_str!("../README.md")]

mod account;
mod binaries;
mod bootstrap;
mod cluster;
mod error;
mod leash;
mod place;
mod server;
mod settings;

pub use account::{Account, is_root, plain_command};
pub use binaries::Binaries;
pub use bootstrap::{ServiceRole, bootstrap, schema_sql};
pub use cluster::{Cluster, Options};
pub use error::ClusterError;
pub use leash::leashed;
pub use server::{Server, with_login};
pub use settings::Purpose;

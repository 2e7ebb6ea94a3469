//! The visits service.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_service::main_with(visits::SERVICE, visits::parts)
}

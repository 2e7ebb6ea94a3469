//! The analytics service.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_service::main_with(analytics::SERVICE, analytics::parts)
}

//! The crm service.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_service::main_with(crm::SERVICE, crm::parts)
}

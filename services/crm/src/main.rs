//! The crm service.

use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_service::main(crm::SERVICE)
}

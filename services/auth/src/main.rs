use std::process::ExitCode;

fn main() -> ExitCode {
    nexus_service::main_with(auth::SERVICE, auth::parts)
}

//! A child that ends when its parent does, however that came about.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// `program`, to be sent `signal` (`TERM`, `INT`) by the kernel when the thread that started it ends, where util-linux's
/// `setpriv` can arrange it; elsewhere the plain program.
pub fn leashed(program: &Path, signal: &str) -> Command {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    if !AVAILABLE.get_or_init(works) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal, "--"]).arg(program);
    command
}

fn works() -> bool {
    let mut trial = Command::new("setpriv");
    trial
        .args(["--pdeathsig", "TERM", "--", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    trial.status().is_ok_and(|status| status.success())
}

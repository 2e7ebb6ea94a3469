//! What the installation consists of: programs, the web app, secrets, addresses.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{DoctorArgs, Finding};
use crate::state::State;
use crate::up::services;

pub fn examine(args: &DoctorArgs, state: &State) -> Vec<Finding> {
    let mut findings = vec![
        programs(),
        web_app(&args.web_root),
        secrets(&state.secrets()),
    ];
    findings.extend(cluster(state));
    findings.push(address(
        args.listen.is_loopback(),
        args.public_url.as_deref(),
    ));
    findings
}

fn programs() -> Finding {
    let folder = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(Path::to_path_buf))
        .unwrap_or_default();
    let missing: Vec<&str> = services::started()
        .map(|service| service.name)
        .filter(|name| !folder.join(name).is_file())
        .collect();
    if missing.is_empty() {
        return Finding::good(format!("all programs are in {}", folder.display()));
    }
    Finding::bad(
        format!("not built: {}", missing.join(", ")),
        "run `make up`, or `cargo build --release --workspace`",
    )
}

fn web_app(folder: &Path) -> Finding {
    if folder.join("index.html").is_file() {
        return Finding::good(format!("the web app is built in {}", folder.display()));
    }
    Finding::bad(
        format!(
            "the web app is not built: no index.html in {}",
            folder.display()
        ),
        "run `make up`, or `npm ci && npm run build` in frontend/",
    )
}

fn secrets(path: &Path) -> Finding {
    let shown = path.display();
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::good("no secrets yet: the first `nexus up` makes them")
        }
        Err(error) => Finding::bad(
            format!("{shown}: {error}"),
            "start nexus as the user who owns this folder",
        ),
        Ok(meta) if meta.permissions().mode() & 0o077 == 0 => {
            Finding::good(format!("{shown} is private"))
        }
        Ok(meta) => Finding::bad(
            format!(
                "others may read {shown} (mode {:o})",
                meta.permissions().mode() & 0o777
            ),
            format!("chmod 600 {shown}"),
        ),
    }
}

fn cluster(state: &State) -> Option<Finding> {
    let data = crate::state::moved(&state.postgres()).join("data");
    let version = fs::read_to_string(data.join("PG_VERSION"));
    match version {
        Ok(version) => Some(Finding::good(format!(
            "the database is in {} (PostgreSQL {})",
            data.display(),
            version.trim()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && state.secrets().exists() => {
            Some(Finding::doubtful(
                format!("no database in {}", data.display()),
                "that is right when another server is used; otherwise the next `nexus up` makes an empty one",
            ))
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(Finding::doubtful(
            format!("{} may not be read by you", data.display()),
            "start nexus as the user who first did",
        )),
        Err(_) => None,
    }
}

/// Cookies are only safe where nobody between browser and server can read along.
fn address(loopback: bool, public_url: Option<&str>) -> Finding {
    match public_url {
        None if loopback => Finding::good("for this machine alone (http://localhost)"),
        None => Finding::doubtful(
            "other machines may come in, but PUBLIC_URL is not set",
            "set it to the address people type: invitations will say localhost otherwise",
        ),
        Some(url) if url.starts_with("https://") => {
            Finding::good(format!("{url}: cookies are secure"))
        }
        Some(url) if is_local(url) => Finding::good(format!("{url}: this machine alone")),
        Some(url) => Finding::doubtful(
            format!("{url} is not encrypted: passwords and cookies can be read on the way"),
            "put a TLS proxy in front and set PUBLIC_URL to https://…",
        ),
    }
}

fn is_local(url: &str) -> bool {
    ["http://localhost", "http://127.", "http://[::1]"]
        .iter()
        .any(|start| url.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_encryption_is_worth_a_look() {
        assert!(matches!(address(true, None), Finding::Good(_)));
        assert!(matches!(address(false, None), Finding::Doubtful { .. }));
        assert!(matches!(
            address(false, Some("https://crm.example.it")),
            Finding::Good(_)
        ));
        assert!(matches!(
            address(false, Some("http://crm.example.it")),
            Finding::Doubtful { .. }
        ));
        assert!(matches!(
            address(true, Some("http://localhost:9000")),
            Finding::Good(_)
        ));
    }

    #[test]
    fn secrets_that_others_may_read_are_wrong() {
        let path = std::env::temp_dir().join(format!("nexus-doctor-{}", std::process::id()));
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            matches!(secrets(&path), Finding::Bad { advice, .. } if advice.starts_with("chmod 600 "))
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(secrets(&path), Finding::Good(_)));
        fs::remove_file(path).unwrap();
    }
}

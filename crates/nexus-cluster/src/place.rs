//! Where a cluster's data and socket go. Both have a wish and a fallback: the account that runs the server must be
//! able to reach its data, and the path of a unix socket may not be longer than the kernel's 107 bytes.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::account::{Account, give, is_root};
use crate::error::{ClusterError, at};

const SOCKET_NAME: usize = "/.s.PGSQL.5432.lock".len();
const SOCKET_PATH_MAX: usize = 107;
/// In the wished folder: the path of the one used instead, so that later starts find the same data.
const MOVED: &str = "moved-to";

/// The folders of one cluster, made and owned by the account that runs it.
#[derive(Clone, Debug)]
pub struct Place {
    pub data: PathBuf,
    pub sockets: PathBuf,
    /// What the operator should know about where things went.
    pub note: Option<String>,
}

impl Place {
    pub fn choose(wish: &Path, account: Option<&Account>) -> Result<Self, ClusterError> {
        fs::create_dir_all(wish).map_err(at(wish))?;
        let wish = fs::canonicalize(wish).map_err(at(wish))?;
        let (folder, note) = reachable(&wish, account)?;
        open_to(&folder, account)?;
        let sockets = socket_folder(&folder, private_runtime_folder())?;
        fs::create_dir_all(&sockets).map_err(at(&sockets))?;
        fs::set_permissions(&sockets, fs::Permissions::from_mode(0o700)).map_err(at(&sockets))?;
        give(&sockets, account)?;
        Ok(Self {
            data: folder.join("data"),
            sockets,
            note,
        })
    }
}

fn reachable(
    wish: &Path,
    account: Option<&Account>,
) -> Result<(PathBuf, Option<String>), ClusterError> {
    let marker = wish.join(MOVED);
    if let Ok(moved) = fs::read_to_string(&marker) {
        return Ok((PathBuf::from(moved.trim()), None));
    }
    // The folder itself is ours to open; only what lies above it can be in the way.
    let above = wish.parent().unwrap_or(wish);
    let Some((account, blocked)) =
        account.and_then(|who| who.blocked_at(above).map(|at| (who, at)))
    else {
        return Ok((wish.to_owned(), None));
    };
    let instead = PathBuf::from("/var/lib/nexus-crm").join(digest(wish));
    fs::write(&marker, format!("{}\n", instead.display())).map_err(at(&marker))?;
    let note = format!(
        "PostgreSQL runs as `{}`, which may not enter {}: its data is kept in {}",
        account.name,
        blocked.display(),
        instead.display()
    );
    Ok((instead, Some(note)))
}

/// The account must pass through the folder; nobody else can list it.
fn open_to(folder: &Path, account: Option<&Account>) -> Result<(), ClusterError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let mode = if account.is_some() { 0o711 } else { 0o700 };
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).map_err(at(folder))
}

/// Never a shared folder such as /tmp, where somebody else could have made it first.
fn socket_folder(folder: &Path, private: Option<PathBuf>) -> Result<PathBuf, ClusterError> {
    let fits = |path: &PathBuf| path.as_os_str().len() + SOCKET_NAME <= SOCKET_PATH_MAX;
    let wish = folder.join("run");
    let instead = private.map(|private| private.join(digest(folder)));
    [Some(wish.clone()), instead]
        .into_iter()
        .flatten()
        .find(fits)
        .ok_or(ClusterError::PathTooLong(wish))
}

/// A folder that only this user can write to, kept by the operating system for sockets.
fn private_runtime_folder() -> Option<PathBuf> {
    if is_root() {
        return Some(PathBuf::from("/run/nexus-crm"));
    }
    std::env::var_os("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("nexus-crm"))
}

fn digest(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_too_long_for_the_kernel_moves_to_a_private_folder() {
        let private = || Some(PathBuf::from("/run/nexus-crm"));
        let short = Path::new("/srv/crm/.nexus/postgres");
        assert_eq!(socket_folder(short, private()).unwrap(), short.join("run"));

        let long = PathBuf::from(format!("/srv/{}", "deep/".repeat(30)));
        let moved = socket_folder(&long, private()).unwrap();
        assert!(moved.starts_with("/run/nexus-crm"));
        assert_eq!(
            moved,
            socket_folder(&long, private()).unwrap(),
            "the same folder every time"
        );
        assert!(socket_folder(&long, None).is_err());
    }
}

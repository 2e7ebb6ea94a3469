//! Whom the server runs as. PostgreSQL refuses to run as root, so root lends it an unprivileged account.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{ClusterError, at};

/// Set in somebody's shell, these would make PostgreSQL's programs talk to another server.
const FOREIGN_SETTINGS: [&str; 9] = [
    "PGDATA",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGOPTIONS",
    "PGSERVICE",
    "PGSSLMODE",
];

/// The account the server runs as; `None` in [`Account::for_server`] means "whoever we are".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The unprivileged account when we are root, nothing otherwise.
    pub fn for_server() -> Result<Option<Self>, ClusterError> {
        if !is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(at("/etc/passwd"))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&passwd, name))
            .map(Some)
            .ok_or(ClusterError::NoAccount)
    }

    /// The first folder on the way to `path` that this account may not pass through.
    pub fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        folders
            .into_iter()
            .find(|folder| !self.may_pass(folder))
            .map(Path::to_path_buf)
    }

    fn may_pass(&self, folder: &Path) -> bool {
        let Ok(meta) = fs::metadata(folder) else {
            return true; // does not exist yet: we shall create it
        };
        let bit = match (meta.uid() == self.uid, meta.gid() == self.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        meta.mode() & bit != 0
    }
}

fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account {
            name: name.to_owned(),
            uid,
            gid,
        })
    })
}

/// Whether this process runs as root; the owner of `/proc/self` is the effective user.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// `program`, to be run as `account`, undisturbed by settings in the caller's shell.
pub(crate) fn command(program: &Path, account: Option<&Account>) -> Command {
    prepare(Command::new(program), account)
}

/// `program`, undisturbed by settings in the caller's shell.
pub fn plain_command(program: &Path) -> Command {
    command(program, None)
}

pub(crate) fn prepare(mut command: Command, account: Option<&Account>) -> Command {
    for name in FOREIGN_SETTINGS {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").current_dir("/");
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

pub(crate) fn give(path: &Path, account: Option<&Account>) -> Result<(), ClusterError> {
    match account {
        Some(account) => chown(path, Some(account.uid), Some(account.gid)).map_err(at(path)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_read_from_passwd() {
        let account = find(PASSWD, "postgres").expect("it is listed");
        assert_eq!((account.uid, account.gid), (101, 104));
        assert_eq!(find(PASSWD, "nobody"), None);
    }

    #[test]
    fn a_private_folder_blocks_another_account() {
        let outer = std::env::temp_dir().join(format!("nexus-blocked-{}", std::process::id()));
        let inner = outer.join("inner");
        fs::create_dir_all(&inner).unwrap();
        fs::set_permissions(&outer, fs::Permissions::from_mode(0o700)).unwrap();
        let meta = fs::metadata(&outer).unwrap();
        let stranger = Account {
            name: "x".into(),
            uid: meta.uid() + 1,
            gid: meta.gid() + 1,
        };
        let owner = Account {
            name: "y".into(),
            uid: meta.uid(),
            gid: meta.gid(),
        };

        assert_eq!(stranger.blocked_at(&inner), Some(outer.clone()));
        assert_eq!(owner.blocked_at(&inner), None);
        fs::remove_dir_all(outer).unwrap();
    }
}

use std::io;
use std::path::PathBuf;

/// What can go wrong with a private PostgreSQL, each with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "PostgreSQL is not installed (looked in {looked}).\n  Debian, Ubuntu: apt install postgresql\n  \
         elsewhere: install PostgreSQL 15 or newer, then set NEXUS_PG_BIN to the folder that holds `initdb`"
    )]
    NotInstalled { looked: String },

    #[error(
        "{program} is missing from {folder}: set NEXUS_PG_BIN to a folder with all of PostgreSQL's programs"
    )]
    ProgramMissing { program: String, folder: PathBuf },

    #[error(
        "the data in {data} was made by PostgreSQL {made_by}, and the installed one is {installed}.\n  \
         Install PostgreSQL {made_by} (apt install postgresql-{made_by}), or set NEXUS_PG_BIN to its programs"
    )]
    OtherVersion {
        data: PathBuf,
        made_by: u32,
        installed: u32,
    },

    #[error(
        "root cannot run PostgreSQL, and neither `postgres` nor `nobody` exists: start nexus as an ordinary user"
    )]
    NoAccount,

    #[error(
        "the path {0} is too long for a socket: put the state folder elsewhere (--state, NEXUS_STATE)"
    )]
    PathTooLong(PathBuf),

    #[error("{what} failed: {output}")]
    Program { what: String, output: String },

    #[error("PostgreSQL did not answer within {seconds} s; its log: {log}")]
    NotReady { seconds: u64, log: PathBuf },

    #[error("the database refused: {output}")]
    Sql { output: String },

    #[error("{0} is not a PostgreSQL URL (postgres://user:password@host:port/database)")]
    BadUrl(String),

    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
}

/// Names the file in an input/output error.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> ClusterError {
    let path = path.into();
    move |source| ClusterError::File { path, source }
}

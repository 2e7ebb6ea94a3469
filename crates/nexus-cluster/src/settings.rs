//! The server's configuration, as the text of `nexus.conf` beside `postgresql.conf`.

use std::fs;
use std::path::Path;

/// What the cluster is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A company's records: what was committed survives a power cut.
    Durable,
    /// A test run: fast, and worthless after a crash.
    Throwaway,
}

impl Purpose {
    pub(crate) fn configuration(self, sockets: &Path) -> String {
        let sockets = sockets.display();
        let own = match self {
            Self::Durable => durable(memory_mb().unwrap_or(2048)),
            Self::Throwaway => THROWAWAY.to_owned(),
        };
        format!(
            "# Written by nexus at every start: edits here are lost.\nunix_socket_directories = '{sockets}'\n{COMMON}{own}"
        )
    }
}

/// No TCP port at all; no statement, parameter or key value in the log, since they are people's data.
const COMMON: &str = "\
unix_socket_permissions = 0700
listen_addresses = ''
port = 5432
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m '
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
jit = off
random_page_cost = 1.1
max_wal_size = 512MB
";

const THROWAWAY: &str = "\
max_connections = 200
shared_buffers = 128MB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 5min
";

fn durable(memory_mb: u64) -> String {
    let buffers = (memory_mb / 16).clamp(32, 1024);
    let cache = memory_mb / 2;
    format!(
        "max_connections = 60\n\
         shared_buffers = {buffers}MB\n\
         effective_cache_size = {cache}MB\n\
         fsync = on\n\
         full_page_writes = on\n\
         synchronous_commit = on\n\
         wal_level = replica\n\
         max_wal_senders = 3\n\
         wal_compression = on\n"
    )
}

fn memory_mb() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_durable_and_tests_are_not() {
        let records = Purpose::Durable.configuration(Path::new("/run/x"));
        let tests = Purpose::Throwaway.configuration(Path::new("/run/x"));
        assert!(
            records.contains("\nfsync = on\n") && records.contains("\nsynchronous_commit = on\n")
        );
        assert!(tests.contains("\nfsync = off\n"));
        for text in [records, tests] {
            assert!(text.contains("listen_addresses = ''") && text.contains("'/run/x'"));
        }
    }

    #[test]
    fn memory_is_shared_out_within_bounds() {
        assert!(durable(256).contains("shared_buffers = 32MB"));
        assert!(durable(4096).contains("shared_buffers = 256MB"));
        assert!(durable(65536).contains("shared_buffers = 1024MB"));
    }
}

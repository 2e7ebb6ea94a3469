//! One readable log of everything: on the terminal, and in a file that does not grow without end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

const FILE_MAX: u64 = 10 * 1024 * 1024;
const NAME_WIDTH: usize = 9;
/// Colours of names, in the order of first use: cyan, yellow, green, magenta, blue.
const COLOURS: [u8; 5] = [36, 33, 32, 35, 34];

/// Where lines go. Clones write to the same place.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    path: PathBuf,
    file: File,
    size: u64,
    colour: bool,
    /// JSON lines are for machines: they get no name in front.
    prefix: bool,
    names: Vec<String>,
}

/// How much of a child's output belongs on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    All,
    /// PostgreSQL tells a lot that matters only when something is wrong; the file has it all.
    Alarms,
}

impl Journal {
    pub fn open(path: &Path, prefix: bool) -> Result<Self> {
        let doing = || format!("the log {}", path.display());
        fs::create_dir_all(path.parent().unwrap_or(path)).with_context(doing)?;
        let file = append_to(path).with_context(doing)?;
        let size = file.metadata().with_context(doing)?.len();
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let inner = Inner {
            path: path.to_owned(),
            file,
            size,
            colour,
            prefix,
            names: Vec::new(),
        };
        Ok(Self {
            inner: Arc::new(Mutex::new(inner)),
        })
    }

    /// A line that a child wrote. Neither a full disk nor a closed terminal may stop the services.
    pub fn line(&self, name: &str, text: &str, show: Show) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = inner.write_file(name, text);
        if show == Show::All || is_alarm(text) {
            let _ = inner.write_terminal(name, text);
        }
    }

    /// A line of our own.
    pub fn say(&self, text: &str) {
        self.line("nexus", text, Show::All);
    }
}

impl Inner {
    fn write_file(&mut self, name: &str, text: &str) -> io::Result<()> {
        let line = format!("{name:<NAME_WIDTH$} | {text}\n");
        if self.size + line.len() as u64 > FILE_MAX {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            self.file = append_to(&self.path)?;
            self.size = 0;
        }
        self.file.write_all(line.as_bytes())?;
        self.size += line.len() as u64;
        Ok(())
    }

    fn write_terminal(&mut self, name: &str, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if !self.prefix {
            return writeln!(out, "{text}");
        }
        if !self.colour {
            return writeln!(out, "{name:<NAME_WIDTH$} | {text}");
        }
        let known = self.names.iter().position(|known| known == name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        let colour = COLOURS[index % COLOURS.len()];
        writeln!(out, "\x1b[{colour}m{name:<NAME_WIDTH$} |\x1b[0m {text}")
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

fn is_alarm(text: &str) -> bool {
    ["WARNING:", "ERROR:", "FATAL:", "PANIC:"]
        .iter()
        .any(|level| text.contains(level))
        && !text.ends_with("the database system is starting up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_cut_when_it_is_full() {
        let folder = std::env::temp_dir().join(format!("nexus-journal-{}", std::process::id()));
        let path = folder.join("nexus.log");
        let journal = Journal::open(&path, true).unwrap();
        journal.line("crm", "the first", Show::Alarms);
        journal.inner.lock().unwrap().size = FILE_MAX;
        journal.line("crm", "the second", Show::Alarms);

        assert_eq!(
            fs::read_to_string(folder.join("nexus.log.1")).unwrap(),
            "crm       | the first\n"
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "crm       | the second\n"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_alarms_of_postgres_reach_the_terminal() {
        assert!(is_alarm(
            "2026-11-22 10:00:00 UTC ERROR:  deadlock detected"
        ));
        assert!(!is_alarm("FATAL:  the database system is starting up"));
        assert!(!is_alarm(
            "2026-11-22 10:00:00 UTC LOG:  database system is ready to accept connections"
        ));
    }
}

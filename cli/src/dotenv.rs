//! `.env` in the current folder: settings for this command and, through it, for every service.
//! What the shell already set wins.

use std::env;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Present once the file was read.
const READ: &str = "NEXUS_DOTENV_READ";

/// A process cannot change its own environment safely, so it replaces itself by one that has the settings.
pub fn load() -> Result<()> {
    if env::var_os(READ).is_some() {
        return Ok(());
    }
    let text = match fs::read_to_string(".env") {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).context(".env cannot be read"),
    };
    let mut settings = parse(&text)?;
    settings.retain(|(name, _)| env::var_os(name).is_none());
    let error = Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .envs(settings)
        .env(READ, "1")
        .exec();
    Err(error).context("could not start again with the settings of .env")
}

fn parse(text: &str) -> Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let assignment = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = assignment.split_once('=') else {
            bail!(".env line {}: expected NAME=value", number + 1);
        };
        settings.push((name.trim().to_owned(), unquoted(value.trim()).to_owned()));
    }
    Ok(settings)
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    // Only after a space is # a comment: passwords contain it.
    value
        .split_once(" #")
        .map_or(value, |(value, _)| value.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_settings() {
        let text = "# ours\n\nexport NEXUS_PORT=9000\nPUBLIC_URL = \"https://crm.example.it\"\nA=b#c # why\n";
        let expected = [
            ("NEXUS_PORT", "9000"),
            ("PUBLIC_URL", "https://crm.example.it"),
            ("A", "b#c"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn a_malformed_line_is_named() {
        assert_eq!(
            parse("A=1\nnonsense").unwrap_err().to_string(),
            ".env line 2: expected NAME=value"
        );
    }
}

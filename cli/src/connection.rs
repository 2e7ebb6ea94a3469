//! Which installation to talk to, and as whom.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::api::Api;
use crate::state::State;

const DEFAULT_URL: &str = "http://localhost:8080";

#[derive(Args, Default)]
pub struct Connection {
    /// The installation's address; by default the one that runs in this folder.
    #[arg(long, env = "NEXUS_URL")]
    url: Option<String>,
    /// Who signs in. `NEXUS_TOKEN`, an access token, can stand instead of e-mail and password.
    #[arg(long, env = "NEXUS_EMAIL")]
    email: Option<String>,
    /// The file with the password; `-` reads it from standard input.
    #[arg(long, env = "NEXUS_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
    #[arg(long, env = "NEXUS_TOKEN", hide = true)]
    token: Option<String>,
}

impl Connection {
    /// Nobody yet, at this address.
    pub fn to(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            ..Self::default()
        }
    }

    pub fn url(&self, state: &Path) -> String {
        let running = State::at(state)
            .running()
            .map(|running| running.url)
            .filter(|url| !url.is_empty());
        self.url
            .clone()
            .or(running)
            .unwrap_or_else(|| DEFAULT_URL.to_owned())
    }

    pub async fn open(&self, state: &Path) -> Result<Api> {
        let url = self.url(state);
        if let Some(token) = &self.token {
            return Api::new(&url, Some(token.clone()));
        }
        let (Some(email), Some(file)) = (&self.email, &self.password_file) else {
            bail!("who are you? Give --email and --password-file, or set NEXUS_TOKEN");
        };
        Api::sign_in(&url, email, &password(file)?).await
    }

    /// Whether somebody was named.
    pub fn is_signed(&self) -> bool {
        self.token.is_some() || self.email.is_some()
    }
}

fn password(file: &Path) -> Result<String> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

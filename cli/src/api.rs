//! The public API, as any other client sees it: every call has a deadline, and a busy server is asked again.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::sync::RwLock;
use tokio::time::sleep;

const PREFIX: &str = "/api/v1";
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);
/// A file of 200 MB over a slow line.
const TRANSFER: Duration = Duration::from_secs(1800);
const TRIES: u32 = 6;

/// One signed-in user, or nobody.
pub struct Api {
    http: Client,
    base: String,
    login: Option<Login>,
    token: RwLock<Option<String>>,
}

struct Login {
    email: String,
    password: String,
}

/// A refusal, in the server's words.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub problem: Value,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |name: &str| self.problem[name].as_str().unwrap_or_default();
        write!(f, "the server answered {}: {}", self.status, text("title"))?;
        if !text("detail").is_empty() && text("detail") != text("title") {
            write!(f, ": {}", text("detail"))?;
        }
        for error in self.problem["errors"].as_array().into_iter().flatten() {
            let part = |name: &str| error[name].as_str().unwrap_or_default();
            write!(f, "\n  {}: {}", part("pointer"), part("detail"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The last part of the problem's type, e.g. `client-exists`.
    pub fn slug(&self) -> &str {
        self.problem["type"]
            .as_str()
            .and_then(|kind| kind.rsplit('/').next())
            .unwrap_or_default()
    }
}

impl Api {
    /// Nobody in particular, or whoever a token names.
    pub fn new(base: &str, token: Option<String>) -> Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self {
            http,
            base,
            login: None,
            token: RwLock::new(token),
        })
    }

    pub async fn sign_in(base: &str, email: &str, password: &str) -> Result<Self> {
        let mut api = Self::new(base, None)?;
        api.login = Some(Login {
            email: email.to_owned(),
            password: password.to_owned(),
        });
        api.renew()
            .await
            .with_context(|| format!("signing in as {email}"))?;
        Ok(api)
    }

    /// Access tokens live for ten minutes; an import may take longer.
    async fn renew(&self) -> Result<()> {
        let login = self
            .login
            .as_ref()
            .context("the token has expired, and there is no password to get another")?;
        let body = json!({ "email": login.email, "password": login.password });
        let request = self
            .http
            .request(Method::POST, self.url("/auth/login"))
            .json(&body);
        let session = answer(request.send().await.with_context(|| self.unreachable())?).await?;
        let token = session["access_token"]
            .as_str()
            .context("the session has no access_token")?;
        *self.token.write().await = Some(token.to_owned());
        Ok(())
    }

    pub async fn get(&self, path: &str) -> Result<Value> {
        self.ask(|http| http.request(Method::GET, self.url(path)))
            .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(|http| http.request(Method::POST, self.url(path)).json(body))
            .await
    }

    /// Safe to repeat: the server remembers the key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Value> {
        self.ask(|http| {
            http.request(Method::POST, self.url(path))
                .header("Idempotency-Key", key)
                .json(body)
        })
        .await
    }

    pub async fn patch(&self, path: &str, record: &Value, body: &Value) -> Result<Value> {
        let version = format!("\"{}\"", record["version"]);
        self.ask(|http| {
            http.request(Method::PATCH, self.url(path))
                .header("If-Match", &version)
                .json(body)
        })
        .await
    }

    /// Replaces a record that is there from the start, whatever it says.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(|http| {
            http.request(Method::PUT, self.url(path))
                .header("If-Match", "*")
                .json(body)
        })
        .await
    }

    /// Sends a file with named fields, streamed from the disk.
    pub async fn upload(&self, path: &str, file: &Path, fields: &[(&str, &str)]) -> Result<Value> {
        let part = Part::file(file)
            .await
            .with_context(|| file.display().to_string())?;
        let form = fields.iter().fold(Form::new(), |form, (name, value)| {
            form.text((*name).to_owned(), (*value).to_owned())
        });
        let request = self
            .http
            .post(self.url(path))
            .timeout(TRANSFER)
            .multipart(form.part("file", part));
        let response = self
            .authorised(request)
            .await
            .send()
            .await
            .with_context(|| self.unreachable())?;
        answer(response).await
    }

    /// Writes what a path answers into a file.
    pub async fn download(&self, path: &str, file: &Path) -> Result<()> {
        let request = self.http.get(self.url(path)).timeout(TRANSFER);
        let mut response = self
            .authorised(request)
            .await
            .send()
            .await
            .with_context(|| self.unreachable())?;
        if !response.status().is_success() {
            return answer(response).await.map(drop);
        }
        let mut out = tokio::fs::File::create(file)
            .await
            .with_context(|| file.display().to_string())?;
        while let Some(piece) = response.chunk().await? {
            out.write_all(&piece).await?;
        }
        Ok(out.flush().await?)
    }

    /// Asks again when the server is busy, and once with a new token when the old one has expired.
    async fn ask(&self, request: impl Fn(&Client) -> RequestBuilder) -> Result<Value> {
        let mut renewed = false;
        for _ in 0..TRIES {
            let response = self
                .authorised(request(&self.http))
                .await
                .send()
                .await
                .with_context(|| self.unreachable())?;
            match response.status() {
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    sleep(pause(&response)).await
                }
                StatusCode::UNAUTHORIZED if self.login.is_some() && !renewed => {
                    self.renew().await?;
                    renewed = true;
                }
                _ => return answer(response).await,
            }
        }
        bail!("the server is too busy: try again later")
    }

    async fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match self.token.read().await.as_ref() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{PREFIX}{path}", self.base)
    }

    fn unreachable(&self) -> String {
        format!("{} does not answer. Is it running? (`nexus up`)", self.base)
    }
}

fn pause(response: &Response) -> Duration {
    let said = response
        .headers()
        .get("Retry-After")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(said.unwrap_or(1).clamp(1, 5))
}

async fn answer(response: Response) -> Result<Value> {
    let status = response.status();
    let text = response.text().await.context("the answer broke off")?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    if !status.is_success() {
        return Err(Refusal {
            status: status.as_u16(),
            problem: body,
        }
        .into());
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let problem = json!({
            "type": "/problems/validation", "title": "The data breaks a rule", "status": 422,
            "errors": [{"pointer": "/vat_number", "code": "vat_number.check_digit", "detail": "The last digit is wrong."}]
        });
        let refusal = Refusal {
            status: 422,
            problem,
        };
        assert_eq!(refusal.slug(), "validation");
        assert_eq!(
            refusal.to_string(),
            "the server answered 422: The data breaks a rule\n  /vat_number: The last digit is wrong."
        );
    }
}

//! The demo's colleagues: registered, invited, and with their passwords kept where the next run finds them.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::company::{COLLEAGUES, Colleague};
use super::dice::id;
use crate::api::{Api, Refusal};
use crate::connection::Connection;
use crate::up::secrets::random_hex;

/// Everybody, in the order of the list, each signed in.
pub struct Staff {
    members: Vec<Api>,
    logins: Logins,
}

impl Staff {
    pub async fn assemble(url: &str, connection: &Connection, state: &Path) -> Result<Self> {
        let mut logins = Logins::load(state);
        let admin = administrator(url, connection, state, &mut logins).await?;
        let me = admin.get("/auth/me").await?;
        let mut ids = vec![me["id"].as_str().context("who am I?")?.to_owned()];
        let mut members = vec![admin];
        for (place, colleague) in COLLEAGUES.iter().enumerate().skip(1) {
            ids.push(id("user", place));
            let manager = colleague.manager.map(|manager| ids[manager].as_str());
            members.push(
                colleague_in(
                    url,
                    &members[0],
                    colleague,
                    &ids[place],
                    manager,
                    &mut logins,
                )
                .await?,
            );
        }
        Ok(Self { members, logins })
    }

    pub fn member(&self, place: usize) -> &Api {
        &self.members[place]
    }

    pub fn admin(&self) -> &Api {
        &self.members[0]
    }

    pub fn print(&self) {
        println!("{:<18} {:<12} {:<24} password", "name", "role", "e-mail");
        for colleague in &COLLEAGUES {
            if let Some(password) = self.logins.of(colleague.email) {
                println!(
                    "{:<18} {:<12} {:<24} {password}",
                    colleague.name, colleague.role, colleague.email
                );
            }
        }
        println!("(kept in {})", self.logins.path.display());
    }
}

/// Whoever was named, or the demo's own: registered as the very first user, or known from the last time.
async fn administrator(
    url: &str,
    connection: &Connection,
    state: &Path,
    logins: &mut Logins,
) -> Result<Api> {
    if connection.is_signed() {
        return connection.open(state).await;
    }
    let Colleague { name, email, .. } = &COLLEAGUES[0];
    let nobody = Api::new(url, None)?;
    if nobody.get("/auth/setup").await?["needs_first_user"] == true {
        let password = logins.make(email)?;
        let body = json!({ "name": name, "email": email, "password": password });
        nobody
            .post("/auth/register", &body)
            .await
            .context("registering the first user")?;
    }
    let Some(password) = logins.of(email) else {
        bail!(
            "this installation has users already: give --email and --password-file of an administrator"
        );
    };
    Api::sign_in(url, email, password).await
}

async fn colleague_in(
    url: &str,
    admin: &Api,
    colleague: &Colleague,
    user_id: &str,
    manager_id: Option<&str>,
    logins: &mut Logins,
) -> Result<Api> {
    let Colleague {
        name,
        email,
        role,
        office,
        ..
    } = colleague;
    let body = json!({ "id": user_id, "name": name, "email": email, "roles": [role], "manager_id": manager_id, "office": office });
    let key = format!("nexus-demo-user-{user_id}");
    let invited = match admin.post_once("/users", &key, &body).await {
        Ok(user) => user["status"] == "invited",
        Err(error) if is_there(&error) => false,
        Err(error) => return Err(error.context(format!("inviting {name}"))),
    };
    let user = admin.get(&format!("/users/{user_id}")).await?;
    if user["status"] == "invited" || (invited && logins.of(email).is_none()) {
        let again = admin
            .post(&format!("/users/{user_id}/invite"), &json!({}))
            .await?;
        let token = invitation_token(&again)?;
        let password = logins.make(email)?;
        let accepted = json!({ "token": token, "password": password });
        Api::new(url, None)?
            .post("/auth/invitations/accept", &accepted)
            .await
            .with_context(|| format!("{name} accepts"))?;
    }
    let Some(password) = logins.of(email) else {
        bail!(
            "{name} is registered, but {} does not hold their password any more",
            logins.path.display()
        );
    };
    Api::sign_in(url, email, password).await
}

/// `…/invite#token=…`
fn invitation_token(user: &Value) -> Result<&str> {
    let url = user["invitation"]["url"]
        .as_str()
        .or_else(|| user["url"].as_str());
    url.and_then(|url| url.split_once("token="))
        .map(|(_, token)| token)
        .context("the invitation carries no token")
}

/// Somebody has been here before us: a record that exists, or a request that was made on another day.
pub fn is_there(error: &anyhow::Error) -> bool {
    let refusal = error.downcast_ref::<Refusal>();
    refusal.is_some_and(|refusal| refusal.status == 409 || refusal.slug() == "idempotency-mismatch")
}

/// E-mails and passwords, in a private file of the state folder.
struct Logins {
    path: PathBuf,
    known: BTreeMap<String, String>,
}

impl Logins {
    fn load(state: &Path) -> Self {
        let path = state.join("demo-logins");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let known = text.lines().filter_map(|line| line.split_once(' '));
        let known = known
            .map(|(email, password)| (email.to_owned(), password.to_owned()))
            .collect();
        Self { path, known }
    }

    fn of(&self, email: &str) -> Option<&str> {
        self.known.get(email).map(String::as_str)
    }

    /// A new password, on disk before it is used.
    fn make(&mut self, email: &str) -> Result<String> {
        let secret = random_hex()?;
        let password = format!(
            "nuvola-{}-{}-{}",
            &secret[..4],
            &secret[4..8],
            &secret[8..12]
        );
        self.known.insert(email.to_owned(), password.clone());
        let doing = || self.path.display().to_string();
        std::fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .with_context(doing)?;
        writeln!(file, "{email} {password}").with_context(doing)?;
        Ok(password)
    }
}

//! A server to send SQL to, through `psql`: ours or one that we were given the administrator's URL of.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::account::command;
use crate::binaries::Binaries;
use crate::error::ClusterError;

/// A PostgreSQL server and the administrator's way in.
#[derive(Clone)]
pub struct Server {
    psql: PathBuf,
    admin_url: String,
}

impl Server {
    /// A server somebody else runs. Only `psql` is needed on this machine.
    pub fn external(admin_url: &str, binaries: Option<&Binaries>) -> Result<Self, ClusterError> {
        split(admin_url)?;
        let psql = binaries.map_or_else(|| PathBuf::from("psql"), |found| found.program("psql"));
        Ok(Self {
            psql,
            admin_url: admin_url.to_owned(),
        })
    }

    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// The URL by which another login reaches `database` on this server.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        with_login(&self.admin_url, user, password, database)
            .expect("the URL was checked when the server was made")
    }

    /// The administrator's URL for another database of the server.
    pub fn admin_url_of(&self, database: &str) -> String {
        let parts = split(&self.admin_url).expect("the URL was checked when the server was made");
        let login = parts
            .login
            .map(|login| format!("{login}@"))
            .unwrap_or_default();
        format!(
            "{}://{login}{}/{database}{}",
            parts.scheme, parts.host, parts.query
        )
    }

    /// One of PostgreSQL's client programs (`pg_dump`, `pg_restore`, `psql`), told how to reach `database`.
    pub fn client(&self, program: &str, database: &str) -> Command {
        let mut client = command(&self.psql.with_file_name(program), None);
        reach(&mut client, &self.admin_url_of(database));
        client
    }

    /// Runs a script in `database`; stops at the first error. Answers what the queries in it returned.
    pub fn run(&self, database: &str, sql: &str) -> Result<String, ClusterError> {
        run_at(&self.psql, &self.admin_url_of(database), sql)
    }
}

/// Runs a script over any URL, e.g. to look with a service's own eyes.
pub(crate) fn run_at(psql: &std::path::Path, url: &str, sql: &str) -> Result<String, ClusterError> {
    let failed = |output: String| ClusterError::Sql { output };
    let mut client = command(psql, None);
    reach(&mut client, url);
    let mut child = client
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            failed(format!(
                "{}: {error} (apt install postgresql-client)",
                psql.display()
            ))
        })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A psql that could not connect closes its input early; what it has to say comes below.
        let _ = stdin.write_all(sql.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Names the database to a client program; the password goes where other users of the machine do not see it.
fn reach(client: &mut Command, url: &str) {
    client.env("PGCONNECT_TIMEOUT", "5");
    let password = split(url).ok().and_then(|parts| {
        let (user, password) = parts.login?.split_once(':')?;
        let rest = &url[url.find(parts.login?)? + parts.login?.len()..];
        Some((
            format!("{}://{user}{rest}", parts.scheme),
            decoded(password),
        ))
    });
    match password {
        Some((without, password)) => client.env("PGPASSWORD", password).args(["-d", &without]),
        None => client.args(["-d", url]),
    };
}

/// `%40` as `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Parts<'a> {
    scheme: &'a str,
    login: Option<&'a str>,
    host: &'a str,
    query: &'a str,
}

fn split(url: &str) -> Result<Parts<'_>, ClusterError> {
    let bad = || ClusterError::BadUrl(without_password(url));
    let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(bad());
    }
    let (rest, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let authority = rest
        .split_once('/')
        .map_or(rest, |(authority, _)| authority);
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    Ok(Parts {
        scheme,
        login,
        host,
        query,
    })
}

/// `url` with another user, password and database; host, port and parameters stay.
pub fn with_login(
    url: &str,
    user: &str,
    password: &str,
    database: &str,
) -> Result<String, ClusterError> {
    let Parts {
        scheme,
        host,
        query,
        ..
    } = split(url)?;
    Ok(format!(
        "{scheme}://{user}:{password}@{host}/{database}{query}"
    ))
}

fn without_password(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_replaces_the_administrators() {
        let cases = [
            (
                "postgres://admin:p%40ss@db.local:5433/postgres?sslmode=require",
                "postgres://a:b@db.local:5433/nexus?sslmode=require",
            ),
            ("postgresql://db.local", "postgresql://a:b@db.local/nexus"),
            (
                "postgres://nexus@%2Frun%2Fpg:5432/x",
                "postgres://a:b@%2Frun%2Fpg:5432/nexus",
            ),
        ];
        for (admin, expected) in cases {
            assert_eq!(with_login(admin, "a", "b", "nexus").unwrap(), expected);
        }
    }

    #[test]
    fn a_client_program_is_given_its_password_out_of_sight() {
        let url = "postgres://admin:p%40s%s@db.local:5433/postgres?sslmode=require";
        let client = Server::external(url, None)
            .unwrap()
            .client("pg_dump", "nexus");
        assert_eq!(client.get_program(), "pg_dump");
        let args: Vec<_> = client.get_args().collect();
        assert_eq!(
            args,
            ["-d", "postgres://admin@db.local:5433/nexus?sslmode=require"]
        );
        let password = client.get_envs().find(|(name, _)| *name == "PGPASSWORD");
        assert_eq!(
            password.and_then(|(_, value)| value),
            Some("p@s%s".as_ref())
        );
    }

    #[test]
    fn a_url_of_something_else_is_refused_without_showing_its_password() {
        let error = with_login("mysql://root:secret@host/db", "a", "b", "c")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("host/db") && !error.contains("secret"),
            "{error}"
        );
    }
}

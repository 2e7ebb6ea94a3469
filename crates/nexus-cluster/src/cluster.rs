//! One private cluster: create, start, stop.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::account::{Account, command, give, prepare};
use crate::binaries::Binaries;
use crate::error::{ClusterError, at};
use crate::leash::leashed;
use crate::place::Place;
use crate::server::Server;
use crate::settings::Purpose;

const SUPERUSER: &str = "nexus";

/// What a cluster is made from.
pub struct Options<'a> {
    /// The folder that holds it.
    pub folder: &'a Path,
    /// PostgreSQL's programs, when the operator named them.
    pub binaries: Option<&'a Path>,
    pub purpose: Purpose,
    /// The administrator's password; set when the cluster is created.
    pub password: &'a str,
}

/// A cluster whose data exists; it may or may not be running.
#[derive(Clone)]
pub struct Cluster {
    binaries: Binaries,
    account: Option<Account>,
    place: Place,
    folder: PathBuf,
    password: String,
}

impl Cluster {
    /// Finds the programs and the data, which it creates when there is none.
    pub fn open(options: &Options<'_>) -> Result<Self, ClusterError> {
        let account = Account::for_server()?;
        let place = Place::choose(options.folder, account.as_ref())?;
        let made_by = data_version(&place.data);
        let binaries = Binaries::find(options.binaries, made_by)?;
        if let Some(made_by) = made_by.filter(|made_by| *made_by != binaries.major) {
            return Err(ClusterError::OtherVersion {
                data: place.data,
                made_by,
                installed: binaries.major,
            });
        }
        let folder = options.folder.to_owned();
        let cluster = Self {
            binaries,
            account,
            place,
            folder,
            password: options.password.to_owned(),
        };
        let _lock = cluster.lock()?;
        if data_version(&cluster.place.data).is_none() {
            cluster.create()?;
        }
        let conf = cluster.place.data.join("nexus.conf");
        cluster.write(
            &conf,
            &options.purpose.configuration(&cluster.place.sockets),
        )?;
        Ok(cluster)
    }

    /// What the operator should know about where things are.
    pub fn note(&self) -> Option<&str> {
        self.place.note.as_deref()
    }

    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    pub fn data(&self) -> &Path {
        &self.place.data
    }

    pub fn server(&self) -> Server {
        let sockets = self
            .place
            .sockets
            .to_string_lossy()
            .replace('%', "%25")
            .replace('/', "%2F");
        let url = format!(
            "postgres://{SUPERUSER}:{}@{sockets}:5432/postgres",
            self.password
        );
        Server::external(&url, Some(&self.binaries)).expect("a URL of our own making is one")
    }

    pub fn is_running(&self) -> bool {
        self.pg_ctl(&["status"]).is_ok()
    }

    /// Starts it in the background, or finds it running, and returns once it answers.
    pub fn start(&self) -> Result<(), ClusterError> {
        let _lock = self.lock()?;
        if self.is_running() {
            return self.wait_ready(Duration::from_secs(30));
        }
        let log = self.place.data.join("server.log");
        self.pg_ctl(&[
            "start",
            "-w",
            "-t",
            "60",
            "-s",
            "-l",
            &log.to_string_lossy(),
        ])
        .map_err(|error| {
            let told = fs::read_to_string(&log).unwrap_or_default();
            let last: Vec<&str> = told.lines().rev().take(5).collect();
            match error {
                ClusterError::Program { what, output } => ClusterError::Program {
                    what,
                    output: format!("{output}\n  {}", last.join("\n  ")),
                },
                other => other,
            }
        })
    }

    /// The server as a child to be supervised: in the foreground, told to end by SIGINT.
    pub fn foreground(&self) -> Command {
        let leashed = leashed(&self.binaries.program("postgres"), "INT");
        let mut server = prepare(leashed, self.account.as_ref());
        server.arg("-D").arg(&self.place.data);
        server
    }

    /// Returns once it answers a query.
    pub fn wait_ready(&self, deadline: Duration) -> Result<(), ClusterError> {
        let started = Instant::now();
        let server = self.server();
        while server.run("postgres", "SELECT 1").is_err() {
            if started.elapsed() > deadline {
                let log = self.place.data.join("server.log");
                return Err(ClusterError::NotReady {
                    seconds: deadline.as_secs(),
                    log,
                });
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ends it, breaking connections off; nothing committed is lost. Does nothing when it is not running.
    pub fn stop(&self) -> Result<(), ClusterError> {
        if !self.is_running() {
            return Ok(());
        }
        self.pg_ctl(&["stop", "-m", "fast", "-w", "-t", "60", "-s"])
    }

    fn pg_ctl(&self, arguments: &[&str]) -> Result<(), ClusterError> {
        let mut pg_ctl = command(&self.binaries.program("pg_ctl"), self.account.as_ref());
        run(
            pg_ctl.arg("-D").arg(&self.place.data).args(arguments),
            "pg_ctl",
        )
    }

    /// Under another name until it is complete, so that a broken-off attempt is never taken for data.
    fn create(&self) -> Result<(), ClusterError> {
        let half = self.place.data.with_extension("half-made");
        let _ = fs::remove_dir_all(&half);
        fs::create_dir(&half).map_err(at(&half))?;
        fs::set_permissions(&half, fs::Permissions::from_mode(0o700)).map_err(at(&half))?;
        give(&half, self.account.as_ref())?;
        let secret = self.place.sockets.join("password");
        self.write(&secret, &self.password)?;
        let mut initdb = command(&self.binaries.program("initdb"), self.account.as_ref());
        initdb
            .arg("-D")
            .arg(&half)
            .args(["-U", SUPERUSER, "--auth=scram-sha-256", "-E", "UTF8"]);
        initdb
            .args(["--locale=C.UTF-8", "--data-checksums"])
            .arg("--pwfile")
            .arg(&secret);
        let made = run(&mut initdb, "initdb");
        fs::remove_file(&secret).map_err(at(&secret))?;
        made?;
        let conf = half.join("postgresql.conf");
        let text = fs::read_to_string(&conf).map_err(at(&conf))?;
        self.write(&conf, &format!("{text}\ninclude 'nexus.conf'\n"))?;
        fs::rename(&half, &self.place.data).map_err(at(&self.place.data))
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), ClusterError> {
        fs::write(path, text).map_err(at(path))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(at(path))?;
        give(path, self.account.as_ref())
    }

    /// Two starts at once: the second waits and then finds the work done.
    fn lock(&self) -> Result<File, ClusterError> {
        let path = self.folder.join("lock");
        let file = File::create(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }
}

fn data_version(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn run(command: &mut Command, what: &str) -> Result<(), ClusterError> {
    let failed = |output: String| ClusterError::Program {
        what: what.to_owned(),
        output,
    };
    let output = command
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(failed(String::from_utf8_lossy(&text).trim().to_owned()))
}

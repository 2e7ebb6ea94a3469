//! One child process, kept running: started again when it ends, ended when told.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::journal::{Journal, Show};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// One that ran this long was healthy: the next pause is short again.
const HEALTHY_AFTER: Duration = Duration::from_secs(20);

/// What to run and how to end it.
pub struct Plan {
    pub name: String,
    /// Makes the command anew for every start.
    pub command: Box<dyn Fn() -> Command + Send + Sync>,
    pub end_by: Signal,
    /// How long it may take to end before it is killed.
    pub grace: Duration,
    pub show: Show,
}

/// A child under our care.
pub struct Kept {
    pub name: String,
    ends: Arc<AtomicU32>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Kept {
    /// Starts it. All children are started by the runtime's one thread, whose end would end them.
    pub fn start(plan: Plan, journal: Journal) -> Self {
        let (stop, stopped) = oneshot::channel();
        let ends = Arc::new(AtomicU32::new(0));
        let name = plan.name.clone();
        let task = tokio::spawn(keep_running(plan, journal, Arc::clone(&ends), stopped));
        Self {
            name,
            ends,
            stop,
            task,
        }
    }

    /// How often it ended without being told to.
    pub fn ends(&self) -> u32 {
        self.ends.load(Ordering::Relaxed)
    }

    /// Ends it and waits until it is gone.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn keep_running(
    plan: Plan,
    journal: Journal,
    ends: Arc<AtomicU32>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let born = Instant::now();
        let ended = match spawn(&plan, &journal) {
            Err(error) => format!("could not be started: {error:#}"),
            Ok(mut child) => tokio::select! {
                status = child.wait() => describe(status.ok()),
                _ = &mut stopped => return end(child, &plan, &journal).await,
            },
        };
        ends.fetch_add(1, Ordering::Relaxed);
        if born.elapsed() > HEALTHY_AFTER {
            pause = FIRST_PAUSE;
        }
        journal.say(&format!(
            "{} {ended}; starting it again in {:.1} s",
            plan.name,
            pause.as_secs_f32()
        ));
        tokio::select! {
            () = sleep(pause) => {}
            _ = &mut stopped => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn spawn(plan: &Plan, journal: &Journal) -> Result<Child> {
    let mut command = (plan.command)();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // A group of its own: Ctrl-C in the terminal reaches us alone, and we end the children in order.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = tokio::process::Command::from(command)
        .spawn()
        .with_context(|| program)?;
    if let Some(output) = child.stdout.take() {
        tokio::spawn(copy_lines(
            output,
            plan.name.clone(),
            journal.clone(),
            plan.show,
        ));
    }
    if let Some(output) = child.stderr.take() {
        tokio::spawn(copy_lines(
            output,
            plan.name.clone(),
            journal.clone(),
            plan.show,
        ));
    }
    Ok(child)
}

async fn copy_lines(output: impl AsyncRead + Unpin, name: String, journal: Journal, show: Show) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        journal.line(&name, String::from_utf8_lossy(&line).trim_end(), show);
        line.clear();
    }
}

async fn end(mut child: Child, plan: &Plan, journal: &Journal) {
    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        let _ = kill_process(pid, plan.end_by);
    }
    if timeout(plan.grace, child.wait()).await.is_err() {
        journal.say(&format!(
            "{} did not end within {} s: killed",
            plan.name,
            plan.grace.as_secs()
        ));
        let _ = child.kill().await;
    }
}

fn describe(status: Option<ExitStatus>) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(code), _)) => format!("ended (exit code {code})"),
        Some((None, Some(signal))) => format!("was ended by signal {signal}"),
        _ => "ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let folder =
                std::env::temp_dir().join(format!("nexus-child-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn journal(&self) -> Journal {
            Journal::open(&self.0.join("log"), true).unwrap()
        }

        fn log(&self) -> String {
            fs::read_to_string(self.0.join("log")).unwrap()
        }

        async fn log_holds(&self, text: &str) {
            let seen = async {
                while !self.log().contains(text) {
                    sleep(Duration::from_millis(10)).await;
                }
            };
            assert!(
                timeout(Duration::from_secs(10), seen).await.is_ok(),
                "no {text:?} in {}",
                self.log()
            );
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn shell(script: &'static str, grace: Duration) -> Plan {
        let command = move || {
            let mut shell = nexus_cluster::leashed("/bin/sh".as_ref(), "TERM");
            shell.args(["-c", script]);
            shell
        };
        Plan {
            name: "dummy".into(),
            command: Box::new(command),
            end_by: Signal::TERM,
            grace,
            show: Show::All,
        }
    }

    #[tokio::test]
    async fn one_that_crashes_is_started_again() {
        let scratch = Scratch::new("crash");
        let kept = Kept::start(
            shell("echo hello; exit 7", Duration::from_secs(5)),
            scratch.journal(),
        );
        scratch
            .log_holds("dummy ended (exit code 7); starting it again in 0.4 s")
            .await;
        assert!(kept.ends() >= 2);
        kept.stop().await;
        assert!(
            scratch.log().matches("dummy     | hello").count() >= 2,
            "{}",
            scratch.log()
        );
    }

    #[tokio::test]
    async fn one_that_is_told_to_end_may_finish() {
        let scratch = Scratch::new("finish");
        let script = "trap 'echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done";
        let kept = Kept::start(shell(script, Duration::from_secs(5)), scratch.journal());
        scratch.log_holds("| up").await;
        kept.stop().await;
        scratch.log_holds("| finished").await;
        assert!(!scratch.log().contains("starting it again"));
    }

    #[tokio::test]
    async fn one_that_will_not_end_is_killed() {
        let scratch = Scratch::new("stubborn");
        let script = "trap '' TERM; echo up; while :; do sleep 0.05; done";
        let kept = Kept::start(shell(script, Duration::from_millis(200)), scratch.journal());
        scratch.log_holds("| up").await;
        kept.stop().await;
        assert!(
            scratch
                .log()
                .contains("dummy did not end within 0 s: killed"),
            "{}",
            scratch.log()
        );
    }
}

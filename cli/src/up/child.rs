//! One child process, kept running: started again when it ends, ended when told.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::{Notify, oneshot};
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
    pub socket: Option<Socket>,
}

/// A socket that is kept open from one life of the child to the next, handed over as its standard input.
pub struct Socket {
    pub address: SocketAddr,
    pub listener: Option<TcpListener>,
    /// Kept also when the child crashed: connections wait. Otherwise they are refused then, so that nobody waits for a
    /// child that may not come back.
    pub always: bool,
}

impl Socket {
    fn hand_over(&mut self) -> Result<Stdio> {
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(self.address)?,
        };
        let handed = OwnedFd::from(listener.try_clone()?);
        self.listener = Some(listener);
        Ok(Stdio::from(handed))
    }
}

/// A child under our care.
pub struct Kept {
    pub name: String,
    ends: Arc<AtomicU32>,
    again: Arc<Notify>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Kept {
    /// Starts it. All children are started by the runtime's one thread, whose end would end them.
    pub fn start(plan: Plan, journal: Journal) -> Self {
        let (stop, stopped) = oneshot::channel();
        let ends = Arc::new(AtomicU32::new(0));
        let again = Arc::new(Notify::new());
        let name = plan.name.clone();
        let signs = Signs {
            ends: Arc::clone(&ends),
            again: Arc::clone(&again),
            stopped,
        };
        let task = tokio::spawn(keep_running(plan, journal, signs));
        Self {
            name,
            ends,
            again,
            stop,
            task,
        }
    }

    /// How often it ended without being told to.
    pub fn ends(&self) -> u32 {
        self.ends.load(Ordering::Relaxed)
    }

    /// Lets it finish what it has begun, and starts it again, from the program as it is now.
    pub fn restart(&self) {
        self.again.notify_one();
    }

    /// Ends it and waits until it is gone.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// What is told to, and by, a child's keeper.
struct Signs {
    ends: Arc<AtomicU32>,
    again: Arc<Notify>,
    stopped: oneshot::Receiver<()>,
}

async fn keep_running(mut plan: Plan, journal: Journal, signs: Signs) {
    let Signs {
        ends,
        again,
        mut stopped,
    } = signs;
    let mut pause = FIRST_PAUSE;
    loop {
        let born = Instant::now();
        let ended = match spawn(&mut plan, &journal) {
            Err(error) => format!("could not be started: {error:#}"),
            Ok(mut child) => tokio::select! {
                status = child.wait() => match status {
                    // Somebody told it to end, and it did so properly: that is how one service is restarted.
                    Ok(status) if status.success() && born.elapsed() > FIRST_PAUSE => continue,
                    status => describe(status.ok()),
                },
                () = again.notified() => {
                    end(child, &plan, &journal).await;
                    continue;
                }
                _ = &mut stopped => return end(child, &plan, &journal).await,
            },
        };
        ends.fetch_add(1, Ordering::Relaxed);
        if let Some(socket) = plan.socket.as_mut().filter(|socket| !socket.always) {
            socket.listener = None;
        }
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

fn spawn(plan: &mut Plan, journal: &Journal) -> Result<Child> {
    let mut command = (plan.command)();
    let input = match &mut plan.socket {
        Some(socket) => socket.hand_over()?,
        None => Stdio::null(),
    };
    command
        .stdin(input)
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
mod tests;

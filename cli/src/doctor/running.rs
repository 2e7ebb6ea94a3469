//! What runs: each service's own word, or who sits on our port.

use std::net::{IpAddr, SocketAddr};

use anyhow::Result;

use super::Finding;
use crate::probe::{self, Answer};
use crate::state::Running;
use crate::up::{ports, ready};

pub fn examine(port: u16, listen: IpAddr, running: Option<&Running>) -> Result<Vec<Finding>> {
    let Some(running) = running else {
        return Ok(vec![idle(port, listen)]);
    };
    let mut findings = vec![Finding::good(format!(
        "running at {} (process {})",
        running.url, running.pid
    ))];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for (name, address) in &running.services {
        let answer = runtime.block_on(probe::get(ready::reachable(*address), "/readyz"));
        findings.push(service(name, *address, answer));
    }
    Ok(findings)
}

fn idle(port: u16, listen: IpAddr) -> Finding {
    match ports::public(listen, port) {
        Ok(_) => Finding::good(format!("not running; port {port} is free")),
        Err(error) => Finding::bad("not running, and it could not start", error.to_string()),
    }
}

fn service(name: &str, address: SocketAddr, answer: Option<Answer>) -> Finding {
    match answer {
        Some(answer) if answer.status == 200 => {
            Finding::good(format!("{name} is ready ({address})"))
        }
        Some(answer) => Finding::bad(
            format!(
                "{name} runs but is not ready ({}): {}",
                answer.status,
                answer.body.trim()
            ),
            "its lines in .nexus/log/nexus.log say why; the database is the usual reason",
        ),
        None => Finding::bad(
            format!("{name} does not answer at {address}"),
            "it is being started again; its last lines in .nexus/log/nexus.log say why it ended",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_a_service_is_told_apart() {
        let address = ([127, 0, 0, 1], 8081).into();
        let answer = |status| {
            Some(Answer {
                status,
                body: "{\"database\":\"down\"}".into(),
            })
        };
        assert!(matches!(
            service("auth", address, answer(200)),
            Finding::Good(_)
        ));
        let told = service("auth", address, answer(503));
        assert!(matches!(told, Finding::Bad { what, .. } if what.contains("database")));
        assert!(matches!(
            service("auth", address, None),
            Finding::Bad { .. }
        ));
    }
}

//! Whether what happens in one service reaches the others: events that wait, and followers that are behind.

use nexus_cluster::Server;

use super::Finding;
use crate::up::services::SERVICES;

const DATABASE: &str = "nexus";
/// Events get their position within a fraction of a second.
const LATE_SECONDS: f64 = 30.0;
/// A follower catches up with so many in a moment.
const FAR_BEHIND: i64 = 1_000;

/// Nothing is said of a service that has not made its tables yet.
pub fn examine(server: &Server) -> Vec<Finding> {
    let stores = SERVICES.iter().filter(|service| service.stores);
    let names: Vec<&str> = stores.map(|service| service.name).collect();
    let mut findings: Vec<Finding> = names
        .iter()
        .filter_map(|name| Some(waiting(name, oldest(server, name)?)))
        .collect();
    let followed = names.iter().flat_map(|follower| {
        let sources = names.iter().filter(move |source| *source != follower);
        sources.map(move |source| (*follower, *source))
    });
    findings.extend(followed.filter_map(|(follower, source)| {
        let behind = gap(server, follower, source)?;
        (behind > FAR_BEHIND).then(|| {
            Finding::doubtful(
                format!("{follower} is {behind} events behind {source}"),
                "it catches up by itself while both run; its lines in the log say why it does not",
            )
        })
    }));
    findings
}

/// Seconds that the oldest event without a position has waited.
fn oldest(server: &Server, service: &str) -> Option<f64> {
    let sql =
        format!("SELECT coalesce(extract(epoch FROM now() - min(at)), 0) FROM {service}.outbox;");
    server.run(DATABASE, &sql).ok()?.parse().ok()
}

fn gap(server: &Server, follower: &str, source: &str) -> Option<i64> {
    let sql = format!(
        "SELECT coalesce((SELECT max(position) FROM {source}.events), 0) - position \
         FROM {follower}.inbox_positions WHERE source = '{source}';"
    );
    server.run(DATABASE, &sql).ok()?.parse().ok()
}

fn waiting(service: &str, oldest: f64) -> Finding {
    if oldest < LATE_SECONDS {
        return Finding::good(format!("{service}'s events are delivered"));
    }
    Finding::doubtful(
        format!("{service} has events that have waited for {oldest:.0} s"),
        "that is right while nothing runs; otherwise restart it: nobody gives its events their order",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_wait_are_told() {
        assert!(matches!(waiting("crm", 0.4), Finding::Good(_)));
        assert!(
            matches!(waiting("crm", 300.0), Finding::Doubtful { what, .. } if what.contains("300 s"))
        );
    }
}

//! What feed and inboxes tell of themselves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use nexus_telemetry::metrics::{Page, provide};

/// The service's own feed.
pub(crate) static FEED: LazyLock<FeedWatch> = LazyLock::new(FeedWatch::default);

#[derive(Debug, Default)]
pub(crate) struct FeedWatch {
    position: AtomicI64,
    leads: AtomicBool,
    waiting: AtomicI64,
    oldest_millis: AtomicU64,
}

impl FeedWatch {
    pub fn seen(&self, position: i64, leads: bool, waiting: i64, oldest_seconds: f64) {
        self.position.store(position, Ordering::Relaxed);
        self.leads.store(leads, Ordering::Relaxed);
        self.waiting.store(waiting, Ordering::Relaxed);
        let millis = (oldest_seconds * 1000.0).max(0.0).round();
        self.oldest_millis.store(millis as u64, Ordering::Relaxed);
    }

    pub fn tell(&self, page: &mut Page) {
        page.gauge("nexus_feed_position", "The position of the last event.")
            .sample(&[], self.position.load(Ordering::Relaxed) as f64);
        page.gauge(
            "nexus_feed_leader",
            "1 in the process that gives events their positions.",
        )
        .sample(&[], f64::from(self.leads.load(Ordering::Relaxed)));
        page.gauge(
            "nexus_outbox_waiting",
            "Committed events that have no position yet.",
        )
        .sample(&[], self.waiting.load(Ordering::Relaxed) as f64);
        page.gauge(
            "nexus_outbox_oldest_seconds",
            "For how long the oldest of them has waited.",
        )
        .sample(
            &[],
            self.oldest_millis.load(Ordering::Relaxed) as f64 / 1000.0,
        );
    }
}

/// Starts telling of the feed.
pub(crate) fn tell_of_feed() {
    provide("feed", |page| FEED.tell(page));
}

static INBOXES: Mutex<BTreeMap<&'static str, Inbox>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Default)]
struct Inbox {
    position: i64,
    failures: u64,
    contact: Option<Instant>,
}

/// A feed that is followed here was asked, and everything it gave is applied.
pub(crate) fn applied(source: &'static str, position: i64) {
    let mut inboxes = inboxes();
    let inbox = inboxes.entry(source).or_default();
    inbox.position = inbox.position.max(position);
    inbox.contact = Some(Instant::now());
}

/// It could not be asked, or what it gave could not be applied.
pub(crate) fn failed(source: &'static str) {
    inboxes().entry(source).or_default().failures += 1;
}

fn inboxes() -> std::sync::MutexGuard<'static, BTreeMap<&'static str, Inbox>> {
    INBOXES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts telling of the feeds that are followed here.
pub(crate) fn tell_of_inboxes() {
    provide("inboxes", |page| {
        for (source, inbox) in inboxes().iter() {
            inbox.tell(source, page);
        }
    });
}

impl Inbox {
    fn tell(&self, source: &str, page: &mut Page) {
        let labels = [("source", source)];
        page.gauge(
            "nexus_inbox_position",
            "The position up to which a feed is applied here.",
        )
        .sample(&labels, self.position as f64);
        page.counter(
            "nexus_inbox_failures_total",
            "Times that a feed could not be read or applied.",
        )
        .sample(&labels, self.failures as f64);
        if let Some(contact) = self.contact {
            page.gauge(
                "nexus_inbox_silence_seconds",
                "Since a feed was last read and applied; up to half a minute is a quiet feed.",
            )
            .sample(&labels, contact.elapsed().as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_and_who_follows_it_tell_how_far_they_are() {
        FEED.seen(42, true, 3, 1.25);
        let mut page = Page::default();
        FEED.tell(&mut page);
        applied("crm", 40);
        applied("crm", 0);
        failed("crm");
        inboxes()["crm"].tell("crm", &mut page);
        let text = page.text();
        for line in [
            "nexus_feed_position 42\n",
            "nexus_feed_leader 1\n",
            "nexus_outbox_waiting 3\n",
            "nexus_outbox_oldest_seconds 1.25\n",
            "nexus_inbox_position{source=\"crm\"} 40\n",
            "nexus_inbox_failures_total{source=\"crm\"} 1\n",
            "nexus_inbox_silence_seconds{source=\"crm\"} 0",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}

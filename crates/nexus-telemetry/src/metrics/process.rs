//! The process as the operating system sees it, under the names that dashboards everywhere know.

use std::fs;

use super::page::Page;

/// Of the kernel's tables, on every architecture that we are built for.
const TICKS_A_SECOND: f64 = 100.0;

pub fn tell(page: &mut Page) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kilobytes) = field(&status, "VmRSS:") {
        page.gauge("process_resident_memory_bytes", "Memory in use.")
            .sample(&[], kilobytes * 1024.0);
    }
    if let Some(threads) = field(&status, "Threads:") {
        page.gauge("process_threads", "Threads.")
            .sample(&[], threads);
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    if let Some(ticks) = cpu_ticks(&stat) {
        page.counter("process_cpu_seconds_total", "CPU time, user and system.")
            .sample(&[], ticks / TICKS_A_SECOND);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        page.gauge("process_open_fds", "Open files and connections.")
            .sample(&[], files.count() as f64);
    }
}

fn field(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// `pid (name) state … utime stime …`; the name may hold anything, blanks and brackets too.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let after_name = &stat[stat.rfind(')')? + 1..];
    let mut fields = after_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 120 30 0 0 20 0 9 0 100";
        assert_eq!(cpu_ticks(stat), Some(150.0));
        assert_eq!(cpu_ticks(""), None);
    }
}

//! The processor time of the thread that asks.

use route_solver::Budget;

/// CPU seconds this thread has used.
pub fn cpu() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}

/// A budget in CPU seconds of one thread, from now on.
pub struct CpuSeconds {
    from: f64,
    seconds: f64,
}

impl CpuSeconds {
    pub fn new(seconds: f64) -> Self {
        Self {
            from: cpu(),
            seconds,
        }
    }
}

impl Budget for CpuSeconds {
    fn used(&self, _iterations: u64) -> f64 {
        (cpu() - self.from) / self.seconds
    }
}

/// The most memory this process ever had, in MB.
pub fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .unwrap_or("0");
    line.trim()
        .trim_end_matches(" kB")
        .parse::<f64>()
        .unwrap_or(0.0)
        / 1024.0
}

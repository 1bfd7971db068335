//! What each rule takes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::pages::all;

/// The time of each rule, summed over configurations and threads.
#[derive(Debug)]
pub struct Timings {
    /// Nanoseconds, in the order of the table of rules.
    spent: Vec<AtomicU64>,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            spent: all().iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

impl Timings {
    /// Every rule with its time in nanoseconds.
    pub fn by_rule(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let spent = self.spent.iter().map(|time| time.load(Ordering::Relaxed));
        all().iter().map(|page| page.name).zip(spent)
    }

    /// Runs the rule of an index.
    pub(super) fn measure<T>(&self, index: usize, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = run();
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if let Some(spent) = self.spent.get(index) {
            spent.fetch_add(nanos, Ordering::Relaxed);
        }
        done
    }
}

//! The only look at the clock that decides anything: when a run has to end (`--max-time`).

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// When to stop; never by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline {
    at: Option<Instant>,
    /// How many looks are left, for tests: they count instead of waiting.
    looks: Option<&'static AtomicI64>,
}

impl Deadline {
    /// So much time from now; none if that is further away than the clock goes.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self {
            at: Instant::now().checked_add(time),
            looks: None,
        }
    }

    /// The time is over when it has been looked at so many times, whatever the clock says: tests stop
    /// a run at each of its looks, and see how many there were by what is left.
    #[must_use]
    pub fn after_looks(left: &'static AtomicI64) -> Self {
        Self {
            at: None,
            looks: Some(left),
        }
    }

    /// Works until the time has run out: none if it has. Loops that count their steps end it.
    pub fn limit<T>(self, work: impl FnOnce() -> T) -> Option<T> {
        if self.at.is_none() && self.looks.is_none() {
            return Some(work());
        }
        crate::work::until(move || self.is_over(), work)
    }

    /// How much time is left; none if there is no limit.
    pub(crate) fn left(self) -> Option<Duration> {
        self.at
            .map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether the time has run out.
    #[must_use]
    pub fn is_over(self) -> bool {
        let counted = self
            .looks
            .is_some_and(|left| left.fetch_sub(1, Ordering::Relaxed) <= 0);
        counted || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

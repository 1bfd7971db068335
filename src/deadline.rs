//! The only look at the clock that decides anything: when a run has to end (`--max-time`).

use std::time::{Duration, Instant};

/// When to stop; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline {
    at: Option<Instant>,
}

impl Deadline {
    /// So much time from now; none if that is further away than the clock goes.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self {
            at: Instant::now().checked_add(time),
        }
    }

    /// Whether the time has run out.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }
}

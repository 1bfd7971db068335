//! How many bytes of texts there are at once.

use std::sync::atomic::{AtomicU64, Ordering};

static NOW: AtomicU64 = AtomicU64::new(0);
static MOST: AtomicU64 = AtomicU64::new(0);

/// Some bytes of text, as long as it is there.
pub(super) struct Alive(u64);

impl Alive {
    pub(super) fn new(content: &str) -> Self {
        let len = content.len() as u64;
        let now = NOW.fetch_add(len, Ordering::Relaxed).saturating_add(len);
        MOST.fetch_max(now, Ordering::Relaxed);
        Self(len)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        NOW.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// The most bytes of texts that there were at once so far.
#[must_use]
pub fn most_bytes_alive() -> u64 {
    MOST.load(Ordering::Relaxed)
}

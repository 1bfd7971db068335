//! The line on a terminal that says how far a run is.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::run::RunStats;

/// When the line begins to be drawn, and how often. A run of half a second ends before anyone reads a
/// line, and ten changes a second look alive.
const PATIENCE: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(100);

/// Works, and says on a terminal how far it is if that takes long.
pub(super) fn watched<T>(watch: &Arc<RunStats>, work: impl FnOnce() -> T) -> T {
    let _line = io::stderr()
        .is_terminal()
        .then(|| ProgressLine::start(watch));
    work()
}

/// A line on the terminal that is gone when this is dropped.
struct ProgressLine {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    fn start(watch: &Arc<RunStats>) -> Self {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let (watch, reported) = (Arc::clone(watch), Arc::clone(&stop));
        let draw = move || draw(&watch, &reported);
        Self {
            // Where no thread can be had, there is no line.
            thread: thread::Builder::new().spawn(draw).ok(),
            stop,
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        let (stopped, waker) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        waker.notify_all();
        if let Some(thread) = self.thread.take() {
            // It only draws: that it failed does not matter.
            let _ = thread.join();
        }
    }
}

/// Draws until it is stopped, and wipes what it drew.
fn draw(watch: &RunStats, (stopped, waker): &(Mutex<bool>, Condvar)) {
    let mut guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pause = PATIENCE;
    let mut drawn = false;
    while !*guard {
        let (next, waited) = waker
            .wait_timeout(guard, pause)
            .unwrap_or_else(PoisonError::into_inner);
        guard = next;
        if waited.timed_out() && !*guard {
            let _ = write!(io::stderr(), "\r{}\x1b[K", watch.line());
            drawn = true;
            pause = INTERVAL;
        }
    }
    if drawn {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

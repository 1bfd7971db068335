//! Work over many files in several threads, its results in the order of the files.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::panics;

/// Room for recursion over deeply nested files, in bytes a thread; untouched room costs nothing.
const STACK: usize = 64 * 1024 * 1024;

/// Items up to which reading them takes less than starting a thread does: the files beside one that
/// was named are often fewer.
const FEW: usize = 8;

/// The same as [`map`] for what takes little for each item, such as reading a file: a few items are
/// done without threads.
pub(crate) fn map_small<'i, I: Sync, O: Send>(
    threads: usize,
    items: &'i [I],
    each: impl Fn(&'i I) -> O + Sync,
) -> Vec<O> {
    let threads = if items.len() > FEW { threads } else { 1 };
    map(threads, items, each)
}

/// Applies `each` to every item and keeps the order. 0 threads means one a processor. A single item
/// is done without threads. The calling thread does its share, so that one thread less is started.
/// Where the system starts fewer threads than asked for (`ulimit -u`, `pids.max`), those that run do
/// all of it.
pub(crate) fn map<'i, I: Sync, O: Send>(
    threads: usize,
    items: &'i [I],
    each: impl Fn(&'i I) -> O + Sync,
) -> Vec<O> {
    let threads = match (threads, items.len()) {
        (_, 0 | 1) => 1,
        (0, most) => processors().min(most),
        (wanted, most) => wanted.min(most),
    };
    if threads <= 1 {
        return items.iter().map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || -> Vec<(usize, O)> {
        let taken = std::iter::from_fn(|| take(&next, items));
        taken.map(|(index, item)| (index, each(item))).collect()
    };
    let mut out: Vec<(usize, O)> = thread::scope(|scope| {
        let start = |_| {
            let thread = thread::Builder::new().stack_size(STACK);
            let work = || panics::caught(work);
            thread.spawn_scoped(scope, work).ok()
        };
        // Each thread keeps what it makes until it ends: to be woken for every item costs more than
        // many items do.
        let started: Vec<_> = (1..threads).map_while(start).collect();
        let mut out = work();
        for thread in started {
            match thread.join() {
                Ok(Ok(made)) => out.extend(made),
                Ok(Err(caught)) => panics::go_on(caught),
                // Its panic was caught in the thread: only a panic while dropping one leads here.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        out
    });
    out.sort_unstable_by_key(|(index, _)| *index);
    out.into_iter().map(|(_, value)| value).collect()
}

/// How many processors there are. Asked once, since the answer is in files of the system: to read
/// these costs as much as a small configuration.
fn processors() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

fn take<'i, I>(next: &AtomicUsize, items: &'i [I]) -> Option<(usize, &'i I)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, items.get(index)?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_of_a_thread_is_one_of_the_caller() {
        let items: Vec<u32> = (0..64).collect();
        let work = || super::map(4, &items, |item| assert_ne!(*item, 40));
        assert!(crate::panics::caught(work).is_err());
    }

    #[test]
    fn the_order_is_that_of_the_items() {
        let items: Vec<u32> = (0..500).collect();
        for threads in [1, 2, 7] {
            let doubled = super::map(threads, &items, |item| item * 2);
            assert!(
                doubled
                    .iter()
                    .copied()
                    .eq(items.iter().map(|item| item * 2))
            );
        }
    }
}

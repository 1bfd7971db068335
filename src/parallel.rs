//! Work over many files in several threads, its results in the order of the files.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::panics;

/// Room for recursion over deeply nested files, in bytes a thread; untouched room costs nothing.
const STACK: usize = 64 * 1024 * 1024;

/// Applies `each` to every item and keeps the order. 0 threads means one a processor. A single item
/// is done without threads, and without asking how many processors there are, which costs as much
/// as reading a small file. Where the system starts fewer threads than asked for (`ulimit -u`,
/// `pids.max`), those that run share the work; the calling thread always does.
pub(crate) fn map<'i, I: Sync, O: Send>(
    threads: usize,
    items: &'i [I],
    each: impl Fn(&'i I) -> O + Sync,
) -> Vec<O> {
    let threads = match (threads, items.len()) {
        (_, 0 | 1) => 1,
        (0, most) => thread::available_parallelism()
            .map_or(1, usize::from)
            .min(most),
        (wanted, most) => wanted.min(most),
    };
    if threads <= 1 {
        return items.iter().map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let mut out: Vec<(usize, O)> = thread::scope(|scope| {
        let start = |_| {
            let (next, each) = (&next, &each);
            let work = move || {
                panics::caught(|| -> Vec<(usize, O)> {
                    let taken = std::iter::from_fn(|| take(next, items));
                    taken.map(|(index, item)| (index, each(item))).collect()
                })
            };
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, work).ok()
        };
        // Each thread keeps what it makes until it ends: to be woken for every item costs more than
        // many items do.
        let started: Vec<_> = (0..threads).map_while(start).collect();
        let mut out = Vec::with_capacity(items.len());
        // What threads that could not be started would have done.
        if started.len() < threads {
            let taken = std::iter::from_fn(|| take(&next, items));
            out.extend(taken.map(|(index, item)| (index, each(item))));
        }
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

//! Work over many files in several threads, its results in the order of the files.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Room for recursion over deeply nested files, in bytes a thread; untouched room costs nothing.
const STACK: usize = 64 * 1024 * 1024;

/// Applies `each` to every item and keeps the order. 0 threads means one a processor. A single item
/// is done without threads, and without asking how many processors there are, which costs as much
/// as reading a small file.
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
            let work = move || -> Vec<(usize, O)> {
                let taken = std::iter::from_fn(|| take(next, items));
                taken.map(|(index, item)| (index, each(item))).collect()
            };
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, work).ok()
        };
        // Each thread keeps what it makes until it ends: to be woken for every item costs more than
        // many items do.
        let started: Vec<_> = (0..threads).map_while(start).collect();
        let mut out = Vec::with_capacity(items.len());
        for thread in started {
            match thread.join() {
                Ok(made) => out.extend(made),
                Err(panic) => resume_unwind(panic),
            }
        }
        // What threads that could not be started would have done.
        while let Some((index, item)) = take(&next, items) {
            out.push((index, each(item)));
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

//! A count of the work that a thread has done, for tests of how it grows with the input.
//!
//! Time can't be asserted on a machine that does other things too; steps can. Each loop that a
//! hostile input could make long counts its steps or the bytes that it looks at.

use std::cell::Cell;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts steps of the calling thread.
#[inline]
pub fn count(steps: usize) {
    DONE.with(|done| done.set(done.get().wrapping_add(steps as u64)));
}

/// The steps that some work takes in this thread.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = DONE.with(Cell::get);
    let out = work();
    (out, DONE.with(Cell::get).wrapping_sub(before))
}

//! A count of the work that a thread has done, for tests of how it grows with the input, and to look at
//! the time now and then.
//!
//! Time can't be asserted on a machine that does other things too; steps can. Each loop that a
//! hostile input could make long counts its steps or the bytes that it looks at.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// After so many steps there is a look at the time: a step is a byte that is read or an entry that is
/// looked up, so that this is some milliseconds at most.
const BETWEEN_LOOKS: u64 = 1 << 15;

struct Counter {
    done: Cell<u64>,
    /// When there is a look at the time; never by default.
    next_look: Cell<u64>,
}

thread_local! {
    static COUNTER: Counter = const {
        Counter { done: Cell::new(0), next_look: Cell::new(u64::MAX) }
    };
    /// What says whether the time is over.
    static IS_OVER: RefCell<Option<Box<dyn Fn() -> bool>>> = const { RefCell::new(None) };
}

/// What unwinds a thread whose time is over.
#[derive(Debug)]
pub(crate) struct OutOfTime;

/// Counts steps of the calling thread. Where they are limited by [`until`] and the time is over, the
/// work ends here.
#[inline]
pub fn count(steps: usize) {
    COUNTER.with(|counter| {
        let done = counter.done.get().wrapping_add(steps as u64);
        counter.done.set(done);
        if done >= counter.next_look.get() {
            look(counter);
        }
    });
}

/// The steps that some work takes in this thread.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let done = || COUNTER.with(|counter| counter.done.get());
    let before = done();
    let out = work();
    (out, done().wrapping_sub(before))
}

/// Works until the time is over: none if it was, and then whatever the work was at is left as it was.
/// As canceled queries do in rust-analyzer, it unwinds, so that each loop that counts its steps can end
/// without a path of its own for that. Other threads that the work starts are not ended.
pub fn until<T>(is_over: impl Fn() -> bool + 'static, work: impl FnOnce() -> T) -> Option<T> {
    let restore = Restore(IS_OVER.replace(Some(Box::new(is_over))));
    COUNTER.with(look_later);
    let out = catch_unwind(AssertUnwindSafe(work));
    drop(restore);
    match out {
        Ok(out) => Some(out),
        Err(payload) if payload.is::<OutOfTime>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Puts back what was asked for the time before.
struct Restore(Option<Box<dyn Fn() -> bool>>);

impl Drop for Restore {
    fn drop(&mut self) {
        let before = self.0.take();
        let is_limited = before.is_some();
        IS_OVER.set(before);
        COUNTER.with(|counter| match is_limited {
            true => look_later(counter),
            false => counter.next_look.set(u64::MAX),
        });
    }
}

fn look_later(counter: &Counter) {
    let next = counter.done.get().saturating_add(BETWEEN_LOOKS);
    counter.next_look.set(next);
}

#[cold]
fn look(counter: &Counter) {
    look_later(counter);
    let is_over = IS_OVER.with_borrow(|is_over| is_over.as_ref().is_some_and(|is_over| is_over()));
    // What is dropped while a thread unwinds may count too.
    if is_over && !std::thread::panicking() {
        resume_unwind(Box::new(OutOfTime));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn work_ends_soon_after_the_time_is_over() {
        let looks = Rc::new(Cell::new(0));
        let is_over = {
            let looks = Rc::clone(&looks);
            move || {
                looks.set(looks.get() + 1);
                looks.get() > 2
            }
        };
        let (out, work) = of(|| {
            until(is_over, || {
                for _ in 0..1_000_000 {
                    count(1);
                }
            })
        });
        assert_eq!((out, looks.get(), work), (None, 3, 3 * BETWEEN_LOOKS));
        // Behind it nothing is limited.
        count(1_000_000);
        assert_eq!(looks.get(), 3);
    }

    #[test]
    fn what_catches_panics_does_not_catch_the_end_of_the_time() {
        let inner = || crate::panics::caught(|| count(1_000_000)).is_err();
        assert_eq!(until(|| true, inner), None);
        let inner = || until(|| false, || count(1_000_000));
        assert_eq!(until(|| false, inner), Some(Some(())));
    }
}

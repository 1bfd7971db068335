//! Panics: faults of promvet itself, caught where one file, or one run, can be told from the rest.
//!
//! What a panic says may hold a piece of a file, and with it a secret, so it is dropped; where it
//! happened is kept.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind, set_hook};

use crate::work::OutOfTime;

thread_local! {
    /// Where the last panic of this thread happened.
    static LAST: Cell<Option<SourceSite>> = const { Cell::new(None) };
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SourceSite {
    file: String,
    line: u32,
}

/// A panic that was caught. It is displayed as where that was, such as `src/yaml/parse.rs:31`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Where it happened; none if that was not recorded.
    at: Option<SourceSite>,
    /// Where it was caught: promvet's own source, even if a library panicked.
    by: SourceSite,
}

impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) if is_own(&at.file) => write!(f, "{}:{}", at.file, at.line),
            Some(at) => {
                let SourceSite { file, line } = &self.by;
                write!(f, "{}:{}, called from {file}:{line}", at.file, at.line)
            }
            None => write!(f, "{}:{}", self.by.file, self.by.line),
        }
    }
}

/// Whether a file is one of promvet's own sources, not one of a library.
fn is_own(file: &str) -> bool {
    file.starts_with("src/") || file.starts_with("crates/promvet-")
}

/// From now on, panics are recorded instead of printed: what they say could hold a secret.
pub fn record() {
    set_hook(Box::new(|info| note(info.location())));
}

fn note(location: Option<&Location<'_>>) {
    // A thread that is about to end has no such variable any more, which is not a reason to abort.
    let _ = LAST.try_with(|last| last.set(location.map(site)));
}

/// A place in a source file, without what depends on the machine that built promvet: the folder of
/// cargo's registry, and that of the standard library.
fn site(location: &Location<'_>) -> SourceSite {
    let file = location.file().replace('\\', "/");
    let after = |marker: &str| {
        let (_, rest) = file.split_once(marker)?;
        Some(rest.split_once('/')?.1.to_owned())
    };
    let short = after("/registry/src/").or_else(|| after("/rustc/"));
    SourceSite {
        file: short.unwrap_or(file),
        line: location.line(),
    }
}

/// Works, and catches a panic.
///
/// # Errors
/// The work panicked.
#[track_caller]
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Caught> {
    let by = Location::caller();
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // The end of the time is not a fault, and counts for more than this work.
        if payload.is::<OutOfTime>() {
            resume_unwind(payload);
        }
        of_payload(&*payload, by)
    })
}

fn of_payload(payload: &(dyn Any + Send), by: &Location<'_>) -> Caught {
    // A panic of another thread, which that thread has caught already.
    if let Some(caught) = payload.downcast_ref::<Caught>() {
        return caught.clone();
    }
    Caught {
        at: LAST.try_with(Cell::take).ok().flatten(),
        by: site(by),
    }
}

/// Goes on with a panic that another thread has caught.
pub fn go_on(caught: Caught) -> ! {
    resume_unwind(Box::new(caught))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_names_its_line_and_not_its_message() {
        let before = std::panic::take_hook();
        set_hook(Box::new(move |info| {
            note(info.location());
            before(info);
        }));
        let line = line!() + 1;
        let own = caught(|| panic!("s3cret")).unwrap_err();
        assert_eq!(
            own.to_string(),
            format!("crates/promvet-text/src/panics.rs:{line}")
        );
        let again = caught(|| go_on(own.clone())).unwrap_err();
        assert_eq!(again, own);
        assert_eq!(caught(|| 1), Ok(1));
    }

    #[test]
    fn a_panic_of_a_library_names_the_call() {
        let by = SourceSite {
            file: "src/a.rs".to_owned(),
            line: 7,
        };
        let at = Some(SourceSite {
            file: "yaml-1.0/src/b.rs".to_owned(),
            line: 9,
        });
        let caught = Caught { at, by };
        assert_eq!(
            caught.to_string(),
            "yaml-1.0/src/b.rs:9, called from src/a.rs:7"
        );
    }
}

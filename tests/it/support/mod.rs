//! What the tests share: the program started in a folder, scratch folders and repositories, trees
//! in memory, and the verdicts of Prometheus that are recorded elsewhere.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that can't go on panics, and one that is skipped says so"
)]

pub(crate) mod memory;
pub(crate) mod program;
pub(crate) mod recorded;
pub(crate) mod report;
pub(crate) mod scratch;

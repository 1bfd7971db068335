//! promvet finds every Prometheus configuration in a tree and says what is wrong with it.
//!
//! Below it are the crates `promvet-text`, `promvet-syntax` and `promvet-schema`, which know no disk
//! and no rule. The rooms, each importing only from those before it: [`source`] → [`finding`] →
//! [`policy`] → [`discover`] → [`prometheus`] → [`facts`] → [`rules`] → [`report`] → [`run`] →
//! [`cli`].

pub mod cli;
pub mod deadline;
pub mod discover;
pub mod facts;
pub mod finding;
mod needle;
mod parallel;
pub mod policy;
pub mod prometheus;
pub mod report;
pub mod rules;
pub mod run;
pub mod source;

pub use promvet_schema::{self as schema, yaml};
pub use promvet_text::{panics, work};

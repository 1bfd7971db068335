//! One run over a tree: from paths to findings and the inventory of endpoints.

mod agent;
pub(crate) mod baseline;
pub mod examples;
pub(crate) mod facts;
pub(crate) mod fix;
mod foreign;
mod gate;
mod inventory;
mod judge_file;
mod levels;
mod no_longer_read;
pub(crate) mod online;
pub(crate) mod own_rules;
mod pipeline;
pub(crate) mod policies;
mod policy_files;
mod rendered;
mod request;
pub(crate) mod since;
mod started;
pub(crate) mod suppress;
pub(crate) mod survey;
mod unrendered;
mod unused;
pub(crate) mod uses;
mod vmagent;
mod watch;
mod web_file;

pub use fix::{FixLevel, Fixed, FixedFile, fixed};
pub use gate::{BaselineFrom, ConfigFrom, Gate};
pub use no_longer_read::Before;
pub use pipeline::run;
pub(crate) use pipeline::run_with;
pub use request::{Request, Run, Side};
pub(crate) use watch::Stage;
pub use watch::Watch;

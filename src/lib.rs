//! promvet finds every Prometheus configuration in a tree and says what is wrong with it.
//!
//! The rooms, each importing only from those before it: [`source`] → [`finding`] → [`yaml`] →
//! [`schema`] → [`prometheus`] → [`policy`] → [`discover`] → [`facts`] → [`rules`] → [`report`] →
//! [`cli`].

pub mod cli;
pub mod discover;
pub mod facts;
pub mod finding;
pub mod policy;
pub mod prometheus;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod yaml;

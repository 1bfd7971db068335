//! The languages of a Prometheus configuration: text in, value or faults out.
//!
//! Every function here is pure, and knows nothing of YAML, the disk and rules. A fault's message is a
//! clause that follows the name of the field ("`scrape_interval`: unknown unit `S` in the duration"), names
//! the fault in Go's own words where Go has some, and never repeats text that could be secret.

pub mod azure;
pub mod base64;
pub mod flags;
pub mod go;
pub mod header;
pub mod label;
pub mod pem;
pub mod promql;
pub mod scaleway;
pub mod selector;
pub mod shell;
pub mod uuid;

mod fault;

pub use fault::{Change, Fault, Remedy};

#[cfg(test)]
mod work_tests;

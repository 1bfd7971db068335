//! What Go's own packages read, and the packages that Prometheus reads values with.
//!
//! Functions that a comment names are those of Go 1.26 and of the modules that Prometheus 3.14.0 is built
//! with, unless the comment names another release; what older ones do differently is said there.

pub mod alternatives;
pub mod duration;
pub mod environment;
pub mod expand;
pub mod glob;
mod ip;
pub mod regex;
mod release;
pub mod size;
pub mod standard;
pub mod template;
pub mod url;

pub use duration::{Duration, duration};
pub use regex::regex;
pub use release::{Go, RELEASES, Release};
pub use size::byte_size;
pub use url::{GoUrl, url};

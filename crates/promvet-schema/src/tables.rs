//! What each release of Prometheus accepts: one constant for each section of a configuration, and
//! for each set of words. They are written down in `tables/*.yaml`, every row with its source.

use super::index::SectionIndex;
use super::table::{Base, By, Enum, NullItem, Reference, Struct, Type, inline, key, word};
use super::version::Version;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

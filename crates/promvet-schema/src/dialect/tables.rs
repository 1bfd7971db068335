//! The tables, made of `dialects/*.yaml` by the build script.

use super::table::{Key, Kind, Part, Shape, Type};

include!(concat!(env!("OUT_DIR"), "/dialects.rs"));

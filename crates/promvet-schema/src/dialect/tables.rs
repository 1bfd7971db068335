//! The tables, made of `dialects/*.yaml` by the build script.

use super::table::{Key, MappingShape, ObjectKind, Part, Type};

include!(concat!(env!("OUT_DIR"), "/dialects.rs"));

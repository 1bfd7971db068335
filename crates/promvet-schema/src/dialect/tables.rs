//! The tables, made of `dialects/*.yaml` by the build script.

use super::table::{DialectType, Key, MappingShape, ObjectKind, ObjectRole};

include!(concat!(env!("OUT_DIR"), "/dialects.rs"));

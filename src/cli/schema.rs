//! `promvet schema`: of prometheus.yml, and of promvet.yaml.

use std::io::{self, Write};

use super::Exit;
use crate::policy;
use crate::schema::{Version, json_schema};

/// Prints the JSON Schema of a release, by default of the newest.
pub(super) fn schema(version: Option<Version>, out: &mut dyn Write) -> io::Result<Exit> {
    let schema = json_schema(version.unwrap_or(Version::NEWEST));
    writeln!(out, "{schema:#}")?;
    Ok(Exit::Clean)
}

/// Prints the JSON Schema of promvet.yaml.
pub(super) fn policy(out: &mut dyn Write) -> io::Result<Exit> {
    writeln!(out, "{:#}", policy::json_schema())?;
    Ok(Exit::Clean)
}

//! `src/rules/scrape/no_metrics.yaml` → a table.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Programs {
    programs: Vec<PortProgram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortProgram {
    name: String,
    /// For those who maintain the table.
    source: String,
    images: Vec<String>,
    ports: Vec<u16>,
    help: String,
}

/// Writes the table to `$OUT_DIR/no_metrics.rs`.
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    let path = Path::new("src/rules/scrape/no_metrics.yaml");
    let wrong = |message: String| format!("{}: {message}", path.display());
    let Programs { programs } = serde_yaml::from_str(&fs::read_to_string(path)?)
        .map_err(|error| wrong(error.to_string()))?;
    let mut table = String::from("const PROGRAMS: &[PortProgram] = &[\n");
    for program in programs {
        let PortProgram {
            name,
            source,
            images,
            ports,
            help,
        } = program;
        if !source.starts_with("https://") {
            return Err(wrong(format!("`source` of {name} is not a URL")).into());
        }
        writeln!(
            table,
            "    PortProgram {{ name: {name:?}, images: &{images:?}, ports: &{ports:?}, help: {help:?} }},"
        )?;
    }
    table.push_str("];\n");
    let target = PathBuf::from(env::var("OUT_DIR")?).join("no_metrics.rs");
    Ok(fs::write(target, table)?)
}

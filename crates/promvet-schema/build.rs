//! `tables/*.yaml`, `dialects/*.yaml` and `releases/*.tsv` → constants, so that start-up reads nothing.

#[path = "build/code.rs"]
mod code;
#[path = "build/dialects.rs"]
mod dialects;
#[path = "build/form.rs"]
mod form;
#[path = "build/releases.rs"]
mod releases;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use form::Tables;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=tables");
    println!("cargo::rerun-if-changed=dialects");
    println!("cargo::rerun-if-changed=releases");
    let mut tables = Tables::default();
    for path in yaml_files(Path::new("tables"))? {
        tables.add(read(&path)?);
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("tables.rs"), code::tables(&tables)?)?;
    let mut files = Vec::new();
    for path in yaml_files(Path::new("dialects"))? {
        files.push(read(&path)?);
    }
    fs::write(out.join("dialects.rs"), dialects::dialects(&files)?)?;
    fs::write(
        out.join("releases.rs"),
        releases::releases(Path::new("releases"))?,
    )?;
    Ok(())
}

/// The files of a folder in the order of their names, so that every build writes the same.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

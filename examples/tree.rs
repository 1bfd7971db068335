//! Writes a tree of configurations to measure with: `cargo run --example tree -- FOLDER COUNT`.

use std::path::PathBuf;
use std::{env, fs, io};

#[path = "../benches/support/mod.rs"]
mod support;

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "tree".into()));
    let count = arguments.next().and_then(|text| text.parse().ok());
    for number in 0..count.unwrap_or(1000) {
        let inner = folder.join(number.to_string());
        fs::create_dir_all(&inner)?;
        fs::write(inner.join("prometheus.yml"), support::configuration(number))?;
        fs::write(inner.join("token"), "a.b.c")?;
    }
    Ok(())
}

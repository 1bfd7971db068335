//! Writes a tree of configurations to measure with: `cargo run --example tree -- FOLDER COUNT`; with
//! a third argument, one of those in benches/support/trees.rs, or `findings` for two findings in each
//! configuration.

use std::path::PathBuf;
use std::{env, fs, io};

#[path = "../benches/support/faulty.rs"]
mod faulty;
#[path = "../benches/support/mod.rs"]
mod support;
#[path = "../benches/support/trees.rs"]
mod trees;

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "tree".into()));
    let count = arguments.next().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(1000);
    let kind = arguments.next();
    let content: fn(usize) -> String = match kind.as_deref() {
        Some("findings") => faulty::faulty,
        _ => support::configuration,
    };
    if let Some(kind) = kind.filter(|kind| kind != "findings") {
        let mut known = trees::TREES.iter();
        let (_, grow) = known
            .find(|(name, _)| *name == kind)
            .ok_or_else(|| io::Error::other(format!("no such tree: {kind}")))?;
        let grown = grow(count);
        for (path, content) in grown.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, content)?;
        }
        // What to check, to be handed on to promvet.
        return fs::write(folder.join("named.txt"), grown.named.join("\n"));
    }
    for number in 0..count {
        let inner = folder.join(number.to_string());
        fs::create_dir_all(&inner)?;
        fs::write(inner.join("prometheus.yml"), content(number))?;
        fs::write(inner.join("token"), "a.b.c")?;
    }
    Ok(())
}

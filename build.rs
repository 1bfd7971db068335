//! Lists rules/ and src/rules/ and embeds the pages as tables, so that nothing is registered by
//! hand and start-up parses nothing.

#[path = "build/no_metrics.rs"]
mod no_metrics;
#[path = "build/pages.rs"]
mod pages;
#[path = "build/receivers.rs"]
mod receivers;

use std::env;
use std::process::Command;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pages::generate()?;
    receivers::generate()?;
    no_metrics::generate()?;
    link_for_a_short_start();
    Ok(())
}

/// promvet is started for every commit, and most of a run on one file is its start. On Linux with
/// glibc, where the linker's ways are known, two things need not be done at every start:
///
/// - The tables are full of references. In an executable that may be loaded anywhere each of them
///   is put right when it is loaded; in one with a place of its own, the linker does it once.
/// - The unwinder is a shared library, unless the compiler's static one is taken.
fn link_for_a_short_start() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let has_static_runtime = env::var("CARGO_CFG_TARGET_FEATURE")
        .is_ok_and(|features| features.split(',').any(|one| one == "crt-static"));
    if !is("CARGO_CFG_TARGET_OS", "linux")
        || !is("CARGO_CFG_TARGET_ENV", "gnu")
        || has_static_runtime
    {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let asked = Command::new(linker)
        .arg("-print-file-name=libgcc_eh.a")
        .output();
    // A compiler that has no such file answers with the bare name.
    if asked.is_ok_and(|answer| answer.stdout.starts_with(b"/")) {
        println!("cargo::rustc-link-lib=gcc_eh");
    }
}

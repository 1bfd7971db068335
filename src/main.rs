//! The `promvet` command.

use std::process::ExitCode;

/// A tree is read into many small pieces by several threads at once, at which musl's allocator is
/// slow by a multiple. Those of the other systems are as fast as this one, and ready sooner.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    promvet::cli::main().into()
}

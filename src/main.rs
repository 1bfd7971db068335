//! The `promvet` command.

use std::process::ExitCode;

/// A tree is read into many small pieces by several threads at once, at which the allocators of C
/// libraries are slow; musl's, which static binaries would get, is by far the slowest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    promvet::cli::main().into()
}

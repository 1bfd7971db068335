//! The `promvet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    promvet::cli::main().into()
}

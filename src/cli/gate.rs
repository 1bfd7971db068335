//! Arguments on what is accepted, and which revision's word on that counts.

use std::path::PathBuf;

use clap::Args;

/// What is accepted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Acceptance")]
pub(super) struct GateArgs {
    /// Hide the findings that are accepted in FILE, which `promvet baseline` writes [default:
    /// that of promvet.yaml]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Take promvet.yaml, the baseline and the ignore files from REV, a git revision, and report
    /// the suppressions that were added since: for changes that no one has approved yet
    #[arg(long, value_name = "REV")]
    pub(super) config_from: Option<String>,
}

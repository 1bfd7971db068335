//! The command line: one table for parsing, help, completions and man pages.

use std::path::PathBuf;

use super::trust::TrustArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds Prometheus configurations in a tree and says what in them will lose or leak data.
#[derive(Debug, Parser)]
#[command(
    name = "promvet",
    version,
    max_term_width = 80,
    args_conflicts_with_subcommands = true
)]
#[command(
    after_help = "Exit status: 0 nothing at or above --fail-on, 1 findings, 2 promvet could \
                        not do its work."
)]
pub(super) struct Cli {
    /// What to do; `check` unless said otherwise.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// The arguments of `check`.
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check every Prometheus configuration below the paths (the default)
    Check(CheckArgs),
    /// List the files and what they were recognised as, and why
    Files(FilesArgs),
    /// Print the page of a rule or of a receiver
    Explain {
        /// A rule's name, such as remote-write/url-shape, or a receiver's, such as receiver:mimir
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List all rules
    Rules,
}

/// Which files are looked at.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct PathArgs {
    /// Files and folders to look at; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The path that standard input is treated as
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Look at hidden files and folders too
    #[arg(long)]
    pub(super) hidden: bool,
    /// Do not honour .gitignore and .ignore files
    #[arg(long)]
    pub(super) no_ignore: bool,
    /// The policy file [default: promvet.yaml or .promvet.yaml of the tree]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// How many threads to use [default: one a processor]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
}

/// The arguments of `files`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct FilesArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// List only the Prometheus configurations
    #[arg(long)]
    pub(super) only_configurations: bool,
}

/// The arguments of `check`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct CheckArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// The form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: FormatArg,
    /// The severity from which findings make the exit status 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    /// Look for absolute paths below DIR, the root file system of where Prometheus runs
    #[arg(long, value_name = "DIR", conflicts_with = "on_host")]
    pub(super) root: Option<PathBuf>,
    /// This machine is where Prometheus runs: look at absolute paths
    #[arg(long)]
    pub(super) on_host: bool,
    /// What is taken for granted.
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    /// Print findings only, without the summary
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
}

/// Forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// For people, with the lines of the source
    #[default]
    Human,
    /// One line a finding
    Concise,
    /// One JSON object
    Json,
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// Every finding
    Info,
    /// No finding
    Never,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

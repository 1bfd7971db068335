//! The command line: one table for parsing, help, completions and man pages.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::baseline::BaselineArgs;
use super::compare::CompareArgs;
use super::fix::FixArgs;
use super::gate::GateArgs;
use super::relabel::RelabelArgs;
use super::selection::SelectionArgs;
use super::suppressions::SuppressionsArgs;
use super::trust::TrustArgs;
use super::why::WhyArgs;
use crate::deadline::Deadline;
use crate::finding::{Severity, nearest};
use crate::policy::ReportingProfile;
use crate::report::OutcomeFormat;
use crate::report::inventory::InventoryFormat;
use crate::rules::custom::RuleNodeKind;
use crate::schema::Version;

/// Finds Prometheus configurations in a tree and reports what will lose or leak data.
#[derive(Debug, Parser)]
#[command(
    name = "promvet",
    version,
    max_term_width = 80,
    args_conflicts_with_subcommands = true
)]
#[command(
    after_help = "Exit code: 0 for no findings at or above --fail-on, 1 for findings, 2 if promvet could \
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
    /// List every endpoint with its receiver, tenant, credentials, TLS and findings
    Audit(AuditArgs),
    /// Show what a change does to the effective configuration
    Compare(CompareArgs),
    /// Accept the findings of today in a file, so that --baseline hides them
    Baseline(BaselineArgs),
    /// List the comments that suppress findings, with their reasons and age
    Suppressions(SuppressionsArgs),
    /// List the files, what each was recognized as, and why
    Files(FilesArgs),
    /// Print the page of a rule, of a receiver, or of a key of prometheus.yml
    Explain {
        /// A rule such as remote-write/url-shape, a receiver such as receiver:mimir, or a key such as
        /// remote_write.queue_config.max_shards
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Write a promvet.yaml to complete, based on the tree
    Init {
        /// The folder to write it for [default: the current folder]
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// Show the settings for a file, and the line of promvet.yaml that sets each
    Config(ConfigArgs),
    /// Print the JSON Schema of prometheus.yml or of promvet.yaml, for editors
    Schema {
        /// The release of Prometheus [default: the newest known]
        #[arg(long, value_name = "VERSION", value_parser = Version::parse)]
        prometheus: Option<Version>,
        /// That of promvet.yaml
        #[arg(long, conflicts_with = "prometheus")]
        policy: bool,
    },
    /// List all rules
    Rules {
        /// The format of the output
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ListFormat,
    },
    /// List the receivers whose URLs, credentials and tenants are known
    Receivers {
        /// The format of the output
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ListFormat,
    },
    /// Show the effective value of a key, and where it comes from
    Why(WhyArgs),
    /// Show what relabel rules do to a set of labels, rule by rule
    Relabel(RelabelArgs),
    /// Run the examples of the custom rules and the tests of relabel rules
    Test(TestArgs),
    /// Create a file to complete
    New {
        /// What to write.
        #[command(subcommand)]
        what: NewCommand,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of promvet or of one of its commands
    Man {
        /// A command, such as check
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

/// The arguments of `test`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct TestArgs {
    /// Folders of rule pages and of tests of relabel rules, *.relabel-test.yaml [default: the rule
    /// pages that promvet.yaml names, and the tests below the current folder]
    #[arg(value_name = "FOLDER")]
    pub(super) folders: Vec<PathBuf>,
    /// Write what relabel rules do into their tests as the expected results
    #[arg(long)]
    pub(super) bless: bool,
    /// Change the conditions in small steps, and list the changes that no example detects
    #[arg(long)]
    pub(super) mutate: bool,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
}

/// What can be written to be filled in.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum NewCommand {
    /// Create a custom rule, with a condition and examples
    Rule {
        /// The rule's name: its path in the folder of rules, such as acme/no-inline-secrets
        #[arg(value_name = "NAME")]
        name: String,
        /// The node that it checks
        #[arg(long, value_name = "KIND", default_value = "remote_write",
              value_parser = PossibleValuesParser::new(RuleNodeKind::words()))]
        node: String,
    },
}

/// Which files are looked at.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Files")]
pub(super) struct PathArgs {
    /// Files and folders to read; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    pub(super) paths: Vec<PathBuf>,
    /// The path to use for standard input
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Check hidden files and folders too
    #[arg(long)]
    pub(super) hidden: bool,
    /// Do not respect .gitignore and .ignore files
    #[arg(long)]
    pub(super) no_ignore: bool,
    /// Leave out files that match GLOB, a name or a path from the current folder; may be repeated.
    /// Files that are named are checked
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// The policy file [default: promvet.yaml or .promvet.yaml of each folder
    /// up to the root of the tree]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Stop after this time, such as 90s or 5m, and report the remaining files as not checked; 0 sets
    /// no limit
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = parse_duration)]
    pub(super) max_time: MaxTime,
    /// Print on standard error how much was read and how long each step took
    #[arg(long)]
    pub(super) stats: bool,
}

/// How long a run may take, in seconds; 0 sets no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MaxTime(u64);

impl MaxTime {
    /// When a run that begins now has to end.
    pub(super) fn deadline(self) -> Deadline {
        match self.0 {
            0 => Deadline::default(),
            seconds => Deadline::after(Duration::from_secs(seconds)),
        }
    }
}

/// Reads `90`, `90s`, `5m` or `1h`.
pub(super) fn parse_duration(text: &str) -> Result<MaxTime, String> {
    let (digits, factor) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(digits) if text.ends_with('m') => (digits, 60),
        Some(digits) if text.ends_with('h') => (digits, 3600),
        Some(digits) => (digits, 1),
        None => (text, 1),
    };
    let seconds: Option<u64> = digits.parse().ok();
    seconds
        .and_then(|seconds| seconds.checked_mul(factor))
        .map(MaxTime)
        .ok_or_else(|| "write a time such as 90s or 5m".to_owned())
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

/// The arguments of `config`.
#[derive(Args, Clone, Debug)]
pub(super) struct ConfigArgs {
    /// The file
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// The policy file [default: promvet.yaml or .promvet.yaml of each folder
    /// up to the root of the tree]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: ListFormat,
}

/// How everything is printed that is not a report: reports have more formats, each with its own table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// for people
    #[default]
    Human,
    /// for programs
    Json,
}

/// The arguments of `audit`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct AuditArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// How they are judged.
    #[command(flatten)]
    pub(super) judging: JudgingArgs,
    /// The format of the output [default: human]
    #[arg(long, value_name = "FORMAT", help_heading = "Report", value_parser = inventory_parser())]
    pub(super) format: Option<InventoryFormat>,
}

/// The arguments of `check`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct CheckArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// Check a named file only if it is recognized as a configuration, and skip files that no longer
    /// exist: for lists of changed files
    #[arg(
        long = "if-recognized",
        alias = "if-recognised",
        help_heading = "Files"
    )]
    pub(super) if_recognized: bool,
    /// Check again whenever a file of the tree changes, until you press Ctrl-C
    #[arg(long, help_heading = "Files")]
    pub(super) watch: bool,
    /// What they are compared with.
    #[command(flatten)]
    pub(super) since: SinceArgs,
    /// How they are judged.
    #[command(flatten)]
    pub(super) judging: JudgingArgs,
    /// What is changed.
    #[command(flatten)]
    pub(super) fix: FixArgs,
    /// What is written where.
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

/// What the files are compared with.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Comparison")]
pub(super) struct SinceArgs {
    /// Report only findings that the tree of REV, a git revision, does not have
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Check the git index, and compare it with HEAD or with the REV of --since
    #[arg(long)]
    pub(super) staged: bool,
}

/// How findings are judged.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Rules")]
pub(super) struct JudgingArgs {
    /// The releases of Prometheus that must load the configurations, such as 2.53,3.5; with
    /// several, also report what changes between them [default: that of promvet.yaml, or the newest known]
    #[arg(long, value_name = "VERSION", value_delimiter = ',', value_parser = Version::parse)]
    pub(super) prometheus: Vec<Version>,
    /// Prometheus runs with --agent, which rejects some sections
    #[arg(long)]
    pub(super) agent: bool,
    /// How much to report: the stable rules, also new rules and stricter levels, or everything
    /// [default: that of promvet.yaml, or default]
    #[arg(long, value_name = "PROFILE", value_parser = profile_parser())]
    pub(super) profile: Option<ReportingProfile>,
    /// The lowest severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    /// Look up absolute paths below DIR, the root file system of the machine that runs Prometheus
    #[arg(long, value_name = "DIR", conflicts_with = "on_host")]
    pub(super) root: Option<PathBuf>,
    /// Prometheus runs on this machine: check absolute paths
    #[arg(long)]
    pub(super) on_host: bool,
    /// Connect to every https endpoint of remote_write and check its certificate, without sending a
    /// request or a credential
    #[arg(long)]
    pub(super) online: bool,
    /// Which rules report.
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// What is accepted.
    #[command(flatten)]
    pub(super) gate: GateArgs,
    /// What is taken for granted.
    #[command(flatten)]
    pub(super) trust: TrustArgs,
}

/// What is written where.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Report")]
pub(super) struct ReportArgs {
    /// The format on standard output [default: human]
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub(super) format: Option<OutcomeFormat>,
    /// Write a report in FORMAT to PATH too; may be repeated. Without PATH, the same as --format
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = parse_output)]
    pub(super) output: Vec<Output>,
    /// Print findings only, without the summary
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// When to use colors
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
}

/// A report that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// In what form.
    pub(super) format: OutcomeFormat,
    /// Where; none is standard output.
    pub(super) path: Option<PathBuf>,
}

/// The formats by name, as the report room lists them.
fn format_parser() -> impl TypedValueParser<Value = OutcomeFormat> {
    let known = |format: OutcomeFormat| PossibleValue::new(format.name()).help(format.about());
    PossibleValuesParser::new(OutcomeFormat::all().map(known))
        .try_map(|name| OutcomeFormat::from_name(&name).ok_or("unknown format"))
}

/// The profiles by name, as the policy room lists them.
fn profile_parser() -> impl TypedValueParser<Value = ReportingProfile> {
    let names = ReportingProfile::WORDS.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(names).try_map(|name| {
        let mut known = ReportingProfile::WORDS.iter();
        let known = known.find(|(word, _)| *word == name);
        known.map(|(_, profile)| *profile).ok_or("not a profile")
    })
}

/// The formats of the inventory by name.
fn inventory_parser() -> impl TypedValueParser<Value = InventoryFormat> {
    let known = |format: InventoryFormat| PossibleValue::new(format.name()).help(format.about());
    PossibleValuesParser::new(InventoryFormat::all().map(known))
        .try_map(|name| InventoryFormat::from_name(&name).ok_or("unknown format"))
}

/// Reads `FORMAT[=PATH]`; `-` is standard output.
fn parse_output(text: &str) -> Result<Output, String> {
    let (name, path) = match text.split_once('=') {
        Some((_, "")) => return Err("a path is missing after the equals sign".into()),
        Some((name, path)) => (name, (path != "-").then(|| path.into())),
        None => (text, None),
    };
    let names = || OutcomeFormat::all().map(OutcomeFormat::name);
    let format = OutcomeFormat::from_name(name).ok_or_else(|| match nearest(name, names()) {
        Some(near) => format!("unknown format `{name}`; did you mean `{near}`?"),
        None => {
            let names: Vec<_> = names().collect();
            format!("unknown format `{name}`; expected {}", names.join(", "))
        }
    })?;
    Ok(Output { format, path })
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// errors
    #[default]
    Error,
    /// errors and warnings
    Warning,
    /// all findings
    Info,
    /// no findings
    Never,
}

impl FailOn {
    /// The severity from which findings count; none if they never do.
    pub(super) fn threshold(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// on a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// always
    Always,
    /// never
    Never,
}

//! Prints the tables of docs/performance.md, measured with the programs of one profile:
//!
//! ```sh
//! cargo build --profile dist --bin promvet --example events
//! cargo run --release --example measure -- target/dist
//! ```
//!
//! Instructions are counted by valgrind, memory by GNU time. What is compared with, and is not
//! installed, is left out. Each of two times is the median of runs that alternate, so that what else
//! the machine does slows both.
#![expect(
    clippy::print_stdout,
    reason = "it is a program that prints what it measures"
)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../benches/support/faulty.rs"]
mod faulty;
#[path = "../benches/support/mod.rs"]
mod support;
#[path = "../benches/support/trees.rs"]
mod trees;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Pairs of runs, whose median counts: enough that a few disturbed ones do not count.
const PAIRS: usize = 11;

/// The programs that are measured.
struct Programs {
    promvet: PathBuf,
    events: PathBuf,
}

fn main() -> Outcome<()> {
    let built = std::env::args_os().nth(1).unwrap_or("target/dist".into());
    let built = fs::canonicalize(PathBuf::from(built))?;
    let programs = Programs {
        promvet: built.join("promvet"),
        events: built.join("examples/events"),
    };
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    programs.instructions(folder)?;
    programs.beside_others(folder)?;
    programs.of_a_change(folder)?;
    programs.memory(folder)?;
    programs.against_promtool(folder)?;
    programs.against_ripgrep(folder)
}

impl Programs {
    fn check(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.promvet);
        command.current_dir(folder).arg("check").args(args);
        command
    }

    /// The whole check against the bare events of the YAML parser.
    fn instructions(&self, folder: &Path) -> Outcome<()> {
        println!("| 200 configurations of 12 kB | events of libyaml-safer | whole check | ratio |");
        println!("|---|---|---|---|");
        for (name, content) in CONTENTS {
            let tree = configurations(&folder.join(format!("instructions-{name}")), 200, *content)?;
            let mut events = Command::new(&self.events);
            events.args((0..200).map(|number| tree.join(format!("{number}/prometheus.yml"))));
            let events = instructions(&events);
            let check = instructions(&self.check(&tree, &["--threads", "1", "."]));
            if let (Some(events), Some(check)) = (events, check) {
                let (events_m, check_m) = (events / 1_000_000, check / 1_000_000);
                let ratio = ratio(check, events);
                println!("| {name} | {events_m} million | {check_m} million | {ratio} |");
            }
        }
        println!();
        Ok(())
    }

    /// One named file beside files that have nothing to do with it, and many named files.
    fn beside_others(&self, folder: &Path) -> Outcome<()> {
        println!("| named files | instructions | time |");
        println!("|---|---|---|");
        for (words, kind, count) in [
            ("one, alone", "manifests", 0),
            ("one, beside 4,000 manifests", "manifests", 4000),
            ("1,000, in no repository", "named-files", 1000),
            ("4,000, in no repository", "named-files", 4000),
        ] {
            let tree = folder.join(format!("{kind}-{count}"));
            let named = grown(&tree, kind, count)?;
            let named: Vec<_> = named.iter().map(String::as_str).collect();
            let args = [&["--threads", "1"][..], &named].concat();
            let count = instructions(&self.check(&tree, &args)).unwrap_or(0) / 1_000_000;
            let alone = || self.check(&tree, &named);
            let [time] = medians([&alone])?;
            println!("| {words} | {count} million | {time:.1?} |");
        }
        println!();
        Ok(())
    }

    /// A change of two configurations of 1,000 among 5,000 files.
    fn of_a_change(&self, folder: &Path) -> Outcome<()> {
        let tree = configurations(&folder.join("change"), 1000, support::configuration)?;
        grown(&tree.join("beside"), "manifests", 3000)?;
        for args in [&["init", "-q"][..], &["add", "-A"], COMMIT] {
            let done = Command::new("git").current_dir(&tree).args(args).status()?;
            if !done.success() {
                return Err("git failed".into());
            }
        }
        for number in [1, 2] {
            let path = tree.join(format!("{number}/prometheus.yml"));
            fs::write(path, faulty::faulty(number))?;
        }
        let whole = || self.check(&tree, &["."]);
        let change = || self.check(&tree, &[".", "--since", "HEAD"]);
        let [whole, change] = medians([&whole, &change])?;
        println!("| 5,000 files, two of 1,000 configurations changed | time | ratio |");
        println!("|---|---|---|");
        println!("| whole check | {whole:.0?} | 1.00 |");
        let ratio = change.as_secs_f64() / whole.as_secs_f64();
        println!("| `--since HEAD` | {change:.0?} | {ratio:.2} |\n");
        Ok(())
    }

    fn memory(&self, folder: &Path) -> Outcome<()> {
        println!("| peak memory | 1,000 configurations | 2,000 | ratio |");
        println!("|---|---|---|---|");
        for (name, content) in CONTENTS {
            let peak = |count| -> Outcome<Option<u64>> {
                let tree = folder.join(format!("memory-{name}-{count}"));
                let tree = configurations(&tree, count, *content)?;
                Ok(peak_memory(&self.check(&tree, &["."])))
            };
            if let (Some(once), Some(twice)) = (peak(1000)?, peak(2000)?) {
                let (small, large) = (once / 1024, twice / 1024);
                println!(
                    "| {name} | {small} MiB | {large} MiB | {} |",
                    ratio(twice, once)
                );
            }
        }
        println!();
        Ok(())
    }

    fn against_promtool(&self, folder: &Path) -> Outcome<()> {
        if !is_installed("promtool") {
            return Ok(());
        }
        println!("| | promvet | promtool | ratio |");
        println!("|---|---|---|---|");
        for (name, content, count) in [
            ("one file", support::configuration as Content, 1),
            ("1,000 files with two findings each", faulty::faulty, 1000),
        ] {
            let tree = configurations(&folder.join(format!("promtool-{count}")), count, content)?;
            let files = (0..count).map(|number| tree.join(format!("{number}/prometheus.yml")));
            let files: Vec<_> = files.collect();
            let named = if count == 1 { "0/prometheus.yml" } else { "." };
            let ours = || self.check(&tree, &[named]);
            let theirs = || {
                let mut command = Command::new("promtool");
                command
                    .args(["check", "config", "--syntax-only"])
                    .args(&files);
                command
            };
            let [ours, theirs] = medians([&ours, &theirs])?;
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
            println!("| {name} | {ours:.1?} | {theirs:.1?} | {ratio:.1} |");
        }
        println!();
        Ok(())
    }

    /// A large repository, mostly source code, against a search for a word in its YAML.
    fn against_ripgrep(&self, folder: &Path) -> Outcome<()> {
        if !is_installed("rg") {
            return Ok(());
        }
        let tree = configurations(&folder.join("large"), 10, support::configuration)?;
        grown(&tree.join("k8s"), "manifests", 4000)?;
        grown(&tree.join("compose"), "compose-services", 800)?;
        for number in 0..36_000 {
            let path = tree.join(format!("src/{}/f{number}.go", number / 100));
            fs::create_dir_all(path.parent().unwrap_or(&tree))?;
            fs::write(
                path,
                format!("package a\n\nfunc f{number}() {{}}\n").repeat(40),
            )?;
        }
        let ours = || self.check(&tree, &["."]);
        let theirs = || {
            let mut command = Command::new("rg");
            command
                .current_dir(&tree)
                .args(["-l", "remote_write", "-g", "*.y*ml"]);
            command
        };
        let [ours, theirs] = medians([&ours, &theirs])?;
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("| 41,000 files | promvet | `rg -l remote_write -g '*.y*ml'` | ratio |");
        println!("|---|---|---|---|");
        println!("| | {ours:.0?} | {theirs:.0?} | {ratio:.1} |");
        Ok(())
    }
}

/// The configuration of a number.
type Content = fn(usize) -> String;

/// What configurations hold.
const CONTENTS: &[(&str, Content)] = &[
    ("no findings", support::configuration),
    ("two findings each", faulty::faulty),
];

const COMMIT: &[&str] = &[
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.com",
    "commit",
    "-q",
    "-m",
    "First",
];

fn configurations(folder: &Path, count: usize, content: Content) -> Outcome<PathBuf> {
    for number in 0..count {
        let inner = folder.join(number.to_string());
        fs::create_dir_all(&inner)?;
        fs::write(inner.join("prometheus.yml"), content(number))?;
        fs::write(inner.join("token"), "a.b.c")?;
    }
    Ok(folder.to_owned())
}

/// Writes one of the trees that grow, and returns what of it is to be named.
fn grown(folder: &Path, kind: &str, count: usize) -> Outcome<Vec<String>> {
    let mut known = trees::TREES.iter();
    let (_, grow) = known
        .find(|(name, _)| *name == kind)
        .ok_or("no such tree")?;
    let grown = grow(count);
    for (path, content) in grown.files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    Ok(grown.named)
}

fn is_installed(program: &str) -> bool {
    let quiet = |command: &mut Command| {
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok()
    };
    quiet(Command::new(program).arg("--version"))
}

/// The median time of each of several commands, which run in turn.
fn medians<const N: usize>(commands: [&dyn Fn() -> Command; N]) -> Outcome<[Duration; N]> {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..PAIRS {
        for (command, times) in commands.iter().zip(&mut times) {
            let mut command = command();
            let started = Instant::now();
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            times.push(started.elapsed());
        }
    }
    Ok(times.map(|mut times: Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }))
}

/// The instructions of a command; none without valgrind.
fn instructions(command: &Command) -> Option<u64> {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let said = said_under(&mut counted, command)?;
    // `==123== Collected : 456`
    let (_, count) = said.split_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok()
}

/// The peak memory of a command in KiB; none without GNU time.
fn peak_memory(command: &Command) -> Option<u64> {
    let mut measured = Command::new("time");
    measured.args(["-f", "%M"]);
    said_under(&mut measured, command)?
        .lines()
        .last()?
        .trim()
        .parse()
        .ok()
}

/// What a program that runs a command says of it.
fn said_under(program: &mut Command, command: &Command) -> Option<String> {
    if let Some(folder) = command.get_current_dir() {
        program.current_dir(folder);
    }
    let program = program.arg(command.get_program()).args(command.get_args());
    String::from_utf8(program.output().ok()?.stderr).ok()
}

fn ratio(one: u64, other: u64) -> String {
    let hundredths = one * 100 / other.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

//! Reading the command line, without setting up what it does not ask for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::args::{CheckArgs, Cli};
use crate::finding::nearest;
use crate::source::{Folder, Tree as _};

/// The arguments of a run that names no command, as a hook starts it.
#[derive(Debug, Parser)]
struct Bare {
    #[command(flatten)]
    check: CheckArgs,
}

/// The names of the subcommands.
const COMMANDS: [&str; 18] = [
    "check",
    "audit",
    "compare",
    "baseline",
    "suppressions",
    "files",
    "explain",
    "init",
    "config",
    "schema",
    "rules",
    "receivers",
    "why",
    "relabel",
    "test",
    "new",
    "completions",
    "man",
];

/// The command that a path which does not exist is almost the name of.
pub(super) fn misspelled(paths: &[PathBuf]) -> Option<(&str, &'static str)> {
    let first = paths.first()?.to_str()?;
    let here = Folder::here().ok()?;
    let is_word = first.chars().all(|c| c.is_ascii_lowercase());
    if !is_word || here.metadata(Path::new(first)).is_ok() {
        return None;
    }
    Some((first, nearest(first, COMMANDS)?))
}

impl Cli {
    /// Reads a command line. To set up what every subcommand takes is a tenth of what a run on one
    /// file costs, so that is left to command lines that name one, or that need an answer in words.
    ///
    /// # Errors
    /// What is wrong with it, or the text of the help that it asks for.
    pub(super) fn read(line: &[OsString]) -> Result<Self, clap::Error> {
        let is_command =
            |word: &OsString| word == "help" || COMMANDS.iter().any(|name| word == name);
        if !line.iter().skip(1).any(is_command)
            && let Ok(Bare { check }) = Bare::try_parse_from(line)
        {
            let command = None;
            return Ok(Self { command, check });
        }
        Self::try_parse_from(line)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        Cli::read(&words)
    }

    #[test]
    fn every_command_is_known_by_its_name() {
        let all = Cli::command();
        let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, COMMANDS);
        assert_eq!(
            all.get_subcommands()
                .flat_map(clap::Command::get_all_aliases)
                .count(),
            0
        );
    }

    #[test]
    fn what_names_a_command_and_what_does_not_is_read_as_one_parser_would() {
        for (line, is_command) in [
            ("promvet", false),
            ("promvet a b --quiet", false),
            ("promvet --format json a", false),
            ("promvet files", true),
            ("promvet check a", true),
            ("promvet new rule a/b", true),
        ] {
            let found = read(line).unwrap();
            assert_eq!(found.command.is_some(), is_command, "{line}");
            let words: Vec<&str> = line.split(' ').collect();
            let whole = Cli::try_parse_from(words).unwrap();
            assert_eq!(format!("{found:?}"), format!("{whole:?}"), "{line}");
        }
        for line in [
            "promvet --help",
            "promvet --version",
            "promvet --no-such",
            "promvet help",
        ] {
            let reported = read(line).unwrap_err();
            let words: Vec<&str> = line.split(' ').collect();
            let whole = Cli::try_parse_from(words).unwrap_err();
            assert_eq!(reported.to_string(), whole.to_string(), "{line}");
        }
    }
}

//! The part of `promvet test` that runs tests of relabel rules.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::TestArgs;
use super::complain;
use crate::report::harmless_line;
use crate::run::relabel_test::{is_test, run};
use crate::source::{Folder, Tree as _, WalkOptions};

/// How many cases there are, and how many are not as expected.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CaseCount {
    /// All cases.
    pub(super) all: usize,
    /// Those that are not as expected.
    pub(super) failed: usize,
    /// Whether a file could not be run.
    pub(super) broken: bool,
}

/// Runs them all.
pub(super) fn test(args: &TestArgs, tree: &Folder, out: &mut dyn Write) -> io::Result<CaseCount> {
    let mut named = args.folders.clone();
    if named.is_empty() {
        named.push(PathBuf::from("."));
    }
    let walk = WalkOptions {
        hidden: false,
        no_ignore: false,
        all_tracked: false,
        threads: args.threads.unwrap_or(0),
        deadline: crate::deadline::Deadline::default(),
        root: None,
        wanted: &is_test,
        also: None,
    };
    let mut count = CaseCount::default();
    for found in tree.walk(&named, &walk).files {
        if !is_test(&found.path) {
            continue;
        }
        let tested = match run(&found.path, tree) {
            Ok(tested) => tested,
            Err(why) => {
                complain(&why);
                count.broken = true;
                continue;
            }
        };
        count.all += tested.cases.len();
        if args.bless {
            match tested.bless() {
                Ok(0) => {}
                Ok(changed) => {
                    let line = format!("{}: {changed} results written", found.shown);
                    writeln!(out, "{}", harmless_line(&line))?;
                }
                Err(why) => {
                    complain(&format!("{}: {why}", found.shown));
                    count.broken = true;
                }
            }
            continue;
        }
        for case in &tested.cases {
            if let Some((wanted, came)) = &case.difference {
                count.failed += 1;
                let at = format!("{}:{}: not as expected", found.shown, case.line);
                for line in [
                    at,
                    format!("  expected {wanted}"),
                    format!("  found    {came}"),
                ] {
                    writeln!(out, "{}", harmless_line(&line))?;
                }
            }
        }
    }
    Ok(count)
}

//! `promvet test`: runs the examples of this repository's custom rules.

use std::io::{self, Write};
use std::sync::Arc;

use super::args::TestArgs;
use super::check::report_policy_error;
use super::{Exit, complain, relabel_test};
use crate::finding::{Finding, Redacted};
use crate::parallel;
use crate::rules::ExpectedFinding;
use crate::rules::custom::{CustomRule, Mutant, mutants};
use crate::rules::example::{Example, examples};
use crate::run::examples::{ExampleDifference, run_own};
use crate::run::{custom_rules, policies};
use crate::source::{Folder, Tree as _};

/// A rule and its examples.
struct TestedRule {
    rule: Arc<CustomRule>,
    examples: Vec<Example>,
}

/// Runs the examples and says which are not as marked.
pub(super) fn test(args: &TestArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let tree = Folder::here()?;
    let mut named = args.folders.iter().map(|folder| tree.absolute(folder));
    if let Some(missing) = named.find(|folder| tree.metadata(folder).is_err()) {
        complain(&format!("{}: no such file or folder", tree.shown(&missing)));
        return Ok(Exit::Failed);
    }
    let rules = if args.folders.is_empty() {
        policies::custom_rules_here(&tree)
    } else {
        custom_rules::in_folders(&args.folders, &tree)
    };
    let rules = match rules {
        Ok(rules) => rules,
        Err(errors) => {
            errors.iter().for_each(report_policy_error);
            return Ok(Exit::Failed);
        }
    };
    let relabel = relabel_test::test(args, &tree, out)?;
    if relabel.broken {
        return Ok(Exit::Failed);
    }
    if relabel.all > 0 && !args.bless {
        let cases = plural(relabel.all, "case");
        match relabel.failed {
            0 => writeln!(out, "{cases} of relabel rules: all as expected")?,
            failed => writeln!(out, "{cases} of relabel rules: {failed} not as expected")?,
        }
    }
    if rules.is_empty() && relabel.all > 0 || args.bless {
        return Ok(match relabel.failed {
            0 => Exit::Clean,
            _ => Exit::Findings,
        });
    }
    if rules.is_empty() {
        complain(
            "no rules here: name a folder of rule pages, or write `rule_folders: [rules]` into \
             promvet.yaml; `promvet new rule acme/my-rule` writes a first page",
        );
        return Ok(Exit::Failed);
    }
    let pages = rules.all().iter().map(|rule| TestedRule {
        rule: Arc::clone(rule),
        examples: examples(rule.text.content()),
    });
    let pages: Vec<_> = pages.collect();
    let threads = args.threads.unwrap_or(0);
    let failed = run_all(&pages, threads, out)?;
    if args.mutate && failed == 0 {
        mutate(&pages, threads, out)?;
    }
    Ok(if failed == 0 && relabel.failed == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Runs everything; how many examples, and pages without enough of them, failed.
fn run_all(pages: &[TestedRule], threads: usize, out: &mut dyn Write) -> io::Result<usize> {
    let came_to = parallel::map(threads, pages, |page| {
        let run = |example| run_own(example, &page.rule);
        page.examples.iter().map(run).collect::<Vec<_>>()
    });
    let mut failed = 0;
    for (page, differences) in pages.iter().zip(came_to) {
        for (example, difference) in page.examples.iter().zip(&differences) {
            if !difference.is_none() {
                failed += 1;
                show(&page.rule, example, difference, out)?;
            }
        }
        for (kind, bad) in [("bad", true), ("good", false)] {
            if !page.examples.iter().any(|example| example.bad == bad) {
                failed += 1;
                let (path, name) = (page.rule.text.path(), &page.rule.name);
                writeln!(out, "{path}:1: {name}: the page has no {kind} example")?;
                writeln!(out, "  add a block that begins with ```yaml {kind}")?;
            }
        }
    }
    let examples: usize = pages.iter().map(|page| page.examples.len()).sum();
    let run = format!(
        "{} of {}",
        plural(examples, "example"),
        plural(pages.len(), "rule")
    );
    if failed == 0 {
        writeln!(out, "{run}: all as marked")?;
    } else {
        writeln!(out, "{run}: {failed} not as marked")?;
    }
    Ok(failed)
}

fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// Says how an example differs from what it marks.
fn show(
    rule: &CustomRule,
    example: &Example,
    difference: &ExampleDifference,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = rule.text.path();
    let kind = if example.bad { "bad" } else { "good" };
    writeln!(
        out,
        "{page}:{}: {}: the {kind} example is not as marked",
        example.line, rule.name
    )?;
    if difference.unmarked {
        writeln!(
            out,
            "  a bad example marks what is found, as in `# ^^^ error: a part of the message`"
        )?;
    }
    for missing in &difference.missing {
        let line = example.line + missing.line;
        writeln!(
            out,
            "  {page}:{line}: expected, and not found:\n    {}",
            expected(missing)
        )?;
    }
    for extra in &difference.extra {
        let start = extra.place.start();
        let at = if **extra.place.path() == *example.path {
            format!("{page}:{}", example.line + start.line)
        } else {
            format!("{}:{}", extra.place.path(), start.line)
        };
        writeln!(out, "  {at}: found, and not marked:\n    {}", found(extra))?;
    }
    for why in difference.problems.iter().chain(&difference.unknown) {
        writeln!(out, "  {why}")?;
    }
    Ok(())
}

fn expected(expected: &ExpectedFinding) -> String {
    let columns = columns(expected.columns);
    let rule = expected
        .rule
        .as_ref()
        .map_or(String::new(), |rule| format!("[{rule}]"));
    format!(
        "{}{rule}{columns}: {}",
        expected.severity.word(),
        expected.says
    )
}

fn found(finding: &Redacted<Finding>) -> String {
    let (start, end) = (finding.place.start(), finding.place.end());
    let range = (start.line == end.line).then_some((start.column, end.column));
    let columns = columns(range);
    format!(
        "{}[{}]{columns}: {}",
        finding.severity.word(),
        finding.rule,
        finding.message
    )
}

fn columns(range: Option<(usize, usize)>) -> String {
    range.map_or(String::new(), |(from, to)| {
        format!(" in columns {from} to {}", to - 1)
    })
}

/// Says which changes of conditions no example notices.
fn mutate(pages: &[TestedRule], threads: usize, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<(&TestedRule, Mutant)> = pages
        .iter()
        .flat_map(|page| {
            mutants(&page.rule)
                .into_iter()
                .map(move |mutant| (page, mutant))
        })
        .collect();
    let survives = parallel::map(threads, &all, |(page, mutant)| {
        let mut examples = page.examples.iter();
        examples.all(|example| run_own(example, &mutant.rule).is_none())
    });
    let mut unnoticed = 0;
    for ((page, mutant), _) in all.iter().zip(survives).filter(|(_, survives)| *survives) {
        unnoticed += 1;
        let start = mutant.place.start();
        writeln!(
            out,
            "{}:{}:{}: {}: no example fails with the condition {}",
            mutant.place.path(),
            start.line,
            start.column,
            page.rule.name,
            mutant.change
        )?;
    }
    writeln!(
        out,
        "{} of the conditions: {unnoticed} not detected",
        plural(all.len(), "change")
    )
}

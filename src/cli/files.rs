//! `promvet files`: what was recognized as what, and why.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use super::args::FilesArgs;
use super::check::{prepare, report_policy_error, show_stats};
use super::progress::watched;
use super::{Exit, complain};
use crate::discover::program::KnownProgram;
use crate::discover::{EmbeddedIn, FileContent, TemplateEvidence};
use crate::report::harmless_line;
use crate::run::Run;
use crate::run::survey::{ScannedFile, survey};

/// Lists the files.
pub(super) fn files(args: &FilesArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, mut request) = prepare(&args.paths)?;
    request.lists_rule_files = true;
    let mut run = Run::default();
    let survey = watched(&request.watch, || survey(&request, &*tree, &mut run));
    run.notes.iter().for_each(|note| complain(note));
    run.problems.iter().for_each(|problem| complain(problem));
    run.policy_errors.iter().for_each(report_policy_error);
    let Some((survey, _)) = survey else {
        return Ok(Exit::Failed);
    };
    show_stats(&args.paths, &request.watch);
    let checked = survey.seen.iter().filter(|seen| is_checked(seen));
    let checked: HashSet<_> = checked.map(|seen| &seen.found.shown).collect();
    let seen = survey.seen.iter().filter_map(|seen| {
        // A manifest or values around a configuration are not a second thing to list.
        let is_around = matches!(seen.recognized.what, FileContent::Other { .. });
        if is_around && checked.contains(&seen.found.shown) {
            return None;
        }
        let kind = kind(seen, args.only_configurations)?;
        Some((&seen.found.shown, kind, seen.recognized.why.as_str()))
    });
    let seen = counted(seen);
    let excluded = survey.excluded.iter().map(|(found, place)| {
        let line = place.start().line;
        let by = match &**place.path() {
            "--exclude" => "--exclude".to_owned(),
            path => format!("{path}:{line}"),
        };
        let why = format!("not checked: {by} leaves it out");
        (&found.shown, why)
    });
    let excluded = excluded.filter(|_| !args.only_configurations);
    let unread = survey.unread.iter();
    let unread = unread.map(|(found, why)| (&found.shown, format!("not checked: {why}")));
    let late = survey.late.iter();
    let late = late.map(|found| {
        let why = "not checked: the time ran out (--max-time)".to_owned();
        (&found.shown, why)
    });
    let mut lines: Vec<_> = seen.chain(excluded).chain(unread).chain(late).collect();
    lines.sort();
    for (path, what) in lines {
        writeln!(out, "{}", harmless_line(&format!("{path}: {what}")))?;
    }
    Ok(if run.problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Failed
    })
}

/// One line for what a file is several times, such as one of Alloy with several endpoints.
fn counted<'a>(
    seen: impl Iterator<Item = (&'a Arc<str>, String, &'a str)>,
) -> impl Iterator<Item = (&'a Arc<str>, String)> {
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    for line in seen {
        *times.entry(line).or_default() += 1;
    }
    times.into_iter().map(|((path, kind, why), times)| {
        let what = match times {
            1 => format!("{kind}: {why}"),
            times => format!("{kind} ({times} configurations): {why}"),
        };
        (path, what)
    })
}

/// How people spell the words that reports have for what is neither a file of Prometheus nor of another program.
const NAMES: &[(&str, &str)] = &[
    ("compose", "compose file"),
    ("configmap", "ConfigMap"),
    ("helm-values", "Helm values"),
    ("openshift", "OpenShift"),
    ("operator", "Prometheus Operator"),
    ("secret", "Secret"),
];

fn name(word: &str) -> String {
    let known = NAMES.iter().find(|(short, _)| *short == word);
    let known = known.map(|(_, name)| *name);
    match known.or_else(|| KnownProgram::of(word)?.title) {
        Some(name) => name.to_owned(),
        None => format!("Prometheus {word}"),
    }
}

/// Whether promvet checks what it recognized there.
fn is_checked(seen: &ScannedFile) -> bool {
    matches!(
        seen.recognized.what,
        FileContent::Configuration { .. }
            | FileContent::LetGo { .. }
            | FileContent::Rules { .. }
            | FileContent::Broken { .. }
    )
}

/// What a file is called; none if it is not to be listed.
fn kind(seen: &ScannedFile, only_configurations: bool) -> Option<String> {
    let rendered = match seen.recognized.template {
        Some(TemplateEvidence::Suffix) => ", a template by its name",
        Some(TemplateEvidence::Policy) => ", a template by policy",
        Some(TemplateEvidence::Unrendered) => ", YAML only after rendering",
        Some(TemplateEvidence::Variables) | None => "",
    };
    match &seen.recognized.what {
        FileContent::Configuration { dialect, .. } => {
            let holder = seen.recognized.holder.as_ref();
            let word = holder.map_or_else(|| dialect.word(), EmbeddedIn::word);
            Some(format!("{}{rendered}", name(word)))
        }
        FileContent::LetGo { dialect } => Some(name(dialect.word())),
        FileContent::Rules { .. } => Some(format!("Prometheus rules{rendered}")),
        FileContent::Broken { .. } => Some(format!("Prometheus, does not parse{rendered}")),
        FileContent::Other { .. } | FileContent::Unknown if only_configurations => None,
        FileContent::Encoded { .. } => Some("encoded".to_owned()),
        FileContent::Unread(_) => Some("not read".to_owned()),
        FileContent::Other { kind } => Some((*kind).to_owned()),
        FileContent::Unknown => Some("unknown".to_owned()),
    }
}

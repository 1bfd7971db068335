//! `start/flag`: a flag that the release which is started does not know.

use crate::facts::deployment::{Argument, Deployment, Platform};
use crate::finding::{Advice, Finding, Severity, nearest, surely_meant};
use crate::rules::start::refused::{RefusedFlag, own_arguments, refused};
use crate::rules::start::{FlagVerdict, shown};
use crate::rules::{PrometheusStart, RuleFindings, advice};
use crate::yaml::placeholder;
use promvet_syntax::flags::FLAGS;

const RETENTION: &str = "storage.tsdb.retention";
const RETENTION_TIME: &str = "storage.tsdb.retention.time";

/// What to write instead of flags that are gone (docs/migration.md of prometheus/prometheus).
const INSTEAD: &[(&str, &str)] = &[
    (
        RETENTION,
        "write `--storage.tsdb.retention.time`, which means the same",
    ),
    (
        "storage.tsdb.allow-overlapping-blocks",
        "delete it: such blocks are always allowed",
    ),
    (
        "alertmanager.timeout",
        "delete it: `timeout` of an entry of `alertmanagers` decides",
    ),
];

pub(super) fn check(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    if let Some(argument) = stray(deployment) {
        out.push(refused_argument(start, argument, out));
        return;
    }
    if let Some(argument) = without_program(deployment) {
        out.push(lacks_program(start, argument, out));
        return;
    }
    if deployment.is_started_by_something_else() {
        return;
    }
    for argument in own_arguments(&deployment.arguments.list) {
        unknown(start, argument, out);
    }
    for refused in refused(start) {
        let RefusedFlag { name, message, .. } = refused;
        let identity = format!("{}.{name}", deployment.name);
        let place = &refused.argument.place;
        let finding = out.of_place(place, identity, severity(start), message);
        let finding = finding.kind(refused.kind);
        out.push(finding.changed_by(match refused.right {
            Some((old, new)) => advice::in_place(place, &old, &new, refused.help, true),
            None => refused.help.into(),
        }));
    }
}

/// The name of a command before the flags, where the entry point of the official image is `prometheus`
/// (Dockerfile of prometheus/prometheus): it takes no arguments but flags (kingpin `parse`, "unexpected
/// argument"). What names the program once more is left alone: its flags are what was meant.
fn stray(deployment: &Deployment) -> Option<&Argument> {
    let first = deployment.arguments.list.first()?;
    let is_official = deployment.known_image().is_some();
    let is_word = first
        .text
        .starts_with(|c: char| c.is_ascii_alphanumeric() || "/._".contains(c));
    let is_program = first.text.rsplit('/').next() == Some("prometheus");
    let is_stray = deployment.arguments.for_entry_point
        && is_official
        && is_word
        && !is_program
        && !placeholder::is_open(&first.text)
        && !first.text.contains('$');
    is_stray.then_some(first)
}

/// A flag where the program belongs: `command` of Kubernetes replaces the image's entry point
/// (<https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/>).
fn without_program(deployment: &Deployment) -> Option<&Argument> {
    let first = deployment.arguments.list.first()?;
    let replaces =
        deployment.platform == Platform::Kubernetes && !deployment.arguments.for_entry_point;
    (replaces && first.text.starts_with('-')).then_some(first)
}

fn lacks_program(
    start: &PrometheusStart<'_>,
    argument: &Argument,
    out: &RuleFindings<'_>,
) -> Finding {
    let deployment = start.deployment;
    let flag = argument.text.split('=').next().unwrap_or_default();
    let message = format!(
        "`command` replaces the image's entry point, so `{flag}` is started as a program: the container does \
         not start"
    );
    let severity = match deployment.doubts.is_empty() {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let identity = format!("{}.command", deployment.name);
    let finding = out.of_place(&argument.place, identity, severity, message);
    finding
        .kind("command")
        .help(Advice::write("write `args` in place of `command`"))
}

fn refused_argument(
    start: &PrometheusStart<'_>,
    argument: &Argument,
    out: &RuleFindings<'_>,
) -> Finding {
    let deployment = start.deployment;
    let word = &argument.text;
    let message = format!(
        "`{word}` is an argument for the image's entry point, which is Prometheus: it does not start"
    );
    let help = match deployment.platform {
        Platform::Kubernetes => "write the command below `command`, which replaces the entry point",
        Platform::Image => "write the command as `ENTRYPOINT`",
        _ => "write the command below `entrypoint`, which replaces that of the image",
    };
    let severity = match deployment.doubts.is_empty() {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let identity = format!("{}.{word}", deployment.name);
    let finding = out.of_place(&argument.place, identity, severity, message);
    finding.kind("argument").help(help)
}

/// An error where nothing but the flags in sight decides, in the official image, whose release is known.
fn severity(start: &PrometheusStart<'_>) -> Severity {
    let deployment = start.deployment;
    let is_sure = start.is_official() && deployment.release().is_some();
    match is_sure && deployment.doubts.is_empty() {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

/// A flag that the release does not know.
fn unknown(start: &PrometheusStart<'_>, argument: &Argument, out: &mut RuleFindings<'_>) {
    let Some(name) = flag(&argument.text) else {
        return;
    };
    // A switch is turned off with `--no-` (kingpin).
    let plain = name.strip_prefix("no-").unwrap_or(name);
    let verdict = start.verdict(plain, FLAGS);
    let known = || {
        let words = FLAGS.iter().map(|word| word.name);
        words.filter(|word| start.verdict(word, FLAGS) == FlagVerdict::Known)
    };
    let near = nearest(plain, known());
    let sure = surely_meant(plain, known());
    let Some((message, help)) = words(start, verdict, name, near) else {
        return;
    };
    let identity = format!("{}.{name}", start.deployment.name);
    let finding = out.of_place(&argument.place, identity, severity(start), message);
    let finding = finding.kind(verdict.kind());
    let right = match verdict {
        FlagVerdict::Gone(_) if plain == RETENTION => Some((RETENTION_TIME, true)),
        FlagVerdict::Unknown => near.map(|near| (near, sure == Some(near))),
        _ => None,
    };
    let right = right.filter(|_| name == plain);
    out.push(finding.changed_by(match right {
        Some((right, is_sure)) => {
            let (old, new) = (format!("--{name}"), format!("--{right}"));
            advice::in_place(&argument.place, &old, &new, help, is_sure)
        }
        None => help.into(),
    }));
}

/// The message about an unknown flag, and what to do.
fn words(
    start: &PrometheusStart<'_>,
    verdict: FlagVerdict,
    name: &str,
    near: Option<&str>,
) -> Option<(String, String)> {
    let plain = name.strip_prefix("no-").unwrap_or(name);
    let words = match verdict {
        FlagVerdict::Known => return None,
        FlagVerdict::Gone(release) => {
            let instead = INSTEAD.iter().find(|(gone, _)| *gone == plain);
            (
                format!(
                    "`--{plain}` is unknown to {} and newer: Prometheus does not start",
                    shown(release)
                ),
                instead.map_or("delete it", |(_, help)| help).to_owned(),
            )
        }
        FlagVerdict::TooNew(release) => (
            format!(
                "`--{plain}` is unknown before {}: Prometheus does not start",
                shown(release)
            ),
            format!("delete it, or start {} or newer", shown(release)),
        ),
        FlagVerdict::Unknown => match near {
            Some(near) => (
                format!("unknown flag `--{name}`: Prometheus does not start"),
                format!("did you mean `--{near}`?"),
            ),
            None if start.is_official() => (
                format!("unknown flag `--{name}`: Prometheus does not start"),
                "delete it".to_owned(),
            ),
            // A fork may know it.
            None => return None,
        },
    };
    Some(words)
}

/// The name of a flag, without its value.
fn flag(text: &str) -> Option<&str> {
    let name = text.strip_prefix("--")?.split('=').next()?;
    let is_open = placeholder::is_open(name);
    let is_word = name.starts_with(|c: char| c.is_ascii_lowercase());
    (is_word && !is_open && !name.contains(char::is_whitespace)).then_some(name)
}

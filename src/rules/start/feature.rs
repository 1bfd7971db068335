//! `start/feature`: a name of `--enable-feature` that the release which is started does not know.

use crate::finding::{Place, Severity, nearest};
use crate::rules::start::{FlagVerdict, shown};
use crate::rules::{PrometheusStart, RuleFindings, advice};
use crate::yaml::placeholder;
use promvet_syntax::flags::FEATURES;

/// Features that became flags, with what follows without the flag. `remote-write-receiver` is left to
/// `remote-write/receiver-not-enabled`, which knows whether anything writes there.
const FLAGS: &[(&str, &str, &str)] = &[
    ("agent", "it starts as a server", "agent"),
    (
        "otlp-write-receiver",
        "it takes no OTLP",
        "web.enable-otlp-receiver",
    ),
];

pub(super) fn check(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    for (name, place) in deployment.arguments.features() {
        if name.is_empty() || placeholder::is_open(name) {
            continue;
        }
        let verdict = start.verdict(name, FEATURES);
        let (message, help, near) = match verdict {
            FlagVerdict::Known => continue,
            FlagVerdict::Gone(release) => {
                let Some((_, effect, flag)) = FLAGS.iter().find(|(gone, ..)| *gone == name) else {
                    gone_without_effect(name, place, release, start, out);
                    continue;
                };
                if deployment.arguments.switch(flag).is_some() {
                    continue;
                }
                (
                    format!(
                        "the feature `{name}` is unknown to {} and newer: {effect}",
                        shown(release)
                    ),
                    format!("write `--{flag}`"),
                    None,
                )
            }
            FlagVerdict::TooNew(release) => (
                format!(
                    "the feature `{name}` is unknown before {}, and has no effect",
                    shown(release)
                ),
                format!("start {} or newer, or delete it", shown(release)),
                None,
            ),
            FlagVerdict::Unknown => match meant(start, name) {
                Some(MeantFeature::Flag(flag)) => (
                    format!("unknown feature `{name}`: Prometheus logs a warning and ignores it"),
                    format!("did you mean `--{flag}`?"),
                    None,
                ),
                Some(MeantFeature::Feature(near)) => (
                    format!("unknown feature `{name}`: Prometheus logs a warning and ignores it"),
                    format!("did you mean `{near}`?"),
                    Some(near),
                ),
                None if start.is_official() => (
                    format!("unknown feature `{name}`: Prometheus logs a warning and ignores it"),
                    "delete it".to_owned(),
                    None,
                ),
                None => continue,
            },
        };
        let identity = format!("{}.{name}", deployment.name);
        let finding = out.of_place(place, identity, Severity::Warning, message);
        let finding = finding.kind(verdict.kind());
        out.push(finding.changed_by(match near {
            Some(near) => advice::in_place(place, name, near, help, false),
            None => help.into(),
        }));
    }
}

/// What a name that no release knows is meant for.
enum MeantFeature {
    Feature(&'static str),
    /// A feature that became a flag before the release that is started.
    Flag(&'static str),
}

/// The feature that a name is near to, among those that the release knows.
fn meant(start: &PrometheusStart<'_>, name: &str) -> Option<MeantFeature> {
    let near = nearest(name, FEATURES.iter().map(|word| word.name))?;
    if start.verdict(near, FEATURES) == FlagVerdict::Known {
        return Some(MeantFeature::Feature(near));
    }
    let flag = FLAGS.iter().find(|(gone, ..)| *gone == near);
    if let Some((_, _, flag)) = flag {
        return Some(MeantFeature::Flag(flag));
    }
    let words = FEATURES.iter().map(|word| word.name);
    let known = words.filter(|word| start.verdict(word, FEATURES) == FlagVerdict::Known);
    nearest(name, known).map(MeantFeature::Feature)
}

/// Reports a feature that a release no longer knows. What it turned on is always on, except for the
/// receiver: `remote-write/receiver-not-enabled` reports that where something writes to it.
fn gone_without_effect(
    name: &str,
    place: &Place,
    release: (u16, u16),
    start: &PrometheusStart<'_>,
    out: &mut RuleFindings<'_>,
) {
    let effect = match name {
        "remote-write-receiver" => "it takes no remote write",
        _ => "what it turned on is always on",
    };
    let message = format!(
        "the feature `{name}` is unknown to {} and newer: {effect}",
        shown(release)
    );
    let help = match name {
        "remote-write-receiver" => "write `--web.enable-remote-write-receiver`",
        _ => "delete it",
    };
    let identity = format!("{}.{name}", start.deployment.name);
    let finding = out.of_place(place, identity, Severity::Info, message);
    out.push(finding.kind("gone").help(help));
}

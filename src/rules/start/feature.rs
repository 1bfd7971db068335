//! `start/feature`: a name of `--enable-feature` that the release which is started does not know.

use crate::facts::deployment::flags::FEATURES;
use crate::finding::{Place, Severity, nearest};
use crate::rules::start::{Verdict, shown};
use crate::rules::{Findings, Start, advice};
use crate::yaml::placeholder;

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

pub(super) fn check(start: &Start<'_>, out: &mut Findings<'_>) {
    let deployment = start.deployment;
    for (name, place) in deployment.arguments.features() {
        if name.is_empty() || placeholder::is_open(name) {
            continue;
        }
        let verdict = start.verdict(name, FEATURES);
        let (message, help, near) = match verdict {
            Verdict::Known => continue,
            Verdict::Gone(release) => {
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
            Verdict::TooNew(release) => (
                format!(
                    "the feature `{name}` is unknown before {}, and has no effect",
                    shown(release)
                ),
                format!("start {} or newer, or delete it", shown(release)),
                None,
            ),
            Verdict::Unknown => match nearest(name, FEATURES.iter().map(|word| word.name)) {
                Some(near) => (
                    format!("unknown feature `{name}`: Prometheus logs it and goes on without"),
                    format!("did you mean `{near}`?"),
                    Some(near),
                ),
                None if start.is_official() => (
                    format!("unknown feature `{name}`: Prometheus logs it and goes on without"),
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

/// Reports a feature that a release no longer knows. What it turned on is always on, except for the
/// receiver: `remote-write/receiver-not-enabled` reports that where something writes to it.
fn gone_without_effect(
    name: &str,
    place: &Place,
    release: (u16, u16),
    start: &Start<'_>,
    out: &mut Findings<'_>,
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

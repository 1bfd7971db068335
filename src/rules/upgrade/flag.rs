//! Flags that a newer release rejects, and features that it no longer knows.

use crate::facts::deployment::Deployment;
use crate::finding::{Place, Severity};
use crate::rules::{RuleFindings, Upgrade};
use crate::schema::Version;

/// The feature that `upgrade/native-histograms` reports as long as jobs depend on it.
const NATIVE_HISTOGRAMS: &str = "native-histograms";

/// A part of a command line that means nothing to newer releases.
struct RemovedFlag {
    name: &'static str,
    /// The first release that does not know it.
    version: (u16, u16),
    then: NewerReleaseEffect,
}

/// What a release makes of a part that it does not know.
enum NewerReleaseEffect {
    /// It is a flag, and Prometheus does not start; what to do.
    Refused(&'static str),
    /// It is a name of `--enable-feature`, which is passed over: what follows, and the flag to write
    /// instead with the release that brought it.
    Ignored(&'static str, &'static str, (u16, u16)),
    /// It is a name of `--enable-feature`, and what it turned on is always on.
    Default,
    /// It is a name of `--enable-feature`, and the configuration decides instead.
    Configured,
}

const fn gone(name: &'static str, version: (u16, u16), then: NewerReleaseEffect) -> RemovedFlag {
    RemovedFlag {
        name,
        version,
        then,
    }
}

/// From runs of 2.42 and 3.5, docs/migration.md and cmd/prometheus/main.go of
/// github.com/prometheus/prometheus.
const GONE: &[RemovedFlag] = &[
    gone(
        "storage.tsdb.retention",
        (3, 0),
        NewerReleaseEffect::Refused("write `--storage.tsdb.retention.time`, which means the same"),
    ),
    gone(
        "storage.tsdb.allow-overlapping-blocks",
        (3, 0),
        NewerReleaseEffect::Refused("delete it: since 2.39 such blocks are always allowed"),
    ),
    gone(
        "alertmanager.timeout",
        (3, 0),
        NewerReleaseEffect::Refused("delete it: `timeout` of an entry of `alertmanagers` decides"),
    ),
    gone(
        "agent",
        (3, 0),
        NewerReleaseEffect::Ignored("starts as a server", "agent", (3, 0)),
    ),
    gone(
        "remote-write-receiver",
        (3, 0),
        NewerReleaseEffect::Ignored(
            "no longer accepts remote write",
            "web.enable-remote-write-receiver",
            (2, 33),
        ),
    ),
    gone(
        "otlp-write-receiver",
        (3, 0),
        NewerReleaseEffect::Ignored("no longer accepts OTLP", "web.enable-otlp-receiver", (3, 0)),
    ),
    gone("promql-at-modifier", (3, 0), NewerReleaseEffect::Default),
    gone(
        "promql-negative-offset",
        (3, 0),
        NewerReleaseEffect::Default,
    ),
    gone(
        "new-service-discovery-manager",
        (3, 0),
        NewerReleaseEffect::Default,
    ),
    gone(
        "expand-external-labels",
        (3, 0),
        NewerReleaseEffect::Default,
    ),
    gone(
        "no-default-scrape-port",
        (3, 0),
        NewerReleaseEffect::Default,
    ),
    gone("auto-gomemlimit", (3, 0), NewerReleaseEffect::Default),
    gone("auto-gomaxprocs", (3, 0), NewerReleaseEffect::Default),
    gone("utf8-names", (3, 0), NewerReleaseEffect::Default),
    gone(NATIVE_HISTOGRAMS, (3, 9), NewerReleaseEffect::Configured),
];

/// Reports each part of a command line once, however often it is there.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    for deployment in upgrade.deployments {
        for gone in GONE.iter().filter(|gone| gone.concerns(upgrade)) {
            // What it runs already refuses or passes over the part now: the rules of the start say so.
            let is_late = deployment.release() >= Some(gone.version);
            if let Some(place) = gone.place_in(deployment).filter(|_| !is_late) {
                gone.tell(upgrade, deployment, place, out);
            }
        }
    }
}

impl RemovedFlag {
    fn concerns(&self, upgrade: &Upgrade<'_>) -> bool {
        let (major, minor) = self.version;
        // Where no job is in the tree, no one knows whether one depends on the flag.
        let settled = || {
            let lacking = || upgrade.first_jobs_without("scrape_native_histograms");
            !upgrade.first_jobs().is_empty() && lacking().is_empty()
        };
        upgrade.crosses(major, minor)
            && (!matches!(self.then, NewerReleaseEffect::Configured) || settled())
    }

    fn place_in<'d>(&self, deployment: &'d Deployment) -> Option<&'d Place> {
        let arguments = &deployment.arguments;
        if let NewerReleaseEffect::Refused(_) = self.then {
            return arguments.flag(self.name);
        }
        arguments.feature(self.name)
    }

    fn tell(
        &self,
        upgrade: &Upgrade<'_>,
        deployment: &Deployment,
        place: &Place,
        out: &mut RuleFindings<'_>,
    ) {
        let name = self.name;
        let release = format!("Prometheus {}.{}", self.version.0, self.version.1);
        let unknown = format!("the feature `{name}` is unknown to {release} and newer");
        let leftover = format!("delete it once no release before {release} is started with it");
        let (severity, message, help) = match self.then {
            NewerReleaseEffect::Refused(instead) => (
                Severity::Error,
                format!("{release} and newer do not know the flag `--{name}` and refuse to start"),
                instead.to_owned(),
            ),
            NewerReleaseEffect::Ignored(_, flag, _)
                if deployment.arguments.switch(flag).is_some() =>
            {
                (
                    Severity::Info,
                    format!("{unknown}: `--{flag}` decides"),
                    leftover,
                )
            }
            NewerReleaseEffect::Ignored(effect, flag, since) => (
                Severity::Warning,
                format!("{unknown}: Prometheus then {effect}, and only a line in its log says why"),
                replacement_of(flag, since, upgrade.from),
            ),
            NewerReleaseEffect::Default => (
                Severity::Info,
                format!("{unknown}: what it enables is always on"),
                leftover,
            ),
            NewerReleaseEffect::Configured => (
                Severity::Info,
                format!(
                    "from {release} on, the feature `{name}` has no effect: the configuration \
                     decides"
                ),
                leftover,
            ),
        };
        let identity = format!("{}.{name}", deployment.name);
        let finding = out.of_place(place, identity, severity, message);
        out.push(finding.help(help));
    }
}

/// A flag to write instead, if the oldest release knows it; else when to.
fn replacement_of(flag: &str, (major, minor): (u16, u16), from: Version) -> String {
    if from < Version::new(major, minor, 0) {
        format!(
            "write `--{flag}` with the upgrade; Prometheus before {major}.{minor} does not \
             start with it"
        )
    } else {
        format!("write `--{flag}`")
    }
}

//! Configurations that a Prometheus before 2.0 reads.

use super::survey::ScannedFile;
use crate::facts::Facts;
use crate::facts::deployment::Deployment;
use crate::finding::{Place, Span, Unchecked, rule};
use crate::rules::RuleJudgment;

/// Groups of rules that speak of what Prometheus reads and does from 2.0 on.
const BY_RELEASE: &[&str] = &[
    rule::GROUP_FILES,
    rule::GROUP_RELABEL,
    rule::GROUP_RULES,
    rule::GROUP_SCHEMA,
    rule::GROUP_SCRAPE,
    rule::GROUP_START,
    rule::GROUP_UPGRADE,
];

/// Flags of the storage that 2.0 replaced (`cmd/prometheus/config.go` of 1.8).
const OLD_STORAGE: &str = "-storage.local.";

/// Takes out what the tables of 2.0 and newer say of a configuration that only older releases run, and
/// lists it as not checked: they knew other keys (`target_groups`, `api_servers`), and reject the new
/// ones.
pub(super) fn set_aside(judgment: &mut RuleJudgment, seen: &ScannedFile, facts: &Facts<'_>) {
    let is_about = |name: &str| BY_RELEASE.contains(&rule::group_of(name));
    if !judgment
        .findings
        .iter()
        .any(|finding| is_about(&finding.rule))
    {
        return;
    }
    let runners = facts.runners(&seen.found.path, seen.recognized.holder.as_ref());
    let mut places = runners.iter().map(|runner| old_place(runner.deployment));
    let place = match places.next() {
        Some(place) => place.filter(|_| places.all(|place| place.is_some())),
        None => facts.old_release(seen.recognized.text.path()),
    };
    let Some(place) = place else {
        return;
    };
    judgment.findings.retain(|finding| !is_about(&finding.rule));
    judgment.unchecked.push(Unchecked {
        cause: None,
        logical: String::new(),
        reason: format!(
            "{}:{} runs it with a Prometheus before 2.0, whose keys promvet does not know",
            place.path(),
            place.start().line
        ),
        settle: Some("run 2.0 or newer".to_owned()),
        place: Place::new(&seen.recognized.text, Span::default()),
    });
}

/// Where it shows that a deployment runs a release before 2.0. The tags of other images count their
/// own versions.
pub(super) fn old_place(deployment: &Deployment) -> Option<Place> {
    let official = deployment.known_image();
    if let (Some(image), Some((major, _))) = (official, deployment.release()) {
        return (major < 2).then(|| image.place.clone());
    }
    let mut list = deployment.arguments.list.iter();
    list.find(|argument| argument.text.starts_with(OLD_STORAGE))
        .map(|argument| argument.place.clone())
}

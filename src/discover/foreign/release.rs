//! The release of Prometheus that a resource or values of a chart state, and keys that are newer than it.

use super::{RecognizedFile, found};
use crate::finding::{Finding, Severity, rule};
use crate::schema::dialect::{DatedKey, TooNew, dated_keys, too_new};
use crate::yaml::{Node, placeholder};
use std::sync::Arc;

/// Where a release is stated: the key, in words, and its value.
struct Statement<'d> {
    key: &'static str,
    node: Node<'d>,
    text: &'d str,
}

/// What states the release: `version`, and in values the tag of the image where that is not set
/// (prometheus-community/helm-charts `charts/kube-prometheus-stack` 88.5.3
/// `templates/prometheus/prometheus.yaml`).
fn stated(spec: Node<'_>, is_values: bool) -> Option<Statement<'_>> {
    fn of<'d>(key: &'static str, node: Node<'d>) -> Option<Statement<'d>> {
        let text = node.as_str().filter(|text| !text.is_empty())?;
        Some(Statement { key, node, text })
    }
    let tag = || spec.get("image")?.get("tag");
    let version = spec.get("version").and_then(|node| of("version", node));
    version.or_else(|| of("image.tag", tag().filter(|_| is_values)?))
}

/// Notes keys that not every release knows with what they were recognized in, the last of some.
pub(super) fn date(out: &mut [RecognizedFile], kind: &str, spec: Node<'_>, is_values: bool) {
    let spoken = out.last_mut().and_then(|hit| hit.spoken.as_mut());
    let Some(spoken) = spoken.and_then(Arc::get_mut) else {
        return;
    };
    let stated = stated(spec, is_values);
    let is_stated = stated.is_some();
    let known = stated.filter(|stated| !placeholder::is_open(stated.text));
    spoken.release = known.map(|stated| stated.text.to_owned());
    let keys = dated_keys(kind, spec).into_iter();
    // What a stated release does not know is reported with it.
    let keys = keys.map(|key| DatedKey {
        prometheus: key.prometheus.filter(|_| !is_stated),
        ..key
    });
    spoken.dated = keys
        .filter(|key| key.operator.or(key.prometheus.map(|_| 0)).is_some())
        .collect();
}

/// What is reported about the release, and about keys that are newer than it.
pub(super) fn check(spec: Node<'_>, is_values: bool) -> Vec<Finding> {
    let Some(stated) = stated(spec, is_values) else {
        return Vec::new();
    };
    let (key, text) = (stated.key, stated.text);
    if placeholder::find(text).next().is_some() || text.contains(['{', '$']) {
        return Vec::new();
    }
    let release = release_of(text);
    // A tag may be any word; which release it is says the chart's own.
    let Some(release) = release else {
        if key != "version" {
            return Vec::new();
        }
        let message = format!(
            "`version`: expected a release of Prometheus, found `{text}`; the Operator generates no configuration"
        );
        let rule = rule::SCHEMA_INVALID_VALUE;
        let help = "write a release such as `v3.5.0`";
        return vec![found(rule, Severity::Error, stated.node, message).help(help)];
    };
    if !(2..=3).contains(&release.0) {
        let message = format!(
            "`{key}`: Operator 0.77 and newer generate no configuration for Prometheus {}.x",
            release.0
        );
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = found(rule, Severity::Warning, stated.node, message);
        return vec![finding.help("name a release of Prometheus 2 or 3")];
    }
    let image = of_image(spec, is_values).filter(|_| key == "version");
    let differing = image.filter(|(_, of_image)| *of_image != release);
    let differing = differing.map(|(node, (major, minor))| {
        let message = format!(
            "`version`: the Operator writes the configuration for `{text}`, and the image runs {major}.{minor}"
        );
        let finding = found(rule::SCHEMA_CONFLICT, Severity::Info, stated.node, message);
        let finding = finding.evidence(node.place(), "the image is set here");
        finding.help("set both to the same release")
    });
    newer(spec, &stated, release)
        .into_iter()
        .chain(differing)
        .collect()
}

fn newer(spec: Node<'_>, stated: &Statement<'_>, release: (u16, u16)) -> Vec<Finding> {
    let newer = too_new(spec, release).into_iter();
    let newer = newer.map(|(entry, since, effect)| (entry.key, entry.name(), since, effect));
    let protocols = spec
        .get("scrapeProtocols")
        .into_iter()
        .flat_map(Node::items);
    let protocols = protocols.filter(|item| item.as_str() == Some(TEXT_1));
    let protocols = protocols
        .filter(|_| release < (3, 0))
        .map(|item| (item, TEXT_1, (3, 0), TooNew::Dropped));
    newer
        .chain(protocols)
        .chain(new_actions(spec, release))
        .map(|(node, name, since, effect)| {
            let message = format!(
                "`{name}`: needs Prometheus {}.{} or newer, and `{}` is `{}`: {}",
                since.0,
                since.1,
                stated.key,
                stated.text,
                effect.clause()
            );
            let finding = found(rule::SCHEMA_UNAVAILABLE, Severity::Warning, node, message);
            let finding = finding.evidence(stated.node.place(), "the release is set here");
            finding.help("set a newer release, or remove the key")
        })
        .collect()
}

/// Actions of relabeling that releases of Prometheus added (prometheus `CHANGELOG.md`).
const ACTIONS: &[(&[&str], (u16, u16))] = &[
    (&["lowercase", "uppercase"], (2, 36)),
    (&["keepequal", "dropequal"], (2, 41)),
];

/// Lists of relabelings, and what becomes of an action that is too new: the Operator checks all but those
/// of an endpoint of `remoteWrite` (prometheus-operator v0.93.0 `pkg/prometheus/validation/validator.go`).
const RELABELINGS: &[(&[&str], &str, TooNew)] = &[
    (&["remoteWrite"], "writeRelabelConfigs", TooNew::Written),
    (
        &["additionalRemoteWrite"],
        "writeRelabelConfigs",
        TooNew::Written,
    ),
    (&["scrapeClasses"], "relabelings", TooNew::Refused),
    (&["scrapeClasses"], "metricRelabelings", TooNew::Refused),
    (
        &["alerting", "alertmanagers"],
        "relabelings",
        TooNew::Refused,
    ),
];

/// An action, its name, the release that added it, and what happens.
type NewAction<'d> = (Node<'d>, &'d str, (u16, u16), TooNew);

fn new_actions(spec: Node<'_>, release: (u16, u16)) -> Vec<NewAction<'_>> {
    let lists = RELABELINGS.iter().flat_map(|(path, key, effect)| {
        let holders = path.iter().try_fold(spec, |node, key| node.get(key));
        let items = holders.into_iter().flat_map(Node::items);
        items.filter_map(move |item| Some((item.get(key)?, *effect)))
    });
    let actions = lists.flat_map(|(list, effect)| {
        let actions = list.items().filter_map(|item| item.get("action"));
        actions.map(move |action| (action, effect))
    });
    actions
        .filter_map(|(node, effect)| {
            let name = node.as_str()?;
            let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
            let mut rows = ACTIONS.iter();
            let (_, since) = rows.find(|(names, _)| names.iter().any(is_it))?;
            (release < *since).then_some((node, name, *since, effect))
        })
        .collect()
}

/// The release in the tag of an image of Prometheus itself; others number theirs as they like.
fn of_image(spec: Node<'_>, is_values: bool) -> Option<(Node<'_>, (u16, u16))> {
    const IMAGES: &[&str] = &["prometheus/prometheus", "prom/prometheus"];
    let image = spec.get("image")?;
    if is_values {
        let tag = image.get("tag")?;
        let repository = image.get("repository").and_then(Node::as_str);
        let is_own = repository.is_none_or(|name| IMAGES.iter().any(|own| name.ends_with(own)));
        return Some((tag, release_of(tag.as_str().filter(|_| is_own)?)?));
    }
    let name = image.as_str()?.split('@').next()?;
    let (repository, tag) = name.rsplit_once(':')?;
    let is_own = IMAGES.iter().any(|own| repository.ends_with(own));
    Some((image, release_of(Some(tag).filter(|_| is_own)?)?))
}

/// A protocol that Prometheus 3.0 added (`pkg/prometheus/promcfg.go`, `addScrapeProtocols`).
const TEXT_1: &str = "PrometheusText1.0.0";

/// The release that a text names, as the Operator reads it (blang/semver `ParseTolerant`).
pub(super) fn release_of(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let number = text.split(['-', '+']).next()?;
    let parts: Option<Vec<u16>> = number.split('.').map(|part| part.parse().ok()).collect();
    let parts = parts.filter(|parts| parts.len() <= 3)?;
    Some((*parts.first()?, parts.get(1).copied().unwrap_or(0)))
}

//! Which releases of the Prometheus Operator and of Prometheus a tree states: by the image of the Operator,
//! by its CustomResourceDefinitions, by where it is installed from, and by the releases of charts.

use std::sync::Arc;

use super::Facts;
use crate::finding::{Place, Span, Text};
use crate::needle;
use crate::schema::dialect::release_of_chart;
use crate::yaml::{Document, Node, parse_all};

/// What comes before the minor release: all releases are `0.x`. The image, the annotation of definitions
/// since 0.66, and addresses of the repository.
const MARKS: &[(&str, &str)] = &[
    ("/prometheus-operator:", "its image"),
    (VERSION, "its CustomResourceDefinitions"),
    (
        "prometheus-operator/prometheus-operator/v",
        "where it comes from",
    ),
    (
        "prometheus-operator/prometheus-operator/releases/download/v",
        "where it comes from",
    ),
    (
        "prometheus-operator/prometheus-operator?ref=v",
        "where it comes from",
    ),
    (
        "prometheus-operator/prometheus-operator.git?ref=v",
        "where it comes from",
    ),
];

/// The annotation of definitions.
const VERSION: &str = "operator.prometheus.io/version: ";

/// Charts that install the Operator.
const CHARTS: &[&str] = &["kube-prometheus-stack", "kube-prometheus"];

/// Words: whatever installs a chart has one of these.
const IN_CARRIERS: &[&str] = &[
    "chart",
    "helmCharts",
    "dependencies",
    "oci://",
    "apiVersion: v",
];

/// What else installs an Operator, of a release that only its own files say.
const OTHERS: &[&str] = &[
    "prometheus-operator/kube-prometheus",
    "coreos/kube-prometheus",
    "rancher-monitoring",
];

/// A statement of a release.
#[derive(Debug)]
pub struct StatedRelease {
    /// Where it is.
    pub place: Place,
    /// What states it.
    pub by: &'static str,
    /// The minor release of the Operator; none if it cannot be known.
    pub operator: Option<u16>,
    /// The release of Prometheus that comes along with it.
    pub prometheus: Option<(u16, u16)>,
}

/// Whether a file may state one.
pub(super) fn may_state(bytes: &[u8]) -> bool {
    let has = |word: &'static str| needle::has(word, bytes);
    MARKS.iter().any(|(mark, _)| has(mark))
        || OTHERS.iter().any(|word| has(word))
        || CHARTS.iter().any(|word| has(word)) && IN_CARRIERS.iter().any(|word| has(word))
        || has("prometheusOperator:") && has("tag:")
}

/// All statements in some files.
pub(super) fn all(texts: &[Arc<Text>]) -> Vec<StatedRelease> {
    texts.iter().flat_map(of_text).collect()
}

fn of_text(text: &Arc<Text>) -> Vec<StatedRelease> {
    let content = text.content();
    let unknown = |at: usize| StatedRelease {
        place: Place::new(text, Span::new(at, at)),
        by: "",
        operator: None,
        prometheus: None,
    };
    let mut out = Vec::new();
    for (mark, by) in MARKS {
        for (at, _) in content.match_indices(mark) {
            let rest = content.get(at + mark.len()..).unwrap_or("");
            // A key of a mapping may end alike.
            if rest.starts_with(|c: char| c.is_ascii_whitespace()) {
                continue;
            }
            let rest = rest.strip_prefix('v').unwrap_or(rest);
            let minor = rest.strip_prefix("0.").map(digits);
            let minor = minor.and_then(|minor| minor.parse().ok());
            let is_version =
                rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with("0.");
            out.push(match minor {
                Some(minor) => StatedRelease {
                    by,
                    operator: Some(minor),
                    ..unknown(at)
                },
                // Of the Operator's own addresses there are some that name a branch.
                None if is_version => continue,
                None => unknown(at),
            });
        }
    }
    let others = OTHERS.iter().filter_map(|word| content.find(word));
    out.extend(others.map(unknown));
    if CHARTS.iter().any(|chart| content.contains(chart)) || content.contains("prometheusOperator:")
    {
        let (documents, error) = parse_all(text);
        let roots = documents.iter().filter_map(Document::root);
        roots.for_each(|root| below(root, false, &mut out));
        let is_named = |chart: &&str| content.contains(&format!("chart: {chart}"));
        if error.is_some() && CHARTS.iter().any(is_named) {
            out.push(unknown(0));
        }
    }
    out
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.get(..end.unwrap_or(text.len())).unwrap_or("")
}

/// What names a chart and its release below a node; items of some lists have the chart's name in `name`.
fn below(node: Node<'_>, is_dependency: bool, out: &mut Vec<StatedRelease>) {
    out.extend(of_chart(node, is_dependency));
    for entry in node.mapping().into_iter().flat_map(|map| map.entries()) {
        if entry.name() == "prometheusOperator" {
            out.extend(of_values(entry.value));
        }
        let is_list = ["dependencies", "helmCharts"].contains(&entry.name());
        let items = entry.value.items();
        items.for_each(|item| below(item, is_list, out));
        if entry.value.mapping().is_some() {
            below(entry.value, false, out);
        }
    }
}

fn of_chart(node: Node<'_>, is_dependency: bool) -> Option<StatedRelease> {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    // The chart's own file has its name and its release at the top.
    let is_own = node.get("apiVersion").is_some() && node.get("kind").is_none();
    let image = node.get("url").and_then(Node::as_str);
    let name = text("chart").or_else(|| text("name").filter(|_| is_dependency || is_own));
    let (name, release) = match name {
        Some(name) => {
            let keys = ["version", "targetRevision"].iter();
            (name, keys.filter_map(|key| node.get(key)).next())
        }
        // An OCIRepository of Flux.
        None => {
            let url = image.filter(|url| url.starts_with("oci://"))?;
            let tag = node.get("ref");
            (
                url,
                tag.and_then(|tag| tag.get("tag").or_else(|| tag.get("semver"))),
            )
        }
    };
    let chart = name.rsplit('/').next()?;
    if !CHARTS.contains(&chart) {
        return None;
    }
    let found = release.and_then(Node::as_str);
    let found = found.and_then(|release| release_of_chart(chart, release));
    Some(StatedRelease {
        place: release.unwrap_or(node).place(),
        by: "the release of the chart",
        operator: found.map(|found| found.operator),
        prometheus: found.and_then(|found| found.prometheus),
    })
}

/// The tag of the Operator's image in values of a chart.
fn of_values(operator: Node<'_>) -> Option<StatedRelease> {
    let tag = operator.get("image")?.get("tag")?;
    let text = tag.as_str().filter(|text| !text.is_empty())?;
    let minor = text.trim_start_matches('v').strip_prefix("0.").map(digits);
    Some(StatedRelease {
        place: tag.place(),
        by: "the tag of its image",
        operator: minor.and_then(|minor| minor.parse().ok()),
        prometheus: None,
    })
}

impl Facts<'_> {
    /// The one release that is stated for a file: in the file itself, by the chart that it belongs to, or
    /// anywhere in the tree. None where several are.
    #[must_use]
    pub fn stated_release(&self, shown: &str) -> Option<&StatedRelease> {
        let all = self.shared.stated_releases();
        let own = all.iter().filter(|stated| **stated.place.path() == *shown);
        let own: Vec<&StatedRelease> = own.collect();
        if !own.is_empty() {
            return one(&own);
        }
        let path = |name: &str| self.chart_dependency(shown, name).map(|(_, place)| place);
        if let Some(place) = CHARTS.iter().find_map(|name| path(name)) {
            let of_chart = all
                .iter()
                .filter(|stated| stated.place.path() == place.path());
            return one(&of_chart.collect::<Vec<_>>());
        }
        one(&all.iter().collect::<Vec<_>>())
    }
}

/// What all of some state; the most telling of them.
fn one<'s>(stated: &[&'s StatedRelease]) -> Option<&'s StatedRelease> {
    let first = stated.first()?;
    first.operator?;
    let are_alike = stated.iter().all(|other| other.operator == first.operator);
    let releases = stated.iter().filter(|other| other.prometheus.is_some());
    let mut releases: Vec<&&StatedRelease> = releases.collect();
    releases.dedup_by_key(|stated| stated.prometheus);
    match (are_alike, releases.as_slice()) {
        (true, []) => Some(first),
        (true, [only]) => Some(only),
        // Of one Operator and several releases of Prometheus, the Operator is known.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_stated_in_several_ways() {
        let of = |content: &str| {
            let text = Text::new("a.yaml", content.into());
            let all = all(&[text]);
            let operators = all.iter().map(|stated| stated.operator);
            operators.collect::<Vec<_>>()
        };
        for (content, expected) in [
            (
                "image: quay.io/prometheus-operator/prometheus-operator:v0.60.1",
                vec![Some(60)],
            ),
            ("image: a/prometheus-operator:v0.{{ minor }}", vec![None]),
            ("operator.prometheus.io/version: 0.75.0", vec![Some(75)]),
            (
                "chart: {spec: {chart: kube-prometheus-stack, version: 45.8.0}}",
                vec![Some(63)],
            ),
            (
                "chart: kube-prometheus-stack\ntargetRevision: 45.x",
                vec![Some(65)],
            ),
            ("chart: kube-prometheus-stack", vec![None]),
            (
                "dependencies:\n- name: kube-prometheus-stack\n  version: '>=45.0.0'",
                vec![None],
            ),
            ("metadata:\n  name: kube-prometheus-stack\n", vec![]),
            (
                "spec:\n  url: oci://ghcr.io/charts/kube-prometheus-stack\n  ref: {tag: 66.2.0}",
                vec![Some(78)],
            ),
            (
                "prometheusOperator: {image: {tag: v0.80.0}}",
                vec![Some(80)],
            ),
        ] {
            assert_eq!(of(content), expected, "{content}");
        }
    }
}

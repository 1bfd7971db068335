//! Which release of the Prometheus Operator a tree installs, by the tag of its image or by its chart.

use std::sync::Arc;

use memchr::memmem;

use super::Facts;
use crate::finding::Text;

/// What comes before the minor release in the name of the image: all releases are `0.x`.
const IMAGE: &str = "/prometheus-operator:v0.";

/// The first Operator that runs Prometheus 3 where nothing says which one (prometheus-operator v0.79.0
/// `pkg/operator/defaults.go`).
const WITH_PROMETHEUS_3: u16 = 79;

/// The chart that installs it, and its first release with Prometheus 3
/// (prometheus-community/helm-charts `charts/kube-prometheus-stack/UPGRADE.md`, "From 66.x to 67.x").
const CHART: &str = "kube-prometheus-stack";
const CHART_WITH_PROMETHEUS_3: u16 = 67;

/// Keys that name the chart, and those of its release beside them.
const NAMES: &[&str] = &["chart:", "name:"];
const RELEASES: &[&str] = &["targetRevision:", "version:"];

/// How many lines the two may be apart: `repoURL`, `path`, `helm` and the like are between them.
const NEAR: usize = 6;

/// Whether a file may tell.
pub(super) fn may_tell(bytes: &[u8]) -> bool {
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    has(IMAGE) || has(CHART) && RELEASES.iter().any(|key| has(key))
}

/// The newest minor release in some files.
pub(super) fn newest(texts: &[Arc<Text>]) -> Option<u16> {
    let of_text = |text: &Arc<Text>| {
        let content = text.content();
        let ends = |rest: &str| rest.find(|c: char| !c.is_ascii_digit());
        let minors = content.match_indices(IMAGE).filter_map(|(at, found)| {
            let rest = content.get(at + found.len()..)?;
            rest.get(..ends(rest).unwrap_or(rest.len()))?.parse().ok()
        });
        minors.chain(of_chart(content)).max()
    };
    texts.iter().filter_map(of_text).max()
}

/// A release of the Operator that the release of the chart in a text has at most.
fn of_chart(content: &str) -> Option<u16> {
    if !content.contains(CHART) {
        return None;
    }
    let value = |line: &'_ str, keys: &[&str]| {
        let line = line.trim_start().trim_start_matches("- ");
        let mut keys = keys.iter();
        let value = keys.find_map(|key| line.strip_prefix(key))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let lines: Vec<&str> = content.lines().collect();
    let majors = lines.iter().enumerate().filter_map(|(at, line)| {
        let is_chart = value(line, NAMES).is_some_and(|name| name == CHART);
        // The chart's own file has its keys at the margin, in whatever order.
        let is_own = is_chart && line.starts_with("name:");
        let range = match is_own {
            true => 0..lines.len(),
            false => at.saturating_sub(NEAR)..(at + NEAR).min(lines.len()),
        };
        let mut around = lines.get(range).filter(|_| is_chart)?.iter();
        around.find_map(|line| {
            let is_indented = line.starts_with(' ');
            let release = value(line, RELEASES).filter(|_| !(is_own && is_indented))?;
            let release = release.trim_start_matches(['v', '~', '^']);
            let (major, rest) = release.split_once('.')?;
            rest.starts_with(|c: char| c.is_ascii_digit() || c == 'x' || c == '*')
                .then(|| major.parse::<u16>().ok())?
        })
    });
    let newest = majors.max()?;
    Some(match newest < CHART_WITH_PROMETHEUS_3 {
        true => WITH_PROMETHEUS_3 - 1,
        false => WITH_PROMETHEUS_3,
    })
}

impl Facts<'_> {
    /// The minor release of the Prometheus Operator that the tree installs; the newest of several.
    #[must_use]
    pub fn operator_release(&self) -> Option<u16> {
        self.shared.operator_release()
    }

    /// Whether the Operator of the tree runs a Prometheus before 3.0 where nothing says which one.
    #[must_use]
    pub fn has_old_operator(&self) -> bool {
        let release = self.operator_release();
        release.is_some_and(|release| release < WITH_PROMETHEUS_3)
    }
}

#[cfg(test)]
mod tests {
    use super::newest;
    use crate::finding::Text;

    #[test]
    fn the_newest_tag_counts() {
        let text = |content: &str| Text::new("a.yaml", content.into());
        let of = |content: &str| newest(&[text(content)]);
        assert_eq!(
            of("image: quay.io/coreos/prometheus-operator:v0.22.2"),
            Some(22)
        );
        assert_eq!(
            of("image: quay.io/prometheus-operator/prometheus-operator:v0.79.2"),
            Some(79)
        );
        assert_eq!(
            of("image: quay.io/prometheus-operator/prometheus-config-reloader:v0.44.1"),
            None
        );
        assert_eq!(
            of("image: a/prometheus-operator:v0.1\n  image: a/prometheus-operator:v0.40.0"),
            Some(40)
        );
        assert_eq!(
            of("image: a/prometheus-operator:v0.{{ .Values.minor }}"),
            None
        );
        let chart =
            |chart: &str, release: &str| of(&format!("a:\n  {chart}\n  b: c\n  {release}\n"));
        let name = "chart: kube-prometheus-stack";
        assert_eq!(chart(name, "version: 56.9.0"), Some(78));
        assert_eq!(chart(name, "targetRevision: \"67.1.0\""), Some(79));
        assert_eq!(
            chart("- name: kube-prometheus-stack", "version: ~45.x"),
            Some(78)
        );
        assert_eq!(chart(name, "version: '>=45.0.0'"), None);
        assert_eq!(chart("name: other", "version: 45.0.0"), None);
        let own = "dependencies:\n- name: a\n  version: 70.0.0\nname: kube-prometheus-stack\nversion: 46.8.0\n";
        assert_eq!(of(own), Some(78));
    }
}

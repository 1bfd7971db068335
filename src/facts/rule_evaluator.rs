//! Which program evaluates the objects `PrometheusRule` of a tree.
//!
//! The operator of VictoriaMetrics turns them into rules of vmalert (VictoriaMetrics/operator
//! v0.60 `internal/controller/operator/converter`), whose MetricsQL accepts more than PromQL.

use std::sync::Arc;

use memchr::memmem;

use super::Facts;
use crate::finding::{Place, Span, Text};
use crate::needle;

/// What runs vmalert, or makes the operator of VictoriaMetrics run it.
const VMALERT: &[&str] = &["kind: VMAlert", "chart: victoria-metrics-k8s-stack"];

/// What runs a Prometheus or a Thanos Ruler that loads the objects.
const PROMETHEUS: &[&str] = &[
    "kind: Prometheus",
    "kind: ThanosRuler",
    "prometheusSpec:",
    "chart: kube-prometheus",
];

/// Whether a file may tell.
pub(super) fn may_tell(bytes: &[u8]) -> bool {
    VMALERT
        .iter()
        .chain(PROMETHEUS)
        .any(|word| finds(bytes, word).is_some())
}

/// Where a tree runs vmalert, if nothing in it runs Prometheus.
pub(super) fn vmalert(texts: &[Arc<Text>]) -> Option<Place> {
    let find = |text: &Arc<Text>, words: &[&'static str]| {
        let bytes = text.content().as_bytes();
        let found = words
            .iter()
            .find_map(|word| Some((finds(bytes, word)?, word.len())))?;
        let (from, length) = found;
        Some(Place::new(text, Span::new(from, from + length)))
    };
    if texts.iter().any(|text| find(text, PROMETHEUS).is_some()) {
        return None;
    }
    texts.iter().find_map(|text| find(text, VMALERT))
}

/// Where a word begins that nothing but a space or the end of its line follows: `kind: Prometheus` is
/// not in `kind: PrometheusRule`. A name of a chart may go on.
fn finds(bytes: &[u8], word: &'static str) -> Option<usize> {
    if !needle::has(word, bytes) {
        return None;
    }
    let mut all = memmem::find_iter(bytes, word.as_bytes());
    all.find(|at| {
        let behind = bytes.get(at + word.len());
        word.starts_with("chart") || behind.is_none_or(u8::is_ascii_whitespace)
    })
}

impl Facts<'_> {
    /// Where the tree runs vmalert, if nothing in it runs a Prometheus that could load its rules.
    #[must_use]
    pub fn vmalert_alone(&self) -> Option<&Place> {
        self.shared.vmalert_alone()
    }
}

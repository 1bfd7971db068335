//! Jobs of a dialect, which become entries of `scrape_configs`.

use super::super::table::MappingShape;
use super::Translator;
use crate::yaml::{Entry, Node, TranslatedNode};

impl Translator {
    /// A job, with a name if it has none of its own: the Operator gives it one.
    pub(super) fn job(
        &mut self,
        shape: &'static MappingShape,
        node: Node<'_>,
        number: Option<usize>,
    ) -> Option<TranslatedNode> {
        // A job of its own is an object that may be a patch, so that nothing is asked of it.
        let items = match number {
            Some(_) => self.whole(shape, node)?,
            None => self.items(shape, node)?,
        };
        let number = number.unwrap_or(0);
        let is_named = items.iter().any(|(native, ..)| *native == "job_name");
        let mut pairs = self.builder.assemble(node, items);
        // Native rules ask for a name, so that the one of the Operator has to be there; its text is
        // not shown.
        if !is_named {
            let key = self.builder.scalar(node, "job_name");
            let value = self.builder.scalar(node, &format!("job {number}"));
            pairs.push((key, value));
        }
        if let Some((_, roles)) = ROLES.iter().find(|(of, _)| std::ptr::eq(*of, shape)) {
            let key = self.builder.scalar(node, "kubernetes_sd_configs");
            let value = self.discovery(node, roles);
            pairs.push((key, value));
        }
        Some(self.builder.mapping(node, &pairs))
    }

    /// The discovery that the Operator writes for a monitor. What it attaches depends on the
    /// scrape class too, so that it counts as attached.
    fn discovery(&mut self, node: Node<'_>, roles: &[&str]) -> TranslatedNode {
        let mut sections = Vec::new();
        for role in roles {
            let mut text = |text: &str| self.builder.part(node, node.span(), text);
            let role = (text("role"), text(role));
            let attached = ["node", "namespace"].map(|key| (text(key), text("true")));
            let key = text("attach_metadata");
            let attached = self.builder.mapping(node, &attached);
            sections.push(self.builder.mapping(node, &[role, (key, attached)]));
        }
        self.builder.sequence(node, &sections)
    }

    /// Native jobs by their names, with a key `enabled` of the chart's. One that finds no targets itself
    /// changes a job of the chart (`charts/prometheus` 28.0.0 values.yaml, `scrapeConfigs`).
    pub(super) fn named_jobs(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        let mut jobs = Vec::new();
        for entry in node.mapping()?.effective() {
            let Some(job) = entry.value.mapping() else {
                continue;
            };
            let is_on =
                |node: Node<'_>| node.scalar().and_then(|scalar| scalar.as_bool()) != Some(false);
            let finds = |entry: Entry<'_>| {
                entry.name().contains("_sd_") || entry.name().starts_with("static")
            };
            if !job.get("enabled").is_none_or(is_on) || !job.entries().any(finds) {
                continue;
            }
            // The chart takes an empty name for none.
            let is_empty = |node: Node<'_>| node.is_null() || node.as_str() == Some("");
            let is_named = job.get("job_name").is_some_and(|name| !is_empty(name));
            let is_its = |name: &str| name != "enabled" && (is_named || name != "job_name");
            let mut pairs = Vec::new();
            for one in job.effective().filter(|entry| is_its(entry.name())) {
                let value = self.native(one.value, None);
                let key = value.and_then(|_| self.builder.copy(one.key));
                pairs.extend(key.zip(value));
            }
            if !is_named {
                let key = self.builder.scalar(entry.key, "job_name");
                pairs.push((key, self.builder.scalar(entry.key, entry.name())));
            }
            jobs.push(self.builder.mapping(entry.value, &pairs));
        }
        (!jobs.is_empty()).then(|| self.builder.sequence(node, &jobs))
    }
}

/// Endpoints of monitors, and the roles of the discovery that the Operator writes for them: one of
/// these (prometheus-operator v0.93.0 `pkg/prometheus/promcfg.go`, `generateK8SSDConfig`).
static ROLES: &[(&MappingShape, &[&str])] = &[
    (
        &super::super::tables::ENDPOINTS,
        &["endpoints", "endpointslice"],
    ),
    (&super::super::tables::POD_METRICS_ENDPOINTS, &["pod"]),
];

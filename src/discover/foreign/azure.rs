//! The configuration of Azure's agent for managed Prometheus.

use super::super::manifest::Manifest;
use super::{EmbeddedIn, Finder, RecognizedFile, found, pipelines};
use crate::finding::{Finding, Severity, rule};
use crate::schema::dialect::SENDERS;
use crate::yaml::Node;

/// How the names of the ConfigMaps begin that Azure's agent for managed Prometheus reads.
const AZURE: &str = "ama-metrics-prometheus-config";

/// The key of it.
const AZURE_KEY: &str = "prometheus-config";

impl<'d> Finder<'d> {
    /// The configuration of Azure's agent for managed Prometheus, which validates it as the Collector
    /// does, and takes none that does not pass (Azure/prometheus-collector
    /// `otelcollector/prom-config-validator-builder/main.go`). Prometheus's sections in it are read as
    /// in other ConfigMaps.
    pub(super) fn azure(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        if !manifest.name.starts_with(AZURE) {
            return;
        }
        let text = manifest
            .root
            .get("data")
            .and_then(|data| data.get(AZURE_KEY));
        if text.is_none() {
            self.not_for_azure(manifest, out);
        }
        let Some(document) = text.and_then(|text| self.inside(text)) else {
            return;
        };
        let Some(root) = document.root() else { return };
        let findings = pipelines::unsupported(root, "Azure's agent drops the whole configuration");
        let holder = EmbeddedIn::Part("ama-metrics");
        let why = "it is a configuration of Azure's agent".to_owned();
        let finder = self.within(&document);
        finder.faults(root, findings, &SENDERS, (holder, why), out);
    }

    /// Texts under keys that Azure's agent does not read.
    fn not_for_azure(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let data = manifest.root.get("data").and_then(Node::mapping);
        let entries = data.into_iter().flat_map(|data| data.entries());
        let texts = entries.filter(|entry| {
            let text = entry.value.as_str().unwrap_or("");
            text.contains("scrape_configs") || text.contains("job_name")
        });
        let findings: Vec<Finding> = texts
            .map(|entry| {
                let message = format!(
                    "`{}`: Azure's agent reads only the key `{AZURE_KEY}`",
                    entry.name()
                );
                let finding = found(
                    rule::SCHEMA_UNKNOWN_FIELD,
                    Severity::Warning,
                    entry.key,
                    message,
                );
                finding.help(format!("name the key `{AZURE_KEY}`"))
            })
            .collect();
        let holder = EmbeddedIn::Part("ama-metrics");
        let why = "it is a configuration of Azure's agent".to_owned();
        self.faults(manifest.root, findings, &SENDERS, (holder, why), out);
    }
}

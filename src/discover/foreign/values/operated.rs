//! The section `prometheus` of charts with the Operator.

use super::super::{EmbeddedIn, Finder, RecognizedFile, mounted, release, together};
use super::{Chart, at_top};
use crate::finding::{Finding, Severity, Span, rule};
use crate::schema::dialect::table::ObjectRole;
use crate::schema::dialect::{CHART, OPERATOR_VALUES, STACK, tables};
use crate::yaml::Node;

impl<'d> Finder<'d> {
    /// The section `prometheus` of kube-prometheus-stack.
    pub(super) fn stack_prometheus(
        &self,
        prometheus: Node<'d>,
        chart: Option<Chart>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let spec = prometheus.get("prometheusSpec");
        let mut judged: Vec<Span> = Vec::new();
        if let Some(spec) = spec {
            let (shape, part) = (&tables::STACK_SPEC, ObjectRole::Whole);
            let found = self.place(spec, shape, part, &OPERATOR_VALUES);
            if let Some(mut found) = found {
                let holder = EmbeddedIn::VALUES;
                let together = together::check("Prometheus", spec, &holder, false);
                found.findings.extend(together);
                at_top(&mut found.findings, spec, &STACK);
                judged = found.findings.iter().map(|it| it.place.span()).collect();
                let why = format!("{} is part of {}", spec.path(), holder.noun());
                out.push(self.recognized(found, &OPERATOR_VALUES, holder, why));
                let is_agent = prometheus.get("agentMode").and_then(Node::as_str) == Some("true");
                let kind = if is_agent {
                    "PrometheusAgent"
                } else {
                    "Prometheus"
                };
                release::date(out, kind, spec, true);
                mounted::note(out, spec);
            }
            self.jobs_in(spec.get("additionalScrapeConfigs"), out);
            self.additional(spec, out);
        }
        if chart == Some(Chart::Stack) || spec.is_some_and(|spec| spec.mapping().is_some()) {
            let shape = &tables::STACK_PROMETHEUS;
            let mut misplaced = self.place(prometheus, shape, ObjectRole::Whole, &STACK);
            if let Some(found) = &mut misplaced {
                let is_new = |finding: &Finding| !judged.contains(&finding.place.span());
                found.findings.retain(is_new);
            }
            if let Some(mut found) = misplaced.filter(|found| !found.findings.is_empty()) {
                // Templates of a chart around it may read the key.
                let findings = found.findings.iter_mut();
                findings
                    .for_each(|finding| finding.severity = finding.severity.min(Severity::Warning));
                let why = "it has keys of a Prometheus at another level".to_owned();
                out.push(self.recognized(found, &STACK, EmbeddedIn::VALUES, why));
            }
        }
        for (key, shape, kind) in [
            (
                "additionalServiceMonitors",
                &tables::STACK_SERVICE_MONITOR,
                "ServiceMonitor",
            ),
            (
                "additionalPodMonitors",
                &tables::STACK_POD_MONITOR,
                "PodMonitor",
            ),
        ] {
            let list = prometheus.get(key);
            for item in list.into_iter().flat_map(Node::items) {
                let from = out.len();
                self.in_values(item, shape, ObjectRole::Whole, out);
                release::date(out.get_mut(from..).unwrap_or_default(), kind, item, true);
            }
        }
    }

    /// The section `prometheus` of bitnami's kube-prometheus.
    pub(super) fn bitnami(&self, prometheus: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = &tables::BITNAMI_PROMETHEUS;
        let found = self.place(prometheus, shape, ObjectRole::Whole, &OPERATOR_VALUES);
        let Some(mut found) = found else { return };
        at_top(&mut found.findings, prometheus, &CHART);
        let spec = prometheus.mapping();
        let spec = spec.and_then(|mapping| mapping.entry("prometheusSpec"));
        found.findings.extend(spec.map(|entry| {
            let message = "`prometheusSpec`: bitnami's chart kube-prometheus has no such level and ignores all of it";
            let key = entry.key;
            let rule = rule::SCHEMA_UNKNOWN_FIELD;
            let finding = Finding::new(rule, Severity::Warning, key.place(), message.to_owned());
            let finding = finding.of_key(key.path(), key.identity());
            finding.help("write its keys directly below `prometheus`")
        }));
        let holder = EmbeddedIn::VALUES;
        let why = format!("{} is part of {}", prometheus.path(), holder.noun());
        out.push(self.recognized(found, &OPERATOR_VALUES, holder, why));
        release::date(out, "Prometheus", prometheus, true);
    }
}

//! Files of tools that do not send metrics: what a named file is that has no key of Prometheus.

use super::names::is_ours;
use super::outline::{Outline, RootValue};

/// A kind of file, by keys that all files of the kind have at the top or one level below.
struct Bystander {
    kind: &'static str,
    keys: &'static [&'static str],
}

const fn by(kind: &'static str, keys: &'static [&'static str]) -> Bystander {
    Bystander { kind, keys }
}

const KUSTOMIZATION: &str = "kustomization";
const EXPORTER: &str = "configuration of an exporter";

/// The first row that fits counts. Keys are those of the tools' own documentation.
const BY_KEYS: &[Bystander] = &[
    by(KUSTOMIZATION, &["resources"]),
    by(KUSTOMIZATION, &["bases"]),
    by(KUSTOMIZATION, &["configMapGenerator"]),
    by(KUSTOMIZATION, &["secretGenerator"]),
    by(KUSTOMIZATION, &["patchesStrategicMerge"]),
    by("helmfile", &["releases"]),
    by("helmfile", &["helmfiles"]),
    by("lock file of a chart", &["dependencies", "digest"]),
    by("OpenAPI document", &["openapi", "paths"]),
    by("OpenAPI document", &["swagger", "paths"]),
    by("CloudFormation template", &["AWSTemplateFormatVersion"]),
    by("Azure pipeline", &["trigger", "pool"]),
    by("Azure pipeline", &["trigger", "stages"]),
    by("Dependabot configuration", &["version", "updates"]),
    by("Taskfile", &["version", "tasks"]),
    by("MkDocs configuration", &["site_name"]),
    by("Ansible requirements", &["collections"]),
    by("Ansible inventory", &["all.hosts"]),
    by("Ansible inventory", &["all.children"]),
    by("Datadog check", &["instances"]),
    by("Sloth SLO", &["slos"]),
    by("karma configuration", &["alertmanager.servers"]),
    by("Traefik configuration", &["entryPoints"]),
    by("Traefik configuration", &["http.routers"]),
    by("Fluent Bit configuration", &["pipeline"]),
    by("dashboard of Grafana", &["panels"]),
    by("dashboard of Grafana", &["schemaVersion"]),
    by("object store of Thanos", &["type", "config"]),
    by("Prometheus adapter configuration", &["rules.seriesQuery"]),
    by("Prometheus adapter configuration", &["resourceRules"]),
    by(EXPORTER, &["mappings"]),
    by(EXPORTER, &["lowercaseOutputName"]),
    by(EXPORTER, &["lowercaseOutputLabelNames"]),
    by(EXPORTER, &["whitelistObjectNames"]),
    by(EXPORTER, &["includeObjectNames"]),
    by(EXPORTER, &["jmxUrl"]),
    by(EXPORTER, &["hostPort"]),
    by(EXPORTER, &["discovery.jobs"]),
    by(EXPORTER, &["metrics.aws_namespace"]),
    by(EXPORTER, &["connections", "queries"]),
];

/// Names of files that say what they are.
const BY_NAME: &[(&str, &str)] = &[
    (".gitlab-ci.yml", "GitLab pipeline"),
    (".pre-commit-config.yaml", "configuration of pre-commit"),
    (".pre-commit-hooks.yaml", "hooks of pre-commit"),
    ("composer.json", "package manifest"),
    ("kustomization.yaml", KUSTOMIZATION),
    ("kustomization.yml", KUSTOMIZATION),
    ("package-lock.json", "package manifest"),
    ("package.json", "package manifest"),
    ("renovate.json", "configuration of Renovate"),
    ("tsconfig.json", "configuration of TypeScript"),
];

/// What a file is that has no section of Prometheus; none if it has the name of a configuration.
pub(super) fn kind_of(outline: &Outline<'_>, path: &str) -> Option<&'static str> {
    if outline.shape != RootValue::Mapping || is_ours(path.as_ref()) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let by_name = BY_NAME.iter().find(|(known, _)| *known == name);
    let fits = |row: &&Bystander| row.keys.iter().all(|key| outline.has(key));
    let by_keys = || BY_KEYS.iter().find(fits).map(|row| row.kind);
    by_name.map(|(_, kind)| *kind).or_else(by_keys)
}

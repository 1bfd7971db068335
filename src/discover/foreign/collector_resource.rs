//! What the resource of a Collector says of its container: the image, which may lack extensions, and the
//! variables (open-telemetry/opentelemetry-operator `apis/v1beta1`).

use super::collector_extensions::OF_CLIENTS;
use super::found;
use crate::finding::{Finding, Severity, rule};
use crate::yaml::{Entry, Kind, Mapping, Node};

/// The last release of the distribution `otelcol` whose components are known, by its second number
/// (open-telemetry/opentelemetry-collector-releases v0.159 `distributions/otelcol/manifest.yaml`).
const LAST_WITHOUT: u16 = 159;

/// Whether an image has no extension that adds a credential.
pub(crate) fn is_without_credentials(image: &str) -> bool {
    let Some((name, tag)) = image.rsplit_once(':') else {
        return false;
    };
    let minor = tag.split('.').nth(1).and_then(|minor| minor.parse().ok());
    name.ends_with("otel/opentelemetry-collector")
        && tag.starts_with("0.")
        && minor.is_some_and(|minor: u16| minor <= LAST_WITHOUT)
}

/// Variables that the operator sets, by how they begin.
const SET: &[&str] = &["K8S_", "KUBE", "OTEL_", "POD_", "SHARD"];

/// What is wrong with the exporters of a resource.
pub(super) fn faults(spec: Node<'_>, config: Node<'_>) -> Vec<Finding> {
    let exporters = config.get("exporters").and_then(Node::mapping);
    let exporters = exporters.into_iter().flat_map(Mapping::entries);
    let kinds = ["prometheusremotewrite", "prometheus_remote_write"];
    let is_ours = |entry: &Entry<'_>| {
        let kind = entry.name().split('/').next();
        kind.is_some_and(|kind| kinds.contains(&kind))
    };
    let mut out = Vec::new();
    for exporter in exporters.filter(is_ours) {
        out.extend(without_extension(spec, exporter.value));
        unset(spec, exporter.value, &mut out);
    }
    out
}

fn without_extension(spec: Node<'_>, exporter: Node<'_>) -> Option<Finding> {
    let image = spec.get("image")?;
    let text = image.as_str().filter(|text| is_without_credentials(text))?;
    let node = exporter.get("auth")?.get("authenticator")?;
    let kind = node.as_str()?.split('/').next()?;
    if !OF_CLIENTS.contains(&kind) {
        return None;
    }
    let message = format!(
        "`{kind}`: the image `{text}` has no extension that adds a credential; the Collector rejects the file"
    );
    let finding = found(rule::AGENTS_PIPELINE, Severity::Warning, node, message);
    let finding = finding.evidence(image.place(), "it is started with this image");
    Some(finding.help("use the image `otel/opentelemetry-collector-contrib`"))
}

/// Variables that a resource does not set which sets others: their values are empty.
fn unset(spec: Node<'_>, node: Node<'_>, out: &mut Vec<Finding>) {
    let Some(env) = spec.get("env").filter(|env| env.sequence().is_some()) else {
        return;
    };
    if spec.get("envFrom").is_some() {
        return;
    }
    match node.kind() {
        Kind::Mapping(map) => map
            .entries()
            .for_each(|entry| unset(spec, entry.value, out)),
        Kind::Sequence(list) => list.iter().for_each(|item| unset(spec, item, out)),
        Kind::Scalar(scalar) => {
            let inner = scalar.text.split_once("${env:").map(|(_, rest)| rest);
            let name = inner.and_then(|rest| Some(rest.split_once('}')?.0));
            // One with a default has `:-` behind the name.
            let Some(name) = name.filter(|name| !name.contains(':')) else {
                return;
            };
            let mut set = env.items().filter_map(|item| item.get("name")?.as_str());
            let is_set = set.any(|set| set == name || set.contains(['$', '{']));
            if is_set || SET.iter().any(|start| name.starts_with(start)) {
                return;
            }
            let message = format!("`{name}`: `env` does not set it, so the value is empty");
            let finding = found(rule::SCHEMA_VARIABLE, Severity::Warning, node, message);
            let finding = finding.evidence(env.place(), "the variables are set here");
            out.push(finding.help(format!("add `{name}` to `env`")));
        }
    }
}

//! Configurations that stand in other files: in a ConfigMap or a Secret, in Helm values, in a
//! compose file.

use std::sync::Arc;

use memchr::memmem;

use super::examine::{Recognised, Template, What, examine, examine_as, judge};
use super::holder::Holder;
use super::manifest::{Manifest, manifests};
use super::names;
use super::scan::byte_scan;
use crate::finding::{Text, Within};
use crate::yaml::{Document, Dollars, Entry, Node, embedded, parse_all};

/// Words of which one stands in every file that holds a configuration of another kind.
const WORDS: &[&str] = &["ConfigMap", "stringData", SERVER_FILES, "configs:"];

/// Kinds of manifests, and the key below which texts stand in them.
const OBJECTS: &[(&str, &str)] = &[("ConfigMap", "data"), ("Secret", "stringData")];

/// Where the chart of Prometheus takes the files of its server from (prometheus-community/helm-charts
/// `charts/prometheus/values.yaml`), and the one that is the configuration.
const SERVER_FILES: &str = "serverFiles";
const CONFIGURATION: &str = "prometheus.yml";

/// Judges one file, and finds the configurations that stand in it: the file itself comes first.
/// `named` and `template_by_policy` are as for [`examine`].
#[must_use]
pub fn recognise(text: Arc<Text>, named: bool, template_by_policy: bool) -> Vec<Recognised> {
    let file = examine(Arc::clone(&text), named, template_by_policy);
    let is_known = matches!(
        file.what,
        What::Configuration { .. } | What::Broken { .. }
    );
    // What was named on the command line is taken for a configuration, whatever it looks like.
    let is_own = is_known && file.looks_like.is_none();
    if is_own || file.masked || !may_hold(&text) {
        return vec![file];
    }
    let found = find(&text, file.template);
    if found.is_empty() {
        return vec![file];
    }
    let file = match is_known {
        true => examine(text, false, template_by_policy),
        false => file,
    };
    std::iter::once(file).chain(found).collect()
}

fn may_hold(text: &Text) -> bool {
    let bytes = text.content().as_bytes();
    WORDS
        .iter()
        .any(|word| memmem::find(bytes, word.as_bytes()).is_some())
}

fn find(text: &Arc<Text>, template: Option<Template>) -> Vec<Recognised> {
    let (documents, _) = parse_all(text);
    let mut out = Vec::new();
    for document in &documents {
        let Some(root) = document.root() else {
            continue;
        };
        for manifest in manifests(document) {
            out.extend(in_object(manifest, template));
        }
        if root.get("kind").is_none() {
            out.extend(in_compose_file(root, template));
            out.extend(in_values(document, root, template));
        }
    }
    out
}

/// The configurations in a ConfigMap or a Secret.
fn in_object(manifest: Manifest<'_>, template: Option<Template>) -> Vec<Recognised> {
    let row = OBJECTS.iter().find(|(kind, _)| *kind == manifest.kind);
    let Some(&(kind, key)) = row else {
        return Vec::new();
    };
    let map = manifest.root.get(key).and_then(Node::mapping);
    let entries = map.map(|map| map.entries()).unwrap_or_default();
    let found = entries.into_iter().filter_map(|entry| {
        let holder = Holder::Object {
            kind,
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            key: entry.name().to_owned(),
        };
        in_scalar(entry, entry.name(), holder, Dollars::Plain, template)
    });
    found.collect()
}

/// The configurations among the configs of a compose file. docker compose fills in variables there.
fn in_compose_file(root: Node<'_>, template: Option<Template>) -> Vec<Recognised> {
    let configs = root.get("configs").and_then(Node::mapping);
    let entries = configs.map(|map| map.entries()).unwrap_or_default();
    let found = entries.into_iter().filter_map(|entry| {
        let content = entry.value.mapping()?.entry("content")?;
        let holder = Holder::Compose(entry.name().to_owned());
        let template = template.or(Some(Template::Compose));
        in_scalar(content, entry.name(), holder, Dollars::Doubled, template)
    });
    found.collect()
}

/// The configuration in a value that is a text; `name` is what a file of it would be called.
fn in_scalar(
    entry: Entry<'_>,
    name: &str,
    holder: Holder,
    dollars: Dollars,
    template: Option<Template>,
) -> Option<Recognised> {
    let value = entry.value.as_str()?;
    if !(byte_scan(value.as_bytes()) || names::is_ours(name.as_ref())) {
        return None;
    }
    let logical = entry.value.path();
    let within = Within {
        identity: format!("{}.{}", holder.identity(), entry.value.identity()),
        logical: logical.clone(),
    };
    let text = embedded(entry.value, within, dollars)?;
    let found = examine_as(text, name, false, false);
    let is_ours = matches!(
        found.what,
        What::Configuration { .. } | What::Broken { .. }
    );
    is_ours.then(|| Recognised {
        why: format!("{logical} of {}: {}", holder.noun(), found.why),
        template: found.template.or(template),
        holder: Some(holder),
        ..found
    })
}

/// The configuration in values for the chart of Prometheus, at the top or below the name of a
/// chart that needs that one.
fn in_values(
    document: &Document,
    root: Node<'_>,
    template: Option<Template>,
) -> Vec<Recognised> {
    let charts = root.mapping().map(|map| map.entries()).unwrap_or_default();
    let below = charts.iter().map(|entry| vec![entry.name(), SERVER_FILES]);
    let ways = std::iter::once(vec![SERVER_FILES]).chain(below);
    let found = ways.filter_map(|mut way| {
        way.push(CONFIGURATION);
        let at = document.rooted_at(&way)?;
        at.root()?.mapping().filter(|map| !map.entries().is_empty())?;
        let logical = at.root()?.path();
        let (what, why, _) = judge(at, CONFIGURATION, true);
        Some(Recognised {
            text: Arc::clone(document.text()),
            what,
            why: format!("{logical}: {why}"),
            template,
            masked: false,
            holder: Some(Holder::Values),
            looks_like: None,
        })
    });
    found.collect()
}

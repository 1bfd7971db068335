//! Configurations that are in other files: in a ConfigMap or a Secret, in Helm values, in a
//! compose file.

mod documents;
mod started;

pub(super) use documents::{ReadableDocuments, documents};
pub(crate) use started::{started_key, started_part};
#[cfg(test)]
mod tests;

use std::sync::Arc;

use memchr::memmem;

use super::embedded_in::EmbeddedIn;
use super::examine::{FileContent, NAMED, RecognizedFile, TemplateEvidence, examine, examine_as};
use super::foreign;
use super::kinds::{ALLOY, LIST_OF_JOBS};
use super::manifest::{Manifest, manifests};
use super::names;
use super::others;
use super::scan::{self, byte_scan};
use super::values;
use crate::finding::{KeyPath, Text};
use crate::yaml::{Dollars, Entry, Node, embedded, parse_first};
use promvet_syntax::base64;

/// Words; one of them is in every file that holds a configuration of another kind.
const WORDS: &[&str] = &[
    "ConfigMap",
    "stringData",
    values::SERVER_FILES,
    "remoteWrite",
    "remoteRead",
    "configs:",
];

/// Kinds of manifests, and the key below which texts are in them.
const OBJECTS: &[(&str, &str)] = &[("ConfigMap", "data"), ("Secret", "stringData")];

/// The same for texts in base64.
const ENCODED: &[(&str, &str)] = &[("ConfigMap", "binaryData"), ("Secret", "data")];

/// Judges one file, and finds the configurations that are in it: the file itself comes first.
/// `named` and `template_by_policy` are as for [`examine`].
#[must_use]
pub fn recognize(text: Arc<Text>, named: bool, template_by_policy: bool) -> Vec<RecognizedFile> {
    if names::is_alloy(text.path().as_ref().as_ref()) && foreign::begins_as_alloy(text.content()) {
        return alloy(text);
    }
    if others::is_named_only(text.path().as_ref().as_ref()) {
        if let Some(found) = foreign::unit_in(&text) {
            text.recognize();
            return vec![found];
        }
        let found = others::unread(&text);
        if !found.is_empty() {
            return found;
        }
    }
    let file = examine(Arc::clone(&text), named, template_by_policy);
    let is_known = matches!(
        file.what,
        FileContent::Configuration { .. } | FileContent::Broken { .. }
    );
    // What was named on the command line is taken for a configuration, whatever it looks like.
    let is_own = is_known && file.why != NAMED;
    if is_own || !may_hold(&text) {
        return vec![file];
    }
    if foreign::is_alloy(&text) {
        return alloy(text);
    }
    let mut found = find_all(&text, file.template);
    if is_list_of_jobs(&file)
        && let Ok(document) = parse_first(&text)
    {
        found.extend(foreign::jobs(document, file.template));
    }
    if found.is_empty() {
        return vec![file];
    }
    text.recognize();
    let file = match is_known {
        true => examine(text, false, template_by_policy),
        false => file,
    };
    std::iter::once(file).chain(found).collect()
}

/// A configuration of Alloy, and the endpoints in it.
#[must_use]
pub(crate) fn alloy(text: Arc<Text>) -> Vec<RecognizedFile> {
    let is_template = names::without_template_suffix(text.path()) != &**text.path();
    let template = is_template.then_some(TemplateEvidence::Suffix);
    let found = foreign::alloy_in(&text, template);
    if !found.is_empty() {
        text.recognize();
    }
    let file = RecognizedFile::new(text, FileContent::Other { kind: ALLOY }, "its name says so");
    std::iter::once(file).chain(found).collect()
}

/// Whether a text may be a list of jobs, which `additionalScrapeConfigs` names by any key.
fn may_be_jobs(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    first.is_some_and(|line| line.starts_with(['-', '[']))
        && memmem::find(text.as_bytes(), b"job_name").is_some()
}

/// Whether a text is what `additionalScrapeConfigs` of the Operator names.
fn is_list_of_jobs(file: &RecognizedFile) -> bool {
    matches!(file.what, FileContent::Other { kind } if kind == LIST_OF_JOBS)
}

fn may_hold(text: &Text) -> bool {
    let bytes = text.content().as_bytes();
    foreign::may_hold(text)
        || scan::may_encode(bytes)
        || scan::has_escapes(bytes)
        || WORDS
            .iter()
            .any(|word| memmem::find(bytes, word.as_bytes()).is_some())
}

/// The configurations in a text that is none itself, and what else sends in it.
pub(super) fn find_all(
    text: &Arc<Text>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    find_in(text, template, true)
}

/// The configurations in a text that is in another one.
pub(super) fn find(text: &Arc<Text>, template: Option<TemplateEvidence>) -> Vec<RecognizedFile> {
    find_in(text, template, false)
}

fn find_in(
    text: &Arc<Text>,
    template: Option<TemplateEvidence>,
    with_leftover: bool,
) -> Vec<RecognizedFile> {
    let ReadableDocuments {
        documents,
        masked,
        is_whole,
    } = documents(text);
    let template = template.or(masked.then_some(TemplateEvidence::Unrendered));
    let mut out = Vec::new();
    for document in &documents.into_iter().map(Arc::new).collect::<Vec<_>>() {
        let Some(root) = document.root() else {
            continue;
        };
        let from = out.len();
        for manifest in manifests(document) {
            let filled = manifest.in_template.then_some(TemplateEvidence::Variables);
            out.extend(encoded_in(manifest));
            out.extend(in_object(manifest, template.or(filled)));
        }
        out.extend(foreign::find(document, template));
        match root.get("kind").and_then(Node::as_str) {
            Some("HelmRelease") => {
                let chart = root.get("spec").and_then(|spec| spec.get("chart"));
                let chart = chart.and_then(|chart| chart.get("spec")?.get("chart"));
                let is_named = values::names_chart(chart);
                out.extend(values::find(
                    document,
                    &["spec", "values"],
                    is_named,
                    template,
                ))
            }
            Some(_) => {}
            None => {
                out.extend(in_compose_file(root, template));
                out.extend(values::find(document, &[], false, template));
            }
        }
        if with_leftover {
            let known = out.get(from..).unwrap_or_default();
            out.extend(foreign::leftover(document, template, known));
        }
    }
    // What a macro holds is covered with its tags.
    let has_macros = masked && text.content().contains("define");
    if with_leftover && (has_macros || !is_whole) {
        out.extend(foreign::leftover_lines(text, &out));
    }
    let values = out
        .iter_mut()
        .filter(|recognized| matches!(recognized.holder, Some(EmbeddedIn::Values { .. })));
    values.for_each(|value| value.masked |= masked);
    out
}

/// How many tags a text has.
fn tags_in(text: &str) -> usize {
    let open = [&b"{{"[..], b"{%", b"%{"];
    open.iter()
        .map(|open| memmem::find_iter(text.as_bytes(), open).count())
        .sum()
}

/// The configurations in base64 in a ConfigMap or a Secret. They are named, and not read.
fn encoded_in(manifest: Manifest<'_>) -> Vec<RecognizedFile> {
    let row = ENCODED.iter().find(|(kind, _)| *kind == manifest.kind);
    let map = row
        .and_then(|(_, key)| manifest.root.get(key))
        .and_then(Node::mapping);
    let entries = map.into_iter().flat_map(|map| map.entries());
    let found = entries.filter_map(|entry| {
        let bytes = base64::decode_spaced(entry.value.as_str()?)?;
        if !is_configuration(entry.name(), bytes) {
            return None;
        }
        let (kind, _) = row?;
        let text = entry.value.document().text();
        text.mark_secret(entry.value.span());
        Some(RecognizedFile {
            holder: Some(EmbeddedIn::Object {
                kind,
                name: manifest.name.to_owned(),
                namespace: manifest.namespace.map(str::to_owned),
                key: entry.name().to_owned(),
            }),
            ..RecognizedFile::new(
                Arc::clone(text),
                FileContent::Encoded {
                    place: entry.value.place(),
                    logical: entry.value.path(),
                },
                format!("{} is base64 of a configuration", entry.value.path()),
            )
        })
    });
    found.collect()
}

/// Whether bytes are a configuration under a name, or what is compressed under the name of one, as the
/// Prometheus Operator keeps it (`prometheus.yaml.gz`).
fn is_configuration(name: &str, bytes: Vec<u8>) -> bool {
    const GZIP: &[u8] = b"\x1f\x8b";
    if bytes.starts_with(GZIP) {
        return names::is_ours(name.trim_end_matches(".gz").as_ref());
    }
    if !scan::may_hold(name.as_ref(), &bytes) {
        return false;
    }
    let found = examine_as(Text::new(name, bytes), name, false, false);
    matches!(
        found.what,
        FileContent::Configuration { .. } | FileContent::Broken { .. }
    )
}

/// Whether a value of a Secret is a configuration or a list of jobs, whose lines are shown with only
/// their secrets masked.
pub(crate) fn is_shown_in_secret(name: &str, value: &str) -> bool {
    if !(byte_scan(value.as_bytes()) || names::is_ours(name.as_ref())) {
        return false;
    }
    let text = Text::new(name, value.as_bytes().to_vec());
    let found = examine_as(text, name, false, false);
    matches!(found.what, FileContent::Configuration { .. }) || is_list_of_jobs(&found)
}

/// The configurations in a ConfigMap or a Secret.
pub(super) fn in_object(
    manifest: Manifest<'_>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let row = OBJECTS.iter().find(|(kind, _)| *kind == manifest.kind);
    let Some(&(kind, key)) = row else {
        return Vec::new();
    };
    let holder = |key: &str| EmbeddedIn::Object {
        kind,
        name: manifest.name.to_owned(),
        namespace: manifest.namespace.map(str::to_owned),
        key: key.to_owned(),
    };
    let map = manifest.root.get(key).and_then(Node::mapping);
    let entries = || map.into_iter().flat_map(|map| map.entries());
    let mut found: Vec<RecognizedFile> = Vec::new();
    let mut holds_one: Vec<&str> = Vec::new();
    for entry in entries() {
        let name = entry.name();
        let before = found.len();
        found.extend(in_scalar(
            entry,
            name,
            holder(name),
            Dollars::Plain,
            template,
        ));
        if names::is_alloy(name.as_ref())
            && let Some(text) = text_of(entry, &holder(name), Dollars::Plain)
        {
            let all = foreign::alloy_in(&text, template).into_iter();
            found.extend(all.map(|mut recognized| {
                holder(name).around(&mut recognized.holder);
                recognized
            }));
        }
        if found.len() > before {
            holds_one.push(name);
        }
    }
    if found.is_empty() {
        return found;
    }
    if kind == "Secret" {
        // Whatever else is in it is a secret, whatever its key.
        let others = entries().filter(|entry| !holds_one.contains(&entry.name()));
        for entry in others.filter(|entry| !entry.value.span().is_empty()) {
            let text = entry.value.document().text();
            text.mark_secret(entry.value.span());
        }
    }
    let text = |entry: Entry<'_>| {
        let name = entry.name();
        let text = text_of(entry, &holder(name), Dollars::Plain)?;
        Some((name.to_owned(), text))
    };
    let texts: Arc<[_]> = entries().filter_map(text).collect();
    for embedded in &mut found {
        embedded.beside = Arc::clone(&texts);
    }
    found
}

/// The value of a key as a separate text.
fn text_of(entry: Entry<'_>, holder: &EmbeddedIn, dollars: Dollars) -> Option<Arc<Text>> {
    let within = KeyPath {
        identity: holder.before() + &entry.value.identity(),
        logical: entry.value.path(),
    };
    embedded(entry.value, within, dollars)
}

/// The configurations among the configs of a compose file. docker compose fills in variables there.
fn in_compose_file(root: Node<'_>, template: Option<TemplateEvidence>) -> Vec<RecognizedFile> {
    let configs = root.get("configs").and_then(Node::mapping);
    let entries = configs.into_iter().flat_map(|map| map.entries());
    let found = entries.filter_map(|entry| {
        let content = entry.value.mapping()?.entry("content")?;
        let compose = EmbeddedIn::Compose(entry.name().to_owned());
        let template = template.or(Some(TemplateEvidence::Variables));
        let holder = compose.clone();
        let own = in_scalar(content, entry.name(), holder, Dollars::Doubled, template);
        Some(match own {
            Some(own) => vec![own],
            None => {
                let mut found = foreign::in_text(content.value, template);
                let all = found.iter_mut();
                all.for_each(|recognized| compose.around(&mut recognized.holder));
                found
            }
        })
    });
    found.flatten().collect()
}

/// The configuration in a value that is a text; `name` is what a file of it would be called.
pub(super) fn in_scalar(
    entry: Entry<'_>,
    name: &str,
    holder: EmbeddedIn,
    dollars: Dollars,
    template: Option<TemplateEvidence>,
) -> Option<RecognizedFile> {
    let value_node = entry.value;
    let value = value_node.as_str()?;
    if !(scan::may_disguise_keys(value.as_bytes())
        || byte_scan(value.as_bytes())
        || may_be_jobs(value)
        || names::is_ours(name.as_ref()))
    {
        return None;
    }
    let text = text_of(entry, &holder, dollars)?;
    let logical = text.within().logical.clone();
    let written = value_node.document().text().slice(value_node.span());
    // Tags that steer were covered with the text around, so that nothing is left of them here.
    let is_covered = tags_in(written) > tags_in(text.content());
    let found = examine_as(Arc::clone(&text), name, false, false);
    if is_list_of_jobs(&found) {
        let jobs = foreign::jobs(parse_first(&text).ok()?, found.template.or(template))?;
        return Some(RecognizedFile {
            holder: Some(holder),
            ..jobs
        });
    }
    let is_ours = matches!(
        found.what,
        FileContent::Configuration { .. } | FileContent::Broken { .. }
    );
    is_ours.then(|| RecognizedFile {
        why: format!("{logical} of {}: {}", holder.noun(), found.why),
        template: found.template.or(template),
        masked: found.masked || is_covered,
        holder: Some(holder),
        ..found
    })
}

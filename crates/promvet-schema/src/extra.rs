//! Documents behind the first one, which Prometheus never looks at (rule Y02): `config.Load` calls
//! `yaml.UnmarshalStrict`, which decodes one document (`yaml.unmarshal`, go-yaml 2.4).

use super::tables;
use super::version::TargetReleases;
use super::yaml::{Document, Kind, Node, parse_all};
use promvet_text::{Finding, Severity, Span};

/// The rule about them.
const EXTRA_DOCUMENT: &str = "schema/extra-document";

/// A finding about a second document, if there is one. It is more than an info if the first one is
/// empty: Prometheus then loads its defaults (`config.Load`: "If the entire config body is empty").
pub(super) fn extra_document(document: &Document, target: &TargetReleases) -> Option<Finding> {
    let next = document.next_document()?;
    let find =
        |severity, message| Finding::new(EXTRA_DOCUMENT, severity, document.place(next), message);
    let help = "delete it, or move it to a separate file";
    if !(is_empty(document) && holds_sections_later(document)) {
        let message = "Prometheus reads only the first document of a file: this one is ignored";
        let lost = lost_section(document).filter(|_| !target.template);
        let Some(section) = lost else {
            return Some(find(Severity::Info, message).help(help));
        };
        let message = format!(
            "Prometheus reads only the first document of a file, and this one has `{section}`: it is ignored"
        );
        let finding = Finding::new(
            EXTRA_DOCUMENT,
            Severity::Warning,
            document.place(next),
            message,
        );
        return Some(
            finding.help("remove the `---` between the two documents, or delete this one"),
        );
    }
    let severity = match target.template {
        // What is rendered may fill the first document.
        true if has_tags(document, next) => Severity::Info,
        true => Severity::Warning,
        false => Severity::Error,
    };
    let message = "Prometheus reads only the first document, which is empty: it scrapes nothing and \
                   sends nothing";
    Some(find(severity, message).help("remove the `---` between the two documents"))
}

/// Whether a document sets nothing.
fn is_empty(document: &Document) -> bool {
    let Some(root) = document.root() else {
        return true;
    };
    match root.kind() {
        Kind::Mapping(mapping) => mapping.entries().all(|entry| entry.value.is_null()),
        // A list or a text is refused by `config.Load` itself, so that it does not count as empty.
        _ => root.is_null(),
    }
}

/// Whether a later document has a section of a configuration.
fn holds_sections_later(document: &Document) -> bool {
    let is_section = |name: &str| tables::CONFIG.fields.iter().any(|field| field.key == name);
    let (documents, _) = parse_all(document.text());
    let roots = documents.iter().skip(1).filter_map(Document::root);
    let mut keys = roots
        .filter_map(Node::mapping)
        .flat_map(|root| root.entries());
    keys.any(|entry| is_section(entry.name()))
}

/// What makes Prometheus do anything, if a later document has it and the first one has none of it.
fn lost_section(document: &Document) -> Option<&'static str> {
    const DOING: [&str; 4] = [
        "scrape_configs",
        "scrape_config_files",
        "remote_write",
        "rule_files",
    ];
    let has = |root: Node<'_>, key: &str| root.get(key).is_some_and(|node| !node.is_null());
    let first = document.root()?;
    if DOING.iter().any(|key| has(first, key)) {
        return None;
    }
    let (documents, _) = parse_all(document.text());
    let mut roots = documents.iter().skip(1).filter_map(Document::root);
    roots.find_map(|root| DOING.into_iter().find(|key| has(root, key)))
}

/// Whether something comes before a document that may be rendered.
fn has_tags(document: &Document, next: Span) -> bool {
    let before = document.text().slice(Span::new(0, next.start as usize));
    // The marks of the template languages that `discover` knows, since any of them may produce the
    // first document.
    let tags = ["{{", "{%", "{#", "${", "%{", "<%", "[[", "@", "__"];
    tags.iter().any(|tag| before.contains(tag))
}

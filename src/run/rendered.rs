//! Configurations in whose placeholders a script of the tree writes values before Prometheus reads
//! them.

use super::survey::ScannedFile;
use crate::discover::nodes;
use crate::facts::Facts;
use crate::finding::{Evidence, Finding, Severity, rule};
use crate::yaml::{Document, Node, placeholder};

/// How many placeholders are looked for in the scripts: those of one file are filled in alike.
const LOOKED_FOR: usize = 64;

/// A configuration that is rendered, by what the scripts of the tree say.
pub(super) struct RenderedConfiguration<'d> {
    node: Node<'d>,
    script: Evidence,
}

/// Keys whose values a script writes in place of plain words in capitals.
const FILLED: &[&str] = &[
    "url",
    "username",
    "password",
    "credentials",
    "bearer_token",
    "client_id",
    "client_secret",
    "access_key",
    "secret_key",
    "targets",
    "server",
    "proxy_url",
    "X-Scope-OrgID",
];

/// How placeholders of argocd-vault-plugin begin.
const OF_VAULT: &str = "<path:";

/// The first placeholder that a script fills in, if there is one. Prometheus itself expands
/// variables in external labels.
pub(super) fn evidence<'d>(
    document: &'d Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) -> Option<RenderedConfiguration<'d>> {
    let shown = document.text().path();
    let holder = seen.recognized.holder.as_ref();
    let mut holes: Vec<(Node<'_>, &str, bool)> = every(document)
        .filter_map(|node| {
            // Most values are plain.
            if node
                .as_str()
                .is_some_and(|text| !placeholder::may_be_filled_in(text))
            {
                return None;
            }
            let marked = placeholder_of(node);
            let found = marked.map(|whole| (whole, true));
            let (whole, marked) = found.or_else(|| Some((word_of(node)?, false)))?;
            Some((node, whole, marked))
        })
        .filter(|(node, ..)| !node.path().starts_with("global.external_labels"))
        .collect();
    holes.sort_by_key(|(node, ..)| node.span());
    let of_vault = holes
        .iter()
        .find(|(_, whole, _)| whole.starts_with(OF_VAULT));
    if let Some((node, ..)) = of_vault {
        let message = "placeholders of argocd-vault-plugin begin like this";
        let script = Evidence {
            place: node.place(),
            message: message.to_owned(),
        };
        return Some(RenderedConfiguration {
            node: *node,
            script,
        });
    }
    let first = holes.iter().find(|(_, _, marked)| *marked);
    let beside = first
        .filter(|_| holder.is_none())
        .and_then(|(node, whole, _)| {
            let script = facts.template_beside(whole, shown)?;
            Some(RenderedConfiguration {
                node: *node,
                script,
            })
        });
    if beside.is_some() {
        return beside;
    }
    let first = first.map(|(node, ..)| *node);
    let mut holes = holes.into_iter().take(LOOKED_FOR);
    let named = holes.find_map(|(node, whole, _)| {
        let script = facts.filled_in(whole, shown, holder)?;
        Some(RenderedConfiguration { node, script })
    });
    named.or_else(|| {
        let node = first?;
        let script = facts.rendered_by(shown, holder)?;
        Some(RenderedConfiguration { node, script })
    })
}

/// Every node of a document.
fn every(document: &Document) -> impl Iterator<Item = Node<'_>> {
    let written = document.written_nodes();
    let of_tree = written.is_none().then(|| nodes(document));
    let (written, of_tree) = (written.into_iter(), of_tree.into_iter());
    written.flatten().chain(of_tree.flatten())
}

/// The first plain word in capitals of a value that a script may write.
fn word_of(node: Node<'_>) -> Option<&str> {
    let text = node.as_str()?;
    let word = placeholder::find_shouted(text).into_iter().next()?;
    let path = node.path();
    let key = path.rsplit('.').next().unwrap_or_default();
    let key = key.split('[').next().unwrap_or_default();
    FILLED.contains(&key).then(|| text.get(word)).flatten()
}

/// The longest placeholder that is read as a mapping, in bytes: `{{ range … }}` is a line.
const LONGEST_TAG: usize = 1024;

/// The first placeholder of a scalar; `{NAME}` without quotes is a mapping of one key.
fn placeholder_of(node: Node<'_>) -> Option<&str> {
    if let Some(text) = node.as_str() {
        return text.get(placeholder::find(text).next()?);
    }
    let text = node.document().text().slice(node.span());
    // Each mapping has those in it, so that to search all of each would cost the square.
    if !text.starts_with('{') || text.len() > LONGEST_TAG {
        return None;
    }
    let written = node.mapping()?.written().count();
    let is_whole = written == 1 && placeholder::find(text).next() == Some(0..text.len());
    is_whole.then_some(text)
}

impl RenderedConfiguration<'_> {
    /// Says that the values of placeholders were not checked, and who writes them.
    pub(super) fn finding(&self) -> Finding {
        let message = "a script fills in this placeholder before Prometheus reads the file: its \
                       value is not checked";
        let place = self.node.place();
        let mut finding = Finding::new(rule::SCHEMA_UNRENDERED, Severity::Info, place, message)
            .of_key(self.node.path(), self.node.identity())
            .help("run promvet on the rendered file too");
        finding.evidence.push(self.script.clone());
        finding
    }
}

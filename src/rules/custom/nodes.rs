//! The kinds of nodes that a custom rule can look at, and where they are in a document.

use crate::schema::counting;
use crate::schema::table::Struct;
use crate::schema::table::Type::{self, List, Section};
use crate::schema::tables;
use crate::yaml::{Document, Node};

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleNodeKind {
    /// The whole configuration.
    Config,
    /// An entry of `scrape_configs`.
    ScrapeConfig,
    /// An entry of `remote_write`.
    RemoteWrite,
    /// An entry of `remote_read`.
    RemoteRead,
    /// An entry of `alerting.alertmanagers`.
    Alertmanager,
    /// Whatever talks HTTP: one of the four above, or a service discovery.
    HttpClient,
    /// A `tls_config`.
    TlsConfig,
    /// A relabel rule, of whatever list.
    RelabelConfig,
    /// An entry of a service discovery, such as `consul_sd_configs`.
    ServiceDiscovery,
    /// A group of a rule file.
    RuleGroup,
    /// An alert of a rule file.
    AlertingRule,
    /// A recording rule of a rule file.
    RecordingRule,
}

/// Every kind: its word in pages, what it is called in sentences, and what its keys are, where they
/// are always the same.
const KINDS: &[(RuleNodeKind, &str, &str, Option<&Struct>)] = &[
    (
        RuleNodeKind::Config,
        "config",
        "a configuration",
        Some(&tables::CONFIG),
    ),
    (
        RuleNodeKind::ScrapeConfig,
        "scrape_config",
        "an entry of `scrape_configs`",
        Some(&tables::SCRAPE),
    ),
    (
        RuleNodeKind::RemoteWrite,
        "remote_write",
        "an entry of `remote_write`",
        Some(&tables::REMOTE_WRITE),
    ),
    (
        RuleNodeKind::RemoteRead,
        "remote_read",
        "an entry of `remote_read`",
        Some(&tables::REMOTE_READ),
    ),
    (
        RuleNodeKind::Alertmanager,
        "alertmanager",
        "an entry of `alertmanagers`",
        Some(&tables::ALERTMANAGER),
    ),
    (
        RuleNodeKind::HttpClient,
        "http_client",
        "an HTTP client",
        None,
    ),
    (
        RuleNodeKind::TlsConfig,
        "tls_config",
        "a `tls_config`",
        Some(&tables::TLS),
    ),
    (
        RuleNodeKind::RelabelConfig,
        "relabel_config",
        "a relabel rule",
        Some(&tables::RELABEL),
    ),
    (
        RuleNodeKind::ServiceDiscovery,
        "service_discovery",
        "a service discovery",
        None,
    ),
    (
        RuleNodeKind::RuleGroup,
        "rule_group",
        "a group of rules",
        Some(&tables::RULE_GROUP),
    ),
    (
        RuleNodeKind::AlertingRule,
        "alerting_rule",
        "an alert",
        Some(&tables::RULE),
    ),
    (
        RuleNodeKind::RecordingRule,
        "recording_rule",
        "a recording rule",
        Some(&tables::RULE),
    ),
];

impl RuleNodeKind {
    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let row = KINDS.iter().find(|row| row.1 == word);
        row.map(|row| row.0)
    }

    /// All words.
    pub fn words() -> impl Iterator<Item = &'static str> + Clone {
        KINDS.iter().map(|row| row.1)
    }

    /// Its word in pages.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// What it is called in sentences.
    #[must_use]
    pub fn noun(self) -> &'static str {
        self.row().map_or("", |row| row.2)
    }

    /// What its keys are; none where they differ from node to node.
    #[must_use]
    pub fn section(self) -> Option<&'static Struct> {
        self.row().and_then(|row| row.3)
    }

    /// Whether it is in rule files, not in configurations.
    #[must_use]
    pub fn is_of_rule_files(self) -> bool {
        self >= Self::RuleGroup
    }

    fn row(self) -> Option<&'static (Self, &'static str, &'static str, Option<&'static Struct>)> {
        KINDS.iter().find(|row| row.0 == self)
    }
}

/// A node that rules look at.
#[derive(Clone, Copy)]
pub(super) struct RuleNode<'d> {
    pub(super) kind: RuleNodeKind,
    pub(super) node: Node<'d>,
    pub(super) of: &'static Struct,
}

/// What a document is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentForm {
    /// A configuration.
    Config,
    /// A file of scrape jobs that a configuration includes.
    ScrapeConfigFile,
    /// A rule file.
    RuleFile,
}

/// All nodes of a document that rules can look at, in the order of the text but for what is
/// within them, which follows.
pub(super) fn find(document: &Document, form: DocumentForm) -> Vec<RuleNode<'_>> {
    let mut out = Vec::new();
    let Some(root) = document.root() else {
        return out;
    };
    match form {
        DocumentForm::Config => section(&tables::CONFIG, root, "", &mut out),
        DocumentForm::ScrapeConfigFile => section(&tables::SCRAPE_CONFIG_FILE, root, "", &mut out),
        DocumentForm::RuleFile => rule_groups(root, &mut out),
    }
    out
}

fn rule_groups<'d>(root: Node<'d>, out: &mut Vec<RuleNode<'d>>) {
    for group in root.get("groups").into_iter().flat_map(Node::items) {
        if group.mapping().is_none() {
            continue;
        }
        out.push(RuleNode {
            kind: RuleNodeKind::RuleGroup,
            node: group,
            of: &tables::RULE_GROUP,
        });
        for rule in group.get("rules").into_iter().flat_map(Node::items) {
            let kind = if rule.get("alert").is_some() {
                RuleNodeKind::AlertingRule
            } else {
                RuleNodeKind::RecordingRule
            };
            if rule.mapping().is_some() {
                out.push(RuleNode {
                    kind,
                    node: rule,
                    of: &tables::RULE,
                });
            }
        }
    }
}

/// A section, which is under `key`, and what it contains.
fn section<'d>(of: &'static Struct, node: Node<'d>, key: &str, out: &mut Vec<RuleNode<'d>>) {
    let Some(mapping) = node.mapping() else {
        return;
    };
    let own = KINDS.iter().find(|row| {
        let is_rule = row.0.is_of_rule_files();
        !is_rule && row.3.is_some_and(|shape| std::ptr::eq(shape, of))
    });
    out.extend(own.map(|row| row.0).map(|kind| RuleNode { kind, node, of }));
    if key.ends_with("_sd_configs") {
        let kind = RuleNodeKind::ServiceDiscovery;
        out.push(RuleNode { kind, node, of });
    }
    if of
        .inline
        .iter()
        .any(|inline| std::ptr::eq(inline.of, &tables::HTTP_CLIENT))
    {
        let kind = RuleNodeKind::HttpClient;
        out.push(RuleNode { kind, node, of });
    }
    for entry in counting(mapping) {
        if let Some(found) = of.find(entry.name()) {
            value(&found.field.ty, entry.value, entry.name(), out);
        }
    }
}

fn value<'d>(ty: &Type, node: Node<'d>, key: &str, out: &mut Vec<RuleNode<'d>>) {
    match ty {
        Section(of) => section(of, node, key, out),
        List(item) if matches!(item, Section(_)) => {
            node.items().for_each(|node| value(item, node, key, out));
        }
        _ => {}
    }
}

//! A document that is judged, and what its nodes are given to see.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use cel::Context;

use super::budget::{self, FileBudget};
use super::engine::ConditionContext;
use super::facts::{self, Fact, FactUse, KnownFact, WantedFacts};
use super::nodes::{self, DocumentForm, RuleNode, RuleNodeKind};
use super::page::CustomRule;
use super::value::NodeReader;
use super::verdict::{self, UnknownBound};
use crate::finding::Span;
use crate::prometheus::endpoint::Endpoint;
use crate::prometheus::{Client, Config};
use crate::rules::{Configuration, HttpPart, RemoteWriteEntry, RuleJudgment};
use crate::schema::tables;
use crate::yaml::{Document, Node};

/// A document that is judged.
pub(super) struct JudgedDocument<'a> {
    pub(super) document: &'a Document,
    pub(super) form: DocumentForm,
    /// Its path in the tree.
    pub(super) path: String,
    /// The configuration that it is, or that includes it.
    pub(super) configuration: Option<&'a Configuration<'a>>,
    pub(super) scene: ConditionContext<'a>,
}

/// What of a document is looked up for its nodes.
struct DocumentLists<'a> {
    entries: HashMap<Span, &'a RemoteWriteEntry<'a>>,
    clients: HashMap<Span, Client<'a>>,
    global: Option<Node<'a>>,
}

impl<'a> JudgedDocument<'a> {
    /// Adds what rules say of its nodes.
    pub(super) fn judge(&self, rules: &[Arc<CustomRule>], out: &mut RuleJudgment) {
        let mut by_kind: BTreeMap<RuleNodeKind, Vec<&CustomRule>> = BTreeMap::new();
        for rule in rules {
            by_kind.entry(rule.node).or_default().push(rule);
        }
        let mut found = nodes::find(self.document, self.form);
        found.retain(|found| by_kind.contains_key(&found.kind));
        if found.is_empty() {
            return;
        }
        let kinds: BTreeSet<RuleNodeKind> = found.iter().map(|hit| hit.kind).collect();
        let asked = kinds.iter().filter_map(|kind| by_kind.get(kind)).flatten();
        let asked: Vec<&FactUse> = asked.flat_map(|rule| &rule.uses).collect();
        let mut base = Context::with_env(budget::env());
        let shared = self.shared(&asked, &mut base);
        let lists = self.lists(&asked);
        let uses = by_kind
            .iter()
            .map(|(kind, rules)| (*kind, NodeUses::of(rules)));
        let uses: BTreeMap<RuleNodeKind, NodeUses<'_>> = uses.collect();
        let budget = FileBudget::default();
        for one in found {
            let Some(rules) = by_kind.get(&one.kind) else {
                continue;
            };
            let mut context = base.new_inner_scope();
            let Some(uses) = uses.get(&one.kind) else {
                continue;
            };
            let mut known = self.own(&one, uses, &lists, &mut context);
            known.unknown.extend(shared.iter().cloned());
            for rule in rules {
                if budget.is_used_up() {
                    out.unchecked.push(verdict::used_up(rule, one.node));
                    return;
                }
                known.judge(rule, one.node, &context, &budget, out);
            }
        }
    }

    /// Binds what is the same for all nodes; what of it is not known comes back.
    fn shared(
        &self,
        asked: &[&FactUse],
        base: &mut Context<'_, 'a>,
    ) -> Vec<(Fact, Option<String>)> {
        let mut unknown = Vec::new();
        for fact in [Fact::Config, Fact::File, Fact::Mount, Fact::Environment] {
            if !asked.iter().any(|(one, _)| *one == fact) {
                continue;
            }
            let known = match (fact, self.configuration) {
                (Fact::Config, Some(it)) => {
                    let reader = NodeReader {
                        effective: false,
                        global: None,
                        wanted: &WantedFacts::of(fact, asked.iter().copied()),
                    };
                    let node = it.config.root().node();
                    KnownFact::Value(reader.section(&tables::CONFIG, node))
                }
                (Fact::Mount, Some(it)) => facts::mount(it),
                (Fact::File, _) => {
                    KnownFact::Value(facts::file(self.path.clone(), self.scene.template))
                }
                (Fact::Environment, _) => facts::environment(self.scene.environment),
                _ => KnownFact::Unknown(Some("the configuration is not known".to_owned())),
            };
            bind(fact, known, base, &mut unknown);
        }
        unknown
    }

    fn lists(&self, asked: &[&FactUse]) -> DocumentLists<'a> {
        let talks = |use_: &&FactUse| matches!(use_.0, Fact::Urls | Fact::Issuer);
        let config = Config::new(self.document);
        let config =
            config.filter(|_| asked.iter().any(talks) && self.form != DocumentForm::RuleFile);
        let clients = config.map_or_else(Vec::new, Config::clients).into_iter();
        let own = self
            .configuration
            .filter(|_| self.form == DocumentForm::Config);
        let entries = own.into_iter().flat_map(|it| &it.entries);
        DocumentLists {
            entries: entries
                .map(|entry| (entry.write.node().span(), entry))
                .collect(),
            clients: clients.map(|client| (client.node.span(), client)).collect(),
            global: self
                .configuration
                .and_then(|it| it.config.root().get("global")),
        }
    }

    /// Binds what is a node's own.
    fn own(
        &self,
        found: &RuleNode<'a>,
        uses: &NodeUses<'_>,
        lists: &DocumentLists<'a>,
        context: &mut Context<'_, 'a>,
    ) -> UnknownBound {
        let mut out = UnknownBound::default();
        let node = found.node;
        let entry = lists.entries.get(&node.span()).copied();
        let client = lists.clients.get(&node.span());
        let reader = |effective, wanted| NodeReader {
            effective,
            global: lists.global,
            wanted,
        };
        for fact in uses.facts.iter().copied() {
            let known = match fact {
                Fact::Own => KnownFact::Value(reader(false, &uses.own).section(found.of, node)),
                Fact::Effective => {
                    KnownFact::Value(reader(true, &uses.effective).section(found.of, node))
                }
                Fact::Url => {
                    let (known, holes) = url(found, entry);
                    out.holes = holes;
                    known
                }
                Fact::Urls => facts::urls(client),
                Fact::Receiver => entry.map_or(KnownFact::Unknown(None), facts::receiver),
                Fact::Issuer => {
                    let part = client.zip(self.configuration).map(|(client, it)| HttpPart {
                        client: client.clone(),
                        entry: None,
                        facts: it.facts,
                        configuration: it,
                    });
                    facts::issuer(entry, part.as_ref())
                }
                Fact::Labels => {
                    let config = self.configuration.map(|it| it.config);
                    facts::labels(config, node, &uses.labels, self.scene.template)
                }
                _ => facts::credentials(node),
            };
            bind(fact, known, context, &mut out.unknown);
        }
        out
    }
}

/// What the rules for one kind of nodes take of a node.
struct NodeUses<'r> {
    facts: Vec<Fact>,
    own: WantedFacts<'r>,
    effective: WantedFacts<'r>,
    labels: WantedFacts<'r>,
}

impl<'r> NodeUses<'r> {
    fn of(rules: &[&'r CustomRule]) -> Self {
        let uses = || rules.iter().flat_map(|rule| &rule.uses);
        let named = |fact: &Fact| rules.iter().any(|rule| rule.names(*fact));
        Self {
            facts: OWN.iter().copied().filter(named).collect(),
            own: WantedFacts::of(Fact::Own, uses()),
            effective: WantedFacts::of(Fact::Effective, uses()),
            labels: WantedFacts::of(Fact::Labels, uses()),
        }
    }
}

/// The facts that differ from node to node.
const OWN: &[Fact] = &[
    Fact::Own,
    Fact::Effective,
    Fact::Url,
    Fact::Urls,
    Fact::Receiver,
    Fact::Issuer,
    Fact::Credentials,
    Fact::Labels,
];

fn url<'d>(
    found: &RuleNode<'_>,
    entry: Option<&RemoteWriteEntry<'_>>,
) -> (KnownFact<'d>, facts::UnknownUrlParts) {
    if let Some(url) = entry.and_then(RemoteWriteEntry::url) {
        return facts::url(&url.endpoint);
    }
    let known = match found.node.get("url").and_then(Node::as_str) {
        Some(text) => facts::url(&Endpoint::new(text)),
        None => (KnownFact::Unknown(None), Vec::new()),
    };
    match (found.kind, known) {
        (RuleNodeKind::RemoteRead, (KnownFact::Unknown(None), holes)) => {
            let why = "the URL has no host to connect to";
            (KnownFact::Unknown(Some(why.to_owned())), holes)
        }
        (_, known) => known,
    }
}

fn bind<'v>(
    fact: Fact,
    known: KnownFact<'v>,
    context: &mut Context<'_, 'v>,
    unknown: &mut Vec<(Fact, Option<String>)>,
) {
    match known {
        KnownFact::Value(value) => context.add_variable_as_val(fact.name(), value),
        KnownFact::Unknown(why) => unknown.push((fact, why)),
    }
}

//! A document that is judged, and what its nodes are given to see.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use cel::Context;

use super::budget::{self, FileBudget};
use super::engine::Scene;
use super::facts::{self, Fact, Known, Use, Wanted};
use super::nodes::{self, Form, Found, NodeKind};
use super::page::CustomRule;
use super::value::Reader;
use super::verdict::{self, Bound};
use crate::finding::Span;
use crate::prometheus::endpoint::Endpoint;
use crate::prometheus::{Client, Config};
use crate::rules::{Configuration, Entry, HttpPart, Judgement};
use crate::schema::tables;
use crate::yaml::{Document, Node};

/// A document that is judged.
pub(super) struct Subject<'a> {
    pub(super) document: &'a Document,
    pub(super) form: Form,
    /// Its path in the tree.
    pub(super) path: String,
    /// The configuration that it is, or that includes it.
    pub(super) configuration: Option<&'a Configuration<'a>>,
    pub(super) scene: Scene<'a>,
}

/// What of a document is looked up for its nodes.
struct Lists<'a> {
    entries: HashMap<Span, &'a Entry<'a>>,
    clients: HashMap<Span, Client<'a>>,
    global: Option<Node<'a>>,
}

impl<'a> Subject<'a> {
    /// Adds what rules say of its nodes.
    pub(super) fn judge(&self, rules: &[Arc<CustomRule>], out: &mut Judgement) {
        let mut by_kind: BTreeMap<NodeKind, Vec<&CustomRule>> = BTreeMap::new();
        for rule in rules {
            by_kind.entry(rule.node).or_default().push(rule);
        }
        let mut found = nodes::find(self.document, self.form);
        found.retain(|found| by_kind.contains_key(&found.kind));
        if found.is_empty() {
            return;
        }
        let kinds: BTreeSet<NodeKind> = found.iter().map(|hit| hit.kind).collect();
        let asked = kinds.iter().filter_map(|kind| by_kind.get(kind)).flatten();
        let asked: Vec<&Use> = asked.flat_map(|rule| &rule.uses).collect();
        let mut base = Context::with_env(budget::env());
        let shared = self.shared(&asked, &mut base);
        let lists = self.lists(&asked);
        let uses = by_kind.iter().map(|(kind, rules)| (*kind, Uses::of(rules)));
        let uses: BTreeMap<NodeKind, Uses<'_>> = uses.collect();
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
    fn shared(&self, asked: &[&Use], base: &mut Context<'_, 'a>) -> Vec<(Fact, Option<String>)> {
        let mut unknown = Vec::new();
        for fact in [Fact::Config, Fact::File, Fact::Mount, Fact::Environment] {
            if !asked.iter().any(|(one, _)| *one == fact) {
                continue;
            }
            let known = match (fact, self.configuration) {
                (Fact::Config, Some(it)) => {
                    let reader = Reader {
                        effective: false,
                        global: None,
                        wanted: &Wanted::of(fact, asked.iter().copied()),
                    };
                    let node = it.config.root().node();
                    Known::Value(reader.section(&tables::CONFIG, node))
                }
                (Fact::Mount, Some(it)) => facts::mount(it),
                (Fact::File, _) => {
                    Known::Value(facts::file(self.path.clone(), self.scene.template))
                }
                (Fact::Environment, _) => facts::environment(self.scene.environment),
                _ => Known::Unknown(Some("the configuration is not known".to_owned())),
            };
            bind(fact, known, base, &mut unknown);
        }
        unknown
    }

    fn lists(&self, asked: &[&Use]) -> Lists<'a> {
        let talks = |use_: &&Use| matches!(use_.0, Fact::Urls | Fact::Issuer);
        let config = Config::new(self.document);
        let config = config.filter(|_| asked.iter().any(talks) && self.form != Form::RuleFile);
        let clients = config.map_or_else(Vec::new, Config::clients).into_iter();
        let own = self.configuration.filter(|_| self.form == Form::Config);
        let entries = own.into_iter().flat_map(|it| &it.entries);
        Lists {
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
        found: &Found<'a>,
        uses: &Uses<'_>,
        lists: &Lists<'a>,
        context: &mut Context<'_, 'a>,
    ) -> Bound {
        let mut out = Bound::default();
        let node = found.node;
        let entry = lists.entries.get(&node.span()).copied();
        let client = lists.clients.get(&node.span());
        let reader = |effective, wanted| Reader {
            effective,
            global: lists.global,
            wanted,
        };
        for fact in uses.facts.iter().copied() {
            let known = match fact {
                Fact::Own => Known::Value(reader(false, &uses.own).section(found.of, node)),
                Fact::Effective => {
                    Known::Value(reader(true, &uses.effective).section(found.of, node))
                }
                Fact::Url => {
                    let (known, holes) = url(found, entry);
                    out.holes = holes;
                    known
                }
                Fact::Urls => facts::urls(client),
                Fact::Receiver => entry.map_or(Known::Unknown(None), facts::receiver),
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
struct Uses<'r> {
    facts: Vec<Fact>,
    own: Wanted<'r>,
    effective: Wanted<'r>,
    labels: Wanted<'r>,
}

impl<'r> Uses<'r> {
    fn of(rules: &[&'r CustomRule]) -> Self {
        let uses = || rules.iter().flat_map(|rule| &rule.uses);
        let named = |fact: &Fact| rules.iter().any(|rule| rule.names(*fact));
        Self {
            facts: OWN.iter().copied().filter(named).collect(),
            own: Wanted::of(Fact::Own, uses()),
            effective: Wanted::of(Fact::Effective, uses()),
            labels: Wanted::of(Fact::Labels, uses()),
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

fn url<'d>(found: &Found<'_>, entry: Option<&Entry<'_>>) -> (Known<'d>, facts::Holes) {
    if let Some(url) = entry.and_then(Entry::url) {
        return facts::url(&url.endpoint);
    }
    let known = match found.node.get("url").and_then(Node::as_str) {
        Some(text) => facts::url(&Endpoint::new(text)),
        None => (Known::Unknown(None), Vec::new()),
    };
    match (found.kind, known) {
        (NodeKind::RemoteRead, (Known::Unknown(None), holes)) => {
            let why = "the URL has no host to connect to";
            (Known::Unknown(Some(why.to_owned())), holes)
        }
        (_, known) => known,
    }
}

fn bind<'v>(
    fact: Fact,
    known: Known<'v>,
    context: &mut Context<'_, 'v>,
    unknown: &mut Vec<(Fact, Option<String>)>,
) {
    match known {
        Known::Value(value) => context.add_variable_as_val(fact.name(), value),
        Known::Unknown(why) => unknown.push((fact, why)),
    }
}

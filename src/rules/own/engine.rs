//! Holds rules of one's own against the nodes of a document.

use std::borrow::Cow;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cel::common::types::CelBool;
use cel::{Context, ExecutionError, Value};

use super::OwnRules;
use super::budget;
use super::facts::{self, Fact, Holes, Known};
use super::nodes::{self, Form, Found, Kind};
use super::page::{OwnRule, Unknown};
use super::value::{self, Reader};
use crate::facts::included::Purpose;
use crate::finding::{Finding, Severity, Text, Unchecked};
use crate::prometheus::Client;
use crate::rules::{Configuration, Entry, HttpPart, Judgement};
use crate::yaml::{Document, Node, parse_first};

/// What is known of a file from outside it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scene<'s> {
    /// Whether something renders the file before Prometheus reads it.
    pub template: bool,
    /// The environment that policy counts the file to.
    pub environment: Option<&'s str>,
}

/// Judges a configuration, and what it includes, with rules of one's own.
#[must_use]
pub fn judge(configuration: &Configuration<'_>, rules: &OwnRules, scene: &Scene<'_>) -> Judgement {
    let mut out = Judgement::default();
    if rules.is_empty() {
        return out;
    }
    let document = configuration.config.root().node().document();
    let path = |document: &Document| {
        let facts = configuration.facts;
        facts.relative(&facts.absolute(document.text().path()))
    };
    Subject {
        document,
        form: Form::Config,
        path: path(document),
        configuration: Some(configuration),
        scene,
    }
    .judge(rules, &mut out);
    for (form, document) in included(configuration, rules) {
        Subject {
            document: &document,
            form,
            path: path(&document),
            configuration: Some(configuration),
            scene,
        }
        .judge(rules, &mut out);
    }
    out
}

/// Judges a rule file of which no configuration is known. Rules that ask for the configuration are
/// left to the configurations that include the file.
#[must_use]
pub fn judge_rule_file(
    text: &Arc<Text>,
    path: String,
    rules: &OwnRules,
    scene: &Scene<'_>,
) -> Judgement {
    let mut out = Judgement::default();
    let asks = |rule: &OwnRule| {
        let mut facts = rule.facts.iter();
        facts.any(|fact| matches!(fact, Fact::Config | Fact::Mount))
    };
    let rules = rules.all().iter().filter(|rule| !asks(rule)).cloned();
    let rules = OwnRules::of(rules.collect());
    if let (true, Ok(document)) = (rules.look_at_rule_files(), parse_first(text)) {
        Subject {
            document: &document,
            form: Form::RuleFile,
            path,
            configuration: None,
            scene,
        }
        .judge(&rules, &mut out);
    }
    out
}

/// The files that a configuration includes and that rules look at.
fn included(configuration: &Configuration<'_>, rules: &OwnRules) -> Vec<(Form, Document)> {
    let wants = |form| match form {
        Form::RuleFile => rules.look_at_rule_files(),
        _ => rules.all().iter().any(|rule| !rule.node.is_of_rule_files()),
    };
    let document = configuration.config.root().node().document();
    let named = configuration
        .facts
        .pulled_in(document, configuration.folder);
    let mut out = Vec::new();
    for (purpose, path) in named {
        let form = match purpose {
            Purpose::Rules => Form::RuleFile,
            Purpose::ScrapeConfigs => Form::ScrapeConfigFile,
            Purpose::Targets => continue,
        };
        if !wants(form) {
            continue;
        }
        let text = configuration.facts.text(&path);
        // What is no YAML is said where included files are checked.
        out.extend(text.and_then(|text| Some((form, parse_first(&text).ok()?))));
    }
    out
}

/// A document that is judged.
struct Subject<'a> {
    document: &'a Document,
    form: Form,
    path: String,
    configuration: Option<&'a Configuration<'a>>,
    scene: &'a Scene<'a>,
}

impl<'a> Subject<'a> {
    fn judge(&self, rules: &OwnRules, out: &mut Judgement) {
        let found = nodes::find(self.document, self.form);
        let of = |kind: Kind| -> Vec<&OwnRule> {
            let rules = rules.all().iter().filter(|rule| rule.node == kind);
            rules.map(|rule| &**rule).collect()
        };
        let kinds: HashSet<&str> = found.iter().map(|one| one.kind.word()).collect();
        let asked = rules
            .all()
            .iter()
            .filter(|rule| kinds.contains(rule.node.word()));
        let asked: Vec<Fact> = asked.flat_map(|rule| rule.facts.iter().copied()).collect();
        if asked.is_empty()
            && !rules
                .all()
                .iter()
                .any(|rule| kinds.contains(rule.node.word()))
        {
            return;
        }
        let mut base = Context::with_env(budget::env());
        let shared = self.shared(&asked, &mut base);
        let clients = self.clients(&asked);
        for one in found {
            let rules = of(one.kind);
            if rules.is_empty() {
                continue;
            }
            let mut context = base.new_inner_scope();
            let mut known = self.own(&one, &rules, &clients, &mut context);
            known.unknown.extend(shared.iter().cloned());
            for rule in rules {
                known.judge(rule, one.node, &context, out);
            }
        }
    }

    /// Binds what is the same for all nodes; what of it is not known comes back.
    fn shared(&self, asked: &[Fact], base: &mut Context<'_, 'a>) -> Vec<(Fact, Option<String>)> {
        let mut unknown = Vec::new();
        let environment = self.scene.environment;
        for fact in [Fact::Config, Fact::File, Fact::Mount, Fact::Environment] {
            if !asked.contains(&fact) {
                continue;
            }
            let known = match (fact, self.configuration) {
                (Fact::Config, Some(it)) => {
                    let reader = Reader::default();
                    let config = Kind::Config.section();
                    let node = it.config.root().node();
                    match config {
                        Some(of) => Known::Value(reader.section(of, node)),
                        None => Known::Unknown(None),
                    }
                }
                (Fact::Mount, Some(it)) => facts::mount(it),
                (Fact::File, _) => {
                    let path = self.path.clone();
                    Known::Value(facts::file(path, self.scene.template, environment))
                }
                (Fact::Environment, _) => match environment {
                    Some(name) => Known::Value(value::text(name)),
                    None => Known::Unknown(Some(
                        "promvet.yaml does not say which environment the file belongs to"
                            .to_owned(),
                    )),
                },
                _ => Known::Unknown(Some("the configuration is not known".to_owned())),
            };
            bind(fact, known, base, &mut unknown);
        }
        unknown
    }

    fn clients(&self, asked: &[Fact]) -> Vec<Client<'a>> {
        let wanted = asked
            .iter()
            .any(|fact| matches!(fact, Fact::Urls | Fact::Issuer));
        let own = self
            .configuration
            .filter(|_| wanted && self.form == Form::Config);
        own.map_or_else(Vec::new, |it| it.config.clients())
    }

    /// Binds what is a node's own.
    fn own(
        &self,
        found: &Found<'a>,
        rules: &[&OwnRule],
        clients: &[Client<'a>],
        context: &mut Context<'_, 'a>,
    ) -> Bound {
        let mut out = Bound::default();
        let asked = |fact: Fact| rules.iter().any(|rule| rule.facts.contains(&fact));
        let node = found.node;
        let global = self
            .configuration
            .and_then(|it| it.config.root().get("global"));
        let entry = self.entry(node);
        let client = clients
            .iter()
            .find(|client| client.node.span() == node.span());
        let own = [
            Fact::Own,
            Fact::Effective,
            Fact::Url,
            Fact::Urls,
            Fact::Receiver,
            Fact::Issuer,
            Fact::Credentials,
        ];
        for fact in own.into_iter().filter(|fact| asked(*fact)) {
            let known = match fact {
                Fact::Own => Known::Value(Reader::default().section(found.of, node)),
                Fact::Effective => {
                    let reader = Reader {
                        effective: true,
                        global,
                    };
                    Known::Value(reader.section(found.of, node))
                }
                Fact::Url => self.url(node, entry, &mut out.holes),
                Fact::Urls => client.map_or(Known::Unknown(None), facts::urls),
                Fact::Receiver => entry.map_or(Known::Unknown(None), facts::receiver),
                Fact::Issuer => {
                    let part = client.zip(self.configuration).map(|(client, it)| HttpPart {
                        client: client.clone(),
                        entry: None,
                        facts: it.facts,
                    });
                    facts::issuer(entry, part.as_ref())
                }
                _ => facts::credentials(node),
            };
            bind(fact, known, context, &mut out.unknown);
        }
        out
    }

    /// The remote_write entry of a node, if it is one.
    fn entry(&self, node: Node<'_>) -> Option<&'a Entry<'a>> {
        let own = self.configuration.filter(|_| self.form == Form::Config)?;
        let mut entries = own.entries.iter();
        entries.find(|entry| entry.write.node().span() == node.span())
    }

    fn url(&self, node: Node<'_>, entry: Option<&Entry<'_>>, holes: &mut Holes) -> Known<'a> {
        let (known, missing) = match entry.and_then(Entry::url) {
            Some(url) => facts::url(&url.endpoint),
            None => match node.get("url").and_then(Node::as_str) {
                Some(text) => facts::url(&crate::prometheus::endpoint::Endpoint::new(text)),
                None => (Known::Unknown(None), Vec::new()),
            },
        };
        *holes = missing;
        known
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

/// What of a node is not known.
#[derive(Default)]
struct Bound {
    unknown: Vec<(Fact, Option<String>)>,
    holes: Holes,
}

/// What is said of a condition that can't be evaluated.
const FAILED: &str = "could not be evaluated here";

/// Whether something is unchecked since a condition can't be evaluated, not since a fact is unknown.
#[must_use]
pub fn is_failure(reason: &str) -> bool {
    reason.contains(FAILED)
}

/// Why a condition is neither true nor false.
enum Neither {
    /// It rests on something that is not known: what, and why; none where another finding says so.
    Unknown(Option<String>),
    /// It can't be evaluated here.
    Failed(String),
}

impl Bound {
    fn judge(
        &self,
        rule: &OwnRule,
        node: Node<'_>,
        context: &Context<'_, '_>,
        out: &mut Judgement,
    ) {
        let evaluate = || self.evaluate(rule, context);
        let came_to = catch_unwind(AssertUnwindSafe(evaluate)).unwrap_or_else(|_| {
            let why = "its evaluation failed, which is a fault of promvet's own";
            Err(Neither::Failed(why.to_owned()))
        });
        match came_to {
            Ok(false) | Err(Neither::Unknown(None)) => {}
            Ok(true) => {
                let message = rule.message.fill(context);
                let help = rule.help.as_ref().map(|help| help.fill(context));
                out.findings
                    .push(finding(rule, node, rule.severity, message, help));
            }
            Err(Neither::Unknown(Some(why))) => self.unknown(rule, node, &why, out),
            Err(Neither::Failed(why)) => {
                let reason = format!("the rule {} {FAILED}: {why}", rule.name);
                let page = rule.text.path();
                let settle = format!("correct the condition in {page}, and add such an example");
                out.unchecked
                    .push(unchecked(rule, node, reason, Some(settle)));
            }
        }
    }

    fn unknown(&self, rule: &OwnRule, node: Node<'_>, why: &str, out: &mut Judgement) {
        let reason = format!("the rule {} could not be judged here: {why}", rule.name);
        match rule.unknown {
            Unknown::Skip => {}
            Unknown::Note => out.unchecked.push(unchecked(rule, node, reason, None)),
            Unknown::Warning => {
                let message = format!("it can't be told whether this breaks the rule: {why}");
                let found = finding(rule, node, Severity::Warning, message, None);
                out.findings.push(found);
            }
        }
    }

    fn evaluate(&self, rule: &OwnRule, context: &Context<'_, '_>) -> Result<bool, Neither> {
        let (value, used_up) = budget::within(|| {
            let value = Value::resolve_val(&rule.when, context)?;
            let truth = value.downcast_ref::<CelBool>().map(|truth| *truth.inner());
            truth.ok_or_else(|| ExecutionError::UnexpectedType {
                got: value.get_type().name().to_owned(),
                want: "bool".to_owned(),
            })
        });
        if used_up {
            let why = "the condition costs too much on what stands here";
            return Err(Neither::Failed(why.to_owned()));
        }
        value.map_err(|error| self.why(&error, rule))
    }

    fn why(&self, error: &ExecutionError, rule: &OwnRule) -> Neither {
        match error {
            ExecutionError::UndeclaredReference(name) => {
                let fact = self
                    .unknown
                    .iter()
                    .find(|(fact, _)| fact.name() == &***name);
                match fact {
                    Some((_, why)) => Neither::Unknown(why.clone()),
                    None => Neither::Failed(format!("nothing is called `{name}`")),
                }
            }
            ExecutionError::NoSuchKey(key)
                if rule.facts.contains(&Fact::Url) && self.holes.contains(&&***key) =>
            {
                let why = "a part of the URL is filled in only when the file is rendered";
                Neither::Unknown(Some(why.to_owned()))
            }
            other => Neither::Failed(words(other)),
        }
    }
}

/// An error of the interpreter in words, without the values that it is about.
fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("there is no key `{key}`; ask with `has(…)` first")
        }
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types().join(" and ");
            let name = overload.function().replace(['_', '@'], "");
            format!("`{name}` can't be applied to {types}")
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("a value is of type {got}, and should be of type {want}")
        }
        ExecutionError::IndexOutOfBounds(_) => "a list has no item at an index".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a number is divided by zero".to_owned()
        }
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        _ => "its values do not fit its operators".to_owned(),
    }
}

/// Keys that name a node, first of all.
const NAMES: &[&str] = &["url", "job_name", "name", "alert", "record"];

/// What a finding points at: the child that the rule names, as far as it is there; else what names
/// the node.
fn target<'d>(rule: &OwnRule, node: Node<'d>) -> Node<'d> {
    let mut at = node;
    for key in &rule.at {
        match at.get(key) {
            Some(child) => at = child,
            None => break,
        }
    }
    if at.span() != node.span() && !at.span().is_empty() {
        return at;
    }
    let named = NAMES.iter().filter_map(|key| node.get(key));
    let first = || node.mapping()?.written().next().map(|entry| entry.key);
    let mut named = named.filter(|named| named.scalar().is_some() && !named.span().is_empty());
    named.next().or_else(first).unwrap_or(node)
}

fn finding(
    rule: &OwnRule,
    node: Node<'_>,
    severity: Severity,
    message: String,
    help: Option<String>,
) -> Finding {
    let target = target(rule, node);
    Finding {
        rule: Cow::Owned(rule.name.clone()),
        severity,
        message,
        help,
        place: target.place(),
        logical: target.path(),
        identity: target.identity(),
        evidence: Vec::new(),
        fix: None,
    }
}

fn unchecked(rule: &OwnRule, node: Node<'_>, reason: String, settle: Option<String>) -> Unchecked {
    let target = target(rule, node);
    Unchecked {
        place: target.place(),
        logical: target.path(),
        reason,
        settle,
    }
}

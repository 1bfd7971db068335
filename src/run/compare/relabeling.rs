//! What a change of relabel rules does: by going through both lists with the labels that tell them
//! apart.

mod example;

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Leaf, ShownSide};
use crate::finding::Place;
use crate::prometheus::{
    Effect, Interpreter, KnownLabelValue, KnownLabels, Matches, PatternBudget, RelabelPattern,
    RelabelRule, Semantics,
};
use crate::run::LabelSet;
use crate::schema::Version;
use crate::yaml::{Kind, Node};
use promvet_syntax::go::alternatives::alternatives;

/// How many rules are gone through for one change: 100 sets of labels, and lists of 100 rules.
const MOST_STEPS: usize = 20_000;

/// How many sets of labels are tried, so that lists of 100 rules on both sides stay within [`MOST_STEPS`].
const MOST_SETS: usize = 100;

/// How many effects of one list are reported: enough to see what changes, and short enough for a comment
/// on a pull request.
const MOST_EFFECTS: usize = 6;

/// How many texts are made of a pattern: one for each of its alternatives, and people write a handful.
const MOST_TEXTS: usize = 8;

/// How many rules are put in order, each against each; longer lists are compared as they are.
const MOST_ORDERED: usize = 100;

/// A rule in one line, the same for all ways to write it: without what its action does not look at.
pub(super) fn words(node: Node<'_>) -> String {
    let budget = PatternBudget::default();
    let Some(rule) = RelabelRule::new(node, &budget) else {
        return node.as_str().unwrap_or("").to_owned();
    };
    let separator = match (rule.sources.len(), rule.separator) {
        (0 | 1, _) | (_, ";") => String::new(),
        (_, other) => format!(" joined by {other:?}"),
    };
    let sources = rule.sources.join(", ") + &separator;
    let target = rule.target.unwrap_or("");
    let (regex, replacement) = (rule.regex, rule.replacement);
    let said = match &*rule.action {
        "keep" | "drop" => format!("{sources} =~ {regex}"),
        "keepequal" | "dropequal" => format!("{sources} == {target}"),
        "labeldrop" | "labelkeep" => regex.to_owned(),
        "labelmap" => format!("{regex} to {replacement}"),
        "lowercase" | "uppercase" => format!("{sources} to {target}"),
        "hashmod" => {
            let modulus = rule.node.get("modulus").and_then(Node::as_str);
            format!("{sources} to {target}, modulus {}", modulus.unwrap_or("0"))
        }
        _ if sources.is_empty() => format!("{target} = {replacement}"),
        _ if regex == "(.*)" => format!("{sources} to {target} = {replacement}"),
        _ => format!("{sources} =~ {regex} to {target} = {replacement}"),
    };
    let mut out = format!("{} {said}", rule.action);
    for entry in rule.foreign() {
        out.push_str(&format!(", {}: {}", entry.name(), flat(entry.value)));
    }
    out
}

fn flat(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Scalar(scalar) => scalar.text.to_owned(),
        Kind::Sequence(list) => list.iter().map(flat).collect::<Vec<_>>().join(", "),
        Kind::Mapping(mapping) => {
            let entries = mapping.entries();
            let all = entries.map(|it| format!("{}: {}", it.name(), flat(it.value)));
            all.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A list on one side of a change.
pub(super) struct RelabelSide<'d> {
    /// Its rules.
    pub(super) rules: &'d [Node<'d>],
    /// Where it is, or would be.
    pub(super) place: Place,
}

/// What a change of a list does. `base` has the labels that there are before the first rule.
pub(super) fn changes(
    key: &str,
    old: &RelabelSide<'_>,
    new: &RelabelSide<'_>,
    base: &LabelSet,
) -> Vec<Leaf> {
    let budget = PatternBudget::default();
    let (before, after) = (read(old.rules, &budget), read(new.rules, &budget));
    let (one, two) = (words_of(old.rules), words_of(new.rules));
    let mut out = rule_changes(key, (&one, &two), old, new);
    let (Some(before), Some(after)) = (before, after) else {
        return out;
    };
    if in_order(&before, &one) == in_order(&after, &two) {
        return Vec::new();
    }
    let lists = RelabelLists {
        old: &before,
        new: &after,
        budget: &budget,
    };
    let (effects, tried) = lists.effects(base);
    let place = |list: &RelabelSide<'_>| list.place.clone();
    let leaf = |when: Option<String>, old_text: String, new_text: String| Leaf {
        key: key.to_owned(),
        old: Some(ShownSide::new(old_text, place(old))),
        new: Some(ShownSide::new(new_text, place(new))),
        when,
    };
    if effects.is_empty() && tried > 0 {
        let same = format!("the same for the {tried} sets of labels that were tried");
        out.push(leaf(None, "another text".to_owned(), same));
    }
    let effects = effects.into_iter().take(MOST_EFFECTS);
    out.extend(effects.map(|effect| leaf(Some(effect.when), effect.old, effect.new)));
    out
}

/// The rules of a list; none if one of them is not a mapping.
fn read<'d>(rules: &[Node<'d>], budget: &'d PatternBudget) -> Option<Vec<RelabelRule<'d>>> {
    let rules = rules.iter();
    rules.map(|node| RelabelRule::new(*node, budget)).collect()
}

fn words_of(rules: &[Node<'_>]) -> Vec<String> {
    rules.iter().map(|rule| words(*rule)).collect()
}

/// The rules that are only in one of the lists.
fn rule_changes(
    key: &str,
    (one, two): (&[String], &[String]),
    old: &RelabelSide<'_>,
    new: &RelabelSide<'_>,
) -> Vec<Leaf> {
    let only = |these: &[String], those: &[String], list: &RelabelSide<'_>| {
        let mut left: Vec<&String> = those.iter().collect();
        let mut out = Vec::new();
        for (at, rule) in these.iter().enumerate() {
            match left.iter().position(|other| *other == rule) {
                Some(found) => _ = left.swap_remove(found),
                None => {
                    let place = list.rules.get(at).map(|node| node.place());
                    let place = place.unwrap_or_else(|| list.place.clone());
                    out.push(ShownSide::new(rule.clone(), place));
                }
            }
        }
        out
    };
    let leaf = |old: Option<ShownSide>, new: Option<ShownSide>| Leaf {
        key: key.to_owned(),
        old,
        new,
        when: None,
    };
    let removed = only(one, two, old).into_iter();
    let added = only(two, one, new).into_iter();
    removed
        .map(|rule| leaf(Some(rule), None))
        .chain(added.map(|rule| leaf(None, Some(rule))))
        .collect()
}

/// What a rule looks at and what it changes; none is everything.
struct RuleReach<'r> {
    reads: Option<BTreeSet<&'r str>>,
    writes: Option<BTreeSet<&'r str>>,
    /// The labels that it drops.
    drops: Option<&'r RelabelPattern>,
}

impl<'r> RuleReach<'r> {
    fn of(rule: &'r RelabelRule<'_>) -> Self {
        let sources = || rule.sources.iter().copied().collect::<BTreeSet<_>>();
        let target = || rule.target.into_iter().collect::<BTreeSet<_>>();
        let plain = rule.is_plain() && !rule.target.is_some_and(|target| target.contains('$'));
        let (reads, writes) = match &*rule.action {
            _ if !plain => (None, None),
            "keep" | "drop" => (Some(sources()), Some(BTreeSet::new())),
            "keepequal" | "dropequal" => {
                let both = sources().union(&target()).copied().collect();
                (Some(both), Some(BTreeSet::new()))
            }
            "replace" | "hashmod" | "lowercase" | "uppercase" => (Some(sources()), Some(target())),
            _ => (None, None),
        };
        Self {
            reads,
            writes,
            drops: rule
                .pattern()
                .filter(|_| plain && rule.action == "labeldrop"),
        }
    }

    /// Whether a rule that drops labels meets none of those that the other one reads or writes.
    fn drops_others(&self, other: &Self) -> Option<bool> {
        let drops = self.drops?;
        let mut names = other.reads.iter().chain(&other.writes).flatten();
        let is_known = other.reads.is_some() && other.writes.is_some();
        Some(other.drops.is_some() || is_known && !names.any(|name| drops.matches(name)))
    }

    /// Whether two rules do the same in either order.
    fn is_apart(&self, other: &Self) -> bool {
        let meet = |first: &Option<BTreeSet<&str>>, two: &Option<BTreeSet<&str>>| match (first, two)
        {
            (Some(first), Some(two)) => !first.is_disjoint(two),
            (Some(first), None) => !first.is_empty(),
            (None, Some(two)) => !two.is_empty(),
            (None, None) => true,
        };
        if let Some(is_apart) = self
            .drops_others(other)
            .or_else(|| other.drops_others(self))
        {
            return is_apart;
        }
        !(meet(&self.writes, &other.reads)
            || meet(&self.writes, &other.writes)
            || meet(&self.reads, &other.writes))
    }
}

/// A rule as several that each have one alternative of its pattern, or with its alternatives in order, where
/// that is the same.
fn apart(rule: &RelabelRule<'_>, words: &str) -> Vec<String> {
    let uses_groups = [Some(rule.replacement), rule.target];
    let uses_groups = uses_groups.iter().flatten().any(|text| text.contains('$'));
    let mut all = alternatives(rule.regex);
    all.sort_unstable();
    all.dedup();
    let sorted = all.join("|");
    let end = format!("{} to ", rule.regex);
    match (&*rule.action, words.strip_suffix(rule.regex)) {
        ("drop" | "labeldrop", Some(start)) if all.len() <= MOST_ORDERED => {
            all.iter().map(|part| format!("{start}{part}")).collect()
        }
        ("drop" | "labeldrop" | "keep" | "labelkeep", Some(start)) => {
            vec![start.to_owned() + &sorted]
        }
        ("replace", _) if !uses_groups => vec![words.replacen(&end, &format!("{sorted} to "), 1)],
        _ => vec![words.to_owned()],
    }
}

/// The words of rules in an order that is the same for all lists that differ in the order of rules that
/// do not meet: again and again the least of those that may come first. One that chooses the same once
/// more is left out.
fn in_order(rules: &[RelabelRule<'_>], words: &[String]) -> Vec<String> {
    let reaches: Vec<_> = rules.iter().map(RuleReach::of).collect();
    let parts = reaches.iter().zip(rules).zip(words);
    let mut left: Vec<(&RuleReach<'_>, String)> = parts
        .flat_map(|((reach, rule), words)| {
            apart(rule, words)
                .into_iter()
                .map(move |part| (reach, part))
        })
        .collect();
    if left.len() > MOST_ORDERED {
        return words.to_vec();
    }
    let mut out: Vec<String> = Vec::new();
    while !left.is_empty() {
        let may_be_first = |at: &usize| {
            let Some((reach, _)) = left.get(*at) else {
                return false;
            };
            left.iter()
                .take(*at)
                .all(|(other, _)| reach.is_apart(other))
        };
        let first = (0..left.len())
            .filter(may_be_first)
            .min_by_key(|at| left.get(*at).map(|(_, words)| words.clone()))
            .unwrap_or(0);
        let (_, words) = left.remove(first);
        let chooses = ["keep ", "drop ", "labeldrop "]
            .iter()
            .any(|start| words.starts_with(start));
        if !(chooses && out.last() == Some(&words)) {
            out.push(words);
        }
    }
    out
}

/// What a list makes of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Result {
    /// Nothing: the rule of this number drops them.
    Dropped(usize),
    /// These.
    Labels(LabelSet),
    /// That cannot be said.
    Unknown,
}

/// Something that differs.
struct RelabelDifference {
    when: String,
    old: String,
    new: String,
}

struct RelabelLists<'r, 'd> {
    old: &'r [RelabelRule<'d>],
    new: &'r [RelabelRule<'d>],
    budget: &'r PatternBudget,
}

impl<'r, 'd> RelabelLists<'r, 'd> {
    /// What differs, each kind of difference once, and how many sets of labels were tried.
    fn effects(&self, base: &LabelSet) -> (Vec<RelabelDifference>, usize) {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        let sets = self.sets(base);
        let steps = self.old.len() + self.new.len();
        let sets: Vec<_> = sets
            .into_iter()
            .take(MOST_SETS.min(MOST_STEPS / steps.max(1)))
            .collect();
        for labels in &sets {
            let (before, after) = (self.run(self.old, labels), self.run(self.new, labels));
            for (kind, old, new) in differing(&before, &after) {
                if seen.insert(kind) {
                    let when = braces(labels, base);
                    out.push(RelabelDifference { when, old, new });
                }
            }
        }
        (out, sets.len())
    }

    fn run(&self, rules: &'r [RelabelRule<'d>], labels: &LabelSet) -> Result {
        let known = labels
            .iter()
            .fold(KnownLabels::default(), |all, (name, text)| {
                all.with(name.clone(), KnownLabelValue::only(text.clone()))
            });
        let mut interpreter = Interpreter::new(known, Semantics::of(Version::NEWEST), self.budget);
        for (at, rule) in rules.iter().enumerate() {
            let step = interpreter.step(rule);
            let chooses = matches!(&*rule.action, "keep" | "drop" | "keepequal" | "dropequal");
            match step.effect {
                Effect::DropsAll => return Result::Dropped(at),
                _ if chooses && step.matches == Matches::Sometimes => return Result::Unknown,
                _ => {}
            }
        }
        let text = |value: &KnownLabelValue| match value {
            KnownLabelValue::OneOf(texts) if texts.len() == 1 => texts.iter().next().cloned(),
            _ => None,
        };
        let known = interpreter.labels().known();
        let known = known.filter(|(_, value)| !value.is_absent());
        let known = known.map(|(name, value)| {
            let text = text(value).unwrap_or_else(|| "?".to_owned());
            (name.to_owned(), text)
        });
        Result::Labels(known.collect())
    }

    /// Sets of labels that one rule or another looks at: those that pass both lists as far as can be
    /// found out, and from there one rule after the other.
    fn sets(&self, base: &LabelSet) -> Vec<LabelSet> {
        let mut bases = vec![base.clone()];
        for list in [self.old, self.new] {
            bases.push(self.passing(list, base));
        }
        let rules = || self.old.iter().chain(self.new);
        let assignments: Vec<_> = rules().flat_map(|rule| self.assignments(rule)).collect();
        let mut out = bases.clone();
        let together = |base: &LabelSet, more: &LabelSet| {
            let mut all = base.clone();
            all.extend(more.clone());
            all
        };
        for base in &bases {
            out.extend(assignments.iter().map(|more| together(base, more)));
        }
        let mut seen = BTreeSet::new();
        out.retain(|labels| seen.insert(labels.clone()));
        out
    }

    /// Labels that a list does not drop, as far as can be found out.
    fn passing(&self, rules: &'r [RelabelRule<'d>], base: &LabelSet) -> LabelSet {
        let mut labels = base.clone();
        for _ in 0..rules.len().min(16) {
            let Result::Dropped(at) = self.run(rules, &labels) else {
                break;
            };
            let Some(rule) = rules.get(at) else { break };
            let candidates = match &*rule.action {
                "keep" | "keepequal" => self.assignments(rule),
                _ => {
                    let other = |name: &&str| ((*name).to_owned(), "other".to_owned());
                    vec![rule.sources.iter().map(other).collect()]
                }
            };
            let better = candidates.into_iter().find_map(|more| {
                let mut all = labels.clone();
                all.extend(more);
                let result = self.run(rules, &all);
                (!matches!(result, Result::Dropped(found) if found <= at)).then_some(all)
            });
            match better {
                Some(better) => labels = better,
                None => break,
            }
        }
        labels
    }
}

/// How two results differ: a name for the kind of difference, and both sides in words.
fn differing(old: &Result, new: &Result) -> Vec<(String, String, String)> {
    let (kept, dropped) = ("kept".to_owned(), "dropped".to_owned());
    match (old, new) {
        (Result::Dropped(rule), Result::Labels(_)) => {
            vec![(format!("kept {rule}"), dropped, kept)]
        }
        (Result::Labels(_), Result::Dropped(rule)) => {
            vec![(format!("dropped {rule}"), kept, dropped)]
        }
        (Result::Labels(old), Result::Labels(new)) => {
            let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            let text = |labels: &LabelSet, name: &String| match labels.get(name) {
                Some(text) => format!("{name}=\"{text}\""),
                None => format!("no {name}"),
            };
            let differs = |name: &&String| {
                let (old, new) = (old.get(*name), new.get(*name));
                let is_open = |text: Option<&String>| text.is_some_and(|text| text == "?");
                old != new && !is_open(old) && !is_open(new)
            };
            let names = names.into_iter().filter(differs);
            names
                .map(|name| (format!("label {name}"), text(old, name), text(new, name)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The labels of a set that are not those of the base.
fn braces(labels: &LabelSet, base: &LabelSet) -> String {
    let own: BTreeMap<_, _> = labels
        .iter()
        .filter(|(name, text)| base.get(*name) != Some(*text))
        .collect();
    let pairs = own.iter().map(|(name, text)| format!("{name}=\"{text}\""));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

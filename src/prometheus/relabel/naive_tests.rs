//! The interpreter beside an evaluation that follows `relabel` of Prometheus line by line.

use std::collections::BTreeMap;

use promvet_syntax::label;
use proptest::prelude::*;

use super::expand::expand;
use super::{Effect, Interpreter, KnownLabelValue, KnownLabels, Matches, RelabelRule, Semantics};
use crate::finding::Text;
use crate::prometheus::PatternBudget;
use crate::schema::Version;
use crate::yaml::{Document, Node, parse_first};

type Set = BTreeMap<String, String>;

/// Whether a rule matches a set of labels, and what it leaves; nothing if it drops them.
fn naive(rule: &RelabelRule<'_>, mut labels: Set, semantics: Semantics) -> (bool, Option<Set>) {
    let get = |labels: &Set, name: &str| labels.get(name).cloned().unwrap_or_default();
    let put = |labels: &mut Set, name: &str, value: String| {
        match value.is_empty() {
            true => labels.remove(name),
            false => labels.insert(name.to_owned(), value),
        };
    };
    let values: Vec<_> = rule.sources.iter().map(|name| get(&labels, name)).collect();
    let value = values.join(rule.separator);
    let regex = regex::Regex::new(&format!("^(?s:{})$", rule.regex)).unwrap();
    let hit = regex.is_match(&value);
    let target = rule.target.unwrap_or_default();
    match &*rule.action {
        "drop" => return (hit, (!hit).then_some(labels)),
        "keep" => return (hit, hit.then_some(labels)),
        "dropequal" | "keepequal" => {
            let equal = get(&labels, target) == value;
            let kept = equal == (rule.action == "keepequal");
            return (equal, kept.then_some(labels));
        }
        "replace" => {
            if let Some(captures) = regex.captures(&value) {
                let name = expand(target, &captures);
                let is_name = match semantics.legacy_names {
                    true => label::legacy_name(&name).is_ok(),
                    false => !name.is_empty(),
                };
                let result = expand(rule.replacement, &captures);
                if is_name && result.is_empty() && semantics.release < Version::new(2, 50, 0) {
                    labels.remove(target);
                } else if is_name {
                    put(&mut labels, &name, result);
                }
            }
        }
        "hashmod" => {
            let modulus: u64 = rule
                .node
                .get("modulus")
                .unwrap()
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            put(&mut labels, target, hashed(&value, modulus).to_string());
        }
        "lowercase" => put(&mut labels, target, value.to_lowercase()),
        "uppercase" => put(&mut labels, target, value.to_uppercase()),
        "labelmap" => {
            for (name, value) in labels.clone() {
                if let Some(captures) = regex.captures(&name) {
                    put(&mut labels, &expand(rule.replacement, &captures), value);
                }
            }
        }
        "labeldrop" => labels.retain(|name, _| !regex.is_match(name)),
        "labelkeep" => labels.retain(|name, _| regex.is_match(name)),
        other => panic!("not known here: {other}"),
    }
    (hit, Some(labels))
}

/// By the words of `relabel.relabel`: "the last 8 bytes of the hash".
fn hashed(value: &str, modulus: u64) -> u64 {
    use md5::Digest as _;
    let hash = md5::Md5::digest(value.as_bytes());
    let last = hash[8..].iter();
    last.fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)) % modulus
}

fn document(rules: &str) -> Document {
    parse_first(&Text::new("rules.yml", rules.into())).unwrap()
}

/// Holds the interpreter against the naive evaluation of labels that it was told enough of.
fn compare(rules: &[RelabelRule<'_>], known: KnownLabels, labels: Set, budget: &PatternBudget) {
    let semantics = Semantics::of(Version::NEWEST);
    let mut interpreter = Interpreter::new(known, semantics, budget);
    let mut left = labels;
    for rule in rules {
        let step = interpreter.step(rule);
        for at in &step.absent {
            assert_eq!(left.get(rule.sources[*at]), None, "{rule:?}");
        }
        let (hit, after) = naive(rule, left, semantics);
        match step.matches {
            Matches::Always(reason) => assert!(hit, "{rule:?}: {reason:?}"),
            Matches::Never(reason) => assert!(!hit, "{rule:?}: {reason:?}"),
            Matches::Sometimes => {}
        }
        let Some(after) = after else {
            assert!(!matches!(
                step.effect,
                Effect::KeepsAll | Effect::DropsNothing
            ));
            return;
        };
        assert_ne!(step.effect, Effect::DropsAll, "{rule:?}");
        for name in NAMES {
            let value = after.get(*name).map_or("", String::as_str);
            let known = interpreter.labels().get(name);
            assert!(
                known.allows(value),
                "{name}={value:?} after {rule:?}: {known:?}"
            );
        }
        for (name, value) in &after {
            assert!(
                interpreter.labels().get(name).allows(value),
                "{name} after {rule:?}"
            );
        }
        left = after;
    }
}

const NAMES: &[&str] = &["a", "b", "ab", "__name__", "__meta_a", "__meta_b", "__tmp"];
const TEXTS: &[&str] = &["", "a", "b", "ab", "a;b", ",a,", "a_b", "B"];
const PATTERNS: &[&str] = &[
    "(.*)",
    "(.+)",
    ".*",
    "",
    "a",
    "a|b",
    "(a)(.*)",
    "a.*",
    ".*b",
    "b.*",
    "(a|b)?",
    ",.*,",
    "a;b",
    "__meta_(.+)",
    "__.*",
    "[^a]*",
    "a;.*",
    "(?i)B",
    "__name__|a",
    r"\w+",
];
const REPLACEMENTS: &[&str] = &[
    "$1", "${1}_x", "$1_x", "a", "", "b", "$2", "$0", "__tmp", "$$1",
];
const TARGETS: &[&str] = &["a", "b", "ab", "__tmp", "$1", "${1}_b", "__meta_$1"];

fn rule() -> impl Strategy<Value = String> {
    let sources = proptest::collection::vec(proptest::sample::select(NAMES), 0..3);
    let pick = proptest::sample::select::<&'static str>;
    let action = pick(
        &[
            "replace",
            "replace",
            "replace",
            "keep",
            "drop",
            "keep",
            "drop",
            "labelmap",
            "labeldrop",
            "labelkeep",
            "lowercase",
            "uppercase",
            "keepequal",
            "dropequal",
            "hashmod",
        ][..],
    );
    (
        sources,
        pick(PATTERNS),
        pick(REPLACEMENTS),
        pick(TARGETS),
        action,
        pick(&[";", "", ","][..]),
    )
        .prop_map(|(sources, regex, replacement, target, action, separator)| {
            // What takes a name as it is gets no template.
            let target = match action {
                "replace" => target,
                _ => target
                    .split('$')
                    .next()
                    .filter(|name| !name.is_empty())
                    .unwrap_or("a"),
            };
            format!(
                "{{source_labels: {sources:?}, regex: {regex:?}, replacement: {replacement:?}, \
                 target_label: {target:?}, action: {action}, separator: {separator:?}, modulus: 2}}"
            )
        })
}

/// What is known of a label that has a value, more or less.
fn widened(value: &str, how: u8) -> KnownLabelValue {
    match how {
        0 => KnownLabelValue::only(value),
        1 => KnownLabelValue::only(value).or(KnownLabelValue::only("other")),
        2 if !value.is_empty() => KnownLabelValue::Present,
        3 if value.is_empty() || value.starts_with(',') && value.ends_with(',') => {
            KnownLabelValue::Edged(",".to_owned())
        }
        _ => KnownLabelValue::Any,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_proved_that_does_not_hold(
        rules in proptest::collection::vec(rule(), 1..6),
        values in proptest::collection::vec((proptest::sample::select(TEXTS), 0..5_u8), NAMES.len()),
        open in any::<bool>(),
    ) {
        let text = format!("[{}]", rules.join(", "));
        let document = document(&text);
        let budget = PatternBudget::default();
        let nodes = document.root().unwrap().items();
        let rules: Vec<_> = nodes.filter_map(|node| RelabelRule::new(node, &budget)).collect();
        let mut known = if open { KnownLabels::unknown() } else { KnownLabels::default() };
        let mut labels = Set::new();
        for (name, (value, how)) in NAMES.iter().zip(&values) {
            known = known.with(*name, widened(value, *how));
            if !value.is_empty() {
                labels.insert((*name).to_owned(), (*value).to_owned());
            }
        }
        compare(&rules, known, labels, &budget);
    }
}

/// Cases with what becomes of known labels, from the folder that `PROMVET_SHARED` names; without it
/// there is nothing to do.
#[test]
fn known_labels_become_what_prometheus_makes_of_them() {
    let Some(folder) = std::env::var_os("PROMVET_SHARED") else {
        return;
    };
    let path = std::path::Path::new(&folder).join("facts/scrape/relabel-cases.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let rows = table.lines().skip(1).filter(|line| !line.is_empty());
    let mut judged = 0;
    for row in rows {
        let cells: Vec<_> = row.split('\t').collect();
        let [id, _, from, before, rules, labels, result, out, ..] = cells[..] else {
            panic!("{row}");
        };
        if result == "reject" {
            continue;
        }
        for release in releases(from, before) {
            let outcome = evaluate(rules, labels, release);
            match (result, outcome) {
                ("drop", None) => {}
                ("keep", Some(after)) => {
                    let want: Set = serde_json::from_str(out).unwrap();
                    let names = want
                        .keys()
                        .cloned()
                        .chain(after.known().map(|(name, _)| name.to_owned()));
                    for name in names {
                        let value = want.get(&name).map_or("", String::as_str);
                        let known = after.get(&name);
                        let exact = matches!(&known, KnownLabelValue::OneOf(all) if all.len() == 1);
                        assert!(
                            exact && known.allows(value),
                            "{id} in {release}: {name}={value:?}, {known:?}"
                        );
                    }
                }
                (_, outcome) => panic!("{id} in {release}: {result}, found {outcome:?}"),
            }
            judged += 1;
        }
    }
    assert!(judged > 200, "{judged}");
}

/// The oldest and the newest release that a case is for.
fn releases(from: &str, before: &str) -> Vec<Version> {
    let parse = |text: &str| Version::parse(text).ok();
    let first = parse(from).unwrap_or(Version::new(2, 42, 0));
    let end = parse(before).unwrap_or(Version::new(9, 0, 0));
    let within: Vec<_> = Version::all()
        .filter(|version| first <= *version && *version < end)
        .collect();
    let ends = [within.first(), within.last()];
    ends.into_iter().flatten().copied().collect()
}

/// What becomes of labels; nothing if they are dropped.
fn evaluate(rules: &str, labels: &str, release: Version) -> Option<KnownLabels> {
    let document = document(rules);
    let budget = PatternBudget::default();
    let nodes: Vec<Node<'_>> = document.root().unwrap().items().collect();
    let rules: Vec<_> = nodes
        .iter()
        .filter_map(|node| RelabelRule::new(*node, &budget))
        .collect();
    let labels: Set = serde_json::from_str(labels).unwrap();
    let known = labels
        .into_iter()
        .fold(KnownLabels::default(), |known, (name, value)| {
            known.with(name, KnownLabelValue::only(value))
        });
    let mut interpreter = Interpreter::new(known, Semantics::of(release), &budget);
    for rule in &rules {
        if interpreter.step(rule).effect == Effect::DropsAll {
            return None;
        }
    }
    Some(interpreter.labels().clone())
}

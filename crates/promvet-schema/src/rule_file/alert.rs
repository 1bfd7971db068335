//! What the templates of an alert do when they run: labels that change with every value, fields that
//! do not exist, labels that the expression has aggregated away.

use std::collections::BTreeSet;

use super::entries::text;
use super::meaning::names;
use super::report::Report;
use crate::yaml::{Entry, Node};
use promvet_syntax::go::template::{self, Field};
use promvet_syntax::promql::{self, Dialect, NodeKind};
use promvet_text::Advice;

/// `$value` in labels.
pub const VALUE_IN_LABEL: &str = "rules/value-in-label";
/// Templates that fail when the alert fires.
pub const TEMPLATE_FAILS: &str = "rules/template-fails";
/// Labels that the expression does not return.
pub const LOST_LABEL: &str = "rules/lost-label";

pub(super) fn check(rule: Node<'_>, report: &mut Report<'_>) {
    let labels = names(rule, "labels");
    let annotations = names(rule, "annotations");
    let kept = kept(text(rule, "expr"), report);
    let mut said = BTreeSet::new();
    for entry in &labels {
        check_text(rule, *entry, true, kept.as_ref(), &mut said, report);
    }
    for entry in &annotations {
        check_text(rule, *entry, false, kept.as_ref(), &mut said, report);
    }
}

/// `said` has the labels that were reported as lost: the expression loses each once.
fn check_text(
    rule: Node<'_>,
    entry: Entry<'_>,
    is_label: bool,
    kept: Option<&BTreeSet<String>>,
    said: &mut BTreeSet<String>,
    report: &mut Report<'_>,
) {
    let text = entry.value.as_str().unwrap_or_default();
    let release = (report.version.major, report.version.minor);
    // A template that does not parse is reported by `files/template`, so that nothing is reported
    // about what it would do.
    if !text.contains("{{") || template::check(text, release).is_err() {
        return;
    }
    let fields = template::fields(text);
    if is_label && let Some(at) = fields.iter().find(|field| field.prints && is_value(field)) {
        // From `rules.AlertingRule.Eval`, which hashes the labels of each sample to find its alert.
        let message = "`$value` in a label: each value is another alert, which begins again to wait for `for` and resolves the one before";
        let said = report.warn(VALUE_IN_LABEL, entry.value, (at.from, at.to), message);
        if let Some(finding) = said {
            finding.advice = Some("move the value into an annotation".into());
        }
    }
    for field in &fields {
        if let Some(failure) = fails(field) {
            let at = failure.at;
            let said = report.warn(TEMPLATE_FAILS, entry.value, at, failure.message);
            if let Some(finding) = said {
                let value = entry.value.scalar().filter(|_| !entry.value.is_alias());
                let part = value.map(|scalar| scalar.part(at.0, at.1));
                let part = part.filter(|part| part.len() == at.1 - at.0);
                finding.advice = Some(match (part, failure.meant) {
                    (Some(part), Some(field)) => {
                        let has_dot = text.get(at.0..).is_some_and(|rest| rest.starts_with('.'));
                        let dot = if has_dot { "." } else { "" };
                        Advice::replace(part, format!("{dot}{field}"))
                            .text(failure.help)
                            .safe()
                    }
                    _ => failure.help.into(),
                });
            }
            // The text breaks off at the first failure (`template.Expander.Expand`), so that later
            // fields are never reached.
            return;
        }
    }
    let own = names(rule, "labels");
    // What an `if` asks for may be missing, in its body too.
    // `{{ if $labels.x }}` is written for labels that may be missing, so that nothing is lost.
    let tested = |field: &Field| {
        let name = label(field).map(|(name, ..)| name);
        let mut all = fields.iter();
        all.any(|other| other.tested && label(other).map(|(name, ..)| name) == name)
    };
    let read = fields.iter().filter(|field| label(field).is_some());
    for field in read.filter(|field| !tested(field)) {
        let name = label(field).map(|(name, ..)| name);
        if name.is_none_or(|name| !said.contains(name)) && lost(entry, field, kept, &own, report) {
            said.extend(name.cloned());
        }
    }
}

fn is_value(field: &Field) -> bool {
    let root = &*field.root;
    root == "$value" && field.names.is_empty()
        || matches!(root, "." | "$")
            && !field.inner
            && field
                .names
                .first()
                .is_some_and(|(name, ..)| name == "Value")
}

/// The label that `$labels.x` names.
fn label(field: &Field) -> Option<&(String, usize, usize)> {
    match &*field.root {
        "$labels" => field.names.first(),
        "." | "$" if !field.inner => {
            let first = field.names.first()?;
            (first.0 == "Labels").then(|| field.names.get(1))?
        }
        _ => None,
    }
}

/// Where a template breaks off when it runs.
struct Failure {
    /// Bytes of the text.
    at: (usize, usize),
    message: String,
    help: String,
    /// The field of the data that is meant.
    meant: Option<&'static str>,
}

/// Where a template breaks off when it runs, and why: then the whole text is the error
/// (`template.Expander.Expand`; the data are `Labels`, `ExternalLabels`, `ExternalURL` and `Value`).
fn fails(field: &Field) -> Option<Failure> {
    const DATA: [&str; 4] = ["Labels", "ExternalLabels", "ExternalURL", "Value"];
    let at = |names: &[(String, usize, usize)]| {
        let from = names.first().map_or(field.from, |(_, from, _)| *from);
        (from, names.last().map_or(field.to, |(_, _, to)| *to))
    };
    let text = "the alert's text becomes `<error expanding template: …>`";
    match &*field.root {
        "$labels" | "$externalLabels" if field.names.len() > 1 => {
            let names: Vec<_> = field.names.iter().map(|(name, ..)| name.as_str()).collect();
            let message = format!("a label is a text and has no field; {text}");
            let help = format!(
                "write `index {} \"{}\"` for a label with dots",
                field.root,
                names.join(".")
            );
            Some(Failure {
                at: at(field.names.get(1..)?),
                message,
                help,
                meant: None,
            })
        }
        "$value" if !field.names.is_empty() => {
            let message = format!("`$value` is a number and has no field; {text}");
            Some(Failure {
                at: at(&field.names),
                message,
                help: "write `$value`".to_owned(),
                meant: None,
            })
        }
        "." | "$" if !field.inner => {
            let (name, from, to) = field.names.first()?;
            if DATA.contains(&name.as_str()) {
                let deep = matches!(name.as_str(), "Labels" | "ExternalLabels");
                let rest = field.names.get(if deep { 2 } else { 1 }..)?;
                rest.first()?;
                let message = format!("this value has no field; {text}");
                return Some(Failure {
                    at: at(rest),
                    message,
                    help: "delete the field".to_owned(),
                    meant: None,
                });
            }
            let message = format!("the data of an alert have no field `{name}`; {text}");
            let mut fields = DATA.into_iter();
            let meant = fields.find(|known| known.eq_ignore_ascii_case(name));
            let help = match meant {
                Some(known) => format!("write `.{known}`"),
                None => format!("for a label, write `$labels.{name}`"),
            };
            Some(Failure {
                at: (*from, *to),
                message,
                help,
                meant,
            })
        }
        _ => None,
    }
}

/// Says that a template reads a label which the expression loses; whether it does.
fn lost(
    entry: Entry<'_>,
    field: &Field,
    kept: Option<&BTreeSet<String>>,
    own: &[Entry<'_>],
    report: &mut Report<'_>,
) -> bool {
    let Some((name, from, to)) = label(field) else {
        return false;
    };
    let Some(kept) = kept.filter(|kept| !kept.contains(name)) else {
        return false;
    };
    let is_own = own.iter().any(|entry| entry.name() == name);
    let message = match is_own {
        true => format!(
            "`{name}` is a label that this rule adds, and `$labels` has only labels of the expression; the text is empty"
        ),
        false => format!("the expression does not return the label `{name}`; the text is empty"),
    };
    let help = match is_own {
        true => "write the value of the label itself".to_owned(),
        // An aggregation without `by` has no labels at all, so that there is no list to add to.
        false if kept.is_empty() => format!("aggregate `by ({name})`, or delete the label here"),
        false => format!("add `{name}` to `by`, or delete it here"),
    };
    if let Some(finding) = report.warn(LOST_LABEL, entry.value, (*from, *to), message) {
        finding.advice = Some(help.into());
    }
    true
}

/// The labels that the result of an expression may have, if the outermost aggregation tells.
fn kept(expression: &str, report: &Report<'_>) -> Option<BTreeSet<String>> {
    let dialect = Dialect::of(report.version.major, report.version.minor);
    let tree = promql::tree(expression, dialect)?;
    labels_of(tree.root()?, expression, 0)
}

/// Deeper expressions are left to their authors; the tree itself has a limit of nesting too.
const DEEPEST: usize = 50;

/// What is not sure is left out, since a label is reported as lost only if no way leads to it.
fn labels_of(node: promql::Node<'_>, text: &str, depth: usize) -> Option<BTreeSet<String>> {
    if depth > DEEPEST {
        return None;
    }
    let slice = |node: promql::Node<'_>| {
        let span = node.head();
        text.get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    };
    let children = node.children();
    let inner = |node: promql::Node<'_>| labels_of(node, text, depth + 1);
    match node.kind() {
        NodeKind::Parentheses | NodeKind::Sign | NodeKind::Offset | NodeKind::At => {
            inner(*children.first()?)
        }
        NodeKind::Aggregation => {
            let name = slice(node).to_ascii_lowercase();
            // These return whole series, or a label of their own.
            if matches!(
                &*name,
                "topk" | "bottomk" | "limitk" | "limit_ratio" | "count_values"
            ) {
                return None;
            }
            let labels = children
                .iter()
                .filter(|child| child.kind() == NodeKind::Label);
            let labels: BTreeSet<_> = labels.map(|label| unquoted(slice(*label))).collect();
            let whole = text.get(node.span().start as usize..node.span().end as usize)?;
            // `without` keeps labels that are not named, so that they cannot be listed.
            if has_word_outside(whole, &children, node, "without") {
                return None;
            }
            Some(labels)
        }
        NodeKind::Binary => {
            let operator = slice(node).to_ascii_lowercase();
            let sides: Vec<_> = children
                .iter()
                .filter(|child| child.kind() != NodeKind::Label)
                .collect();
            let [left, right] = sides.as_slice() else {
                return None;
            };
            // Labels between the sides (`on`, `group_left`) change what is returned.
            if children.iter().any(|child| child.kind() == NodeKind::Label) {
                return None;
            }
            let number = |node: promql::Node<'_>| is_number(node);
            match (&*operator, number(**left), number(**right)) {
                (_, true, _) => inner(**right),
                (_, _, true) => inner(**left),
                // Both return series of the left side (`promql.evaluator.VectorAnd`), so its labels
                // count.
                ("and" | "unless", ..) => inner(**left),
                ("or", ..) => {
                    let mut all = inner(**left)?;
                    all.extend(inner(**right)?);
                    Some(all)
                }
                // One to one: the labels of both sides are the same.
                _ => {
                    let (left, right) = (inner(**left)?, inner(**right)?);
                    (left == right).then_some(left)
                }
            }
        }
        NodeKind::Call => {
            // Functions that keep the labels of their vector.
            const KEEPING: &[&str] = &[
                "abs",
                "ceil",
                "floor",
                "round",
                "clamp",
                "clamp_min",
                "clamp_max",
                "sgn",
                "sort",
                "sort_desc",
                "sqrt",
                "ln",
                "log2",
                "log10",
                "exp",
            ];
            let name = slice(node);
            KEEPING.contains(&name).then(|| inner(*children.first()?))?
        }
        _ => None,
    }
}

/// Whether a word is part of an aggregation, but not of the aggregated expression.
/// The grammar keeps no node for `by` and `without`, so that the text around the children is looked
/// at.
fn has_word_outside(
    whole: &str,
    children: &[promql::Node<'_>],
    node: promql::Node<'_>,
    word: &str,
) -> bool {
    let start = node.span().start as usize;
    let mut at = 0;
    let mut outside = String::new();
    for child in children {
        let from = (child.span().start as usize).saturating_sub(start);
        outside.push_str(whole.get(at..from).unwrap_or_default());
        at = (child.span().end as usize).saturating_sub(start);
    }
    outside.push_str(whole.get(at..).unwrap_or_default());
    outside.to_ascii_lowercase().contains(word)
}

fn unquoted(label: &str) -> String {
    label.trim_matches(['"', '\'', '`']).to_owned()
}

/// Whether a side is made of numbers alone.
fn is_number(node: promql::Node<'_>) -> bool {
    let is_of_numbers = |node: promql::Node<'_>| {
        matches!(
            node.kind(),
            NodeKind::Number | NodeKind::Parentheses | NodeKind::Sign | NodeKind::Binary
        )
    };
    is_of_numbers(node) && node.below().all(is_of_numbers)
}

//! What Prometheus checks of the groups and rules that it has decoded (`RuleGroups.Validate`).

use crate::dialect::refused;
use std::collections::HashMap;

use super::alert;
use super::entries::{entries, entry, text};
use super::expression as habits;
use super::report::{DUPLICATE_RULE, RULE_FILE, RuleFileReport, TEMPLATE};
use super::shape;
use super::together;
use crate::check::advice_of;
use crate::yaml::{Entry, Node, placeholder};
use crate::{Scheme, scalar};
use promvet_syntax::go::template;
use promvet_syntax::promql::{self, PromqlRelease};
use promvet_text::{Evidence, Finding, Message};

/// What makes two rules the same: which of the two kinds, the name, and the labels.
/// From `ruleMetric` and `checkDuplicates` of cmd/promtool/main.go (`promtool check rules`).
type RuleIdentity<'d> = (bool, &'d str, Vec<(&'d str, &'d str)>);

pub(super) fn check(report: &mut RuleFileReport<'_>) {
    let groups = report
        .document
        .root()
        .and_then(|root| entry(root, "groups"));
    let mut names: HashMap<&str, Node<'_>> = HashMap::new();
    let mut rules: HashMap<RuleIdentity<'_>, (Node<'_>, &str)> = HashMap::new();
    for group in groups.into_iter().flat_map(|groups| groups.value.items()) {
        // go-yaml v3 leaves null items out of a list of structs: there is no such group or rule.
        if group.mapping().is_none() {
            absent(group, "group", report);
            continue;
        }
        if shape::is_rule_among_groups(group) {
            continue;
        }
        name_of_group(group, &mut names, report);
        labels(group, report);
        for rule in entry(group, "rules")
            .into_iter()
            .flat_map(|rules| rules.value.items())
        {
            if shape::is_group_among_rules(rule) {
                continue;
            }
            if rule.mapping().is_some() {
                check_rule(rule, report);
                duplicate(group, rule, &mut rules, report);
            } else {
                absent(rule, "rule", report);
            }
        }
    }
}

/// An item without content, which loads as nothing.
fn absent(item: Node<'_>, what: &str, report: &mut RuleFileReport<'_>) {
    if item.is_null() {
        let message = format!("this {what} is empty; Prometheus ignores it");
        help(
            report.warn_at(RULE_FILE, item, message),
            "write it, or delete the `-`",
        );
    }
}

/// Imitates `rulefmt.RuleGroups.Validate` ("groupname: ... is repeated in the same file").
fn name_of_group<'d>(
    group: Node<'d>,
    names: &mut HashMap<&'d str, Node<'d>>,
    report: &mut RuleFileReport<'_>,
) {
    let name = text(group, "name");
    let node = entry(group, "name").map_or(group, |entry| entry.value);
    if name.is_empty() {
        missing(report, group, "name", refused("the group has no name"));
    } else if let Some(first) = names.get(name) {
        let message = refused(format!("the group `{name}` is defined twice in this file"));
        let said = help(
            report.at(node, message),
            "give it another name, or move its rules into the first one",
        );
        note(said, *first, "it is first defined here");
    } else {
        names.insert(name, node);
    }
}

/// Says that a mapping lacks something, at its first key or, if there is one, at the empty value.
fn missing(report: &mut RuleFileReport<'_>, of: Node<'_>, key: &str, message: impl Into<Message>) {
    // The key that is empty is shown if there is one, so that the place is where the name belongs.
    let written = of
        .mapping()
        .into_iter()
        .flat_map(entries)
        .find(|entry| entry.name() == key);
    let first = of.mapping().and_then(|mapping| mapping.written().next());
    let node = written.or(first).map_or(of, |entry| entry.key);
    let (logical, identity) = (of.path(), of.identity());
    if let Some(finding) = report.at(node, message) {
        finding.logical = format!("{logical}.{key}");
        finding.identity = format!("{identity}.{key}");
        finding.advice = Some(format!("set `{key}`").into());
    }
}

fn note(finding: Option<&mut Finding>, node: Node<'_>, message: &str) {
    if let Some(finding) = finding {
        finding.evidence.push(Evidence {
            place: node.place(),
            message: message.into(),
        });
    }
}

fn help<'f>(finding: Option<&'f mut Finding>, help: &str) -> Option<&'f mut Finding> {
    let finding = finding?;
    finding.advice = Some(help.into());
    Some(finding)
}

/// Imitates `rulefmt.Rule.Validate`.
fn check_rule(rule: Node<'_>, report: &mut RuleFileReport<'_>) {
    let (record, alert) = (text(rule, "record"), text(rule, "alert"));
    match (record.is_empty(), alert.is_empty()) {
        (true, true) => {
            let message = refused("the rule has neither `record` nor `alert`");
            missing(report, rule, "alert", message);
        }
        (false, false) => {
            if let Some((record, alert)) = entry(rule, "record").zip(entry(rule, "alert")) {
                let message = refused("the rule has both `record` and `alert`");
                let said = help(
                    report.at(alert.key, message),
                    "remove one of the two, or make two rules of them",
                );
                note(said, record.key, "`record` is set here");
            }
        }
        _ => {}
    }
    match entry(rule, "expr").filter(|entry| entry.value.as_str() != Some("")) {
        None => missing(report, rule, "expr", refused("the rule has no `expr`")),
        Some(entry) => {
            expression(entry.value, report);
            habits::check(rule, entry.value, report);
        }
    }
    if !record.is_empty() {
        recording(rule, report);
        if !report.template {
            alert::check_recording(rule, report);
        }
    }
    labels(rule, report);
    annotation_names(rule, report);
    // The braces of the alert cannot be told from those of the template around, so that nothing is
    // said.
    if !alert.is_empty() && !report.template {
        templates(rule, report);
        alert::check(rule, report);
    }
}

fn expression(node: Node<'_>, report: &mut RuleFileReport<'_>) {
    let Some(text) = node.as_str() else { return };
    let dialect = PromqlRelease::of(report.version.major, report.version.minor);
    let faults = promql::check(text, dialect);
    let good = |text: &str| {
        promql::check(text, dialect)
            .iter()
            .all(|fault| fault.flag.is_some())
    };
    let unfilled = !faults.is_empty()
        && (report.template && writes_syntax(text) || placeholder::is_unfilled(text, PARTS, good));
    for fault in faults {
        let at = (fault.from, fault.to);
        // Whether the flag is set is known only where Prometheus is started, so that the caller
        // decides.
        if let Some(feature) = fault.flag {
            report.need(feature, node, at, fault.message);
            continue;
        }
        let message = refused(fault.message);
        if let Some(finding) = report.expression(node, at, unfilled, message) {
            finding.advice = fault.remedy.words.map(Into::into);
            if fault.is_removed {
                finding.kind = "removed".into();
            }
        }
    }
}

/// Whether a template writes more than parts of strings into an expression, in so many places that
/// `placeholder::is_unfilled` does not try all pairs of words: a loop over labels beside an operator
/// from a variable fits no single word.
fn writes_syntax(text: &str) -> bool {
    if placeholder::find(text).nth(placeholder::FEW).is_none() {
        return false;
    }
    let mut open: Option<u8> = None;
    let mut at = 0;
    for hole in placeholder::find(text) {
        let between = text.as_bytes().get(at..hole.start).unwrap_or_default();
        let mut bytes = between.iter().copied();
        while let Some(byte) = bytes.next() {
            match (byte, open) {
                // Raw strings know no escapes (`lexRawString`, promql/parser/lex.go).
                (b'\\', Some(b'"' | b'\'')) => drop(bytes.next()),
                (b'"' | b'\'' | b'`', None) => open = Some(byte),
                (_, Some(quote)) if quote == byte => open = None,
                _ => {}
            }
        }
        if open.is_none() {
            return true;
        }
        at = hole.end;
    }
    false
}

/// What a template may write into an expression, one for every place of the grammar.
/// A template may leave out or add any piece, so that an expression is at fault only if none of
/// these helps.
const PARTS: &[&str] = &[
    "a",
    "1",
    "5m",
    "",
    "up",
    "{a=\"b\"}",
    "a=\"b\"",
    "\"a\"",
    "up[5m]",
    "[5m]",
    "sum",
    "sum(up)",
    "rate",
    "a, b",
    ",",
    "+",
    "> 1",
    "== bool 1",
    "+ up",
    "up +",
    "by (a)",
    "on (a)",
    "offset 5m",
    "@ 0",
    "\"",
    "'",
    "`",
    "(",
    ")",
    "up)",
    "(up",
    "[",
    "]",
    "{",
    "}",
    "a=",
    "=\"b\"",
    "=~",
    "and",
];

/// What only alerts have, and the name of the metric.
/// Imitates `rulefmt.Rule.Validate` ("invalid field 'for' in recording rule").
fn recording(rule: Node<'_>, report: &mut RuleFileReport<'_>) {
    for key in ["for", "keep_firing_for"] {
        let found = entry(rule, key).filter(|entry| {
            let duration = entry.value.as_str().map(scalar::duration);
            matches!(duration, Some(Ok(duration)) if duration.milliseconds != 0)
        });
        only_for_alerts(key, found, report);
    }
    let annotations = entry(rule, "annotations");
    let filled = annotations.filter(|entry| {
        entry
            .value
            .mapping()
            .is_some_and(|mapping| !entries(mapping).is_empty())
    });
    only_for_alerts("annotations", filled, report);
    let Some(entry) = entry(rule, "record") else {
        return;
    };
    let name = entry.value.as_str().unwrap_or("");
    // Prometheus 3.2 rejects braces, since a name like `a{b="c"}` is nearly always a slip
    // (`rulefmt.Rule.Validate`).
    if let Some(at) = name.find(['{', '}'])
        && (report.version.major, report.version.minor) >= (3, 2)
    {
        let message = refused("`record` contains braces, which are not valid in a metric name");
        let finding = report.part(RULE_FILE, entry.value, (at, at + 1), message);
        help(finding, "set the labels of the result under `labels`");
    } else if report.names == Scheme::Legacy
        && let Some((at, c)) = bad_character(name, |c| c == '_' || c == ':')
    {
        let message = refused(format!(
            "`record`: {c:?} is not valid in the legacy form of a metric name, which {}",
            why_legacy(report)
        ));
        let said = report.part(RULE_FILE, entry.value, (at, at + c.len_utf8()), message);
        help(said, "use letters, digits, `_` and `:` only");
    }
}

fn only_for_alerts(key: &str, found: Option<Entry<'_>>, report: &mut RuleFileReport<'_>) {
    if let Some(entry) = found {
        let message = refused(format!("`{key}` is not allowed in a recording rule"));
        let said = report.at(entry.key, message);
        help(
            said,
            &format!("remove `{key}`, or make an alert of the rule"),
        );
    }
}

fn why_legacy(report: &RuleFileReport<'_>) -> &'static str {
    if report.version.major < 3 {
        "is the only one before Prometheus 3"
    } else {
        "the configuration asks for"
    }
}

/// The first character that cannot be in a legacy name.
fn bad_character(name: &str, sign: impl Fn(char) -> bool) -> Option<(usize, char)> {
    name.char_indices()
        .find(|&(at, c)| !(c.is_ascii_alphabetic() || sign(c) || at > 0 && c.is_ascii_digit()))
}

/// Names of labels, of a group or a rule.
/// Imitates the loop over `Labels` in `rulefmt.Rule.Validate`; those of a group are checked alike
/// since 3.0.
fn labels(of: Node<'_>, report: &mut RuleFileReport<'_>) {
    for entry in names(of, "labels") {
        if entry.name() == "__name__" {
            let message = refused("`labels` sets `__name__`, which is not allowed");
            help(
                report.at(entry.key, message),
                "set the metric name with `record`",
            );
        } else {
            name(entry, "label", report);
        }
    }
}

fn annotation_names(of: Node<'_>, report: &mut RuleFileReport<'_>) {
    for entry in names(of, "annotations") {
        name(entry, "annotation", report);
    }
}

pub(super) fn names<'d>(of: Node<'d>, key: &str) -> Vec<Entry<'d>> {
    let mapping = entry(of, key).and_then(|entry| entry.value.mapping());
    let all = mapping.map(entries).unwrap_or_default();
    all.into_iter()
        .filter(|entry| entry.key.scalar().is_some())
        .collect()
}

fn name(entry: Entry<'_>, what: &str, report: &mut RuleFileReport<'_>) {
    let name = if entry.key.is_null() {
        ""
    } else {
        entry.name()
    };
    if name.is_empty() {
        let message = refused(format!("the name of the {what} is empty"));
        help(
            report.at(entry.key, message),
            "write the name, or remove the line",
        );
    } else if report.names == Scheme::Legacy
        && let Some((at, c)) = bad_character(name, |c| c == '_')
    {
        let message = refused(format!(
            "the name of a{} {what} contains {c:?}, which is not valid in its legacy form, \
             which {}",
            if what == "annotation" { "n" } else { "" },
            why_legacy(report)
        ));
        let said = report.part(RULE_FILE, entry.key, (at, at + c.len_utf8()), message);
        help(said, "use letters, digits and `_` only");
    }
}

/// The templates in labels and annotations of an alert.
fn templates(rule: Node<'_>, report: &mut RuleFileReport<'_>) {
    let release = (report.version.major, report.version.minor);
    for entry in names(rule, "labels")
        .into_iter()
        .chain(names(rule, "annotations"))
    {
        let Some(text) = entry.value.as_str() else {
            continue;
        };
        if let Err(fault) = template::check(text, release) {
            let message = refused(&*fault.message);
            let said = report.part(TEMPLATE, entry.value, (fault.from, fault.to), message);
            if let Some(finding) = said {
                let is_good = |text: &str| template::check(text, release).is_ok();
                finding.advice = advice_of(&fault, entry.value, is_good);
            }
        }
    }
}

/// Two rules that write the same series or raise the same alert.
fn duplicate<'d>(
    group: Node<'d>,
    rule: Node<'d>,
    seen: &mut HashMap<RuleIdentity<'d>, (Node<'d>, &'d str)>,
    report: &mut RuleFileReport<'_>,
) {
    let (record, alert) = (entry(rule, "record"), entry(rule, "alert"));
    let Some(entry) = record
        .or(alert)
        .filter(|entry| entry.value.as_str() != Some(""))
    else {
        return;
    };
    let labels = own_and_inherited(group, rule);
    let name = entry.value.as_str().unwrap_or("");
    let expression = text(rule, "expr");
    let identity = (record.is_some(), name, labels);
    if let Some(first) = seen.get(&identity) {
        let first = *first;
        let what = if record.is_some() {
            "writes the metric"
        } else {
            "raises the alert"
        };
        let message = format!("a second rule {what} `{name}` with the same labels");
        let same = first.1 == expression || together::may_differ(first.1, expression);
        let said = match record.is_some() && !same {
            true => report.warn_at(DUPLICATE_RULE, entry.value, message),
            false => report.info(DUPLICATE_RULE, entry.value, message),
        };
        let said = help(said, "remove one of the two, or give them different labels");
        note(said, first.0, "it is first defined here");
    } else {
        seen.insert(identity, (entry.value, expression));
    }
}

/// The labels of a rule with those of its group, in order.
/// A label of the rule wins over that of its group (`rules.FromMaps`), so that the group's is left
/// out.
pub(super) fn own_and_inherited<'d>(group: Node<'d>, rule: Node<'d>) -> Vec<(&'d str, &'d str)> {
    let pair = |entry: &Entry<'d>| (entry.name(), entry.value.as_str().unwrap_or(""));
    let mut labels: Vec<_> = names(rule, "labels").iter().map(pair).collect();
    for inherited in names(group, "labels") {
        if labels.iter().all(|(name, _)| *name != inherited.name()) {
            labels.push(pair(&inherited));
        }
    }
    labels.sort_unstable();
    labels
}

//! References in replacements to groups that do not exist.

use std::ops::Range;

use promvet_syntax::go::expand::{GroupReference, references};

use crate::finding::{Finding, Severity};
use crate::prometheus::RelabelRule;
use crate::rules::relabel::RelabelList;
use crate::rules::{RuleFindings, advice};

/// The keys in which groups are named.
const KEYS: &[&str] = &["replacement", "target_label"];

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, _) in &list.rules {
        if !matches!(&*rule.action, "replace" | "labelmap") || !rule.is_plain() {
            continue;
        }
        out_of_labelmap(rule, out);
        default_group(rule, out);
        for key in KEYS {
            if rule.action == "labelmap" && *key == "target_label" {
                continue;
            }
            let found = references_of(rule, key, list.reader.doubles_dollars, out);
            found.into_iter().for_each(|finding| out.push(finding));
        }
    }
}

/// A `labelmap` whose names are all empty: its replacement is the first group unless it is written.
fn out_of_labelmap(rule: &RelabelRule<'_>, out: &mut RuleFindings<'_>) {
    let has_group = || rule.pattern().is_none_or(|pattern| pattern.groups() > 0);
    if rule.action != "labelmap" || rule.node.get("replacement").is_some() || has_group() {
        return;
    }
    let message = "the pattern has no group, so `labelmap` copies every label that it matches to an empty name";
    let help = "put the part of `regex` that becomes the name in parentheses";
    let finding = out.at(rule.place(), Severity::Warning, message);
    out.push(finding.kind("names").help(help));
}

/// A `replace` without `replacement`, which is `$1` then, and a pattern that has no group. Without a
/// pattern, the group is the whole value.
fn default_group(rule: &RelabelRule<'_>, out: &mut RuleFindings<'_>) {
    let is_default = rule.action == "replace" && rule.node.get("replacement").is_none();
    let Some(regex) = rule.node.get("regex").filter(|_| is_default) else {
        return;
    };
    let has_group = rule.pattern().is_none_or(|pattern| pattern.groups() > 0);
    let Some(target) = rule.target.filter(|_| !has_group) else {
        return;
    };
    let message = format!(
        "the pattern has no group, so `replacement`, `$1` by default, is empty: `{target}` is removed"
    );
    let help = "put the value in parentheses, or set `replacement`; to remove the label, write `replacement: \"\"`";
    let finding = out.at(regex, Severity::Warning, message);
    out.push(finding.kind("default").help(help));
}

/// What is wrong, what to do, and the part of the text to write in another way.
type ReplacementFault = (String, String, Option<(Range<usize>, String)>);

/// What is wrong with the first reference of a text that is wrong.
fn references_of(
    rule: &RelabelRule<'_>,
    key: &str,
    doubles_dollars: bool,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let node = rule.node.get(key)?;
    let text = node.as_str()?;
    let missing = |text: &str| {
        let mut found = references(text).into_iter();
        found.find_map(|reference| missing_group(rule, text, reference))
    };
    let said = missing(text)
        .or_else(|| {
            // What reads the file first makes one dollar of two; the parts have other places then.
            let is_doubled = doubles_dollars && text.contains("$$");
            let (message, help, _) = missing(&text.replace("$$", "$")).filter(|_| is_doubled)?;
            Some((message, help, None))
        })
        .or_else(|| plain_text(text, doubles_dollars))
        .or_else(|| name_of_label(rule, key, text))?;
    let (message, help, part) = said;
    // Without a pattern `$1` is the whole value, and what is beside it adds nothing to it.
    let is_whole = rule.node.get("regex").is_none()
        && references(text)
            .iter()
            .any(|reference| reference.name == "1");
    let severity = match is_whole {
        true => Severity::Info,
        false => Severity::Warning,
    };
    let advice = match part {
        Some((part, text)) => advice::part(node, part, &text, help).safe(),
        None => help.into(),
    };
    Some(out.at(node, severity, message).help(advice))
}

fn missing_group(
    rule: &RelabelRule<'_>,
    text: &str,
    reference: GroupReference<'_>,
) -> Option<ReplacementFault> {
    let name = reference.name;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = name.split_at_checked(digits)?;
    if digits == 0 {
        return None;
    }
    if !rest.is_empty() {
        let written = text.get(reference.from..reference.to)?;
        let message = format!("there is no group `{name}`, so `{written}` becomes an empty string");
        let right = format!("${{{number}}}{rest}");
        // What is not letters and digits there is not part of the group's name.
        let groups = rule.pattern().map_or(0, |pattern| pattern.groups());
        let is_group = number.parse().is_ok_and(|number: usize| number <= groups);
        let part = is_group.then(|| (reference.from..reference.to, right.clone()));
        return Some((message, format!("write `{right}`"), part));
    }
    let groups = rule.pattern()?.groups();
    let wanted: usize = number.parse().ok()?;
    (wanted > groups).then(|| {
        let has = match groups {
            0 => "no group".to_owned(),
            1 => "1 group".to_owned(),
            many => format!("{many} groups"),
        };
        let message = format!("the pattern has {has}, so `${number}` becomes an empty string");
        let help = "put that part of `regex` in parentheses, or correct the number";
        (message, help.to_owned(), None)
    })
}

/// A meta label by its name, which is plain text in a replacement.
fn name_of_label(rule: &RelabelRule<'_>, key: &str, text: &str) -> Option<ReplacementFault> {
    const META: &str = "__meta_";
    let at = text.find(META).filter(|_| key == "replacement")?;
    let is_value = rule.action == "replace";
    let rest = text.get(at..)?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = rest.get(..end.unwrap_or(rest.len()))?;
    // `__meta_$1` is a label that another rule reads.
    let is_whole = name.len() > META.len() && rest.get(name.len()..)?.bytes().next() != Some(b'$');
    (is_value && is_whole).then(|| {
        let message = format!("`{name}` is plain text here: its value is not put in its place");
        let help = format!("name `{name}` in `source_labels`, and write `${{1}}` for its value");
        (message, help, None)
    })
}

/// References of other languages, which are plain text here.
fn plain_text(text: &str, doubles_dollars: bool) -> Option<ReplacementFault> {
    let digit_after = |mark: &str| {
        let at = text.find(mark)?;
        let end = at + mark.len();
        let digit = text.get(end..)?.chars().next()?;
        digit
            .is_ascii_digit()
            .then(|| (digit, Some((at..end + 1, format!("${{{digit}}}")))))
    };
    if let Some((digit, part)) = digit_after("\\") {
        let message = format!("`\\{digit}` is plain text to Prometheus, not a group");
        return Some((message, format!("write `${{{digit}}}`"), part));
    }
    if let Some((digit, part)) = digit_after("$$").filter(|_| !doubles_dollars) {
        let message = format!("`$${digit}` is the text `${digit}` to Prometheus, not a group");
        return Some((message, format!("write `${{{digit}}}`"), part));
    }
    None
}

//! References in replacements to groups that do not exist.

use promvet_syntax::go::expand::{Reference, references};

use crate::finding::{Finding, Severity};
use crate::prometheus::RelabelRule;
use crate::rules::Findings;
use crate::rules::relabel::RelabelList;

/// The keys in which groups are named.
const KEYS: &[&str] = &["replacement", "target_label"];

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut Findings<'_>) {
    for (rule, _) in &list.rules {
        if !matches!(&*rule.action, "replace" | "labelmap") || !rule.is_plain() {
            continue;
        }
        for key in KEYS {
            if rule.action == "labelmap" && *key == "target_label" {
                continue;
            }
            let found = references_of(rule, key, list.reader.doubles_dollars, out);
            found.into_iter().for_each(|finding| out.push(finding));
        }
    }
}

/// What is wrong with the first reference of a text that is wrong.
fn references_of(
    rule: &RelabelRule<'_>,
    key: &str,
    doubles_dollars: bool,
    out: &Findings<'_>,
) -> Option<Finding> {
    let node = rule.node.get(key)?;
    let text = node.as_str()?;
    let said = references(text)
        .into_iter()
        .find_map(|reference| missing_group(rule, text, reference))
        .or_else(|| plain_text(text, doubles_dollars))?;
    let (message, help) = said;
    Some(out.at(node, Severity::Warning, message).help(help))
}

fn missing_group(
    rule: &RelabelRule<'_>,
    text: &str,
    reference: Reference<'_>,
) -> Option<(String, String)> {
    let name = reference.name;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = name.split_at_checked(digits)?;
    if digits == 0 {
        return None;
    }
    if !rest.is_empty() {
        let written = text.get(reference.from..reference.to)?;
        let message = format!("there is no group `{name}`, so `{written}` becomes an empty text");
        return Some((message, format!("write `${{{number}}}{rest}`")));
    }
    let groups = rule.pattern()?.groups();
    let wanted: usize = number.parse().ok()?;
    (wanted > groups).then(|| {
        let has = match groups {
            0 => "no group".to_owned(),
            1 => "1 group".to_owned(),
            many => format!("{many} groups"),
        };
        let message = format!("the pattern has {has}, so `${number}` becomes an empty text");
        let help = "put what it is to hold in parentheses in `regex`, or correct the number";
        (message, help.to_owned())
    })
}

/// References of other languages, which are plain text here.
fn plain_text(text: &str, doubles_dollars: bool) -> Option<(String, String)> {
    let digit_after = |mark: &str| {
        let at = text.find(mark)?;
        let digit = text.get(at + mark.len()..)?.chars().next()?;
        digit.is_ascii_digit().then_some(digit)
    };
    if let Some(digit) = digit_after("\\") {
        let message = format!("`\\{digit}` is plain text to Prometheus, not a group");
        return Some((message, format!("write `${{{digit}}}`")));
    }
    if let Some(digit) = digit_after("$$").filter(|_| !doubles_dollars) {
        let message = format!("`$${digit}` is the text `${digit}` to Prometheus, not a group");
        return Some((message, format!("write `${{{digit}}}`")));
    }
    None
}

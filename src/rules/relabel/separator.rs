//! `relabel/separator`: a pattern expects more separators than there are between the labels.

use crate::finding::{Advice, Severity};
use crate::rules::RuleFindings;
use crate::rules::relabel::RelabelList;

/// What joins the values of labels by default (`DefaultRelabelConfig`, model/relabel/relabel.go).
const SEPARATOR: char = ';';

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    // A rule may write the separator into a label.
    let written = |replacement: &str| replacement.contains(SEPARATOR);
    if list.rules.iter().any(|(rule, _)| written(rule.replacement)) {
        return;
    }
    for (rule, _) in &list.rules {
        let labels = rule.sources.len();
        let is_default = rule.separator.chars().eq([SEPARATOR]);
        // Other labels may have been joined by rules before, and an address in a target file may hold
        // several parts, such as `https://a.example.com;shop`.
        let writes_address = rule.target == Some("__address__");
        let has_none = |label: &&str| has_no_separator(label, writes_address);
        let is_known = is_default && labels > 0 && rule.sources.iter().all(has_none);
        if !is_known || separators(rule.regex) < labels {
            continue;
        }
        let message = match labels {
            1 => {
                "the pattern expects `;`, but `source_labels` has only one label: it never matches"
                    .to_owned()
            }
            _ => format!(
                "the pattern expects more than {} `;`, but `source_labels` has {labels} labels: it \
                 never matches",
                labels - 1
            ),
        };
        let help = Advice::say("add the label that is missing to `source_labels`");
        out.push(out.at(rule.place(), Severity::Warning, message).help(help));
    }
}

/// Whether a label of a discovery surely has no semicolon: names and numbers, not what people write as
/// they like, such as tags. Of annotations, by what their name says, or by what is made of them.
fn has_no_separator(label: &str, writes_address: bool) -> bool {
    const SETTINGS: &[&str] = &["_port", "_scrape", "_path", "_scheme"];
    const NAMES: &[&str] = &["_id", "_ip", "_name", "_namespace", "_node", "_port"];
    const FREE: &[&str] = &["_label_", "_meta_", "_metadata_", "_tag_", "_tags"];
    let Some(name) = label.strip_prefix("__meta_") else {
        return false;
    };
    let ends_in = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name.strip_prefix("kubernetes_") {
        Some(name) if name.contains("_annotation_") => writes_address || ends_in(SETTINGS),
        Some(_) => true,
        None => ends_in(NAMES) && !FREE.iter().any(|free| name.contains(free)),
    }
}

/// How many separators a text must have at least to match a pattern: those outside of groups, classes
/// and repetitions; none where the pattern has alternatives.
fn separators(pattern: &str) -> usize {
    let mut depth = 0_usize;
    let mut in_class = false;
    let mut count = 0;
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => {
                signs.next();
            }
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return 0,
            SEPARATOR if depth == 0 => {
                let is_optional = matches!(signs.peek(), Some('?' | '*' | '{'));
                count += usize::from(!is_optional);
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::separators;

    #[test]
    fn only_separators_that_must_be_there_count() {
        for (pattern, expected) in [
            (r"([^:]+)(?::\d+)?;(\d+)", 1),
            ("a;b;c", 2),
            ("a;?b", 0),
            ("(a;b)", 0),
            ("a|b;c", 0),
            (r"[^;]+", 0),
            (r"a\;b", 0),
            (r"[\];]+;", 1),
            ("", 0),
        ] {
            assert_eq!(separators(pattern), expected, "{pattern}");
        }
    }
}

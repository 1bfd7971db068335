//! Backslashes that are doubled outside of double quotes.

use crate::finding::Severity;
use crate::rules::relabel::RelabelList;
use crate::rules::{RuleFindings, advice};
use promvet_syntax::go::regex::doubled_backslash;

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, _) in &list.rules {
        let Some(from) = doubled_backslash(rule.regex) else {
            continue;
        };
        let part = rule.regex.get(from..from + 3).unwrap_or(r"\\d");
        let message = format!(
            "`{part}` matches a backslash and `{}`: outside of double quotes, YAML keeps both \
             backslashes",
            part.trim_start_matches('\\')
        );
        let right = rule.regex.replace(r"\\", r"\");
        let help = advice::value(rule.place(), &right, format!("write `{right}`")).safe();
        out.push(out.at(rule.place(), Severity::Warning, message).help(help));
    }
}

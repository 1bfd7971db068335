//! Rule files of other programs: of the same form, with keys and expressions that Prometheus does
//! not know.

use super::expressions;
use crate::yaml::{Document, Node};

/// What a program calls its files, and the keys that it alone has: of the file, of a group, of a
/// rule.
type OwnKeys = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// A file of another program is not checked against Prometheus, since its keys and expressions are
/// its own.
const OWN_KEYS: &[OwnKeys] = &[
    (
        "a rule file of Thanos",
        &[],
        &["partial_response_strategy"],
        &[],
    ),
    (
        "a rule file of Mimir or Cortex",
        &["namespace"],
        &[
            "source_tenants",
            "evaluation_delay",
            "align_evaluation_time_on_interval",
        ],
        &[],
    ),
    ("a rule file of Loki", &[], &["remote_write"], &[]),
    (
        "a rule file of vmalert",
        &[],
        &[
            "concurrency",
            "tenant",
            "params",
            "type",
            "eval_offset",
            "eval_delay",
            "eval_alignment",
            "notifier_headers",
        ],
        &["update_entries_limit"],
    ),
];

/// The other program that a rule file is written for, by a key that only it has or by an
/// expression in LogQL.
#[must_use]
pub fn other_reader(document: &Document) -> Option<&'static str> {
    let root = document.root()?;
    let groups = list(root, "groups");
    let rules: Vec<_> = groups
        .iter()
        .flat_map(|group| list(*group, "rules"))
        .collect();
    let has = |nodes: &[Node<'_>], keys: &[&str]| {
        let mut nodes = nodes.iter();
        nodes.any(|node| keys.iter().any(|key| node.get(key).is_some()))
    };
    let by_key = OWN_KEYS.iter().find(|(_, of_file, of_group, of_rule)| {
        has(&[root], of_file) || has(&groups, of_group) || has(&rules, of_rule)
    });
    let by_key = by_key.map(|(name, ..)| *name);
    by_key.or_else(|| {
        let mut all = expressions(document).into_iter();
        let text = |node: Node<'_>| node.as_str().is_some_and(is_logql);
        all.any(text).then_some("a rule file of Loki")
    })
}

fn list<'d>(node: Node<'d>, key: &str) -> Vec<Node<'d>> {
    let found = node.get(key).into_iter();
    found.flat_map(Node::items).collect()
}

/// Whether a selector is piped into something, as in LogQL (`{app="a"} |= "error"`): outside of
/// strings PromQL has no `|`, and compares nothing with a string.
fn is_logql(text: &str) -> bool {
    let mut rest = text;
    let mut after_selector = false;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '"' | '\'' | '`' => {
                rest = after_string(rest, c);
                after_selector = false;
            }
            '#' => rest = rest.find('\n').and_then(|at| rest.get(at..)).unwrap_or(""),
            '}' => after_selector = true,
            '|' if after_selector => return true,
            // `{a="b"} != "x"` filters lines in LogQL; PromQL compares with a number or a vector,
            // so that the quote tells.
            '!' if after_selector => {
                let filtered = rest.strip_prefix(['=', '~']).map(str::trim_start);
                return filtered.is_some_and(|rest| rest.starts_with(['"', '`']));
            }
            c if c.is_whitespace() => {}
            _ => after_selector = false,
        }
    }
    false
}

/// What follows a string that was opened by `quote`.
fn after_string(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return text.get(at + 1..).unwrap_or("");
        }
        escaped = c == '\\' && !escaped && quote != '`';
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse_first;
    use promvet_text::Text;

    #[test]
    fn logql_is_not_taken_for_promql() {
        for text in [
            "sum(rate({app=\"a\"} |= \"error\" [5m])) > 1",
            "count_over_time({app=\"a\"} | json | level=\"error\" [5m])",
            "rate({app=`a`} != `ok` [1m])",
            "rate({app=\"a\"}\n  !~ \"x|y\" [1m])",
        ] {
            assert!(is_logql(text), "{text}");
        }
        for text in [
            "",
            "up{a=~\"b|c\"} != 1",
            "rate({app=\"a\"}[5m])",
            "a{b=\"c\"} # | json",
            "a | b",
            "{a=\"\\\"} | \"}",
        ] {
            assert!(!is_logql(text), "{text}");
        }
    }

    #[test]
    fn own_keys_tell_who_reads() {
        let reader = |source: &str| {
            let text = Text::new("r.yml", source.as_bytes().to_vec());
            other_reader(&parse_first(&text).unwrap())
        };
        let rule = "rules: [{record: a, expr: up}]";
        for (source, want) in [
            (format!("groups: [{{name: g, {rule}}}]"), None),
            (
                format!("groups: [{{name: g, partial_response_strategy: warn, {rule}}}]"),
                Some("a rule file of Thanos"),
            ),
            (
                format!("namespace: a\ngroups: [{{name: g, {rule}}}]"),
                Some("a rule file of Mimir or Cortex"),
            ),
            (
                format!("groups: [{{name: g, concurrency: 2, {rule}}}]"),
                Some("a rule file of vmalert"),
            ),
            (
                "groups: [{name: g, rules: [{alert: a, expr: 'rate({a=\"b\"} |= \"c\" [1m])'}]}]"
                    .into(),
                Some("a rule file of Loki"),
            ),
        ] {
            assert_eq!(reader(&source), want, "{source}");
        }
    }
}

//! Pages that are wrong.

use std::sync::Arc;

use super::CustomRules;
use crate::finding::Text;

/// The page of a rule with this front matter beyond the severity.
fn page(front: &str, rest: &str) -> Arc<Text> {
    let text = format!("---\nseverity: error\n{front}---\n# T\n{rest}");
    Text::new("rules/acme/x.md", text.into_bytes())
}

/// What is wrong with a page: line, column, message and help of each mistake.
fn mistakes(text: &Arc<Text>) -> Vec<String> {
    let read = CustomRules::read(&[("acme/x".to_owned(), Arc::clone(text))]);
    let wrong = read.err().unwrap_or_default();
    let said = wrong.iter().map(|error| {
        let start = error.place.start();
        let help = error
            .advice
            .as_ref()
            .map_or(String::new(), |advice| format!("; {}", advice.help()));
        format!("{}:{} {}{help}", start.line, start.column, error.message)
    });
    said.collect()
}

/// What is wrong with a condition over a remote_write entry that begins on line 4, column 7.
fn condition(when: &str) -> Vec<String> {
    let when = when.replace('\'', "''");
    mistakes(&page(
        &format!("node: remote_write\nwhen: '{when}'\nmessage: m\n"),
        "",
    ))
}

#[test]
fn a_mistake_in_the_front_matter_is_reported_with_its_place() {
    for (front, expected) in [
        (
            "nod: config\nwhen: 'true'\nmessage: m\n",
            &["3:1 unknown key `nod` in the front matter of a rule; write `node`"][..],
        ),
        (
            "node: remote-write\nwhen: 'true'\nmessage: m\n",
            &["3:7 unknown kind of node; write `remote_write`"],
        ),
        (
            "node: config\nmessage: m\n",
            &["2:1 the front matter of a rule needs `when`"],
        ),
        (
            "node: config\nwhen: 'true'\n",
            &["2:1 the front matter of a rule needs `message`"],
        ),
        (
            "node: config\nwhen: []\nmessage: m\n",
            &["4:7 `when`: expected text that is not empty"],
        ),
        (
            "node: config\nwhen: 'true'\nwhen: 'false'\nmessage: m\n",
            &["5:1 `when` is set twice; remove one of the two"],
        ),
        (
            "node: config\nwhen: 'true'\nmessage: m\nno_ignore: maybe\n",
            &["6:12 `no_ignore`: expected `true` or `false`"],
        ),
        (
            "node: config\nwhen: 'true'\nmessage: m\nunknown: ignore\n",
            &["6:10 unknown value of `unknown`; use one of note, warning, skip"],
        ),
        (
            "node: remote_write\nwhen: 'true'\nmessage: m\nat: tls_config.insecure_skip_verfy\n",
            &["6:5 unknown key `insecure_skip_verfy`; write `insecure_skip_verify`"],
        ),
        (
            "node: [config\n",
            &["4:1 the front matter is not YAML: did not find expected ',' or ']'"],
        ),
    ] {
        let found = mistakes(&page(front, ""));
        assert_eq!(found, expected, "{front}");
    }
    for (text, expected) in [
        ("# T\n", "1:1 a rule page begins with front matter"),
        (
            "---\nseverity: error\n",
            "1:1 a rule page begins with front matter",
        ),
        ("---\n---\n# T\n", "1:1 the front matter is empty"),
        (
            "---\nseverity: error\n---\nno title\n",
            "1:1 a rule page needs a title",
        ),
        ("---\nseverity: bad\n---\n# T\n", "2:11 unknown severity"),
    ] {
        let found = mistakes(&Text::new("x.md", text.as_bytes().to_vec()));
        assert!(
            found.iter().any(|hit| hit.starts_with(expected)),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn a_mistake_in_a_condition_is_reported_with_its_place() {
    for (when, expected) in [
        ("true", &[][..]),
        (
            "self.urll == 'x'",
            &["4:13 unknown key `urll`; write `url`"],
        ),
        ("slf.url == 'x'", &["4:8 unknown name `slf`; write `self`"]),
        ("url.hots == 'x'", &["4:12 it has no `hots`; write `host`"]),
        (
            "self.url.startWith('x')",
            &["4:26 unknown function `startWith` for this value; write `startsWith`"],
        ),
        (
            "size(self.name, 1) > 2",
            &["4:12 `size` is called with the wrong arguments; write it as in `size(value)`"],
        ),
        (
            "self.write_relabel_configs.action == 'x'",
            &[
                "4:35 this is a list, and has no key `action`; use one of its items, as in `list.exists(item, …)` or `list[0]`",
            ],
        ),
        (
            "self.write_relabel_configs.exists(rule, rule.acton == 'x')",
            &["4:53 unknown key `acton`; write `action`"],
        ),
        (
            "self.queue_config.max_shard > 5",
            &["4:26 unknown key `max_shard`; write `max_shards`"],
        ),
        ("has(self.urll)", &["4:17 unknown key `urll`; write `url`"]),
        (
            "self['urll'] == 'x'",
            &["4:12 unknown key `urll`; write `url`"],
        ),
        (
            "self.url.exists(x, x == 1)",
            &["4:13 this is a single value, not a list or a mapping"],
        ),
        (
            "self.name.first == 'x'",
            &["4:18 this is a single value, and has no key `first`"],
        ),
        (
            "'x'.matches('(')",
            &["4:22 not a valid pattern: unclosed group"],
        ),
        (
            "'x'.matches('(a{1000}){1000}')",
            &["4:22 not a valid pattern: it is too large"],
        ),
        (
            "self.url +",
            &["4:17 the condition cannot be parsed: unexpected end"],
        ),
        (
            "self.url = 'x'",
            &["4:17 the condition cannot be parsed: `= ` is not valid in CEL"],
        ),
        (
            "(self.url == 'x'))",
            &["4:27 the condition cannot be parsed: unexpected `)`"],
        ),
        (
            "size(self.url)",
            &[
                "4:12 the condition does not give a boolean; expected a boolean that is true where something is wrong",
            ],
        ),
        (
            "'x'",
            &[
                "4:8 the condition is a constant; expected a boolean that is true where something is wrong",
            ],
        ),
        (
            "a.b(c)",
            &[
                "4:8 unknown name `a`; known: self, config, file, effective, url, urls, receiver, issuer, credentials, labels, mount, environment",
                "4:12 unknown name `c`; known: self, config, file, effective, url, urls, receiver, issuer, credentials, labels, mount, environment",
                "4:11 unknown function `b` for this value; known: size, contains, startsWith, endsWith, matches, seconds, string, int, uint, double, bool, type, dyn, has, all, exists, exists_one, map, filter",
            ],
        ),
    ] {
        assert_eq!(condition(when), expected, "{when}");
    }
}

#[test]
fn places_are_true_in_block_scalars_and_messages() {
    let text = page(
        "node: remote_write\nwhen: |\n  self.url == 'ü' &&\n    slf.url == 'x'\nmessage: m\n",
        "",
    );
    assert_eq!(mistakes(&text), ["6:5 unknown name `slf`; write `self`"]);
    for (message, expected) in [
        ("to {url.host}", None),
        ("to {{url}}", None),
        ("to {url.hots}", Some("5:19 it has no `hots`; write `host`")),
        (
            "to {url",
            Some("5:14 this brace is not closed; write `{{` for a brace"),
        ),
        ("to } x", Some("5:14 unmatched `}`; write `}}` for a brace")),
        (
            "to {url.}",
            Some("5:18 the value cannot be parsed: unexpected `.`"),
        ),
    ] {
        let front = format!("node: remote_write\nwhen: 'true'\nmessage: '{message}'\n");
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(mistakes(&page(&front, "")), expected, "{message}");
    }
}

#[test]
fn what_a_kind_does_not_have_is_refused() {
    for (kind, when, wrong) in [
        ("config", "url.host == 'x'", true),
        ("scrape_config", "receiver == 'x'", true),
        ("scrape_config", "urls.exists(one, one.host == 'x')", false),
        ("alerting_rule", "credentials == []", true),
        (
            "alerting_rule",
            "self.expr.contains('up') && self.labels.team == 'x'",
            false,
        ),
        (
            "rule_group",
            "self.rules.exists(rule, has(rule.alrt))",
            true,
        ),
        ("http_client", "self.anything == 1", false),
        ("http_client", "self.basic_auth.usrname == 'x'", true),
        ("service_discovery", "self.server == 'x'", false),
    ] {
        let text = page(&format!("node: {kind}\nwhen: \"{when}\"\nmessage: m\n"), "");
        assert_eq!(
            !mistakes(&text).is_empty(),
            wrong,
            "{kind}: {when}: {:?}",
            mistakes(&text)
        );
    }
}

#[test]
fn conditions_that_are_too_large_are_refused() {
    for (when, expected) in [
        (
            "(".repeat(5000),
            "brackets that are nested more than 32 deep",
        ),
        (
            format!("{}1{}", "[".repeat(33), "]".repeat(33)),
            "nested more than 32 deep",
        ),
        ("a".repeat(20_000), "has 20000 bytes; the limit is 10000"),
        ("1+".repeat(4900) + "1 == 2", "parts; the limit is 1000"),
        ("x.".repeat(4900) + "x", "parts; the limit is 1000"),
        ("1+".repeat(100) + "1 == 2", "deep; the limit is 48"),
        ("true ? 1 : ".repeat(90) + "1", "deep"),
        (
            "self.a.all(a, self.b.all(b, self.c.all(c, true)))".to_owned(),
            "nested 3 deep; the limit is 2",
        ),
        ("!".repeat(9000) + "x", "unknown name `x`"),
    ] {
        let found = condition(&when);
        assert!(
            found.iter().any(|hit| hit.contains(expected)),
            "{}: {found:?}",
            super::syntax::cut(&when)
        );
    }
}

//! Whole rule files.

use super::{DUPLICATE_RULE, PROMQL, RULE_FILE, TEMPLATE, check};
use crate::yaml::parse_first;
use crate::{Scheme, TargetReleases, Version};
use promvet_text::{Severity, Text};

/// What is found: rule, severity, the text that is pointed at, the message.
fn found(
    source: &str,
    target: &TargetReleases,
    names: Option<Scheme>,
) -> Vec<(String, Severity, String, String)> {
    let text = Text::new("rules.yml", source.into());
    let document = parse_first(&text).unwrap();
    let checked = check(&document, target, names);
    let needs = checked.needs.into_iter().map(|need| need.finding);
    let reported = checked.findings.into_iter().chain(needs).map(|finding| {
        let token = text.slice(finding.place.span()).to_owned();
        (
            finding.rule.into_owned(),
            finding.severity,
            token,
            finding.message.into(),
        )
    });
    reported.collect()
}

fn errors(source: &str) -> Vec<(String, Severity, String, String)> {
    found(source, &TargetReleases::default(), None)
}

fn rule(lines: &str) -> String {
    format!(
        "groups:\n  - name: g\n    rules:\n      - {}\n",
        lines.trim().replace('\n', "\n        ")
    )
}

#[test]
fn sound_files_give_nothing() {
    for source in [
        "",
        "# empty\n",
        "null\n",
        "{}\n",
        "groups:\n",
        "groups: []\n",
        "groups: [{name: g}]\n",
        "groups: [{name: g, rules: }]\n",
        "groups: [{name: g, interval: 1m30s, limit: 10, query_offset: 0s, labels: {a: b}, rules: []}]\n",
        "groups: [{name: 1, rules: [{record: a, expr: 1, labels: {a: 1, b: true, c: null}}]}]\n",
        "x: &x {record: a, expr: 1}\ngroups: [{name: g, rules: [{<<: *x, record: b}]}]\n"
            .trim_start_matches("x: &x {record: a, expr: 1}\n")
            .replace("<<: *x", "<<: {record: a, expr: 1}")
            .as_str(),
        &rule("record: job:up:sum\nexpr: sum by (job) (up)\nfor: 0s"),
        &rule("record: a\nexpr: up\nannotations: {}"),
        &rule(
            "alert: A b\nexpr: up == 0\nfor: 5m\nkeep_firing_for: 1h\nlabels: {severity: page}\nannotations:\n  text: '{{ $value }}'",
        ),
        &rule("record: größe\nexpr: up"),
        &rule("alert: a\nexpr: up\nlabels: {\"a b\": c}"),
        &rule("record: a\nexpr: up\nlabels: {a: '{{ broken'}"),
        "groups: [{name: g, rules: []}]\n",
    ] {
        assert_eq!(errors(source), vec![], "{source}");
    }
}

#[test]
fn every_fault_is_found_at_its_place() {
    for (source, rule, token, words) in [
        ("[]\n".to_owned(), RULE_FILE, "[]", "the key `groups`"),
        ("group: []\n".into(), RULE_FILE, "group", "unknown key"),
        ("groups: {}\n".into(), RULE_FILE, "{}", "expected a list"),
        ("groups: [x]\n".into(), RULE_FILE, "x", "expected a mapping"),
        (
            "groups: [{rules: []}]\n".into(),
            RULE_FILE,
            "rules",
            "no name",
        ),
        (
            "groups: [{name: ''}]\n".into(),
            RULE_FILE,
            "name",
            "no name",
        ),
        ("groups:\n  - {}\n".into(), RULE_FILE, "{}", "no name"),
        (
            "groups: [{name: a}, {name: a}]\n".into(),
            RULE_FILE,
            "a",
            "the group `a` is defined twice",
        ),
        (
            "groups: [{name: a, name: b}]\n".into(),
            RULE_FILE,
            "name",
            "is set twice",
        ),
        (
            "groups: [{name: a, interval: 5}]\n".into(),
            RULE_FILE,
            "5",
            "no unit",
        ),
        (
            "groups: [{name: a, limit: '5'}]\n".into(),
            RULE_FILE,
            "'5'",
            "`limit`",
        ),
        (
            "groups: [{name: a, partial_response_strategy: warn}]\n".into(),
            RULE_FILE,
            "partial_response_strategy",
            "unknown key",
        ),
        (
            "groups: [{name: a, labels: {__name__: x}}]\n".into(),
            RULE_FILE,
            "__name__",
            "`__name__`",
        ),
        (
            "groups: [{name: a, labels: {x: [y]}}]\n".into(),
            RULE_FILE,
            "[y]",
            "expected text",
        ),
        (rule("expr: up"), RULE_FILE, "expr", "neither"),
        (
            rule("record: a\nalert: b\nexpr: up"),
            RULE_FILE,
            "alert",
            "both",
        ),
        (rule("record: a"), RULE_FILE, "record", "no `expr`"),
        (rule("record: a\nexpr: ''"), RULE_FILE, "expr", "no `expr`"),
        (
            rule("record: a\nexpr: [up]"),
            RULE_FILE,
            "[up]",
            "expected text",
        ),
        (
            rule("record: a\nexpr: up\nfor: 5m"),
            RULE_FILE,
            "for",
            "not allowed in a recording rule",
        ),
        (
            rule("record: a\nexpr: up\nkeep_firing_for: 5m"),
            RULE_FILE,
            "keep_firing_for",
            "not allowed in a recording rule",
        ),
        (
            rule("record: a\nexpr: up\nannotations: {a: b}"),
            RULE_FILE,
            "annotations",
            "not allowed in a recording rule",
        ),
        (
            rule("record: a{b=\"c\"}\nexpr: up"),
            RULE_FILE,
            "{",
            "braces",
        ),
        (
            rule("alert: a\nexpr: up\nfor: 5 m"),
            RULE_FILE,
            "m",
            "unknown unit ` m`",
        ),
        (
            rule("alert: a\nexpr: up\nseverity: page"),
            RULE_FILE,
            "severity",
            "unknown key",
        ),
        (
            rule("alert: a\nexpr: up\nlabels: {'': x}"),
            RULE_FILE,
            "''",
            "empty",
        ),
        (
            rule("record: a\nexpr: rate(up)"),
            PROMQL,
            "up",
            "a range vector",
        ),
        (
            rule("record: a\nexpr: |\n  sum by (job) (\n    rate(up[5m)\n  )"),
            PROMQL,
            ")",
            "`]`",
        ),
        (
            rule("alert: a\nexpr: up\nannotations:\n  a: |\n    {{ $value }}\n    {{ $lables.x }}"),
            TEMPLATE,
            "$lables",
            "not defined",
        ),
        (
            rule("alert: a\nexpr: up\nlabels:\n  a: '{{ if }}'"),
            TEMPLATE,
            "}}",
            "missing",
        ),
    ] {
        let found = errors(&source);
        let [(name, severity, shown, message)] = found.as_slice() else {
            panic!("{source}\n{found:?}")
        };
        assert_eq!(
            (name.as_str(), *severity),
            (rule, Severity::Error),
            "{source}"
        );
        assert_eq!(shown, token, "{source}: {message}");
        assert!(message.contains(words), "{source}: {message}");
    }
}

#[test]
fn several_faults_are_all_found_and_each_once() {
    let source = rule("record: a\nexpr: rate(up) + foo(\"x\")\nfor: 5m\ncolour: red");
    let tokens: Vec<_> = errors(&source)
        .into_iter()
        .map(|(_, _, token, _)| token)
        .collect();
    assert_eq!(tokens, ["up", "foo", "for", "colour"]);
}

#[test]
fn what_needs_a_flag_is_a_warning() {
    let found = errors(&rule("record: a\nexpr: sort_by_label(up, \"job\")"));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].1),
        (PROMQL, Severity::Warning)
    );
    assert!(
        found[0]
            .3
            .contains("--enable-feature=promql-experimental-functions"),
        "{}",
        found[0].3
    );
}

/// Prometheus passes them over, so they are not errors.
#[test]
fn empty_items_are_warnings() {
    for source in [
        "groups: [~, {name: g, rules: [null, {record: a, expr: 1}]}]\n",
        "groups:\n  -\n  - name: g\n    rules:\n      - &a\n",
    ] {
        let found = errors(source);
        let severities: Vec<_> = found.iter().map(|hit| hit.1).collect();
        assert_eq!(
            severities,
            [Severity::Warning, Severity::Warning],
            "{source}"
        );
    }
}

#[test]
fn rules_that_occur_twice_are_worth_knowing() {
    let group = |name: &str, rule: &str| format!("  - name: {name}\n    rules: [{rule}]\n");
    let twice = |a: &str, b: &str| errors(&format!("groups:\n{}{}", group("a", a), group("b", b)));
    let a = "{record: a, expr: up, labels: {x: y, z: w}}";
    let found = twice(a, "{record: a, expr: down, labels: {z: w, x: y}}");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].1),
        (DUPLICATE_RULE, Severity::Warning)
    );
    let found = twice(a, a);
    assert_eq!(
        (found[0].0.as_str(), found[0].1),
        (DUPLICATE_RULE, Severity::Info)
    );
    assert_eq!(twice(a, "{record: a, expr: up, labels: {x: y}}"), vec![]);
    assert_eq!(
        twice(a, "{alert: a, expr: up, labels: {x: y, z: w}}"),
        vec![]
    );
}

#[test]
fn a_second_document_is_not_read() {
    let found = errors("groups: []\n---\ngroups: {}\n");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].1, found[0].2.as_str()), (Severity::Info, "---"));
}

#[test]
fn versions_differ() {
    let of = |source: &str, versions: &[(u16, u16)]| {
        let versions = versions
            .iter()
            .map(|&(major, minor)| Version::new(major, minor, 0))
            .collect();
        let found = found(
            source,
            &TargetReleases {
                versions,
                ..TargetReleases::default()
            },
            None,
        );
        found
            .into_iter()
            .map(|(_, _, token, message)| format!("{token}: {message}"))
            .collect::<Vec<_>>()
    };
    let source = rule("alert: a\nexpr: up\nkeep_firing_for: 5m");
    assert_eq!(of(&source, &[(2, 42), (3, 14)]), Vec::<String>::new());
    assert_eq!(
        of(&source, &[(2, 41), (3, 14)]),
        [
            "keep_firing_for: `keep_firing_for` needs Prometheus 2.42 or newer; older releases reject the file (Prometheus 2.41.0)"
        ]
    );
    let source = rule("record: a\nexpr: holt_winters(up[5m], 0.5, 0.5)");
    assert_eq!(of(&source, &[(2, 53)]), Vec::<String>::new());
    assert!(of(&source, &[(3, 0)])[0].contains("was removed in Prometheus 3.0"));
    let source = rule("record: a.b\nexpr: up");
    assert_eq!(of(&source, &[(3, 0)]), Vec::<String>::new());
    assert!(of(&source, &[(2, 53)])[0].starts_with(".: "));
    let source = rule("record: a\nexpr: up[300]");
    assert!(
        of(&source, &[(2, 53)])
            .iter()
            .any(|found| found.contains("requires Prometheus 2.54"))
    );
}

#[test]
fn legacy_names_are_those_that_the_configuration_asks_for() {
    let source = rule("alert: a\nexpr: up\nlabels: {a.b: c}\nannotations: {d-e: f}");
    let found = found(&source, &TargetReleases::default(), Some(Scheme::Legacy));
    let tokens: Vec<_> = found
        .iter()
        .map(|(_, _, token, _)| token.as_str())
        .collect();
    assert_eq!(tokens, [".", "-"]);
}

#[test]
fn a_template_without_quotes_breaks_the_file() {
    let source = rule("alert: a\nexpr: up\nannotations:\n  text: {{ $value }} is high");
    let text = Text::new("rules.yml", source.into());
    let error = parse_first(&text).unwrap_err();
    let finding = super::broken(&text, &error);
    assert_eq!(
        (finding.rule.as_ref(), finding.severity),
        (RULE_FILE, Severity::Error)
    );
}

#[test]
fn what_is_still_to_be_filled_in_is_not_an_error() {
    let source = rule("record: a\nexpr: up{cluster=${CLUSTER}}");
    let severity = |template: bool| {
        let target = TargetReleases {
            template,
            ..TargetReleases::default()
        };
        found(&source, &target, None).first().map(|found| found.1)
    };
    assert_eq!(severity(false), Some(Severity::Warning));
    assert_eq!(severity(true), None);
}

#[test]
fn expressions_that_a_template_puts_together_are_left_alone() {
    let severity = |expression: &str| {
        let source = rule(&format!("record: a\nexpr: |-\n  {expression}"));
        let target = TargetReleases {
            template: true,
            ..TargetReleases::default()
        };
        found(&source, &target, None).first().map(|found| found.1)
    };
    let pieced =
        "sum by ({{ range $x }}{{ . }},{{ end }}pod) (up{a=\"{{ $j }}\", n{{ $op }}\"{{ $n }}\"})";
    assert_eq!(severity(pieced), None);
    let quoted = "sum by (pod (up{a=\"{{ $j }}\", b='{{ $n }}', c=`{{ $o }}\\`})";
    assert_eq!(severity(quoted), Some(Severity::Error));
    assert_eq!(severity("sum by (a"), Some(Severity::Error));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(groups|rules|name|record|alert|expr|labels|: |\\n|  |- |\\{|\\}|\\[|\\]|a|'|\"|1|\\*x|&x|<<|up|sum\\(|\\)|5m|\\PC){0,40}") {
        let text = Text::new("rules.yml", text.into());
        if let Ok(document) = parse_first(&text) {
            for finding in check(&document, &TargetReleases::default(), None).findings {
                proptest::prop_assert!(finding.place.span().end as usize <= text.content().len());
            }
        }
    }
}

/// A placeholder excuses what filling it in can mend, and nothing beside it.
#[test]
fn faults_beside_a_placeholder_are_errors() {
    for (expression, severity) in [
        ("up{job=\"${job}\"} > 1", None),
        ("up{job=\"<id>\"}", None),
        ("up{job=~\"a[[x]]b\"}", None),
        ("rate(x[${window}])", Some(Severity::Warning)),
        ("{{ metric }} > 1", Some(Severity::Warning)),
        ("sum(x) by ({{ a }}, {{ b }})", Some(Severity::Warning)),
        ("up{job=\"${job}\"} >", Some(Severity::Error)),
        ("rate(up{job=\"${job}\"})", Some(Severity::Error)),
        ("summ(up{job=\"{{ job }}\"})", Some(Severity::Error)),
        ("{__name__!~\"${x}\"}", Some(Severity::Warning)),
    ] {
        let source = rule(&format!("record: a\nexpr: '{expression}'"));
        let worst = errors(&source)
            .into_iter()
            .map(|(_, severity, ..)| severity)
            .max();
        assert_eq!(worst, severity, "{expression}: {:?}", errors(&source));
    }
}

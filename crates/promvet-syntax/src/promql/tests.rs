//! Expressions with what is wrong in them.

use super::{PromqlRelease, check};

mod labels;
mod tree;

const NEWEST: PromqlRelease = PromqlRelease { release: (3, 14) };

#[test]
fn sound_expressions_pass() {
    for text in [
        "1",
        "-1 ^ 2",
        "up",
        "  up # a comment\n",
        "up{}",
        "{job=~\".+\"}",
        "{\"a.b\", \"c d\"=\"e\"}",
        "{__name__=\"up\", job!~\"a|b\",}",
        "sum by (job, instance,) (rate(http_requests_total{code=~\"5..\"}[5m]))",
        "sum(up) without (instance)",
        "count_values(\"version\", build_info)",
        "topk by (job) (3, up)",
        "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))",
        "a + on (x) group_left (y) b",
        "a * ignoring (x) group_right () b",
        "a and on () b or c unless d",
        "1 == bool 2",
        "a > bool 0.5",
        "rate(x[5m] offset 1h)",
        "x offset -1d @ 1609746000.5",
        "x @ end()",
        "max_over_time(rate(x[5m])[1h:1m] @ start())",
        "avg_over_time((a + b)[1h:])",
        "x[1h30m] offset 5m",
        "x[300]",
        "x[5m + 2 * 30s]",
        "x[step() * 3]",
        "x offset (5m - 30s)",
        "x offset 5m + 3",
        "time() - x > 10m",
        "sum",
        "by",
        "sum{by=\"x\"} + offset",
        "fill + fill_left",
        "start + end + step + range",
        "sum by (group_left, on, bool, atan2) (x)",
        "label_join(up, \"a\", \",\", \"b\", \"c\", \"d\")",
        "label_join(up, \"a\", \",\")",
        "hour()",
        "vector(Inf) / NaN",
        "'it\\'s' ",
        "a:b:c",
        "count(a) </ 5",
        "0x1F + 1_000 + .5 + 5.",
        "SUM(x) BY (y)",
        "x[5m:]",
    ] {
        assert_eq!(check(text, NEWEST), vec![], "{text}");
    }
}

#[test]
fn faults_are_found_in_their_place() {
    for (text, at, words) in [
        ("", "", "the expression is empty"),
        (
            "# only a comment",
            "# only a comment",
            "the expression is empty",
        ),
        ("1 +", "+", "unexpected end"),
        ("1 1", "1", "unexpected"),
        ("sum(up", "(", "never closed"),
        ("sum(up))", ")", "unmatched"),
        ("up{job=\"a\"", "{", "never closed"),
        ("up[5m", "[", "never closed"),
        ("up{job=a}", "a", "quoted string"),
        ("up{job}", "}", "`=`, `!=`"),
        ("up{,}", ",", "label name"),
        ("up{job=\"a\" b=\"c\"}", "b", "`,` or `}`"),
        ("up{job=~\"a)\"}", ")", "is not valid in Go (RE2)"),
        ("up{job=\"a}", "\"a}", "never closed"),
        ("up =~ \"a\"", "=~", "only inside braces"),
        ("{a!~\"${x}\"}", "{a!~\"${x}\"}", "every series"),
        ("{}", "{}", "every series"),
        ("{job=~\".*\"}", "{job=~\".*\"}", "every series"),
        ("up{__name__=\"x\"}", "__name__", "set twice"),
        ("up $x", "$", "no meaning"),
        (
            "up\u{a0}+ 1",
            "\u{a0}",
            "a non-breaking space (U+00A0 or similar)",
        ),
        ("up{job=“a”}", "“", "typographic quote"),
        ("rate(up)", "up", "a range vector"),
        ("rate(up[5m]", "(", "never closed"),
        ("sum(up[5m])", "up[5m]", "an instant vector"),
        ("up[5m] > 1", "up[5m]", "a side of `>`"),
        ("\"a\" + 1", "\"a\"", "a side of `+`"),
        ("rate(up[5m] + up[1m])", "up[5m]", "a side of `+`"),
        ("rate(sum(up)[5m])", "[5m]", "only follow a selector"),
        (
            "sum(rate(up{a=\"b\"})[5m]) > 1",
            "[5m]",
            "only follow a selector",
        ),
        (
            "quantile_over_time(0.9, up )[5m]",
            "[5m]",
            "only follow a selector",
        ),
        ("up offset 5m[5m]", "[5m]", "must follow the range"),
        ("up[5s][1m:]", "up[5s]", "a range vector"),
        ("up[0m]", "0m", "a range must be longer than zero"),
        ("up[abc]", "abc", "between brackets; expected a duration"),
        ("up[]", "]", "a duration"),
        ("up[1m5h]", "1m5h", "smaller units"),
        ("up[5x]", "5x", "neither a number nor a duration"),
        ("up offset", "offset", "unexpected end"),
        ("sum(up) offset 5m", "offset 5m", "only follow a selector"),
        ("up offset 1m offset 2m", "offset 2m", "twice"),
        ("up @ Inf", "Inf", "time is out of range"),
        ("topk(up)", "topk", "expects 2 arguments; 1 is given"),
        ("floor(up, 2)", "floor", "expects 1 argument; 2 are given"),
        (
            "round(up, 1, 2)",
            "round",
            "expects 1 to 2 arguments; 3 are given",
        ),
        ("topk(up, 3)", "up, 3", "second; the arguments are swapped"),
        ("topk(up, up)", "up", "a number"),
        ("raet(up[5m])", "raet", "unknown function"),
        ("sum(up,)", ",", "last argument"),
        ("1 == 1", "==", "`bool`"),
        ("a + bool b", "bool", "comparison"),
        ("a and 1", "and", "one side is a number"),
        (
            "a and on (x) group_left (y) b",
            "group_left",
            "`group_left` is not allowed with `and`",
        ),
        ("a + on (x) group_left (x) b", "x", "is in both `on` and"),
        (
            "a + group_left (x) b",
            "group_left",
            "can only follow `on (…)`",
        ),
        ("1 + on (x) b", "on", "two instant vectors"),
        ("sum by job (up)", "job", "`(`"),
        ("sum by (job instance) (up)", "instance", "`,` or `)`"),
        ("-\"a\"", "\"a\"", "is not allowed before"),
        ("1e999", "1e999", "not a number"),
        ("\"\\q\"", "\\q", "escape sequence"),
        (
            "up[5m] offset 1h[5m:]",
            "up[5m] offset 1h",
            "a range vector",
        ),
    ] {
        let faults = check(text, NEWEST);
        let [fault] = faults.as_slice() else {
            panic!("{text}: {faults:?}")
        };
        assert_eq!(
            text.get(fault.from..fault.to),
            Some(at),
            "{text}: {}",
            fault.message
        );
        assert!(fault.message.contains(words), "{text}: {}", fault.message);
    }
}

#[test]
fn several_faults_of_types_are_all_reported() {
    let faults = check("rate(a) + foo(b) + sum(c[5m])", NEWEST);
    let places: Vec<_> = faults.iter().map(|fault| (fault.from, fault.to)).collect();
    assert_eq!(places, [(5, 6), (10, 13), (23, 28)]);
}

#[test]
fn a_break_of_the_grammar_is_reported_alone() {
    assert_eq!(check("rate(a) + foo(b) + sum(", NEWEST).len(), 1);
}

#[test]
fn an_unknown_function_brings_no_echoes() {
    assert_eq!(check("sum(foo(up)) > bar(1)", NEWEST).len(), 2);
}

#[test]
fn help_names_what_was_meant() {
    for (text, words) in [
        ("raet(up[5m])", "`rate`"),
        ("rate(up)", "such as `[5m]`"),
        ("sum(up[5m])", "`rate(…)`"),
        ("rate(sum(up)[5m])", "`[5m:]`"),
        ("sum(rate(up{a=\"b\"})[5m])", "`up{a=\"b\"}[5m]`"),
        ("max(up)[5m]", "`[5m:]`"),
        ("sum(up", "`)`"),
        (
            "holt_winters(up[5m], 1, 1)",
            "`double_exponential_smoothing`",
        ),
        ("1 == 1", "`== bool`"),
    ] {
        let help: Vec<_> = check(text, NEWEST)
            .into_iter()
            .filter_map(|fault| fault.remedy.words)
            .collect();
        assert!(
            help.iter().any(|help| help.contains(words)),
            "{text}: {help:?}"
        );
    }
}

#[test]
fn a_range_behind_the_call_is_one_fault() {
    for text in [
        "sum(rate(up)[5m]) > 1",
        "sum(rate(up)[5m]) / sum by (a) (rate(down{b=\"c\"} )[1h])",
        "quantile_over_time(0.9, up)[5m]",
    ] {
        let faults = check(text, NEWEST);
        assert_eq!(faults.len(), text.matches('[').count(), "{faults:?}");
    }
    // Two faults where the arguments of the call are right.
    assert_eq!(check("sum(rate(up[5m])[5m])", NEWEST).len(), 2);
}

#[test]
fn forms_came_with_releases() {
    for (text, since) in [
        ("absent_over_time(x[5m])", (2, 16)),
        ("group(x)", (2, 20)),
        ("x[1h30m]", (2, 21)),
        ("sgn(x)", (2, 26)),
        ("a atan2 b", (2, 31)),
        ("x @ 1", (2, 33)),
        ("x offset -5m", (2, 33)),
        ("1_000", (2, 54)),
        ("x[300]", (2, 54)),
        ("1h", (2, 54)),
        ("{\"x\"}", (3, 0)),
        ("x[5m:1m]", (2, 7)),
        ("first_over_time(x[5m])", (3, 14)),
        ("x[1m + 1m]", (3, 14)),
        ("a </ b", (3, 11)),
    ] {
        assert_eq!(
            check(text, PromqlRelease { release: since }),
            vec![],
            "{text}"
        );
        if since > (2, 0) {
            let before = PromqlRelease {
                release: (since.0, since.1.wrapping_sub(1).min(60)),
            };
            let before = if since.1 == 0 {
                PromqlRelease {
                    release: (since.0 - 1, 55),
                }
            } else {
                before
            };
            assert!(!check(text, before).is_empty(), "{text} before {since:?}");
        }
    }
}

#[test]
fn what_hides_behind_a_flag_names_it() {
    for (text, release, flag) in [
        (
            "sort_by_label(x, \"a\")",
            (3, 14),
            Some("promql-experimental-functions"),
        ),
        (
            "limitk(1, x)",
            (3, 14),
            Some("promql-experimental-functions"),
        ),
        ("x[1m + 1m]", (3, 5), Some("promql-duration-expr")),
        (
            "a + fill (0) b",
            (3, 14),
            Some("promql-binop-fill-modifiers"),
        ),
        (
            "rate(x[5m] smoothed)",
            (3, 14),
            Some("promql-extended-range-selectors"),
        ),
        ("x @ 1", (2, 25), Some("promql-at-modifier")),
        ("rate(x)", (3, 14), None),
    ] {
        let faults = check(text, PromqlRelease { release });
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert_eq!(faults[0].flag, flag, "{text}");
    }
}

#[test]
fn comparisons_of_labels_are_found_in_their_place() {
    for (expression, want) in [
        ("up", &[][..]),
        (r#"a{le="1"}"#, &[("le", "=", "1", r#"le="1""#)]),
        (
            r#"sum by (le) (rate(a{x!="y", le =~ '1|\\d'}[5m]))"#,
            &[
                ("x", "!=", "y", r#"x!="y""#),
                ("le", "=~", r"1|\d", r"le =~ '1|\\d'"),
            ],
        ),
        (
            "a{b!~`c`} # {d=\"e\"}\n + holt_winters(f{\"g\"=\"h\"}[5m], 1, 1)",
            &[("b", "!~", "c", "b!~`c`"), ("g", "=", "h", "\"g\"=\"h\"")],
        ),
        (r#"a{le="1""#, &[]),
        (r#"{{ job }}{le="1"}"#, &[]),
    ] {
        let found = super::matchers(expression, NEWEST);
        let found: Vec<_> = found
            .iter()
            .map(|hit| {
                let place = &expression[hit.from..hit.to];
                (&*hit.label, hit.how.sign(), &*hit.value, place)
            })
            .collect();
        assert_eq!(found, want, "{expression}");
    }
}

#[test]
fn deep_nesting_ends() {
    for text in [
        "(".repeat(100_000),
        "-".repeat(100_000) + "1",
        "x[".to_owned() + &"(".repeat(100_000),
    ] {
        let _ = check(&text, NEWEST);
    }
    assert_eq!(check(&("1+".repeat(100_000) + "1"), NEWEST), vec![]);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(sum|by|rate|up|\\(|\\)|\\{|\\}|\\[|\\]|=~|=|!=|\"a\"|'|`|,|5m|1|0x|\\.|e|_|offset|@|-|\\+|\\^|on|group_left|bool|and|:|#| |\n|\\\\|fill|start|step|max_of|\\PC){0,30}") {
        for release in [(2, 0), (2, 53), (3, 5), (3, 14)] {
            for fault in check(&text, PromqlRelease { release }) {
                proptest::prop_assert!(text.get(fault.from..fault.to).is_some(), "{fault:?}");
            }
        }
    }
}

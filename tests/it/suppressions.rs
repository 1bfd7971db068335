//! Suppressions, baselines and the policy of a revision, told from outside.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;

use crate::support::memory;
use crate::support::report::{self, text};
use crate::support::scratch::Scratch;
use promvet::finding::{Finding, Text};
use promvet::rules::{self, example};
use promvet::run::{Request, run};
use promvet::yaml::{line_of, parse_first};
use serde_json::Value;

/// Status and the findings as `path:line rule`.
fn places(scratch: &Scratch, args: &[&str]) -> (i32, Vec<String>) {
    let (status, lines) = scratch.found(args);
    let lines = lines.iter().map(|line| {
        let (place, rest) = line.split_once(": ").unwrap();
        let place = place.rsplit_once(':').unwrap().0;
        format!("{place} {}", rest.split(' ').nth(1).unwrap())
    });
    (status, lines.collect())
}

fn two(one: &str, other: &str) -> (i32, Vec<String>) {
    (1, vec![one.to_owned(), other.to_owned()])
}

const NONE: (i32, Vec<String>) = (0, Vec::new());

const BAD: &str = "\
remote_write:
  - name: a
    url: mimir/api/v1/push
";

/// The same with a suppression above the item.
fn ignored(rest: &str) -> String {
    BAD.replace("  - name", &format!("  # promvet: ignore[{rest}\n  - name"))
}

const SYNTAX: &str = "remote-write/url-syntax";

fn findings(files: &[(String, String)]) -> Vec<Finding> {
    let request = Request {
        now: 1_795_368_963,
        ..memory::at(".")
    };
    memory::findings(&run(&request, &memory::tree(files)))
}

/// The lines (from 0) of the entry or item that a finding is in, first and last.
fn item_of(text: &std::sync::Arc<Text>, finding: &Finding) -> (usize, usize) {
    let start = finding.place.span().start;
    let number = |offset: usize| text.content()[..offset].matches('\n').count();
    let own = number(start as usize);
    let Ok(document) = parse_first(text) else {
        return (own, own);
    };
    let mut line = line_of(text.content(), start);
    loop {
        if let Some(unit) = document.unit_on(line)
            && unit.span.start <= start.max(line.start)
            && start <= unit.span.end
        {
            return (number(line.start as usize), number(unit.span.end as usize));
        }
        if line.start == 0 {
            return (own, own);
        }
        line = line_of(text.content(), line.start - 1);
    }
}

#[test]
fn a_comment_above_an_item_hides_its_findings_of_the_rule_and_no_others() {
    let mut tried = 0;
    for page in rules::all()
        .iter()
        .filter(|page| page.group() != "suppressions")
    {
        for example in example::examples(page.text).iter().filter(|one| one.bad) {
            let mut files = example.files.clone();
            files.push((example.path.clone(), example.text.clone()));
            let before = findings(&files);
            let text = Text::new(example.path.as_str(), example.text.clone().into_bytes());
            for finding in before
                .iter()
                .filter(|one| **one.place.path() == *example.path)
            {
                if example.path.ends_with(".json") {
                    continue;
                }
                tried += 1;
                let (first, last) = item_of(&text, finding);
                let mut lines: Vec<&str> = example.text.split_inclusive('\n').collect();
                let indent: String = lines[first].chars().take_while(|c| *c == ' ').collect();
                let comment = format!("{indent}# promvet: ignore[{}] a test\n", finding.rule);
                lines.insert(first, &comment);
                *files.last_mut().unwrap() = (example.path.clone(), lines.concat());
                let key = |one: &Finding, moved: usize| {
                    let line = one.place.start().line - 1;
                    let own = **one.place.path() == *example.path;
                    let line = if own && line >= first {
                        line + moved
                    } else {
                        line
                    };
                    (one.rule.to_string(), one.place.path().to_string(), line)
                };
                let hidden = |one: &&Finding| {
                    let line = one.place.start().line - 1;
                    let own = **one.place.path() == *example.path;
                    own && one.rule == finding.rule && (first..=last).contains(&line)
                };
                let mut expected: Vec<_> = before
                    .iter()
                    .filter(|one| !hidden(one))
                    .map(|one| key(one, 1))
                    .collect();
                let after = findings(&files);
                let mut after: Vec<_> = after.iter().map(|one| key(one, 0)).collect();
                expected.sort();
                after.sort();
                assert_eq!(after, expected, "{} in:\n{}", finding.rule, lines.concat());
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_suppression_hides_and_is_counted() {
    let scratch = Scratch::new(&[
        (
            "a.yml",
            &ignored("remote-write/url-syntax] moved soon until 2026-12-31"),
        ),
        (
            "b.yml",
            &BAD.replace("push\n", "push # promvet: ignore[remote-write]\n"),
        ),
        (
            "c.yml",
            &format!("# promvet: ignore-file[{SYNTAX}] a draft\n{BAD}"),
        ),
        ("d.yml", BAD),
    ]);
    let now = ["--now", "2026-11-22"];
    assert_eq!(
        places(&scratch, &now),
        (1, vec![format!("d.yml:3 {SYNTAX}")])
    );
    let human = scratch.promvet(&now).stdout;
    assert!(human.contains("4 endpoints; 3 suppressed.\n"), "{human}");
    let json = scratch.json(&now);
    assert_eq!(json["summary"]["suppressed"], 3);
    let list = report::list(&json, "suppressed");
    let reported: Vec<_> = list
        .iter()
        .map(|it| {
            (
                it["path"].as_str(),
                it["by"].as_str(),
                it["reason"].as_str(),
                it["until"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        reported,
        [
            (
                Some("a.yml"),
                Some("comment"),
                Some("moved soon"),
                Some("2026-12-31")
            ),
            (Some("b.yml"), Some("comment"), None, None),
            (Some("c.yml"), Some("comment"), Some("a draft"), None),
        ]
    );
    scratch.remove("d.yml");
    assert_eq!(places(&scratch, &now), NONE);
    let sarif = scratch.promvet(&["--format", "sarif", "--now", "2026-11-22"]);
    let sarif = sarif.json();
    let first = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(first["kind"], "inSource");
    assert_eq!(first["justification"], "moved soon (until 2026-12-31)");
    let audit = scratch.promvet(&["audit", "--now", "2026-11-22"]);
    assert_eq!(audit.status, Some(0));
}

#[test]
fn the_last_day_counts_and_the_next_one_does_not() {
    let scratch = Scratch::new(&[("a.yml", &ignored(&format!("{SYNTAX}] x until 2026-12-31")))]);
    for (now, found) in [
        ("2026-12-31T23:59:59Z", NONE),
        (
            "2027-01-01",
            two("a.yml:2 suppressions/lapsed", &format!("a.yml:4 {SYNTAX}")),
        ),
        ("2027-01-01T00:30:00+01:00", NONE),
    ] {
        assert_eq!(places(&scratch, &["--now", now]), found, "{now}");
    }
}

/// What is said about suppressions of a file: `line rule`.
fn said(scratch: &Scratch, source: &str) -> Vec<String> {
    scratch.write(&[("a.yml", source)]);
    let (_, lines) = places(scratch, &["a.yml", "--now", "2026-11-22"]);
    let lines = lines.iter().filter_map(|line| {
        let (place, rule) = line.split_once(' ')?;
        let rule = rule.strip_prefix("suppressions/")?;
        Some(format!("{} {rule}", place.rsplit(':').next()?))
    });
    lines.collect()
}

#[test]
fn suppressions_that_can_t_be_judged_are_left_alone() {
    let scratch = Scratch::empty();
    let good = "scrape_configs:\n  - job_name: a\n";
    for (policy, source, expected) in [
        (
            "",
            format!("# promvet: ignore-file[tls]\n{good}"),
            &["1 unused"][..],
        ),
        (
            "rules: {tls: off}\n",
            format!("# promvet: ignore-file[tls]\n{good}"),
            &[],
        ),
        (
            "rules: {suppressions: off}\n",
            format!("# promvet: ignore-file[tls]\n{good}"),
            &[],
        ),
        // What depends on files beside the configuration, and what no one asked for.
        (
            "",
            format!("# promvet: ignore-file[credentials/missing]\n{good}"),
            &[],
        ),
        (
            "",
            format!("# promvet: ignore-file[credentials]\n{good}"),
            &[],
        ),
        ("", format!("# promvet: ignore-file[upgrade]\n{good}"), &[]),
        (
            "prometheus: ['2.53', '3.5']\n",
            format!("# promvet: ignore-file[upgrade/dot-newline]\n{good}"),
            &["1 unused"],
        ),
        // What is not read to its end.
        (
            "",
            format!("# promvet: ignore-file[tls]\n{good}  - : : [\n"),
            &[],
        ),
        (
            "",
            format!("# promvet: ignore-file[tls]\n{good}{{{{ range .x }}}}\n"),
            &[],
        ),
        // Each of several may be the one that hides.
        (
            "",
            BAD.replace(
                "  - name: a\n    url: ",
                &format!(
                    "  # promvet: ignore[{SYNTAX}]\n  # promvet: ignore[remote-write]\n  - url: "
                ),
            ),
            &[],
        ),
        (
            "",
            ignored("suppressions]\n  # promvet: ignore[tls]"),
            &["2 forbidden", "3 unused"],
        ),
        ("", format!("{good}# promvet: ignore[tls]\n"), &["3 unused"]),
        ("", format!("a: '# promvet: ignore'\n{good}"), &[]),
        (
            "suppressions: {reason: required}\nrules: {suppressions/no-reason: error}\n",
            ignored("remote-write]"),
            &["2 no-reason"],
        ),
    ] {
        scratch.write(&[("promvet.yaml", policy)]);
        assert_eq!(said(&scratch, &source), expected, "{policy}{source}");
    }
}

#[test]
fn a_file_that_does_not_parse_is_suppressed_by_its_lines() {
    let bad = "scrape_configs:\n  - job_name: a: b";
    let scratch = Scratch::new(&[("a.yml", bad)]);
    assert_eq!(
        places(&scratch, &[]),
        (1, vec!["a.yml:2 schema/syntax".into()])
    );
    scratch.write(&[(
        "a.yml",
        &format!("{bad} # promvet: ignore[schema] being written\n"),
    )]);
    assert_eq!(places(&scratch, &[]), NONE);
}

#[test]
fn files_that_a_configuration_names_are_suppressed_in_themselves() {
    let config = "rule_files: [r.yml]\nscrape_configs:\n  - job_name: a\n";
    let rules = "\
groups:
  - name: g
    rules:
      # promvet: ignore[files/promql] being written
      - record: a:b
        expr: sum(
      - record: a:c
        expr: sum( # promvet: ignore[schema]
      - record: a:d
        # promvet: ingore[files]
        expr: 'sum( # promvet: ignore[files]'
";
    let scratch = Scratch::new(&[("prometheus.yml", config), ("r.yml", rules)]);
    let (status, lines) = places(&scratch, &[]);
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        [
            "r.yml:8 files/promql",
            "r.yml:10 suppressions/malformed",
            "r.yml:11 files/promql"
        ]
    );
}

/// A ConfigMap whose data is given, without its indentation.
fn config_map(data: &str) -> String {
    let head = "kind: ConfigMap\nmetadata: {name: p}\ndata:\n";
    let lines = data
        .lines()
        .map(|line| format!("  {line}").trim_end().to_owned() + "\n");
    head.to_owned() + &lines.collect::<String>()
}

/// Everything that is found in a file, as `line rule` and the beginning of what it points at; and
/// how much is hidden.
fn reported(scratch: &Scratch, source: &str) -> (Vec<String>, u64) {
    scratch.write(&[("a.yml", source)]);
    let json = scratch.json(&["a.yml", "--now", "2026-11-22"]);
    let at = |one: &Value, pointer: &str| one.pointer(pointer).cloned().unwrap();
    let of = |one: &Value| {
        let number = |pointer| usize::try_from(at(one, pointer).as_u64().unwrap()).unwrap();
        let (line, column) = (number("/start/line"), number("/start/column"));
        let text = source.lines().nth(line - 1).unwrap().chars();
        let text: String = text.skip(column - 1).take(7).collect();
        format!("{line} {} {text}", at(one, "/rule").as_str().unwrap())
    };
    let list = at(&json, "/findings");
    let list = list.as_array().unwrap().iter().map(of);
    let hidden = at(&json, "/summary/suppressed");
    (list.collect(), hidden.as_u64().unwrap())
}

#[test]
fn comments_in_a_configuration_that_is_in_another_file_are_for_it() {
    let scratch = Scratch::empty();
    let block = "prometheus.yml: |\n  remote_write:\n    - name: a\n      url: mimir/x";
    let other = block.replace("prometheus", "other");
    let quoted =
        "a.yml: \"remote_write:\\n- url: b/x # promvet: ignore[remote-write]\\n- url: mimir/x\\n\"";
    let outside = "services: {}\nconfigs:\n  p:\n    content: |\n      remote_write:\n";
    for (source, found, hidden) in [
        (config_map(block), &["7 remote-write/url-syntax mimir/x"][..], 0),
        // On its line, and above an item.
        (
            config_map(&format!("{block} # promvet: ignore[{SYNTAX}] why until 2026-12-31")),
            &[],
            1,
        ),
        (
            config_map(&format!(
                "{}\n    - url: other/x",
                block.replace("    - ", "    # promvet: ignore[remote-write]\n    - ")
            )),
            &["9 remote-write/url-syntax other/x"],
            1,
        ),
        // For all of the text that it is in, and of no other one.
        (
            config_map(&format!(
                "{}\n{other}",
                block.replace("  remote_write", "  # promvet: ignore-file[remote-write]\n  remote_write")
            )),
            &["12 remote-write/url-syntax mimir/x"],
            1,
        ),
        // Of the file around.
        (
            config_map(&format!("{other}\n# promvet: ignore[remote-write]\n{block}")),
            &["7 remote-write/url-syntax mimir/x"],
            1,
        ),
        (
            format!("# promvet: ignore-file[remote-write]\n{}", config_map(&format!("{other}\n{block}"))),
            &[],
            2,
        ),
        (
            config_map(&block.replace('|', "| # promvet: ignore[remote-write]")),
            &["4 suppressions/unused # promv", "7 remote-write/url-syntax mimir/x"],
            0,
        ),
        // What is said of comments, where they are and once.
        (
            config_map(&format!("{block} # promvet: ignore[remote-write, tls, nix] x\n  # promvet: ingore[tls]")),
            &["7 suppressions/unused tls, ni", "7 suppressions/unknown nix] x", "8 suppressions/malformed # promv"],
            1,
        ),
        (
            config_map(&format!("{block}\n  # promvet: ignore-file[tls]\n    # promvet: ignore-file[tls]")),
            &["7 remote-write/url-syntax mimir/x", "8 suppressions/unused # promv", "9 suppressions/malformed # promv"],
            0,
        ),
        (
            config_map(&format!("{block} # promvet: ignore[{SYNTAX}] why until 2026-11-21")),
            &["7 remote-write/url-syntax mimir/x", "7 suppressions/lapsed 2026-11"],
            0,
        ),
        // In quotes with escapes, and by an alias a second time.
        (config_map(quoted), &["4 remote-write/url-syntax mimir/x"], 1),
        (
            config_map(&format!("{}\nb.yml: *a", quoted.replace("a.yml:", "a.yml: &a"))
                .replace("[remote-write]", "[tls]")),
            &["4 remote-write/url-syntax b/x # p", "4 suppressions/unused # promv", "4 remote-write/url-syntax mimir/x"],
            0,
        ),
        // A second document that does not parse has comments found by the look of lines.
        (
            config_map("a.yml: \"\\\n  remote_write:\\n\\\n  # promvet: ignore[tls]\\n\\\n  - url: mimir/x\\n\"") + "---\na: [\n",
            &["6 suppressions/unused # promv", "7 remote-write/url-syntax mimir/x"],
            0,
        ),
        // In other files.
        (
            format!("{outside}        # promvet: ignore[remote-write] $$\n        - url: mimir/x\n        - url: $${{x}}/y # promvet: ignore[tls]\n"),
            &["8 suppressions/unused # promv"],
            1,
        ),
        (
            format!("kind: Secret\nmetadata: {{name: p}}\nstringData:\n  {} # promvet: ignore[tls]\n", block.replace('\n', "\n  ")),
            &["7 remote-write/url-syntax mimir/x", "7 suppressions/unused # promv"],
            0,
        ),
        (
            "serverFiles:\n  prometheus.yml:\n    # promvet: ignore[remote-write]\n    remote_write:\n    - url: mimir/x # promvet: ignore[tls]\n".to_owned(),
            &["5 suppressions/unused # promv"],
            1,
        ),
        // Texts beside the configuration: those that are judged.
        (
            config_map(&format!(
                "{block}\nr.yml: |\n  groups:\n    - name: g\n      rules:\n        # promvet: ignore[files/promql]\n        - {{record: 'a:b', expr: 'sum('}}\nrun.sh: |\n  # promvet: check"
            ).replace("remote_write", "rule_files: [r.yml]\n  remote_write")),
            &["8 remote-write/url-syntax mimir/x"],
            1,
        ),
    ] {
        let found: Vec<_> = found.iter().map(|&one| one.to_owned()).collect();
        assert_eq!(reported(&scratch, &source), (found, hidden), "{source}");
    }
}

#[test]
fn comments_in_other_files_are_listed_and_held_against_the_revision() {
    let list = "prometheus.yml: |\n  remote_write:\n    # promvet: ignore[remote-write] x\n    - name: a\n      url: mimir/x";
    let inner = format!(
        "{}\nb.yml: |\n  # promvet: ignore-file[tls]\n  remote_write: []",
        list
    );
    let old = config_map(&inner);
    let scratch = Scratch::repository(&[("a.yml", &old)]);
    let json = scratch.json(&["suppressions"]);
    let listed: Vec<_> = report::list(&json, "suppressions")
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                one["line"],
                text(one, "logical"),
                one["whole_file"]
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            "6 data[\"prometheus.yml\"].remote_write[0] false",
            "10 data[\"b.yml\"] false"
        ]
    );
    for (now, added) in [
        (old.clone(), false),
        (
            config_map(&inner.replace("    # prom", "\n    # prom")),
            false,
        ),
        (
            format!("kind: Namespace\nmetadata: {{name: a}}\n---\n{old}"),
            false,
        ),
        (old.replace("name: a", "name: b"), true),
        (old.replace("name: p", "name: q"), true),
        (
            format!("# promvet: ignore-file[tls]\n{}", config_map(list)),
            true,
        ),
    ] {
        scratch.write(&[("a.yml", &now)]);
        let lines = places(&scratch, &["--config-from", "main"]).1;
        let found = lines
            .iter()
            .any(|line| line.ends_with("suppressions/added"));
        assert_eq!(found, added, "{now}{lines:?}");
    }
}

#[test]
fn fixes_are_edits_that_can_be_applied() {
    let good = "scrape_configs:\n  - job_name: a\n";
    for (source, fixed) in [
        (
            format!("# promvet: ignore-file[tls] x\n{good}"),
            good.to_owned(),
        ),
        (
            good.replace(": a", ": a # promvet: ignore[tls] x"),
            good.to_owned(),
        ),
        (
            ignored(&format!("tls, {SYNTAX}] x")),
            ignored(&format!("{SYNTAX}] x")),
        ),
        (
            ignored(&format!("{SYNTAX} , tls,opstrace ] x")),
            ignored(&format!("{SYNTAX} ] x")),
        ),
        (
            ignored(&format!("tls, {SYNTAX}, opstrace] x")),
            ignored(&format!("{SYNTAX}] x")),
        ),
        (
            ignored("remote-write/url-syntx] x"),
            ignored(&format!("{SYNTAX}] x")),
        ),
        (
            ignored(&format!("{SYNTAX}, nonsense] x")),
            ignored(&format!("{SYNTAX}] x")),
        ),
        (
            config_map(&format!(
                "a: |\n    # promvet: ignore-file[tls] x\n    {}",
                good.replace('\n', "\n    ")
            )),
            config_map(&format!("a: |\n    {}", good.replace('\n', "\n    "))),
        ),
        (
            config_map("a: >-\n  scrape_configs: []\n\n  # promvet: ignore[tls] x"),
            config_map("a: >-\n  scrape_configs: []\n\n"),
        ),
        (
            config_map("a: |\n  scrape_configs: [] # promvet: ignore[nonsense, tls] x"),
            config_map("a: |\n  scrape_configs: [] # promvet: ignore[tls] x"),
        ),
        (
            config_map("a: \"scrape_configs: [] # promvet: ignore[tls] x\\nglobal: {}\""),
            config_map("a: \"scrape_configs: []\\nglobal: {}\""),
        ),
        (
            config_map(
                "a: \"scrape_configs: []\\n\\\n  # promvet: ignore[tls] x\\n\\\n  global: {}\"",
            ),
            config_map("a: \"scrape_configs: []\\n\\\n  \\\n  global: {}\""),
        ),
    ] {
        for line_break in ["\n", "\r\n"] {
            let source = source.replace('\n', line_break);
            let fixed = fixed.replace('\n', line_break);
            let scratch = Scratch::new(&[("a.yml", &source)]);
            let json = scratch.json(&[]);
            let of_group = |one: &&Value| text(one, "rule").starts_with("suppressions/");
            let finding = report::findings(&json).iter().find(of_group).unwrap();
            let mut out = source.clone();
            for edit in report::list(&finding["fix"], "edits").iter().rev() {
                let at =
                    |end: &str| usize::try_from(edit[end]["offset"].as_u64().unwrap()).unwrap();
                out.replace_range(at("start")..at("end"), edit["text"].as_str().unwrap());
            }
            assert_eq!(out, fixed);
        }
    }
}

#[test]
fn a_broken_suppression_policy_stops_the_run() {
    for (policy, expected) in [
        (
            "suppressions: {forbid: tsl}\n",
            "promvet.yaml:1:24: unknown rule or group `tsl`; write `tls`",
        ),
        (
            "suppressions: {reason: maybe}\n",
            "promvet.yaml:1:24: `reason`: expected `required` or `optional`",
        ),
        (
            "suppressions: {baseline: none.json}\n",
            "none.json: cannot read the baseline: no such file or folder; create one with `promvet baseline`",
        ),
    ] {
        let scratch = Scratch::new(&[("promvet.yaml", policy), ("a.yml", BAD)]);
        let ran = scratch.promvet(&[]);
        assert_eq!(ran.status, Some(2), "{policy}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn what_a_change_uncovers_is_new() {
    let hidden = ignored(&format!("{SYNTAX}] x"));
    let scratch = Scratch::repository(&[("a.yml", &hidden), ("b.yml", BAD)]);
    let since = ["--since", "main"];
    assert_eq!(places(&scratch, &since), NONE);
    scratch.write(&[("a.yml", BAD)]);
    assert_eq!(
        places(&scratch, &since),
        (1, vec![format!("a.yml:3 {SYNTAX}")])
    );
    assert_eq!(
        places(&scratch, &["--staged"]),
        NONE,
        "not yet in the index"
    );
    scratch.git(&["add", "-A"]);
    assert_eq!(
        places(&scratch, &["--staged"]),
        (1, vec![format!("a.yml:3 {SYNTAX}")])
    );
    // What is hidden now and was shown does not matter, wherever it has moved.
    scratch.write(&[
        ("b.yml", &format!("\n# Moved.\n{hidden}")),
        ("a.yml", &hidden),
    ]);
    assert_eq!(places(&scratch, &since), NONE);
    // A suppression that was idle before is not new either, but one that became idle is.
    scratch.write(&[("c.yml", &ignored("tls] x"))]);
    scratch.commit("Second");
    scratch.write(&[("c.yml", &format!("\n\n{}", ignored("tls] x")))]);
    assert_eq!(places(&scratch, &since), NONE);
    scratch.write(&[(
        "a.yml",
        &hidden.replace("mimir/api/v1/push", "http://prometheus:9090/api/v1/write"),
    )]);
    assert_eq!(
        places(&scratch, &since),
        (0, vec!["a.yml:2 suppressions/unused".into()])
    );
}

#[test]
fn suppressions_are_listed_with_their_age() {
    let scratch = Scratch::repository(&[
        (
            "a/a.yml",
            &ignored(&format!("{SYNTAX}, tls] old gateway until 2026-11-10")),
        ),
        ("b.yml", BAD),
        (
            "rules.yml",
            "groups:\n  - name: g # promvet: ignore[files]\n",
        ),
    ]);
    scratch.write(&[("b.yml", &format!("# promvet: ignore-file[tls]\n{BAD}"))]);
    let now = ["suppressions", "--now", "2026-11-22T12:00:00Z"];
    let ran = scratch.promvet(&now);
    assert_eq!(
        (ran.status, ran.stdout),
        (
            Some(0),
            "\
WHERE        RULES                         UNTIL                AGE      REASON
a/a.yml:2    remote-write/url-syntax, tls  2026-11-10 (lapsed)  21 days  old gateway
b.yml:1      tls (whole file)
rules.yml:2  files                                              21 days

3 suppressions; 1 lapsed.
"
            .to_owned()
        )
    );
    let json = scratch.json(&now);
    assert_eq!(json["version"], 1);
    let first = &json["suppressions"][0];
    assert_eq!(
        (
            &first["path"],
            &first["line"],
            &first["age_days"],
            &first["lapsed"],
            &first["logical"]
        ),
        (
            &"a/a.yml".into(),
            &2.into(),
            &21.into(),
            &true.into(),
            &"remote_write[0]".into()
        )
    );
    assert_eq!(json["suppressions"][1]["age_days"], Value::Null);
    let elsewhere = Scratch::new(&[("a.yml", BAD)]);
    assert_eq!(
        elsewhere.promvet(&["suppressions"]).stdout,
        "0 suppressions.\n"
    );
}

const SECRET: &str = "tok-1234567890abcdef";

#[test]
fn a_baseline_hides_what_was_accepted_and_nothing_else() {
    let bad = format!(
        "{BAD}    bearer_token: {SECRET}\n    tls_config: {{insecure_skip_verify: true}}\n"
    );
    let scratch = Scratch::new(&[("sub/a.yml", &bad), ("b.yml", BAD)]);
    let ran = scratch.promvet(&["baseline"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with("promvet-baseline.json: "),
        "{}",
        ran.stdout
    );
    let written = scratch.read("promvet-baseline.json");
    assert!(
        !written.contains(SECRET) && written.ends_with("}\n"),
        "{written}"
    );
    let with = ["--baseline", "promvet-baseline.json", "--fail-on", "info"];
    assert_eq!(places(&scratch, &with), NONE);
    assert!(scratch.json(&with)["summary"]["suppressed"].as_u64() > Some(2));
    assert_eq!(
        scratch.promvet(&["audit", with[0], with[1]]).status,
        Some(0)
    );

    // The same from elsewhere, twice, and after lines have moved.
    let again = scratch.promvet_in(
        "sub",
        &["baseline", "..", "--baseline", "../promvet-baseline.json"],
    );
    assert_eq!(again.status, Some(0), "{}", again.stderr);
    assert_eq!(scratch.read("promvet-baseline.json"), written);
    let neighbor = "remote_write:\n  - name: new\n    url: http://prometheus:9090/api/v1/write\n\n";
    scratch.write(&[("sub/a.yml", &bad.replace("remote_write:\n", neighbor))]);
    assert_eq!(places(&scratch, &with), NONE);

    // Another value, and with it another destination, where nothing is accepted.
    scratch.write(&[("sub/a.yml", &bad.replace("mimir/", "thanos/"))]);
    let (status, lines) = places(&scratch, &with);
    let stale = lines
        .iter()
        .filter(|line| line.ends_with("suppressions/baseline-stale"));
    assert_eq!((status, stale.count()), (1, 2), "{lines:?}");
    for new in [
        &format!("sub/a.yml:3 {SYNTAX}"),
        "sub/a.yml:4 credentials/committed",
        "sub/a.yml:5 tls/insecure-skip-verify",
    ] {
        assert!(lines.iter().any(|line| line == new), "{lines:?}");
    }
}

#[test]
fn whatever_is_in_a_file_can_be_accepted() {
    let scratch = Scratch::empty();
    for (number, value) in [
        "mimir/\u{7f}",
        "'mimir/\u{2028}x'",
        "\"mimir/\\\"quoted\\\" ü 日本 👩‍🔧\"",
        "'mimir/ \u{feff}#: [x]'",
        "mimir/\u{9b}",
        "'\u{85}mimir\u{e0001}'",
    ]
    .iter()
    .enumerate()
    {
        let source = format!("scrape_configs: []\nremote_write:\n  - name: a\n    url: {value}\n");
        scratch.write(&[(&format!("{number}.yml"), &source)]);
    }
    assert!(places(&scratch, &[]).1.len() >= 6);
    let written = scratch.promvet(&["baseline"]);
    assert_eq!(written.status, Some(0), "{}", written.stderr);
    let with = ["--baseline", "promvet-baseline.json"];
    assert_eq!(places(&scratch, &with), NONE);
}

#[test]
fn how_many_are_accepted_counts() {
    let entry = "  - url: mimir/api/v1/push\n";
    let source = |n| format!("remote_write:\n{}", entry.repeat(n));
    let scratch = Scratch::new(&[("a.yml", &source(2))]);
    scratch.promvet(&["baseline"]);
    let of_rule = |args: &[&str]| {
        let lines = places(&scratch, args).1;
        lines.iter().filter(|line| line.ends_with(SYNTAX)).count()
    };
    let with = ["--baseline", "promvet-baseline.json"];
    assert_eq!(of_rule(&with), 0);
    scratch.write(&[("a.yml", &source(3))]);
    assert_eq!(of_rule(&with), 1);
}

#[test]
fn what_no_longer_occurs_is_reported_and_pruned() {
    let scratch = Scratch::new(&[
        ("a.yml", BAD),
        ("b.yml", BAD),
        (
            "promvet.yaml",
            "suppressions: {baseline: ci/accepted.json}\n",
        ),
        ("ci/accepted.json", "{\"version\": 1, \"accepted\": []}"),
    ]);
    let written = scratch.promvet(&["baseline"]);
    assert_eq!(written.stdout, "ci/accepted.json: 2 accepted findings.\n");
    assert_eq!(places(&scratch, &[]), NONE);
    let whole = scratch.read("ci/accepted.json");
    scratch.write(&[(
        "a.yml",
        &BAD.replace("mimir/api/v1/push", "http://prometheus:9090/api/v1/write"),
    )]);
    scratch.remove("b.yml");
    // A run over one file knows nothing of the others.
    assert_eq!(
        places(&scratch, &["a.yml"]),
        (
            0,
            vec!["ci/accepted.json:4 suppressions/baseline-stale".into()]
        )
    );
    let stale = |line: u32| format!("ci/accepted.json:{line} suppressions/baseline-stale");
    assert_eq!(places(&scratch, &[]), (0, vec![stale(4), stale(11)]));
    scratch.write(&[("c.yml", BAD)]);
    assert_eq!(
        scratch.promvet(&["baseline", "--prune"]).stdout,
        "ci/accepted.json: 0 accepted findings; 2 that no longer occur were removed.\n"
    );
    assert_eq!(
        places(&scratch, &[]),
        (1, vec![format!("c.yml:3 {SYNTAX}")]),
        "pruning accepts nothing"
    );
    scratch.write(&[("ci/accepted.json", &whole)]);
    let kept = scratch.promvet(&["baseline", "c.yml"]);
    assert_eq!(kept.stdout, "ci/accepted.json: 3 accepted findings.\n");
}

#[test]
fn a_broken_baseline_stops_the_run_and_is_not_pruned() {
    let scratch = Scratch::new(&[("a.yml", BAD)]);
    for (content, expected) in [
        ("{", "b.json:1:2: this baseline is not JSON"),
        (
            "[]",
            "b.json:1:1: not a baseline: it has neither `version` nor `accepted`",
        ),
        (
            "{\"version\": 3}",
            "b.json:1:13: `version`: this promvet does not know this version",
        ),
        (
            "{\"version\": 1, \"accepted\": [{\"rule\": \"x\"}]}",
            "b.json:1:29: an entry of `accepted` needs",
        ),
        (
            "{\"version\": 1, \"acepted\": []}",
            "b.json:1:16: unknown key `acepted` in a baseline; write `accepted`",
        ),
        (
            "{\"version\": 1, \"accepted\": [{\"rule\": \"x\", \"path\": \"y\", \"count\": 0}]}",
            "`count`: expected a whole number from 1 up",
        ),
    ] {
        scratch.write(&[("b.json", content)]);
        for args in [
            &["--baseline", "b.json"][..],
            &["baseline", "--prune", "--baseline", "b.json"],
            &["baseline", "--baseline", "b.json"],
        ] {
            let ran = scratch.promvet(args);
            assert_eq!(ran.status, Some(2), "{content}");
            assert!(ran.stderr.contains(expected), "{content}: {}", ran.stderr);
            assert_eq!(scratch.read("b.json"), content);
        }
    }
    let nowhere = scratch.promvet(&["--baseline", "none.json"]);
    assert_eq!(nowhere.status, Some(2));
    assert!(
        nowhere
            .stderr
            .contains("none.json: cannot read the baseline")
    );
    let prune = scratch.promvet(&["baseline", "--prune"]);
    assert_eq!(prune.status, Some(2));
    assert!(!scratch.at("promvet-baseline.json").exists());
}

#[test]
fn a_change_can_t_loosen_its_own_gate() {
    let scratch = Scratch::repository(&[
        ("a.yml", "scrape_configs:\n  - job_name: a\n"),
        ("promvet.yaml", "rules: {suppressions/added: error}\n"),
    ]);
    let gate = ["--config-from", "main"];
    assert_eq!(places(&scratch, &gate), NONE);
    let bad = format!("a.yml:3 {SYNTAX}");
    let loosened: [&[(&str, &str)]; 6] = [
        &[("promvet.yaml", "rules: {remote-write: off}\n")],
        &[(".ignore", "*.yml\n")],
        &[(".gitignore", "a.yml\n")],
        &[
            ("promvet.yaml", "suppressions: {baseline: b.json}\n"),
            (
                "b.json",
                "{\"version\": 1, \"accepted\": [{\"rule\": \"remote-write/url-syntax\", \"path\": \"a.yml\", \"at\": \"remote_write[a].url\", \"value\": \"mimir/api/v1/push\"}]}",
            ),
        ],
        &[(".promvet.yaml", "rules: {remote-write: off}\n")],
        &[("promvet.yaml", "not: [a policy\n")],
    ];
    for files in loosened {
        scratch.git(&["checkout", "-q", "-B", "change", "main"]);
        scratch.write(&[("a.yml", BAD)]);
        scratch.write(files);
        scratch.commit("Loosen");
        assert_eq!(places(&scratch, &gate), (1, vec![bad.clone()]), "{files:?}");
        let both = ["--config-from", "main", "--since", "main"];
        assert_eq!(places(&scratch, &both), (1, vec![bad.clone()]), "{files:?}");
        scratch.git(&["checkout", "-q", "main"]);
    }
    scratch.git(&["checkout", "-q", "-B", "change", "main"]);
    scratch.git(&["rm", "-q", "promvet.yaml"]);
    scratch.write(&[("a.yml", &ignored(&format!("{SYNTAX}] trust me")))]);
    let added = (1, vec!["a.yml:2 suppressions/added".to_owned()]);
    assert_eq!(places(&scratch, &gate), added);
    assert_eq!(
        places(&scratch, &["--config-from", "main", "--since", "main"]),
        added
    );
    scratch.git(&["add", "-A"]);
    assert_eq!(
        places(&scratch, &["--config-from", "main", "--staged"]),
        added
    );
}

#[test]
fn only_what_is_more_than_before_was_added() {
    let old = ignored(&format!("{SYNTAX}] x until 2026-12-31"));
    let scratch = Scratch::repository(&[("a.yml", &old), ("keep.txt", "x")]);
    let gate = ["--config-from", "main", "--now", "2026-11-22"];
    for (now, added) in [
        (old.clone(), false),
        (format!("\n# Moved.\n{old}"), false),
        (old.replace("x until", "another reason until"), false),
        (old.replace("2026-12-31", "2026-12-01"), false),
        (old.replace("2026-12-31", "2027-01-01"), true),
        (old.replace(" until 2026-12-31", ""), true),
        (ignored("remote-write] x until 2026-12-31"), true),
        (old.replace("name: a", "name: b"), true),
        (BAD.to_owned(), false),
    ] {
        scratch.write(&[("a.yml", &now)]);
        let lines = places(&scratch, &gate).1;
        let found = lines
            .iter()
            .any(|line| line.ends_with("suppressions/added"));
        assert_eq!(found, added, "{now}{lines:?}");
    }
    scratch.write(&[("a.yml", &old)]);
    scratch.git(&["mv", "a.yml", "b.yml"]);
    assert_eq!(
        places(&scratch, &gate),
        NONE,
        "a renamed file keeps its suppressions"
    );
}

#[test]
fn a_revision_that_is_not_there_is_reported() {
    let scratch = Scratch::repository(&[("a.yml", BAD)]);
    let ran = scratch.promvet(&["--config-from", "nowhere"]);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr.contains("revision nowhere not found"),
        "{}",
        ran.stderr
    );
    let outside = Scratch::new(&[("a.yml", BAD)]);
    let ran = outside.promvet(&["--config-from", "main"]);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr.contains("is not in a git work tree"),
        "{}",
        ran.stderr
    );
    let clone = Scratch::empty();
    scratch.commit("Second");
    let source = format!("file://{}", scratch.path().display());
    clone.git(&["clone", "-q", "--depth", "1", &source, "c"]);
    let ran = clone.promvet_in("c", &["--config-from", "HEAD~"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("shallow"), "{}", ran.stderr);
}

/// A custom rule, by the rest of its front matter.
fn custom_rule(rest: &str) -> String {
    let page = "---\nseverity: error\nnode: remote_write\nwhen: url.scheme == 'http'\n\
                message: samples leave over http\n";
    format!("{page}{rest}---\n# No samples over http\n")
}

const HTTP: &str = "\
remote_write:
  # promvet: ignore[acme/https] the network is ours
  - url: http://localhost:9009/api/v1/push
";

#[test]
fn custom_rules_are_suppressed_unless_their_page_forbids_it() {
    let policy = ("promvet.yaml", "rule_folders: rules\n");
    let open = custom_rule("");
    let page = "rules/acme/https.md";
    let scratch = Scratch::new(&[policy, ("prometheus.yml", HTTP), (page, &open)]);
    assert_eq!(places(&scratch, &[]), NONE);

    let locked = custom_rule("no_ignore: true\n");
    scratch.write(&[(page, &locked)]);
    let (status, found) = places(&scratch, &[]);
    let expected = [
        "prometheus.yml:2 suppressions/forbidden",
        "prometheus.yml:3 acme/https",
    ];
    assert_eq!((status, &*found), (1, &expected.map(str::to_owned)[..]));
    let evidence = &scratch.json(&[])["findings"][0]["evidence"][0];
    assert_eq!(evidence["path"], page, "{evidence}");

    scratch.write(&[(page, &custom_rule("no_ignore: false\n"))]);
    assert_eq!(places(&scratch, &[]), NONE);
    scratch.write(&[("prometheus.yml", &HTTP.replace("acme/https", "acme/htps"))]);
    let (_, found) = places(&scratch, &[]);
    assert!(
        found.contains(&"prometheus.yml:2 suppressions/unknown".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_change_does_not_loosen_the_rules_that_judge_it() {
    let page = "rules/acme/https.md";
    let scratch = Scratch::repository(&[
        ("promvet.yaml", "rule_folders: rules\n"),
        (page, &custom_rule("")),
    ]);
    scratch.write(&[
        (page, &custom_rule("").replace("'http'", "'ftp'")),
        (
            "prometheus.yml",
            &HTTP.replace("  # promvet: ignore[acme/https] the network is ours\n", ""),
        ),
    ]);
    assert_eq!(places(&scratch, &[]), NONE);
    let refused = (1, vec!["prometheus.yml:2 acme/https".to_owned()]);
    assert_eq!(places(&scratch, &["--config-from", "main"]), refused);
    fs::remove_dir_all(scratch.at("rules")).unwrap();
    scratch.remove("promvet.yaml");
    assert_eq!(places(&scratch, &["--config-from", "main"]), refused);
}

//! `--fix`: the changes that findings offer, on every example of every page.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use promvet::finding::Severity;
use promvet::rules;
use promvet::rules::example::{self, Example};
use promvet::run::{self, Changes, FixLevel, Fixed, Request, Run};
use promvet::source::{Memory, Tree};

use crate::support::scratch::Scratch;

/// The day on which the examples of pages are judged.
const TODAY: i64 = 1_795_368_963;

fn request() -> Request {
    Request {
        paths: vec![PathBuf::from(".")],
        now: TODAY,
        threads: 1,
        ..Request::default()
    }
}

fn tree(example: &Example) -> Memory {
    let own = (&example.path, &example.text);
    let others = example.files.iter().map(|(path, text)| (path, text));
    others
        .chain([own])
        .fold(Memory::new(), |tree, (path, text)| {
            tree.file(format!("/tree/{path}"), text.clone().into_bytes())
        })
}

fn fixed(level: FixLevel, tree: &dyn Tree) -> Fixed {
    let request = request();
    let changes = Changes {
        level: Some(level),
        reason: None,
    };
    run::fixed(&changes, &request, tree, &mut |tree| {
        Ok(run::run(&request, tree))
    })
    .unwrap()
}

/// How many findings, from warning upwards, each rule has.
fn counts(run: &Run) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for reported in run.outcome.findings() {
        if reported.finding.severity > Severity::Info {
            *out.entry(reported.finding.rule.to_string()).or_default() += 1;
        }
    }
    out
}

/// The rules whose findings offer a change.
fn offers(run: &Run) -> BTreeSet<String> {
    let findings = run.outcome.findings().iter().map(|it| &it.finding);
    let fixable = findings.filter(|finding| finding.fix.is_some());
    fixable.map(|finding| finding.rule.to_string()).collect()
}

fn comments(text: &str) -> Vec<&str> {
    let lines = text.lines();
    let begins = |line: &str, at: usize| line[..at].is_empty() || line[..at].ends_with(' ');
    let comments = lines.filter_map(|line| {
        let mut marks = line.match_indices('#');
        let (at, _) = marks.find(|(at, _)| begins(line, *at))?;
        Some(line[at..].trim())
    });
    comments.collect()
}

#[test]
fn what_is_fixed_is_gone_brings_nothing_new_and_stays() {
    let mut wrong = Vec::new();
    let mut offered = BTreeSet::new();
    for page in rules::all() {
        for example in example::examples(page.text) {
            let before = run::run(&request(), &tree(&example));
            offered.extend(offers(&before));
            for level in [FixLevel::Safe, FixLevel::Unsafe] {
                let found = faults(level, &example, &before);
                let place = format!("rules/{}.md:{} {level:?}", page.name, example.line);
                wrong.extend(found.into_iter().map(|it| format!("{place}: {it}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in &offered {
        let page = rules::find(rule).unwrap();
        assert!(
            page.fixable,
            "{rule}: `fixable: true` is missing in its page"
        );
    }
    assert!(offered.len() >= 35, "{}: {offered:?}", offered.len());
}

/// What is wrong with how an example is fixed.
fn faults(level: FixLevel, example: &Example, before: &Run) -> Vec<String> {
    let mut out = Vec::new();
    let first = fixed(level, &tree(example));
    let left = first.run.outcome.findings().iter().map(|it| &it.finding);
    for finding in left {
        if let Some(fix) = &finding.fix
            && (fix.safe || level == FixLevel::Unsafe)
        {
            out.push(format!(
                "{} is still there: {}",
                finding.rule, finding.message
            ));
        }
    }
    let (then, now) = (counts(before), counts(&first.run));
    for (rule, count) in &now {
        // The same secret again: it was reported as one that is broken.
        let is_same =
            rule == "credentials/committed" && then.contains_key("credentials/inline-newline");
        if !is_same && *count > then.get(rule).copied().unwrap_or(0) {
            out.push(format!("{rule} is new"));
        }
    }
    let mut after = example.clone();
    for file in &first.files {
        let path = file.shown.to_string();
        let text = match after.files.iter_mut().find(|(name, _)| *name == path) {
            Some((_, text)) => text,
            None => &mut after.text,
        };
        let new = file.new.content().to_owned();
        let is_comment = offers(before)
            .iter()
            .any(|rule| rule.starts_with("suppressions/"));
        if !is_comment && comments(text) != comments(&new) {
            out.push(format!("comments of {path} changed: {new}"));
        }
        *text = new;
    }
    let second = fixed(level, &tree(&after));
    if let Some(file) = second.files.first() {
        out.push(format!("changed again: {}", file.new.content()));
    }
    out
}

const FAULTY: &str = "# top\r\nglobal:\r\n  scrape_intervall: 15s # keep\r\nscrape_configs:\r\n\
\x20 - job_name: 'a'\r\n    bearer_tokn: hunter2-0123456789\r\n    static_configs:\r\n    - targets: ['a:1']\r\n";

const MENDED: &str = "# top\r\nglobal:\r\n  scrape_interval: 15s # keep\r\nscrape_configs:\r\n\
\x20 - job_name: 'a'\r\n    bearer_token: hunter2-0123456789\r\n    static_configs:\r\n    - targets: ['a:1']\r\n";

#[test]
fn a_file_is_changed_where_it_is_wrong_and_nowhere_else() {
    for mark in ["", "\u{feff}"] {
        let folder = Scratch::new(&[("prometheus.yml", &format!("{mark}{FAULTY}"))]);
        let ran = folder.promvet(&["check", "--fix", "."]);
        assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(folder.read("prometheus.yml"), format!("{mark}{MENDED}"));
        assert!(
            ran.stderr.contains("fixed 2 findings in 1 file"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stdout.contains("credentials/committed"),
            "{}",
            ran.stdout
        );
        let again = folder.promvet(&["check", "--fix", "."]);
        assert!(
            again.stderr.contains("fixed 0 findings"),
            "{}",
            again.stderr
        );
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "no draft is left");
    }
}

#[test]
fn a_patch_is_shown_without_secrets_and_changes_nothing() {
    let folder = Scratch::new(&[("prometheus.yml", &FAULTY.replace('\r', ""))]);
    let ran = folder.promvet(&["check", "--fix", "--diff", "."]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout
            .starts_with("--- a/prometheus.yml\n+++ b/prometheus.yml\n@@ ")
    );
    for line in [
        "-  scrape_intervall: 15s # keep",
        "+  scrape_interval: 15s # keep",
        "-    bearer_tokn: [redacted]",
        "+    bearer_token: [redacted]",
    ] {
        assert!(
            ran.stdout.lines().any(|it| it == line),
            "{line}: {}",
            ran.stdout
        );
    }
    assert!(!ran.said().contains("hunter2"), "{}", ran.said());
    assert_eq!(folder.read("prometheus.yml"), FAULTY.replace('\r', ""));
    folder.promvet(&["check", "--fix", "."]);
    let ran = folder.promvet(&["check", "--diff", "."]);
    assert_eq!((ran.status, &*ran.stdout), (Some(0), ""));
}

#[test]
fn the_patch_can_be_applied() {
    let faulty = FAULTY
        .replace("    bearer_tokn: hunter2-0123456789\r\n", "")
        .replace('\r', "");
    let folder = Scratch::repository(&[("a/prometheus.yml", &faulty)]);
    let patch = folder.promvet(&["check", "--fix", "--diff", "."]).stdout;
    folder.write(&[("patch", &patch)]);
    folder.git(&["apply", "patch"]);
    let fixed = faulty.replace("intervall", "interval");
    assert_eq!(folder.read("a/prometheus.yml"), fixed);
}

#[cfg(unix)]
#[test]
fn nothing_is_changed_through_a_link() {
    let folder = Scratch::new(&[("real/prometheus.yml", FAULTY), ("tree/a.txt", "")]);
    folder.link("tree/linked.yml", "../real/prometheus.yml");
    folder.link("folder", "real");
    for path in ["tree/linked.yml", "folder", "folder/prometheus.yml"] {
        let ran = folder.promvet(&["check", "--fix", path]);
        assert_eq!(folder.read("real/prometheus.yml"), FAULTY, "{path}");
        let says = "not changed: a link leads to it";
        assert!(ran.stderr.contains(says), "{path}: {}", ran.said());
    }
}

#[test]
fn what_cannot_be_fixed_in_place_is_refused() {
    let folder = Scratch::repository(&[("prometheus.yml", FAULTY)]);
    for (args, says) in [
        (&["check", "--fix", "--staged"][..], "--staged"),
        (&["check", "--fix", "-"], "standard input"),
    ] {
        let ran = folder.promvet_fed(args, FAULTY);
        assert_eq!(ran.status, Some(2), "{}", ran.said());
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    let ran = folder.promvet_fed(&["check", "--fix", "--diff", "-"], FAULTY);
    assert!(
        ran.stdout.contains("+  scrape_interval: 15s # keep"),
        "{}",
        ran.said()
    );
    assert_eq!(folder.read("prometheus.yml"), FAULTY);
}

#[test]
fn texts_in_other_files_are_changed_in_their_own_words() {
    for (name, before, after) in [
        (
            "cm.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n      # why\n      - job_nam: a\n        scrape_interval: 10S\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n      # why\n      - job_name: a\n        scrape_interval: 10s\n",
        ),
        (
            "escaped.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: \"scrape_configs:\\n- job_nam: \\\"a\\\"\\n  scrape_interval: 10S\\n\"\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: \"scrape_configs:\\n- job_name: \\\"a\\\"\\n  scrape_interval: 10s\\n\"\n",
        ),
        (
            "a.alloy",
            "prometheus.remote_write \"x\" {\n  endpoint {\n    url = \"metrics.example.com/api/v1/push\" // keep\n    remote_timeot = \"30s\"\n  }\n}\n",
            "prometheus.remote_write \"x\" {\n  endpoint {\n    url = \"https://metrics.example.com/api/v1/push\" // keep\n    remote_timeout = \"30s\"\n  }\n}\n",
        ),
        (
            "compose.yaml",
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.100.0\n    command:\n      - \"-remoteWrite.url=metrics.example.com/api/v1/push\" # why\n",
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.100.0\n    command:\n      - \"-remoteWrite.url=https://metrics.example.com/api/v1/push\" # why\n",
        ),
        (
            "monitor.yaml",
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n    scrape_timeout: 5S # short\n",
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n    scrapeTimeout: 5s # short\n",
        ),
    ] {
        let folder = Scratch::new(&[(name, before)]);
        let ran = folder.promvet(&["check", "--fix", "."]);
        assert_eq!(folder.read(name), after, "{}", ran.said());
    }
}

#[test]
fn what_is_left_is_hidden_by_comments_with_a_reason() {
    let config = "global:\n  scrape_intervall: 15s\nremote_write:\n  # why\n  - url: \"http://mimir.example.com/api/v1/push\"\n    bearer_token: >-\n      hunter2-0123456789\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n      - job_name: a\n        scrape_interval: 10X\n        static_configs: [{targets: ['a:1']}]\n";
    let folder = Scratch::new(&[("prometheus.yml", config), ("cm.yaml", map)]);
    let found = folder.promvet(&["check", ".", "--format", "concise"]);
    assert_eq!(found.status, Some(1), "{}", found.said());
    let reason = "moves to the new gateway until 2099-01-31";
    let ran = folder.promvet(&["check", "--fix", "--add-ignores", reason, "."]);
    assert_eq!(
        ran.status,
        Some(0),
        "{}\n{}",
        ran.said(),
        folder.read("cm.yaml")
    );
    assert!(
        ran.stderr.contains("by comments, in 2 files"),
        "{}",
        ran.stderr
    );
    let (config, map) = (folder.read("prometheus.yml"), folder.read("cm.yaml"));
    assert!(config.contains("  scrape_interval: 15s\n"), "{config}");
    assert!(
        config.contains("\"http://mimir.example.com/api/v1/push\" # promvet: ignore["),
        "{config}"
    );
    let hidden = "scrape_interval: 10X # promvet: ignore[schema/invalid-value] moves to the new gateway until 2099-01-31\n";
    assert!(map.contains(hidden), "{map}");
    let again = folder.json(&["check", "."]);
    assert_eq!(again["findings"].as_array().unwrap().len(), 0, "{again:#}");
    for wrong in ["", "a\nb"] {
        let ran = folder.promvet(&["check", "--add-ignores", wrong, "."]);
        assert_eq!(ran.status, Some(2), "{}", ran.said());
    }
}

/// A comment in a text of several lines would become a part of it.
#[test]
fn no_comment_is_written_into_a_value() {
    let quoted = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: \"scrape_configs:\\n- job_name: a\\n\\\n    \\  scrape_interval: 10X\\n  static_configs: [{targets: ['a:1']}]\\n\\\n    - job_name: node exporter of the\\\n    \\ cluster\\n\"\n";
    let config = "rule_files: [rules.yml]\nremote_write:\n- url: https://h.example.com/api/v1/write\n  bogus: 'x\n\n    y'\n";
    let rules = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: histogram_quantile(\n      99, a\n      ) > 5\n    annotations:\n      b: |\n        Down: {{ $valeu }}\n        {{ nothing }}\n";
    let alloy = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://h.example.com/api/v1/push\"\n    bogus = 1\n  }\n}\n";
    let targets = "[{\"target\": [\"a:80\"]}]\n";
    let jobs = "scrape_configs: [{job_name: a, file_sd_configs: [{files: [t.json]}]}]\n";
    let files = [
        ("a/cm.yaml", quoted),
        ("b/prometheus.yml", config),
        ("b/rules.yml", rules),
        ("c/config.alloy", alloy),
        ("d/prometheus.yml", jobs),
        ("d/t.json", targets),
    ];
    let folder = Scratch::new(&files);
    let before = folder.promvet(&["check", ".", "--format", "concise"]);
    for (path, _) in files.iter().filter(|(path, _)| *path != "d/prometheus.yml") {
        assert!(before.stdout.contains(path), "{path}: {}", before.said());
    }
    let ran = folder.promvet(&["check", "--add-ignores", "old", "."]);
    for (path, content) in files {
        let now = folder.read(path);
        let without: Vec<_> = now
            .lines()
            .filter(|line| !line.trim_start().starts_with("# promvet:"))
            .map(|line| line.split(" # promvet:").next().unwrap())
            .collect();
        let before: Vec<_> = content.lines().collect();
        assert_eq!(without, before, "{path}: {now}\n{}", ran.said());
        if !path.ends_with("prometheus.yml") && !path.ends_with("rules.yml") {
            assert_eq!(now, content, "{path}");
        }
    }
    // What is left is what was there, and no comment is in a value.
    let rules = folder.read("b/rules.yml");
    assert!(
        !rules.contains("quantile( #") && !rules.contains("99, a #"),
        "{rules}"
    );
    assert!(!rules.contains("}} #"), "{rules}");
    let after = folder.promvet(&["check", ".", "--format", "concise"]);
    for line in after
        .stdout
        .lines()
        .filter(|line| line.contains(": error "))
    {
        let rule = line.split(' ').nth(2).unwrap();
        assert!(before.stdout.contains(rule), "{line}\n{}", before.stdout);
    }
}

/// What is behind `#` is the rest of a password and the host.
#[test]
fn a_password_with_a_number_sign_does_not_cost_the_host() {
    let config = "remote_write:\n- url: https://shop:S3cret#Pw@host.example.com/path\n";
    let folder = Scratch::new(&[("prometheus.yml", config)]);
    let ran = folder.promvet(&["check", "--fix=unsafe", "."]);
    assert_eq!(folder.read("prometheus.yml"), config, "{}", ran.said());
    let other = "remote_write:\n- url: https://host.example.com/api/v1/write#part\n";
    let folder = Scratch::new(&[("prometheus.yml", other)]);
    folder.promvet(&["check", "--fix", "."]);
    let fixed = folder.read("prometheus.yml");
    assert!(fixed.contains("/api/v1/write\n"), "{fixed}");
}

#[test]
fn a_summary_says_what_can_be_fixed_and_markdown_suggests_it() {
    let config = "remote_write:\n- url: mimir.example.com/api/v1/push  # a\n  remote_timeout: 30\n  basic_auth: {username: u, password_file: p}\n";
    let folder = Scratch::new(&[("prometheus.yml", config)]);
    let human = folder.promvet(&[]).stdout;
    assert!(
        human.contains("1 fixable with `--fix`, 1 more with `--fix=unsafe`."),
        "{human}"
    );
    let summary = &folder.json(&["check"])["summary"];
    assert_eq!(summary["fixable"].as_u64(), Some(1), "{summary}");
    assert_eq!(summary["fixable_unsafe"].as_u64(), Some(1), "{summary}");
    let markdown = folder.promvet(&["check", "--format", "markdown"]).stdout;
    let suggested = "`prometheus.yml`, line 2:\n\n```suggestion\n- url: https://mimir.example.com/api/v1/push  # a\n```\n";
    assert!(markdown.contains(suggested), "{markdown}");
    // A line with a secret is not suggested.
    let secret = config.replace("mimir.example", "u:s3cret-0123456789@mimir.example");
    folder.write(&[("prometheus.yml", &secret)]);
    let markdown = folder.promvet(&["check", "--format", "markdown"]).stdout;
    assert!(!markdown.contains("s3cret"), "{markdown}");
    assert!(!markdown.contains("- url:"), "{markdown}");
}

#[test]
fn anchors_are_kept_and_one_change_that_breaks_does_not_cost_the_others() {
    let config = "global:\n  scrape_interval: &i 15 s # all\nscrape_configs:\n  - job_name: a\n    scrape_interval: *i\n    static_config: [{targets: [a:80]}]\nremote_write:\n  - url: &u mimir.example.com/api/v1/push\n    remote_timeot: &t !!str '30 s'\n";
    let expected = config
        .replace("15 s", "15s")
        .replace("'30 s'", "'30s'")
        .replace("timeot", "timeout")
        .replace("static_config:", "static_configs:")
        .replace("&u mimir", "&u https://mimir");
    let folder = Scratch::new(&[("prometheus.yml", config)]);
    let ran = folder.promvet(&["check", "--fix", "."]);
    assert_eq!(folder.read("prometheus.yml"), expected, "{}", ran.said());
    assert!(!ran.stderr.contains("not "), "{}", ran.stderr);
}

/// A tree in which one change, and no other, makes the file unreadable.
#[test]
fn the_change_that_breaks_is_singled_out() {
    let config = "global:\n  scrape_intervall: 15s\nscrape_configs:\n  - job_nam: a\n    static_config: [{targets: ['a:80']}]\n    metrics_pth: /a\n";
    let own = Memory::new().file("/tree/prometheus.yml", config.as_bytes().to_vec());
    let changes = Changes {
        level: Some(FixLevel::Safe),
        reason: None,
    };
    let request = request();
    let mut looks = 0;
    let fixed = run::fixed(&changes, &request, &own, &mut |tree| {
        looks += 1;
        let path = PathBuf::from("/tree/prometheus.yml");
        let text = String::from_utf8(tree.read(&path, 10_000).unwrap()).unwrap();
        let text = text.replace("static_configs:", "static_configs: {");
        let seen = Memory::new().file("/tree/prometheus.yml", text.into_bytes());
        Ok(run::run(&request, &seen))
    })
    .unwrap();
    let file = fixed.files.first().unwrap();
    let expected = config
        .replace("intervall", "interval")
        .replace("job_nam:", "job_name:")
        .replace("metrics_pth", "metrics_path");
    assert_eq!(file.new.content(), expected, "{:?}", fixed.declined);
    assert_eq!(file.count, 3);
    let said = "prometheus.yml:5:5: not fixed: the file would not be read as before";
    assert!(fixed.declined.contains(said), "{:?}", fixed.declined);
    assert!(looks < 12, "{looks}");
}

#[test]
fn a_text_over_lines_gets_its_comment_above_its_key() {
    let rules = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: |\n      sum(up) by (job)\n      / histogram_quantile(99, a)\n";
    let folder = Scratch::new(&[
        ("prometheus.yml", "rule_files: [rules.yml]\n"),
        ("rules.yml", rules),
    ]);
    let ran = folder.promvet(&["check", "--add-ignores", "old", "."]);
    let now = folder.read("rules.yml");
    assert!(
        now.contains("    # promvet: ignore[rules/quantile] old\n    expr: |\n"),
        "{now}{}",
        ran.said()
    );
    let after = folder.promvet(&["check", "."]);
    assert!(after.stdout.contains("No findings"), "{}", after.said());
}

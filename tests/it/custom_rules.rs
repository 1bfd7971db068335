//! Custom rules from outside: promvet.yaml names a folder of pages, and `promvet` uses them.

use std::fs;
use std::path::Path;

use crate::support::program::{ROOT, promvet};
use crate::support::report::{list, text};
use crate::support::scratch::Scratch;
use serde_json::Value;

const POLICY: &str = "rule_folders: rules\n";

/// A rule with an example of each kind.
const RULE: &str = "---
severity: error
node: remote_write
when: url.scheme != 'https'
message: samples leave for {url.host} over {url.scheme}
help: write https
---
# Samples leave over https

Because.

```yaml bad
remote_write:
  - url: http://a.example.com/api/v1/push
    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: a.example.com over http
```

```yaml good
remote_write:
  - url: https://a.example.com/api/v1/push
```
";

const HTTP: &str =
    "remote_write:\n  - url: http://localhost:9009/api/v1/push\n    headers: {X-Scope-OrgID: a}\n";

fn concise(folder: &Scratch, args: &[&str]) -> String {
    let ran = folder.promvet(&[&["check", "--format", "concise"], args].concat());
    ran.stdout
}

#[test]
fn a_finding_is_where_the_fault_is_and_has_the_level_of_the_policy() {
    let line = "prometheus.yml:2:10: error acme/https samples leave for localhost over http";
    for (policy, files, expected) in [
        (POLICY, &["rules/acme/https.md"][..], line.to_owned()),
        (
            "rule_folders: [./rules]\n",
            &["rules/acme/https.md"],
            line.to_owned(),
        ),
        (
            "rule_folders: a/b\n",
            &["a/b/acme/https.md"],
            line.to_owned(),
        ),
        (
            "rule_folders: rules\nrules: {acme/https: warning}\n",
            &["rules/acme/https.md"],
            line.replace("error", "warning"),
        ),
        (
            "rule_folders: rules\nrules: {acme: info}\n",
            &["rules/acme/https.md"],
            line.replace("error", "info"),
        ),
        (
            "rule_folders: rules\nrules: {acme: off}\n",
            &["rules/acme/https.md"],
            String::new(),
        ),
        (POLICY, &["rules/https.md"], line.replace("acme/", "own/")),
        (POLICY, &["rules/README.md"], String::new()),
        (
            "rule_folders: []\n",
            &["rules/acme/https.md"],
            String::new(),
        ),
    ] {
        let mut all = vec![
            ("promvet.yaml", policy),
            ("prometheus.yml", HTTP),
            ("rules/x.txt", ""),
        ];
        all.extend(files.iter().map(|path| (*path, RULE)));
        let folder = Scratch::new(&all);
        let found = concise(&folder, &[]);
        let own: Vec<_> = found
            .lines()
            .filter(|line| line.contains(" leave for "))
            .collect();
        assert_eq!(own.join("\n"), expected, "{policy} {files:?}: {found}");
    }
}

#[test]
fn a_mistake_in_a_page_is_an_error_with_its_place() {
    let broken = RULE.replace("url.scheme !=", "url.shceme !=");
    for (policy, page, expected) in [
        (
            POLICY,
            &*broken,
            "rules/acme/x.md:4:11: it has no `shceme`; write `scheme`",
        ),
        (
            POLICY,
            "# no front matter\n",
            "rules/acme/x.md:1:1: a rule page begins with front matter",
        ),
        (
            POLICY,
            "---\na: [\n---\n# T\n",
            "the front matter is not YAML",
        ),
        (
            "rule_folders: nowhere\n",
            RULE,
            "promvet.yaml:1:15: cannot read the folder nowhere: ",
        ),
        (
            "rule_folders: ../x\n",
            RULE,
            "promvet.yaml:1:15: a rule folder leads out of the tree",
        ),
        (
            "rule_folders: rules\nrules: {acme/y: off}\n",
            RULE,
            "unknown rule or group `acme/y`; write `acme/x`",
        ),
    ] {
        let folder = Scratch::new(&[
            ("promvet.yaml", policy),
            ("rules/acme/x.md", page),
            ("prometheus.yml", HTTP),
        ]);
        for args in [&["check"][..], &["test"], &["audit"]] {
            let ran = folder.promvet(args);
            assert_eq!(ran.status, Some(2), "{args:?} {policy}: {}", ran.stdout);
            assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
        }
    }
    let folder = Scratch::new(&[
        ("promvet.yaml", POLICY),
        ("rules/tls/min-version.md", RULE),
        ("prometheus.yml", HTTP),
    ]);
    let ran = folder.promvet(&[]);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr.contains("is the name of a built-in rule"),
        "{}",
        ran.stderr
    );
}

#[test]
fn hostile_pages_end_with_a_clear_error() {
    let page =
        |front: &str| format!("---\nseverity: error\nnode: config\nmessage: m\n{front}---\n# T\n");
    let when = |condition: &str| page(&format!("when: \"{condition}\"\n"));
    for (text, expected) in [
        (when(&"(".repeat(9_000)), "nested more than 32 deep"),
        (when(&"[".repeat(900_000)), "the limit is 10000"),
        (when(&("1+".repeat(4_900) + "1 > 1")), "the limit is 1000"),
        (when(&("a.".repeat(4_900) + "b")), "the limit is 1000"),
        (when(&("-".repeat(9_000) + "1")), "the condition"),
        (when(&("true ? 1 : ".repeat(800) + "1")), "nested too deep"),
        (
            when(
                "self.scrape_configs.all(a, self.scrape_configs.all(b, self.scrape_configs.all(c, a == b || b == c)))",
            ),
            "nested 3 deep",
        ),
        (
            when("'x'.matches('((a{100}){100}){100}')"),
            "it is too large",
        ),
        (when("'x'.matches('(a')"), "unclosed group"),
        (when("true \\u0000"), "the condition cannot be parsed"),
        (
            page("when: 'true'\nat: *missing\n"),
            "the front matter is not YAML",
        ),
        (
            page(&format!("when: {}\n", "[".repeat(20_000))),
            "the front matter is not YAML",
        ),
        (
            page(&format!("when: {}\n", "{a: ".repeat(9_000))),
            "the front matter is not YAML",
        ),
        (
            page("when: 'true'\nhelp: &a [*a]\n"),
            "the front matter is not YAML",
        ),
        (
            page("when: 'true'\nhelp: '{ {'\n"),
            "this brace is not closed",
        ),
        ("---\n".repeat(100_000), "a rule page needs a title"),
        (
            format!("---\n{}", "a: b\n".repeat(100_000)),
            "a rule page begins with front matter",
        ),
        (
            "\u{0}\u{1}\u{2}".to_owned(),
            "a rule page begins with front matter",
        ),
    ] {
        let folder = Scratch::new(&[
            ("promvet.yaml", POLICY),
            ("rules/acme/x.md", &text),
            ("prometheus.yml", HTTP),
        ]);
        let ran = folder.promvet(&[]);
        let said = ran.stderr;
        let start: String = text.chars().take(120).collect();
        assert_eq!(ran.status, Some(2), "{start}: {said}");
        assert!(said.contains(expected), "{start}: {said}");
        assert!(said.contains("rules/acme/x.md:"), "{start}: {said}");
        assert!(said.lines().count() < 10, "{start}: {said}");
    }
    let folder = Scratch::new(&[("promvet.yaml", POLICY), ("prometheus.yml", HTTP)]);
    folder.file("rules/acme/x.md", b"---\nseverity: \xff\xfe\n---\n# T\n");
    let ran = folder.promvet(&[]);
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
}

#[test]
fn what_costs_too_much_or_fails_is_reported_and_never_silently_false() {
    let growing = ".map(x, {'a': x, 'b': x, 'c': x, 'd': x})".repeat(12);
    for (when, expected) in [
        (
            format!("size([self]{growing}) > 1"),
            "the condition is too expensive for this value",
        ),
        (
            "self.name == 'x'".to_owned(),
            "there is no key `name`; ask with `has(…)` first",
        ),
    ] {
        let rule = RULE.replace("when: url.scheme != 'https'", &format!("when: \"{when}\""));
        let folder = Scratch::new(&[
            ("promvet.yaml", POLICY),
            ("rules/acme/x.md", &rule),
            ("prometheus.yml", HTTP),
        ]);
        let report = folder.json(&["--fail-on", "never"]);
        let unchecked = list(&report, "unchecked").iter();
        let reasons: Vec<_> = unchecked.map(|one| text(one, "reason")).collect();
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("acme/x") && reason.contains(expected)),
            "{when}: {report:#}"
        );
    }
}

#[test]
fn rule_files_are_judged_once_with_or_without_a_configuration() {
    let rule = "---\nseverity: warning\nnode: alerting_rule\nwhen: '!has(self.labels)'\nmessage: the alert {self.alert} has no labels\nat: alert\n---\n# T\n";
    let rules = "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n";
    let line = "r/a.yml:4:12: warning acme/x the alert Down has no labels";
    for (config, args) in [
        (Some("rule_files: [r/a.yml]\n"), &[][..]),
        (Some("rule_files: [r/a.yml]\n"), &["prometheus.yml"]),
        (None, &[]),
    ] {
        let mut files = vec![
            ("promvet.yaml", POLICY),
            ("rules/acme/x.md", rule),
            ("r/a.yml", rules),
        ];
        files.extend(config.map(|text| ("prometheus.yml", text)));
        let folder = Scratch::new(&files);
        assert_eq!(concise(&folder, args).trim(), line, "{config:?} {args:?}");
    }
    // Jobs that a configuration includes are jobs too.
    let job = "---\nseverity: error\nnode: scrape_config\nwhen: effective.scrape_interval == '7s'\nmessage: m\n---\n# T\n";
    let folder = Scratch::new(&[
        ("promvet.yaml", POLICY),
        ("rules/acme/x.md", job),
        (
            "prometheus.yml",
            "global: {scrape_interval: 7s, scrape_timeout: 5s}\nscrape_config_files: [jobs/a.yml]\n",
        ),
        ("jobs/a.yml", "scrape_configs:\n- job_name: a\n"),
    ]);
    assert!(concise(&folder, &[]).contains("jobs/a.yml:2:13: error acme/x m"));
}

#[test]
fn a_condition_knows_the_environment_that_promvet_yaml_says() {
    let rule = RULE.replace(
        "when: url.scheme != 'https'",
        "when: environment == 'production' && url.host == 'localhost'",
    );
    for (environments, found) in [
        (
            "environments: [{name: production, files: ['*.yml']}]\n",
            true,
        ),
        ("environments: [{name: staging, files: ['*.yml']}]\n", false),
        (
            "environments: [{name: production, labels: {env: prod}}]\n",
            true,
        ),
    ] {
        let policy = format!("{POLICY}{environments}");
        let config = format!("global:\n  external_labels: {{env: prod}}\n{HTTP}");
        let folder = Scratch::new(&[
            ("promvet.yaml", &policy),
            ("rules/acme/x.md", &rule),
            ("prometheus.yml", &config),
        ]);
        let said = concise(&folder, &[]);
        assert_eq!(said.contains("acme/x"), found, "{environments}: {said}");
    }
    // Rules come from policies near and far.
    let folder = Scratch::new(&[
        ("promvet.yaml", POLICY),
        ("rules/acme/x.md", RULE),
        (
            "team/promvet.yaml",
            "rule_folders: own\nrules: {team/y: warning, acme/x: info}\n",
        ),
        ("team/own/team/y.md", RULE),
        ("team/prometheus.yml", HTTP),
        ("prometheus.yml", HTTP),
    ]);
    let said = concise(&folder, &["--fail-on", "never"]);
    let own: Vec<_> = said
        .lines()
        .filter(|line| line.contains("leave for"))
        .collect();
    let own: Vec<_> = own
        .iter()
        .map(|line| line.split(" samples").next().unwrap())
        .collect();
    assert_eq!(
        own,
        [
            "prometheus.yml:2:10: error acme/x",
            "team/prometheus.yml:2:10: info acme/x",
            "team/prometheus.yml:2:10: warning team/y",
        ],
        "{said}"
    );
}

#[test]
fn reports_describe_custom_rules_and_hide_secrets() {
    let rule = RULE.replace(
        "message: samples leave for {url.host} over {url.scheme}",
        "message: 'sent {self.basic_auth.password} {url.text} {self}'",
    );
    let config = "remote_write:\n  - url: http://me:kw3Zq8Lm@localhost/api/v1/push\n    basic_auth: {username: me, password: pV7xTr2n}\n";
    let folder = Scratch::new(&[
        ("promvet.yaml", POLICY),
        ("rules/acme/x.md", &rule),
        ("prometheus.yml", config),
    ]);
    for format in ["human", "json", "sarif", "junit", "github", "concise"] {
        let ran = folder.promvet(&["--format", format]);
        let said = ran.stdout;
        assert!(said.contains("acme/x"), "{format}");
        assert!(
            !said.contains("kw3Zq8Lm") && !said.contains("pV7xTr2n"),
            "{format}"
        );
    }
    let report = folder.promvet(&["--format", "sarif"]).json();
    let rules = list(&report["runs"][0]["tool"]["driver"], "rules");
    let own = rules.iter().find(|rule| rule["id"] == "acme/x").unwrap();
    assert_eq!(own["shortDescription"]["text"], "Samples leave over https.");
    assert_eq!(own["helpUri"], Value::Null);
    let results = list(&report["runs"][0], "results");
    let found = results
        .iter()
        .find(|one| one["ruleId"] == "acme/x")
        .unwrap();
    let index = usize::try_from(found["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], "acme/x");
    let listed = folder.promvet(&["rules"]).stdout;
    assert!(
        listed.contains("acme/x  ") && listed.contains("Samples leave over https"),
        "{listed}"
    );
    let group = folder.promvet(&["explain", "acme"]).stdout;
    assert_eq!(
        group,
        "acme/x  error    custom               Samples leave over https\n"
    );
    let page = folder.promvet(&["explain", "acme/x"]).stdout;
    assert!(
        page.starts_with("acme/x (error)\n\n# Samples leave over https\n"),
        "{page}"
    );
}

#[test]
fn test_says_what_differs() {
    let folder = Scratch::new(&[("promvet.yaml", POLICY), ("rules/acme/x.md", RULE)]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.stdout, "2 examples of 1 rule: all as marked\n");
    assert_eq!(ran.status, Some(0));
    for (from, to, expected) in [
        (
            "error: a.example.com",
            "error: b.example.com",
            "rules/acme/x.md:14: expected, and not found:\n    error in columns 10 to 41: b.example.com over http\n  rules/acme/x.md:14: found, and not marked:\n    error[acme/x] in columns 10 to 41: samples leave for a.example.com over http",
        ),
        ("    #    ^^", "    #     ^", "in columns 11 to 41"),
        (
            "url: https",
            "url: http",
            "rules/acme/x.md:20: found, and not marked:",
        ),
        ("```yaml good", "```yaml", "the page has no good example"),
        (
            "    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: a.example.com over http\n",
            "",
            "a bad example marks what is found",
        ),
        (
            "when: url.scheme",
            "when: self.name",
            "could not be evaluated here: there is no key `name`",
        ),
        (
            "  - url: https://a.example.com",
            "  - ulr: https://a.example.com",
            "schema/unknown-field",
        ),
    ] {
        assert!(RULE.contains(from), "{from}");
        let page = RULE.replacen(from, to, 1);
        let folder = Scratch::new(&[("promvet.yaml", POLICY), ("rules/acme/x.md", &page)]);
        let ran = folder.promvet(&["test"]);
        assert_eq!(ran.status, Some(1), "{from}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(expected), "{from}: {}", ran.stdout);
    }
    // What a rule cannot know of an example is no fault of it.
    let unknown = RULE.replacen("url: https://", "url: ${SCHEME}://", 1);
    let folder = Scratch::new(&[("promvet.yaml", POLICY), ("rules/acme/x.md", &unknown)]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let empty = Scratch::new(&[("prometheus.yml", HTTP)]);
    let ran = empty.promvet(&["test"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("no rules here"), "{}", ran.stderr);
}

#[test]
fn mutate_lists_what_no_example_pins_down() {
    let loose = RULE.replace(
        "url.scheme != 'https'",
        "url.scheme != 'https' && url.host != 'b.example.com'",
    );
    let folder = Scratch::new(&[("promvet.yaml", POLICY), ("rules/acme/x.md", &loose)]);
    let ran = folder.promvet(&["test", "--mutate"]);
    assert_eq!(
        ran.stdout,
        "2 examples of 1 rule: all as marked\n\
         rules/acme/x.md:4:29: acme/x: no example fails with the condition without what is right of `&&`\n\
         rules/acme/x.md:4:44: acme/x: no example fails with the condition with another text for 'b.example.com'\n\
         8 changes of the conditions: 2 not detected\n"
    );
    assert_eq!(ran.status, Some(0));
}

#[test]
fn new_rule_writes_a_page_whose_examples_pass() {
    for node in ["remote_write", "config", "alerting_rule", "tls_config"] {
        let folder = Scratch::new(&[("promvet.yaml", "rule_folders: [policies]\n")]);
        let ran = folder.promvet(&["new", "rule", "acme/first", "--node", node]);
        assert_eq!(
            ran.stdout,
            "wrote policies/acme/first.md\nthen: `promvet test`\n"
        );
        let ran = folder.promvet(&["test"]);
        assert_eq!(
            ran.stdout, "2 examples of 1 rule: all as marked\n",
            "{node}"
        );
        let again = folder.promvet(&["new", "rule", "acme/first"]);
        assert_eq!(again.status, Some(2));
        assert!(
            again.stderr.contains("already exists and is not changed"),
            "{}",
            again.stderr
        );
    }
    let folder = Scratch::empty();
    let ran = folder.promvet(&["new", "rule", "x"]);
    assert!(
        ran.stdout.contains("rule_folders: [rules]"),
        "{}",
        ran.stdout
    );
    assert!(folder.at("rules/x.md").is_file());
    for name in ["../x", "/etc/x", "a b", "tls/min-version", "a//b", ""] {
        let ran = folder.promvet(&["new", "rule", name]);
        assert_eq!(ran.status, Some(2), "{name}");
    }
}

/// The policies that are published: each with examples that are caught, and twins that are not.
#[test]
fn every_published_policy_is_as_its_examples_say() {
    let ran = promvet(ROOT, &["test", "--mutate", "docs/policies"]);
    let said = ran.stdout;
    assert_eq!(ran.status, Some(0), "{said}{}", ran.stderr);
    assert!(
        said.ends_with(" changes of the conditions: 0 not detected\n"),
        "{said}"
    );
    let pages = fs::read_dir(Path::new(ROOT).join("docs/policies")).unwrap();
    let pages = pages.filter(|page| page.as_ref().unwrap().file_name() != "README.md");
    assert!(pages.count() >= 10);
}

#[test]
fn a_finding_can_point_at_the_credential_that_matches() {
    let rule = "---\nseverity: error\nnode: http_client\nwhen: credentials.exists(it, it.inline)\nmessage: it contains a credential\nat: credentials\n---\n# T\n";
    let config = "remote_write:\n- url: https://a.example.com/x\n  basic_auth: {username: u, password_file: p}\n  tls_config: {cert_file: c, key_file: k}\n- url: https://b.example.com/x\n  basic_auth:\n    username: u\n    password: hunter2-0123456789\n- url: https://c.example.com/x\n  bearer_token: hunter2-0123456789\n";
    let folder = Scratch::new(&[
        ("promvet.yaml", POLICY),
        ("rules/acme/x.md", rule),
        ("prometheus.yml", config),
    ]);
    let said = concise(&folder, &[]);
    let own: Vec<_> = said
        .lines()
        .filter(|line| line.contains("acme/x"))
        .collect();
    assert_eq!(
        own,
        [
            "prometheus.yml:8:15: error acme/x it contains a credential",
            "prometheus.yml:10:17: error acme/x it contains a credential",
        ],
        "{said}"
    );
}

#[test]
fn an_example_has_the_environment_of_its_policy() {
    let rule = "---\nseverity: error\nnode: remote_write\nwhen: environment == 'production' && url.scheme != 'https'\nmessage: not in {environment}\n---\n# T\n\n```yaml file=promvet.yaml\nenvironments:\n  - name: production\n    files: [\"*.yml\"]\n```\n\n```yaml bad\nremote_write:\n  - url: http://a.example.com/x\n    #    ^^^^^^^^^^^^^^^^^^^^^^ error: not in production\n```\n\n```yaml file=promvet.yaml\nenvironments:\n  - name: test\n    files: [\"*.yml\"]\n```\n\n```yaml good\nremote_write:\n  - url: http://a.example.com/x\n```\n";
    let folder = Scratch::new(&[("promvet.yaml", POLICY), ("rules/acme/x.md", rule)]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.stdout, "2 examples of 1 rule: all as marked\n");
}

#[test]
fn new_rule_names_its_folder_in_the_policy() {
    let folder = Scratch::new(&[("promvet.yaml", "# ours\nprofile: strict")]);
    let ran = folder.promvet(&["new", "rule", "acme/first"]);
    assert_eq!(
        ran.stdout,
        "wrote rules/acme/first.md\nadded `rule_folders: [rules]` to promvet.yaml\nthen: `promvet test`\n"
    );
    assert_eq!(
        folder.read("promvet.yaml"),
        "# ours\nprofile: strict\nrule_folders: [rules]\n"
    );
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.stdout, "2 examples of 1 rule: all as marked\n");
    // Nothing is changed where a line at the end would not be a key.
    let folder = Scratch::new(&[("promvet.yaml", "{profile: strict}\n")]);
    let ran = folder.promvet(&["new", "rule", "acme/first"]);
    assert!(
        ran.stdout
            .contains("add to promvet.yaml: `rule_folders: [rules]`"),
        "{}",
        ran.stdout
    );
    assert_eq!(folder.read("promvet.yaml"), "{profile: strict}\n");
}

#[test]
fn a_condition_knows_the_labels_of_a_job() {
    let rule = |when: &str| {
        format!(
            "---\nseverity: error\nnode: scrape_config\nwhen: {when}\nmessage: wrong labels\n---\n# Labels\n\nBecause.\n"
        )
    };
    let job = |rest: &str| {
        format!(
            "global: {{external_labels: {{cluster: a}}}}\nscrape_configs:\n- job_name: api\n{rest}"
        )
    };
    let two = job(
        "  static_configs:\n  - {targets: ['a:1'], labels: {team: web}}\n  - {targets: ['b:1']}\n",
    );
    let set = job(
        "  static_configs: [{targets: ['a:1']}]\n  relabel_configs: [{target_label: team, replacement: web}]\n",
    );
    let found = job("  file_sd_configs: [{files: [a.json]}]\n");
    for (when, config, expected) in [
        ("\"labels.team != ['web']\"", &two, "wrong labels"),
        ("\"labels.team == ['', 'web']\"", &two, "wrong labels"),
        ("\"labels.team != ['web']\"", &set, ""),
        (
            "\"labels.cluster == ['a'] && labels.instance == ['a:1']\"",
            &set,
            "wrong labels",
        ),
        ("\"!('team' in labels)\"", &set, ""),
        ("\"!('owner' in labels)\"", &set, "wrong labels"),
        ("\"labels.team != ['web']\"", &found, ""),
    ] {
        let page = rule(when);
        let files = [
            ("promvet.yaml", POLICY),
            ("rules/acme/labels.md", &*page),
            ("prometheus.yml", config),
        ];
        let folder = Scratch::new(&files);
        let reported = concise(&folder, &["prometheus.yml"]);
        let ours: Vec<_> = reported
            .lines()
            .filter(|line| line.contains("error acme/labels"))
            .collect();
        assert_eq!(
            !ours.is_empty(),
            !expected.is_empty(),
            "{when} {config}{reported}"
        );
    }
}

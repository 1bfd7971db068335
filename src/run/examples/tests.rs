//! Conditions that cost too much, and what conditions see.

use std::sync::Arc;

use super::run_own;
use crate::finding::Text;
use crate::rules::custom::CustomRules;
use crate::rules::example::examples;

/// The ways in which a page's examples differ from what they mark, for a condition over remote_write
/// whose only example is this configuration, good.
fn problems(when: &str, config: &str) -> Vec<String> {
    let front = format!("severity: error\nnode: remote_write\nwhen: |\n  {when}\nmessage: m\n");
    let page = format!("---\n{front}---\n# T\n```yaml good\n{config}```\n");
    let text = Text::new("rules/acme/x.md", page.into_bytes());
    let rules = CustomRules::read(&[("acme/x".to_owned(), Arc::clone(&text))]);
    let rules = rules.unwrap_or_else(|wrong| panic!("{when}: {wrong:?}"));
    let example = &examples(text.content())[0];
    let difference = run_own(example, &rules.all()[0]);
    let found = difference
        .extra
        .iter()
        .map(|finding| format!("found {}", finding.message));
    found
        .chain(difference.problems)
        .chain(difference.unknown)
        .collect()
}

const ENTRY: &str = "remote_write:\n- url: https://mimir.example.com/api/v1/push\n";

#[test]
fn conditions_that_cost_too_much_end() {
    let chain = |start: &str, step: &str, times: usize| format!("{start}{}", step.repeat(times));
    let nested = chain("['a', 'b']", ".map(x, [x, x, x, x])", 9);
    let bombs = [
        // What grows fourfold or twofold with every step would not fit into any memory.
        format!(
            "size({}) > 1",
            chain("[self]", ".map(x, {'a': x, 'b': x, 'c': x, 'd': x})", 11)
        ),
        format!("size({}[0]) > 1", chain("[self.url]", ".map(x, x + x)", 10))
            + " && "
            + &format!("{nested}.exists(x, {nested}.exists(y, x == y && false))"),
    ];
    for when in bombs {
        let found = problems(&when, ENTRY);
        assert!(
            found
                .iter()
                .any(|hit| hit.contains("the condition is too expensive for this value")),
            "{when}: {found:?}"
        );
    }
    let values: Vec<_> = (0..5000).map(|number| format!("v{number}")).collect();
    let values = values.join(", ");
    let many = format!("{ENTRY}scrape_configs:\n- {{job_name: a, params: {{x: [{values}]}}}}\n");
    let list = "config.scrape_configs[0].params.x";
    let pairs = format!("{list}.exists(a, {list}.exists(b, a + 'x' == b))");
    let found = problems(&pairs, &many);
    assert!(
        found
            .iter()
            .any(|hit| hit.contains("the condition is too expensive for this value")),
        "{found:?}"
    );
    let once = format!("{list}.exists(a, a.matches('^(a+)+$'))");
    assert_eq!(problems(&once, &many), Vec::<String>::new());
}

#[test]
fn conditions_see_values_as_prometheus_types_them() {
    let config = "\
global:
  scrape_interval: 7s
  external_labels: {site: 010, on: yes}
remote_write:
- url: https://user:hidden@mimir.example.com:8443/api/v1/push?token=hidden&x=1
  name: 12
  send_exemplars: yes
  headers: {X-Api-Key: hidden, X-Scope-OrgID: 7}
  basic_auth: {username: me, password: hidden}
  queue_config: {max_shards: 0x10, capacity: 9}
  tls_config: null
  proxy_url: http://me:hidden@proxy:8080
scrape_configs:
- job_name: a
";
    for (when, expected) in [
        ("self.name == '12'", true),
        ("self.send_exemplars == true", true),
        ("self.queue_config.max_shards == 16", true),
        ("has(self.tls_config)", false),
        ("effective.tls_config.insecure_skip_verify == false", true),
        ("effective.queue_config.max_samples_per_send == 2000", true),
        (
            "effective.remote_timeout == '30s' && effective.headers.size() == 2",
            true,
        ),
        ("config.global.external_labels.site == '010'", true),
        ("config.global.external_labels['on'] == 'yes'", true),
        (
            "self.url.contains('hidden') || self.proxy_url.contains('hidden')",
            false,
        ),
        ("self.basic_auth.password == '[redacted]'", true),
        ("self.headers['X-Api-Key'] == '[redacted]'", true),
        ("self.headers['X-Scope-OrgID'] == '7'", true),
        ("url.host == 'mimir.example.com' && url.port == 8443", true),
        ("url.scheme == 'https' && url.path == '/api/v1/push'", true),
        (
            "url.query == ['token', 'x'] && url.labels == ['mimir', 'example', 'com']",
            true,
        ),
        ("url.text.contains('hidden')", false),
        ("receiver == 'mimir'", true),
        (
            "credentials == [{'kind': 'basic_auth', 'key': 'basic_auth', 'inline': true}]",
            true,
        ),
        ("file.path == 'prometheus.yml' && !file.template", true),
        ("seconds('1h30m') == 5400.0", true),
        (
            "config.scrape_configs.exists_one(job, job.job_name == 'a')",
            true,
        ),
        (
            "self.headers.map(name, name) == ['X-Api-Key', 'X-Scope-OrgID']",
            true,
        ),
        ("type(self.name) == string", true),
        (
            "self.name == 'x' || size(self.url) < 3 ? true : false",
            false,
        ),
    ] {
        let found = problems(when, config);
        let expected = if expected {
            vec!["found m".to_owned()]
        } else {
            vec![]
        };
        assert_eq!(found, expected, "{when}");
    }
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let hole = "remote_write:\n- url: https://${HOST}/api/v1/push\n";
    let what = "a part of the URL is filled in only when the file is rendered";
    for (when, config, expected) in [
        ("url.host == 'x'", hole, vec![what]),
        ("!(url.host == 'x')", hole, vec![what]),
        (
            "url.host == 'x' || url.scheme == 'https'",
            hole,
            vec!["found m"],
        ),
        ("url.host == 'x' && url.scheme == 'http'", hole, vec![]),
        (
            "environment == 'x'",
            ENTRY,
            vec!["promvet.yaml does not assign an environment to the file"],
        ),
        (
            "mount.exists(one, one.path == '/x')",
            ENTRY,
            vec![
                "no deployment in the tree runs this configuration; declare it under `mounts` in promvet.yaml",
            ],
        ),
        (
            "self.name == 'x'",
            ENTRY,
            vec!["there is no key `name`; ask with `has(…)` first"],
        ),
        ("has(self.name) && self.name == 'x'", ENTRY, vec![]),
        (
            "self.url > 5",
            ENTRY,
            vec!["`>` cannot be applied to string and int"],
        ),
        ("seconds(self.url) > 5.0", ENTRY, vec!["is not a duration"]),
        (
            "self.write_relabel_configs[0].action == 'x'",
            ENTRY,
            vec!["there is no key"],
        ),
        (
            "effective.write_relabel_configs[0].action == 'x'",
            ENTRY,
            vec!["no item at an index"],
        ),
        (
            "1 / size(self.url.matches('^x') ? 'x' : '') == 1",
            ENTRY,
            vec!["divided by zero"],
        ),
        // Another finding says that there is no URL that can be sent to.
        ("url.host == 'x'", "remote_write:\n- url: ''\n", vec![]),
    ] {
        let found = problems(when, config);
        let found: Vec<_> = found
            .iter()
            .filter(|hit| !hit.contains("schema/"))
            .collect();
        assert_eq!(found.len(), expected.len(), "{when}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{when}: {found}");
        }
    }
}

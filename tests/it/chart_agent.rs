//! Agent mode by values of the chart `prometheus`, whose own configuration an agent rejects.

use crate::support::scratch::Scratch;

const REMOTE: &str = "  global:\n    external_labels: {cluster: a}\n  remoteWrite:\n  - url: https://mimir.example.com/api/v1/push\n    headers: {X-Scope-OrgID: a}\n";
const OVERRIDE: &str =
    "  defaultFlagsOverride:\n  - --agent\n  - --config.file=/etc/config/prometheus.yml\n";
const QUIET: &str = "alertmanager:\n  enabled: false\n";
const NO_RULES: &str = "serverFiles:\n  prometheus.yml:\n    rule_files: []\n";

fn values(server: &str, more: &str) -> String {
    format!("server:\n{server}{REMOTE}{more}")
}

/// What is reported about some values, without the way to the file.
fn said(content: &str) -> String {
    let scratch = Scratch::new(&[("values.yaml", content)]);
    scratch.promvet(&["--format", "concise"]).stdout
}

#[test]
fn what_the_chart_sets_by_default_is_refused_by_an_agent() {
    for (content, expected) in [
        (values(OVERRIDE, QUIET), "an agent rejects `rule_files`, "),
        (
            values(OVERRIDE, ""),
            "an agent rejects `rule_files` and `alerting`, ",
        ),
        (values(OVERRIDE, NO_RULES), "an agent rejects `alerting`, "),
        (
            values(
                &OVERRIDE.replace("--agent", "--enable-feature=agent"),
                QUIET,
            ),
            "before Prometheus 3.0, this starts an agent, which rejects `rule_files`, ",
        ),
        (
            values("  extraFlags: [agent]\n", &format!("{QUIET}{NO_RULES}")),
            "an agent rejects `--storage.tsdb.path`, which the chart adds",
        ),
        (
            values(
                "  extraArgs: {agent: null}\n",
                &format!("{QUIET}{NO_RULES}"),
            ),
            "an agent rejects `--storage.tsdb.path`, which the chart adds",
        ),
        (
            values(
                "  image: {tag: v2.53.0}\n  extraArgs: {enable-feature: agent}\n",
                "",
            ),
            "an agent rejects `--storage.tsdb.path`, which the chart adds",
        ),
        (
            values(
                "  image: {tag: v2.53.0}\n  extraFlags: ['enable-feature=agent,x']\n",
                "",
            ),
            "an agent rejects `--storage.tsdb.path`, which the chart adds",
        ),
    ] {
        let said = said(&content);
        let count = said.matches("an agent").count();
        assert!(said.contains(expected) && count == 1, "{content}\n{said}");
    }
}

#[test]
fn an_agent_without_what_it_refuses_is_right() {
    let whole = format!("{QUIET}{NO_RULES}");
    let elsewhere = OVERRIDE.replace("/etc/config", "/etc/agent");
    for content in [
        values(OVERRIDE, &whole),
        values(OVERRIDE, &whole.replace("[]", "null")),
        values(&elsewhere, ""),
        values(&format!("  configMapOverrideName: own\n{OVERRIDE}"), ""),
        values(
            "  image: {tag: v2.53.0}\n  extraArgs: {enable-feature: native-histograms}\n",
            "",
        ),
        values(&OVERRIDE.replace("--agent", "--web.enable-lifecycle"), ""),
        values(
            "  defaultFlagsOverride: [--config.file=/etc/config/prometheus.yml]\n  extraFlags: [agent]\n",
            "",
        ),
    ] {
        let said = said(&content);
        assert!(!said.contains("an agent"), "{content}\n{said}");
    }
}

/// Other values of the same folder may be laid under these.
#[test]
fn other_values_may_set_it() {
    let scratch = Scratch::new(&[
        ("values.yaml", &format!("{QUIET}{NO_RULES}")),
        ("values-agent.yaml", &values(OVERRIDE, "")),
    ]);
    let said = scratch.promvet(&["--format", "concise"]).stdout;
    assert!(!said.contains("an agent"), "{said}");
}

fn release(version: &str, flag: &str, files: &str) -> String {
    let content = values(&OVERRIDE.replace("--agent", flag), files);
    let content = content.replace('\n', "\n    ");
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: p}}\nspec:\n  chart:\n    spec: {{chart: prometheus, version: {version}}}\n  values:\n    {content}\n"
    )
}

/// Charts since 26.0.0 start Prometheus 3, which does not know the feature.
#[test]
fn the_release_of_the_chart_says_what_the_feature_does() {
    let rules = "alertmanager: {enabled: false}\nserverFiles:\n  prometheus.yml:\n    rule_files: [/etc/config/alerting_rules.yml]\n";
    let feature = "--enable-feature=agent";
    for (version, flag, files, expected) in [
        (
            "25.1.0",
            feature,
            rules,
            "`rule_files` is not allowed in agent mode",
        ),
        ("25.1.0", feature, QUIET, "an agent rejects `rule_files`"),
        ("27.1.0", feature, rules, "it starts as a server"),
        ("27.1.0", feature, QUIET, "it starts as a server"),
        (
            "27.1.0",
            "--agent",
            rules,
            "`rule_files` is not allowed in agent mode",
        ),
    ] {
        let scratch = Scratch::new(&[("release.yaml", &release(version, flag, files))]);
        let said = scratch.promvet(&["--format", "concise"]).stdout;
        let of_agents = said.lines().filter(|line| line.contains("agent"));
        assert!(
            said.contains(expected) && of_agents.count() == 1,
            "{version} {flag}\n{said}"
        );
    }
}

#[test]
fn flags_without_a_configuration_start_nothing() {
    let flags = "  defaultFlagsOverride: [--agent]\n";
    let whole = format!("{QUIET}{NO_RULES}");
    let found = said(&values(flags, &whole));
    assert!(found.contains("has no `--config.file`"), "{found}");
    let own = said(&values(&format!("  command: [/run.sh]\n{flags}"), &whole));
    assert!(!own.contains("has no `--config.file`"), "{own}");
    let named = "  defaultFlagsOverride: [--agent, --config.file, /etc/config/prometheus.yml]\n";
    let named = said(&values(named, &whole));
    assert!(!named.contains("has no `--config.file`"), "{named}");
}

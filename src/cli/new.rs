//! `promvet new`: writes something to fill in.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::NewCommand;
use super::check::report_policy_error;
use super::{Exit, complain};
use crate::finding::Text;
use crate::report::write_new_file;
use crate::rules::custom::{RuleNodeKind, fault_of_name};
use crate::run::policies;
use crate::source::{Folder, LARGEST, Tree as _, rewrite};
use crate::yaml::parse_first;

/// Where pages go if no policy names a folder.
const FOLDER: &str = "rules";

/// Writes it and says where.
pub(super) fn new(what: &NewCommand, out: &mut dyn Write) -> io::Result<Exit> {
    let NewCommand::Rule { name, node } = what;
    let Some(kind) = RuleNodeKind::from_word(node) else {
        return Ok(Exit::Failed);
    };
    match rule(name, kind) {
        Ok((path, named)) => {
            writeln!(out, "wrote {}", path.display())?;
            if !named {
                writeln!(out, "{}", registered())?;
            }
            writeln!(out, "then: `promvet test`")?;
            Ok(Exit::Clean)
        }
        Err(why) => {
            why.iter().for_each(|why| complain(why));
            Ok(Exit::Failed)
        }
    }
}

/// Names the folder of rules in promvet.yaml, and says so; what to write there if that is not possible.
fn registered() -> String {
    let by_hand = || format!("add to promvet.yaml: `rule_folders: [{FOLDER}]`");
    let Ok(tree) = Folder::here() else {
        return by_hand();
    };
    let Some(policy) = policies::nearest_file(&tree) else {
        let path = Path::new("promvet.yaml");
        let line = format!("rule_folders: [{FOLDER}]\n");
        return match write_new_file(path, line.as_bytes()) {
            Ok(()) => format!("wrote promvet.yaml with `{}`", line.trim_end()),
            Err(_) => by_hand(),
        };
    };
    let shown = tree.shown(&policy);
    let below = policy
        .parent()
        .and_then(|top| tree.base().strip_prefix(top).ok());
    let folder = below.map(|below| below.join(FOLDER));
    let folder = folder.as_deref().and_then(Path::to_str);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
    let Some(folder) = folder.filter(|folder| folder.chars().all(plain)) else {
        return by_hand();
    };
    let line = format!("rule_folders: [{folder}]");
    let Ok(before) = tree.read(&policy, LARGEST) else {
        return by_hand();
    };
    match with_line(&before, &line) {
        Some(after) if rewrite(&policy, &before, after.as_bytes()).is_ok() => {
            format!("added `{line}` to {shown}")
        }
        _ => format!("add to {shown}: `{line}`"),
    }
}

/// A policy with one more line at its end; none if that would not be one more key.
fn with_line(policy: &[u8], line: &str) -> Option<String> {
    let before = std::str::from_utf8(policy).ok()?;
    let count = |text: &str| {
        let text = Text::new("promvet.yaml", text.as_bytes().to_vec());
        let document = parse_first(&text).ok()?;
        let root = document.root().filter(|root| !root.is_null());
        let keys = root.map_or(Some(0), |root| Some(root.mapping()?.written().count()));
        let has = root.is_some_and(|root| root.get("rule_folders").is_some());
        let is_only = document.next_document().is_none();
        Some((keys?, has)).filter(|_| is_only)
    };
    let end = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let after = format!("{before}{end}{line}\n");
    let ((then, had), (now, has)) = (count(before)?, count(&after)?);
    (!had && has && now == then + 1).then_some(after)
}

/// Writes the page of a rule; its path, and whether a policy names its folder.
fn rule(name: &str, kind: RuleNodeKind) -> Result<(PathBuf, bool), Vec<String>> {
    let one = |why: String| vec![why];
    let full = if name.contains('/') {
        name.to_owned()
    } else {
        format!("own/{name}")
    };
    if let Some(why) = fault_of_name(&full) {
        return Err(one(why));
    }
    let tree = Folder::here().map_err(|error| one(error.to_string()))?;
    let folders = policies::rule_folders_here(&tree).map_err(|errors| {
        errors.iter().for_each(report_policy_error);
        Vec::new()
    })?;
    let folder = folders.first();
    let path = folder
        .map_or(Path::new(FOLDER), PathBuf::as_path)
        .join(format!("{name}.md"));
    let shown = tree.shown(&path);
    write_new_file(&path, page(name, kind).as_bytes()).map_err(|error| {
        one(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{shown} already exists and is not changed")
            }
            _ => format!("cannot write {shown}: {error}"),
        })
    })?;
    Ok((path, folder.is_some()))
}

/// What the page of a kind begins with.
struct PageStart {
    kind: RuleNodeKind,
    when: &'static str,
    message: &'static str,
    /// Other files of both examples, each after its path.
    before: &'static [(&'static str, &'static str)],
    /// The file that the examples are, if not prometheus.yml.
    file: Option<&'static str>,
    bad: &'static str,
    good: &'static str,
}

const RULES_BEFORE: &[(&str, &str)] = &[("prometheus.yml", "rule_files: [rules.yml]\n")];

const STARTS: &[PageStart] = &[
    PageStart {
        kind: RuleNodeKind::Config,
        when: "!has(self.global) || !has(self.global.external_labels) || !has(self.global.external_labels.cluster)",
        message: "no external label says which cluster this is",
        before: &[],
        file: None,
        bad: "global:\n# <-- error: which cluster\n  scrape_interval: 30s\n",
        good: "global:\n  external_labels: {cluster: eu-1}\n",
    },
    PageStart {
        kind: RuleNodeKind::ScrapeConfig,
        when: "seconds(effective.scrape_interval) < 10.0",
        message: "the job {self.job_name} is scraped every {effective.scrape_interval}",
        before: &[],
        file: None,
        bad: "scrape_configs:\n  - job_name: node\n    #         ^^^^ error: every 5s\n    scrape_interval: 5s\n    scrape_timeout: 5s\n",
        good: "scrape_configs:\n  - job_name: node\n    scrape_interval: 30s\n",
    },
    PageStart {
        kind: RuleNodeKind::RemoteWrite,
        when: "url.scheme != 'https'",
        message: "samples go to {url.host} over {url.scheme}",
        before: &[],
        file: None,
        bad: "remote_write:\n  - url: http://mimir.example.com/api/v1/push\n    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: over http\n",
        good: "remote_write:\n  - url: https://mimir.example.com/api/v1/push\n",
    },
    PageStart {
        kind: RuleNodeKind::RemoteRead,
        when: "url.scheme != 'https'",
        message: "samples are read from {url.host} over {url.scheme}",
        before: &[],
        file: None,
        bad: "remote_read:\n  - url: http://mimir.example.com/api/v1/read\n    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: over http\n",
        good: "remote_read:\n  - url: https://mimir.example.com/api/v1/read\n",
    },
    PageStart {
        kind: RuleNodeKind::Alertmanager,
        when: "effective.scheme != 'https'",
        message: "alerts are sent over {effective.scheme}",
        before: &[],
        file: None,
        bad: "alerting:\n  alertmanagers:\n    - static_configs:\n      # <-- error: over http\n        - targets: ['alerts.example.com:9093']\n",
        good: "alerting:\n  alertmanagers:\n    - scheme: https\n      static_configs:\n        - targets: ['alerts.example.com:9093']\n",
    },
    PageStart {
        kind: RuleNodeKind::HttpClient,
        when: "credentials.exists(it, it.inline)",
        message: "the configuration contains a credential",
        before: &[],
        file: None,
        bad: "remote_write:\n  - url: https://mimir.example.com/api/v1/push\n    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error: contains a credential\n    bearer_token: not-a-real-token\n",
        good: "remote_write:\n  - url: https://mimir.example.com/api/v1/push\n    bearer_token_file: token\n",
    },
    PageStart {
        kind: RuleNodeKind::TlsConfig,
        when: "has(self.insecure_skip_verify) && self.insecure_skip_verify",
        message: "the certificate is not verified",
        before: &[],
        file: None,
        bad: "scrape_configs:\n  - job_name: node\n    tls_config: {insecure_skip_verify: true}\n    #            ^^^^^^^^^^^^^^^^^^^^ error: not verified\n",
        good: "scrape_configs:\n  - job_name: node\n    tls_config: {server_name: node.example.com}\n",
    },
    PageStart {
        kind: RuleNodeKind::RelabelConfig,
        when: "effective.action == 'labelmap'",
        message: "labels are copied wholesale by {self.regex}",
        before: &[],
        file: None,
        bad: "scrape_configs:\n  - job_name: node\n    relabel_configs:\n      - action: labelmap\n      # <-- error: wholesale\n        regex: __meta_(.+)\n",
        good: "scrape_configs:\n  - job_name: node\n    relabel_configs:\n      - target_label: team\n        replacement: core\n",
    },
    PageStart {
        kind: RuleNodeKind::ServiceDiscovery,
        when: "has(self.server) && self.server.startsWith('http://')",
        message: "the discovery asks {self.server} over plain http",
        before: &[],
        file: None,
        bad: "scrape_configs:\n  - job_name: node\n    consul_sd_configs:\n      - server: http://consul.example.com\n      # <-- error: plain http\n",
        good: "scrape_configs:\n  - job_name: node\n    consul_sd_configs:\n      - server: https://consul.example.com\n",
    },
    PageStart {
        kind: RuleNodeKind::RuleGroup,
        when: "has(self.interval) && seconds(self.interval) < 30.0",
        message: "the group {self.name} is evaluated every {self.interval}",
        before: RULES_BEFORE,
        file: Some("rules.yml"),
        bad: "groups:\n  - name: fast\n    #     ^^^^ error: every 5s\n    interval: 5s\n    rules: []\n",
        good: "groups:\n  - name: slow\n    interval: 1m\n    rules: []\n",
    },
    PageStart {
        kind: RuleNodeKind::AlertingRule,
        when: "!has(self.labels) || !has(self.labels.severity)",
        message: "the alert {self.alert} has no severity",
        before: RULES_BEFORE,
        file: Some("rules.yml"),
        bad: "groups:\n  - name: node\n    rules:\n      - alert: Down\n        #      ^^^^ error: no severity\n        expr: up == 0\n",
        good: "groups:\n  - name: node\n    rules:\n      - alert: Down\n        expr: up == 0\n        labels: {severity: page}\n",
    },
    PageStart {
        kind: RuleNodeKind::RecordingRule,
        when: "!self.record.contains(':')",
        message: "{self.record} does not say by its name that it is recorded",
        before: RULES_BEFORE,
        file: Some("rules.yml"),
        bad: "groups:\n  - name: node\n    rules:\n      - record: requests\n        #       ^^^^^^^^ error: by its name\n        expr: sum(requests_total)\n",
        good: "groups:\n  - name: node\n    rules:\n      - record: job:requests:sum\n        expr: sum by (job) (requests_total)\n",
    },
];

/// The page of a rule, whose examples pass as they are.
fn page(name: &str, kind: RuleNodeKind) -> String {
    let Some(start) = STARTS.iter().find(|start| start.kind == kind) else {
        return String::new();
    };
    let title = name
        .rsplit('/')
        .next()
        .unwrap_or(name)
        .replace(['-', '_'], " ");
    let message = start.message.replace('\'', "''");
    let mut out = format!(
        "---\nseverity: error\nnode: {}\nwhen: |\n  {}\nmessage: '{message}'\nhelp: say what to write \
         instead\n---\n# {title}\n\nSay what this rule finds, why it matters here, and what to do.\n",
        kind.word(),
        start.when
    );
    for (what, text) in [("bad", start.bad), ("good", start.good)] {
        for (path, text) in start.before {
            let _ = write!(out, "\n```yaml file={path}\n{text}```\n");
        }
        let file = start
            .file
            .map_or(String::new(), |file| format!(" file={file}"));
        let _ = write!(out, "\n```yaml {what}{file}\n{text}```\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::custom::CustomRules;
    use crate::rules::example::examples;
    use crate::run::examples::run_own;

    #[test]
    fn a_line_is_added_only_where_it_is_one_more_key() {
        let line = "rule_folders: [rules]";
        for (policy, added) in [
            ("", true),
            ("# nothing yet\n", true),
            ("root: true", true),
            ("rules:\n  a/b: off\n", true),
            ("rule_folders: [x]\n", false),
            ("{root: true}\n", false),
            ("root: true\n...\n", false),
            ("- a\n", false),
            ("a: [\n", false),
        ] {
            let after = with_line(policy.as_bytes(), line);
            assert_eq!(after.is_some(), added, "{policy:?}: {after:?}");
        }
    }

    #[test]
    fn the_page_of_every_kind_passes_as_it_is() {
        for word in RuleNodeKind::words() {
            let kind = RuleNodeKind::from_word(word).unwrap();
            let text = Text::new("x.md", page("acme/x", kind).into_bytes());
            let rules = CustomRules::read(&[("acme/x".to_owned(), Arc::clone(&text))]);
            let rules = rules.unwrap_or_else(|wrong| panic!("{word}: {wrong:?}"));
            let examples = examples(text.content());
            assert_eq!(examples.len(), 2, "{word}");
            for example in examples {
                let difference = run_own(&example, &rules.all()[0]);
                assert!(difference.is_none(), "{word}: {difference:#?}");
            }
        }
    }
}

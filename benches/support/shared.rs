//! Trees of many things that share one, or that are held against each other.

use std::fmt::Write as _;

use super::{Grown, alone, one_endpoint};

/// A check of the whole of some files.
fn whole(files: Vec<(String, String)>) -> Grown {
    Grown {
        files,
        named: Vec::new(),
    }
}

/// So many compose files of one folder that mount the same configuration.
pub(super) fn compose_variants(count: usize) -> Grown {
    let service = "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    volumes: \
        ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let files = (0..count).map(|number| (format!("compose.{number}.yml"), service.to_owned()));
    let configuration = ("prometheus.yml".to_owned(), one_endpoint());
    whole(files.chain([configuration]).collect())
}

/// So many Deployments in one file that mount one ConfigMap.
pub(super) fn sharers(count: usize) -> Grown {
    let mut manifest =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    \
        remote_write:\n    - url: https://rw.example.com/api/v1/write\n"
            .to_owned();
    for number in 0..count {
        let _ = write!(
            manifest,
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{number}}}\nspec:\n  template:\n    \
             spec:\n      containers:\n      - name: p\n        image: prom/prometheus:v3.1.0\n        args: \
             ['--config.file=/etc/p/prometheus.yml']\n        volumeMounts: [{{name: c, mountPath: /etc/p}}]\n      \
             volumes: [{{name: c, configMap: {{name: c}}}}]\n"
        );
    }
    alone("k.yaml", manifest)
}

/// A job in which each of so many rules copies all labels under longer names, and as many jobs with a
/// few such rules.
pub(super) fn label_maps(count: usize) -> Grown {
    let rule = "  - {action: labelmap, regex: '(.+)', replacement: 'x_$1'}\n";
    let job = |name: &str, rules: usize| {
        let rules = rule.repeat(rules);
        format!("- job_name: {name}\n  relabel_configs:\n{rules}")
    };
    let few: String = (0..count)
        .map(|number| job(&format!("j{number}"), 4))
        .collect();
    let chain = job("chain", 4 * count);
    alone("prometheus.yml", format!("scrape_configs:\n{chain}{few}"))
}

/// So many mounts of promvet.yaml, and as many files that a configuration names at them.
pub(super) fn policy_mounts(count: usize) -> Grown {
    let (mut mounts, mut rules) = ("mounts:\n".to_owned(), "rule_files:\n".to_owned());
    for number in 0..2 * count {
        let _ = writeln!(mounts, "- {{path: /etc/d{number}, from: d{number}}}");
        let _ = writeln!(rules, "- /etc/d{number}/x.yml");
    }
    whole(vec![
        ("promvet.yaml".to_owned(), mounts),
        ("prometheus.yml".to_owned(), rules),
    ])
}

/// So many resources `Prometheus` that each select by another label, and as many monitors.
pub(super) fn prometheuses(count: usize) -> Grown {
    let mut manifest = monitors_of(count);
    for number in 0..count {
        let _ = write!(
            manifest,
            "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p{number}}}\nspec:\n  \
             serviceMonitorSelector: {{matchLabels: {{release: q{number}}}}}\n  remoteWrite: [{{url: \
             'https://h{number}.example.com/x'}}]\n"
        );
    }
    alone("k.yaml", manifest)
}

/// So many monitors in one file.
pub(super) fn monitors(count: usize) -> Grown {
    alone("k.yaml", monitors_of(count))
}

fn monitors_of(count: usize) -> String {
    (0..count)
        .map(|number| {
            format!(
                "---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: s{number}, \
                 labels: {{release: r{number}}}}}\nspec:\n  selector: {{matchLabels: {{app: a{number}}}}}\n  \
                 endpoints: [{{port: web}}]\n"
            )
        })
        .collect()
}

/// So many overrides for files that do not exist.
pub(super) fn unused_overrides(count: usize) -> Grown {
    let mut policy = "overrides:\n".to_owned();
    for number in 0..4 * count {
        let _ = writeln!(
            policy,
            "- files: ['d{number}/**']\n  rules: {{schema/unknown-field: warning}}"
        );
    }
    whole(vec![
        ("promvet.yaml".to_owned(), policy),
        ("prometheus.yml".to_owned(), one_endpoint()),
    ])
}

/// So many configurations with the same patterns, each of which matches as many files. All rule files
/// write one series.
pub(super) fn shared_patterns(count: usize) -> Grown {
    let mut files = Vec::new();
    for number in 0..count {
        let patterns = "scrape_config_files: ['c*.yml']\nrule_files: ['r*.yml', 's*.yml']\n";
        files.push((format!("prometheus{number}.yml"), patterns.to_owned()));
        let job = "scrape_configs: [{job_name: a}]\n";
        files.push((format!("c{number}.yml"), job.to_owned()));
        for folder in ["r", "s"] {
            let rules = "groups: [{name: a, rules: [{record: b, expr: up}]}]\n";
            files.push((format!("{folder}{number}.yml"), rules.to_owned()));
        }
    }
    whole(files)
}

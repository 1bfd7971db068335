//! Trees of many folders, and of many things that one file or one object names.

use std::fmt::Write as _;

use super::{Grown, alone, one_endpoint};

fn whole(files: impl IntoIterator<Item = (String, String)>) -> Grown {
    Grown {
        files: files.into_iter().collect(),
        named: Vec::new(),
    }
}

fn resource(number: usize) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p{number}, namespace: m{number}}}\n\
         spec:\n  serviceMonitorSelector: {{}}\n  remoteWrite: [{{url: 'https://h{number}.example.com/x'}}]\n"
    )
}

/// So many resources `Prometheus` in a file each.
pub(super) fn prometheus_files(count: usize) -> Grown {
    whole((0..count).map(|number| (format!("n{number}/a.yaml"), resource(number))))
}

/// The same, each with a monitor in a file beside it.
pub(super) fn monitored_files(count: usize) -> Grown {
    let monitor = |number: usize| {
        let content = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: s{number}, namespace: \
             m{number}}}\nspec:\n  selector: {{matchLabels: {{app: a{number}}}}}\n  endpoints: [{{port: web}}]\n"
        );
        (format!("n{number}/s.yaml"), content)
    };
    let mut grown = prometheus_files(count);
    grown.files.extend((0..count).map(monitor));
    grown
}

/// So many folders with the same resource, whose credential is in a Secret of one name beside it.
pub(super) fn secret_namesakes(count: usize) -> Grown {
    let manifest = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: m}\nstringData: {tok: x}\n---\n\
        apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p, namespace: m}\nspec:\n  \
        remoteWrite: [{url: 'https://h.example.com/x', authorization: {credentials: {name: s, key: tok}}}]\n";
    whole((0..count).map(|number| (format!("n{number}/a.yaml"), manifest.to_owned())))
}

/// A Deployment with so many volumes of as many ConfigMaps, each with a rule file that the configuration
/// names.
pub(super) fn volumes(count: usize) -> Grown {
    let [mut rules, mut mounts, mut volumes, mut maps] = [const { String::new() }; 4];
    for number in 0..count {
        let _ = writeln!(rules, "    - /etc/r{number}/x.yml");
        let _ = writeln!(
            mounts,
            "        - {{name: v{number}, mountPath: /etc/r{number}}}"
        );
        let _ = writeln!(
            volumes,
            "      - {{name: v{number}, configMap: {{name: r{number}}}}}"
        );
        let _ = write!(
            maps,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: r{number}}}\ndata: {{x.yml: 'groups: []'}}\n"
        );
    }
    alone(
        "k.yaml",
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  prometheus.yml: |\n    rule_files:\n{rules}---\n\
             apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - name: p\n        image: prom/prometheus:v3.1.0\n        args: \
             ['--config.file=/etc/p/prometheus.yml']\n        volumeMounts:\n        - {{name: c, mountPath: \
             /etc/p}}\n{mounts}      volumes:\n      - {{name: c, configMap: {{name: c}}}}\n{volumes}{maps}"
        ),
    )
}

/// So many scrapes of Alloy that forward to twenty of as many receivers each.
pub(super) fn alloy_ways(count: usize) -> Grown {
    let mut out = String::new();
    for number in 0..count {
        let ways: Vec<String> = (0..20)
            .map(|more| {
                format!(
                    "prometheus.remote_write.r{}.receiver",
                    (number + more) % count.max(1)
                )
            })
            .collect();
        let _ = writeln!(
            out,
            "prometheus.scrape \"s{number}\" {{\n  targets = [{{__address__ = \"h:80\"}}]\n  forward_to = [{}]\n}}\n\
             prometheus.remote_write \"r{number}\" {{\n  endpoint {{ url = \"https://h{number}.example.com/x\" }}\n}}",
            ways.join(", ")
        );
    }
    alone("config.alloy", out)
}

/// So many services of a compose file that name one file of variables, which has a hundred.
pub(super) fn sharers_of_variables(count: usize) -> Grown {
    let variables: String = (0..100).map(|number| format!("K{number}=v\n")).collect();
    let mut services = "services:\n".to_owned();
    for number in 0..count {
        let _ = write!(
            services,
            "  s{number}:\n    image: prom/prometheus:v3.1.0\n    env_file: [e.env]\n    volumes: \
             ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        );
    }
    whole([
        ("prometheus.yml".to_owned(), one_endpoint()),
        ("e.env".to_owned(), variables),
        ("compose.yml".to_owned(), services),
    ])
}

/// So many overlays of kustomize over one base.
pub(super) fn overlays(count: usize) -> Grown {
    let base = [
        (
            "base/kustomization.yaml",
            "resources: [a.yaml]\n".to_owned(),
        ),
        ("base/a.yaml", resource(0)),
    ];
    let overlay = |number: usize| {
        let patch = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p0, namespace: m0}}\n\
             spec: {{externalLabels: {{c: c{number}}}}}\n"
        );
        let file = "resources: [../base]\npatches: [{path: p.yaml}]\n";
        [
            (format!("o{number}/kustomization.yaml"), file.to_owned()),
            (format!("o{number}/p.yaml"), patch),
        ]
    };
    let base = base.map(|(path, content)| (path.to_owned(), content));
    whole(base.into_iter().chain((0..count).flat_map(overlay)))
}

/// So many files of values of one chart.
pub(super) fn values_files(count: usize) -> Grown {
    let chart = "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- {name: kube-prometheus-stack, version: \
        62.3.1, repository: 'https://prometheus-community.github.io/helm-charts'}\n";
    let values = |number: usize| {
        let content = format!(
            "kube-prometheus-stack: {{prometheus: {{prometheusSpec: {{remoteWrite: [{{url: \
             'https://h{number}.example.com/x'}}]}}}}}}\n"
        );
        (format!("values-{number}.yaml"), content)
    };
    let chart = ("Chart.yaml".to_owned(), chart.to_owned());
    whole((0..count).map(values).chain([chart]))
}

/// A vmagent with so many flags.
pub(super) fn vmagent_flags(count: usize) -> Grown {
    let mut flags = String::new();
    for number in 0..count {
        let _ = write!(
            flags,
            "        - -remoteWrite.url=https://h{number}.example.com/api/v1/write\n        - \
             -remoteWrite.maxDiskUsagePerURL=1GB\n"
        );
    }
    alone(
        "k.yaml",
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - name: v\n        image: victoriametrics/vmagent:v1.100.0\n        args:\n{flags}"
        ),
    )
}

/// So many compose files that are built from one Dockerfile.
pub(super) fn builds(count: usize) -> Grown {
    let docker =
        "FROM prom/prometheus:v3.1.0\nCOPY prometheus.yml /etc/prometheus/prometheus.yml\n";
    let compose = "services:\n  prometheus:\n    build: {context: .., dockerfile: Dockerfile}\n";
    let files = (0..count).map(|number| (format!("d{number}/compose.yml"), compose.to_owned()));
    whole(files.chain([
        ("prometheus.yml".to_owned(), one_endpoint()),
        ("Dockerfile".to_owned(), docker.to_owned()),
    ]))
}

/// So many scripts that start Prometheus with a file which the same script and the others copy.
pub(super) fn scripts(count: usize) -> Grown {
    let copies: String = (0..20)
        .map(|number| format!("cp prometheus{number}.yml /etc/prometheus/prometheus{number}.yml\n"))
        .collect();
    let script = |number: usize| {
        let content = format!(
            "#!/bin/sh\n{copies}prometheus --config.file=/etc/prometheus/prometheus{}.yml\n",
            number % 20
        );
        (format!("s{number}.sh"), content)
    };
    let files = (0..20).map(|number| (format!("prometheus{number}.yml"), one_endpoint()));
    whole((0..count).map(script).chain(files))
}

/// So many units of systemd beside a folder with the files of their machine.
pub(super) fn units(count: usize) -> Grown {
    whole((0..count).flat_map(|number| {
        let unit = format!(
            "[Service]\nUser=prometheus\nExecStart=/usr/bin/prometheus --config.file=/etc/prometheus/p{number}.yml\n"
        );
        [
            (format!("u/prometheus{number}.service"), unit),
            (format!("etc/prometheus/p{number}.yml"), one_endpoint()),
        ]
    }))
}

/// An alert with so many labels that it adds, and as many annotations that read them.
pub(super) fn alert_labels(count: usize) -> Grown {
    let [mut labels, mut annotations] = [const { String::new() }; 2];
    for number in 0..count {
        let _ = writeln!(labels, "      l{number}: v");
        let _ = writeln!(
            annotations,
            "      a{number}: '{{{{ $labels.l{number} }}}}'"
        );
    }
    let rules = format!(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    labels:\n      s: v\n{labels}    \
         annotations:\n      s: v\n{annotations}"
    );
    whole([
        (
            "prometheus.yml".to_owned(),
            "rule_files: [rules.yml]\n".to_owned(),
        ),
        ("rules.yml".to_owned(), rules),
    ])
}

/// A configuration with so many variables that nothing fills in, which a service of a compose file sets.
pub(super) fn unfilled(count: usize) -> Grown {
    let [mut set, mut used] = [const { String::new() }; 2];
    for number in 0..count {
        let _ = writeln!(set, "      V{number}: x");
        let _ = writeln!(used, "- url: https://${{V{number}}}.example.com/x");
    }
    let compose = format!(
        "services:\n  p:\n    image: prom/prometheus:v3.1.0\n    environment:\n      S: x\n{set}    volumes: \
         ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
    );
    whole([
        ("compose.yml".to_owned(), compose),
        (
            "prometheus.yml".to_owned(),
            format!("remote_write:\n{used}"),
        ),
    ])
}

/// A Secret with so many keys, and as many references to keys that it lacks.
pub(super) fn missing_keys(count: usize) -> Grown {
    let [mut keys, mut entries] = [const { String::new() }; 2];
    for number in 0..count {
        let _ = writeln!(keys, "  k{number}: v");
        let _ = writeln!(
            entries,
            "  - {{url: 'https://h{number}.example.com/x', authorization: {{credentials: {{name: s, key: q{number}}}}}}}"
        );
    }
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: m}}\nstringData:\n  first: v\n{keys}"
    );
    let resource = format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p, namespace: m}}\nspec:\n  \
         remoteWrite:\n  - {{url: 'https://h.example.com/x'}}\n{entries}"
    );
    whole([
        ("s.yaml".to_owned(), secret),
        ("p.yaml".to_owned(), resource),
    ])
}

/// A Collector with so many exporters that name an extension which is not there, and as many that are.
pub(super) fn authenticators(count: usize) -> Grown {
    let [mut extensions, mut exporters] = [const { String::new() }; 2];
    let mut names = Vec::new();
    for number in 0..count {
        let _ = writeln!(
            extensions,
            "  basicauth/a{number}: {{client_auth: {{username: u, password: '${{env:P}}'}}}}"
        );
        let _ = writeln!(
            exporters,
            "  prometheusremotewrite/e{number}: {{endpoint: 'https://h{number}.example.com/x', auth: \
             {{authenticator: basicauth/b{number}}}}}"
        );
        names.push(format!("prometheusremotewrite/e{number}"));
    }
    alone(
        "otel-collector.yaml",
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nextensions:\n  health_check: {{}}\n{extensions}\
             exporters:\n  debug: {{}}\n{exporters}service:\n  pipelines:\n    metrics: {{receivers: [otlp], \
             exporters: [debug, {}]}}\n",
            names.join(", ")
        ),
    )
}

/// So many services of a compose file that name one file of a hundred variables, and set one of their own.
pub(super) fn own_variables(count: usize) -> Grown {
    let mut grown = sharers_of_variables(count);
    for (path, content) in &mut grown.files {
        if path == "compose.yml" {
            *content = content.replace(
                "    env_file: [e.env]\n",
                "    env_file: [e.env]\n    environment: {K7: own}\n",
            );
        }
    }
    grown
}

/// A configuration with so many endpoints of Mimir, none of which names its tenant.
pub(super) fn no_tenant(count: usize) -> Grown {
    let mut out = "remote_write:\n- url: https://h.example.com/api/v1/push\n".to_owned();
    for number in 0..count {
        let _ = writeln!(out, "- url: https://h{number}.example.com/api/v1/push");
    }
    alone("prometheus.yml", out)
}

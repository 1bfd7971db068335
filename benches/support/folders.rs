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

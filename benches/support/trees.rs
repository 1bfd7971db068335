//! Trees that grow in one way each: to measure, and to see that work grows no faster than they do.

mod compose;
mod folders;
mod shared;

use std::fmt::Write as _;

use compose::{compose_files, compose_services, namesakes, networks, service_of_compose};

/// A tree, and what of it is named on the command line.
pub(crate) struct Grown {
    /// Paths, and what the files hold.
    pub(crate) files: Vec<(String, String)>,
    /// What is checked.
    pub(crate) named: Vec<String>,
}

/// Makes a tree of so many things.
pub(crate) type Grow = fn(usize) -> Grown;

/// The trees by what there is much of.
pub(crate) const TREES: &[(&str, Grow)] = &[
    ("manifests", manifests),
    ("deployments", deployments),
    ("compose-files", compose_files),
    ("compose-services", compose_services),
    ("issuers", issuers),
    ("overrides", overrides),
    ("patterns", patterns),
    ("named-files", named_files),
    ("resources", resources),
    ("vmagent-urls", vmagent_urls),
    ("included", included),
    ("target-files", target_files),
    ("definitions", definitions),
    ("pipelines", pipelines),
    ("mounts", mounts),
    ("copies", copies),
    ("here-documents", here_documents),
    ("ingress-routes", ingress_routes),
    ("variables", variables),
    ("networks", networks),
    ("namesakes", namesakes),
    ("certificates", certificates),
    ("missing-rules", missing_rules),
    ("compose-variants", shared::compose_variants),
    ("sharers", shared::sharers),
    ("label-maps", shared::label_maps),
    ("policy-mounts", shared::policy_mounts),
    ("prometheuses", shared::prometheuses),
    ("monitors", shared::monitors),
    ("unused-overrides", shared::unused_overrides),
    ("shared-patterns", shared::shared_patterns),
    ("prometheus-files", folders::prometheus_files),
    ("monitored-files", folders::monitored_files),
    ("secret-namesakes", folders::secret_namesakes),
    ("volumes", folders::volumes),
    ("alloy-ways", folders::alloy_ways),
    ("sharers-of-variables", folders::sharers_of_variables),
    ("overlays", folders::overlays),
    ("values-files", folders::values_files),
    ("vmagent-flags", folders::vmagent_flags),
    ("builds", folders::builds),
    ("scripts", folders::scripts),
    ("units", folders::units),
    ("alert-labels", folders::alert_labels),
    ("unfilled", folders::unfilled),
    ("missing-keys", folders::missing_keys),
    ("authenticators", folders::authenticators),
    ("own-variables", folders::own_variables),
    ("no-tenant", folders::no_tenant),
];

const ENDPOINT: &str = "    authorization:\n      credentials_file: token\n";

fn configuration(urls: impl Iterator<Item = String>) -> String {
    let mut out = String::from(
        "global:\n  external_labels:\n    cluster: a\nscrape_configs:\n  - job_name: a\n    \
         static_configs:\n      - targets: [localhost:9090]\nremote_write:\n",
    );
    for url in urls {
        let _ = write!(out, "  - url: {url}\n{ENDPOINT}");
    }
    out
}

fn one_endpoint() -> String {
    configuration(std::iter::once("http://mimir:9009/api/v1/push".to_owned()))
}

/// The hook on one configuration beside manifests that have nothing to do with it.
fn manifests(count: usize) -> Grown {
    let mut files = vec![
        (".git/HEAD".to_owned(), "ref: refs/heads/main\n".to_owned()),
        ("mon/prometheus.yml".to_owned(), one_endpoint()),
        ("mon/token".to_owned(), "a.b.c".to_owned()),
    ];
    for number in 0..count {
        let content = match number % 4 {
            0 => workload("Deployment", number, "registry.example.com/app:1.2.3"),
            1 => service(number - 1),
            2 => format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{number}\ndata:\n  a: b\n"
            ),
            _ => format!(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: app-{number}\nspec:\n  \
                 tls:\n    - hosts: [app-{number}.example.com]\n      secretName: app-{number}\n  rules:\n    \
                 - host: app-{number}.example.com\n"
            ),
        };
        files.push((format!("k8s/{}/app-{number}.yaml", number / 20), content));
    }
    Grown {
        files,
        named: vec!["mon/prometheus.yml".to_owned()],
    }
}

fn workload(kind: &str, number: usize, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: app-{number}\nspec:\n  selector:\n    \
         matchLabels:\n      app: app-{number}\n  template:\n    metadata:\n      labels:\n        app: app-{number}\n    \
         spec:\n      containers:\n        - name: app\n          image: {image}\n          ports:\n            \
         - containerPort: 9009\n          volumeMounts:\n            - name: config\n              \
         mountPath: /etc/prometheus\n      volumes:\n        - name: config\n          configMap:\n            \
         name: app-{number}-config\n"
    )
}

fn service(number: usize) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{number}\nspec:\n  selector:\n    \
         app: app-{number}\n  ports:\n    - port: 9009\n"
    )
}

/// As many deployments of Prometheus, each with a patch, a Service that is written to, and its
/// configuration in a ConfigMap.
fn deployments(count: usize) -> Grown {
    let mut files = vec![("promvet.yaml".to_owned(), String::new())];
    for number in 0..count {
        let folder = format!("apps/{number}");
        let patch = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\nspec:\n  template:\n    \
             spec:\n      volumes: []\n"
        );
        let url = format!("http://app-{}:9009/api/v1/push", number + 1);
        let inner = configuration(std::iter::once(url)).replace('\n', "\n    ");
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{number}-config\ndata:\n  \
             prometheus.yml: |\n    {inner}\n"
        );
        let run = workload("Deployment", number, "prom/prometheus:v3.5.0");
        files.push((format!("{folder}/run.yaml"), run));
        files.push((format!("{folder}/service.yaml"), service(number)));
        files.push((format!("{folder}/patch.yaml"), patch));
        files.push((format!("{folder}/map.yaml"), map));
    }
    Grown {
        files,
        named: vec![".".to_owned()],
    }
}

/// As many hosts that are written to, with an Ingress and a Certificate each.
fn issuers(count: usize) -> Grown {
    let mut files = vec![
        ("promvet.yaml".to_owned(), String::new()),
        (
            "issuer.yaml".to_owned(),
            "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata:\n  name: le\nspec:\n  acme:\n    \
             server: https://acme-v02.api.letsencrypt.org/directory\n"
                .to_owned(),
        ),
    ];
    for number in 0..count {
        files.push((
            format!("tls/{number}.yaml"),
            format!(
                "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata:\n  name: m-{number}\nspec:\n  \
                 secretName: m-{number}\n  dnsNames: [m-{number}.example.com]\n  issuerRef:\n    name: le\n    \
                 kind: ClusterIssuer\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  \
                 name: m-{number}\nspec:\n  tls:\n    - hosts: [m-{number}.example.com]\n      \
                 secretName: m-{number}\n  rules:\n    - host: m-{number}.example.com\n"
            ),
        ));
        let url = format!("https://m-{number}.example.com/api/v1/push");
        let content = configuration(std::iter::once(url));
        files.push((format!("mon/{number}/prometheus.yml"), content));
        files.push((format!("mon/{number}/token"), "a.b.c".to_owned()));
    }
    Grown {
        files,
        named: vec![".".to_owned()],
    }
}

/// As many overrides and exclusions in promvet.yaml, and files with a finding for each.
fn overrides(count: usize) -> Grown {
    let mut policy = String::from("exclude:\n");
    for number in 0..count {
        let _ = writeln!(policy, "  - old-{number}/**");
    }
    policy.push_str("overrides:\n");
    let mut files = Vec::new();
    for number in 0..count {
        let _ = write!(
            policy,
            "  - files: team-{number}/**\n    rules:\n      schema/unknown-field: warning\n"
        );
        let content = one_endpoint() + "remote_wriet: []\n";
        files.push((format!("team-{number}/prometheus.yml"), content));
        files.push((format!("team-{number}/token"), "a.b.c".to_owned()));
    }
    files.push(("promvet.yaml".to_owned(), policy));
    Grown {
        files,
        named: vec![".".to_owned()],
    }
}

/// A rule file of as many alerts with a regular expression each, and a configuration that has it.
fn patterns(count: usize) -> Grown {
    let mut rules = String::from("groups:\n  - name: a\n    rules:\n");
    for number in 0..count {
        let _ = write!(
            rules,
            "      - alert: A{number}\n        expr: up{{job=~\"(api|web)-{number}.*\",code!~\"[45]..\"}} == 0\n"
        );
    }
    Grown {
        files: vec![
            ("promvet.yaml".to_owned(), String::new()),
            ("rules.yml".to_owned(), rules),
            (
                "prometheus.yml".to_owned(),
                "rule_files: [rules.yml]\n".to_owned() + &one_endpoint(),
            ),
            ("token".to_owned(), "a.b.c".to_owned()),
        ],
        named: vec!["prometheus.yml".to_owned()],
    }
}

/// As many configurations, each in a separate folder outside of any repository, and each named.
fn named_files(count: usize) -> Grown {
    let mut grown = Grown {
        files: Vec::new(),
        named: Vec::new(),
    };
    for number in 0..count {
        let path = format!("{number}/prometheus.yml");
        grown.named.push(path.clone());
        grown.files.push((path, one_endpoint()));
        grown
            .files
            .push((format!("{number}/token"), "a.b.c".to_owned()));
    }
    grown
}

/// As many resources of the Operator as documents of one file.
fn resources(count: usize) -> Grown {
    let mut file = String::new();
    for number in 0..count {
        let _ = write!(
            file,
            "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:\n  name: p-{number}\nspec:\n  \
             remoteWrite:\n    - url: https://m-{number}.example.com/api/v1/push\n      bearerTokenSecret:\n        \
             name: a\n        key: b\n"
        );
    }
    Grown {
        files: vec![
            ("promvet.yaml".to_owned(), String::new()),
            ("all.yaml".to_owned(), file),
        ],
        named: vec![".".to_owned()],
    }
}

/// vmagent with the same URL as often, which is an endpoint each time.
fn vmagent_urls(count: usize) -> Grown {
    let url = "      - -remoteWrite.url=https://mimir.example.com/api/v1/push\n";
    let file = format!(
        "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n{}",
        url.repeat(count)
    );
    Grown {
        files: vec![
            ("promvet.yaml".to_owned(), String::new()),
            ("compose.yaml".to_owned(), file),
        ],
        named: vec![".".to_owned()],
    }
}

/// As many configurations, each with all of them included, for two releases.
fn included(count: usize) -> Grown {
    let policy = "prometheus: [\"2.53\", \"3.5\"]\n".to_owned();
    let mut files = vec![("promvet.yaml".to_owned(), policy)];
    for number in 0..count {
        let content = format!(
            "scrape_config_files: [\"*.yml\"]\nscrape_configs:\n  - job_name: a-{number}\n    \
             relabel_configs:\n      - source_labels: [__meta_ec2_tag_x]\n        regex: a.*\n        action: keep\n"
        );
        files.push((format!("c-{number}.yml"), content));
    }
    Grown {
        files,
        named: vec![".".to_owned()],
    }
}

/// A tree of one file, checked as a whole.
fn alone(path: &str, content: String) -> Grown {
    Grown {
        files: vec![
            ("promvet.yaml".to_owned(), String::new()),
            (path.to_owned(), content),
        ],
        named: vec![".".to_owned()],
    }
}

/// A discovery of as many files, none of which exists.
fn target_files(count: usize) -> Grown {
    let files: Vec<String> = (0..count).map(|number| format!("t-{number}.yml")).collect();
    let head = "scrape_configs:\n  - job_name: a\n    file_sd_configs:\n      - files: [";
    alone("prometheus.yml", format!("{head}{}]\n", files.join(", ")))
}

/// An annotation with as many templates that call one another.
fn definitions(count: usize) -> Grown {
    let mut rules = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up == 0\n        annotations:\n          summary: '".to_owned();
    for number in 0..count {
        let next = number + 1;
        let _ = write!(
            rules,
            "{{{{define \"a{number}\"}}}}{{{{template \"a{next}\"}}}}{{{{end}}}}"
        );
    }
    rules.push_str("'\n");
    let mut grown = alone("a.rules.yml", rules);
    let config = "rule_files: [a.rules.yml]\n".to_owned() + &one_endpoint();
    grown.files.push(("prometheus.yml".to_owned(), config));
    grown
}

/// A Collector with as many receivers, exporters and pipelines.
fn pipelines(count: usize) -> Grown {
    let (mut receivers, mut exporters, mut pipelines) =
        (String::new(), String::new(), String::new());
    for number in 0..count {
        let _ = writeln!(receivers, "  otlp/{number}: {{}}");
        let _ = writeln!(
            exporters,
            "  prometheusremotewrite/{number}: {{endpoint: 'https://m-{number}.example.com/api/v1/push'}}"
        );
        let _ = writeln!(
            pipelines,
            "    metrics/{number}: {{receivers: [otlp/{number}], exporters: [prometheusremotewrite/{number}]}}"
        );
    }
    let content = format!(
        "receivers:\n{receivers}exporters:\n{exporters}service:\n  pipelines:\n{pipelines}"
    );
    alone("otel.yaml", content)
}

/// A service that has one configuration at as many paths.
fn mounts(count: usize) -> Grown {
    let mut file =
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    volumes:\n".to_owned();
    for number in 0..count {
        let _ = writeln!(file, "      - ./prometheus.yml:/a-{number}");
    }
    let mut grown = alone("compose.yaml", file);
    grown
        .files
        .push(("prometheus.yml".to_owned(), one_endpoint()));
    grown
}

/// An image beside its configuration, of so many instructions.
fn image(instruction: impl Fn(usize) -> String, count: usize) -> Grown {
    let instructions: String = (0..count).map(instruction).collect();
    let file = format!("FROM prom/prometheus\n{instructions}CMD --nothing\n");
    let mut grown = alone("Dockerfile", file);
    grown
        .files
        .push(("prometheus.yml".to_owned(), one_endpoint()));
    grown
}

/// An image that has one configuration at as many paths.
fn copies(count: usize) -> Grown {
    image(
        |number| format!("COPY prometheus.yml /etc/a-{number}.yml\n"),
        count,
    )
}

/// An image of as many files that are written in the Dockerfile.
fn here_documents(count: usize) -> Grown {
    image(
        |number| format!("COPY <<E{number} /a-{number}\nx\nE{number}\n"),
        count,
    )
}

/// As many IngressRoutes of one host in one file, each with a Middleware.
fn ingress_routes(count: usize) -> Grown {
    let mut file = String::new();
    for number in 0..count {
        let _ = write!(
            file,
            "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {{name: a-{number}}}\nspec:\n  \
             routes:\n    - match: Host(`mimir`) && PathPrefix(`/x-{number}`)\n      kind: Rule\n      \
             services: [{{name: p-{number}, port: 9090}}]\n      middlewares: [{{name: m-{number}}}]\n---\n\
             apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {{name: m-{number}}}\nspec:\n  \
             headers: {{customRequestHeaders: {{X-A: b}}}}\n---\n"
        );
    }
    let mut grown = alone("routes.yaml", file);
    grown
        .files
        .push(("prometheus.yml".to_owned(), one_endpoint()));
    grown
}

/// A compose file whose service has so many variables, in a list and in a mapping.
fn variables(count: usize) -> Grown {
    let (mut list, mut mapping) = (String::new(), String::new());
    for number in 0..10 * count {
        let _ = writeln!(list, "    - LIST_{number}=a");
        let _ = writeln!(mapping, "      NAME_{number}: a");
    }
    service_of_compose(&format!(
        "    environment:\n{mapping}  other:\n    image: a\n    environment:\n{list}"
    ))
}

/// So many endpoints that name one damaged file, and one that names a file of so many damaged certificates.
/// The first file is of one size: what a file holds is looked at for each reference, up to a limit.
fn certificates(count: usize) -> Grown {
    let endpoint = |number: usize| {
        format!("- url: https://h{number}.example.com/x\n  tls_config: {{ca_file: ca.pem}}\n")
    };
    let endpoints: String = (0..count).map(endpoint).collect();
    let last = "- url: https://h.example.com/x\n  tls_config: {ca_file: all.pem}\n";
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    Grown {
        files: vec![
            (
                "prometheus.yml".to_owned(),
                format!("remote_write:\n{endpoints}{last}"),
            ),
            ("ca.pem".to_owned(), certificate.repeat(20)),
            ("all.pem".to_owned(), certificate.repeat(10 * count)),
        ],
        named: Vec::new(),
    }
}

/// So many rule files that are not there.
fn missing_rules(count: usize) -> Grown {
    let files: String = (0..10 * count)
        .map(|number| format!("- r{number}.yml\n"))
        .collect();
    Grown {
        files: vec![("prometheus.yml".to_owned(), format!("rule_files:\n{files}"))],
        named: Vec::new(),
    }
}

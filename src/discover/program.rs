//! Programs that send, or that fill in what Prometheus reads: one row each, with all that they do by themselves.

use crate::finding::rule::{
    CREDENTIALS_COMMITTED as COMMITTED, REMOTE_WRITE_CREDENTIALS_MISSING as CREDENTIALS,
    REMOTE_WRITE_TENANT_HEADER as TENANT,
};

/// The words in reports of programs that code asks for.
pub const AGENT: &str = "grafana-agent";
/// Alloy.
pub const ALLOY: &str = "alloy";
/// The OpenTelemetry Collector.
pub const COLLECTOR: &str = "otel-collector";
/// k6.
pub const K6: &str = "k6";
/// Vector.
pub const VECTOR: &str = "vector";
/// vmagent, whose endpoints are on its command line.
pub const VMAGENT: &str = "vmagent";

/// A program, by its word in reports.
#[derive(Debug)]
pub struct KnownProgram {
    /// The word.
    pub word: &'static str,
    /// Its name in a sentence; none where reports name it nowhere.
    pub name: Option<&'static str>,
    /// What a list of files calls its configurations.
    pub title: Option<&'static str>,
    /// The last part of the names of its images, which are those of its commands too.
    pub images: &'static [&'static str],
    /// The ports on which it listens without a setting, and those of protocols that it is often set to.
    pub ports: &'static [u16],
    /// Whether Prometheus itself reads the file in the end, with the checks of its newest release.
    pub is_prometheus: bool,
    /// Whether it has an HTTP client of its own, which takes any header.
    pub has_own_client: bool,
    /// Whether it shows the URLs of endpoints in its own metrics or on its pages.
    pub shows_url: bool,
    /// Whether it sends again what a rate limit turned away, unless it is told not to, or has no key for that.
    pub sends_again: bool,
    /// Whether it takes variables from its environment.
    pub variables: VariableExpansion,
    /// How a value is read from the environment, as advice.
    pub from_environment: Option<&'static str>,
    /// What to correct where its URL is in several settings, or grows a path.
    pub split_url: Option<SplitUrl>,
    /// Whether it adds the header with the tenant by itself.
    pub tenant: Option<TenantHeader>,
    /// What to add where something is missing, in its own keys, by the rule that asks for it.
    pub own_help: &'static [(&'static str, &'static str)],
    /// Its defaults that differ from those of Prometheus.
    pub defaults: ProgramDefaults,
}

/// A key by its path without the numbers of items, and what it is where it is not set.
pub type DefaultRow = (&'static str, &'static str);

/// What is said of defaults, and the defaults.
#[derive(Clone, Copy, Debug)]
pub struct ProgramDefaults {
    /// Whose they are.
    pub from: &'static str,
    /// The keys.
    pub rows: &'static [DefaultRow],
}

/// When a program expands variables of its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableExpansion {
    /// Never, as far as promvet knows.
    Unknown,
    /// Always.
    Always,
    /// Only with the flag [`EXPAND`].
    WithFlag,
}

/// The flag with which some programs expand variables.
pub const EXPAND: &str = "config.expand-env";

/// What to correct in a URL that is not written in one piece.
#[derive(Clone, Copy, Debug)]
pub struct SplitUrl {
    /// For another scheme.
    pub scheme: &'static str,
    /// For another path.
    pub path: &'static str,
    /// For the rest.
    pub other: &'static str,
}

/// The keys that decide whether a program adds the header with the tenant.
#[derive(Clone, Copy, Debug)]
pub struct TenantHeader {
    /// The key that turns it on, if it is not on by default.
    pub on: Option<&'static [&'static str]>,
    /// The key that turns it off.
    pub off: &'static [&'static str],
}

/// What holds of a program whose row does not say otherwise.
const UNKNOWN: KnownProgram = KnownProgram {
    word: "",
    name: None,
    title: None,
    images: &[],
    ports: &[],
    is_prometheus: false,
    has_own_client: false,
    shows_url: true,
    sends_again: false,
    variables: VariableExpansion::Unknown,
    from_environment: None,
    split_url: None,
    tenant: None,
    own_help: &[],
    defaults: ProgramDefaults {
        from: "",
        rows: &[],
    },
};

/// All of them, by their words.
///
/// Sources: what sends again is in `DefaultQueueOptions` of grafana/alloy v1.10
/// `internal/component/prometheus/remotewrite/types.go`, grafana/agent v0.44
/// `static/metrics/instance/instance.go`, VictoriaMetrics v1.120 `app/vmagent/remotewrite/client.go`; the
/// Collector has a feature gate (`exporter.prometheusremotewritexporter.RetryOn429`). Variables with a flag:
/// grafana/agent v0.44.2 `internal/static/config`, grafana/tempo v2.9 `cmd/tempo/main.go`, grafana/loki v3.5
/// `pkg/util/cfg/dynamic.go`. The header with the tenant: grafana/loki v3.5 `pkg/ruler/config.go`,
/// grafana/tempo v2.9 `modules/generator/storage/config_util.go`. Defaults: Alloy v1.18
/// `internal/component/prometheus/{remotewrite,scrape}`, Grafana Agent v0.44
/// `internal/static/metrics/instance/instance.go`, opentelemetry-collector-contrib v0.140
/// `exporter/prometheusremotewriteexporter/factory.go`, VictoriaMetrics v1.140
/// `app/vmagent/remotewrite/client.go`. vmagent names a URL `secret-url` unless it is started with
/// `-remoteWrite.showURL` (VictoriaMetrics v1.120 `app/vmagent/remotewrite/remotewrite.go`).
static PROGRAMS: &[KnownProgram] = &[
    KnownProgram {
        word: ALLOY,
        name: Some("Alloy"),
        title: Some("Alloy"),
        images: &["alloy", "grafana-alloy", "agent", "grafana-agent"],
        ports: &[12345],
        sends_again: true,
        variables: VariableExpansion::Always,
        from_environment: Some("read it from the environment: `sys.env(\"NAME\")`"),
        defaults: ProgramDefaults {
            from: "the default of Alloy",
            rows: &[
                ("remote_write.queue_config.retry_on_http_429", "true"),
                ("remote_write.send_exemplars", "true"),
                ("scrape_configs.scrape_interval", "1m"),
                ("scrape_configs.scrape_timeout", "10s"),
            ],
        },
        ..UNKNOWN
    },
    KnownProgram {
        word: "ama-metrics",
        title: Some("Azure's agent"),
        ..UNKNOWN
    },
    KnownProgram {
        word: "ansible",
        name: Some("Prometheus"),
        title: Some("Ansible variables"),
        is_prometheus: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: "fluent-bit",
        name: Some("Fluent Bit"),
        has_own_client: true,
        shows_url: false,
        split_url: Some(SplitUrl {
            scheme: "add `tls on`",
            path: "correct the path in `uri`",
            other: "correct `host`, `port`, `uri` and `tls`; `host` has neither a scheme nor a path",
        }),
        own_help: &[
            (COMMITTED, "read it from the environment: `${NAME}`"),
            (
                CREDENTIALS,
                "add `http_user` and `http_passwd`, or `aws_auth on` for AWS",
            ),
            (TENANT, "add `header X-Scope-OrgID TENANT`"),
        ],
        sends_again: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: AGENT,
        name: Some("Grafana Agent"),
        title: Some("Grafana Agent"),
        images: &["agent", "grafana-agent"],
        ports: &[80, 12345],
        sends_again: true,
        variables: VariableExpansion::WithFlag,
        defaults: ProgramDefaults {
            from: "the default of Grafana Agent",
            rows: &[("remote_write.queue_config.retry_on_http_429", "true")],
        },
        ..UNKNOWN
    },
    KnownProgram {
        word: K6,
        name: Some("k6"),
        title: Some("k6"),
        has_own_client: true,
        shows_url: false,
        own_help: &[
            (
                COMMITTED,
                "set the variable where k6 is started, from a Secret or the pipeline",
            ),
            (
                CREDENTIALS,
                "set `K6_PROMETHEUS_RW_USERNAME` and `K6_PROMETHEUS_RW_PASSWORD`, or the credential that the receiver takes",
            ),
            (
                TENANT,
                "add `X-Scope-OrgID:TENANT` to `K6_PROMETHEUS_RW_HTTP_HEADERS`",
            ),
        ],
        sends_again: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: "loki",
        name: Some("Loki"),
        title: Some("Loki"),
        images: &["loki", "grafana-loki"],
        ports: &[3100, 9095],
        variables: VariableExpansion::WithFlag,
        tenant: Some(TenantHeader {
            on: None,
            off: &["ruler", "remote_write", "add_org_id_header"],
        }),
        ..UNKNOWN
    },
    KnownProgram {
        word: "netdata",
        name: Some("Netdata"),
        has_own_client: true,
        shows_url: false,
        split_url: Some(SplitUrl {
            scheme: "write `https:` in the name of the section: `[prometheus_remote_write:https:NAME]`",
            path: "correct the path in `remote write URL path`",
            other: "correct `destination`, `remote write URL path`, and the scheme in the name of the section",
        }),
        own_help: &[
            (
                COMMITTED,
                "write the file where Netdata runs, and keep it out of the repository",
            ),
            (CREDENTIALS, "add `username` and `password`"),
        ],
        sends_again: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: "newrelic",
        name: Some("the New Relic agent"),
        title: Some("New Relic"),
        ..UNKNOWN
    },
    KnownProgram {
        word: COLLECTOR,
        name: Some("the Collector"),
        title: Some("OpenTelemetry Collector"),
        images: &[
            "aws-otel-collector",
            "opentelemetry-collector",
            "opentelemetry-collector-contrib",
            "opentelemetry-collector-k8s",
            "otelcol",
            "otelcol-contrib",
        ],
        ports: &[1777, 4317, 4318, 8888, 13133, 55679],
        has_own_client: true,
        shows_url: false,
        sends_again: true,
        variables: VariableExpansion::Always,
        from_environment: Some("read it from the environment: `${env:NAME}`"),
        defaults: ProgramDefaults {
            from: "the default of the Collector",
            rows: &[("remote_write.remote_timeout", "5s")],
        },
        ..UNKNOWN
    },
    KnownProgram {
        word: "promxy",
        name: Some("promxy"),
        title: Some("promxy"),
        ..UNKNOWN
    },
    KnownProgram {
        word: "puppet",
        name: Some("Prometheus"),
        is_prometheus: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: "telegraf",
        name: Some("Telegraf"),
        has_own_client: true,
        shows_url: false,
        own_help: &[
            (COMMITTED, "read it from the environment: `${NAME}`"),
            (
                CREDENTIALS,
                "add `username` and `password`, or the credential that the receiver takes",
            ),
            (
                TENANT,
                "add `X-Scope-OrgID = \"TENANT\"` to `[outputs.http.headers]`",
            ),
        ],
        sends_again: true,
        ..UNKNOWN
    },
    KnownProgram {
        word: "tempo",
        name: Some("Tempo"),
        title: Some("Tempo"),
        images: &["tempo", "grafana-tempo"],
        ports: &[80, 3200, 4317, 4318, 9095],
        variables: VariableExpansion::WithFlag,
        tenant: Some(TenantHeader {
            on: Some(&["multitenancy_enabled"]),
            off: &[
                "metrics_generator",
                "storage",
                "remote_write_add_org_id_header",
            ],
        }),
        ..UNKNOWN
    },
    KnownProgram {
        word: "thanos-rule",
        name: Some("Thanos Rule"),
        images: &["thanos"],
        ports: &[10901, 10902, 19291],
        ..UNKNOWN
    },
    KnownProgram {
        word: VECTOR,
        name: Some("Vector"),
        title: Some("Vector"),
        images: &["vector"],
        ports: &[8686],
        has_own_client: true,
        shows_url: false,
        sends_again: true,
        variables: VariableExpansion::Always,
        own_help: &[
            (COMMITTED, "read it from the environment: `${NAME}`"),
            (
                CREDENTIALS,
                "add `auth` with `strategy: basic`, `user` and `password`, or `strategy: aws`",
            ),
            (TENANT, "add `tenant_id: TENANT`"),
        ],
        ..UNKNOWN
    },
    KnownProgram {
        word: VMAGENT,
        name: Some("vmagent"),
        title: Some("vmagent"),
        images: &["vmagent", "vmagent-prod"],
        ports: &[8429],
        has_own_client: true,
        shows_url: false,
        sends_again: true,
        variables: VariableExpansion::Always,
        defaults: ProgramDefaults {
            from: "the default of vmagent",
            rows: &[("remote_write.remote_timeout", "1m")],
        },
        ..UNKNOWN
    },
    KnownProgram {
        word: "vmalert",
        name: Some("vmalert"),
        title: Some("vmalert"),
        has_own_client: true,
        sends_again: true,
        split_url: Some(SplitUrl {
            scheme: "write `https://`",
            path: "correct the path, without the part that vmalert appends",
            other: "correct the URL, without the path that vmalert appends",
        }),
        ..UNKNOWN
    },
];

impl KnownProgram {
    /// The program of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<&'static Self> {
        PROGRAMS.iter().find(|program| program.word == word)
    }

    /// All whose images are known.
    pub fn with_images() -> impl Iterator<Item = &'static Self> {
        PROGRAMS.iter().filter(|program| !program.images.is_empty())
    }
}

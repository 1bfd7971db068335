//! The Services that charts of receivers make, as a table.

/// A Service that a chart makes.
pub(super) struct ReleasedService {
    /// The chart.
    pub(super) chart: &'static str,
    /// What its full name ends in, unless the name of the release has it already.
    pub(super) infix: &'static str,
    /// The part of the chart.
    pub(super) part: &'static str,
    /// The name of the Service where it is the same for all releases.
    pub(super) fixed: Option<&'static str>,
    /// The value that says whether it is made, and whether it is without that value.
    pub(super) switch: Option<(&'static [&'static str], bool)>,
    /// Its ports, and those of the containers.
    pub(super) ports: &'static [(u16, u16)],
    /// What runs behind it.
    pub(super) image: &'static str,
    /// The way to the flags of its program.
    pub(super) flags: Option<&'static [&'static str]>,
    /// Values that are settings of its program, by their ways, and the flags that mean the same.
    pub(super) settings: &'static [(&'static [&'static str], &'static str)],
    /// A flag that says what the chart does by itself, and values by which it may do something else.
    pub(super) own: Option<(&'static str, &'static [&'static [&'static str]])>,
}

/// What limits and tenants of Mimir are called in values.
pub(super) const OF_MIMIR: &[(&[&str], &str)] = &[
    (
        &["mimir", "structuredConfig", "multitenancy_enabled"],
        "auth.multitenancy-enabled",
    ),
    (
        &[
            "mimir",
            "structuredConfig",
            "limits",
            "out_of_order_time_window",
        ],
        "ingester.out-of-order-time-window",
    ),
    (
        &[
            "mimir",
            "structuredConfig",
            "limits",
            "native_histograms_ingestion_enabled",
        ],
        "ingester.native-histograms-ingestion-enabled",
    ),
    (
        &[
            "mimir",
            "structuredConfig",
            "limits",
            "max_global_exemplars_per_user",
        ],
        "ingester.max-global-exemplars-per-user",
    ),
    (
        &["mimir", "structuredConfig", "server", "http_listen_port"],
        "server.http-listen-port",
    ),
];

/// The name among the arguments of the switch by which nginx of a chart asks for a user. No program has a
/// flag of this name.
pub const GATEWAY_USERS: &str = "gateway.basic-auth";

/// nginx of the chart sets a tenant where the request has none.
pub(super) const ANY_TENANT: &str = "-auth.multitenancy-enabled=false";

/// The Services. Sources: grafana/mimir `operations/helm/charts/mimir-distributed` templates/_helpers.tpl
/// (`mimir.resourceName`), templates/gateway/gateway-svc.yaml, values.yaml (`nginxConfig.file` with
/// `ensured_x_scope_orgid`) of 5.x and 6.x; VictoriaMetrics/helm-charts `charts/victoria-metrics-single`
/// templates/_helpers.tpl (`victoria-metrics.server.fullname`), templates/server-service.yaml, and
/// `charts/victoria-metrics-cluster` templates/vminsert-service.yaml, vmselect-service.yaml.
pub(super) const MADE: &[ReleasedService] = &[
    ReleasedService {
        chart: MIMIR,
        infix: "mimir",
        part: "gateway",
        fixed: None,
        switch: Some((&["gateway", "enabled"], true)),
        ports: &[(80, 8080), (8080, 8080)],
        image: "grafana/mimir",
        flags: None,
        settings: &[(&["gateway", "nginx", "basicAuth", "enabled"], GATEWAY_USERS)],
        own: Some((ANY_TENANT, &[&["gateway", "nginx", "config"]])),
    },
    ReleasedService {
        chart: MIMIR,
        infix: "mimir",
        part: "nginx",
        fixed: None,
        switch: Some((&["nginx", "enabled"], true)),
        ports: &[(80, 8080)],
        image: "grafana/mimir",
        flags: None,
        settings: &[(&["nginx", "basicAuth", "enabled"], GATEWAY_USERS)],
        own: Some((ANY_TENANT, &[&["nginx", "nginxConfig"]])),
    },
    ReleasedService {
        chart: MIMIR,
        infix: "mimir",
        part: "distributor",
        fixed: None,
        switch: None,
        ports: &[(8080, 8080), (9095, 9095)],
        image: "grafana/mimir",
        flags: Some(&["distributor", "extraArgs"]),
        settings: OF_MIMIR,
        own: None,
    },
    ReleasedService {
        chart: VM_SINGLE,
        infix: VM_SINGLE,
        part: "server",
        fixed: None,
        switch: Some((&["server", "enabled"], true)),
        ports: &[(8428, 8428)],
        image: "victoriametrics/victoria-metrics",
        flags: Some(&["server", "extraArgs"]),
        settings: &[],
        own: None,
    },
    ReleasedService {
        chart: VM_CLUSTER,
        infix: VM_CLUSTER,
        part: "vminsert",
        fixed: None,
        switch: Some((&["vminsert", "enabled"], true)),
        ports: &[(8480, 8480)],
        image: "victoriametrics/vminsert",
        flags: Some(&["vminsert", "extraArgs"]),
        settings: &[],
        own: None,
    },
    ReleasedService {
        chart: VM_CLUSTER,
        infix: VM_CLUSTER,
        part: "vmselect",
        fixed: None,
        switch: Some((&["vmselect", "enabled"], true)),
        ports: &[(8481, 8481)],
        image: "victoriametrics/vmselect",
        flags: Some(&["vmselect", "extraArgs"]),
        settings: &[],
        own: None,
    },
    ReleasedService {
        chart: STACK,
        infix: STACK,
        part: "prometheus",
        fixed: None,
        switch: Some((&["prometheus", "enabled"], true)),
        ports: &[(9090, 9090), (8080, 8080)],
        image: "quay.io/prometheus/prometheus",
        flags: None,
        settings: &[(
            &["prometheus", "prometheusSpec", "enableRemoteWriteReceiver"],
            "web.enable-remote-write-receiver",
        )],
        own: Some((OF_OPERATOR, CHANGING_STACK)),
    },
    // The Operator makes it beside that of the chart, for all its Prometheuses of a namespace.
    ReleasedService {
        chart: STACK,
        infix: STACK,
        part: "prometheus",
        fixed: Some("prometheus-operated"),
        switch: Some((&["prometheus", "enabled"], true)),
        ports: &[(9090, 9090), (10901, 10901)],
        image: "quay.io/prometheus/prometheus",
        flags: None,
        settings: &[(
            &["prometheus", "prometheusSpec", "enableRemoteWriteReceiver"],
            "web.enable-remote-write-receiver",
        )],
        own: Some((OF_OPERATOR, CHANGING_STACK)),
    },
    ReleasedService {
        chart: PROMETHEUS,
        infix: PROMETHEUS,
        part: "server",
        fixed: None,
        switch: Some((&["server", "enabled"], true)),
        ports: &[(80, 9090)],
        image: "quay.io/prometheus/prometheus",
        flags: Some(&["server", "extraFlags"]),
        settings: &[],
        own: Some((OF_CHART, CHANGING_SERVER)),
    },
];

/// What the Operator and the chart start Prometheus with in any case.
pub(super) const OF_OPERATOR: &str = "--config.file=/etc/prometheus/config_out/prometheus.env.yaml";

pub(super) const OF_CHART: &str = "--config.file=/etc/config/prometheus.yml";

/// Values of kube-prometheus-stack by which Prometheus may be started in another way
/// (prometheus-community/helm-charts `charts/kube-prometheus-stack` templates/prometheus/prometheus.yaml).
pub(super) const CHANGING_STACK: &[&[&str]] = &[
    &["cleanPrometheusOperatorObjectNames"],
    &["prometheus", "agentMode"],
    &["prometheus", "prometheusSpec", "additionalArgs"],
    &["prometheus", "prometheusSpec", "additionalConfig"],
    &["prometheus", "prometheusSpec", "containers"],
    &["prometheus", "prometheusSpec", "enableFeatures"],
    &["prometheus", "prometheusSpec", "externalUrl"],
    &["prometheus", "prometheusSpec", "image"],
    &["prometheus", "prometheusSpec", "listenLocal"],
    &["prometheus", "prometheusSpec", "routePrefix"],
    &["prometheus", "prometheusSpec", "version"],
    &["prometheus", "prometheusSpec", "web"],
];

/// The same of the chart `prometheus` (`charts/prometheus` templates/deploy.yaml).
pub(super) const CHANGING_SERVER: &[&[&str]] = &[
    &["server", "baseURL"],
    &["server", "command"],
    &["server", "defaultFlagsOverride"],
    &["server", "extraArgs"],
    &["server", "image"],
    &["server", "prefixURL"],
    &["server", "sidecarContainers"],
    &["server", "statefulSet"],
];

pub(super) const MIMIR: &str = "mimir-distributed";

pub(super) const STACK: &str = "kube-prometheus-stack";

pub(super) const PROMETHEUS: &str = "prometheus";

pub(super) const VM_SINGLE: &str = "victoria-metrics-single";

pub(super) const VM_CLUSTER: &str = "victoria-metrics-cluster";

//! Flags of vmagent about sending and scraping (VictoriaMetrics v1.140 `app/vmagent/remotewrite`,
//! `lib/promscrape`, `lib/streamaggr`, and those that its changelog has removed since).

use crate::finding::surely_meant;

/// Those that are on or off: a value of them needs `=` (Go's package flag).
const SWITCHES: &[&str] = &[
    "promscrape.config.dryRun",
    "promscrape.config.strictParse",
    "promscrape.disableCompression",
    "promscrape.disableKeepAlive",
    "promscrape.dropOriginalLabels",
    "promscrape.kubernetes.attachNamespaceMetadataAll",
    "promscrape.kubernetes.attachNodeMetadataAll",
    "promscrape.kubernetes.useHTTP2Client",
    "promscrape.noStaleMarkers",
    "promscrape.streamParse",
    "promscrape.suppressDuplicateScrapeTargetErrors",
    "promscrape.suppressScrapeErrors",
    "remoteWrite.aws.useSigv4",
    "remoteWrite.disableMetadata",
    "remoteWrite.disableOnDiskQueue",
    "remoteWrite.disablePathAppend",
    "remoteWrite.dropSamplesOnOverload",
    "remoteWrite.forcePromProto",
    "remoteWrite.forceVMProto",
    "remoteWrite.keepDanglingQueues",
    "remoteWrite.mdx.enable",
    "remoteWrite.relabelDebug",
    "remoteWrite.shardByURL",
    "remoteWrite.showURL",
    "remoteWrite.streamAggr.dropInput",
    "remoteWrite.streamAggr.enableWindows",
    "remoteWrite.streamAggr.ignoreOldSamples",
    "remoteWrite.streamAggr.keepInput",
    "remoteWrite.tlsInsecureSkipVerify",
    "remoteWrite.urlRelabelDebug",
];

/// Those that are whole numbers.
const NUMBERS: &[&str] = &[
    "promscrape.cluster.membersCount",
    "promscrape.cluster.replicationFactor",
    "promscrape.discovery.concurrency",
    "promscrape.maxDroppedTargets",
    "promscrape.seriesLimitPerTarget",
    "remoteWrite.concurrency",
    "remoteWrite.inmemoryQueues",
    "remoteWrite.maxBatchSize",
    "remoteWrite.maxDailySeries",
    "remoteWrite.maxHourlySeries",
    "remoteWrite.maxIdleConnections",
    "remoteWrite.maxMetadataPerBlock",
    "remoteWrite.maxQueueSize",
    "remoteWrite.maxRowsPerBlock",
    "remoteWrite.queues",
    "remoteWrite.rateLimit",
    "remoteWrite.roundDigits",
    "remoteWrite.shardByURLReplicas",
    "remoteWrite.significantFigures",
    "remoteWrite.streamAggr.ignoreFirstIntervals",
    "remoteWrite.vmProtoCompressLevel",
];

/// Those that are durations of Go's package time.
const DURATIONS: &[&str] = &[
    "promscrape.azureSDCheckInterval",
    "promscrape.configCheckInterval",
    "promscrape.consul.waitTime",
    "promscrape.consulSDCheckInterval",
    "promscrape.consulagentSDCheckInterval",
    "promscrape.digitaloceanSDCheckInterval",
    "promscrape.discovery.concurrentWaitTime",
    "promscrape.dnsSDCheckInterval",
    "promscrape.dockerSDCheckInterval",
    "promscrape.dockerswarmSDCheckInterval",
    "promscrape.ec2SDCheckInterval",
    "promscrape.eurekaSDCheckInterval",
    "promscrape.fileSDCheckInterval",
    "promscrape.gceSDCheckInterval",
    "promscrape.hetznerSDCheckInterval",
    "promscrape.httpSDCheckInterval",
    "promscrape.kubernetes.apiServerTimeout",
    "promscrape.kubernetesSDCheckInterval",
    "promscrape.kumaSDCheckInterval",
    "promscrape.linodeSDCheckInterval",
    "promscrape.marathonSDCheckInterval",
    "promscrape.nomad.waitTime",
    "promscrape.nomadSDCheckInterval",
    "promscrape.openstackSDCheckInterval",
    "promscrape.ovhcloudSDCheckInterval",
    "promscrape.puppetdbSDCheckInterval",
    "promscrape.suppressScrapeErrorsDelay",
    "promscrape.vultrSDCheckInterval",
    "promscrape.yandexcloudSDCheckInterval",
    "remoteWrite.flushInterval",
    "remoteWrite.idleConnTimeout",
    "remoteWrite.retryMaxInterval",
    "remoteWrite.retryMaxTime",
    "remoteWrite.retryMinInterval",
    "remoteWrite.sendTimeout",
    "remoteWrite.streamAggr.dedupInterval",
    "remoteWrite.tlsHandshakeTimeout",
];

/// Those that are sizes (`lib/flagutil/bytes.go`).
const SIZES: &[&str] = &[
    "promscrape.maxResponseHeadersSize",
    "promscrape.maxScrapeSize",
    "promscrape.minResponseSizeForStreamParse",
    "remoteWrite.maxBlockSize",
    "remoteWrite.maxDiskUsagePerURL",
];

/// The others.
const TEXTS: &[&str] = &[
    "promscrape.cluster.memberLabel",
    "promscrape.cluster.memberNum",
    "promscrape.cluster.memberURLTemplate",
    "promscrape.cluster.name",
    "promscrape.cluster.shardByLabels",
    "promscrape.config",
    "remoteWrite.aws.accessKey",
    "remoteWrite.aws.ec2Endpoint",
    "remoteWrite.aws.region",
    "remoteWrite.aws.roleARN",
    "remoteWrite.aws.secretKey",
    "remoteWrite.aws.service",
    "remoteWrite.aws.stsEndpoint",
    "remoteWrite.basicAuth.password",
    "remoteWrite.basicAuth.passwordFile",
    "remoteWrite.basicAuth.username",
    "remoteWrite.basicAuth.usernameFile",
    "remoteWrite.bearerToken",
    "remoteWrite.bearerTokenFile",
    "remoteWrite.headers",
    "remoteWrite.label",
    "remoteWrite.multitenantURL",
    "remoteWrite.oauth2.clientID",
    "remoteWrite.oauth2.clientSecret",
    "remoteWrite.oauth2.clientSecretFile",
    "remoteWrite.oauth2.endpointParams",
    "remoteWrite.oauth2.scopes",
    "remoteWrite.oauth2.tokenUrl",
    "remoteWrite.obfuscateLabels",
    "remoteWrite.proxyURL",
    "remoteWrite.relabelConfig",
    "remoteWrite.shardByURL.ignoreLabels",
    "remoteWrite.shardByURL.labels",
    "remoteWrite.streamAggr.config",
    "remoteWrite.streamAggr.dropInputLabels",
    "remoteWrite.tlsCAFile",
    "remoteWrite.tlsCertFile",
    "remoteWrite.tlsKeyFile",
    "remoteWrite.tlsServerName",
    "remoteWrite.tmpDataPath",
    "remoteWrite.url",
    "remoteWrite.urlRelabelConfig",
];

/// What the value of a flag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagKind {
    Switch,
    Number,
    Duration,
    Size,
    Text,
}

const KINDS: &[(FlagKind, &[&str])] = &[
    (FlagKind::Switch, SWITCHES),
    (FlagKind::Number, NUMBERS),
    (FlagKind::Duration, DURATIONS),
    (FlagKind::Size, SIZES),
    (FlagKind::Text, TEXTS),
];

/// What the value of a flag is that vmagent has or had.
pub(super) fn kind_of(name: &str) -> Option<FlagKind> {
    let mut kinds = KINDS.iter();
    kinds.find_map(|(kind, names)| names.contains(&name).then_some(*kind))
}

/// Whether a flag is on or off.
pub(super) fn is_switch(name: &str) -> bool {
    kind_of(name) == Some(FlagKind::Switch)
}

/// Whether vmagent has or had a flag.
pub(super) fn is_known(name: &str) -> bool {
    kind_of(name).is_some()
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    KINDS.iter().flat_map(|(_, names)| names.iter().copied())
}

/// The flag of an endpoint that a name is surely meant for, or the name itself.
pub(super) fn surely(name: &str) -> &str {
    match name.starts_with("remoteWrite.") && !is_known(name) {
        true => surely_meant(name, all()).unwrap_or(name),
        false => name,
    }
}

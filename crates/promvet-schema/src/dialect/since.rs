//! Which release of Prometheus the Operator writes a key for (prometheus-operator v0.93.0
//! `pkg/prometheus/promcfg.go`, `WithMinimumVersion`, and `server/operator.go`).

use crate::yaml::{Entry, Node};

/// The release from which on the Operator writes a key, by its path below `spec`.
pub(super) fn of_key(path: &str) -> Option<(u16, u16)> {
    let row = SINCE.iter().find(|(known, ..)| *known == path);
    row.map(|(_, since, _)| *since)
}

/// The same with what the Operator does before.
pub(super) fn of(path: &str) -> Option<((u16, u16), TooNew)> {
    let row = SINCE.iter().find(|(known, ..)| *known == path);
    row.map(|(_, since, effect)| (*since, *effect))
}

/// What the Operator does with a key that the release of `version` does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooNew {
    /// It leaves the key out, with a line in its log.
    Dropped,
    /// It makes no configuration at all.
    Refused,
    /// It writes the key, and Prometheus rejects the configuration.
    Written,
}

impl TooNew {
    /// What happens to the key, as a clause.
    #[must_use]
    pub fn clause(self) -> &'static str {
        match self {
            Self::Dropped => "the Operator leaves it out",
            Self::Refused => "the Operator generates no configuration",
            Self::Written => "Prometheus rejects the configuration",
        }
    }
}

use TooNew::{Dropped, Refused};

/// Keys of `spec` of a Prometheus or PrometheusAgent, the release from which on the Operator writes
/// them, and what it does before.
const SINCE: &[(&str, (u16, u16), TooNew)] = &[
    (
        "alerting.alertmanagers[].alertRelabelings",
        (2, 51),
        Dropped,
    ),
    ("alerting.alertmanagers[].basicAuth", (2, 26), Dropped),
    ("alerting.alertmanagers[].enableHttp2", (2, 35), Dropped),
    ("alerting.alertmanagers[].noProxy", (2, 43), Dropped),
    (
        "alerting.alertmanagers[].proxyConnectHeader",
        (2, 43),
        Dropped,
    ),
    (
        "alerting.alertmanagers[].proxyFromEnvironment",
        (2, 43),
        Dropped,
    ),
    ("alerting.alertmanagers[].sigv4", (2, 48), Dropped),
    (
        "alerting.alertmanagers[].tlsConfig.maxVersion",
        (2, 41),
        Dropped,
    ),
    (
        "alerting.alertmanagers[].tlsConfig.minVersion",
        (2, 35),
        Dropped,
    ),
    ("bodySizeLimit", (2, 45), Dropped),
    ("convertClassicHistogramsToNHCB", (3, 4), Dropped),
    ("enableFeatures", (2, 25), Dropped),
    ("enableOTLPReceiver", (2, 47), Dropped),
    ("enableRemoteWriteReceiver", (2, 33), Dropped),
    ("exemplars.maxSize", (2, 29), Dropped),
    ("keepDroppedTargets", (2, 47), Dropped),
    ("labelLimit", (2, 45), Dropped),
    ("labelNameLengthLimit", (2, 45), Dropped),
    ("labelValueLengthLimit", (2, 45), Dropped),
    ("nameEscapingScheme", (3, 4), Dropped),
    ("nameValidationScheme", (3, 0), Dropped),
    ("otlp", (2, 55), Refused),
    ("otlp.convertHistogramsToNHCB", (3, 4), Dropped),
    ("otlp.ignoreResourceAttributes", (3, 5), Dropped),
    ("otlp.keepIdentifyingResourceAttributes", (3, 1), Dropped),
    ("otlp.labelNamePreserveMultipleUnderscores", (3, 8), Dropped),
    ("otlp.labelNameUnderscoreSanitization", (3, 8), Dropped),
    ("otlp.promoteAllResourceAttributes", (3, 5), Dropped),
    ("otlp.promoteScopeMetadata", (3, 6), Dropped),
    ("otlp.translationStrategy", (3, 0), Dropped),
    ("queryLogFile", (2, 16), Dropped),
    ("remoteRead[].filterExternalLabels", (2, 34), Dropped),
    ("remoteRead[].followRedirects", (2, 26), Dropped),
    ("remoteRead[].headers", (2, 26), Dropped),
    ("remoteRead[].name", (2, 15), Dropped),
    ("remoteRead[].noProxy", (2, 43), Dropped),
    ("remoteRead[].oauth2", (2, 27), Dropped),
    ("remoteRead[].oauth2.noProxy", (2, 43), Dropped),
    ("remoteRead[].oauth2.proxyConnectHeader", (2, 43), Dropped),
    ("remoteRead[].oauth2.proxyFromEnvironment", (2, 43), Dropped),
    ("remoteRead[].oauth2.proxyUrl", (2, 43), Dropped),
    ("remoteRead[].oauth2.tlsConfig", (2, 43), Dropped),
    ("remoteRead[].oauth2.tlsConfig.maxVersion", (2, 41), Dropped),
    ("remoteRead[].oauth2.tlsConfig.minVersion", (2, 35), Dropped),
    ("remoteRead[].proxyConnectHeader", (2, 43), Dropped),
    ("remoteRead[].proxyFromEnvironment", (2, 43), Dropped),
    ("remoteRead[].tlsConfig.maxVersion", (2, 41), Dropped),
    ("remoteRead[].tlsConfig.minVersion", (2, 35), Dropped),
    ("remoteWriteReceiverMessageVersions", (2, 54), Dropped),
    ("remoteWrite[].azureAd", (2, 45), Dropped),
    ("remoteWrite[].azureAd.oauth", (2, 48), Refused),
    ("remoteWrite[].azureAd.scope", (3, 9), Dropped),
    ("remoteWrite[].azureAd.sdk", (2, 52), Refused),
    ("remoteWrite[].azureAd.workloadIdentity", (3, 7), Refused),
    ("remoteWrite[].enableHTTP2", (2, 35), Dropped),
    ("remoteWrite[].followRedirects", (2, 26), Dropped),
    ("remoteWrite[].headers", (2, 15), Dropped),
    ("remoteWrite[].messageVersion", (2, 54), Dropped),
    ("remoteWrite[].metadataConfig", (2, 23), Dropped),
    (
        "remoteWrite[].metadataConfig.maxSamplesPerSend",
        (2, 29),
        Dropped,
    ),
    ("remoteWrite[].name", (2, 15), Dropped),
    ("remoteWrite[].noProxy", (2, 43), Dropped),
    ("remoteWrite[].oauth2", (2, 27), Dropped),
    ("remoteWrite[].oauth2.noProxy", (2, 43), Dropped),
    ("remoteWrite[].oauth2.proxyConnectHeader", (2, 43), Dropped),
    (
        "remoteWrite[].oauth2.proxyFromEnvironment",
        (2, 43),
        Dropped,
    ),
    ("remoteWrite[].oauth2.proxyUrl", (2, 43), Dropped),
    ("remoteWrite[].oauth2.tlsConfig", (2, 43), Dropped),
    (
        "remoteWrite[].oauth2.tlsConfig.maxVersion",
        (2, 41),
        Dropped,
    ),
    (
        "remoteWrite[].oauth2.tlsConfig.minVersion",
        (2, 35),
        Dropped,
    ),
    ("remoteWrite[].proxyConnectHeader", (2, 43), Dropped),
    ("remoteWrite[].proxyFromEnvironment", (2, 43), Dropped),
    (
        "remoteWrite[].queueConfig.retryOnRateLimit",
        (2, 26),
        Dropped,
    ),
    ("remoteWrite[].queueConfig.sampleAgeLimit", (2, 50), Dropped),
    ("remoteWrite[].roundRobinDNS", (3, 1), Dropped),
    ("remoteWrite[].sendExemplars", (2, 27), Dropped),
    ("remoteWrite[].sendNativeHistograms", (2, 40), Dropped),
    ("remoteWrite[].sigv4", (2, 26), Dropped),
    ("remoteWrite[].sigv4.externalId", (3, 11), Dropped),
    ("remoteWrite[].sigv4.useFIPSSTSEndpoint", (2, 54), Dropped),
    ("remoteWrite[].tlsConfig.maxVersion", (2, 41), Dropped),
    ("remoteWrite[].tlsConfig.minVersion", (2, 35), Dropped),
    ("ruleQueryOffset", (2, 53), Dropped),
    ("sampleLimit", (2, 45), Dropped),
    ("scrapeClasses[].tlsConfig.maxVersion", (2, 41), Dropped),
    ("scrapeClasses[].tlsConfig.minVersion", (2, 35), Dropped),
    ("scrapeClassicHistograms", (3, 5), Dropped),
    ("scrapeFailureLogFile", (2, 55), Dropped),
    ("scrapeNativeHistograms", (3, 8), Dropped),
    ("scrapeProtocols", (2, 49), Dropped),
    ("targetLimit", (2, 45), Dropped),
    ("tracingConfig.tlsConfig.maxVersion", (2, 41), Dropped),
    ("tracingConfig.tlsConfig.minVersion", (2, 35), Dropped),
    ("tsdb.chunkEncoding.floats", (3, 13), Dropped),
    ("tsdb.outOfOrderTimeWindow", (2, 39), Dropped),
    ("tsdb.staleSeriesCompactionThreshold", (3, 10), Dropped),
];

/// Keys that the Operator writes for releases that do not know them yet, and the first release that does
/// (prometheus v3.1.0 `go.mod`: `common/sigv4` v0.1.1; v2.25.0 `config/config.go`).
const WRITTEN_EARLY: &[(&str, (u16, u16))] = &[
    ("alerting.alertmanagers[].sigv4.useFIPSSTSEndpoint", (3, 1)),
    ("remoteWrite[].headers", (2, 25)),
    ("remoteWrite[].sigv4.useFIPSSTSEndpoint", (3, 1)),
];

/// The keys of a `spec` that are newer than a release: which, since when, and what happens.
#[must_use]
pub fn too_new(spec: Node<'_>, release: (u16, u16)) -> Vec<(Entry<'_>, (u16, u16), TooNew)> {
    let mut out: Vec<(Entry<'_>, (u16, u16), TooNew)> = Vec::new();
    let late = SINCE.iter().filter(|(_, since, _)| release < *since);
    let late = late.map(|(path, since, effect)| (*path, *since, *effect));
    let early = WRITTEN_EARLY.iter().filter(|(path, since)| {
        release < *since && of_key(path).is_none_or(|written| written <= release)
    });
    let early = early.map(|(path, since)| (*path, *since, TooNew::Written));
    for (path, since, effect) in late.chain(early) {
        let path: Vec<&str> = path.split('.').collect();
        for entry in entries(spec, &path) {
            // What is left out takes all that is in it along.
            let is_inside = |other: &(Entry<'_>, _, _)| {
                let (outer, inner) = (other.0.value.span(), entry.key.span());
                outer.start <= inner.start && inner.end <= outer.end
            };
            if !out.iter().any(is_inside) {
                out.push((entry, since, effect));
            }
        }
    }
    out
}

/// The entries that a path of keys leads to; `[]` behind a key means each item of its list.
fn entries<'d>(node: Node<'d>, path: &[&str]) -> Vec<Entry<'d>> {
    let Some((head, rest)) = path.split_first() else {
        return Vec::new();
    };
    let name = head.strip_suffix("[]").unwrap_or(head);
    let Some(entry) = node.mapping().and_then(|mapping| mapping.entry(name)) else {
        return Vec::new();
    };
    if entry.value.is_null() {
        return Vec::new();
    }
    match (rest.is_empty(), head.ends_with("[]")) {
        (true, _) => vec![entry],
        (false, true) => {
            let items = entry.value.items();
            items.flat_map(|item| entries(item, rest)).collect()
        }
        (false, false) => entries(entry.value, rest),
    }
}

//! The flags of Prometheus and the names of `--enable-feature`, with the releases that know them.
//!
//! Read from `cmd/prometheus/main.go` and `docs/command-line/prometheus.md` of each tag from v2.0.0 to
//! v3.14.0 of github.com/prometheus/prometheus; `log.*` comes from `promlog` and `promslog` of
//! prometheus/common, `help*`, `version` and `completion-*` from kingpin.

/// A word of the command line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlagWord {
    /// The name, without dashes.
    pub(crate) name: &'static str,
    /// The first release that knows it; none for 2.0 and older.
    pub(crate) since: Option<(u16, u16)>,
    /// The first release that no longer does.
    pub(crate) until: Option<(u16, u16)>,
}

impl FlagWord {
    /// Whether a release knows it.
    pub(crate) fn is_known_to(&self, release: (u16, u16)) -> bool {
        self.since.is_none_or(|since| since <= release)
            && self.until.is_none_or(|until| release < until)
    }
}

const fn word(
    name: &'static str,
    since: Option<(u16, u16)>,
    until: Option<(u16, u16)>,
) -> FlagWord {
    FlagWord { name, since, until }
}

/// What follows the name of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagArgument {
    /// Nothing: it is a switch.
    Nothing,
    /// A duration of Prometheus (`model.ParseDuration`).
    Duration,
    /// A size (`units.ParseBase2Bytes` of alecthomas/units).
    Size,
    /// A number.
    Number,
    /// One of some words, in any letter case.
    OneOf(&'static [&'static str]),
}

/// What flags take, from runs of 3.5.3 with values that it rejects and from `cmd/prometheus/main.go`;
/// any text for those that are not listed.
pub(crate) const VALUES: &[(&str, FlagArgument)] = &[
    ("agent", FlagArgument::Nothing),
    (
        "alertmanager.drain-notification-queue-on-shutdown",
        FlagArgument::Nothing,
    ),
    (
        "alertmanager.notification-queue-capacity",
        FlagArgument::Number,
    ),
    ("auto-gomaxprocs", FlagArgument::Nothing),
    ("auto-gomemlimit", FlagArgument::Nothing),
    ("config.auto-reload-interval", FlagArgument::Duration),
    ("log.format", FlagArgument::OneOf(&["logfmt", "json"])),
    (
        "log.level",
        FlagArgument::OneOf(&["debug", "info", "warn", "error"]),
    ),
    ("query.lookback-delta", FlagArgument::Duration),
    ("query.max-concurrency", FlagArgument::Number),
    ("query.max-samples", FlagArgument::Number),
    ("query.timeout", FlagArgument::Duration),
    ("rules.alert.for-grace-period", FlagArgument::Duration),
    ("rules.alert.for-outage-tolerance", FlagArgument::Duration),
    ("rules.alert.resend-delay", FlagArgument::Duration),
    ("rules.max-concurrent-evals", FlagArgument::Number),
    ("scrape.adjust-timestamps", FlagArgument::Nothing),
    ("scrape.discovery-reload-interval", FlagArgument::Duration),
    ("storage.agent.no-lockfile", FlagArgument::Nothing),
    ("storage.agent.retention.max-time", FlagArgument::Duration),
    ("storage.agent.retention.min-time", FlagArgument::Duration),
    ("storage.agent.wal-compression", FlagArgument::Nothing),
    ("storage.agent.wal-segment-size", FlagArgument::Size),
    ("storage.remote.flush-deadline", FlagArgument::Duration),
    ("storage.remote.read-concurrent-limit", FlagArgument::Number),
    (
        "storage.remote.read-max-bytes-in-frame",
        FlagArgument::Number,
    ),
    ("storage.remote.read-sample-limit", FlagArgument::Number),
    (
        "storage.tsdb.allow-overlapping-blocks",
        FlagArgument::Nothing,
    ),
    (
        "storage.tsdb.allow-overlapping-compaction",
        FlagArgument::Nothing,
    ),
    (
        "storage.tsdb.head-chunks-write-queue-size",
        FlagArgument::Number,
    ),
    (
        "storage.tsdb.max-block-chunk-segment-size",
        FlagArgument::Size,
    ),
    ("storage.tsdb.max-block-duration", FlagArgument::Duration),
    ("storage.tsdb.min-block-duration", FlagArgument::Duration),
    ("storage.tsdb.no-lockfile", FlagArgument::Nothing),
    ("storage.tsdb.retention", FlagArgument::Duration),
    ("storage.tsdb.retention.size", FlagArgument::Size),
    ("storage.tsdb.retention.time", FlagArgument::Duration),
    ("storage.tsdb.wal-compression", FlagArgument::Nothing),
    ("storage.tsdb.wal-segment-size", FlagArgument::Size),
    ("web.enable-admin-api", FlagArgument::Nothing),
    ("web.enable-lifecycle", FlagArgument::Nothing),
    ("web.enable-otlp-receiver", FlagArgument::Nothing),
    ("web.enable-remote-write-receiver", FlagArgument::Nothing),
    ("web.max-connections", FlagArgument::Number),
    ("web.read-timeout", FlagArgument::Duration),
];

/// Flags that may be given several times: their values are lists (kingpin `IsCumulative`).
pub(crate) const REPEATABLE: &[&str] = &[
    "enable-feature",
    "web.listen-address",
    "web.remote-write-receiver.accepted-protobuf-messages",
];

/// What the names of flags begin with that only a server takes (`serverOnlyFlag` in
/// `cmd/prometheus/main.go`, 2.32 and later).
pub(crate) const FOR_SERVERS: &[&str] = &[
    "alertmanager.",
    "query.",
    "rules.",
    "storage.remote.read-",
    "storage.tsdb.",
];

/// The same for agents (`agentOnlyFlag`).
pub(crate) const FOR_AGENTS: &[&str] = &["storage.agent."];

/// The flags.
pub(crate) const FLAGS: &[FlagWord] = &[
    word("agent", Some((3, 0)), None),
    word(
        "alertmanager.drain-notification-queue-on-shutdown",
        Some((2, 54)),
        None,
    ),
    word("alertmanager.notification-batch-size", Some((3, 4)), None),
    word("alertmanager.notification-queue-capacity", None, None),
    word("alertmanager.timeout", None, Some((3, 0))),
    word("auto-gomaxprocs", Some((3, 0)), None),
    word("auto-gomemlimit", Some((3, 0)), None),
    word("auto-gomemlimit.ratio", Some((2, 50)), None),
    word("completion-bash", None, None),
    word("completion-script-bash", None, None),
    word("completion-script-zsh", None, None),
    word("config.auto-reload", Some((3, 12)), None),
    word("config.auto-reload-interval", Some((3, 0)), None),
    word("config.file", None, None),
    word("enable-feature", Some((2, 25)), None),
    word("help", None, None),
    word("help-long", None, None),
    word("help-man", None, None),
    word("log.format", None, None),
    word("log.level", None, None),
    word("query.lookback-delta", None, None),
    word("query.max-concurrency", None, None),
    word("query.max-samples", Some((2, 5)), None),
    word("query.timeout", None, None),
    word("rules.alert.for-grace-period", Some((2, 4)), None),
    word("rules.alert.for-outage-tolerance", Some((2, 4)), None),
    word("rules.alert.resend-delay", Some((2, 4)), None),
    word("rules.max-concurrent-evals", Some((2, 51)), None),
    word("scrape.adjust-timestamps", Some((2, 22)), None),
    word("scrape.discovery-reload-interval", Some((2, 36)), None),
    word("scrape.name-escaping-scheme", Some((2, 55)), Some((3, 0))),
    word("scrape.timestamp-tolerance", Some((2, 30)), None),
    word("storage.agent.checkpoint-batch-size", Some((3, 12)), None),
    word(
        "storage.agent.checkpoint-from-in-memory-series",
        Some((3, 12)),
        None,
    ),
    word("storage.agent.no-lockfile", Some((2, 32)), None),
    word("storage.agent.path", Some((2, 32)), None),
    word("storage.agent.retention.max-time", Some((2, 32)), None),
    word("storage.agent.retention.min-time", Some((2, 32)), None),
    word("storage.agent.wal-compression", Some((2, 32)), None),
    word("storage.agent.wal-compression-type", Some((2, 46)), None),
    word("storage.agent.wal-segment-size", Some((2, 32)), None),
    word("storage.agent.wal-truncate-frequency", Some((2, 32)), None),
    word(
        "storage.exemplars.exemplars-limit",
        Some((2, 26)),
        Some((2, 29)),
    ),
    word("storage.remote.flush-deadline", Some((2, 3)), None),
    word("storage.remote.read-concurrent-limit", Some((2, 5)), None),
    word(
        "storage.remote.read-max-bytes-in-frame",
        Some((2, 13)),
        None,
    ),
    word("storage.remote.read-sample-limit", Some((2, 4)), None),
    word(
        "storage.tsdb.allow-overlapping-blocks",
        Some((2, 8)),
        Some((3, 0)),
    ),
    word(
        "storage.tsdb.allow-overlapping-compaction",
        Some((2, 55)),
        None,
    ),
    word("storage.tsdb.block-reload-interval", Some((3, 9)), None),
    word("storage.tsdb.delay-compact-file.path", Some((3, 9)), None),
    word(
        "storage.tsdb.delayed-compaction.max-percent",
        Some((3, 0)),
        None,
    ),
    word(
        "storage.tsdb.head-chunks-write-queue-size",
        Some((2, 34)),
        None,
    ),
    word(
        "storage.tsdb.max-block-chunk-segment-size",
        Some((2, 27)),
        None,
    ),
    word("storage.tsdb.max-block-duration", None, None),
    word("storage.tsdb.min-block-duration", None, None),
    word("storage.tsdb.no-lockfile", None, None),
    word("storage.tsdb.path", None, None),
    word("storage.tsdb.retention", None, Some((3, 0))),
    word("storage.tsdb.retention.size", Some((2, 7)), None),
    word("storage.tsdb.retention.time", Some((2, 7)), None),
    word("storage.tsdb.samples-per-chunk", Some((2, 45)), None),
    word("storage.tsdb.wal-compression", Some((2, 11)), None),
    word("storage.tsdb.wal-compression-type", Some((2, 46)), None),
    word("storage.tsdb.wal-segment-size", Some((2, 7)), None),
    word("version", None, None),
    word("web.config.file", Some((2, 24)), None),
    word("web.console.libraries", None, None),
    word("web.console.templates", None, None),
    word("web.cors.origin", Some((2, 7)), None),
    word("web.enable-admin-api", None, None),
    word("web.enable-lifecycle", None, None),
    word("web.enable-otlp-receiver", Some((3, 0)), None),
    word("web.enable-remote-write-receiver", Some((2, 33)), None),
    word("web.external-url", None, None),
    word("web.listen-address", None, None),
    word("web.max-connections", None, None),
    word("web.max-notifications-subscribers", Some((3, 0)), None),
    word("web.page-title", Some((2, 6)), None),
    word("web.read-timeout", None, None),
    word(
        "web.remote-write-receiver.accepted-protobuf-messages",
        Some((2, 54)),
        None,
    ),
    word("web.route-prefix", None, None),
    word("web.search.max-limit", Some((3, 13)), None),
    word("web.user-assets", None, None),
    word("write-documentation", None, None),
];

/// The names of `--enable-feature`.
pub(crate) const FEATURES: &[FlagWord] = &[
    word("agent", Some((2, 32)), Some((3, 0))),
    word("auto-gomaxprocs", Some((2, 35)), Some((3, 0))),
    word("auto-gomemlimit", Some((2, 50)), Some((3, 0))),
    word("auto-reload-config", Some((3, 0)), None),
    word("concurrent-rule-eval", Some((2, 51)), None),
    word("created-timestamp-zero-ingestion", Some((2, 50)), None),
    word("delayed-compaction", Some((2, 55)), None),
    word("exemplar-storage", Some((2, 26)), None),
    word("expand-external-labels", Some((2, 27)), Some((3, 0))),
    word("extra-scrape-metrics", Some((2, 30)), None),
    word("fast-startup", Some((3, 11)), None),
    word("histograms-st-encoding", Some((3, 14)), None),
    word("memory-snapshot-on-shutdown", Some((2, 30)), None),
    word("metadata-wal-records", Some((2, 54)), None),
    word("native-histograms", Some((2, 40)), None),
    word("new-service-discovery-manager", Some((2, 31)), Some((3, 0))),
    word("no-default-scrape-port", Some((2, 38)), Some((3, 0))),
    word("old-ui", Some((3, 0)), None),
    word("ooo-native-histograms", Some((3, 0)), None),
    word("otlp-deltatocumulative", Some((3, 2)), None),
    word("otlp-native-delta-ingestion", Some((3, 4)), None),
    word("otlp-write-receiver", Some((2, 47)), Some((3, 0))),
    word("promql-at-modifier", Some((2, 25)), Some((3, 0))),
    word("promql-binop-fill-modifiers", Some((3, 10)), None),
    word("promql-delayed-name-removal", Some((2, 55)), None),
    word("promql-duration-expr", Some((3, 4)), None),
    word("promql-experimental-functions", Some((2, 49)), None),
    word("promql-extended-range-selectors", Some((3, 7)), None),
    word("promql-negative-offset", Some((2, 26)), Some((3, 0))),
    word("promql-per-step-stats", Some((2, 35)), None),
    word("remote-write-receiver", Some((2, 25)), Some((3, 0))),
    word("search-api", Some((3, 13)), None),
    word("st-storage", Some((3, 10)), None),
    word("st-synthesis", Some((3, 12)), None),
    word("type-and-unit-labels", Some((3, 5)), None),
    word("use-start-timestamps", Some((3, 12)), None),
    word("use-uncached-io", Some((3, 5)), None),
    word("utf8-names", Some((2, 55)), Some((3, 0))),
    word("xor2-encoding", Some((3, 11)), None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_between_their_releases() {
        let find =
            |table: &[FlagWord], name: &str| *table.iter().find(|word| word.name == name).unwrap();
        for (word, release, want) in [
            (find(FLAGS, "agent"), (2, 55), false),
            (find(FLAGS, "agent"), (3, 0), true),
            (find(FLAGS, "storage.tsdb.retention"), (2, 55), true),
            (find(FLAGS, "storage.tsdb.retention"), (3, 0), false),
            (find(FLAGS, "web.config.file"), (2, 23), false),
            (find(FLAGS, "log.level"), (2, 0), true),
            (find(FEATURES, "agent"), (2, 32), true),
            (find(FEATURES, "agent"), (3, 0), false),
        ] {
            assert_eq!(word.is_known_to(release), want, "{} {release:?}", word.name);
        }
    }

    #[test]
    fn values_are_those_of_flags() {
        assert!(VALUES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let values = VALUES.iter().map(|(name, _)| name);
        for name in values.chain(REPEATABLE) {
            assert!(FLAGS.iter().any(|flag| flag.name == *name), "{name}");
        }
    }

    #[test]
    fn names_are_sorted_and_occur_once() {
        for table in [FLAGS, FEATURES] {
            assert!(table.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
    }
}

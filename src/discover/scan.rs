//! Ruling files out by their bytes, before any parse.

use std::path::Path;
use std::sync::Arc;

use super::examine::RecognizedFile;
use super::{names, others};
use crate::finding::Text;
use crate::needle;
use crate::schema::dialect::tables;

/// Words; every Prometheus configuration has one of them: its sections that nothing else has, and
/// what is in the sections whose names are common words.
const WORDS: &[&str] = &[
    // scrape_configs, scrape_config_files, scrape_interval, scrape_timeout, …
    "scrape_",
    // remote_write, remote_read
    "remote_",
    // rule_files, rule_query_offset
    "rule_",
    // in `global`
    "evaluation_interval",
    "external_labels",
    "query_log_file",
    "metric_name_",
    "_classic_hist",
    "keep_dropped_targets",
    "_limit",
    // in `alerting`
    "alertmanagers",
    "alert_relabel_configs",
    // in `storage`, `tracing`, `runtime`
    "tsdb",
    "exemplars",
    "sampling_fraction",
    "client_type",
    "gogc",
    // in `otlp`
    "otlp",
];

/// Every web configuration has one of these.
const WEB: &[&[u8]] = &[
    b"basic_auth_users",
    b"tls_server_config",
    b"http_server_config",
];

/// What `remote_write` and `remote_read` are called in values of the chart of Prometheus, and keys of it
/// that bring or replace parts of the configuration.
const VALUES: &[&[u8]] = &[
    b"remoteWrite",
    b"remoteRead",
    b"scrapeConfigs",
    b"ruleFiles",
    b"externalLabels",
    b"defaultFlagsOverride",
];

/// What is in what makes resources of the Prometheus Operator and operators like it, and in what sends
/// from an OpenTelemetry Collector. The resources themselves have one of the groups of the tables.
const OPERATOR: &[&[u8]] = &[
    b"cluster-monitoring-config",
    b"user-workload-monitoring-config",
    b"jobList",
    b"prometheusK8s",
    b"prometheusSpec",
    b"PrometheusRules",
    // Targets of patches.
    b"kind: PodMonitor",
    b"kind: Prometheus",
    b"kind: ServiceMonitor",
    b"serviceMonitorSelector",
    b"prometheusremotewrite",
    b"prometheusRemoteWrite",
    b"monitoring.googleapis.com/v1",
    b"extraScrapeConfigs",
    b"serverFiles",
    // Programs that send, whose files need have no other word: Grafana Agent, values of the chart
    // k8s-monitoring, vmagent's flags.
    b"wal_directory",
    b"destinations:",
    b"promscrape.config",
    b"K6_PROMETHEUS_RW_SERVER_URL",
    b"remote-write.config",
    b"prometheus.write.queue",
    // Endpoints in values of charts of VictoriaMetrics.
    b"externalVM",
    b"remote:",
    // Files of relabel rules.
    b"source_labels",
];

/// Whether bytes may hold a Prometheus configuration. UTF-16, which the words would not be found
/// in, always may.
#[must_use]
pub fn byte_scan(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || WORDS.iter().any(|word| needle::has(word, bytes))
}

/// Whether keys may be written so that their words are not found in the bytes: with escapes, which
/// double quotes alone allow (a line break that is escaped is one), or in base64, which YAML marks
/// by the tag `!!binary`.
pub(super) fn may_disguise_keys(bytes: &[u8]) -> bool {
    if needle::occurs(b"binary", bytes) || may_disguise_tags(bytes) {
        return true;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if memchr::memchr(b'\\', bytes).is_none() {
        return false;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.any(has_escape_in_key)
}

/// Whether the tag `!!binary` may be written so that its word is not found: by a handle of the file's
/// own (`%TAG`), or with characters by their numbers (`!!bin%61ry`), which libyaml decodes
/// (`yaml_parser_scan_uri_escapes`), within `!<…>` too.
fn may_disguise_tags(bytes: &[u8]) -> bool {
    if memchr::memchr(b'%', bytes).is_none() {
        return false;
    }
    if needle::occurs(b"%TAG", bytes) {
        return true;
    }
    let mut words = bytes.split(u8::is_ascii_whitespace);
    words.any(|word| {
        let tag = memchr::memchr(b'!', word).and_then(|at| word.get(at..));
        tag.is_some_and(|tag| tag.contains(&b'%'))
    })
}

/// Whether a double quote that may begin a key has an escape behind it, in its line. A key begins a
/// line, or follows an indicator: `? `, `- `, `{` or `,`.
fn has_escape_in_key(line: &[u8]) -> bool {
    let mut quotes = memchr::memchr_iter(b'"', line);
    quotes.any(|quote| {
        let (before, from) = line.split_at_checked(quote).unwrap_or_default();
        let before = before.trim_ascii_end().last();
        let begins =
            before.is_none_or(|byte| b"?-{,!&'".contains(byte)) || has_property(line, quote);
        let text = from.get(1..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', text);
        begins && end.is_some_and(|end| text.get(end) == Some(&b'\\'))
    })
}

/// Whether the word before a quote is a tag or an anchor, behind which a key may begin.
fn has_property(line: &[u8], quote: usize) -> bool {
    let before = line.get(..quote).unwrap_or_default().trim_ascii_end();
    let word = before.rsplit(u8::is_ascii_whitespace).next();
    word.is_some_and(|word| word.starts_with(b"!") || word.starts_with(b"&"))
}

/// Whether bytes have escapes of characters by their numbers, in which any word can be written
/// between double quotes.
pub(super) fn has_escapes(bytes: &[u8]) -> bool {
    let mut escapes = memchr::memchr_iter(b'\\', bytes);
    escapes.any(|at| matches!(bytes.get(at + 1), Some(b'x' | b'u' | b'U')))
}

/// Whether bytes may hold a manifest with values in base64, in which no word is found.
pub(super) fn may_encode(bytes: &[u8]) -> bool {
    let has = |word: &'static [u8]| needle::occurs(word, bytes);
    has(b"binaryData") || has(b"Secret") && has(b"data") && has(b"kind")
}

/// Whether a file must be looked into: by its bytes, or by a name under which even a file that is
/// broken beyond recognition is one of ours.
#[must_use]
pub fn may_hold(path: &Path, bytes: &[u8]) -> bool {
    let in_values = || {
        let groups = tables::API_GROUPS.iter().map(|group| group.as_bytes());
        let mut words = VALUES.iter().chain(OPERATOR).copied().chain(groups);
        words.any(|word| needle::occurs(word, bytes))
    };
    let is_web = || WEB.iter().any(|word| needle::occurs(word, bytes));
    byte_scan(bytes)
        || names::is_ours(path)
        || in_values()
        || is_web()
        || may_disguise_keys(bytes)
        || may_encode(bytes)
}

/// Whether a walk reads a file for nothing but whether it sends by remote write: it is of a program
/// whose configurations promvet only names.
pub(crate) fn is_only_named(path: &Path) -> bool {
    others::is_of_another(path)
}

/// Whether such a file may send, by its bytes.
pub(crate) fn may_send(path: &Path, bytes: &[u8]) -> bool {
    others::may_send(path, bytes)
}

/// What sends in such a file.
pub(crate) fn senders(text: &Arc<Text>) -> Vec<RecognizedFile> {
    others::unread(text)
}

#[cfg(test)]
mod tests {
    use super::super::kinds;
    use super::*;

    #[test]
    fn what_can_be_no_configuration_is_ruled_out() {
        for source in [
            "",
            "services:\n  web:\n    image: nginx\n",
            "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n",
            "route:\n  receiver: x\nreceivers:\n  - name: x\n",
            "apiVersion: v1\nkind: Service\nspec:\n  remoteWrite: []\n",
        ] {
            assert!(!byte_scan(source.as_bytes()), "{source}");
        }
    }

    #[test]
    fn nothing_that_would_be_recognized_is_ruled_out() {
        for source in kinds::shortest() {
            assert!(byte_scan(source.as_bytes()), "{source}");
        }
    }

    #[test]
    fn what_may_be_one_is_not() {
        for source in [
            "remote_write: []",
            "global:\n  evaluation_interval: 1m\n",
            "alerting:\n  alertmanagers: []\n",
            "{\"scrape_configs\": []}",
            "storage:\n  tsdb:\n    out_of_order_time_window: 1h\n",
        ] {
            assert!(byte_scan(source.as_bytes()), "{source}");
        }
        assert!(byte_scan(b"\xff\xfer\0u\0l\0e\0"));
        assert!(may_hold(Path::new("prometheus.yml"), b"\tglobl: x"));
        assert!(!may_hold(Path::new("other.yml"), b"\tglobl: x"));
        for disguised in [
            "\"remote\\x5fwrite\": []",
            "? \"remote\\\n  _write\"\n: []",
            "{a: 1, \"remote\\x5fwrite\": []}",
            "!!str \"remote\\x5fwrite\": []",
            "!!binary cmVtb3RlX3dyaXRl: []",
            "!!bin%61ry cmVtb3RlX3dyaXRl: []",
            "!<tag:yaml.org,2002:%62inary> cmVtb3RlX3dyaXRl: []",
            "!<tag%3Ayaml.org%2C2002:bin%61ry> cmVtb3RlX3dyaXRl: []",
            "!%21bin%61ry cmVtb3RlX3dyaXRl: []",
            "[a, !<tag:yaml.org,2002:b%69nary>,x]: []",
            "{a: b, !!bin%61ry cmVtb3RlX3dyaXRl: []}",
            "%TAG !e! tag:yaml.org,2002:bin\n---\n!e!ary cmVtb3RlX3dyaXRl: []",
            "\u{feff}\"remote\\x5fwrite\": []",
        ] {
            assert!(
                may_hold(Path::new("a.yml"), disguised.as_bytes()),
                "{disguised}"
            );
        }
        for plain in [
            "a: \"\\x5f\"\n",
            "\"a\": 'b\\d'\n",
            "a: b\\c\n",
            "a: 50%\n",
            "- !x 5%\n",
            "a: 50% !important\n",
        ] {
            assert!(!may_hold(Path::new("a.yml"), plain.as_bytes()), "{plain}");
        }
        assert!(may_hold(
            Path::new("values.yaml"),
            b"server: {remoteWrite: []}"
        ));
    }
}

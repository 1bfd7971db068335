//! A configuration of a given size, as a team would have it.

use std::fmt::Write as _;

/// A configuration of about 12 kB: 27 jobs with relabeling, and one remote_write entry.
pub(crate) fn configuration(number: usize) -> String {
    let mut out = String::from(
        "global:\n  scrape_interval: 30s\n  external_labels:\n    cluster: production\n    region: eu-west-1\n\n\
         scrape_configs:\n",
    );
    for job in 0..27 {
        let _ = write!(
            out,
            "  - job_name: service-{job}\n    scrape_interval: 15s\n    metrics_path: /metrics\n    \
             static_configs:\n      - targets:\n          - service-{job}-a.internal:8080\n          \
             - service-{job}-b.internal:8080\n        labels:\n          team: team-{job}\n    \
             relabel_configs:\n      - source_labels: [__address__]\n        regex: \"([^:]+):\\\\d+\"\n        \
             target_label: instance\n        replacement: $1\n    metric_relabel_configs:\n      \
             - source_labels: [__name__]\n        regex: go_(gc|memstats)_.*\n        action: drop\n"
        );
    }
    let _ = write!(
        out,
        "\nremote_write:\n  - name: opstrace-{number}\n    \
         url: https://cortex.default.test.opstrace.io/api/v1/push\n    bearer_token_file: token\n"
    );
    out
}

//! `remote-write/protobuf-message`: the version of remote write is not one that the receiver takes.

use crate::facts::receiver::Version2;
use crate::finding::{Advice, Severity};
use crate::rules::{RemoteWriteEntry, RuleFindings};
use crate::yaml::Node;

/// The message of remote write 2.0; the default is `prometheus.WriteRequest`, that of 1.0.
const VERSION_2: &str = "io.prometheus.write.v2.Request";

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(url), Some(demand)) = (entry.right_url(), entry.demand()) else {
        return;
    };
    let written = entry.write.get("protobuf_message");
    let message = written.and_then(|node| node.as_str());
    let is_version_2 = message == Some(VERSION_2);
    if message.is_some_and(|text| text != VERSION_2 && text != "prometheus.WriteRequest") {
        return;
    }
    if let (true, Some(node)) = (is_version_2, written)
        && report_old_release(entry, node, out)
    {
        return;
    }
    let name = demand.name();
    let wrong = match (demand.version2(), is_version_2) {
        (Version2::No, true) => (
            format!(
                "`protobuf_message`: {name} accepts only remote write 1.0; every sample is \
                 rejected and dropped"
            ),
            "remove this line",
        ),
        (Version2::Required, false) => (
            format!(
                "`protobuf_message`: {name} accepts only remote write 2.0; every sample is \
                 rejected and dropped"
            ),
            "write `protobuf_message: io.prometheus.write.v2.Request`, and start Prometheus with \
             --enable-feature=metadata-wal-records",
        ),
        (Version2::OptIn, true) => {
            let message = format!(
                "`protobuf_message`: {name} accepts remote write 2.0 only if \
                it is enabled there"
            );
            let help = "make sure that it is enabled there: 2.0 does not fall back to 1.0";
            let finding = out.at(written.unwrap_or(url.node), Severity::Info, message);
            return out.push(finding.kind("opt-in").help(help));
        }
        _ => return,
    };
    let severity = if demand.is_hint() {
        Severity::Info
    } else if demand.is_certain() {
        Severity::Error
    } else {
        Severity::Warning
    };
    // A null value is nowhere.
    let node = written.filter(|node| !node.is_null()).unwrap_or(url.node);
    let advice = match written {
        Some(node) if is_version_2 && demand.is_certain() => {
            Advice::remove(node.span()).text(wrong.1).safe()
        }
        _ => Advice::say(wrong.1),
    };
    let kind = match is_version_2 {
        true => "only-1",
        false => "only-2",
    };
    out.push(out.at(node, severity, wrong.0).kind(kind).help(advice));
}

/// Reports that the release that runs in the tree does not know 2.0 yet.
fn report_old_release(
    entry: &RemoteWriteEntry<'_>,
    node: Node<'_>,
    out: &mut RuleFindings<'_>,
) -> bool {
    let Some(settings) = entry.settings() else {
        return false;
    };
    let Some((own, since)) = settings.lacks_version_2 else {
        return false;
    };
    let message = format!(
        "`protobuf_message`: {} {}.{} accepts only remote write 1.0; every sample is dropped",
        settings.program, own.0, own.1
    );
    let help = format!(
        "remove this line, or run {} {}.{}",
        settings.program, since.0, since.1
    );
    let mut finding = out.at(node, Severity::Warning, message);
    finding.evidence.clone_from(&settings.evidence);
    out.push(finding.kind("old-release").help(help));
    true
}

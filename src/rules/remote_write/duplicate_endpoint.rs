//! `remote-write/duplicate-endpoint`: two entries send the same series to the same place.

use std::collections::BTreeMap;

use crate::finding::{Advice, Severity};
use crate::prometheus::{Destination, RemoteWrite};
use crate::rules::{RemoteWriteEntry, RuleFindings, SHOWN};
use crate::yaml::Node;

/// The message of remote write 1.0, which is sent where none is named (`config.DefaultRemoteWriteConfig`).
const FIRST_PROTOCOL: &str = "prometheus.WriteRequest";

pub(super) fn check(entries: &[RemoteWriteEntry<'_>], out: &mut RuleFindings<'_>) {
    if entries.len() < 2 {
        return;
    }
    let mut groups: BTreeMap<(Destination, String), Vec<(RemoteWrite<'_>, Node<'_>)>> =
        BTreeMap::new();
    for entry in entries {
        if let Some(url) = entry.sound_url() {
            let write = entry.write;
            // The same endpoint with both versions of the protocol is a comparison of them.
            let message = write.get("protobuf_message").and_then(Node::as_str);
            let protocol = message.unwrap_or(FIRST_PROTOCOL);
            let relabeling = format!("{protocol}\n{}", write.relabeling());
            let key = (write.destination(&url.endpoint), relabeling);
            groups.entry(key).or_default().push((write, url.node));
        }
    }
    for same in groups.values() {
        let [(first, place), rest @ ..] = same.as_slice() else {
            continue;
        };
        let Some((other, _)) = rest.first() else {
            continue;
        };
        report(*first, *place, *other, rest, out);
    }
}

const HELP: &str = "remove one of them, or give them different `write_relabel_configs`";

fn report(
    first: RemoteWrite<'_>,
    place: Node<'_>,
    other: RemoteWrite<'_>,
    rest: &[(RemoteWrite<'_>, Node<'_>)],
    out: &mut RuleFindings<'_>,
) {
    let names = [first, other].map(|write| write.get("name").and_then(Node::as_str));
    // The schema says of two of one name that Prometheus rejects them.
    if let [Some(one), Some(other)] = names
        && one == other
    {
        return;
    }
    let (severity, message) = if first.is_same_as(other) {
        (
            Severity::Error,
            "another `remote_write` entry is the same as this one: Prometheus rejects \
             duplicates and does not start",
        )
    } else {
        (
            Severity::Warning,
            "another `remote_write` entry sends the same series to the same place: each sample \
             is sent twice, then rejected or billed twice",
        )
    };
    let mut finding = out
        .at(place, severity, message)
        .help(match first.is_same_as(other) {
            true => Advice::remove(other.node().span()).text(HELP).unsafe_(),
            false => HELP.into(),
        });
    for (_, node) in rest.iter().take(SHOWN) {
        finding = finding.evidence(node.place(), "the same endpoint, tenant and relabeling");
    }
    out.push(finding);
}

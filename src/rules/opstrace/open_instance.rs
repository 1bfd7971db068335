//! `opstrace/open-instance`: the instance takes samples from anyone.

use std::collections::BTreeMap;

use crate::facts::opstrace::Instance;
use crate::finding::{Place, Severity};
use crate::rules::{Common, Configuration, RemoteWriteEntry, RuleFindings, SHOWN};

pub(super) fn check(configurations: &[Configuration<'_>], out: &mut RuleFindings<'_>) {
    let mut open: BTreeMap<&str, Vec<(&Instance, &Place, &RemoteWriteEntry<'_>)>> = BTreeMap::new();
    let entries = configurations
        .iter()
        .flat_map(|configuration| &configuration.entries);
    for entry in entries {
        if let Some((instance, place)) = open_at(entry) {
            let all = open.entry(&instance.path).or_default();
            all.push((instance, place, entry));
        }
    }
    for users in open.values() {
        let [(instance, place, entry), others @ ..] = users.as_slice() else {
            continue;
        };
        let Some(url) = entry.url() else { continue };
        let (severity, who) = match &instance.ranges {
            None => (Severity::Warning, "anyone who knows the address"),
            Some(_) => (Severity::Info, "anyone in the networks that it allows"),
        };
        let message = format!(
            "this Opstrace instance requires no token: {who} can write to its tenants and read \
             them"
        );
        let mut finding = out
            .at(url.node, severity, message)
            .help(
                "remove `data_api_authentication_disabled` and give each Prometheus its token, \
                 or narrow `data_api_authorized_ip_ranges`",
            )
            .evidence((*place).clone(), "authentication is switched off here");
        if let Some(ranges) = &instance.ranges {
            finding = finding.evidence(ranges.clone(), "only these networks are allowed");
        }
        for (_, _, other) in others.iter().take(SHOWN) {
            if let Some(url) = other.url() {
                finding = finding.evidence(
                    url.node.place(),
                    "this endpoint belongs to the instance too",
                );
            }
        }
        out.push(finding);
    }
}

/// Configurations that send to one such instance are reported together.
pub(super) fn in_common(configuration: &Configuration<'_>) -> Vec<Common> {
    let open = configuration.entries.iter().filter_map(open_at);
    open.map(|(instance, _)| Common::of_group(&instance.path))
        .collect()
}

/// The instance that an entry sends to, if it is open, and where that is set.
fn open_at<'e>(entry: &'e RemoteWriteEntry<'_>) -> Option<(&'e Instance, &'e Place)> {
    let instance = entry.opstrace_host().and_then(|_| entry.instance())?;
    Some((instance, instance.open.as_ref()?))
}

//! `opstrace/instance-domain`: the instance has its own domain and is addressed by another.

use crate::facts::opstrace::TenantHost;
use crate::finding::Severity;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(host), Some(url)) = (entry.opstrace_host(), entry.url()) else {
        return;
    };
    let Some(parts) = TenantHost::new(&host) else {
        return;
    };
    let Some((instance, policy)) = entry.facts.renamed_instance(parts) else {
        return;
    };
    let (Some(domain), Some(place)) = (&instance.domain, &instance.domain_place) else {
        return;
    };
    let message = format!(
        "the Opstrace instance {} is reached at {domain}, not at {}: no server answers there",
        policy.name, parts.domain
    );
    let piece = url.endpoint.host().unwrap_or_default();
    let span = url.span(piece.start, piece.end);
    let finding = out
        .part(url.node, span, Severity::Error, message)
        .help(url.advice(
            &format!("https://cortex.{}.{domain}/api/v1/push", parts.tenant),
            true,
        ))
        .evidence(
            policy.place.clone(),
            "promvet.yaml: this file describes the instance",
        )
        .evidence(place.clone(), "and sets its custom domain");
    out.push(finding);
}

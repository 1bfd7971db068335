//! `opstrace/unknown-tenant`: the instance has no such tenant.

use crate::facts::opstrace::{SYSTEM_TENANT, TenantHost};
use crate::finding::{Severity, nearest};
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(host), Some(instance)) = (entry.opstrace_host(), entry.instance()) else {
        return;
    };
    let (Some(parts), Some(url)) = (TenantHost::new(&host), entry.url()) else {
        return;
    };
    let tenants = || instance.tenants.iter().map(String::as_str);
    if parts.tenant == SYSTEM_TENANT || tenants().any(|tenant| tenant == parts.tenant) {
        return;
    }
    let known: Vec<_> = tenants().map(|tenant| format!("`{tenant}`")).collect();
    let (severity, sure) = if entry.facts.is_instance_named(parts) {
        (Severity::Error, "")
    } else {
        (Severity::Warning, ", if this is its configuration,")
    };
    let message = format!(
        "the Opstrace instance of {}{sure} has no tenant `{}`: no server answers at this host \
         and every sample is lost",
        parts.domain, parts.tenant
    );
    let help = match nearest(parts.tenant, tenants()) {
        Some(near) => {
            let domain = parts.domain;
            let right = format!("https://cortex.{near}.{domain}/api/v1/push");
            url.advice(&right, false)
        }
        None => format!("use one of its tenants: {}", known.join(", ")).into(),
    };
    let label = url.endpoint.labels().get(1).copied().unwrap_or_default();
    let span = url.span(label.start, label.end);
    let finding = out
        .part(url.node, span, severity, message)
        .help(help)
        .evidence(instance.tenants_place.clone(), "these are its tenants");
    out.push(finding);
}

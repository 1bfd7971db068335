//! `opstrace/system-tenant`: samples go to the tenant of the instance itself.

use crate::facts::opstrace::{SYSTEM_TENANT, TenantHost};
use crate::finding::Severity;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(host), Some(url)) = (entry.opstrace_host(), entry.url()) else {
        return;
    };
    if TenantHost::new(&host).is_none_or(|host| host.tenant != SYSTEM_TENANT) {
        return;
    }
    let label = url.endpoint.labels().get(1).copied().unwrap_or_default();
    let span = url.span(label.start, label.end);
    let message = "`system` is the tenant of the Opstrace instance itself: these samples mix \
        with the metrics used to operate it";
    out.push(
        out.part(url.node, span, Severity::Warning, message)
            .help("name the tenant that the samples belong to"),
    );
}

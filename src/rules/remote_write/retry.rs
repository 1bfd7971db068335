//! `remote-write/retry`: samples that a rate limit turns away are dropped.

use crate::finding::{Advice, Severity};
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(url), Some(demand)) = (entry.right_url(), entry.demand()) else {
        return;
    };
    if !demand.is_saas() {
        return;
    }
    let queue = entry.write.get("queue_config");
    let written = queue.and_then(|queue| queue.get("retry_on_http_429"));
    let set = written.and_then(|node| node.scalar()?.as_bool());
    let (node, severity, how) = match (written, set) {
        (_, Some(true)) => return,
        (Some(node), Some(false)) => (node, Severity::Warning, "is off"),
        (Some(node), None) if !node.is_null() => return,
        _ => (url.node, Severity::Info, "is off by default"),
    };
    let message = format!(
        "`retry_on_http_429` {how}: samples that {} rejects because of its rate limit are \
         dropped instead of sent again",
        demand.name()
    );
    let words = "set `retry_on_http_429: true` in `queue_config`";
    let advice = match (written, set) {
        // It may have been switched off for a reason.
        (Some(node), Some(false)) => Advice::replace(node.span(), "true").text(words).unsafe_(),
        _ => Advice::say(words),
    };
    out.push(out.at(node, severity, message).help(advice));
}

//! Targets without a port.

use crate::finding::{Advice, Severity};
use crate::rules::upgrade::with_places;
use crate::rules::{Job, RuleFindings, Upgrade};
use crate::yaml::{Node, placeholder};

/// Labels that, once set by hand, make the address as written unimportant.
const OVERRIDING: &[&str] = &["__address__", "instance"];

/// Since 3.0 the default port is no longer added to a target's address, from which `instance`
/// is taken.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    if upgrade.crosses(3, 0) && !upgrade.always_has("no-default-scrape-port") {
        upgrade.each("targets without a port", out, |jobs, out| {
            jobs.iter().for_each(|job| check_job(&job, out));
        });
    }
}

fn check_job(job: &Job<'_>, out: &mut RuleFindings<'_>) {
    let overrides = |label: Option<&str>| label.is_some_and(|label| OVERRIDING.contains(&label));
    if job
        .relabelings()
        .any(|rule| overrides(rule.text("target_label")) || rule.action() == "labelmap")
    {
        return;
    }
    let port = match job.get("scheme").and_then(Node::as_str) {
        Some("https") => ":443",
        _ => ":80",
    };
    for group in job.get("static_configs").into_iter().flat_map(Node::items) {
        let labels = group.get("labels");
        let has = |name: &str| labels.is_some_and(|labels| labels.get(name).is_some());
        if has("instance") || has("__address__") || has("__scheme__") {
            continue;
        }
        let targets = group.get("targets").into_iter().flat_map(Node::items);
        let bare: Vec<_> = targets.filter(|node| is_bare(*node)).collect();
        let Some((first, more)) = bare.split_first() else {
            continue;
        };
        let name = first.as_str().unwrap_or_default();
        let mut finding = out.at(
            *first,
            Severity::Warning,
            format!(
                "`instance` is `{name}{port}` before Prometheus 3.0 and `{name}` from then on: \
                 every series of the target becomes a new one"
            ),
        );
        let words =
            format!("write `{name}{port}` to keep the label; it means the same in every release");
        let with_port = format!("{name}{port}");
        // The other targets of the group stay as they are.
        finding = finding.help(match more {
            [] => Advice::replace(first.span(), with_port).text(words).safe(),
            _ => Advice::say(words),
        });
        with_places(&mut finding, more, "the same");
        out.push(finding);
    }
}

/// Whether an address has no port: what `net.SplitHostPort` of Go can split only with one added.
fn is_bare(node: Node<'_>) -> bool {
    let Some(text) = node.as_str().filter(|_| !node.is_null()) else {
        return false;
    };
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']'),
        None => Some(text).filter(|text| !text.contains(':')),
    };
    let whole = |host: &str| !host.is_empty() && !host.contains(['/', '[', ']', ' ']);
    // `GRAFANA_ADDRESS` has to be filled in.
    let capitals = text.contains(|c: char| c.is_ascii_uppercase())
        && !text.contains(|c: char| c.is_ascii_lowercase());
    host.is_some_and(whole) && !capitals && placeholder::find(text).next().is_none()
}

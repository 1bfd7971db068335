//! `scrape/multi-target`: probes that ask the wrong host, or ask without a target.

use crate::finding::{Finding, Severity};
use crate::prometheus::{Config, TargetSection, WrittenRule};
use crate::rules::RuleFindings;
use crate::yaml::Node;

/// Paths at which exporters probe another host, and the parameters that all exporters with this path
/// require (blackbox_exporter 0.28, snmp_exporter 0.30, ipmi_exporter 1.10, modbus_exporter:
/// their probe handlers). Others use `/probe` and `/scrape` for something else, so these need
/// further evidence.
const PATHS: &[(&str, &[&str], bool)] = &[
    ("/probe", &["target"], false),
    ("/scrape", &["target"], false),
    ("/snmp", &["target"], true),
    ("/ipmi", &["target"], true),
    ("/modbus", &["target", "module", "sub_target"], true),
];

/// Ports of exporters that probe other hosts, without json_exporter's, which others use too.
const PORTS: &[&str] = &[
    ":9115", ":9116", ":9104", ":9187", ":9121", ":9290", ":9219", ":9222", ":9602", ":9114",
    ":9216", ":9150",
];

const TARGET: &str = "__param_target";
const ADDRESS: &str = "__address__";

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for job in config.jobs() {
        let path = job.text("metrics_path").unwrap_or_default();
        let Some((_, required, sure)) = PATHS.iter().find(|(known, ..)| *known == path) else {
            continue;
        };
        if let Some(finding) = judge(job, required, *sure, out)
            && !job.may_have_more()
        {
            out.push(finding);
        }
    }
}

fn judge(
    job: TargetSection<'_>,
    required: &[&str],
    sure: bool,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let rules: Vec<_> = job.relabelings().collect();
    let taken = rules
        .iter()
        .position(|rule| target_of(*rule) == Some(TARGET));
    let Some(taken) = taken else {
        return missing(job, required, sure, out);
    };
    let takes = *rules.get(taken)?;
    // From another label the address may be the exporter's already.
    if !copies(takes) || !takes.reads(ADDRESS) {
        return missing(job, required, sure, out);
    }
    let writers: Vec<_> = (0..rules.len())
        .filter(|at| rules.get(*at).is_some_and(|rule| rule.may_set(ADDRESS)))
        .collect();
    match writers.as_slice() {
        // An exporter that is asked about itself.
        [] if are_exporters(job) => None,
        [] => {
            let message = "no relabel rule writes `__address__`, so Prometheus asks the target itself for the probe, not the exporter";
            let help = "add `- {target_label: __address__, replacement: <host:port of the exporter>}` at the end";
            Some(
                out.at(takes.node, Severity::Warning, message)
                    .kind("no-exporter")
                    .help(help),
            )
        }
        [only] if *only < taken => {
            let rule = *rules.get(*only)?;
            rule.is_constant().then(|| {
                let message = "`__address__` is already the exporter here, so the exporter probes itself and not the target";
                let help = "move the rule that writes `__address__` to the end";
                let finding = out.at(takes.node, Severity::Warning, message).kind("itself").help(help);
                finding.evidence(rule.node.place(), "`__address__` is replaced here")
            })
        }
        _ => missing(job, required, sure, out),
    }
}

/// A parameter that the exporter requires and nothing sets.
fn missing(
    job: TargetSection<'_>,
    required: &[&str],
    sure: bool,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    // Targets of these may have labels of any name.
    let open = ["file_sd_configs", "http_sd_configs", "kuma_sd_configs"];
    if open.iter().any(|key| job.get(key).is_some()) || !(sure || is_exporter(job)) {
        return None;
    }
    let params = job.get("params");
    let lacks = |name: &&&str| {
        let label = format!("__param_{name}");
        let given = params.and_then(|params| params.get(name));
        given.is_none_or(Node::is_null)
            && !job.may_set(&label)
            && job.group_labels(&label).next().is_none()
    };
    let name = required.iter().find(lacks)?;
    let message = format!(
        "nothing sets the parameter `{name}`, which the exporter requires; it answers every scrape with 400"
    );
    let help = match *name {
        "target" => "add relabel rules that copy `__address__` to `__param_target` and then write the exporter to `__address__`".to_owned(),
        name => format!("add it to `params`, as `{name}: [<value>]`"),
    };
    let place = job.get("metrics_path")?;
    Some(
        out.at(place, Severity::Warning, message)
            .kind("missing")
            .help(help),
    )
}

/// Whether all static targets are exporters, by their ports.
fn are_exporters(job: TargetSection<'_>) -> bool {
    let mut targets = job.targets().peekable();
    let is_exporter = |target: &str| PORTS.iter().any(|port| target.ends_with(port));
    targets.peek().is_some() && targets.all(|target| target.as_str().is_some_and(is_exporter))
}

/// Whether something else than the path shows that an exporter probes.
fn is_exporter(job: TargetSection<'_>) -> bool {
    let mut targets = job.targets().filter_map(Node::as_str);
    let module = job.get("params").and_then(|params| params.get("module"));
    let is_port = |text: &str| PORTS.iter().any(|port| text.ends_with(port));
    let made = job
        .relabelings()
        .filter(|rule| target_of(*rule) == Some(ADDRESS));
    let mut made = made.filter_map(WrittenRule::replacement);
    module.is_some() || targets.any(is_port) || made.any(is_port)
}

fn target_of(rule: WrittenRule<'_>) -> Option<&str> {
    rule.target_label().filter(|_| rule.action() == "replace")
}

/// Whether a rule copies one label as it is.
fn copies(rule: WrittenRule<'_>) -> bool {
    rule.sources().count() == 1
        && rule
            .regex()
            .is_none_or(|regex| matches!(regex, "(.*)" | "(.+)"))
        && rule
            .replacement()
            .is_none_or(|made| matches!(made, "$1" | "${1}"))
}

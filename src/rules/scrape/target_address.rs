//! `scrape/target-address`: static targets that load and can't be scraped.

use crate::finding::Severity;
use crate::prometheus::{TargetSection, WrittenRule};
use crate::rules::{Configuration, RuleFindings, advice};
use crate::schema::{TargetAddressFault, address_fault, address_password};
use crate::yaml::Node;

const ADDRESS: &str = "__address__";

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    let config = configuration.config;
    // `envsubst` fills in what its name calls a template (`prometheus.template.yml`).
    let name = config.root().node().document().text().path().to_lowercase();
    let templated = configuration.templated
        || ["template", "tmpl", "tpl"]
            .iter()
            .any(|word| name.contains(word));
    for section in config.jobs().chain(config.alertmanagers()) {
        check_replacement(section, out);
        if section.may_replace_address() {
            continue;
        }
        for target in section.targets() {
            check_target(section, target, templated, configuration, out);
        }
    }
}

fn check_target(
    section: TargetSection<'_>,
    target: Node<'_>,
    templated: bool,
    configuration: &Configuration<'_>,
    out: &mut RuleFindings<'_>,
) {
    let Some(scalar) = target.scalar().filter(|scalar| !scalar.is_null()) else {
        return;
    };
    let Some((fault, at)) = address_fault(scalar.text) else {
        return;
    };
    // The schema rejects a slash where no rule relabels (`config.CheckTargetAddress`).
    let refused = scalar.text.contains('/') && section.get("relabel_configs").is_none();
    let refused = refused || section.relabelings().next().is_none() && scalar.text.contains('/');
    let refused = refused && target.document().is_yaml();
    if refused || templated && fault.is_open() {
        return;
    }
    let written = scalar.text.get(at.clone()).unwrap_or_default();
    if fault.is_open() && configuration.is_rendered(written) {
        return;
    }
    if let Some(password) = address_password(scalar.text) {
        let span = scalar.part(password.start, password.end);
        target.document().text().mark_secret(span);
    }
    let span = match target.is_alias() {
        true => target.span(),
        false => scalar.part(at.start, at.end),
    };
    let help = help(section, fault);
    let mut finding = out.part(target, span, Severity::Warning, fault.message());
    if fault.is_open() {
        finding.evidence = configuration.never_filled(written).unwrap_or_default();
    }
    let right = bare(section, scalar.text);
    // A probe takes the whole URL, and what is missing is the address of its exporter.
    let is_plain = section.is_job && !section.may_set("__param_target");
    out.push(finding.help(match right.filter(|_| is_plain) {
        Some(right) => advice::value(target, right, help).safe(),
        None => help.into(),
    }));
}

fn help(section: TargetSection<'_>, fault: TargetAddressFault) -> &'static str {
    match (section.is_job, fault) {
        (false, TargetAddressFault::Path) => "write `host:port`; set `path_prefix` in the entry",
        (false, TargetAddressFault::Scheme) => {
            "write `host:port`; set `scheme` and `path_prefix` in the entry"
        }
        _ => fault.help(),
    }
}

/// A slash in what the last rule for `__address__` writes: Prometheus drops every target that the rule
/// changes (`config.CheckTargetAddress`).
fn check_replacement(section: TargetSection<'_>, out: &mut RuleFindings<'_>) {
    let rules: Vec<_> = section.relabelings().collect();
    second_port(section, &rules, out);
    let mut writers = rules.iter().rev().filter(|rule| rule.may_set(ADDRESS));
    let Some(rule) = writers.next().filter(|rule| rule.action() == "replace") else {
        return;
    };
    if rule.target_label() != Some(ADDRESS) {
        return;
    }
    if let Some(source) = port_alone(*rule) {
        let message =
            format!("`__address__` becomes `{source}` without a host: every scrape fails");
        let place = rule.source_list().unwrap_or(rule.node);
        let finding = out.at(place, Severity::Warning, message).kind("port");
        return out.push(finding.help(
            "write `source_labels: [__address__, …_port]`, `regex: '([^:]+)(?::\\d+)?;(\\d+)'` and `replacement: '$1:$2'`",
        ));
    }
    let Some((node, scalar)) = rule
        .replacement_node()
        .and_then(|node| Some((node, node.scalar()?)))
    else {
        return;
    };
    let Some((fault, at)) = address_fault(scalar.text) else {
        return;
    };
    if !matches!(fault, TargetAddressFault::Scheme | TargetAddressFault::Path) {
        return;
    }
    let span = match node.is_alias() {
        true => node.span(),
        false => scalar.part(at.start, at.end),
    };
    let finding = out.part(node, span, Severity::Warning, fault.message());
    out.push(finding.kind("replacement").help(help(section, fault)));
}

/// Discoveries whose addresses always have a port, but for the role `pod` (prometheus/prometheus v3.5
/// `discovery/{kubernetes,aws,gce,azure,openstack,digitalocean,hetzner}`).
const WITH_PORT: &[&str] = &[
    "azure_sd_configs",
    "digitalocean_sd_configs",
    "ec2_sd_configs",
    "gce_sd_configs",
    "hetzner_sd_configs",
    "kubernetes_sd_configs",
    "openstack_sd_configs",
];

/// Whether every target of a job has a port before its rules.
fn has_ports(section: TargetSection<'_>) -> bool {
    let mut keys = section.keys();
    let mut is_any = false;
    let all = keys.all(|key| {
        let name = key.as_str().unwrap_or("");
        let is_discovery = name.ends_with("_sd_configs") || name == "static_configs";
        is_any |= is_discovery;
        let is_pod = |node: Node<'_>| node.get("role").and_then(Node::as_str) == Some("pod");
        let list = || section.get(name).into_iter().flat_map(Node::items);
        !is_discovery || WITH_PORT.contains(&name) && !list().any(is_pod)
    });
    is_any && all
}

/// A rule that appends a port to the whole address of targets that have one.
fn second_port(section: TargetSection<'_>, rules: &[WrittenRule<'_>], out: &mut RuleFindings<'_>) {
    let Some(rule) = rules.iter().find(|rule| rule.may_set(ADDRESS)) else {
        return;
    };
    let labels: Vec<&str> = rule.sources().filter_map(Node::as_str).collect();
    let is_whole = matches!(rule.regex(), None | Some("(.*)" | "(.+)"));
    let replacement = rule.replacement_node();
    let port = replacement.and_then(Node::as_str).and_then(|text| {
        let groups = ["$1:", "${1}:"].into_iter();
        groups.filter_map(|group| text.strip_prefix(group)).next()
    });
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(node), Some(port)) = (replacement, port.filter(|port| is_port(port))) else {
        return;
    };
    let appends = rule.action() == "replace" && rule.target_label() == Some(ADDRESS);
    if !appends || labels != [ADDRESS] || !is_whole || !has_ports(section) {
        return;
    }
    let message = format!(
        "`__address__` has a port already, so `:{port}` is a second one: every scrape fails"
    );
    let finding = out.at(node, Severity::Warning, message).kind("second-port");
    out.push(
        finding.help("write `regex: '([^:]+)(?::\\d+)?'`, which leaves out the port that is there"),
    );
}

/// The label of a port, where a rule makes it the whole of an address, or its host.
fn port_alone(rule: WrittenRule<'_>) -> Option<&str> {
    let mut labels = rule.sources().filter_map(Node::as_str);
    let (Some(source), None) = (labels.next(), labels.next()) else {
        return None;
    };
    let replacement = rule.replacement().unwrap_or("$1");
    let rest = ["$1", "${1}"]
        .into_iter()
        .find_map(|group| replacement.strip_prefix(group))?;
    let is_port = |rest: &str| {
        let digits = rest.strip_prefix(':');
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_number = source.starts_with("__meta_") && source.ends_with("_port");
    let has_host = rule.regex().is_some_and(|regex| regex.contains(':'));
    (is_number && !has_host && (rest.is_empty() || is_port(rest))).then_some(source)
}

/// The address alone, where the rest says what the job says anyway.
fn bare<'t>(section: TargetSection<'_>, text: &'t str) -> Option<&'t str> {
    let setting = |key: &str, default: &'static str| match section.get(key) {
        Some(node) => node.as_str().map(str::to_owned),
        None => Some(default.to_owned()),
    };
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let scheme_fits = match scheme {
        Some(scheme) => setting("scheme", "http").is_some_and(|it| it == scheme),
        None => true,
    };
    let path_fits = path.is_empty() || setting("metrics_path", "/metrics")? == path;
    let is_host = !host.is_empty() && !host.contains(['@', '?', '#', ' ', '$', '{']);
    (scheme_fits && path_fits && is_host && host.len() < text.len()).then_some(host)
}

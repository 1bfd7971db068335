//! `scrape/interval`: intervals that leave gaps in every instant query.

use crate::discover::EmbeddedIn;
use crate::facts::deployment::RunCertainty;
use crate::finding::Severity;
use crate::prometheus::TargetSection;
use crate::rules::{Configuration, RuleFindings};
use crate::schema::scalar;
use crate::yaml::Node;

/// `--query.lookback-delta` is 5m by default (cmd/prometheus/main.go).
const LOOK_BACK: i64 = 5 * 60 * 1000;

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    let Some((look_back, shown)) = look_back(configuration) else {
        return;
    };
    let queries_elsewhere = runs_as_agent(configuration);
    let config = configuration.config;
    let global = config
        .root()
        .get("global")
        .and_then(|global| global.get("scrape_interval"));
    let inherits = |job: TargetSection<'_>| job.get("scrape_interval").is_none();
    // The Operator adds the jobs to a resource that has none of its own.
    let is_operated = configuration.holder.is_some_and(EmbeddedIn::is_operated);
    let has_none = is_operated && config.jobs().next().is_none();
    let global = global.filter(|_| has_none || config.jobs().any(inherits));
    let own = config.jobs().filter_map(|job| job.get("scrape_interval"));
    for node in global.into_iter().chain(own) {
        if milliseconds(node).is_some_and(|interval| interval >= look_back) {
            let severity = match is_of_chart(node) || is_slow_probe(node) {
                true => Severity::Info,
                false => Severity::Warning,
            };
            let message = format!(
                "the interval is not shorter than the look-back of {shown}: instant queries, alerts and graphs have gaps"
            );
            let help = match queries_elsewhere {
                true => {
                    "scrape at least every two minutes, or raise the look-back where the samples are queried"
                }
                false => "scrape at least every two minutes, or raise `--query.lookback-delta`",
            };
            out.push(out.at(node, severity, message).help(help));
        }
    }
}

/// Whether it is a job that the Helm chart `prometheus` brings, which is copied into the values of
/// many who never use it (`scrapeConfigs`, prometheus-community/helm-charts).
fn is_of_chart(node: Node<'_>) -> bool {
    let job = node.parent().and_then(|job| job.get("job_name"));
    let name = job.and_then(Node::as_str).unwrap_or_default();
    let mut slow = ["kubernetes-service-endpoints-slow", "kubernetes-pods-slow"].into_iter();
    slow.any(|known| name == known)
}

/// Whether a job measures something that takes long and costs, by its name or its target: those who
/// measure their line every half hour know why.
fn is_slow_probe(node: Node<'_>) -> bool {
    let Some(job) = node.parent().filter(|job| job.get("job_name").is_some()) else {
        return false;
    };
    let name = job.get("job_name").and_then(Node::as_str);
    let entries = job.get("static_configs").into_iter().flat_map(Node::items);
    let targets = entries.filter_map(|entry| entry.get("targets"));
    let targets = targets.flat_map(Node::items).filter_map(Node::as_str);
    let mut texts = name.into_iter().chain(targets);
    texts.any(|text| SLOW_PROBES.iter().any(|probe| text.contains(probe)))
}

/// Parts of the names of exporters that measure a line with each scrape.
const SLOW_PROBES: &[&str] = &["speedtest", "speed-test", "speed_test", "iperf", "fast-com"];

fn milliseconds(node: Node<'_>) -> Option<i64> {
    let duration = scalar::duration(node.as_str()?).ok()?;
    Some(duration.milliseconds)
}

/// The look-back of what runs the configuration, the longest of several, and how it is written; none
/// if it is not in sight, or the samples are queried elsewhere.
fn look_back(configuration: &Configuration<'_>) -> Option<(i64, String)> {
    let (facts, holder) = (configuration.facts, configuration.holder);
    let default = (LOOK_BACK, "5m".to_owned());
    if configuration.folder.is_none() && holder.is_none() {
        return Some(default);
    }
    let document = configuration.config.root().node().document();
    let file = facts.absolute(document.text().path());
    // VictoriaMetrics takes it from the interval between samples (`-search.maxStalenessInterval`).
    if facts.vmalert_alone().is_some() {
        return None;
    }
    if holder.is_some_and(EmbeddedIn::is_operated) {
        return look_back_of_operated(configuration);
    }
    let mut longest = None;
    for runner in facts.runners(&file, holder) {
        let arguments = &runner.deployment.arguments;
        let value = arguments.value("query.lookback-delta");
        let found = match value {
            Some((text, _)) => (scalar::duration(text).ok()?.milliseconds, text.to_owned()),
            None if arguments.has_gaps() || runner.certainty == RunCertainty::Doubtful => {
                return None;
            }
            None => default.clone(),
        };
        longest = longest.max(Some(found));
    }
    Some(longest.unwrap_or(default))
}

/// Whether something runs the configuration as an agent, which refuses `--query.lookback-delta`
/// (cmd/prometheus/main.go, `serverOnlyFlag`).
fn runs_as_agent(configuration: &Configuration<'_>) -> bool {
    let (facts, holder) = (configuration.facts, configuration.holder);
    if configuration.folder.is_none() && holder.is_none() {
        return false;
    }
    let document = configuration.config.root().node().document();
    let file = facts.absolute(document.text().path());
    let mut runners = facts.runners(&file, holder).into_iter();
    runners.any(|runner| runner.deployment.agent().is_some())
}

/// The longest look-back of all that the Operator runs by the tree: which of them selects a monitor is
/// not asked.
fn look_back_of_operated(configuration: &Configuration<'_>) -> Option<(i64, String)> {
    let mut longest = (LOOK_BACK, "5m".to_owned());
    for deployment in configuration.facts.all_operated() {
        let value = deployment.arguments.value("query.lookback-delta");
        if let Some((text, _)) = value {
            let milliseconds = scalar::duration(text).ok()?.milliseconds;
            longest = longest.max((milliseconds, text.to_owned()));
        }
    }
    Some(longest)
}

//! Agent mode by values of the chart `prometheus` (prometheus-community/helm-charts `charts/prometheus`:
//! values.yaml, templates/cm.yaml and deploy.yaml).

use super::chart_release::{has_few_charts, major, release};
use super::survey::ScannedFile;
use crate::discover::{EmbeddedIn, charts};
use crate::facts::Facts;
use crate::finding::{Advice, Finding, Place, Severity, rule};
use crate::rules::RuleJudgment;
use crate::yaml::{Document, Node, parse_all};

/// The first release of the chart that starts Prometheus 3, which does not know the feature `agent`.
const SINCE_3: u64 = 26;

/// The configuration that the chart makes.
const CONFIG: &str = "/etc/config/prometheus.yml";

/// How values start an agent.
struct Agent<'d> {
    values: Node<'d>,
    server: Node<'d>,
    /// The flag.
    node: Node<'d>,
    /// Whether it is the feature, which made agents before 3.0.
    is_feature: bool,
    /// Whether the flags in sight replace those of the chart.
    replaces: bool,
}

/// What the release that is started makes of the feature.
enum FeatureEffect {
    Agent,
    /// Nothing, and what says so.
    Server(Option<Place>),
    Unknown,
}

/// Where values of the chart start an agent, if they surely or perhaps do.
pub(super) fn evidence(document: &Document, facts: &Facts<'_>) -> Option<Place> {
    let documents = documents(document);
    let agent = Agent::of(document, &documents)?;
    let is_server = matches!(agent.means(facts), FeatureEffect::Server(_));
    (!is_server).then(|| agent.node.place())
}

/// Adds what an agent makes of what the chart sets itself.
pub(super) fn add(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    if !matches!(seen.recognized.holder, Some(EmbeddedIn::Values { .. })) {
        return;
    }
    // Other parts of the values are configurations too.
    let path = document.root().map(Node::path).unwrap_or_default();
    let is_main =
        path.split('.').next_back() == Some("server") || path.ends_with("[\"prometheus.yml\"]");
    let documents = documents(document);
    let Some(agent) = Agent::of(document, &documents).filter(|_| is_main) else {
        return;
    };
    let means = agent.means(facts);
    if let FeatureEffect::Server(evidence) = &means {
        judgment
            .findings
            .extend(agent.without_effect(evidence.as_ref()));
        return;
    }
    let refused = || agent.refused(document, &means, facts);
    judgment
        .findings
        .extend(agent.server_flag(&means).or_else(refused));
}

/// The documents around a configuration in values, which has only its own part of them.
fn documents(document: &Document) -> Vec<Document> {
    let text = document.text();
    match text.content().contains("agent") && has_few_charts(text) {
        true => parse_all(text).0,
        false => Vec::new(),
    }
}

impl<'d> Agent<'d> {
    /// What the values around a configuration of theirs start.
    fn of(document: &Document, documents: &'d [Document]) -> Option<Self> {
        let at = document.root()?.span();
        let is_around = |values: &Node<'_>| {
            let span = values.span();
            span.start <= at.start && at.end <= span.end
        };
        let values = documents.iter().flat_map(charts).filter(is_around).last()?;
        let server = values.get("server")?;
        let items = |key: &str| server.get(key).into_iter().flat_map(Node::items);
        let replaces = items("defaultFlagsOverride").next().is_some();
        let list = match replaces {
            true => "defaultFlagsOverride",
            false => "extraFlags",
        };
        let agent = |(node, is_feature)| Self {
            values,
            server,
            node,
            is_feature,
            replaces,
        };
        if let Some(found) = items(list).find_map(|flag| Some((flag, of_flag(flag.as_str()?)?))) {
            return Some(agent(found));
        }
        let more = server.get("extraArgs").filter(|_| !replaces)?;
        let mut more = more.mapping()?.entries();
        let found = more.find_map(|entry| {
            let value = entry.value.as_str().unwrap_or("");
            match entry.name() {
                "agent" if value != "false" => Some((entry.key, false)),
                "enable-feature" if names_agent(value) => Some((entry.key, true)),
                _ => None,
            }
        });
        found.map(agent)
    }

    /// What the flag means to the release that is started: that of the image's tag, else that of the
    /// chart.
    fn means(&self, facts: &Facts<'_>) -> FeatureEffect {
        if !self.is_feature {
            return FeatureEffect::Agent;
        }
        let tag = self
            .server
            .get("image")
            .and_then(|image| image.get("tag")?.as_str());
        if let Some(tag) = tag.filter(|tag| !tag.is_empty()) {
            return match major(tag) {
                Some(..3) => FeatureEffect::Agent,
                // `start/feature` reports it.
                Some(3..) => FeatureEffect::Server(None),
                None => FeatureEffect::Unknown,
            };
        }
        let found = release(&self.node.place(), facts);
        match found.as_ref().and_then(|(release, _)| major(release)) {
            Some(..SINCE_3) => FeatureEffect::Agent,
            Some(SINCE_3..) => FeatureEffect::Server(found.map(|(_, place)| place)),
            None => FeatureEffect::Unknown,
        }
    }

    fn found(&self, rule: &'static str, message: String) -> Finding {
        let finding = Finding::new(rule, Severity::Warning, self.node.place(), message);
        finding.of_key(self.node.path(), self.node.identity())
    }

    fn without_effect(&self, evidence: Option<&Place>) -> Option<Finding> {
        let message =
            "the feature `agent` is unknown to Prometheus 3.0 and newer: it starts as a server";
        let finding = self.found(rule::START_FEATURE, message.to_owned());
        let place = evidence?.clone();
        Some(
            finding
                .help(Advice::write("write `--agent` in `defaultFlagsOverride`"))
                .evidence(place, "this release of the chart starts Prometheus 3"),
        )
    }

    /// A flag of the chart's own that is for servers only.
    fn server_flag(&self, means: &FeatureEffect) -> Option<Finding> {
        if self.replaces || !matches!(means, FeatureEffect::Agent) {
            return None;
        }
        let message = "an agent rejects `--storage.tsdb.path`, which the chart adds: Prometheus does not start";
        let finding = self.found(rule::START_FLAG, message.to_owned());
        Some(finding.help(
            "write all flags in `defaultFlagsOverride`, which takes the place of the chart's",
        ))
    }

    /// Sections of the chart's own configuration that agents reject.
    fn refused(
        &self,
        document: &Document,
        means: &FeatureEffect,
        facts: &Facts<'_>,
    ) -> Option<Finding> {
        let shown = document.text().path();
        let is_unset = |word: &str| !facts.is_named_beside(shown, word);
        let rules = (self.has_own_rules() && is_unset("rule_files")).then_some((
            "rule_files",
            "`serverFiles.\"prometheus.yml\".rule_files` to `[]`",
        ));
        let alerting = (self.has_alertmanager() && is_unset("alertmanager"))
            .then_some(("alerting", "`alertmanager.enabled` to `false`"));
        if !self.starts_with_own() {
            return None;
        }
        let found: Vec<_> = rules.into_iter().chain(alerting).collect();
        let names: Vec<_> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
        let ways: Vec<_> = found.iter().map(|(_, way)| *way).collect();
        if names.is_empty() {
            return None;
        }
        let names = names.join(" and ");
        let message = match means {
            FeatureEffect::Agent => format!(
                "an agent rejects {names}, which the chart sets by default: Prometheus does not start"
            ),
            _ => format!(
                "before Prometheus 3.0, this starts an agent, which rejects {names}, the chart's default; \
                 later it has no effect"
            ),
        };
        let finding = self.found(rule::SCHEMA_CONFLICT, message);
        let finding = finding.kind("chart");
        Some(finding.help(format!("set {}", ways.join(", and "))))
    }

    /// Whether the server starts with the configuration that the chart makes.
    fn starts_with_own(&self) -> bool {
        let is_filled = |key: &str| {
            let value = self.server.get(key).and_then(Node::as_str);
            value.is_some_and(|text| !text.is_empty())
        };
        let own = || {
            let path = self.server.get("configPath").and_then(Node::as_str);
            path.is_none_or(|path| path.is_empty() || path == CONFIG)
        };
        let flags = self.server.get("defaultFlagsOverride");
        let mut flags = flags.into_iter().flat_map(Node::items);
        let mut of_flags =
            || flags.any(|flag| flag.as_str().is_some_and(|text| text.contains(CONFIG)));
        let is_replaced = ["configFromSecret", "configMapOverrideName"]
            .iter()
            .any(|key| is_filled(key));
        !is_replaced
            && match self.replaces {
                true => of_flags(),
                false => own(),
            }
    }

    /// Whether the values leave the rule files of the chart's own configuration in place.
    fn has_own_rules(&self) -> bool {
        let files = self.values.get("serverFiles");
        let config = files.and_then(|files| files.get("prometheus.yml"));
        config.is_none_or(|config| is_mapping(config) && config.get("rule_files").is_none())
    }

    /// Whether the chart adds its Alertmanager, or another one, to the configuration.
    fn has_alertmanager(&self) -> bool {
        let section = self.values.get("alertmanager");
        let enabled = section.and_then(|section| section.get("enabled"));
        let is_off = enabled.is_some_and(|node| node.as_str() == Some("false"));
        let others = self.server.get("alertmanagers");
        !is_off || others.into_iter().flat_map(Node::items).next().is_some()
    }
}

fn is_mapping(node: Node<'_>) -> bool {
    node.mapping().is_some()
}

/// Whether a flag starts an agent, and if so whether by the feature.
fn of_flag(text: &str) -> Option<bool> {
    let text = text.trim_start_matches('-');
    let features = text.strip_prefix("enable-feature=");
    match features {
        Some(features) => names_agent(features).then_some(true),
        None => (text == "agent").then_some(false),
    }
}

/// Whether a list of features has the one that makes an agent.
fn names_agent(features: &str) -> bool {
    features.split(',').any(|text| text == "agent")
}

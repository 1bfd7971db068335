//! The Services that charts of receivers make, by what installs them: a HelmRelease, an Application, a
//! kustomization or a helmfile, with all values in sight. Where some are elsewhere, nothing is known.

mod charts;

pub use charts::GATEWAY_USERS;

use super::super::arguments::{Argument, Arguments};
use super::super::environment::ContainerEnvironment;
use super::super::image::Image;
use super::super::model::Platform;
use super::super::network::{ContainerPort, NetworkContainer, NetworkName, Ports, Surroundings};
use super::super::scan::SourceFile;
use super::service::Service;
use crate::finding::{Evidence, KeyPath, Place};
use crate::needle;
use crate::yaml::{Dollars, Mapping, Node, embedded, parse_first, placeholder};
use charts::{MADE, MIMIR, PROMETHEUS, ReleasedService, STACK, VM_CLUSTER, VM_SINGLE};

/// Values by which the names or the ports of the Services, or the files behind them, may be others.
const UNKNOWN: &[&str] = &[
    "enterprise",
    "externalConfigSecretName",
    "federation_frontend",
    "fullnameOverride",
    "name",
    "nameOverride",
    "env",
    "envFrom",
    "service",
    "unstructuredConfig",
    "useExternalConfig",
];

/// The longest full name of kube-prometheus-stack.
const LONGEST_OF_STACK: usize = 26;

/// Whether a file may install one of the charts: a scan of its bytes.
pub(in crate::facts::deployment) fn may_install(bytes: &[u8]) -> bool {
    const KINDS: &[&str] = &["Application", "HelmRelease", "helmCharts", "releases"];
    let has = |word: &&'static str| needle::has(word, bytes);
    // `kube-prometheus-stack` has the word too.
    [MIMIR, VM_SINGLE, VM_CLUSTER, PROMETHEUS].iter().any(has) && KINDS.iter().any(has)
}

/// The Services that the charts make which a file installs, and what they lead to.
pub(in crate::facts::deployment) fn released(file: &SourceFile) -> Vec<(Service, NetworkName)> {
    let mut out = Vec::new();
    for document in file.documents() {
        for release in document.root().map(releases).unwrap_or_default() {
            out.extend(release.made(file));
        }
    }
    out
}

/// What installs a chart.
struct ChartRelease<'d> {
    chart: Node<'d>,
    name: Option<&'d str>,
    /// The namespace that goes before the name where none is written.
    before: Option<&'d str>,
    namespace: Option<&'d str>,
    values: Vec<Node<'d>>,
    /// Whether values are in files or objects that are not looked at.
    has_more: bool,
}

fn releases<'d>(root: Node<'d>) -> Vec<ChartRelease<'d>> {
    let text = |node: Option<Node<'d>>, key: &str| node?.get(key)?.as_str();
    let metadata = root.get("metadata");
    let spec = root.get("spec");
    match root.get("kind").and_then(Node::as_str) {
        Some("HelmRelease") => of_flux(root, spec),
        Some("Application") => {
            let one = spec.and_then(|spec| spec.get("source")).into_iter();
            let several = spec.and_then(|spec| spec.get("sources"));
            let several = several.into_iter().flat_map(Node::items);
            let namespace =
                spec.and_then(|spec| spec.get("destination")?.get("namespace")?.as_str());
            let all = one.chain(several).filter_map(|source| {
                let helm = source.get("helm");
                let values = ["values", "valuesObject"].into_iter();
                let values = values.filter_map(|key| helm?.get(key)).collect();
                let more = ["fileParameters", "parameters", "valueFiles"];
                let has = |key: &&str| helm.is_some_and(|helm| helm.get(key).is_some());
                Some(ChartRelease {
                    chart: source.get("chart")?,
                    name: text(helm, "releaseName").or_else(|| text(metadata, "name")),
                    before: None,
                    namespace,
                    values,
                    has_more: more.iter().any(has),
                })
            });
            all.collect()
        }
        _ => {
            let inflated = root.get("helmCharts").into_iter().flat_map(Node::items);
            let inflated = inflated.filter_map(|chart| {
                Some(ChartRelease {
                    chart: chart.get("name")?,
                    name: text(Some(chart), "releaseName"),
                    before: None,
                    namespace: text(Some(chart), "namespace"),
                    values: chart.get("valuesInline").into_iter().collect(),
                    has_more: chart.get("valuesFile").is_some(),
                })
            });
            let listed = root.get("releases").into_iter().flat_map(Node::items);
            let listed = listed.filter_map(|release| {
                let values: Vec<_> = release
                    .get("values")
                    .into_iter()
                    .flat_map(Node::items)
                    .collect();
                let is_file = |values: &Node<'_>| values.mapping().is_none();
                let more = ["secrets", "set", "setString", "valuesTemplate"];
                Some(ChartRelease {
                    chart: release.get("chart")?,
                    name: text(Some(release), "name"),
                    before: None,
                    namespace: text(Some(release), "namespace"),
                    has_more: values.iter().any(is_file)
                        || more.iter().any(|key| release.get(key).is_some()),
                    values,
                })
            });
            inflated.chain(listed).collect()
        }
    }
}

/// A HelmRelease; its release has the target namespace in its name, where that is set and no name is
/// (fluxcd/helm-controller `api/v2`, `GetReleaseName`).
fn of_flux<'d>(root: Node<'d>, spec: Option<Node<'d>>) -> Vec<ChartRelease<'d>> {
    let find = || {
        let spec = spec?;
        let text = |node: Node<'d>, key: &str| node.get(key)?.as_str();
        let metadata = root.get("metadata")?;
        let target = text(spec, "targetNamespace");
        let own = text(spec, "releaseName");
        let more = ["postRenderers", "valuesFrom"];
        Some(ChartRelease {
            chart: spec.get("chart")?.get("spec")?.get("chart")?,
            name: own.or_else(|| text(metadata, "name")),
            before: target.filter(|_| own.is_none()),
            namespace: target.or_else(|| text(metadata, "namespace")),
            values: spec.get("values").into_iter().collect(),
            has_more: more.iter().any(|key| spec.get(key).is_some()),
        })
    };
    find().into_iter().collect()
}

impl ChartRelease<'_> {
    /// What the chart makes for it; nothing where something that is not in sight may change that.
    fn made(&self, file: &SourceFile) -> Vec<(Service, NetworkName)> {
        let chart = self
            .chart
            .as_str()
            .and_then(|chart| chart.rsplit('/').next());
        let rows = MADE.iter().filter(|made| chart == Some(made.chart));
        let rows: Vec<&ReleasedService> = rows.collect();
        let is_known = |name: &&str| !name.is_empty() && !placeholder::is_open(name);
        let Some(name) = self.name.filter(is_known) else {
            return Vec::new();
        };
        if rows.is_empty() || self.has_more || self.values.len() > 1 {
            return Vec::new();
        }
        let name = match self.before {
            Some(before) => format!("{before}-{name}"),
            None => name.to_owned(),
        };
        // In an Application they may be a text.
        let text = self
            .values
            .first()
            .filter(|values| values.as_str().is_some());
        let text = text.and_then(|values| {
            let within = KeyPath {
                identity: values.identity(),
                logical: values.path(),
            };
            embedded(*values, within, Dollars::Plain)
        });
        let parsed = text.as_ref().map(parse_first);
        let values = match &parsed {
            Some(Ok(document)) => document.root(),
            Some(Err(_)) => return Vec::new(),
            None => self.values.first().copied(),
        };
        file.text.recognize();
        let rows = rows.into_iter().filter(|made| made.is_made(values));
        rows.map(|made| self.one(made, &name, values, file))
            .collect()
    }

    fn one(
        &self,
        made: &ReleasedService,
        release: &str,
        values: Option<Node<'_>>,
        file: &SourceFile,
    ) -> (Service, NetworkName) {
        let mut full = match release.contains(made.infix) {
            true => release.to_owned(),
            false => format!("{release}-{}", made.infix),
        };
        if made.chart == STACK {
            // `trunc 26 | trimSuffix "-"` (templates/_helpers.tpl, `kube-prometheus-stack.fullname`).
            full = full.chars().take(LONGEST_OF_STACK).collect();
            full.truncate(full.trim_end_matches('-').len());
        }
        let own = || format!("{full}-{}", made.part);
        let name = made.fixed.map_or_else(own, str::to_owned);
        let place = self.chart.place();
        let ports: Vec<(u16, ContainerPort)> = made
            .ports
            .iter()
            .map(|(own, target)| (*own, ContainerPort::Number(*target)))
            .collect();
        let namespace = self.namespace.map(str::to_owned);
        let service = Service::of_chart(&name, namespace.clone(), ports.clone(), place.clone());
        let named = NetworkName {
            names: vec![name.clone()],
            platform: Platform::Kubernetes,
            file: file.path.clone(),
            namespace,
            pods: None,
            ports: Ports::Mapped(ports),
            containers: vec![made.container(&name, values, &place)],
            injected: None,
            workload: None,
            surroundings: Surroundings::default(),
            evidence: vec![Evidence {
                place,
                message: format!("the chart makes the Service `{name}`"),
            }],
        };
        (service, named)
    }
}

impl ReleasedService {
    /// Whether the chart makes it under its usual name.
    fn is_made(&self, values: Option<Node<'_>>) -> bool {
        let Some(values) = values else { return true };
        let section = self.section(values);
        let holders = std::iter::once(values).chain(section);
        let mut keys =
            holders.flat_map(|holder| UNKNOWN.iter().filter_map(move |key| holder.get(key)));
        let mimir = values.get("mimir");
        let is_whole = mimir.is_some_and(|mimir| mimir.get("config").is_some());
        let is_off = self.switch.is_some_and(|(way, by_default)| {
            let node = way.iter().try_fold(values, |node, key| node.get(key));
            let set = node
                .and_then(Node::scalar)
                .and_then(|scalar| scalar.as_bool());
            !set.unwrap_or(by_default)
        });
        keys.next().is_none() && !is_whole && !is_off
    }

    /// The section of values for the part.
    fn section<'d>(&self, values: Node<'d>) -> Option<Node<'d>> {
        values.get(self.part)
    }

    fn container(
        &self,
        service: &str,
        values: Option<Node<'_>>,
        place: &Place,
    ) -> NetworkContainer {
        let at = |way: &[&str]| {
            let values = values?;
            way.iter().try_fold(values, |node, key| node.get(key))
        };
        let mut list: Vec<Argument> = Vec::new();
        let mut push = |text: String, place: Place| list.push(Argument { text, place });
        let flags = self.flags.and_then(at).and_then(Node::mapping);
        for entry in flags.into_iter().flat_map(Mapping::entries) {
            let value = entry.value.as_str().unwrap_or_default();
            push(format!("-{}={value}", entry.name()), entry.key.place());
        }
        // A list of names of flags, some with their values.
        let names = self.flags.and_then(at).into_iter().flat_map(Node::items);
        for item in names {
            push(
                format!("--{}", item.as_str().unwrap_or_default()),
                item.place(),
            );
        }
        for (way, flag) in self.settings {
            if let Some((node, value)) = at(way).and_then(|node| Some((node, node.as_str()?))) {
                if self.chart == STACK && value != "true" {
                    continue;
                }
                push(format!("-{flag}={value}"), node.place());
            }
        }
        let is_changed =
            |(_, others): &(&str, &[&[&str]])| others.iter().any(|way| at(way).is_some());
        let is_own = self.own.as_ref().is_none_or(|own| !is_changed(own));
        if let Some((flag, _)) = self.own.filter(|_| is_own) {
            push(flag.to_owned(), place.clone());
        }
        // The release is that of the chart, which the values do not tell.
        let image = is_own.then(|| Image {
            name: format!("{}:${{APP_VERSION}}", self.image),
            place: place.clone(),
        });
        NetworkContainer {
            name: format!("`{service}` of the chart `{}`", self.chart),
            image,
            place: place.clone(),
            ports: self.ports.iter().map(|(_, port)| (None, *port)).collect(),
            arguments: Arguments {
                list,
                replaces: true,
                for_entry_point: true,
            },
            environment: ContainerEnvironment::default(),
            changes: Vec::new(),
            has_other_image: false,
            is_one_program: false,
        }
    }
}

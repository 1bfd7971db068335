//! Configurations in values for the chart of Prometheus (prometheus-community/helm-charts
//! `charts/prometheus`: values.yaml, templates/cm.yaml).

use std::sync::Arc;

use super::embedded_in::EmbeddedIn;
use super::examine::{ConfigurationKind, FileContent, RecognizedFile, TemplateEvidence, judge};
use crate::yaml::{Document, GatheredSection, Node};

/// Where the chart takes the files of its server from, and the one that is the configuration.
pub(super) const SERVER_FILES: &str = "serverFiles";
const CONFIGURATION: &str = "prometheus.yml";

/// Where sections of the configuration are that the chart puts before those of the file.
const SERVER: &str = "server";
const GLOBAL: &str = "global";

/// Those that send or fetch, by their names in the values and in the configuration.
const REMOTE: &[(&str, &str)] = &[
    ("remoteWrite", "remote_write"),
    ("remoteRead", "remote_read"),
];

/// What is beside `server` in values of this chart, of old releases too. Others have a server as
/// well.
const BESIDE: &[&str] = &[
    SERVER_FILES,
    "alertmanager",
    "alertmanagerFiles",
    "configmapReload",
    "extraScrapeConfigs",
    "scrapeConfigs",
    "kube-state-metrics",
    "kubeStateMetrics",
    "nodeExporter",
    "prometheus-node-exporter",
    "prometheus-pushgateway",
    "pushgateway",
    "serviceAccounts",
];

/// Keys of `server` that tell this chart from others.
const OF_SERVER: &[&str] = &[
    "alertmanagers",
    "configMapOverrideName",
    "defaultFlagsOverride",
    "exemplars",
    "extraConfigmapMounts",
    "extraFlags",
    "global",
    "persistentVolume",
    "prefixURL",
    "retention",
    "retentionSize",
    "tsdb",
];

/// What the chart is called where another one needs it.
const CHART: &str = "prometheus";

/// How many charts in one file are looked into: each costs a copy of the document.
const MOST_CHARTS: usize = 16;

/// The configurations in values that are at a path of keys: there, or below the name of a chart
/// that needs this one. `is_named` says that they are for this chart.
pub(super) fn find(
    document: &Document,
    at: &[&str],
    is_named: bool,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let charts = node_at(document, at).and_then(Node::mapping).into_iter();
    let charts = charts.flat_map(|map| map.entries());
    let may_hold = |value: Node<'_>| value.get(SERVER_FILES).or(value.get(SERVER)).is_some();
    let charts = charts.filter(|entry| may_hold(entry.value));
    let names: Vec<&str> = charts.map(|entry| entry.name()).collect();
    let below = names.iter().map(|name| [at, &[name]].concat());
    let found = std::iter::once(at.to_vec()).chain(below).filter_map(|way| {
        let is_named = is_named && way.len() == at.len();
        let (gathered, is_whole) = configuration(document, &way, is_named)?;
        let logical = gathered.root()?.path();
        let (mut what, why, _) = judge(gathered, CONFIGURATION, true);
        if let (false, FileContent::Configuration { dialect, .. }) = (is_whole, &mut what) {
            // The chart has its own file to which this is added.
            *dialect = ConfigurationKind::Fragment;
        }
        let filled = has_filled_urls(document, &way).then_some(TemplateEvidence::Variables);
        Some((logical, what, why, template.or(filled)))
    });
    let found = found
        .take(MOST_CHARTS)
        .map(|(logical, what, why, template)| RecognizedFile {
            template,
            holder: Some(EmbeddedIn::VALUES),
            ..RecognizedFile::new(
                Arc::clone(document.text()),
                what,
                format!("{logical}: {why}"),
            )
        });
    found.collect()
}

/// The configuration of the chart whose values are at a path of keys, and whether its file is
/// among them.
fn configuration(document: &Document, at: &[&str], is_named: bool) -> Option<(Document, bool)> {
    let file_way = [at, &[SERVER_FILES, CONFIGURATION]].concat();
    let file = node_at(document, &file_way).and_then(Node::mapping);
    let file = file.filter(|map| map.entries().next().is_some());
    let from_server = || {
        let server = node_at(document, &[at, &[SERVER]].concat())?;
        let values = node_at(document, at)?;
        let is_sure = is_named || at.last() == Some(&CHART) || is_among_its_like(values);
        let is_ours = is_sure || is_by_server(values, server);
        let remote = REMOTE
            .iter()
            .filter(|(key, _)| server.get(key).is_some_and(is_list_of_endpoints));
        let mut sections: Vec<_> = remote.copied().collect();
        let has_global =
            server.get(GLOBAL).is_some() && file.is_none_or(|file| file.get(GLOBAL).is_none());
        if !is_ours || sections.is_empty() && !(is_sure && has_global) {
            return None;
        }
        if has_global {
            sections.push((GLOBAL, GLOBAL));
        }
        let ways: Vec<_> = sections
            .iter()
            .map(|(key, name)| ([at, &[SERVER, key]].concat(), *name))
            .collect();
        let sections: Vec<_> = ways
            .iter()
            .map(|(way, name)| GatheredSection { way, name })
            .collect();
        match file {
            Some(_) => document.gathered(&file_way, true, &sections),
            None => document.gathered(&[at, &[SERVER]].concat(), false, &sections),
        }
    };
    let gathered = from_server();
    let found = gathered.or_else(|| document.rooted_at(&file_way).filter(|_| file.is_some()))?;
    Some((found, file.is_some()))
}

fn node_at<'d>(document: &'d Document, way: &[&str]) -> Option<Node<'d>> {
    way.iter()
        .try_fold(document.root()?, |node, key| node.step(key))
}

/// Whether a URL has a tag of a template: the chart renders the URLs that are in `server`, and
/// nothing else of the configuration.
fn has_filled_urls(document: &Document, at: &[&str]) -> bool {
    let lists = REMOTE
        .iter()
        .filter_map(|(key, _)| node_at(document, &[at, &[SERVER, key]].concat()));
    let mut urls = lists
        .flat_map(Node::items)
        .filter_map(|item| item.get("url")?.as_str());
    urls.any(|url| url.contains("{{"))
}

/// Keys of `server` in values of victoria-metrics-alert, which has an `alertmanager` beside it too
/// (VictoriaMetrics/helm-charts `charts/victoria-metrics-alert/values.yaml`).
const OF_VMALERT: &[&str] = &["datasource", "notifier", "notifiers"];

pub(super) fn is_among_its_like(values: Node<'_>) -> bool {
    let server = values.get(SERVER);
    let has = |key: &&str| server.is_some_and(|server| server.get(key).is_some());
    BESIDE.iter().any(|key| values.get(key).is_some()) && !OF_VMALERT.iter().any(has)
}

/// Whether a `server` with endpoints is that of this chart although nothing else of it is here.
fn is_by_server(values: Node<'_>, server: Node<'_>) -> bool {
    let is_alone = values
        .mapping()
        .is_some_and(|map| map.entries().count() == 1);
    is_alone || OF_SERVER.iter().any(|key| server.get(key).is_some())
}

fn is_list_of_endpoints(node: Node<'_>) -> bool {
    let has_url = |item: Node<'_>| item.get("url").and_then(Node::as_str).is_some();
    node.items().next().is_some() && node.items().all(has_url)
}

/// Whether the name or URL of a chart is that of this one, and not bitnami's.
pub(super) fn names_chart(name: Option<Node<'_>>) -> bool {
    let text = name.and_then(Node::as_str).unwrap_or_default();
    text.rsplit('/').next() == Some(CHART) && !text.contains("bitnami")
}

/// Keys of `server` that no other chart has there.
const ONLY_HERE: &[&str] = &[
    "configMapOverrideName",
    "defaultFlagsOverride",
    "extraConfigmapMounts",
    "extraFlags",
];

/// The values of this chart in a file: its own, or those in a HelmRelease, an Application, a kustomization
/// or a helmfile.
pub(crate) fn charts(document: &Document) -> Vec<Node<'_>> {
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let mut carried = Vec::new();
    let spec = root.get("spec");
    match root.get("kind").and_then(Node::as_str) {
        Some("HelmRelease") => {
            let chart = spec.and_then(|spec| spec.get("chart")?.get("spec")?.get("chart"));
            let values = spec.and_then(|spec| spec.get("values"));
            carried.extend(values.map(|values| (values, names_chart(chart))));
        }
        Some("Application") => {
            let one = spec.and_then(|spec| spec.get("source")).into_iter();
            let several = spec.and_then(|spec| spec.get("sources"));
            let several = several.into_iter().flat_map(Node::items);
            carried.extend(one.chain(several).filter_map(|source| {
                let values = source.get("helm")?.get("valuesObject")?;
                Some((values, names_chart(source.get("chart"))))
            }));
        }
        Some(_) => {}
        None => {
            carried.push((root, false));
            let inflated = root.get("helmCharts").into_iter().flat_map(Node::items);
            carried.extend(inflated.filter_map(|chart| {
                Some((chart.get("valuesInline")?, names_chart(chart.get("name"))))
            }));
            let releases = root.get("releases").into_iter().flat_map(Node::items);
            carried.extend(releases.flat_map(|release| {
                let is_named = names_chart(release.get("chart"));
                let values = release.get("values").into_iter().flat_map(Node::items);
                values.map(move |values| (values, is_named))
            }));
        }
    }
    let mut out = Vec::new();
    for (values, is_named) in carried {
        let Some(mapping) = values.mapping() else {
            continue;
        };
        let below = mapping.entries();
        let below = below.map(|entry| (entry.value, entry.name() == CHART));
        let all = std::iter::once((values, is_named)).chain(below);
        out.extend(all.filter(|(one, is_named)| is_for_server(*one, *is_named)));
    }
    out.into_iter().map(|(values, _)| values).collect()
}

/// Where the releases of this chart are named that something in a file installs: a HelmRelease, an
/// Application, a kustomization or a helmfile.
pub(crate) fn chart_versions(document: &Document) -> Vec<Node<'_>> {
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let spec = root.get("spec");
    let flux = spec.and_then(|spec| spec.get("chart")?.get("spec"));
    let argo = spec.and_then(|spec| spec.get("source"));
    let sources = spec.and_then(|spec| spec.get("sources"));
    let sources = sources.into_iter().flat_map(Node::items);
    let of_lists = ["helmCharts", "releases"].into_iter();
    let of_lists = of_lists
        .filter_map(|key| root.get(key))
        .flat_map(Node::items);
    let all = flux.into_iter().chain(argo).chain(sources).chain(of_lists);
    let versions = all.filter_map(|chart| {
        // In a helmfile `name` is that of the release.
        let name = chart.get("chart").or_else(|| chart.get("name"));
        let version = ["version", "targetRevision"].iter();
        let version = version.filter_map(|key| chart.get(key)).next()?;
        names_chart(name).then_some(version)
    });
    versions.collect()
}

/// Whether values surely start the server of this chart.
fn is_for_server(values: Node<'_>, is_named: bool) -> bool {
    let server = values
        .get(SERVER)
        .filter(|server| server.mapping().is_some());
    server.is_some_and(|server| {
        let is_only = ONLY_HERE.iter().any(|key| server.get(key).is_some());
        let mut lists = REMOTE.iter().filter_map(|(key, _)| server.get(key));
        let sends = lists.any(is_list_of_endpoints) && is_by_server(values, server);
        is_named || is_only || sends || is_among_its_like(values)
    })
}

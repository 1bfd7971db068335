//! The web configurations of what runs a configuration: what its release makes of them, the files that
//! they name, and the jobs that scrape the server itself.

use std::path::Path;
use std::sync::Arc;

use super::{OTHERS, SCHEMES, SECTIONS, at, check, files, scraped};
use crate::discover::{EmbeddedIn, is_candidate};
use crate::facts::Facts;
use crate::facts::deployment::{Deployment, RunCertainty};
use crate::facts::settings::WEB_FILE;
use crate::finding::{Finding, Place, Severity, Span, Text, nearest, rule};
use crate::yaml::{Document, Mapping, Node, parse_first, placeholder};

/// The keys by which a web configuration is recognized.
const KEYS: &[&str] = &[
    "tls_server_config",
    "basic_auth_users",
    "http_server_config",
];

/// Keys by their sections, and the first release of Prometheus with an exporter-toolkit that has them
/// (go.mod of each release; 0.7.0, 0.10.0, 0.11.0 and 0.15.0 of the toolkit).
const SINCE: &[(&str, &str, (u16, u16))] = &[
    ("http_server_config", "headers", (2, 31)),
    ("tls_server_config", "client_allowed_sans", (2, 45)),
    ("tls_server_config", "cert", (2, 50)),
    ("tls_server_config", "key", (2, 50)),
    ("tls_server_config", "client_ca", (2, 50)),
    ("", "rate_limit", (3, 8)),
];

/// What is wrong with the web configurations that whatever runs a configuration is started with. Those
/// that are recognized by themselves are checked elsewhere, but for what depends on the container.
pub(in crate::run) fn of_runners(
    facts: &Facts<'_>,
    configuration: &Document,
    file: &Path,
    holder: Option<&EmbeddedIn>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for runner in facts.runners(file, holder) {
        if runner.certainty != RunCertainty::Certain {
            continue;
        }
        found.extend(of_deployment(facts, runner.deployment));
        if let Some((_, document)) = web_file(facts, runner.deployment) {
            found.extend(scraped::check(configuration, &document, runner.deployment));
        }
    }
    found
}

/// The web configuration that something is started with, if it is in the tree and looks like one.
fn web_file(facts: &Facts<'_>, deployment: &Deployment) -> Option<(Arc<Text>, Document)> {
    let (path, _) = deployment.arguments.value(WEB_FILE)?;
    let text = facts.text_at(deployment, path)?;
    let document = parse_first(&text).ok().filter(is_web_file)?;
    Some((text, document))
}

/// What is wrong with the web configuration that something is started with, reported once whatever starts
/// it too.
pub(in crate::run) fn of_deployment(facts: &Facts<'_>, deployment: &Deployment) -> Vec<Finding> {
    let Some((path, flag)) = deployment.arguments.value(WEB_FILE) else {
        return Vec::new();
    };
    let Some((text, document)) = web_file(facts, deployment) else {
        return something_else(facts, deployment, path, flag)
            .into_iter()
            .collect();
    };
    let is_own = KEYS.iter().any(|key| text.content().contains(key))
        && is_candidate(Path::new(&**text.path()))
        && !text.is_embedded();
    let start = Place::new(&text, Span::default()).span().start;
    let spot = format!("{}#{start}", text.path());
    text.recognize();
    // It marks the secrets too.
    let whole = check(&text);
    let mut found = Vec::new();
    if facts.is_first_look(Path::new(&spot)) {
        found.extend(whole.into_iter().filter(|_| !is_own));
        found.extend(too_new(&document, deployment));
        found.extend(files::check(&document, deployment, path, facts));
    }
    found
}

/// A file that is there and is not a web configuration: its text may be anything, so that the finding is at
/// the flag and says nothing of it.
fn something_else(
    facts: &Facts<'_>,
    deployment: &Deployment,
    path: &str,
    flag: &Place,
) -> Option<Finding> {
    let text = facts.text_at(deployment, path)?;
    // Without quotes a hash with a scheme is a flow mapping and more behind it, which is not YAML.
    let content = SCHEMES
        .iter()
        .fold(text.content().to_owned(), |content, scheme| {
            content.replace(scheme, "")
        });
    let is_filled = placeholder::find(&content).next().is_some();
    if is_filled || deployment.prometheus.is_none() {
        return None;
    }
    let is_refused = match parse_first(&text) {
        // An empty file sets nothing.
        Ok(document) => document.root().is_some_and(|root| !root.is_null()),
        Err(_) => true,
    };
    let spot = format!("{}#{}", flag.path(), flag.span().start);
    if !is_refused || !facts.is_first_look(Path::new(&spot)) {
        return None;
    }
    let message = format!(
        "`--{WEB_FILE}` names `{path}`, which is not a web configuration: Prometheus does not start"
    );
    let severity = Severity::Warning;
    let finding = Finding::new(rule::START_CONFIG_FILE, severity, flag.clone(), message);
    let identity = format!("{}.{WEB_FILE}", deployment.name);
    let finding = finding.of_key("", identity).kind("something-else");
    Some(finding.help("name a file with `tls_server_config` or `basic_auth_users`"))
}

/// Whether a file that a flag names looks like a web configuration: any other file is only named.
fn is_web_file(document: &Document) -> bool {
    let root = document.root().and_then(Node::mapping);
    let mut names = root.into_iter().flat_map(Mapping::entries);
    let is_known = |name: &str| {
        SECTIONS.contains(&name)
            || OTHERS.iter().any(|(_, other, _)| *other == name)
            || nearest(name, SECTIONS.iter().copied()).is_some()
    };
    names.any(|entry| is_known(entry.name()))
}

/// The keys that the release in the image does not know.
fn too_new(document: &Document, deployment: &Deployment) -> Vec<Finding> {
    let (Some(root), Some(release)) = (document.root(), deployment.release()) else {
        return Vec::new();
    };
    let is_sure = deployment.known_image().is_some() && deployment.doubts.is_empty();
    let found = SINCE.iter().filter_map(|(section, key, since)| {
        let part = match *section {
            "" => root,
            section => root.get(section)?,
        };
        let entry = part.mapping()?.entry(key).filter(|_| release < *since)?;
        let message = format!(
            "`{key}`: unknown before Prometheus {}.{}; Prometheus does not start",
            since.0, since.1
        );
        let mut finding = at(entry.key.place(), entry.value, message).help(format!(
            "start {}.{} or newer, or remove it",
            since.0, since.1
        ));
        if !is_sure {
            finding.severity = Severity::Warning;
        }
        let images = deployment.image.iter().chain(&deployment.base);
        let image = images.last().map(|image| image.place.clone());
        let image = image.unwrap_or_else(|| deployment.place.clone());
        Some(finding.evidence(image, "the release that runs"))
    });
    found.collect()
}

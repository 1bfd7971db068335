//! The web configurations of what runs a configuration: what its release makes of them, the files that
//! they name, and the jobs that scrape the server itself.

use std::path::Path;

use super::{OTHERS, SECTIONS, at, check, files, scraped};
use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::facts::deployment::{Certainty, Deployment};
use crate::facts::settings::WEB_FILE;
use crate::finding::{Finding, Place, Severity, Span, nearest};
use crate::yaml::{Document, Mapping, Node, parse_first};

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
        let deployment = runner.deployment;
        let Some((path, _)) = deployment.arguments.value(WEB_FILE) else {
            continue;
        };
        let text = facts.text_at(deployment, path);
        let Some(text) = text.filter(|_| runner.certainty == Certainty::Certain) else {
            continue;
        };
        let Some(document) = parse_first(&text).ok().filter(is_web_file) else {
            continue;
        };
        let is_own = KEYS.iter().any(|key| text.content().contains(key)) && !text.is_embedded();
        let start = Place::new(&text, Span::default()).span().start;
        let spot = format!("{}#{start}", text.path());
        text.recognize();
        // It marks the secrets too.
        let whole = check(&text);
        if facts.is_first_look(Path::new(&spot)) {
            found.extend(whole.into_iter().filter(|_| !is_own));
            found.extend(too_new(&document, deployment));
            found.extend(files::check(&document, deployment, path, facts));
        }
        found.extend(scraped::check(configuration, &document, deployment));
    }
    found
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
            "`{key}` is unknown before Prometheus {}.{}, which refuses the web configuration and does not \
             start",
            since.0, since.1
        );
        let mut finding = at(entry.key.place(), entry.value, message)
            .help(format!("start {}.{} or newer, or remove it", since.0, since.1));
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

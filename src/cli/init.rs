//! `promvet init`: a promvet.yaml to fill in, from what the tree holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::args::PathArgs;
use super::check::{prepare, report_policy_error};
use super::{Exit, complain};
use crate::discover::FileContent;
use crate::facts::receiver::{ReceiverCandidate, Tls};
use crate::facts::{FileState, Unverified};
use crate::finding::Place;
use crate::policy::FILE_NAMES;
use crate::prometheus::endpoint::HostNetwork;
use crate::report::write_new_file;
use crate::rules::{ConfigContext, Configuration, Material};
use crate::run::Run;
use crate::run::facts::all_facts;
use crate::run::survey::{Survey, survey};
use crate::schema::Version;
use crate::source::{Tree, shown};

/// What the tree tells for a policy, each with the place that tells it.
#[derive(Debug, Default)]
struct TreeSummary {
    configurations: usize,
    /// Releases of Prometheus that images name, by the configurations that they run.
    versions: BTreeMap<String, BTreeMap<Version, Place>>,
    /// Folders of files that could not be looked at.
    folders: BTreeMap<String, Place>,
    /// Hosts whose certificates no one verifies.
    hosts: BTreeMap<String, Place>,
    /// Files that are templates by their look.
    templates: Vec<String>,
}

/// Writes the file.
pub(super) fn init(folder: Option<&Path>, out: &mut dyn Write) -> io::Result<Exit> {
    let folder = folder.unwrap_or(Path::new("."));
    let (tree, request) = prepare(&PathArgs {
        paths: vec![folder.to_owned()],
        ..PathArgs::default()
    })?;
    let top = tree.absolute(folder);
    for name in FILE_NAMES {
        let path = top.join(name);
        if tree.metadata(&path).is_ok() {
            complain(&format!("{} already exists", tree.shown(&path)));
            return Ok(Exit::Failed);
        }
    }
    if tree.list(&top).is_err() {
        complain(&format!("{} is not a readable folder", tree.shown(&top)));
        return Ok(Exit::Failed);
    }
    let mut run = Run::default();
    let done = survey(&request, &*tree, &mut run);
    run.problems.iter().for_each(|problem| complain(problem));
    run.policy_errors.iter().for_each(report_policy_error);
    let Some((survey, policies)) = done else {
        return Ok(Exit::Failed);
    };
    let facts = all_facts(&request, &survey, &policies, &*tree);
    let mut found = TreeSummary::default();
    for file in &survey.seen {
        let FileContent::Configuration { document, .. } = &file.recognized.what else {
            continue;
        };
        let facts = facts.get(&policies.scope_of(&file.found));
        let holder = file.recognized.holder.as_ref();
        let around = ConfigContext {
            folder: file.found.path.parent().filter(|_| holder.is_none()),
            holder,
            templated: file.recognized.template.is_some(),
            any_word: file.recognized.template.is_some(),
        };
        let configuration = facts.and_then(|facts| Configuration::new(document, around, facts));
        let Some(configuration) = configuration else {
            continue;
        };
        found.look_at(&configuration, &file.found.path);
    }
    found.templates(&survey, &top);
    let path = top.join("promvet.yaml");
    match write_new_file(&path, found.text().as_bytes()) {
        Ok(()) => report(&found, &path, &*tree, out),
        Err(error) => {
            complain(&format!("cannot write {}: {error}", tree.shown(&path)));
            Ok(Exit::Failed)
        }
    }
}

fn report(
    found: &TreeSummary,
    path: &Path,
    tree: &dyn Tree,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let count = match found.configurations {
        1 => "1 configuration".to_owned(),
        more => format!("{more} configurations"),
    };
    writeln!(out, "wrote {} for {count}", tree.shown(path))?;
    for (section, names) in [
        ("mounts", found.folders.keys()),
        ("issuers", found.hosts.keys()),
    ] {
        for name in names {
            writeln!(out, "  to fill in: `{section}` for {name}")?;
        }
    }
    Ok(Exit::Clean)
}

impl TreeSummary {
    fn look_at(&mut self, configuration: &Configuration<'_>, file: &Path) {
        self.configurations += 1;
        for runner in configuration.facts.runners(file, configuration.holder) {
            let deployment = runner.deployment;
            for image in deployment.image.iter().chain(&deployment.base) {
                let version = image.version().and_then(|text| Version::parse(text).ok());
                if let Some(version) = version {
                    let shown = configuration.config.root().node().document().text().path();
                    let of_file = self.versions.entry(shown.to_string()).or_default();
                    of_file.entry(version).or_insert(image.place.clone());
                }
            }
        }
        for material in Material::new(configuration).own_files() {
            let path = material.reference.setting.node.as_str().unwrap_or("");
            let is_open = material.judged.state == FileState::Unverified(Unverified::Elsewhere);
            if let (true, Some((folder, _))) = (is_open, path.rsplit_once('/')) {
                let folder = if folder.is_empty() { "/" } else { folder };
                let place = material.reference.setting.node.place();
                self.folders.entry(folder.to_owned()).or_insert(place);
            }
        }
        for client in configuration.config.clients() {
            let Some(skips) = client.http.tls().and_then(|tls| tls.skips_verification()) else {
                continue;
            };
            let public = client
                .peers()
                .iter()
                .filter(|peer| peer.endpoint.network() == HostNetwork::Public);
            for peer in public {
                let Some(host) = peer.endpoint.host_name() else {
                    continue;
                };
                // The certificate of a known vendor is public, whatever a configuration skips.
                let facts = configuration.facts;
                let recognition = facts.recognize(&peer.endpoint, &[]);
                let by_host = |candidate: &ReceiverCandidate<'_>| {
                    candidate.certainty.is_certain() && candidate.profile.tls == Tls::Public
                };
                let is_vendor = recognition.candidates.iter().any(by_host);
                if facts.issuer(&host).is_none() && !is_vendor {
                    self.hosts.entry(host).or_insert(skips.key.place());
                }
            }
        }
    }

    fn templates(&mut self, survey: &Survey, top: &Path) {
        let masked = survey.seen.iter().filter(|file| file.recognized.masked);
        let below = masked.filter_map(|file| file.found.path.strip_prefix(top).ok());
        self.templates = below.map(shown).collect();
    }

    /// The releases that must load the configurations, if all of them are run by the same ones.
    fn releases(&self, out: &mut String) {
        let mut sets = self.versions.values();
        let Some(first) = sets.next() else {
            out.push_str("# prometheus: \"3.5\"\n");
            return;
        };
        if sets.all(|other| first.keys().eq(other.keys())) {
            out.push_str("prometheus:\n");
            for (version, place) in first {
                let _ = writeln!(out, "  - \"{version}\" # {}", origin(place));
            }
            return;
        }
        out.push_str(APART);
        for (path, versions) in &self.versions {
            let _ = writeln!(out, "  - files: {}\n    prometheus:", quoted(path));
            for (version, place) in versions {
                let _ = writeln!(out, "      - \"{version}\" # {}", origin(place));
            }
        }
    }

    fn text(&self) -> String {
        let mut out = String::from(HEAD);
        self.releases(&mut out);
        out.push_str(MIDDLE);
        if self.folders.is_empty() {
            out.push_str("#   - path: /etc/prometheus/secrets\n#     from: secrets\n");
        }
        for (folder, place) in &self.folders {
            let _ = writeln!(out, "#   # {} names a file there", origin(place));
            let _ = writeln!(out, "#   - path: {}\n#     external: true", quoted(folder));
        }
        out.push_str(ISSUERS);
        if self.hosts.is_empty() {
            out.push_str("#   - hosts: \"*.example.com\"\n#     issuer: private\n");
        }
        for (host, place) in &self.hosts {
            let _ = writeln!(out, "#   # {} skips verification", origin(place));
            let _ = writeln!(out, "#   - hosts: {}\n#     issuer: private", quoted(host));
        }
        out.push_str(TEMPLATES);
        if self.templates.is_empty() {
            out.push_str("#   - \"templates/**\"\n");
        }
        for path in &self.templates {
            let _ = writeln!(out, "#   - {}", quoted(path));
        }
        out
    }
}

/// A place as a comment can say it.
fn origin(place: &Place) -> String {
    format!("{}:{}", place.path(), place.start().line)
}

/// A text as a YAML scalar, whatever is in it: JSON's strings are YAML's too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

const HEAD: &str = "\
# What this repository wants of its Prometheus configurations. `promvet config FILE` shows what
# applies to a file; `promvet schema --policy` prints a JSON Schema for editors.

# The releases of Prometheus that must load the configurations.
";

const APART: &str = "\
# They differ here, by the tags of the images.
overrides:
";

const MIDDLE: &str = "
# How much is reported: default, strict (new rules too, and warnings that a team would forbid), or
# audit (everything).
profile: default

# Levels of rules and of groups of them: off, info, warning, error. `promvet rules` lists them all.
# rules:
#   remote-write/queue: off
#   tls: error

# Files that are not checked.
# exclude:
#   - \"examples/**\"

# Where the files come from that configurations name: `from` a folder of this repository, or
# `external: true` if they are provided at deploy time.
# mounts:
";

const ISSUERS: &str = "
# Issuers of the certificates of hosts: letsencrypt-prod, letsencrypt-staging, public, staging
# or private.
# issuers:
";

const TEMPLATES: &str = "
# Files that something renders before Prometheus reads them.
# templates:
";

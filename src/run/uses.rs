//! What a run made of its policies: which entries it asked for.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use crate::facts::Facts;
use crate::finding::{Finding, Place, rule};
use crate::policy::{MountPolicy, MountedFrom, Policy, ReceiverProfile};
use crate::prometheus::Config;
use crate::rules::Configuration;
use crate::schema::holdings;
use crate::yaml::{Document, placeholder};

/// The rules that describe paths without a target.
const LOST: &[&str] = &[
    rule::CREDENTIALS_MISSING,
    rule::CREDENTIALS_NOT_MOUNTED,
    rule::CREDENTIALS_UNVERIFIED,
    rule::FILES_MISSING,
];

/// A place as a key.
type UseKey = (String, u32);

/// What was asked for in one scope, and what was in the files.
#[derive(Debug, Default)]
pub(crate) struct ScopeUses {
    used: BTreeSet<UseKey>,
    /// Hosts, mounts and receivers can't be judged: a file could not be read to its end.
    pub(crate) vague: bool,
    /// Mounts can't be judged.
    pub(crate) vague_mounts: bool,
    /// Environments can't be judged.
    pub(crate) vague_labels: bool,
}

fn key(place: &Place) -> UseKey {
    (place.path().to_string(), place.span().start)
}

impl ScopeUses {
    pub(crate) fn mark(&mut self, place: &Place) {
        self.used.insert(key(place));
    }

    pub(crate) fn has(&self, place: &Place) -> bool {
        self.used.contains(&key(place))
    }

    /// Adds what another part of the scope asked for.
    pub(crate) fn add(&mut self, mut other: Self) {
        self.used.append(&mut other.used);
        self.vague |= other.vague;
        self.vague_mounts |= other.vague_mounts;
        self.vague_labels |= other.vague_labels;
    }

    /// Notes what a configuration makes of the policy.
    pub(crate) fn configuration(&mut self, configuration: &Configuration<'_>, policy: &Policy) {
        let document = configuration.config.root().node().document();
        let root = document.root();
        // The jobs in such files name hosts and their own files.
        let pulls = root.is_some_and(|root| root.get("scrape_config_files").is_some());
        self.vague |= pulls;
        self.environment(configuration, policy);
        self.mounts(document, configuration.folder, configuration.facts, policy);
        for entry in &configuration.entries {
            let Some(url) = entry.url() else { continue };
            let host = url.endpoint.host();
            self.vague |= host.is_some_and(|host| url.endpoint.is_templated(host));
            for candidate in &url.recognition.candidates {
                let mut profiles = policy.receivers.iter();
                let own = profiles.find(|profile| id(profile) == candidate.profile.id);
                if let Some(own) = own.filter(|_| candidate.profile.own) {
                    self.mark(&own.place);
                }
            }
        }
    }

    /// Notes what was found in a configuration: a mount that nothing leads to may be meant for a
    /// path without a target, which the finding already reports.
    pub(crate) fn found(&mut self, findings: &[Finding]) {
        let mut rules = findings.iter().map(|finding| &*finding.rule);
        self.vague_mounts |= rules.any(|rule| LOST.contains(&rule));
    }

    /// Notes which hosts are in a file.
    pub(crate) fn hosts(&mut self, text: &str, policy: &Policy) {
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let words: BTreeSet<_> = text
            .split(|c| !is_host(c))
            .filter(|word| !word.is_empty())
            .collect();
        for word in words {
            let host = word.trim_end_matches('.').to_ascii_lowercase();
            if let Some((entry, _)) = policy.issuer_of(&host) {
                self.mark(&entry.place);
            }
            if let Some((entry, _)) = policy.receiver_of(&host) {
                self.mark(&entry.place);
            }
            let mut domains = policy.opstrace_domains.iter();
            let below = |domain: &str| {
                let above = host.strip_suffix(domain);
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            };
            if let Some((_, place)) = domains.find(|(domain, _)| below(domain)) {
                self.mark(place);
            }
        }
    }

    fn environment(&mut self, configuration: &Configuration<'_>, policy: &Policy) {
        if policy.environments.is_empty() {
            return;
        }
        let labels = external_labels(configuration.config);
        self.vague_labels |= labels.iter().any(|(_, value)| placeholder::is_open(value));
        let path = configuration.config.root().node().document().text().path();
        if let Some(found) = policy.environment_of(path, &labels) {
            self.mark(&found.place);
        }
    }

    fn mounts(
        &mut self,
        document: &Document,
        folder: Option<&Path>,
        facts: &Facts<'_>,
        policy: &Policy,
    ) {
        if policy.mounts.is_empty() {
            return;
        }
        let mut paths = ReferencedPaths::default();
        for reference in holdings(document).references {
            let path = reference.setting.node.as_str().unwrap_or("");
            self.vague_mounts |= placeholder::is_open(path);
            paths.add(path);
        }
        // Of several mounts at one path the first counts.
        let mut seen = HashSet::new();
        for mount in &policy.mounts {
            if seen.insert(&mount.path) && paths.may_lead_to(mount, folder, facts) {
                self.mark(&mount.place);
            }
        }
    }
}

/// The paths that a configuration names, so that thousands of mounts are not held against each of
/// thousands of paths.
#[derive(Default)]
struct ReferencedPaths<'d> {
    /// Absolute ones, and the folders that they are in, without a slash at their end.
    absolute: HashSet<&'d str>,
    /// Relative ones, and the folders that they are in.
    relative: HashSet<&'d Path>,
}

impl<'d> ReferencedPaths<'d> {
    fn add(&mut self, path: &'d str) {
        if path.starts_with('/') {
            let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
            self.absolute.extend(folders.chain([path]));
        } else {
            let ends = Path::new(path).ancestors();
            self.relative.extend(ends);
        }
    }

    /// Whether a path is below the mount, or may be: a relative path counts from where the
    /// configuration itself is, which is seldom known.
    fn may_lead_to(&self, mount: &MountPolicy, folder: Option<&Path>, facts: &Facts<'_>) -> bool {
        if self.absolute.contains(mount.path.trim_end_matches('/')) {
            return true;
        }
        if self.relative.is_empty() {
            return false;
        }
        let may_hold = match (&mount.from, folder) {
            (MountedFrom::External(_), _) | (_, None) => true,
            (MountedFrom::Tree(from), Some(folder)) => folder.starts_with(facts.absolute(from)),
        };
        may_hold || self.ends_like(Path::new(&mount.path))
    }

    /// Whether a relative path, or a folder of one, is the end of a path.
    fn ends_like(&self, path: &Path) -> bool {
        let mut rest = path.components();
        std::iter::from_fn(|| {
            let end = rest.as_path();
            rest.next().map(|_| end)
        })
        .any(|end| self.relative.contains(end))
    }
}

/// The external labels of a configuration.
pub(crate) fn external_labels<'d>(config: Config<'d>) -> Vec<(&'d str, &'d str)> {
    let labels = config.external_labels();
    let entries = labels.into_iter().flat_map(|labels| labels.entries());
    entries
        .filter_map(|entry| Some((entry.name(), entry.value.as_str()?)))
        .collect()
}

/// The name that a profile has.
pub(crate) fn id(profile: &ReceiverProfile) -> &str {
    let id = profile.source.node().and_then(|node| node.get("id"));
    id.and_then(|id| id.as_str()).unwrap_or("")
}

//! What a run made of its policies: which entries it asked for.

use std::collections::BTreeSet;
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
type Key = (String, u32);

/// What was asked for in one scope, and what was in the files.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    used: BTreeSet<Key>,
    /// Hosts, mounts and receivers can't be judged: a file could not be read to its end.
    pub(crate) vague: bool,
    /// Mounts can't be judged.
    pub(crate) vague_mounts: bool,
    /// Environments can't be judged.
    pub(crate) vague_labels: bool,
}

fn key(place: &Place) -> Key {
    (place.path().to_string(), place.span().start)
}

impl Uses {
    pub(crate) fn mark(&mut self, place: &Place) {
        self.used.insert(key(place));
    }

    pub(crate) fn has(&self, place: &Place) -> bool {
        self.used.contains(&key(place))
    }

    /// Notes what a configuration makes of the policy.
    pub(crate) fn configuration(&mut self, one: &Configuration<'_>, policy: &Policy) {
        let document = one.config.root().node().document();
        let root = document.root();
        // The jobs in such files name hosts and their own files.
        let pulls = root.is_some_and(|root| root.get("scrape_config_files").is_some());
        self.vague |= pulls;
        self.environment(one, policy);
        self.mounts(document, one.folder, one.facts, policy);
        for entry in &one.entries {
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

    fn environment(&mut self, one: &Configuration<'_>, policy: &Policy) {
        if policy.environments.is_empty() {
            return;
        }
        let labels = external_labels(one.config);
        self.vague_labels |= labels.iter().any(|(_, value)| placeholder::is_open(value));
        let path = one.config.root().node().document().text().path();
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
        for reference in holdings(document).references {
            let path = reference.setting.node.as_str().unwrap_or("");
            self.vague_mounts |= placeholder::is_open(path);
            let relative = !path.starts_with('/');
            for mount in &policy.mounts {
                let leads = match relative {
                    false => is_below(path, &mount.path),
                    true => may_hold(mount, path, folder, facts),
                };
                let first = policy
                    .mounts
                    .iter()
                    .find(|policy| policy.path == mount.path);
                if leads && first.is_some_and(|first| key(&first.place) == key(&mount.place)) {
                    self.mark(&mount.place);
                }
            }
        }
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

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a mount may hold a file that is named by a relative path: such a path counts from where
/// the configuration itself is, which is seldom known.
fn may_hold(mount: &MountPolicy, path: &str, folder: Option<&Path>, facts: &Facts<'_>) -> bool {
    let mut ends = Path::new(path).ancestors();
    if ends.any(|end| end.components().next().is_some() && Path::new(&mount.path).ends_with(end)) {
        return true;
    }
    match (&mount.from, folder) {
        (MountedFrom::External(_), _) | (_, None) => true,
        (MountedFrom::Tree(from), Some(folder)) => folder.starts_with(facts.absolute(from)),
    }
}

/// The name that a profile has.
pub(crate) fn id(profile: &ReceiverProfile) -> &str {
    let id = profile.source.node().and_then(|node| node.get("id"));
    id.and_then(|id| id.as_str()).unwrap_or("")
}

//! Entries of policy files that match nothing.
//!
//! An entry is judged by asking the policies, after everything else, what they say of all that was
//! seen: so the answer depends neither on threads nor on which rule asked for what. Only a policy
//! file whose whole folder was walked is judged, and none that others may share; where a text
//! can't be read to its end, nothing is said of what may stand in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::pipeline::{Request, Survey, is_walked};
use super::policies::{Policies, Scope};
use crate::discover::What;
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity};
use crate::policy::{Glob, MountPolicy, MountedFrom, Policy, ReceiverProfile};
use crate::prometheus::Config;
use crate::rules::Configuration;
use crate::schema::references;
use crate::source::Tree;
use crate::yaml::{Document, placeholder};

/// The rule that tells of them.
const RULE: &str = "policy/unused";

/// The rules that tell of paths that lead nowhere.
const LOST: &[&str] = &[
    "credentials/missing",
    "credentials/not-mounted",
    "credentials/unverified",
    "files/missing",
];

/// A place as a key.
type Key = (String, u32);

/// What was asked for in one scope, and what stood in the files.
#[derive(Debug, Default)]
pub(super) struct Uses {
    used: BTreeSet<Key>,
    /// Hosts, mounts and receivers can't be judged: a file could not be read to its end.
    vague: bool,
    /// Mounts can't be judged.
    vague_mounts: bool,
    /// Environments can't be judged.
    vague_labels: bool,
}

/// An entry of a policy file.
struct Entry<'p> {
    /// What it is, as the end of a sentence that says what it does not match.
    missing: &'static str,
    section: &'static str,
    name: String,
    place: &'p Place,
}

fn key(place: &Place) -> Key {
    (place.path().to_string(), place.span().start)
}

impl Uses {
    fn mark(&mut self, place: &Place) {
        self.used.insert(key(place));
    }

    fn has(&self, place: &Place) -> bool {
        self.used.contains(&key(place))
    }

    /// Notes what a configuration makes of the policy.
    pub(super) fn configuration(&mut self, one: &Configuration<'_>, policy: &Policy) {
        let document = one.config.root().node().document();
        self.environment(one, policy);
        self.mounts(document, one.folder, one.facts, policy);
        for entry in &one.entries {
            let Some(url) = entry.url() else { continue };
            let host = url.endpoint.host();
            self.vague |= host.is_some_and(|host| url.endpoint.is_templated(host));
            for candidate in &url.recognition.candidates {
                let mut profiles = policy.receivers.iter();
                let own = profiles.find(|one| id(one) == candidate.profile.id);
                if let Some(own) = own.filter(|_| candidate.profile.own) {
                    self.mark(&own.place);
                }
            }
        }
    }

    /// Notes what was found in a configuration: a mount that nothing leads to may be meant for a
    /// path that leads nowhere, of which the finding tells already.
    pub(super) fn found(&mut self, findings: &[Finding]) {
        let mut rules = findings.iter().map(|one| &*one.rule);
        self.vague_mounts |= rules.any(|rule| LOST.contains(&rule));
    }

    /// Notes which hosts stand in a file.
    fn hosts(&mut self, text: &str, policy: &Policy) {
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
        self.vague_labels |= labels.iter().any(|(_, value)| is_open(value));
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
        let root = document.root();
        // The jobs in such files name files of their own.
        self.vague_mounts |= root.is_some_and(|root| root.get("scrape_config_files").is_some());
        for reference in references(document) {
            let path = reference.setting.node.as_str().unwrap_or("");
            self.vague_mounts |= is_open(path);
            let relative = !path.starts_with('/');
            for mount in &policy.mounts {
                let leads = match relative {
                    false => is_below(path, &mount.path),
                    true => may_hold(mount, path, folder, facts),
                };
                let first = policy.mounts.iter().find(|one| one.path == mount.path);
                if leads && first.is_some_and(|first| key(&first.place) == key(&mount.place)) {
                    self.mark(&mount.place);
                }
            }
        }
    }
}

/// The external labels of a configuration.
pub(super) fn external_labels<'d>(config: Config<'d>) -> Vec<(&'d str, &'d str)> {
    let labels = config.external_labels();
    let entries = labels.into_iter().flat_map(|labels| labels.entries());
    entries
        .filter_map(|entry| Some((entry.name(), entry.value.as_str()?)))
        .collect()
}

/// Whether something is filled in later. Prometheus itself expands `${NAME}` in external labels.
fn is_open(text: &str) -> bool {
    text.contains('$') || placeholder::find(text).next().is_some()
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a mount may hold a file that is named by a relative path: such a path counts from where
/// the configuration itself lies, which is seldom known.
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

fn id(profile: &ReceiverProfile) -> &str {
    let id = profile.source.node().and_then(|node| node.get("id"));
    id.and_then(|id| id.as_str()).unwrap_or("")
}

/// The findings about everything that matches nothing, each with the policy that counts for it.
pub(super) fn unused<'p>(
    request: &Request,
    survey: &Survey,
    policies: &'p Policies,
    facts: &BTreeMap<usize, Facts<'_>>,
    mut uses: BTreeMap<usize, Uses>,
    tree: &dyn Tree,
) -> Vec<(Finding, &'p Policy)> {
    if request.config.is_some() || policies.layers().is_empty() {
        return Vec::new();
    }
    files_of(survey, policies, &mut uses, tree);
    texts_of(survey, policies, &mut uses);
    instances_of(policies, facts, &mut uses);
    let mut out = Vec::new();
    for (number, layer) in policies.layers().iter().enumerate() {
        let path = tree.absolute(Path::new(&*layer.shown));
        let folder = path.parent().unwrap_or(&path);
        let walked = request
            .paths
            .iter()
            .any(|named| is_walked(folder, named, tree));
        let scopes = || {
            policies
                .scopes()
                .filter(|(_, one)| one.chain.contains(&number))
        };
        let own = scopes().find(|(_, scope)| scope.chain.first() == Some(&number));
        let Some((_, own)) = own.filter(|_| walked && !layer.shared) else {
            continue;
        };
        let uses: Vec<_> = scopes()
            .filter_map(|(number, _)| uses.get(&number))
            .collect();
        let unused = entries(&layer.policy, &uses)
            .into_iter()
            .filter(|entry| !uses.iter().any(|uses| uses.has(entry.place)))
            .filter(|entry| !is_left_to_git(entry, own, tree));
        out.extend(unused.map(|entry| (finding(&entry), &own.policy)));
    }
    out
}

/// Notes which patterns of paths match a file.
fn files_of(
    survey: &Survey,
    policies: &Policies,
    uses: &mut BTreeMap<usize, Uses>,
    tree: &dyn Tree,
) {
    for found in &survey.walked {
        let number = policies.scope_of(found);
        let Some(scope) = policies
            .scope(number)
            .filter(|scope| !scope.chain.is_empty())
        else {
            continue;
        };
        let uses = uses.entry(number).or_default();
        let path = tree.shown(&found.path);
        for glob in globs(&scope.policy).filter(|glob| glob.matches(&path)) {
            uses.mark(&glob.place);
        }
    }
}

/// Every pattern of paths, but for those of environments, which count as a whole.
fn globs(policy: &Policy) -> impl Iterator<Item = &Glob> {
    let levels = policy.levels.iter().filter_map(|set| set.files.as_ref());
    let selection = policy.selection.iter().map(|list| &list.files);
    levels.chain(selection).flatten().chain(&policy.templates)
}

/// Notes which hosts stand in the configurations, and which of these are not fully known.
fn texts_of(survey: &Survey, policies: &Policies, uses: &mut BTreeMap<usize, Uses>) {
    for seen in &survey.seen {
        let number = policies.scope_of(&seen.found);
        let Some(scope) = policies
            .scope(number)
            .filter(|scope| !scope.chain.is_empty())
        else {
            continue;
        };
        let broken = match seen.recognised.what {
            What::Configuration { .. } => false,
            What::Broken { .. } => true,
            What::Other { .. } | What::Unknown => continue,
        };
        let uses = uses.entry(number).or_default();
        let vague = broken || seen.recognised.masked;
        uses.vague |= vague;
        uses.vague_mounts |= vague;
        uses.vague_labels |= vague;
        let policy = &scope.policy;
        let asks = !policy.issuers.is_empty()
            || !policy.receiver_hosts.is_empty()
            || !policy.opstrace_domains.is_empty();
        if asks {
            uses.hosts(seen.recognised.text.content(), policy);
        }
    }
}

/// Notes which files of instances there are.
fn instances_of(
    policies: &Policies,
    facts: &BTreeMap<usize, Facts<'_>>,
    uses: &mut BTreeMap<usize, Uses>,
) {
    for (number, scope) in policies.scopes() {
        let Some(facts) = facts
            .get(&number)
            .filter(|_| !scope.policy.instances.is_empty())
        else {
            continue;
        };
        let uses = uses.entry(number).or_default();
        for entry in &scope.policy.instances {
            let file = entry.file.trim_start_matches("./");
            let mut instances = facts.instances().iter();
            if instances.any(|one| one.path.ends_with(file)) {
                uses.mark(&entry.place);
            }
        }
    }
}

/// What of a policy file can be judged.
fn entries<'p>(policy: &'p Policy, uses: &[&Uses]) -> Vec<Entry<'p>> {
    let sure = |vague: fn(&Uses) -> bool| !uses.iter().any(|uses| vague(uses));
    let mut out = Vec::new();
    let mut add = |missing, section, name: &str, place| {
        out.push(Entry {
            missing,
            section,
            name: name.to_owned(),
            place,
        });
    };
    for set in policy.levels.iter().filter_map(|set| set.files.as_ref()) {
        for glob in set {
            add(FILE, "overrides", &glob.pattern, &glob.place);
        }
    }
    for list in &policy.selection {
        let section = if list.keeps { "include" } else { "exclude" };
        for glob in &list.files {
            add(FILE, section, &glob.pattern, &glob.place);
        }
    }
    for glob in &policy.templates {
        add(FILE, "templates", &glob.pattern, &glob.place);
    }
    if sure(|uses| uses.vague_labels) {
        for one in &policy.environments {
            add(CONFIGURATION, "environments", &one.name, &one.place);
        }
    }
    if sure(|uses| uses.vague || uses.vague_mounts) {
        for one in &policy.mounts {
            add(PATH, "mounts", &one.path, &one.place);
        }
    }
    if sure(|uses| uses.vague) {
        for one in &policy.issuers {
            let name = one.hosts.first().map_or("", |glob| &glob.pattern);
            add(HOST, "issuers", name, &one.place);
        }
        for one in &policy.receivers {
            add(ENDPOINT, "receivers", id(one), &one.place);
        }
        for one in &policy.receiver_hosts {
            add(HOST, "receivers", &one.receiver, &one.place);
        }
        for (domain, place) in &policy.opstrace_domains {
            add(HOST, "opstrace.domains", domain, place);
        }
    }
    for one in &policy.instances {
        add(INSTANCE, "opstrace.instances", &one.name, &one.place);
    }
    out
}

const FILE: &str = "no file that promvet looks at matches it";
const CONFIGURATION: &str = "no configuration is in it, or an earlier entry takes them all";
const PATH: &str = "no configuration names a file there, or an earlier entry has the same path";
const HOST: &str = "no configuration names such a host, or an earlier entry answers for them all";
const ENDPOINT: &str = "no endpoint is like it";
const INSTANCE: &str = "there is no instance configuration at this path";

/// Whether a pattern is for a folder that git ignores, which may be there elsewhere.
fn is_left_to_git(entry: &Entry<'_>, scope: &Scope, tree: &dyn Tree) -> bool {
    let fixed = entry.name.split(['*', '?', '[', '{']).next().unwrap_or("");
    let folder = match fixed.rsplit_once('/') {
        Some((folder, _)) if entry.missing == FILE => folder,
        _ => return false,
    };
    let own = tree.absolute(Path::new(&**entry.place.path()));
    let below = own.parent().unwrap_or(&own).join(folder).join("any");
    tree.is_ignored_by_git(&below, &scope.root)
}

fn finding(entry: &Entry<'_>) -> Finding {
    Finding {
        rule: Cow::Borrowed(RULE),
        severity: Severity::Warning,
        message: format!(
            "this entry of `{}` decides nothing: {}",
            entry.section, entry.missing
        ),
        help: Some("correct it, or leave it out".into()),
        place: entry.place.clone(),
        logical: entry.section.to_owned(),
        identity: format!("{} {}", entry.section, entry.name),
        evidence: Vec::new(),
        fix: None,
    }
}

//! Entries of policy files that match nothing.
//!
//! An entry is judged by asking the policies, after everything else, what they say of all that was
//! seen: so the answer depends neither on threads nor on which rule asked for what. Only a policy
//! file whose whole folder was walked is judged, and none that others may share; where a text
//! can't be read to its end, nothing is reported about what may be in it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policies::{Policies, PolicyScope};
use super::request::Request;
use super::survey::Survey;
use super::uses::{ScopeUses, id};
use crate::discover::FileContent;
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity, Text, rule};
use crate::policy::{Policy, ReceiverProfile};
use crate::source::Tree;

/// An entry of a policy file.
struct PolicyEntry<'p> {
    /// What it is, as the end of a sentence that says what it does not match.
    missing: &'static str,
    section: &'static str,
    name: String,
    place: &'p Place,
}

/// The findings about everything that matches nothing, each with the policy that counts for it.
pub(crate) fn unused<'p>(
    request: &Request,
    survey: &Survey,
    policies: &'p Policies,
    facts: &BTreeMap<usize, Facts<'_>>,
    mut uses: BTreeMap<usize, ScopeUses>,
    tree: &dyn Tree,
) -> Vec<(Finding, &'p Policy)> {
    if request.config.is_some() || policies.layers().is_empty() {
        return Vec::new();
    }
    files_of(survey, policies, &mut uses, tree);
    texts_of(survey, policies, &mut uses);
    instances_of(policies, facts, &mut uses);
    let walked = walked(request, tree);
    let mut scopes: BTreeMap<usize, Vec<(usize, &PolicyScope)>> = BTreeMap::new();
    for (number, scope) in policies.scopes() {
        for layer in &scope.chain {
            scopes.entry(*layer).or_default().push((number, scope));
        }
    }
    let mut out = Vec::new();
    for (number, layer) in policies.layers().iter().enumerate() {
        let path = tree.absolute(Path::new(&*layer.shown));
        let covered = path
            .ancestors()
            .skip(1)
            .any(|folder| walked.contains(folder));
        let scopes = scopes.get(&number).map_or(&[][..], Vec::as_slice);
        let mut own = scopes.iter();
        let own = own.find(|(_, scope)| scope.chain.first() == Some(&number));
        let Some((_, own)) = own.filter(|_| covered && !layer.shared) else {
            continue;
        };
        let uses: Vec<_> = scopes
            .iter()
            .filter_map(|(number, _)| uses.get(number))
            .collect();
        let unused = entries(&layer.policy, &uses)
            .into_iter()
            .filter(|entry| !uses.iter().any(|uses| uses.has(entry.place)))
            .filter(|entry| !is_left_to_git(entry, own, tree));
        out.extend(unused.map(|entry| (finding(&entry), &own.policy)));
    }
    out
}

/// What was named, as it is written and where links lead; files among it cover nothing.
fn walked(request: &Request, tree: &dyn Tree) -> HashSet<PathBuf> {
    let paths = request.paths.iter();
    paths
        .flat_map(|path| [Some(tree.absolute(path)), tree.resolve(path).ok()])
        .flatten()
        .collect()
}

/// Notes which patterns of paths match a file.
fn files_of(
    survey: &Survey,
    policies: &Policies,
    uses: &mut BTreeMap<usize, ScopeUses>,
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
        for place in scope.policy.matching_patterns(&path) {
            uses.mark(place);
        }
    }
}

/// Notes which hosts are in the configurations, and which of these are not fully known.
fn texts_of(survey: &Survey, policies: &Policies, uses: &mut BTreeMap<usize, ScopeUses>) {
    // A text that several configurations are in is searched once.
    let mut last: Option<(usize, &Arc<Text>)> = None;
    for seen in &survey.seen {
        let number = policies.scope_of(&seen.found);
        let Some(scope) = policies
            .scope(number)
            .filter(|scope| !scope.chain.is_empty())
        else {
            continue;
        };
        let broken = match seen.recognized.what {
            FileContent::Configuration { .. } | FileContent::LetGo { .. } => false,
            FileContent::Broken { .. } => true,
            FileContent::Rules { .. }
            | FileContent::Encoded { .. }
            | FileContent::Unread(_)
            | FileContent::Other { .. }
            | FileContent::Unknown => {
                continue;
            }
        };
        let uses = uses.entry(number).or_default();
        let vague = broken || seen.recognized.masked;
        uses.vague |= vague;
        uses.vague_mounts |= vague;
        uses.vague_labels |= vague;
        let policy = &scope.policy;
        let asks = !policy.issuers.is_empty()
            || !policy.receiver_hosts.is_empty()
            || !policy.opstrace_domains.is_empty();
        let text = &seen.recognized.text;
        let is_new = last.is_none_or(|(at, before)| at != number || !Arc::ptr_eq(before, text));
        last = Some((number, text));
        if asks && is_new {
            uses.hosts(seen.recognized.text.content(), policy);
        }
    }
}

/// Notes which files of instances there are.
fn instances_of(
    policies: &Policies,
    facts: &BTreeMap<usize, Facts<'_>>,
    uses: &mut BTreeMap<usize, ScopeUses>,
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
            if instances.any(|instance| instance.path.ends_with(file)) {
                uses.mark(&entry.place);
            }
        }
    }
}

/// What of a policy file can be judged.
fn entries<'p>(policy: &'p Policy, uses: &[&ScopeUses]) -> Vec<PolicyEntry<'p>> {
    let sure = |vague: fn(&ScopeUses) -> bool| !uses.iter().any(|uses| vague(uses));
    let mut out = Vec::new();
    let mut add = |missing, section, name: &str, place| {
        out.push(PolicyEntry {
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
        for environment in &policy.environments {
            add(
                CONFIGURATION,
                "environments",
                &environment.name,
                &environment.place,
            );
        }
    }
    if sure(|uses| uses.vague || uses.vague_mounts) {
        for mount in &policy.mounts {
            add(PATH, "mounts", &mount.path, &mount.place);
        }
    }
    if sure(|uses| uses.vague) {
        for issuer in &policy.issuers {
            let name = issuer.hosts.first().map_or("", |glob| &glob.pattern);
            add(HOST, "issuers", name, &issuer.place);
        }
        // A folder of rules may bring profiles for more than one repository.
        let of_folders = |profile: &&ReceiverProfile| {
            let mut folders = policy.rule_folders.iter();
            folders.any(|folder| folder.place.order() == profile.place.order())
        };
        for receiver in policy
            .receivers
            .iter()
            .filter(|profile| !of_folders(profile))
        {
            add(ENDPOINT, "receivers", id(receiver), &receiver.place);
        }
        for host in &policy.receiver_hosts {
            add(HOST, "receivers", &host.receiver, &host.place);
        }
        for (domain, place) in &policy.opstrace_domains {
            add(HOST, "opstrace.domains", domain, place);
        }
    }
    for instance in &policy.instances {
        add(
            INSTANCE,
            "opstrace.instances",
            &instance.name,
            &instance.place,
        );
    }
    out
}

const FILE: &str = "no checked file matches it";
const CONFIGURATION: &str = "it contains no configuration, or an earlier entry matches them all";
const PATH: &str = "no configuration names a file there, or an earlier entry has the same path";
const HOST: &str = "no configuration names such a host, or an earlier entry matches them all";
const ENDPOINT: &str = "no endpoint matches it";
const INSTANCE: &str = "no instance configuration exists at this path";

/// Whether a pattern is for a folder that git ignores, which may be there elsewhere.
fn is_left_to_git(entry: &PolicyEntry<'_>, scope: &PolicyScope, tree: &dyn Tree) -> bool {
    let fixed = entry.name.split(['*', '?', '[', '{']).next().unwrap_or("");
    let folder = match fixed.rsplit_once('/') {
        Some((folder, _)) if entry.missing == FILE => folder,
        _ => return false,
    };
    let own = tree.absolute(Path::new(&**entry.place.path()));
    let below = own.parent().unwrap_or(&own).join(folder).join("any");
    tree.is_ignored_by_git(&below, &scope.root)
}

fn finding(entry: &PolicyEntry<'_>) -> Finding {
    let message = format!(
        "this entry of `{}` has no effect: {}",
        entry.section, entry.missing
    );
    let place = entry.place.clone();
    Finding::new(rule::POLICY_UNUSED, Severity::Warning, place, message)
        .of_key(entry.section, format!("{} {}", entry.section, entry.name))
        .help("correct it, or remove it")
}

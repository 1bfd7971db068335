//! Which files a change can have made worse. Of all others the judgment is the same on both sides of a
//! comparison, so that neither side has to judge them.
//!
//! Facts have many sources, and a change of any of them may touch every configuration. So this is known of one
//! kind of change only, the commonest one: plain configurations are edited in place. No fact is made from them
//! (`is_bare`, `scripts::tells`); what else is judged learns of them only what it reads at their paths, and that
//! a Prometheus of the tree stores samples that arrive late (`storage`, which such a change must leave alone).

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use memchr::memmem::{self, Finder};

use super::facts::is_bare;
use super::gate::BaselineFrom;
use super::judge_file::folder_of;
use super::policies::Policies;
use super::request::{Request, Side};
use super::suppress;
use super::survey::{ScannedFile, Survey};
use crate::discover::{FileContent, section_names};
use crate::facts::Facts;
use crate::facts::deployment::{self, may_mention, may_start};
use crate::facts::included::{Load, Purpose, patterns};
use crate::facts::scripts;
use crate::finding::nearest;
use crate::parallel;
use crate::policy::Policy;
use crate::source::Tree;
use crate::yaml::{Document, Node};

/// How many changed files are followed. A change of more has most of its cost in itself.
const MOST_CHANGED: usize = 64;

/// By what a name can be written in YAML so that its letters are not in the text: escapes of characters, and
/// lines that are joined (`yaml_parser_scan_flow_scalar` of go-yaml 3.0.1).
const ESCAPES: [&[u8]; 5] = [b"\\x", b"\\u", b"\\U", b"\\\n", b"\\\r"];

/// The files to be judged, by their paths for people; none if it has to be all of them.
pub(super) fn of<'f>(
    request: &Request,
    survey: &Survey,
    policies: &Policies,
    facts_of: &(dyn Fn(&ScannedFile) -> Option<&'f Facts<'f>> + Sync),
    tree: &dyn Tree,
) -> Option<HashSet<String>> {
    let is_known = request.side == Some(Side::New)
        && request.is_plain_change
        && request.changed.len() <= MOST_CHANGED
        && request.gate.config_from.is_none()
        && !matches!(request.gate.baseline, BaselineFrom::File(_))
        && request.online.is_none()
        && !survey.incomplete
        && survey.late.is_empty()
        && policies.all().all(asks_little);
    if !is_known
        || !request
            .changed
            .iter()
            .all(|path| is_edited(path, request, survey))
    {
        return None;
    }
    let names = request.changed.iter().filter_map(|path| path.file_name());
    let names: HashSet<&[u8]> = names.map(|name| name.as_encoded_bytes()).collect();
    let changed = survey.seen.iter();
    let changed = changed.filter(|seen| request.changed.contains(&seen.found.path));
    let included = changed.filter_map(|seen| Some((seen, document_of(seen)?)));
    let included = included.map(|(seen, document)| {
        let facts = facts_of(seen)?;
        Some(IncludedByConfiguration::of(
            seen, document, facts, request, tree,
        ))
    });
    let asking = ReachQuery {
        request,
        tree,
        included: included.collect(),
        names: names.into_iter().map(Finder::new).collect(),
        escapes: ESCAPES.map(Finder::new),
    };
    let touched = parallel::map(request.threads, &survey.seen, |seen| {
        request.changed.contains(&seen.found.path) || asking.may_read(seen, facts_of(seen))
    });
    let seen = survey.seen.iter().zip(touched);
    let touched = seen.filter(|(_, is_touched)| *is_touched);
    Some(
        touched
            .map(|(seen, _)| seen.found.shown.to_string())
            .collect(),
    )
}

/// Whether nothing in a policy is reported as without use by what configurations hold, and no baseline counts
/// what is found in all of them.
fn asks_little(policy: &Policy) -> bool {
    policy.environments.is_empty()
        && policy.mounts.is_empty()
        && policy.issuers.is_empty()
        && policy.receivers.is_empty()
        && policy.receiver_hosts.is_empty()
        && policy.instances.is_empty()
        && policy.opstrace_domains.is_empty()
        && policy.suppressions.baseline.is_none()
}

/// Whether a file is a plain configuration on both sides, and others learn nothing new of it but by reading it.
fn is_edited(path: &Path, request: &Request, survey: &Survey) -> bool {
    let before = request.parsed.as_ref().and_then(|parsed| parsed.at(path));
    let mut now = survey.seen.iter().filter(|seen| seen.found.path == *path);
    let (Some(before), Some(now), None) = (before, now.next(), now.next()) else {
        return false;
    };
    let pair = plain(before).zip(plain(now));
    pair.is_some_and(|(before, now)| {
        let late = |document| late_samples(document).ok();
        let is_late_alike = late(before).is_some_and(|before| late(now) == Some(before));
        includes(before) == includes(now) && is_late_alike
    })
}

/// The document of a file that is a configuration and nothing else.
fn plain(seen: &ScannedFile) -> Option<&Document> {
    let recognized = &seen.recognized;
    let bytes = recognized.text.content().as_bytes();
    let path = &seen.found.path;
    let tells = may_start(path, bytes)
        || may_mention(path, bytes)
        || !deployment::kinds(path, bytes).is_empty();
    let is_plain = is_bare(recognized)
        && recognized.holder.is_none()
        && recognized.spoken.is_none()
        && recognized.template.is_none()
        && !recognized.masked
        && !tells
        && !scripts::tells(recognized.text.content());
    document_of(seen).filter(|document| is_plain && has_own_keys(document))
}

/// Whether all sections of a file are Prometheus's, slips in their names included. A file with another one may
/// be that of another program too, such as Mimir, whose limits count for those that send to it.
fn has_own_keys(document: &Document) -> bool {
    let is_own = |name| nearest(name, section_names()).is_some();
    let root = document.root().and_then(Node::mapping);
    root.is_some_and(|root| root.entries().all(|entry| is_own(entry.name())))
}

/// What a configuration includes, as it says it.
fn includes(document: &Document) -> Vec<(Purpose, Option<&str>)> {
    let patterns = patterns(document).into_iter();
    patterns
        .map(|(purpose, node)| (purpose, node.as_str()))
        .collect()
}

/// The text of the section that says how late samples may arrive; an alias in it may lead anywhere.
fn late_samples(document: &Document) -> Result<Option<&str>, ()> {
    let storage = document.root().and_then(|root| root.get("storage"));
    let Some(node) = storage else {
        return Ok(None);
    };
    let text = document.text().slice(node.span());
    match text.contains(['*', '&']) {
        true => Err(()),
        false => Ok(Some(text)),
    }
}

/// What is looked for in the files that did not change.
struct ReachQuery<'a> {
    request: &'a Request,
    tree: &'a dyn Tree,
    /// What the changed files include: what is found in it counts for each file that includes it too, so that
    /// all of these are judged on both sides. None if it is not known.
    included: Option<Vec<IncludedByConfiguration>>,
    /// The names of the changed files.
    names: Vec<Finder<'a>>,
    escapes: [Finder<'static>; 5],
}

impl ReachQuery<'_> {
    /// Whether the judgment of a file may read one that changed, or rests on whether others are judged.
    fn may_read(&self, seen: &ScannedFile, facts: Option<&Facts<'_>>) -> bool {
        let text = &seen.recognized.text;
        let content = text.content().as_bytes();
        let has = |finder: &Finder<'_>| finder.find(content).is_some();
        if self.names.iter().any(has) || self.escapes.iter().any(has) || suppress::may_hold(text) {
            return true;
        }
        if let Some(document) = document_of(seen) {
            return self.includes_changed(seen, document, facts);
        }
        // What is whole in a broken one may include files.
        matches!(seen.recognized.what, FileContent::Broken { .. })
            && memmem::find(content, b"iles").is_some()
    }

    fn includes_changed(
        &self,
        seen: &ScannedFile,
        document: &Document,
        facts: Option<&Facts<'_>>,
    ) -> bool {
        if patterns(document).is_empty() {
            return false;
        }
        let (Some(facts), Some(changed)) = (facts, &self.included) else {
            return true;
        };
        let own = IncludedByConfiguration::of(seen, document, facts, self.request, self.tree);
        let mut files = own.files.iter();
        // Jobs that are included name target files in turn.
        own.has_jobs
            || files.any(|file| self.request.changed.contains(file))
            || changed.iter().any(|changed| own.may_share_with(changed))
    }
}

/// What a configuration includes.
struct IncludedByConfiguration {
    /// Files, and the manifests that texts are written into.
    files: HashSet<PathBuf>,
    has_jobs: bool,
    has_targets: bool,
}

impl IncludedByConfiguration {
    fn of(
        seen: &ScannedFile,
        document: &Document,
        facts: &Facts<'_>,
        request: &Request,
        tree: &dyn Tree,
    ) -> Self {
        let purposes: Vec<_> = includes(document)
            .into_iter()
            .map(|included| included.0)
            .collect();
        let loads = facts.loads(document, folder_of(seen, request, tree), &seen.recognized);
        let files = loads.iter().flat_map(|load| match load {
            Load::Files(files) => files.files().to_vec(),
            Load::Part(text) => vec![PathBuf::from(&**text.path())],
        });
        Self {
            files: files.collect(),
            has_jobs: purposes.contains(&Purpose::ScrapeConfigs),
            has_targets: purposes.contains(&Purpose::Targets),
        }
    }

    /// Whether another configuration may include a file of this one. Which target files the jobs of the other
    /// one name is not known.
    fn may_share_with(&self, other: &Self) -> bool {
        !self.files.is_disjoint(&other.files) || other.has_jobs && self.has_targets
    }
}

fn document_of(seen: &ScannedFile) -> Option<&Document> {
    match &seen.recognized.what {
        FileContent::Configuration { document, .. } => Some(document),
        _ => None,
    }
}

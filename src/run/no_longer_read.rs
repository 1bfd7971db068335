//! Configurations that the revision that is compared with has, and that are not read any more.
//!
//! Without this, whatever makes promvet pass over a file would hide all its faults: a change of its
//! name, its size, its encoding, or a key by which it is taken for something else.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policies::Policies;
use super::request::Request;
use super::survey::Survey;
use crate::discover::{self, ConfigurationKind, FileContent, RecognizedFile, sets_nothing};
use crate::finding::{Finding, Place, Severity, Span, Text, Unchecked, rule};
use crate::policy::Policy;
use crate::rules;
use crate::source::{EntryKind, LARGEST, Tree};
use crate::yaml::parse_first;

/// What a revision has been found to hold.
#[derive(Debug)]
pub struct RevisionContent {
    /// What the revision is called.
    pub(crate) name: String,
    /// The files that were read in it, each by the path that it has now.
    pub(crate) files: Vec<ReadBefore>,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct ReadBefore {
    /// Its absolute path, as it is now.
    pub(crate) path: PathBuf,
    /// Whether it had another one then.
    pub(crate) is_renamed: bool,
    /// What it was recognized as, in the word of reports.
    pub(crate) dialect: String,
    /// What it held, if the change touches it.
    pub(crate) text: Option<Arc<Text>>,
}

/// The findings about the files that were read before and are not read now, each with the policy
/// that counts for it. A file that is gone, or whose content is read under another name, is not one.
pub(crate) fn no_longer_read<'p>(
    before: &RevisionContent,
    request: &Request,
    survey: &Survey,
    policies: &'p Policies,
    tree: &dyn Tree,
) -> Vec<(Finding, Option<&'p Policy>)> {
    let read = survey.seen.iter().filter(|seen| {
        let what = &seen.recognized.what;
        matches!(
            what,
            FileContent::Configuration { .. } | FileContent::Broken { .. }
        )
    });
    let read: HashSet<&Path> = read.map(|seen| &*seen.found.path).collect();
    let excluded = survey.excluded.iter().map(|(found, _)| &*found.path);
    let excluded: HashSet<&Path> = excluded.collect();
    let lost = before.files.iter().filter(|file| {
        let path = &*file.path;
        !read.contains(path) && !excluded.contains(path) && is_walked(path, survey, tree)
    });
    let mut found: BTreeMap<&Path, (&ReadBefore, String)> = BTreeMap::new();
    for file in lost {
        if let Some(why) = reason(file, request, &read, survey, tree) {
            found.insert(&file.path, (file, why));
        }
    }
    let emptied = before
        .files
        .iter()
        .filter(|file| !found.contains_key(&*file.path));
    let emptied: Vec<_> = emptied
        .filter(|file| is_emptied(file, survey, &excluded))
        .collect();
    let why = "it is empty";
    found.extend(
        emptied
            .into_iter()
            .map(|file| (&*file.path, (file, why.to_owned()))),
    );
    let mut compared = HashSet::new();
    let holds = before.files.iter().filter(|file| {
        let path = &*file.path;
        may_hold_others(&file.dialect) && !excluded.contains(path) && is_walked(path, survey, tree)
    });
    for file in holds {
        if !found.contains_key(&*file.path)
            && compared.insert(&*file.path)
            && let Some(why) = reason_of_part(file, survey, tree)
        {
            found.insert(&file.path, (file, why));
        }
    }
    let found = found.into_values().map(|(file, why)| {
        let policy = policies.around(&file.path);
        (finding(file, &before.name, &why, tree), policy)
    });
    found.collect()
}

/// Whether a configuration has lost all that it said. Prometheus loads an empty file.
fn is_emptied(file: &ReadBefore, survey: &Survey, excluded: &HashSet<&Path>) -> bool {
    let sets_some = |text: &Arc<Text>| {
        let read = parse_first(text).map(|document| !sets_nothing(&document));
        read.unwrap_or(true)
    };
    let Some(old) = file.text.as_ref().filter(|_| !is_embedded(&file.dialect)) else {
        return false;
    };
    let mut seen = survey.seen.iter();
    let now = seen.find(|seen| seen.found.path == file.path && seen.recognized.holder.is_none());
    let now = now.filter(|_| !excluded.contains(&*file.path));
    // Its text is parsed already unless tags are covered in it or another dialect is put into words.
    let sets_none = |now: &RecognizedFile| match &now.what {
        FileContent::Configuration { document, .. } if !now.masked && now.spoken.is_none() => {
            sets_nothing(document)
        }
        _ => !sets_some(&now.text),
    };
    now.is_some_and(|now| sets_none(&now.recognized) && sets_some(old))
}

/// Why one of the configurations that a file held is not read, if it is still there.
fn reason_of_part(file: &ReadBefore, survey: &Survey, tree: &dyn Tree) -> Option<String> {
    let old = file.text.as_ref()?;
    if tree.metadata(&file.path).ok()?.kind != EntryKind::File {
        return None;
    }
    let bytes = tree.read(&file.path, LARGEST).ok()?;
    let new = Text::new(tree.shown(&file.path), bytes);
    // What Prometheus is started with is judged whatever it says, if it says something.
    let own = survey
        .seen
        .iter()
        .filter(|seen| seen.found.path == file.path);
    let judged = own.filter_map(|seen| {
        let one = &seen.recognized;
        let is_one = match &one.what {
            FileContent::Configuration { document, .. } => !sets_nothing(document),
            _ => false,
        };
        let whole = Span::new(0, one.text.content().len());
        (is_one && one.text.is_embedded()).then(|| Place::new(&one.text, whole).span())
    });
    let judged: Vec<Span> = judged.collect();
    discover::lost(old, &new, &judged)
}

/// Whether a file of a dialect may hold configurations, and not be one.
fn may_hold_others(dialect: &str) -> bool {
    dialect == "broken" || is_embedded(dialect)
}

/// Whether a file is in what was named.
fn is_walked(path: &Path, survey: &Survey, tree: &dyn Tree) -> bool {
    let mut named = survey.named.iter();
    named.any(|named| {
        let named = tree.resolve(named).unwrap_or_else(|_| tree.absolute(named));
        path.starts_with(named)
    })
}

/// Why a file is not read, as the end of a sentence; none if that is as it should be.
fn reason(
    file: &ReadBefore,
    request: &Request,
    read: &HashSet<&Path>,
    survey: &Survey,
    tree: &dyn Tree,
) -> Option<String> {
    let path = &*file.path;
    let Ok(meta) = tree.metadata(path) else {
        return reason_of_submodule(path, &request.absent, tree);
    };
    let kind = meta.kind;
    // A file that Prometheus was started with, and is not started with any more, need not have the
    // name of a configuration.
    if !request.changed.contains(path) && !discover::is_candidate(path) {
        return None;
    }
    if kind == EntryKind::Link {
        return reason_of_link(path, read, tree);
    }
    let unread = survey.unread.iter().find(|(found, _)| found.path == *path);
    if let Some((_, why)) = unread {
        return Some(why.clone());
    }
    let bytes = match tree.read(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) => return Some(error.to_string()),
    };
    let text = Text::new(tree.shown(path), bytes);
    if is_embedded(&file.dialect) || file.text.as_ref().is_some_and(discover::only_holds) {
        // A key may have been taken out of a manifest.
        return None;
    }
    let recognized = discover::examine(text, false, false);
    Some(match recognized.what {
        FileContent::Other { kind } => {
            format!("it is now recognized as another kind of file ({kind})")
        }
        _ => recognized.why,
    })
}

/// Why a file is not there that has not been deleted: it or its folder became a submodule.
fn reason_of_submodule(path: &Path, absent: &BTreeSet<PathBuf>, tree: &dyn Tree) -> Option<String> {
    let submodule = path.ancestors().find(|path| absent.contains(*path))?;
    let shown = tree.shown(submodule);
    Some(format!(
        "`{shown}` is a submodule now, which is not checked out"
    ))
}

/// What was read before and is now where nothing is looked for, since folders were named.
pub(crate) fn moved_out(
    before: &RevisionContent,
    survey: &Survey,
    tree: &dyn Tree,
) -> Vec<Unchecked> {
    let moved = before.files.iter().filter(|file| {
        file.is_renamed && !is_walked(&file.path, survey, tree) && tree.metadata(&file.path).is_ok()
    });
    let paths: BTreeSet<&Path> = moved.map(|file| &*file.path).collect();
    let listed = paths.into_iter().map(|path| Unchecked {
        cause: None,
        place: Place::new(&Text::new(tree.shown(path), Vec::new()), Span::default()),
        logical: String::new(),
        reason: format!(
            "this configuration was checked in {}, and was moved out of what is checked",
            before.name
        ),
        settle: Some("name the folder that it is in now too".to_owned()),
    });
    listed.collect()
}

/// Whether a file only held a configuration.
fn is_embedded(dialect: &str) -> bool {
    let own = [
        ConfigurationKind::Server,
        ConfigurationKind::Agent,
        ConfigurationKind::Fragment,
    ];
    dialect != "broken" && !own.iter().any(|own| own.word() == dialect)
}

fn reason_of_link(path: &Path, read: &HashSet<&Path>, tree: &dyn Tree) -> Option<String> {
    let Ok(real) = tree.resolve(path) else {
        return Some("it is a symbolic link whose target does not exist".to_owned());
    };
    if read.contains(&*real) {
        return None;
    }
    let folder = path.parent().unwrap_or(path);
    if !real.starts_with(tree.root_of(folder)) {
        return Some("it is a symbolic link to a path outside the tree".to_owned());
    }
    let kind = tree.metadata(&real).ok()?.kind;
    Some(match kind {
        EntryKind::File => "it is a symbolic link to a file that is not a configuration".to_owned(),
        kind => format!("it is a symbolic link to {}", kind.noun()),
    })
}

fn finding(file: &ReadBefore, name: &str, why: &str, tree: &dyn Tree) -> Finding {
    let text = Text::new(tree.shown(&file.path), Vec::new());
    let page = rules::find(rule::FILES_NO_LONGER_READ);
    let severity = page.map_or(Severity::Error, |page| page.severity);
    let place = Place::new(&Arc::clone(&text), Span::default());
    let message = format!("this configuration was checked in {name} and is not checked now: {why}");
    Finding::new(rule::FILES_NO_LONGER_READ, severity, place, message)
        .help("restore a configuration that promvet can read, or delete the file")
}

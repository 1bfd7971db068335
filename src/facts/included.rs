//! The files that a configuration pulls in: rule files, further scrape jobs, target files, TLS
//! material.
//!
//! [`find`] resolves what the configuration names, relative to its folder and within its tree, as
//! Prometheus does (`filepath.Glob`); what leads nowhere there, through the mounts of what surely
//! runs the configuration. [`check`] reads what was found and hands it to the checkers
//! of the schema room.

mod cache;
mod check;
mod documents;
pub(super) mod glob;
mod intervals;
mod jobs;
mod loads;
mod mounted;
mod needs;
mod nothing;
pub(super) mod recognize;
mod records;
mod set;
mod siblings;
mod tls;
mod unmounted;
mod unverified;
mod weigh;

pub use cache::IncludeCache;
pub use check::{CheckedIncludes, check};
pub use documents::{IncludedDocuments, documents};
pub use loads::{Load, loads};
pub use set::FileSet;
pub use siblings::SiblingFiles;
pub use weigh::missing as weigh_missing;

use std::cell::LazyCell;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::credential_file::{FileLookup, PathBase, Unverified, is_kept, is_of_windows};
use super::deployment::RunningDeployment;
use super::submodules;
use crate::schema::scalar::{self, Fault};
use crate::source::EntryKind;
use crate::yaml::{Document, Node, placeholder};

/// What runs a configuration, found out when it is first asked for.
pub type Runners<'r> =
    LazyCell<Vec<RunningDeployment<'r>>, Box<dyn FnOnce() -> Vec<RunningDeployment<'r>> + 'r>>;

/// What a configuration wants of the files that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `rule_files`
    Rules,
    /// `scrape_config_files`
    ScrapeConfigs,
    /// `files` of `file_sd_configs`
    Targets,
}

impl Purpose {
    /// The setting that names the files.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Rules => "rule_files",
            Self::ScrapeConfigs => "scrape_config_files",
            Self::Targets => "file_sd_configs",
        }
    }
}

/// What a path or a pattern leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// These files, in the order of their names.
    Files(Arc<FileSet>),
    /// It is not a pattern, and nothing is there. The path is where it was looked for.
    Missing(String),
    /// It is a pattern, and nothing matches it. The path is where it was looked for.
    Nothing(String),
    /// Go can't read the pattern.
    Broken(Fault),
    /// It can be judged only where Prometheus runs: why.
    Unverified(Unverified),
}

/// A path or a pattern in a configuration.
#[derive(Clone, Debug)]
pub struct NamedPath<'d> {
    /// The scalar that names the files.
    pub node: Node<'d>,
    /// What they are for.
    pub purpose: Purpose,
    /// What it leads to.
    pub matched: Matched,
}

/// Everything that a configuration in `folder` pulls in, in the order of the text. What the schema
/// rejects is left out.
#[must_use]
pub fn find<'d>(
    document: &'d Document,
    folder: Option<&Path>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
    cache: &IncludeCache,
) -> Vec<NamedPath<'d>> {
    let mut named: Vec<_> = patterns(document)
        .into_iter()
        .filter_map(|(purpose, node)| {
            let pattern = node.as_str().filter(|pattern| !pattern.is_empty())?;
            let allowed = match purpose {
                Purpose::Targets => scalar::glob::target_file_pattern(pattern),
                Purpose::Rules | Purpose::ScrapeConfigs => scalar::glob::file_pattern(pattern),
            };
            allowed.ok()?;
            let matched = resolve(pattern, folder, lookup, cache);
            Some(NamedPath {
                node,
                purpose,
                matched: mounted::resolve_through_mounts(
                    matched, pattern, purpose, runners, lookup,
                ),
            })
        })
        .collect();
    named.sort_by_key(|named| named.node.span());
    named
}

/// The scalars that name files.
#[must_use]
pub fn patterns(document: &Document) -> Vec<(Purpose, Node<'_>)> {
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let list = |key: &str| root.get(key).into_iter().flat_map(Node::items);
    let mut out: Vec<_> = list("rule_files")
        .map(|node| (Purpose::Rules, node))
        .collect();
    out.extend(list("scrape_config_files").map(|node| (Purpose::ScrapeConfigs, node)));
    let managers = root
        .get("alerting")
        .and_then(|alerting| alerting.get("alertmanagers"));
    let discovering = list("scrape_configs").chain(managers.into_iter().flat_map(Node::items));
    for section in discovering {
        let discoveries = section
            .get("file_sd_configs")
            .into_iter()
            .flat_map(Node::items);
        let files = discoveries
            .filter_map(|discovery| discovery.get("files"))
            .flat_map(Node::items);
        out.extend(files.map(|node| (Purpose::Targets, node)));
    }
    out
}

/// Where a path that a configuration names is, and the folder that nothing may lead out of.
struct Located {
    path: PathBuf,
    bounds: PathBuf,
}

fn locate(
    text: &str,
    folder: Option<&Path>,
    lookup: &FileLookup<'_>,
) -> Result<Located, Unverified> {
    // No file that people name has one in its name: `$RULES_DIR/a.yml`.
    if text.contains('$') || !placeholder::find_words(text).is_empty() {
        return Err(Unverified::Placeholder);
    }
    if is_of_windows(text) {
        return Err(Unverified::Elsewhere);
    }
    if text.starts_with('/') || Path::new(text).is_absolute() {
        let root = match &lookup.host {
            PathBase::Elsewhere => return Err(Unverified::Elsewhere),
            PathBase::Root(root) => root.clone(),
            PathBase::Here => PathBuf::from("/"),
        };
        let path = below(&root, Path::new(text.trim_start_matches('/')));
        return path
            .map(|path| Located { path, bounds: root })
            .ok_or(Unverified::Outside);
    }
    let folder = folder.ok_or(Unverified::NoFolder)?;
    let path = below(Path::new(""), &folder.join(text)).ok_or(Unverified::Outside)?;
    if !path.starts_with(&lookup.bounds) {
        return Err(Unverified::Outside);
    }
    Ok(Located {
        path,
        bounds: lookup.bounds.clone(),
    })
}

/// A path below a folder, `.` and `..` applied; none if it leads out.
fn below(folder: &Path, path: &Path) -> Option<PathBuf> {
    let mut out = folder.to_path_buf();
    let mut depth = 0_usize;
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                depth = depth.checked_sub(1)?;
                out.pop();
            }
            Component::Normal(_) => {
                depth += 1;
                out.push(part);
            }
            Component::RootDir | Component::Prefix(_) => out.push(part),
        }
    }
    Some(out)
}

fn resolve(
    pattern: &str,
    folder: Option<&Path>,
    lookup: &FileLookup<'_>,
    cache: &IncludeCache,
) -> Matched {
    if let Err(fault) = scalar::glob::syntax(pattern) {
        return Matched::Broken(fault);
    }
    let Located { path, bounds } = match locate(pattern, folder, lookup) {
        Ok(located) => located,
        Err(why) => return Matched::Unverified(why),
    };
    let shown = || lookup.tree.shown(&path);
    let lacking = || submodules::lacking(lookup.tree, &bounds, &path);
    match cache.found(&path, || look(&path, &bounds, lookup)) {
        FoundAtPath::Files(files) => Matched::Files(files),
        FoundAtPath::Outside => Matched::Unverified(Unverified::Outside),
        // Kept out of git on purpose, it is where Prometheus runs.
        FoundAtPath::Nothing if lookup.tree.is_ignored_by_git(&path, &bounds) => {
            Matched::Unverified(Unverified::Ignored(shown()))
        }
        FoundAtPath::Nothing if path.parent().is_some_and(|it| is_kept(lookup.tree, it)) => {
            Matched::Unverified(Unverified::Kept(shown()))
        }
        FoundAtPath::Nothing => match lacking() {
            Some(reason) => Matched::Unverified(Unverified::Unknown(reason)),
            None if glob::is_pattern(pattern) => Matched::Nothing(shown()),
            None => Matched::Missing(shown()),
        },
        FoundAtPath::Dangling => Matched::Missing(shown()),
    }
}

/// What is at a path or matches a pattern.
#[derive(Clone, Debug)]
enum FoundAtPath {
    Files(Arc<FileSet>),
    Nothing,
    /// Something that leads out of the tree.
    Outside,
    /// A link that leads nowhere: Go's glob finds it, and reading it fails.
    Dangling,
}

fn look(path: &Path, bounds: &Path, lookup: &FileLookup<'_>) -> FoundAtPath {
    let found = glob::matching(path, lookup.tree);
    if found.is_empty() {
        return FoundAtPath::Nothing;
    }
    let within = |path: &PathBuf| lookup.tree.within(path, &[bounds]);
    match found.iter().map(within).collect::<Result<Vec<_>, _>>() {
        Ok(inside) if inside.iter().all(|inside| *inside) => {
            FoundAtPath::Files(FileSet::new(found))
        }
        Ok(_) => FoundAtPath::Outside,
        Err(_) => FoundAtPath::Dangling,
    }
}

/// What is at a path, links followed.
fn kind_of(path: &Path, lookup: &FileLookup<'_>) -> Option<EntryKind> {
    let real = lookup.tree.resolve(path).ok()?;
    lookup.tree.metadata(&real).ok().map(|meta| meta.kind)
}

#[cfg(test)]
mod tests;

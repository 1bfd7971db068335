//! Walking a folder of the disk, level by level, as ripgrep does: hidden and ignored files are left
//! out (`ignore::dir::Ignore::matched_ignore`, 0.4), links are not followed.
//!
//! The files that say what to ignore are read by [`Patterns`], within bounds. A level is one list of
//! folders, so that nothing recurses, and what all folders of a level ask for is granted in order.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ignore::Match;
use ignore::gitignore::{Gitignore, gitconfig_excludes_path};

use super::folder::{kind_of, read_up_to};
use super::ignored::{IgnorePatternBudget, LeftOut, Patterns, limit};
use super::tree::{EntryKind, Tree, WalkOptions};
use super::walk::WalkEntry;
use crate::parallel;

/// Entries of the first folder that are looked at to see whether anything in it is wanted: the configurations
/// of a small repository are among them, and more would cost as much as starting the threads.
const FIRST: usize = 64;

/// Where git has its own patterns in a repository.
const EXCLUDE: &str = "info/exclude";

/// The longest `.git` or `commondir` file, in bytes: it holds one path.
const LONGEST_LINK: u64 = 8192;

/// Folders that tools fill and git ignores, in which nothing is tracked in practice. Most trees in
/// which git ignores anything have one, so that git need not be asked.
const FILLED: [&str; 2] = ["node_modules", "__pycache__"];

/// Lists the wanted files of a folder. What git tracks below it is asked for at most once, and only
/// if git would ignore something that could be wanted.
pub(super) fn walk_folder(disk: &dyn Tree, top: &Path, how: &WalkOptions<'_>) -> Vec<WalkEntry> {
    let tracked = Tracked {
        disk,
        top,
        files: OnceLock::new(),
    };
    if holds_nothing(top, how) {
        return Vec::new();
    }
    let mut allowance = IgnorePatternBudget::default();
    let mut out = Vec::new();
    let rules = match how.no_ignore {
        true => None,
        false => above(top, &mut allowance, &mut out),
    };
    let mut level = vec![FolderToList {
        path: top.to_owned(),
        rules,
        is_ignored: false,
    }];
    while !level.is_empty() {
        if how.deadline.is_over() {
            out.push(WalkEntry::Incomplete);
            break;
        }
        let listed = parallel::map_small(how.threads, &level, |folder| list(folder, how));
        let granted: Vec<_> = level
            .into_iter()
            .zip(listed)
            .map(|(folder, listed)| granted(folder, listed, &mut allowance))
            .collect();
        let judged =
            parallel::map_small(how.threads, &granted, |listed| judge(listed, how, &tracked));
        level = Vec::new();
        for (seen, folders) in judged {
            out.extend(seen);
            level.extend(folders);
        }
        for listed in granted {
            out.extend(listed.problems);
        }
    }
    out
}

/// Whether a folder without folders holds nothing that is wanted, so that it does not matter what is
/// ignored.
fn holds_nothing(top: &Path, how: &WalkOptions<'_>) -> bool {
    // The walk reports what is wrong with the folder.
    let Ok(entries) = fs::read_dir(top) else {
        return false;
    };
    let mut entries = entries.flatten().enumerate();
    !entries.any(|(count, entry)| {
        count >= FIRST
            || entry.file_type().is_ok_and(|kind| kind.is_dir())
            || (how.wanted)(&entry.path())
    })
}

/// A folder to be listed.
struct FolderToList {
    path: PathBuf,
    /// What is ignored in the folders above it.
    rules: Option<Arc<Rules>>,
    /// Whether git ignores it, so that only what git tracks nevertheless counts.
    is_ignored: bool,
}

/// What git tracks below the top of a walk: .gitignore says nothing of that (gitignore(5)). Where git
/// can't say, nothing is.
struct Tracked<'w> {
    disk: &'w dyn Tree,
    top: &'w Path,
    files: OnceLock<BTreeSet<PathBuf>>,
}

impl Tracked<'_> {
    /// Whether a path is tracked, or something below it.
    fn has(&self, path: &Path) -> bool {
        let files = self.files.get_or_init(|| {
            let tracked = self.disk.tracked_by_git(self.top);
            tracked.ok().flatten().unwrap_or_default()
        });
        // Paths are sorted part by part, so that what is below one follows it.
        let mut from = files.range::<Path, _>((Bound::Included(path), Bound::Unbounded));
        from.next().is_some_and(|next| next.starts_with(path))
    }
}

/// What is ignored below a folder that has rules, or is the top of a repository.
#[derive(Debug)]
struct Rules {
    /// What the folders above it say.
    above: Option<Arc<Self>>,
    ignore: Option<Gitignore>,
    git: Option<Gitignore>,
    exclude: Option<Gitignore>,
    /// What git ignores on this machine, if this is the first folder of a repository.
    everywhere: Option<Arc<Gitignore>>,
    /// Whether it is the top of a repository.
    is_top: bool,
}

impl Rules {
    /// This folder and those above it, the nearest first.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |rules| rules.above.as_deref())
    }

    /// What the ignore files say about a path: .ignore files come before .gitignore files, these
    /// before `info/exclude`, and what git ignores everywhere comes last; of two files of a kind
    /// the nearer one decides. Git's files count in a repository only, and those above its top do
    /// not. The second value says whether git's files alone decide.
    fn matched(&self, path: &Path, is_folder: bool) -> (Match<()>, bool) {
        let said = |rules: Option<&Gitignore>| {
            let found = rules.map(|rules| rules.matched(path, is_folder));
            found.map_or(Match::None, |found| found.map(|_| ()))
        };
        let (mut ignore, mut git, mut exclude) = (Match::None, Match::None, Match::None);
        let everywhere = self.chain().find_map(|rules| rules.everywhere.as_deref());
        let in_repository = self.chain().any(|rules| rules.is_top);
        let mut inside = in_repository;
        for rules in self.chain() {
            ignore = ignore.or(said(rules.ignore.as_ref()));
            if inside {
                git = git.or(said(rules.git.as_ref()));
                exclude = exclude.or(said(rules.exclude.as_ref()));
            }
            inside &= !rules.is_top;
        }
        let by_git = ignore.is_none();
        (ignore.or(git).or(exclude).or(said(everywhere)), by_git)
    }
}

/// What a folder holds.
struct FolderListing {
    path: PathBuf,
    entries: Vec<(PathBuf, EntryKind)>,
    own: FolderPatterns,
    problems: Vec<WalkEntry>,
}

/// The patterns that a folder has.
#[derive(Default)]
struct FolderPatterns {
    ignore: Option<Patterns>,
    git: Option<Patterns>,
    exclude: Option<Patterns>,
    is_top: bool,
}

fn list(folder: &FolderToList, how: &WalkOptions<'_>) -> FolderListing {
    let mut out = FolderListing {
        path: folder.path.clone(),
        entries: Vec::new(),
        own: FolderPatterns::default(),
        problems: Vec::new(),
    };
    let entries = match fs::read_dir(&folder.path) {
        Ok(entries) => entries,
        Err(error) => {
            out.problems.push(WalkEntry::Problem {
                path: folder.path.clone(),
                error: error.into(),
            });
            return out;
        }
    };
    let mut has_rules = false;
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.path(), kind_of(entry.file_type()?)))) {
            Ok((path, kind)) => {
                let name = path.file_name().unwrap_or_default();
                has_rules |= NAMES.iter().any(|special| name == *special);
                if name != ".git" {
                    out.entries.push((path, kind));
                }
            }
            Err(error) => out.problems.push(WalkEntry::Problem {
                path: folder.path.clone(),
                error: error.into(),
            }),
        }
    }
    out.entries
        .sort_by(|(one, _), (other, _)| one.as_os_str().cmp(other.as_os_str()));
    if has_rules && !how.no_ignore {
        out.own = own(&folder.path, &mut out.problems);
    }
    out
}

/// The names of what decides about what is ignored. A folder with `.jj` is the top of a repository
/// of Jujutsu, which reads the same files.
const NAMES: [&str; 4] = [".ignore", ".gitignore", ".git", ".jj"];

/// The patterns that a folder has itself.
fn own(folder: &Path, problems: &mut Vec<WalkEntry>) -> FolderPatterns {
    let mut patterns = |path: PathBuf, found: Result<Option<Patterns>, LeftOut>| {
        found.unwrap_or_else(|why| {
            problems.push(WalkEntry::LeftOut { path, why });
            None
        })
    };
    let mut named = |name: &str| {
        let path = folder.join(name);
        let kind = fs::symlink_metadata(&path).map(|meta| kind_of(meta.file_type()));
        let found = Patterns::read(kind, |limit| read_up_to(&path, limit));
        patterns(path, found)
    };
    let (ignore, git) = (named(".ignore"), named(".gitignore"));
    let is_top = folder.join(".git").exists() || folder.join(".jj").exists();
    let exclude = match is_top.then(|| exclude_of(folder)).flatten() {
        Some(path) => {
            let found = Patterns::of_content(read_up_to(&path, limit()));
            patterns(path, found)
        }
        None => None,
    };
    FolderPatterns {
        ignore,
        git,
        exclude,
        is_top,
    }
}

/// Where git's own patterns of a repository are: beside its objects, to which the `.git` file of a
/// work tree leads (gitrepository-layout(5)).
fn exclude_of(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if fs::metadata(&git).is_ok_and(|meta| meta.is_dir()) {
        return Some(git.join(EXCLUDE));
    }
    let line = |path: &Path| {
        let content = read_up_to(path, LONGEST_LINK).ok()?;
        let line = String::from_utf8_lossy(&content).lines().next()?.to_owned();
        Some(line)
    };
    let link = line(&git)?;
    let own = folder.join(link.strip_prefix("gitdir: ")?.trim_end());
    let common = line(&own.join("commondir"));
    let common = common.map_or_else(|| own.clone(), |common| own.join(common.trim_end()));
    Some(common.join(EXCLUDE))
}

/// A folder whose entries can be judged.
struct OpenedFolder {
    entries: Vec<(PathBuf, EntryKind)>,
    rules: Option<Arc<Rules>>,
    is_ignored: bool,
    problems: Vec<WalkEntry>,
}

fn granted(
    folder: FolderToList,
    listed: FolderListing,
    allowance: &mut IgnorePatternBudget,
) -> OpenedFolder {
    let mut problems = listed.problems;
    OpenedFolder {
        entries: listed.entries,
        is_ignored: folder.is_ignored,
        rules: with_own(
            folder.rules,
            &listed.path,
            &listed.own,
            allowance,
            &mut problems,
        ),
        problems,
    }
}

/// The rules below a folder: its own, and those above it.
fn with_own(
    above: Option<Arc<Rules>>,
    folder: &Path,
    own: &FolderPatterns,
    allowance: &mut IgnorePatternBudget,
    problems: &mut Vec<WalkEntry>,
) -> Option<Arc<Rules>> {
    let mut compiled = |patterns: &Option<Patterns>, name: &str| {
        let patterns = patterns.as_ref()?;
        let rules = allowance
            .take(patterns)
            .and_then(|()| patterns.compile(folder));
        rules
            .map_err(|why| {
                let path = folder.join(name);
                problems.push(WalkEntry::LeftOut { path, why });
            })
            .ok()
    };
    let ignore = compiled(&own.ignore, ".ignore");
    let git = compiled(&own.git, ".gitignore");
    let exclude = compiled(&own.exclude, ".git/info/exclude");
    if ignore.is_none() && git.is_none() && exclude.is_none() && !own.is_top {
        return above;
    }
    let known = above
        .as_ref()
        .is_some_and(|above| above.chain().any(|rules| rules.is_top));
    Some(Arc::new(Rules {
        everywhere: (own.is_top && !known)
            .then(everywhere)
            .flatten()
            .map(Arc::new),
        above,
        ignore,
        git,
        exclude,
        is_top: own.is_top,
    }))
}

/// What git ignores in every repository of this machine (`core.excludesFile`). It belongs to who
/// runs promvet, so it may be a link.
fn everywhere() -> Option<Gitignore> {
    let path = gitconfig_excludes_path()?;
    let patterns = Patterns::of_content(read_up_to(&path, limit())).ok()??;
    let from = std::env::current_dir().ok()?;
    patterns.compile(&from).ok()
}

/// What is ignored by the folders above one.
fn above(
    top: &Path,
    allowance: &mut IgnorePatternBudget,
    problems: &mut Vec<WalkEntry>,
) -> Option<Arc<Rules>> {
    let mut folders: Vec<&Path> = top.ancestors().skip(1).collect();
    folders.reverse();
    let mut rules = None;
    for folder in folders {
        let own = own(folder, problems);
        rules = with_own(rules, folder, &own, allowance, problems);
    }
    rules
}

/// The wanted files of a folder, and the folders in it that have to be listed.
fn judge(
    listed: &OpenedFolder,
    how: &WalkOptions<'_>,
    tracked: &Tracked<'_>,
) -> (Vec<WalkEntry>, Vec<FolderToList>) {
    let (mut seen, mut folders) = (Vec::new(), Vec::new());
    for (path, kind) in &listed.entries {
        let is_folder = *kind == EntryKind::Folder;
        let is_file = matches!(kind, EntryKind::File | EntryKind::Link);
        if !(is_folder || is_file && (how.wanted)(path)) {
            continue;
        }
        let (said, by_git) = match &listed.rules {
            Some(rules) => rules.matched(path, is_folder),
            None => (Match::None, false),
        };
        let name = path.file_name().unwrap_or_default();
        let is_hidden = !how.hidden && name.as_encoded_bytes().starts_with(b".");
        let is_ignored = said.is_ignore() || listed.is_ignored;
        let is_left_out = match is_ignored {
            true => {
                let by_promvet = said.is_ignore() && !by_git && !how.all_tracked;
                let is_filled = is_folder && FILLED.iter().any(|filled| name == *filled);
                by_promvet || is_hidden || is_filled || !tracked.has(path)
            }
            // A pattern that takes something back shows what is hidden too.
            false => is_hidden && said.is_none(),
        };
        if is_left_out {
            continue;
        }
        if is_folder {
            folders.push(FolderToList {
                path: path.clone(),
                rules: listed.rules.clone(),
                is_ignored,
            });
        } else {
            seen.push(WalkEntry::File {
                path: path.clone(),
                link: *kind == EntryKind::Link,
            });
        }
    }
    (seen, folders)
}

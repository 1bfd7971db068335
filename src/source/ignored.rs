//! What git would ignore, by the .gitignore files of a tree, and how such files are read: within
//! bounds, since a tree under review holds them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::tree::{EntryKind, ReadError, Tree};

/// The largest of such files that is read, in bytes. That of the Linux kernel has 2 KiB.
const LARGEST: u64 = 1024 * 1024;

/// How many patterns one of them may have, and how many characters a pattern: compiling them takes
/// time and memory for each.
const MOST_PATTERNS: usize = 10_000;
const LONGEST_PATTERN: usize = 1_000;

/// How many patterns, and bytes of them, all files of one walk may have together: a pattern takes
/// about a kilobyte when it is compiled, and those of all folders of one level are kept at once.
const MOST_IN_ALL: usize = 100_000;
const MOST_BYTES_IN_ALL: usize = 4 * 1024 * 1024;

/// Why a file that says what to ignore is left out.
#[derive(Debug, thiserror::Error)]
pub(super) enum LeftOut {
    /// Git follows no such link either, since 2.32.
    #[error("it is a symbolic link, which git does not follow here")]
    Link,
    /// It can't be read, or is too large.
    #[error(transparent)]
    Unread(#[from] ReadError),
    /// It has too many patterns.
    #[error("it has more than {MOST_PATTERNS} patterns, the most that promvet reads")]
    TooMany,
    /// A pattern is too long.
    #[error("line {0} has more than {LONGEST_PATTERN} characters, the most that promvet reads")]
    TooLong(usize),
    /// All files together have too many.
    #[error("with the ignore files before it, it has more patterns than promvet reads in one walk")]
    TooManyInAll,
    /// The patterns can't be compiled.
    #[error("its patterns are too large together")]
    TooLarge,
}

/// The patterns of a file, not yet compiled.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    content: String,
    count: usize,
}

/// What the files of one walk may still have.
#[derive(Debug)]
pub(super) struct IgnorePatternBudget {
    patterns: usize,
    bytes: usize,
}

impl Default for IgnorePatternBudget {
    fn default() -> Self {
        Self {
            patterns: MOST_IN_ALL,
            bytes: MOST_BYTES_IN_ALL,
        }
    }
}

impl IgnorePatternBudget {
    /// Takes what a file needs.
    pub(super) fn take(&mut self, patterns: &Patterns) -> Result<(), LeftOut> {
        let left = self.patterns.checked_sub(patterns.count);
        let bytes = self.bytes.checked_sub(patterns.content.len());
        let (Some(left), Some(bytes)) = (left, bytes) else {
            return Err(LeftOut::TooManyInAll);
        };
        (self.patterns, self.bytes) = (left, bytes);
        Ok(())
    }
}

impl Patterns {
    /// Reads a file: what is at its path, and its content up to a limit. None if it has no
    /// patterns.
    pub(super) fn read(
        kind: io::Result<EntryKind>,
        content: impl FnOnce(u64) -> Result<Vec<u8>, ReadError>,
    ) -> Result<Option<Self>, LeftOut> {
        match kind.map_err(ReadError::from) {
            Ok(EntryKind::Link) => return Err(LeftOut::Link),
            Ok(_) => {}
            Err(ReadError::Missing) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Self::of_content(content(LARGEST))
    }

    /// The same for a file that no tree under review has: its path may be a link.
    pub(super) fn of_content(content: Result<Vec<u8>, ReadError>) -> Result<Option<Self>, LeftOut> {
        let content = match content {
            Err(ReadError::Missing) => return Ok(None),
            content => String::from_utf8_lossy(&content?).into_owned(),
        };
        let mut count = 0;
        for (index, line) in content.lines().enumerate() {
            if line.chars().nth(LONGEST_PATTERN).is_some() {
                return Err(LeftOut::TooLong(index + 1));
            }
            count += usize::from(!line.trim().is_empty() && !line.starts_with('#'));
        }
        if count > MOST_PATTERNS {
            return Err(LeftOut::TooMany);
        }
        Ok((count > 0).then_some(Self { content, count }))
    }

    /// The matcher for what is below a folder.
    pub(super) fn compile(&self, folder: &Path) -> Result<Gitignore, LeftOut> {
        let mut rules = GitignoreBuilder::new(folder);
        let content = self.content.strip_prefix('\u{feff}');
        for line in content.unwrap_or(&self.content).lines() {
            // Git passes over a line that is not a pattern too.
            let _ = rules.add_line(None, line);
        }
        rules.build().map_err(|_| LeftOut::TooLarge)
    }
}

/// The largest file that is read, for those who read it themselves.
pub(super) const fn limit() -> u64 {
    LARGEST
}

/// The rules that a run has asked for, by their files.
#[derive(Debug, Default)]
pub(super) struct RulesCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    allowance: IgnorePatternBudget,
    rules: HashMap<PathBuf, Option<Arc<Gitignore>>>,
}

impl RulesCache {
    /// The rules of a file for what is below a folder; none if there are none, or none that can
    /// be read.
    fn get<T: Tree + ?Sized>(
        &self,
        tree: &T,
        folder: &Path,
        file: &Path,
    ) -> Option<Arc<Gitignore>> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = cached.rules.get(file) {
            return rules.clone();
        }
        let rules = rules_of(tree, folder, file, &mut cached.allowance);
        let rules = rules.ok().flatten().map(Arc::new);
        cached.rules.insert(file.to_owned(), rules.clone());
        rules
    }
}

/// Whether git ignores a path below `top`, which need not exist: the deepest file that says
/// anything of it decides (gitignore(5)).
pub(super) fn is_ignored<T: Tree + ?Sized>(
    tree: &T,
    path: &Path,
    top: &Path,
    cache: &RulesCache,
) -> bool {
    let folders = path.ancestors().skip(1);
    let folders = folders.take_while(|folder| folder.starts_with(top));
    let files = folders.map(|folder| (folder, folder.join(".gitignore")));
    let own = (top, top.join(".git/info/exclude"));
    for (folder, file) in files.chain([own]) {
        let inside = tree.within(&file, &[top]).unwrap_or(false);
        let rules = inside.then(|| cache.get(tree, folder, &file)).flatten();
        let Some(rules) = rules else { continue };
        match rules.matched_path_or_any_parents(path, false) {
            Match::None => {}
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
        }
    }
    false
}

/// The rules of a .gitignore file or one like it, for what is below a folder; none if it has none.
pub(super) fn rules_of<T: Tree + ?Sized>(
    tree: &T,
    folder: &Path,
    file: &Path,
    allowance: &mut IgnorePatternBudget,
) -> Result<Option<Gitignore>, LeftOut> {
    let kind = tree.metadata(file).map(|meta| meta.kind);
    let Some(patterns) = Patterns::read(kind, |limit| tree.read(file, limit))? else {
        return Ok(None);
    };
    allowance.take(&patterns)?;
    patterns.compile(folder).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn the_deepest_word_counts() {
        let tree = Memory::new()
            .file("/top/.gitignore", "secrets/\n*.key\n!open.key\n")
            .file("/top/a/.gitignore", "!b.key\n")
            .file("/top/.git/info/exclude", "own\n")
            .file("/.gitignore", "*");
        for (path, ignored) in [
            ("/top/secrets/token", true),
            ("/top/a/secrets/deep/token", true),
            ("/top/x.key", true),
            ("/top/open.key", false),
            ("/top/a/b.key", false),
            ("/top/own", true),
            ("/top/token", false),
        ] {
            let found = is_ignored(
                &tree,
                Path::new(path),
                Path::new("/top"),
                &RulesCache::default(),
            );
            assert_eq!(found, ignored, "{path}");
        }
    }

    fn read(content: &str) -> Result<usize, LeftOut> {
        let found = Patterns::read(Ok(EntryKind::File), |_| Ok(content.as_bytes().to_vec()));
        found.map(|patterns| patterns.map_or(0, |patterns| patterns.count))
    }

    #[test]
    fn what_is_not_plausible_is_left_out() {
        assert_eq!(read("# a\n\n*.yml\n").unwrap(), 1);
        assert_eq!(read(&"a\n".repeat(MOST_PATTERNS)).unwrap(), MOST_PATTERNS);
        let many = read(&"a\n".repeat(MOST_PATTERNS + 1));
        assert!(matches!(many, Err(LeftOut::TooMany)));
        assert_eq!(read(&"é".repeat(LONGEST_PATTERN)).unwrap(), 1);
        let long = read(&format!("a\n{}", "é".repeat(LONGEST_PATTERN + 1)));
        assert!(matches!(long, Err(LeftOut::TooLong(2))));
        let link = Patterns::read(Ok(EntryKind::Link), |_| Ok(Vec::new()));
        assert!(matches!(link, Err(LeftOut::Link)));
        let missing = Patterns::read(Err(io::ErrorKind::NotFound.into()), |_| Ok(Vec::new()));
        assert!(matches!(missing, Ok(None)));
    }

    #[test]
    fn all_files_together_have_a_limit() {
        let patterns = Patterns::of_content(Ok(b"*.a\n".repeat(MOST_PATTERNS)));
        let patterns = patterns.unwrap().unwrap();
        let mut allowance = IgnorePatternBudget::default();
        let fits = (0..100).take_while(|_| allowance.take(&patterns).is_ok());
        assert_eq!(fits.count(), MOST_IN_ALL / MOST_PATTERNS);
    }
}

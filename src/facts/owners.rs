//! Who owns a file, by CODEOWNERS: the last pattern that matches decides (GitHub's documentation,
//! "About code owners"; GitLab reads the same file).

use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobSet};

use crate::source::{EntryKind, Tree};

/// Where the file is, the first one that is there counts (GitHub's order, then GitLab's own).
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// The largest such file that is read, in bytes, how many patterns it may have, and how many
/// characters a pattern: each is compiled. GitHub reads no more than 3 MB; the largest that
/// repositories have are about 100 KB.
const LARGEST: u64 = 1024 * 1024;
const MOST_PATTERNS: usize = 10_000;
const LONGEST_PATTERN: usize = 1_000;

/// The owners of the files of a repository.
#[derive(Debug, Default)]
pub struct Owners {
    top: PathBuf,
    /// The patterns of all lines, two of some.
    patterns: GlobSet,
    /// The line of each pattern.
    line_of: Vec<usize>,
    /// Who owns what a line matches; no one, if it names no one.
    owners: Vec<Vec<String>>,
    left_out: Option<String>,
}

/// One line: what it matches, and who owns that.
#[derive(Debug)]
struct OwnerLine {
    patterns: Vec<Glob>,
    owners: Vec<String>,
}

impl Owners {
    /// The top of the repository that an absolute path of a folder is in, else the folder.
    #[must_use]
    pub fn top_of<'f>(tree: &dyn Tree, folder: &'f Path) -> &'f Path {
        let is_top = |folder: &&Path| tree.metadata(&folder.join(".git")).is_ok();
        folder.ancestors().find(is_top).unwrap_or(folder)
    }

    /// Those of the repository with this top.
    #[must_use]
    pub fn of(tree: &dyn Tree, top: &Path) -> Self {
        let found = PLACES
            .iter()
            .map(|place| top.join(place))
            .find_map(|path| Some((tree.metadata(&path).ok()?.kind, path)));
        let nothing = Self {
            top: top.to_owned(),
            ..Self::default()
        };
        let Some((kind, path)) = found else {
            return nothing;
        };
        read(tree, kind, &path)
            .and_then(|lines| Self::of_lines(top, lines))
            .unwrap_or_else(|why| Self {
                left_out: Some(format!(
                    "{} is ignored, so no owners are shown: {why}",
                    tree.shown(&path)
                )),
                ..nothing
            })
    }

    fn of_lines(top: &Path, lines: Vec<OwnerLine>) -> Result<Self, String> {
        let mut patterns = GlobSet::builder();
        let (mut line_of, mut owners) = (Vec::new(), Vec::new());
        for line in lines {
            for pattern in line.patterns {
                patterns.add(pattern);
                line_of.push(owners.len());
            }
            owners.push(line.owners);
        }
        let too_large = |_| "its patterns are too large together".to_owned();
        Ok(Self {
            top: top.to_owned(),
            patterns: patterns.build().map_err(too_large)?,
            line_of,
            owners,
            left_out: None,
        })
    }

    /// Why the file is not read, if it is there.
    #[must_use]
    pub fn left_out(&self) -> Option<&str> {
        self.left_out.as_deref()
    }

    /// The owners of a file, by its absolute path.
    #[must_use]
    pub fn owners_of(&self, path: &Path) -> &[String] {
        let below = path.strip_prefix(&self.top).unwrap_or(path);
        let matching = self.patterns.matches(below).into_iter();
        let decisive = matching
            .filter_map(|pattern| self.line_of.get(pattern))
            .max();
        let owners = decisive.and_then(|line| self.owners.get(*line));
        owners.map_or(&[], |owners| owners)
    }
}

/// The lines of a file, or why it is left out.
fn read(tree: &dyn Tree, kind: EntryKind, path: &Path) -> Result<Vec<OwnerLine>, String> {
    if kind == EntryKind::Link {
        return Err("it is a symbolic link, which code hosts do not follow".to_owned());
    }
    let content = tree
        .read(path, LARGEST)
        .map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    for text in String::from_utf8_lossy(&content).lines() {
        let mut words = words(text).into_iter();
        let Some(pattern) = words.next() else {
            continue;
        };
        if pattern.chars().nth(LONGEST_PATTERN).is_some() {
            return Err(format!(
                "a pattern has more than {LONGEST_PATTERN} characters, the most that promvet reads"
            ));
        }
        lines.extend(line(&pattern, words.collect()));
        if lines.len() > MOST_PATTERNS {
            return Err(format!(
                "it has more than {MOST_PATTERNS} patterns, the most that promvet reads"
            ));
        }
    }
    Ok(lines)
}

/// Reads a line. Comments, section headings of GitLab, and patterns that GitHub leaves out
/// (negations and those with brackets) are not.
fn line(pattern: &str, owners: Vec<String>) -> Option<OwnerLine> {
    if pattern.starts_with(['!', '[', '^']) || pattern.contains('[') {
        return None;
    }
    Some(OwnerLine {
        patterns: patterns(pattern)?,
        owners,
    })
}

/// The words of a line up to a comment. A backslash keeps a space in the first one, the pattern;
/// owners have none.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let starts_word = words.last().is_some_and(String::is_empty);
        let is_pattern = words.iter().rev().skip(1).all(String::is_empty);
        match c {
            '#' if starts_word => break,
            '\\' if is_pattern => push(&mut words, chars.next().unwrap_or('\\')),
            c if c.is_whitespace() => words.push(String::new()),
            c => push(&mut words, c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push(words: &mut [String], c: char) {
    if let Some(word) = words.last_mut() {
        word.push(c);
    }
}

/// What a pattern matches: paths from the top if a slash precedes its end, else names in any
/// folder; a folder stands for all that is in it, but what `/*` at the end matches does not.
fn patterns(pattern: &str) -> Option<Vec<Glob>> {
    let bare = pattern.trim_end_matches('/');
    let is_folder = bare.len() < pattern.len();
    let anchored = bare.contains('/') || pattern == "/";
    let from_top = bare.trim_start_matches('/');
    let from_top = match anchored || from_top.starts_with("**/") {
        true => from_top.to_owned(),
        false => format!("**/{from_top}"),
    };
    let inside = format!("{from_top}/**").trim_start_matches('/').to_owned();
    let wanted = match (is_folder, bare.ends_with("/*")) {
        (true, _) => vec![inside],
        (false, true) => vec![from_top],
        (false, false) => vec![from_top, inside],
    };
    let build = |glob: &String| {
        let mut builder = GlobBuilder::new(glob);
        builder.literal_separator(true).backslash_escape(false);
        builder.build().ok()
    };
    wanted.iter().map(build).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn patterns_match_as_on_github() {
        for (pattern, path, expected) in [
            ("*", "a/b/c.yml", true),
            ("*.yml", "a/b/c.yml", true),
            ("*.yml", "a/b/c.yaml", false),
            ("/build/logs/", "build/logs/x/y.log", true),
            ("/build/logs/", "a/build/logs/x.log", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("docs/*", "x/docs/a.md", false),
            ("apps/", "apps/x", true),
            ("apps/", "a/apps/b/c", true),
            ("apps/", "apps", false),
            ("apps", "a/apps/b", true),
            ("/docs/", "docs/a", true),
            ("/docs/", "a/docs/b", false),
            ("**/logs", "build/logs/x", true),
            ("**/logs", "logs/x", true),
            ("/apps/github", "apps/github/x", true),
            ("/apps/*/prod.yml", "apps/a/prod.yml", true),
            ("/apps/*/prod.yml", "apps/a/b/prod.yml", false),
            ("my\\ file.yml", "x/my file.yml", true),
        ] {
            let tree = Memory::new().file("/r/CODEOWNERS", format!("{pattern} @a"));
            let owners = Owners::of(&tree, Path::new("/r"));
            let path = Path::new("/r").join(path);
            let found = !owners.owners_of(&path).is_empty();
            assert_eq!(found, expected, "{pattern} {}", path.display());
        }
        for nothing in ["", "  ", "# *", "!x @a", "[ab].yml @a", "[Section] @a"] {
            let tree = Memory::new().file("/r/CODEOWNERS", nothing);
            let owners = Owners::of(&tree, Path::new("/r"));
            assert!(owners.owners.is_empty(), "{nothing}");
        }
    }

    #[test]
    fn the_last_match_decides_and_may_name_no_one() {
        let tree = Memory::new()
            .file("/r/.git/HEAD", "")
            .file("/r/docs/CODEOWNERS", "* @no")
            .file(
                "/r/.github/CODEOWNERS",
                "# All.\n* @all\n/prod/ @org/prod ops@example.com # Why.\n/prod/free\n*.yaml @yaml\n",
            );
        let owners = Owners::of(&tree, Owners::top_of(&tree, Path::new("/r/prod")));
        let of = |path: &str| owners.owners_of(Path::new(path)).join(" ");
        assert_eq!(of("/r/x.yml"), "@all");
        assert_eq!(of("/r/prod/x.yml"), "@org/prod ops@example.com");
        assert_eq!(of("/r/prod/free/x.yml"), "");
        assert_eq!(of("/r/prod/x.yaml"), "@yaml");
        assert_eq!(
            Owners::of(&Memory::new(), Path::new("/x")).owners_of(Path::new("/x/y")),
            &[] as &[String]
        );
    }

    #[test]
    fn what_is_not_plausible_is_left_out() {
        let long = format!("{} @x", "a".repeat(LONGEST_PATTERN + 1));
        let many = "a @x\n".repeat(MOST_PATTERNS + 1);
        let large = " ".repeat(LARGEST as usize + 1);
        for (content, why) in [(long, "characters"), (many, "patterns"), (large, "larger")] {
            let tree = Memory::new().file("/r/CODEOWNERS", content);
            let owners = Owners::of(&tree, Path::new("/r"));
            let left_out = owners.left_out().unwrap();
            assert!(left_out.contains(why), "{left_out}");
            assert!(owners.owners_of(Path::new("/r/a")).is_empty());
        }
        let tree = Memory::new()
            .file("/r/x", "* @x")
            .link("/r/CODEOWNERS", "x");
        let owners = Owners::of(&tree, Path::new("/r"));
        assert!(owners.left_out().unwrap().contains("link"));
    }
}

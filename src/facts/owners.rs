//! Who owns a file, by CODEOWNERS: the last pattern that matches decides (GitHub's documentation,
//! "About code owners"; GitLab reads the same file).

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::source::{LARGEST, Tree};

/// Where the file lies, the first one that is there counts (GitHub's order, then GitLab's own).
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// The owners of the files of a repository.
#[derive(Debug, Default)]
pub struct Owners {
    top: PathBuf,
    lines: Vec<Line>,
}

/// One line: what it matches, and who owns that; nobody, if it names nobody.
#[derive(Debug)]
struct Line {
    patterns: Vec<GlobMatcher>,
    owners: Vec<String>,
}

impl Owners {
    /// Those of the repository that an absolute path of a folder lies in, else of the folder.
    #[must_use]
    pub fn of(tree: &dyn Tree, folder: &Path) -> Self {
        let is_top = |folder: &&Path| tree.metadata(&folder.join(".git")).is_ok();
        let top = folder.ancestors().find(is_top).unwrap_or(folder);
        let content = PLACES
            .iter()
            .find_map(|place| tree.read(&top.join(place), LARGEST).ok());
        let content = content.unwrap_or_default();
        Self {
            top: top.to_owned(),
            lines: String::from_utf8_lossy(&content)
                .lines()
                .filter_map(line)
                .collect(),
        }
    }

    /// The owners of a file, by its absolute path.
    #[must_use]
    pub fn owners_of(&self, path: &Path) -> &[String] {
        let below = path.strip_prefix(&self.top).unwrap_or(path);
        let matches = |line: &&Line| line.patterns.iter().any(|one| one.is_match(below));
        let decisive = self.lines.iter().rfind(matches);
        decisive.map_or(&[], |line| &line.owners)
    }
}

/// Reads a line. Comments, section headings of GitLab, and patterns that GitHub leaves out
/// (negations and those with brackets) are none.
fn line(text: &str) -> Option<Line> {
    let mut words = words(text).into_iter();
    let pattern = words.next()?;
    if pattern.starts_with(['!', '[', '^']) || pattern.contains('[') {
        return None;
    }
    Some(Line {
        patterns: patterns(&pattern)?,
        owners: words.collect(),
    })
}

/// The words of a line up to a comment. A backslash keeps a space in a word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let starts_word = words.last().is_some_and(String::is_empty);
        match c {
            '#' if starts_word => break,
            '\\' => push(&mut words, chars.next().unwrap_or('\\')),
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

/// What a pattern matches: paths from the top if a slash stands before its end, else names in any
/// folder; a folder stands for all that is in it, but what `/*` at the end matches does not.
fn patterns(pattern: &str) -> Option<Vec<GlobMatcher>> {
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
        Some(builder.build().ok()?.compile_matcher())
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
            let line = line(&format!("{pattern} @a")).unwrap();
            let found = line.patterns.iter().any(|one| one.is_match(path));
            assert_eq!(found, expected, "{pattern} {path}");
        }
        for nothing in ["", "  ", "# *", "!x @a", "[ab].yml @a", "[Section] @a"] {
            assert!(line(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn the_last_match_decides_and_may_name_nobody() {
        let tree = Memory::new()
            .file("/r/.git/HEAD", "")
            .file("/r/docs/CODEOWNERS", "* @no")
            .file(
                "/r/.github/CODEOWNERS",
                "# All.\n* @all\n/prod/ @org/prod ops@example.com # Why.\n/prod/free\n*.yaml @yaml\n",
            );
        let owners = Owners::of(&tree, Path::new("/r/prod"));
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
}

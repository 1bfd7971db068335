//! Patterns of files, as Go's `filepath.Glob` and `filepath.Match` read them.

use std::path::{Component, Path, PathBuf};

use crate::source::{EntryKind, Tree};
use crate::work;

/// Whether a text is a pattern, and not just a path.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

/// Whether a name without a slash matches a pattern or is it.
pub(super) fn is_name_of(pattern: &str, name: &str) -> bool {
    matches(&pieces(pattern), name)
}

/// Whether a path matches a pattern, whatever is there.
pub(in crate::facts) fn is_path_of(pattern: &Path, path: &Path) -> bool {
    let (mut parts, mut names) = (pattern.components(), path.components());
    loop {
        match (parts.next(), names.next()) {
            (None, None) => return true,
            (Some(Component::Normal(part)), Some(Component::Normal(name)))
                if is_name_of(&part.to_string_lossy(), &name.to_string_lossy()) => {}
            (Some(part), Some(name)) if part == name => {}
            _ => return false,
        }
    }
}

/// The paths that a pattern matches, sorted. Hidden files are matched too, as in Go.
pub(super) fn matching(pattern: &Path, tree: &dyn Tree) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let text = part.as_os_str().to_string_lossy();
        found = match part {
            Component::Normal(_) if is_pattern(&text) => {
                let pieces = pieces(&text);
                found
                    .iter()
                    .flat_map(|folder| listed(folder, &pieces, tree))
                    .collect()
            }
            part => found.into_iter().map(|folder| folder.join(part)).collect(),
        };
    }
    found.retain(|path| tree.metadata(path).is_ok());
    found.sort();
    found
}

fn listed(folder: &Path, pieces: &[GlobPiece], tree: &dyn Tree) -> Vec<PathBuf> {
    let is_folder = |path: &Path| {
        tree.metadata(path)
            .is_ok_and(|meta| meta.kind == EntryKind::Folder)
    };
    let real = tree.resolve(folder).ok().filter(|real| is_folder(real));
    let entries = real
        .and_then(|real| tree.list(&real).ok())
        .unwrap_or_default();
    work::count(entries.len());
    let names = entries.iter().filter_map(|entry| entry.file_name());
    let matching = names.filter(|name| name.to_str().is_some_and(|name| matches(pieces, name)));
    matching.map(|name| folder.join(name)).collect()
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum GlobPiece {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
    /// `[a-z]`, `[^a-z]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// The pieces of a pattern. A bracket that is never closed stands for itself: Prometheus refuses
/// such a pattern, which the schema has said.
fn pieces(pattern: &str) -> Vec<GlobPiece> {
    let mut out = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '*' => GlobPiece::Any,
            '?' => GlobPiece::One,
            '\\' => GlobPiece::Char(rest.next().unwrap_or('\\')),
            '[' => match class(rest.as_str()) {
                Some((piece, after)) => {
                    rest = after.chars();
                    piece
                }
                None => GlobPiece::Char('['),
            },
            c => GlobPiece::Char(c),
        });
    }
    out
}

/// A class whose `[` has been read, and what follows it.
fn class(text: &str) -> Option<(GlobPiece, &str)> {
    let negated = text.starts_with('^');
    let mut rest = text.chars();
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Some((GlobPiece::Class { negated, ranges }, rest.as_str()));
        }
        let from = member(&mut rest)?;
        let to = if rest.as_str().starts_with('-') {
            rest.next();
            member(&mut rest)?
        } else {
            from
        };
        ranges.push((from, to));
    }
}

/// One character of a class.
fn member(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '\\' => rest.next(),
        c => Some(c),
    }
}

/// Whether a name matches. The last star that was met takes one character more whenever the rest
/// does not fit.
fn matches(pieces: &[GlobPiece], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut piece, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let fits = match (pieces.get(piece), name.get(at)) {
            (None, None) => return true,
            (Some(GlobPiece::Any), _) => {
                star = Some((piece, at));
                piece += 1;
                continue;
            }
            (Some(piece), Some(c)) => fits(piece, *c),
            _ => false,
        };
        if fits {
            piece += 1;
            at += 1;
        } else if let Some((of, taken)) = star.filter(|(_, taken)| *taken < name.len()) {
            star = Some((of, taken + 1));
            (piece, at) = (of + 1, taken + 1);
        } else {
            return false;
        }
    }
}

fn fits(piece: &GlobPiece, c: char) -> bool {
    match piece {
        GlobPiece::Any | GlobPiece::One => true,
        GlobPiece::Char(wanted) => *wanted == c,
        GlobPiece::Class { negated, ranges } => {
            ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, matching, pieces};
    use crate::source::{Memory, Tree as _};
    use std::path::Path;

    #[test]
    fn names_match_as_in_go() {
        for (pattern, name, want) in [
            ("*.yml", "a.yml", true),
            ("*.yml", ".yml", true),
            ("*.yml", "a.yaml", false),
            ("*", "", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("?.yml", "ä.yml", true),
            ("?.yml", ".yml", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("[", "[", true),
            ("**.yml", "a.yml", true),
        ] {
            assert_eq!(matches(&pieces(pattern), name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn folders_match_part_by_part() {
        let tree = Memory::new()
            .file("/tree/r/a/x.yml", "")
            .file("/tree/r/b/y.yml", "")
            .file("/tree/r/b/z.txt", "")
            .file("/tree/r/.hidden.yml", "");
        for (pattern, want) in [
            ("/tree/r/*/*.yml", vec!["r/a/x.yml", "r/b/y.yml"]),
            ("/tree/r/b/y.yml", vec!["r/b/y.yml"]),
            ("/tree/r/*.yml", vec!["r/.hidden.yml"]),
            ("/tree/r/b/no.yml", vec![]),
            ("/tree/r/b/y.yml/*", vec![]),
            ("/tree/no/*", vec![]),
        ] {
            let found = matching(Path::new(pattern), &tree);
            let shown: Vec<_> = found.iter().map(|path| tree.shown(path)).collect();
            assert_eq!(shown, want, "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_hangs(pattern in "(\\*|\\?|\\[|\\]|\\^|-|a|\\\\|\\PC){0,16}", name in "\\PC{0,40}|a{0,40}") {
            let _ = matches(&pieces(&pattern), &name);
        }
    }
}

//! Patterns of files: what Prometheus allows where, and what Go can match.

use crate::Fault;

/// The endings that `file_sd_configs` allows.
/// Go's pattern spells the cases out (`file.patFileSDName`, discovery/file/file.go), so that
/// `.Json` is refused.
const TARGET_FILES: &[&str] = &[".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"];

/// Checks a pattern of `rule_files` or `scrape_config_files`: stars only in the last part
/// of the path. Other wildcards are not looked at when a configuration is loaded.
/// Imitates `config.patRulePath`, `^[^*]*(\*[^/]*)?$`.
///
/// # Errors
/// A star before a slash.
pub fn file_pattern(text: &str) -> Result<(), Fault> {
    star_in_last_part(text, "is not a valid file pattern")
}

/// Checks an entry of `files` in `file_sd_configs`.
///
/// # Errors
/// As [`file_pattern`], and names that do not end in `.json`, `.yml` or `.yaml`.
pub fn target_file_pattern(text: &str) -> Result<(), Fault> {
    let stem = TARGET_FILES
        .iter()
        .find_map(|ending| text.strip_suffix(ending));
    let Some(stem) = stem else {
        return Err(Fault::whole(
            text,
            "is not valid for file discovery: it must end in .json, .yml or .yaml",
        )
        .help("rename the file, and write its new name here"));
    };
    star_in_last_part(stem, "is not valid for file discovery")
}

fn star_in_last_part(text: &str, what: &str) -> Result<(), Fault> {
    let Some(star) = text.find('*') else {
        return Ok(());
    };
    // After the first star the grammar takes anything but a slash, further stars included.
    let after = text.get(star + 1..).unwrap_or_default();
    if !after.contains('/') {
        return Ok(());
    }
    Err(Fault::new(
        star,
        star + 1,
        format!("{what}: a `*` is allowed only in the last part of the path"),
    )
    .help("name the folders without `*`, in an entry for each"))
}

/// Checks the syntax of a pattern as `filepath.Glob` does when it is used: brackets closed,
/// nothing missing after a backslash. Behind the first star Go notices a fault only once the name
/// of a file matches up to there.
///
/// # Errors
/// A pattern with a syntax error (`syntax error in pattern`).
pub fn syntax(pattern: &str) -> Result<(), Fault> {
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            // `filepath.Match` returns `ErrBadPattern` for it on Unix, where a backslash escapes;
            // Prometheus in containers runs there, so that Windows does not count.
            '\\' if chars.next().is_none() => {
                let why = "a backslash at its end escapes nothing";
                return Err(bad(at, pattern.len(), why));
            }
            '[' => {
                let class = pattern.get(at..).unwrap_or_default();
                let length = class_length(class)
                    .ok_or_else(|| bad(at, pattern.len(), "the bracket is not closed properly"))?;
                chars = skip(pattern, at + length);
            }
            _ => {}
        }
    }
    Ok(())
}

fn skip(pattern: &str, to: usize) -> std::str::CharIndices<'_> {
    let mut chars = pattern.char_indices();
    while chars.offset() < to && chars.next().is_some() {}
    chars
}

fn bad(from: usize, to: usize, why: &str) -> Fault {
    Fault::new(from, to, format!("is not valid: {why}"))
}

/// The length of a bracket expression that begins a text: `[`, an optional `^`, one or more
/// characters or ranges, `]`.
/// Imitates the case `[` of `filepath.matchChunk`.
fn class_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let mut rest = inside.strip_prefix('^').unwrap_or(inside);
    let mut ranges = 0;
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| ranges > 0) {
            return Some(text.len() - after.len());
        }
        rest = member(rest)?;
        if let Some(after) = rest.strip_prefix('-') {
            rest = member(after)?;
        }
        ranges += 1;
    }
}

/// What follows one character of a bracket expression; something has to.
/// Imitates `filepath.getEsc`, which rejects a class that ends right behind a character.
fn member(text: &str) -> Option<&str> {
    if text.starts_with(['-', ']']) {
        return None;
    }
    let mut chars = text.strip_prefix('\\').unwrap_or(text).chars();
    chars.next()?;
    let rest = chars.as_str();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_in_the_last_part() {
        for text in ["", "a.yml", "/a/b/*.yml", "*", "a*b*", "a/[b]/?.yml"] {
            assert_eq!(file_pattern(text), Ok(()), "{text}");
        }
        for (text, at) in [("*/a.yml", 0), ("a/*/b*.yml", 2), ("**/a", 0), ("a*/", 1)] {
            assert_eq!(
                file_pattern(text).map_err(|fault| fault.from),
                Err(at),
                "{text}"
            );
        }
    }

    #[test]
    fn target_files_have_their_endings() {
        for text in ["a.json", "/a/*.yml", "*.YAML", ".json", "a*b.JSON"] {
            assert_eq!(target_file_pattern(text), Ok(()), "{text}");
        }
        for text in ["", "a", "a.txt", "a.Json", "*/a.json", "a.json ", "json"] {
            assert!(target_file_pattern(text).is_err(), "{text}");
        }
    }

    #[test]
    fn syntax_is_that_of_go() {
        for text in [
            "", "*", "a?b", "[a]", "[^a-z]x", "[\\]]", "\\[", "[a*]", "]", "[!a]",
        ] {
            assert_eq!(syntax(text), Ok(()), "{text}");
        }
        for (text, place) in [
            ("[", 0..1),
            ("[]", 0..2),
            ("[]a]", 0..4),
            ("[^]", 0..3),
            ("a[b", 1..3),
            ("[a-]", 0..4),
            ("[-a]", 0..4),
            ("[a\\", 0..3),
            ("[a]\\", 3..4),
            ("*[b", 1..3),
            ("x/[é-/y", 2..8),
        ] {
            let fault = syntax(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]^é*?a/\\\\-]{0,10}") {
            if let Err(fault) = syntax(&text) {
                assert!(text.get(fault.from..fault.to).is_some());
            }
            let _ = target_file_pattern(&text);
        }
    }
}

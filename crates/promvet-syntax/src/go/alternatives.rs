//! The alternatives of a pattern, for comparing patterns that match as a whole.

/// The alternatives of a pattern that is anchored on both sides, groups around all of it left out: `a|b` and
/// `(b|a)` have the same. The pattern itself if it has none, or flags that reach from one to the next.
#[must_use]
pub fn alternatives(pattern: &str) -> Vec<&str> {
    let mut rest = pattern;
    while let Some(inner) = inside(rest) {
        rest = inner;
    }
    let has_flags = rest.replace("(?:", "").contains("(?");
    match split(rest) {
        Some(parts) if !has_flags => parts,
        _ => vec![rest],
    }
}

/// What is in the group that a pattern consists of.
fn inside(pattern: &str) -> Option<&str> {
    let inner = pattern.strip_prefix('(')?.strip_suffix(')')?;
    let inner = match inner.strip_prefix('?') {
        Some(rest) => rest.strip_prefix(':')?,
        None => inner,
    };
    // `(a)|(b)` begins and ends with groups that are not around it.
    split(inner).map(|_| inner)
}

/// The parts between the bars outside of groups and classes; none if brackets do not match.
fn split(pattern: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    let (mut from, mut depth, mut class) = (0, 0_usize, None);
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match (class, c) {
            (_, '\\') => {
                // `\Q…\E` may hold anything.
                if matches!(chars.next()?, (_, 'Q')) {
                    return None;
                }
            }
            // The first `]` of a class is a sign like others.
            (Some(start), ']') if at > start + 1 => class = None,
            (Some(start), '^') if at == start + 1 => class = Some(at),
            (Some(_), _) => {}
            (None, '[') => class = Some(at),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, '|') if depth == 0 => {
                out.push(pattern.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(pattern.get(from..)?);
    (depth == 0 && class.is_none()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::alternatives;

    #[test]
    fn patterns_are_split_where_they_are_alternatives() {
        for (pattern, parts) in [
            ("a", &["a"][..]),
            ("a|b", &["a", "b"]),
            ("(b|a)", &["b", "a"]),
            ("((?:b|a))", &["b", "a"]),
            ("(a)|(b)", &["(a)", "(b)"]),
            ("x(a|b)", &["x(a|b)"]),
            ("[|a]|b", &["[|a]", "b"]),
            ("[]|a]|b", &["[]|a]", "b"]),
            ("[^]|a]|b", &["[^]|a]", "b"]),
            ("a\\|b|c", &["a\\|b", "c"]),
            ("(?i)a|b", &["(?i)a|b"]),
            ("(?i:a|b)", &["(?i:a|b)"]),
            ("\\Qa|b\\E", &["\\Qa|b\\E"]),
            ("", &[""]),
            ("a|", &["a", ""]),
            ("(", &["("]),
        ] {
            assert_eq!(alternatives(pattern), parts, "{pattern}");
        }
    }
}

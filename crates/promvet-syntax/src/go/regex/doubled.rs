//! Backslashes that are written twice where one was meant.

/// Where the first doubled backslash is, in bytes, if all backslashes of a pattern are doubled before
/// a class or a dot, so that the pattern wants a backslash where `\d` or `\.` was meant. `\\.*` is a
/// backslash and what follows it.
#[must_use]
pub fn doubled_backslash(regex: &str) -> Option<usize> {
    let mut first = None;
    let mut at = 0;
    while let Some(found) = regex.get(at..).and_then(|rest| rest.find('\\')) {
        let from = at + found;
        let mut rest = regex.get(from + 1..)?.chars();
        if rest.next() != Some('\\') {
            // `\d` elsewhere shows that the two are told apart.
            return None;
        }
        // What follows must make the mistake certain, since `\\d` may as well be a path of Windows
        // (`C:\\data`): a letter behind rules it out.
        let meant = match rest.next()? {
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => !rest.next().is_some_and(char::is_alphabetic),
            '.' => !rest.next().is_some_and(|sign| "*+?{".contains(sign)),
            _ => false,
        };
        if !meant {
            return None;
        }
        first = first.or(Some(from));
        at = from + 2;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::doubled_backslash;

    #[test]
    fn backslashes_are_doubled_where_a_class_is_meant() {
        for regex in [r"(\\w+)\\.example\\.org:\\d+", r"a\\d", r"[\\d]+", r"x\\s*"] {
            assert!(doubled_backslash(regex).is_some(), "{regex}");
        }
        for regex in [
            "",
            r"\d+",
            r"\\\\server",
            r"C:\\data",
            r"\\.*",
            r"\\d\.",
            r"\\device",
        ] {
            assert!(doubled_backslash(regex).is_none(), "{regex}");
        }
    }
}

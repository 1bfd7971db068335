//! References to environment variables, as `os.Expand` of Go reads them. Prometheus 3 expands the
//! values of `global.external_labels`; 2.27 and later do so with a feature flag.

/// Something that begins with a dollar and does not stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expansion<'t> {
    /// Where its dollar is, in bytes.
    pub from: usize,
    /// The byte after it.
    pub to: usize,
    /// What it becomes.
    pub becomes: ExpandedText<'t>,
}

/// What a text with a dollar becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpandedText<'t> {
    /// A dollar: `$$` or `${$}`.
    Dollar,
    /// The value of a variable, or nothing if it is not set. `$1` and `$*` name variables too.
    Variable(&'t str),
    /// Nothing: `${}`, or the two characters of a `${` that is never closed.
    Nothing,
}

/// The expansions of a text in order. A dollar before anything else, or at the end, stays.
/// Imitates `os.Expand`, which Prometheus calls in `config.Load`.
#[must_use]
pub fn expansions(text: &str) -> Vec<Expansion<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')) {
        let from = at + dollar;
        at = from + 1;
        // `os.Expand` writes a `$` that names nothing back, so that `$ ` and `$%` stay.
        let Some((becomes, length)) = expansion(text.get(at..).unwrap_or_default()) else {
            continue;
        };
        at += length;
        found.push(Expansion {
            from,
            to: at,
            becomes,
        });
    }
    found
}

/// What the text after a dollar makes of it, and how much of that text it takes.
/// Imitates `os.getShellName`, bad syntax included.
fn expansion(text: &str) -> Option<(ExpandedText<'_>, usize)> {
    let named = |name| match name {
        "$" => ExpandedText::Dollar,
        name => ExpandedText::Variable(name),
    };
    let first = text.chars().next()?;
    if first == '{' {
        // "Bad syntax; eat `${`": `os.getShellName` returns a width of 1, so that the rest of the
        // text stays.
        let Some(end) = text.find('}') else {
            return Some((ExpandedText::Nothing, 1));
        };
        return Some(match text.get(1..end).unwrap_or_default() {
            "" => (ExpandedText::Nothing, 2),
            name => (named(name), end + 1),
        });
    }
    // One character names a variable of a shell (`os.isShellSpecialVar`), since `$10` is `$1` and a
    // zero there.
    let end = if first.is_ascii_digit() || "*#$@!?-".contains(first) {
        1
    } else {
        text.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric()))
            .unwrap_or(text.len())
    };
    let name = text.get(..end).filter(|name| !name.is_empty())?;
    Some((named(name), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansions_are_found() {
        use ExpandedText::{Dollar, Nothing, Variable};
        for (text, expected) in [
            ("", vec![]),
            ("$", vec![]),
            ("a$", vec![]),
            ("$ a", vec![]),
            ("$é", vec![]),
            ("$A_1-b", vec![(0..4, Variable("A_1"))]),
            ("${A-b c}d", vec![(0..8, Variable("A-b c"))]),
            ("$$x", vec![(0..2, Dollar)]),
            ("${$}", vec![(0..4, Dollar)]),
            ("$12", vec![(0..2, Variable("1"))]),
            ("$*", vec![(0..2, Variable("*"))]),
            ("${}x", vec![(0..3, Nothing)]),
            ("a${b", vec![(1..3, Nothing)]),
            ("$a$b", vec![(0..2, Variable("a")), (2..4, Variable("b"))]),
        ] {
            let found: Vec<_> = expansions(text)
                .into_iter()
                .map(|expansion| (expansion.from..expansion.to, expansion.becomes))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[$a1{}_é*-]{0,10}") {
            for expansion in expansions(&text) {
                assert!(text.get(expansion.from..expansion.to).is_some());
            }
        }
    }
}

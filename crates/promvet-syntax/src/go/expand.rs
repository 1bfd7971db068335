//! Replacements of relabeling, as `regexp.Expand` of Go reads them.

/// A reference to a group in a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupReference<'t> {
    /// Where its dollar is, in bytes.
    pub from: usize,
    /// The byte after it.
    pub to: usize,
    /// The group's number or name.
    pub name: &'t str,
    /// Whether the name is in braces. Without them it goes on as far as letters, digits and
    /// underscores do: `$1_total` names the group `1_total`.
    pub braced: bool,
}

/// The references of a replacement in order. `$$` is a dollar, and a dollar that begins no
/// reference stands for itself.
/// Imitates `regexp.Regexp.expand`.
#[must_use]
pub fn references(text: &str) -> Vec<GroupReference<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')) {
        let from = at + dollar;
        let after = text.get(from + 1..).unwrap_or_default();
        at = from + 1;
        if after.starts_with('$') {
            at += 1;
        } else if let Some((name, braced)) = name(after) {
            at += name.len() + if braced { 2 } else { 0 };
            found.push(GroupReference {
                from,
                to: at,
                name,
                braced,
            });
        }
    }
    found
}

/// The name that begins a text, and whether it is in braces.
/// Imitates `regexp.extract`, which takes Unicode letters and digits, unlike the parser of group
/// names.
fn name(text: &str) -> Option<(&str, bool)> {
    let inside = text.strip_prefix('{');
    let rest = inside.unwrap_or(text);
    let end = rest
        .find(|c: char| !(c == '_' || c.is_alphanumeric()))
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    let closed = inside.is_none() || after.starts_with('}');
    // "missing name" and "missing closing brace" are not references (`regexp.extract`), so that the
    // dollar stays text.
    (closed && !name.is_empty()).then_some((name, inside.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found() {
        for (text, expected) in [
            ("", vec![]),
            ("plain", vec![]),
            ("$1", vec![(0..2, "1")]),
            ("a${1}b$name-", vec![(1..5, "1"), (6..11, "name")]),
            ("$1_total", vec![(0..8, "1_total")]),
            ("$$1", vec![]),
            ("$$$1", vec![(2..4, "1")]),
            ("$", vec![]),
            ("$-$1", vec![(2..4, "1")]),
            ("${1", vec![]),
            ("${}", vec![]),
            ("${1$2", vec![(3..5, "2")]),
            ("${a-b}", vec![]),
            ("$é1", vec![(0..4, "é1")]),
        ] {
            let found: Vec<_> = references(text)
                .into_iter()
                .map(|reference| (reference.from..reference.to, reference.name))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[$a1{}_é-]{0,10}") {
            for reference in references(&text) {
                let whole = text.get(reference.from..reference.to).expect("a part of the text");
                assert!(whole.contains(reference.name));
            }
        }
    }
}

//! Patterns that are in tables: nearly all of them are ruled out before they are read.

use super::pattern::{Captures, PlaceholderMode, UrlPattern, enclosed};

/// A pattern as it is written. It is read only for texts that its plain runs are in, which is
/// hardly ever; what is not a pattern matches nothing.
#[derive(Clone, Copy)]
pub(super) enum WrittenPattern<'a> {
    /// Of a host.
    Host(&'a str),
    /// Of a path.
    Path(&'a str),
}

impl WrittenPattern<'_> {
    /// The parts, if the text matches.
    pub(super) fn captures(self, text: &str, mode: PlaceholderMode) -> Option<Captures> {
        if mode != PlaceholderMode::Possible && !self.may_match(text) {
            return None;
        }
        let read = match self {
            Self::Host(written) => UrlPattern::host(written),
            Self::Path(written) => UrlPattern::path(written),
        };
        read.ok()?.captures(text, mode)
    }

    /// Whether the text matches.
    pub(super) fn matches(self, text: &str, mode: PlaceholderMode) -> bool {
        self.captures(text, mode).is_some()
    }

    /// Whether the plain runs of the pattern are in the text in their order, the first at its
    /// start and the last at its end.
    fn may_match(self, text: &str) -> bool {
        let (Self::Host(written) | Self::Path(written)) = self;
        let same = |run: &[u8], part: &[u8]| match self {
            Self::Host(_) => run.eq_ignore_ascii_case(part),
            Self::Path(_) => run == part,
        };
        let Some((front, between, back)) = ends(written) else {
            return same(written.as_bytes(), text.as_bytes());
        };
        let text = text.as_bytes();
        let Some((start, rest)) = text.split_at_checked(front.len()) else {
            return false;
        };
        let end_at = rest.len().checked_sub(back.len());
        let Some((mut rest, end)) = end_at.and_then(|at| rest.split_at_checked(at)) else {
            return false;
        };
        // Most patterns end in a separate domain.
        same(back.as_bytes(), end)
            && same(front.as_bytes(), start)
            && runs(between).all(|run| {
                let run = run.as_bytes();
                let mut starts = 0..=rest.len().saturating_sub(run.len());
                let is_free = |at: &usize| {
                    rest.get(*at..at + run.len())
                        .is_some_and(|part| same(run, part))
                };
                let after = starts
                    .find(is_free)
                    .and_then(|at| rest.get(at + run.len()..));
                rest = after.unwrap_or_default();
                after.is_some()
            })
    }
}

/// The plain text at the start of a pattern, what is not, and the plain text at its end; none if all
/// of it is plain.
fn ends(written: &str) -> Option<(&str, &str, &str)> {
    let bytes = written.as_bytes();
    let front = bytes
        .iter()
        .position(|sign| matches!(sign, b'<' | b'[' | b'*'))?;
    let back = bytes
        .iter()
        .rposition(|sign| matches!(sign, b'>' | b']' | b'*'));
    let back = back
        .filter(|back| *back >= front)
        .map_or(bytes.len(), |back| back + 1);
    Some((
        written.get(..front)?,
        written.get(front..back)?,
        written.get(back..)?,
    ))
}

/// The plain runs of a pattern, an empty one where it begins or ends with something else.
fn runs(written: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(written);
    std::iter::from_fn(move || {
        let text = rest?;
        let (run, after) = text.split_at(text.find(['<', '[', '*']).unwrap_or(text.len()));
        rest = match after.as_bytes().first() {
            Some(b'<') => enclosed(after, '>').map(|(_, after)| after),
            Some(b'[') => enclosed(after, ']').map(|(_, after)| after),
            _ => after.get(1..),
        };
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_matches_as_what_is_read(
            pattern in r"[ab/.\[\]<>*]{0,10}",
            text in "[abAB/.\u{1}]{0,8}",
            mode in prop::sample::select(vec![PlaceholderMode::Possible, PlaceholderMode::Seen, PlaceholderMode::Sure]),
        ) {
            let host = text.to_ascii_lowercase();
            for (written, read, text) in [
                (WrittenPattern::Host(&pattern), UrlPattern::host(&pattern), &host),
                (WrittenPattern::Path(&pattern), UrlPattern::path(&pattern), &text),
            ] {
                let expected = read.ok().and_then(|regex| regex.captures(text, mode));
                prop_assert_eq!(written.captures(text, mode), expected);
            }
        }
    }
}

//! Patterns that stand in tables: nearly all of them are ruled out before they are read.

use super::pattern::{Captures, Mode, Pattern, enclosed};

/// A pattern as it is written. It is read only for texts that its plain runs stand in, which is
/// hardly ever; what is no pattern matches nothing.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    /// Of a host.
    Host(&'a str),
    /// Of a path.
    Path(&'a str),
}

impl Written<'_> {
    /// The parts, if the text matches.
    pub(super) fn captures(self, text: &str, mode: Mode) -> Option<Captures> {
        if mode != Mode::Possible && !self.may_match(text) {
            return None;
        }
        let read = match self {
            Self::Host(written) => Pattern::host(written),
            Self::Path(written) => Pattern::path(written),
        };
        read.ok()?.captures(text, mode)
    }

    /// Whether the text matches.
    pub(super) fn matches(self, text: &str, mode: Mode) -> bool {
        self.captures(text, mode).is_some()
    }

    /// Whether the plain runs of the pattern stand in the text in their order, the first at its
    /// start and the last at its end.
    fn may_match(self, text: &str) -> bool {
        let (Self::Host(written) | Self::Path(written)) = self;
        let same = |run: &[u8], part: &[u8]| match self {
            Self::Host(_) => run.eq_ignore_ascii_case(part),
            Self::Path(_) => run == part,
        };
        let mut runs = runs(written).map(str::as_bytes).peekable();
        let front = runs.next().unwrap_or_default();
        if runs.peek().is_none() {
            return same(front, text.as_bytes());
        }
        let Some((start, mut rest)) = text.as_bytes().split_at_checked(front.len()) else {
            return false;
        };
        if !same(front, start) {
            return false;
        }
        while let Some(run) = runs.next() {
            let is_last = runs.peek().is_none();
            let mut ends = run.len()..=rest.len();
            let stands = |end: &usize| {
                rest.get(end - run.len()..*end)
                    .is_some_and(|part| same(run, part))
            };
            let found = if is_last {
                ends.next_back().filter(stands)
            } else {
                ends.find(stands)
            };
            let Some(after) = found.and_then(|end| rest.get(end..)) else {
                return false;
            };
            rest = after;
        }
        true
    }
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
            mode in prop::sample::select(vec![Mode::Possible, Mode::Seen, Mode::Sure]),
        ) {
            let host = text.to_ascii_lowercase();
            for (written, read, text) in [
                (Written::Host(&pattern), Pattern::host(&pattern), &host),
                (Written::Path(&pattern), Pattern::path(&pattern), &text),
            ] {
                let expected = read.ok().and_then(|one| one.captures(text, mode));
                prop_assert_eq!(written.captures(text, mode), expected);
            }
        }
    }
}

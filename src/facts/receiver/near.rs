//! Paths that are a slip of the pen away from one that a receiver takes.

use super::pattern::{PatternSegment, UrlPattern};
use crate::prometheus::endpoint::MASK;

/// The edits that make a slip; two swapped letters are one edit (optimal string alignment).
const MOST_EDITS: usize = 2;

/// The path that was meant where the one written is nearly one that the pattern takes: a segment
/// misspelled, a slash lost or added, the beginning left out.
pub(super) fn meant(pattern: &UrlPattern, path: &str) -> Option<String> {
    if path.contains(MASK) {
        return None;
    }
    slip(pattern, path).or_else(|| {
        let written: Vec<&str> = path.split('/').collect();
        let outlines = pattern.outlines();
        outlines
            .iter()
            .find_map(|outline| by_last_segment(outline, &written))
    })
}

/// The same for the whole path only.
pub(super) fn slip(pattern: &UrlPattern, path: &str) -> Option<String> {
    if path.contains(MASK) {
        return None;
    }
    let written: Vec<&str> = path.split('/').collect();
    let outlines = pattern.outlines();
    let fully = outlines.iter().filter_map(|outline| {
        let (edits, meant) = misspelled(outline, &written).or_else(|| resplit(outline, path))?;
        (1..=MOST_EDITS).contains(&edits).then_some((edits, meant))
    });
    Some(fully.min_by_key(|(edits, _)| *edits)?.1)
}

/// Segment by segment, with as many segments as the form has.
fn misspelled(outline: &[PatternSegment], written: &[&str]) -> Option<(usize, String)> {
    let (first, rest) = outline.split_first()?;
    let cut = written.len().checked_sub(rest.len())?;
    let (before, tail) = written.split_at_checked(cut)?;
    let before_fits = match first {
        PatternSegment::Many => cut > 1,
        PatternSegment::Plain(text) => cut == 1 && before == [text.as_str()],
        _ => false,
    };
    if !before_fits {
        return None;
    }
    let mut edits = 0;
    let mut meant = before.join("/");
    for (segment, &text) in rest.iter().zip(tail) {
        meant.push('/');
        match segment {
            PatternSegment::Plain(want) => {
                let distance = strsim::osa_distance(want, text);
                // Of a short word hardly anything would be left: `v1` is not nearly `x`.
                if distance > want.len() / 2 {
                    return None;
                }
                edits += distance;
                meant.push_str(want);
            }
            PatternSegment::One if !text.is_empty() => meant.push_str(text),
            _ => return None,
        }
    }
    Some((edits, meant))
}

/// The whole path as one word: `/apiv1/push`.
fn resplit(outline: &[PatternSegment], path: &str) -> Option<(usize, String)> {
    let meant = plain(outline)?.join("/");
    if meant.len().abs_diff(path.len()) > MOST_EDITS {
        return None;
    }
    Some((strsim::osa_distance(&meant, path), meant))
}

/// The last segment alone, which is what tells a write path from others: misspelled, or right
/// without the beginning (`/push`, `/v1/push`).
fn by_last_segment(outline: &[PatternSegment], written: &[&str]) -> Option<String> {
    let meant = plain(outline)?;
    let (want, last) = (meant.last()?, written.last()?);
    let distance = strsim::osa_distance(want, last);
    let is_slip = distance > 0 && distance <= (want.len() / 3).min(MOST_EDITS);
    let is_end = written.len() < meant.len() && distance == 0 && {
        let mut rest = meant.iter();
        written.iter().all(|text| rest.any(|other| other == text))
    };
    (is_slip || is_end).then(|| meant.join("/"))
}

fn plain(outline: &[PatternSegment]) -> Option<Vec<&str>> {
    let texts = outline.iter().map(|segment| match segment {
        PatternSegment::Plain(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_differ_from_other_paths() {
        let push = UrlPattern::path("[<prefix*>]/api/v1/push").unwrap();
        let insert = UrlPattern::path("/insert/<account>/prometheus/api/v1/write").unwrap();
        for (pattern, path, want) in [
            (&push, "/api/v1/psuh", Some("/api/v1/push")),
            (&push, "/api/v1/pus", Some("/api/v1/push")),
            (&push, "/mimir/api/v1/psuh", Some("/mimir/api/v1/push")),
            (&push, "/api/v2/push", Some("/api/v1/push")),
            (&push, "/apiv1/push", Some("/api/v1/push")),
            (&push, "/v1/push", Some("/api/v1/push")),
            (&push, "/push", Some("/api/v1/push")),
            (&push, "/ap/v1/pussh", Some("/api/v1/push")),
            (&push, "/api/v1/receive", None),
            (&push, "/tenants/shop/ingest", None),
            (&push, "/tenants/shop/push", None),
            (&push, "/", None),
            (&push, "", None),
            (
                &insert,
                "/insert/7/promethues/api/v1/write",
                Some("/insert/7/prometheus/api/v1/write"),
            ),
            (
                &insert,
                "/inser/7:1/prometheus/api/v1/wirte",
                Some("/insert/7:1/prometheus/api/v1/write"),
            ),
            (&insert, "/insert//prometheus/api/v1/writ", None),
        ] {
            assert_eq!(meant(pattern, path).as_deref(), want, "{path}");
        }
    }
}

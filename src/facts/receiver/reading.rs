//! Where receivers answer remote reads.

use super::built_in;
use super::near;
use super::pattern::{PlaceholderMode, UrlPattern};
use super::profile::{NO_READS, Profile};

/// What a path is to a receiver that is asked to answer remote reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadPath {
    /// One at which it answers.
    Right,
    /// Nearly such a one: that.
    Near(String),
    /// Another one; this is the usual.
    Other(String),
    /// It answers no remote reads.
    None,
}

/// What a path is to a receiver; none if it is not known where it answers remote reads. The path is
/// masked.
#[must_use]
pub fn read_path(profile: &Profile, path: &str) -> Option<ReadPath> {
    let usual = profile.remote_read.first()?;
    if usual == NO_READS {
        return Some(ReadPath::None);
    }
    let patterns = profile.remote_read.iter();
    let patterns: Vec<_> = patterns
        .filter_map(|text| UrlPattern::path(text).ok())
        .collect();
    if patterns
        .iter()
        .any(|pattern| pattern.matches(path, PlaceholderMode::Possible))
    {
        return Some(ReadPath::Right);
    }
    let near = patterns
        .iter()
        .find_map(|pattern| near::meant(pattern, path));
    let whole = || patterns.first().map(|first| first.filled(&|_| None));
    Some(match near {
        Some(near) => ReadPath::Near(near),
        None => ReadPath::Other(whole()?),
    })
}

/// The path for remote reads that is nearly this one; none if a receiver answers at this one.
#[must_use]
pub fn near_read_path(path: &str) -> Option<String> {
    let all = built_in()
        .iter()
        .filter_map(|profile| read_path(profile, path));
    let mut near = Vec::new();
    for one in all {
        match one {
            ReadPath::Right => return None,
            ReadPath::Near(meant) => near.push(meant),
            ReadPath::Other(_) | ReadPath::None => {}
        }
    }
    near.into_iter()
        .min_by_key(|meant| strsim::osa_distance(meant, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_for_reading_are_known_for_each_receiver() {
        let verdict = |id: &str, path: &str| {
            let profile = built_in().iter().find(|profile| profile.id == id).unwrap();
            read_path(profile, path)
        };
        let near = |text: &str| Some(ReadPath::Near(text.to_owned()));
        let mimir = "/prometheus/api/v1/read";
        assert_eq!(verdict("mimir", mimir), Some(ReadPath::Right));
        assert_eq!(
            verdict("mimir", "/mimir/prometheus/api/v1/read"),
            Some(ReadPath::Right)
        );
        assert_eq!(verdict("mimir", "/api/v1/read"), near(mimir));
        assert_eq!(verdict("mimir", "/prometheus/api/v1/raed"), near(mimir));
        assert_eq!(
            verdict("prometheus-server", "/a/api/v1/read"),
            Some(ReadPath::Right)
        );
        assert_eq!(
            verdict("influxdb-1", "/query"),
            Some(ReadPath::Other("/api/v1/prom/read".to_owned()))
        );
        assert_eq!(verdict("vmagent", "/api/v1/read"), Some(ReadPath::None));
        assert_eq!(verdict("opstrace", "/api/v1/read"), None);
    }

    #[test]
    fn of_several_near_paths_the_nearest_is_meant() {
        for (path, want) in [
            ("/api/v1/raed", Some("/api/v1/read")),
            ("/prometheus/api/v1/raed", Some("/prometheus/api/v1/read")),
            ("/api/v1/read", None),
            ("/read", None),
            ("/custom/reader", None),
        ] {
            assert_eq!(near_read_path(path).as_deref(), want, "{path}");
        }
    }
}

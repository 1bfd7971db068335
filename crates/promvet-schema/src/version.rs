//! Releases of Prometheus, and which of them a configuration is judged for.

use std::fmt;

use promvet_syntax::go::RELEASES;
use promvet_text::Place;

/// A release of Prometheus, such as 3.5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 3 of 3.5.1
    pub major: u16,
    /// 5 of 3.5.1
    pub minor: u16,
    /// 1 of 3.5.1
    pub patch: u16,
}

impl Version {
    /// The oldest release that promvet knows.
    pub const OLDEST: Self = Self::new(2, 0, 0);
    /// The newest release that promvet knows.
    pub const NEWEST: Self = match RELEASES {
        [.., newest] => Self::new(newest.major, newest.minor, newest.patch),
        [] => Self::OLDEST,
    };

    /// A version from its numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The version that a text names. `3.5` is the newest patch of 3.5, `3` the newest 3.x; a
    /// leading `v` and build suffixes such as `-rc.1` or `+ds1` are ignored.
    /// Distributions add suffixes (`+ds1`, `-rc.1`), so that they are cut off.
    ///
    /// # Errors
    /// The text names no release that promvet knows.
    pub fn parse(text: &str) -> Result<Self, UnknownVersion> {
        let unknown = || UnknownVersion(text.to_owned());
        let bare = text.trim();
        let bare = bare.strip_prefix('v').unwrap_or(bare);
        let bare = bare.split(['-', '+']).next().unwrap_or(bare);
        let parts: Vec<u16> = bare
            .split('.')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| unknown())?;
        match *parts.as_slice() {
            [major] => newest(|v| v.major == major),
            [major, minor] => newest(|v| (v.major, v.minor) == (major, minor)),
            [major, minor, patch] => newest(|v| v == Self::new(major, minor, patch)),
            _ => None,
        }
        .ok_or_else(unknown)
    }

    /// Every release that promvet knows, oldest first.
    pub fn all() -> impl Iterator<Item = Self> {
        RELEASES.iter().flat_map(|minor| {
            (0..=minor.patch).map(move |patch| Self::new(minor.major, minor.minor, patch))
        })
    }

    /// Two numbers, without the patch: `3.5`.
    #[must_use]
    pub fn minor_name(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

fn newest(wanted: impl Fn(Version) -> bool) -> Option<Version> {
    Version::all().filter(|&version| wanted(version)).last()
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that names no known release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Prometheus release that promvet knows (2.0 to {newest})", newest = Version::NEWEST.minor_name())]
pub struct UnknownVersion(String);

/// What a configuration is judged for.
/// Several releases at once, since a configuration is often shared by servers that are upgraded one
/// by one.
#[derive(Clone, Debug)]
pub struct TargetReleases {
    /// The releases that have to load it.
    pub versions: Vec<Version>,
    /// Whether they run as agents (`--agent`), which reject some sections.
    pub agent: bool,
    /// Where it is said that they do, if a file says it.
    pub started_as_agent: Option<Place>,
    /// Whether the file is a template: what is refused only because of a placeholder is silent.
    pub template: bool,
    /// Whether the program that reads it may have other keys too, so that an unknown one alone is only
    /// a warning.
    pub open: bool,
}

impl Default for TargetReleases {
    fn default() -> Self {
        Self::of(Version::NEWEST)
    }
}

impl TargetReleases {
    /// A server of one version.
    #[must_use]
    pub fn of(version: Version) -> Self {
        Self {
            versions: vec![version],
            agent: false,
            started_as_agent: None,
            template: false,
            open: false,
        }
    }

    /// Servers of several versions, oldest first; of the newest one if none is named.
    #[must_use]
    pub fn of_all(mut versions: Vec<Version>) -> Self {
        versions.sort_unstable();
        versions.dedup();
        if versions.is_empty() {
            return Self::default();
        }
        Self {
            versions,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn short_names_mean_the_newest_release() {
        for (text, want) in [
            ("3.5", "3.5.5"),
            ("2.53", "2.53.5"),
            ("3", "3.14.0"),
            ("v3.14.0", "3.14.0"),
            ("2.0.0", "2.0.0"),
            ("3.14.0-rc.1", "3.14.0"),
        ] {
            assert_eq!(Version::parse(text).unwrap().to_string(), want, "{text}");
        }
        for text in ["", "x", "1.8", "3.99", "3.5.99", "3.5.1.1", "3..5"] {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn releases_are_in_order() {
        let all: Vec<_> = Version::all().collect();
        assert!(all.is_sorted());
        assert_eq!(all.len(), 179);
        assert_eq!(all.first(), Some(&Version::OLDEST));
        assert_eq!(all.last(), Some(&Version::NEWEST));
    }
}

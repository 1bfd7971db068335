//! Which Go built a Prometheus: it decides what its regular expressions may say.

/// The minor version of a Go 1.x toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Go(pub u16);

/// A minor release of Prometheus.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// 3 of 3.14
    pub major: u16,
    /// 14 of 3.14
    pub minor: u16,
    /// Its newest patch.
    pub patch: u16,
    /// The Go that built that.
    pub go: Go,
}

include!(concat!(env!("OUT_DIR"), "/releases.rs"));

/// The Go that built Prometheus 2.0.
/// For releases before the first row, since every Go from 1.9 on reads their patterns alike.
const FIRST: Go = Go(9);

impl Go {
    /// The Go that built the newest known Prometheus.
    pub const NEWEST: Self = match RELEASES {
        [.., newest] => newest.go,
        [] => FIRST,
    };

    /// The Go that built a release of Prometheus, by its major and minor version.
    #[must_use]
    pub fn of_prometheus(major: u16, minor: u16) -> Self {
        let mut releases = RELEASES.iter().rev();
        releases
            .find(|release| (release.major, release.minor) <= (major, minor))
            .map_or(FIRST, |release| release.go)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_has_the_go_that_built_it() {
        for (release, go) in [
            ((1, 8), 9),
            ((2, 0), 9),
            ((2, 36), 18),
            ((2, 37), 19),
            ((2, 53), 23),
            ((3, 0), 23),
            ((3, 5), 25),
            ((3, 14), 26),
            ((4, 0), 26),
        ] {
            assert_eq!(
                Go::of_prometheus(release.0, release.1),
                Go(go),
                "{release:?}"
            );
        }
    }
}

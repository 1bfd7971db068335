//! Which Go built a Prometheus: it decides what its regular expressions may say.

/// The minor version of a Go 1.x toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Go(pub u16);

/// Prometheus releases and the Go that built them, from `.promu.yml` of each release's newest
/// patch; the releases before 2.5 from their CI. A line counts until the next one.
const BUILDS: &[((u16, u16), Go)] = &[
    ((2, 0), Go(9)),
    ((2, 3), Go(10)),
    ((2, 5), Go(11)),
    ((2, 9), Go(12)),
    ((2, 13), Go(13)),
    ((2, 18), Go(14)),
    ((2, 21), Go(15)),
    ((2, 26), Go(16)),
    ((2, 30), Go(17)),
    ((2, 35), Go(18)),
    ((2, 37), Go(19)),
    ((2, 38), Go(18)),
    ((2, 39), Go(19)),
    ((2, 44), Go(20)),
    ((2, 45), Go(21)),
    ((2, 46), Go(20)),
    ((2, 47), Go(21)),
    ((2, 51), Go(22)),
    ((2, 53), Go(23)),
    ((2, 54), Go(22)),
    ((2, 55), Go(23)),
    ((3, 3), Go(24)),
    ((3, 5), Go(25)),
    ((3, 6), Go(24)),
    ((3, 7), Go(25)),
    ((3, 10), Go(26)),
];

impl Go {
    /// The Go that built the newest known Prometheus.
    pub const NEWEST: Self = Self(26);

    /// The Go that built a release of Prometheus, by its major and minor version.
    #[must_use]
    pub fn of_prometheus(major: u16, minor: u16) -> Self {
        BUILDS
            .iter()
            .rev()
            .find(|(since, _)| *since <= (major, minor))
            .map_or(Self(9), |&(_, go)| go)
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

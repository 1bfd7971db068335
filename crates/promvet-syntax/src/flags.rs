//! The flags of Prometheus and the names of `--enable-feature`, with the releases that know them:
//! `data/flags.yaml`.

/// A word of the command line.
#[derive(Clone, Copy, Debug)]
pub struct FlagWord {
    /// The name, without dashes.
    pub name: &'static str,
    /// The first release that knows it; none for 2.0 and older.
    pub since: Option<(u16, u16)>,
    /// The first release that no longer does.
    pub until: Option<(u16, u16)>,
    /// What follows it.
    pub takes: FlagArgument,
    /// Whether it may be given several times, since its values are a list.
    pub may_repeat: bool,
}

/// What follows the name of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagArgument {
    /// Any text.
    Text,
    /// Nothing: it is a switch.
    Nothing,
    /// A duration of Prometheus (`model.ParseDuration`).
    Duration,
    /// A size (`units.ParseBase2Bytes` of alecthomas/units).
    Size,
    /// A number.
    Number,
    /// One of some words, in any letter case.
    OneOf(&'static [&'static str]),
}

impl FlagWord {
    /// Whether a release knows it.
    #[must_use]
    pub fn is_known_to(&self, release: (u16, u16)) -> bool {
        self.since.is_none_or(|since| since <= release)
            && self.until.is_none_or(|until| release < until)
    }
}

/// What the names of flags begin with that only a server takes (`serverOnlyFlag` in
/// `cmd/prometheus/main.go`, 2.32 and later).
pub const FOR_SERVERS: &[&str] = &[
    "alertmanager.",
    "query.",
    "rules.",
    "storage.remote.read-",
    "storage.tsdb.",
];

/// The same for agents (`agentOnlyFlag`).
pub const FOR_AGENTS: &[&str] = &["storage.agent."];

/// The flags, by name.
pub const FLAGS: &[FlagWord] = include!(concat!(env!("OUT_DIR"), "/flags.rs"));

/// The names of `--enable-feature`, by name.
pub const FEATURES: &[FlagWord] = include!(concat!(env!("OUT_DIR"), "/features.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_between_their_releases() {
        let find =
            |table: &[FlagWord], name: &str| *table.iter().find(|word| word.name == name).unwrap();
        for (word, release, want) in [
            (find(FLAGS, "agent"), (2, 55), false),
            (find(FLAGS, "agent"), (3, 0), true),
            (find(FLAGS, "storage.tsdb.retention"), (2, 55), true),
            (find(FLAGS, "storage.tsdb.retention"), (3, 0), false),
            (find(FLAGS, "web.config.file"), (2, 23), false),
            (find(FLAGS, "log.level"), (2, 0), true),
            (find(FEATURES, "agent"), (2, 32), true),
            (find(FEATURES, "agent"), (3, 0), false),
        ] {
            assert_eq!(word.is_known_to(release), want, "{} {release:?}", word.name);
        }
    }

    #[test]
    fn names_are_sorted_and_occur_once() {
        for table in [FLAGS, FEATURES] {
            assert!(table.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
    }
}

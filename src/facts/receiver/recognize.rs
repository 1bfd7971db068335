//! Which receiver an endpoint is meant for.
//!
//! Signs are weighed, not counted: a vendor's host proves its receiver, a path that only one
//! system has comes close, a name such as `mimir` in the host tells between systems that share a
//! path, and a port is a hint. What shares the strongest sign stays a candidate.

use memchr::memmem;

use super::image::is_official;
use super::pattern::PlaceholderMode;
use super::profile::{Clue, NotReceiver, Profile};
use super::written::WrittenPattern;
use super::{Catalog, not_receivers};
use crate::facts::deployment::Image;
use crate::prometheus::endpoint::{Endpoint, UrlPiece};

/// What is known of an endpoint beside its URL.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// The receiver that policy names for it.
    pub receiver: Option<&'a str>,
    /// Domains under which a receiver runs: its name in the catalog, and the domain.
    pub domains: &'a [(&'a str, &'a str)],
    /// The image of the container that answers.
    pub image: Option<&'a Image>,
}

/// How surely a receiver is known, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiverCertainty {
    /// By its usual port.
    Port,
    /// By a path that it shares with others or may share.
    PathOnly,
    /// By a name in the host.
    Word,
    /// By a name in the host and the path.
    WordAndPath,
    /// By host and path together.
    PathAndHost,
    /// By the host.
    Host,
    /// By the image of the container of the tree that answers.
    Image,
    /// By policy.
    Policy,
}

impl ReceiverCertainty {
    /// Whether what is reported about the receiver is sure.
    #[must_use]
    pub fn is_certain(self) -> bool {
        self >= Self::PathAndHost
    }
}

/// A receiver that an endpoint may be meant for.
#[derive(Clone, Debug)]
pub struct ReceiverCandidate<'p> {
    /// Which one.
    pub profile: &'p Profile,
    /// How surely.
    pub certainty: ReceiverCertainty,
    /// The domain by which it was recognized, if one was named.
    pub domain: Option<String>,
    /// Whether the port is a separate one.
    pub port_fits: bool,
    /// What speaks for it, for sentences: `host name`, `path`, …
    pub sign: &'static str,
}

/// The receivers that an endpoint may be meant for.
#[derive(Clone, Debug, Default)]
pub struct Recognition<'p> {
    /// The likeliest first.
    pub candidates: Vec<ReceiverCandidate<'p>>,
    /// A system without a documented intake that the host belongs to.
    pub not_receiver: Option<&'p NotReceiver>,
    /// How surely the host belongs to it.
    pub not_receiver_by: Option<ReceiverCertainty>,
}

impl<'p> Recognition<'p> {
    /// The candidates that share the strongest sign.
    #[must_use]
    pub fn decisive(&self) -> &[ReceiverCandidate<'p>] {
        let Some(first) = self.candidates.first() else {
            return &[];
        };
        let same = |candidate: &ReceiverCandidate<'_>| {
            candidate.certainty == first.certainty && wins(candidate) == wins(first)
        };
        let count = self
            .candidates
            .iter()
            .take_while(|candidate| same(candidate))
            .count();
        self.candidates.get(..count).unwrap_or(&[])
    }

    /// The one receiver, if nothing else is as likely.
    #[must_use]
    pub fn only(&self) -> Option<&ReceiverCandidate<'p>> {
        match self.decisive() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// A user's own profile goes before those built in, unless only path or port speak for it.
fn wins(candidate: &ReceiverCandidate<'_>) -> bool {
    candidate.profile.own && candidate.certainty > ReceiverCertainty::PathOnly
}

/// Finds out which receivers an endpoint may be meant for.
#[must_use]
pub fn recognize<'p>(
    endpoint: &Endpoint,
    catalog: &'p Catalog,
    hints: &Hints<'_>,
) -> Recognition<'p> {
    let seen = EndpointClues::new(endpoint, hints);
    let mut candidates: Vec<_> = catalog
        .profiles()
        .filter_map(|profile| seen.candidate(profile))
        .collect();
    candidates.sort_by_key(|candidate| {
        std::cmp::Reverse((wins(candidate), candidate.certainty, candidate.port_fits))
    });
    let known = candidates
        .first()
        .is_some_and(|first| first.certainty.is_certain());
    let others = if known { &[] } else { not_receivers() };
    let systems = others.iter().filter_map(|system| {
        let clues = system.recognized.iter();
        let signs = clues.fold(Signs::default(), |signs, clue| {
            seen.sign(signs, clue, &system.id)
        });
        let certainty = signs.certainty()?;
        let is_other =
            certainty < ReceiverCertainty::PathAndHost && !signs.telling && seen.names_acceptor();
        (certainty >= ReceiverCertainty::Word && !is_other).then_some((system, certainty))
    });
    let found = systems.max_by_key(|(_, certainty)| *certainty);
    Recognition {
        candidates,
        not_receiver: found.map(|(system, _)| system),
        not_receiver_by: found.map(|(_, certainty)| certainty),
    }
}

/// Words in a name of what accepts remote write beside or for a system that does not: the Service of
/// Prometheus in the chart loki-stack is called `loki-prometheus-server`.
const ACCEPTING: &[&str] = &[
    "alloy",
    "collector",
    "data-prepper",
    "prometheus-server",
    "telegraf",
    "vector",
    "victoria-metrics",
    "victoriametrics",
    "vm",
    "vmagent",
    "vminsert",
];

/// What speaks for a receiver.
#[derive(Clone, Copy, Debug, Default)]
struct Signs {
    image: bool,
    host: bool,
    host_and_path: bool,
    first_word: bool,
    any_word: bool,
    path: bool,
    port: bool,
    telling: bool,
}

impl Signs {
    fn certainty(self) -> Option<ReceiverCertainty> {
        [
            (self.image, ReceiverCertainty::Image),
            (self.host, ReceiverCertainty::Host),
            (self.host_and_path, ReceiverCertainty::PathAndHost),
            (self.any_word && self.path, ReceiverCertainty::WordAndPath),
            (self.first_word || self.telling, ReceiverCertainty::Word),
            (self.path, ReceiverCertainty::PathOnly),
            (self.port, ReceiverCertainty::Port),
        ]
        .into_iter()
        .find_map(|(is_seen, certainty)| is_seen.then_some(certainty))
    }
}

struct EndpointClues<'a> {
    host: String,
    labels: Vec<String>,
    path: &'a str,
    port: Option<u16>,
    hints: &'a Hints<'a>,
}

impl<'a> EndpointClues<'a> {
    fn new(endpoint: &'a Endpoint, hints: &'a Hints<'a>) -> Self {
        let lower = |piece: UrlPiece| endpoint.masked(piece).to_ascii_lowercase();
        let host = endpoint.host().map(lower).unwrap_or_default();
        Self {
            host: host.strip_suffix('.').unwrap_or(&host).to_owned(),
            labels: endpoint
                .labels()
                .iter()
                .map(|&label| lower(label))
                .collect(),
            path: endpoint.masked(endpoint.path()),
            port: endpoint.port_number(),
            hints,
        }
    }

    /// Whether the first label of the host names something that accepts remote write.
    fn names_acceptor(&self) -> bool {
        let first = self.labels.first();
        first.is_some_and(|label| ACCEPTING.iter().any(|word| has_word(label, word)))
    }

    fn candidate<'p>(&self, profile: &'p Profile) -> Option<ReceiverCandidate<'p>> {
        let clues = profile.recognized.iter();
        let signs = clues.clone().fold(Signs::default(), |signs, clue| {
            self.sign(signs, clue, &profile.id)
        });
        let certainty = match self.hints.receiver {
            Some(id) => (id == profile.id).then_some(ReceiverCertainty::Policy),
            None => signs.certainty(),
        };
        let ports = clues.filter_map(|clue| clue.port);
        Some(ReceiverCandidate {
            profile,
            certainty: certainty?,
            domain: self.domain(&profile.id).map(str::to_owned),
            sign: match certainty? {
                ReceiverCertainty::Policy => "policy",
                ReceiverCertainty::Image => "image",
                ReceiverCertainty::Host | ReceiverCertainty::PathAndHost => "host",
                ReceiverCertainty::Word if !signs.first_word => "port",
                ReceiverCertainty::Word | ReceiverCertainty::WordAndPath => "host name",
                ReceiverCertainty::PathOnly => "path",
                ReceiverCertainty::Port => "port",
            },
            port_fits: self
                .port
                .is_some_and(|port| ports.clone().any(|clone| clone == port)),
        })
    }

    fn sign(&self, mut signs: Signs, clue: &Clue, id: &str) -> Signs {
        let Clue {
            port,
            word,
            domain,
            telling,
            tag,
            label,
            ..
        } = clue;
        // Most clues say no at once, and then the others are not looked at.
        let port = port.map(|port| Some(port) == self.port);
        if port == Some(false) {
            return signs;
        }
        let host = clue.host.as_deref().map(WrittenPattern::Host);
        let host = host.map(|host| host.matches(&self.host, PlaceholderMode::Seen));
        if host == Some(false) {
            return signs;
        }
        let path = clue.path.as_deref().map(WrittenPattern::Path);
        let path = path.map(|path| path.matches(self.path, PlaceholderMode::Seen));
        let domain = domain.then(|| self.domain(id).is_some());
        let image = clue
            .image
            .as_deref()
            .map(|name| self.is_image(name, tag.as_deref()));
        let label = label.as_deref().map(WrittenPattern::Host);
        let named = |text: &String| {
            word.as_ref().is_none_or(|word| has_word(text, word))
                && label.is_none_or(|label| label.matches(text, PlaceholderMode::Sure))
        };
        let speaks_of_label = word.is_some() || label.is_some();
        let word = speaks_of_label.then(|| self.labels.iter().any(named));
        if [path, domain, word, image].contains(&Some(false)) {
            return signs;
        }
        if image.is_some() {
            signs.image = true;
            return signs;
        }
        let by_host = host.is_some() || domain.is_some();
        match (by_host, word.is_some(), path.is_some()) {
            (true, _, true) => signs.host_and_path = true,
            (true, _, false) => signs.host = true,
            (_, true, with_path) => {
                signs.any_word = true;
                signs.first_word |= self.labels.first().is_some_and(named);
                signs.path |= with_path;
            }
            (_, _, true) if *telling => signs.telling = true,
            // No path at all is the port's sign, not the path's.
            (_, _, true) if clue.path.as_deref() == Some("") => signs.port = true,
            (_, _, true) => signs.path = true,
            _ if *telling => signs.telling = true,
            _ => signs.port = true,
        }
        signs
    }

    /// Whether the container that answers runs an image of a name, from whatever registry.
    fn is_image(&self, name: &str, tag: Option<&str>) -> bool {
        self.hints.image.is_some_and(|image| {
            // Where Bitnami moved its images to in 2025.
            let repository = image.repository().replace("bitnamilegacy/", "bitnami/");
            let before = repository.strip_suffix(name);
            let own = before.is_some_and(|before| match name.contains('/') {
                true => before.is_empty() || before.ends_with('/'),
                false => is_official(before),
            });
            own && tag.is_none_or(|tag| image.pulled_tag().is_some_and(|own| own.starts_with(tag)))
        })
    }

    /// The domain named for a receiver that the host is under, or is.
    fn domain(&self, id: &str) -> Option<&str> {
        let mut named = self.hints.domains.iter().filter(|(one, _)| *one == id);
        named.find_map(|&(_, domain)| {
            let before = self.host.strip_suffix(domain)?;
            (before.is_empty() || before.ends_with('.')).then_some(domain)
        })
    }
}

/// Whether a word is in a label on its own: no letter or digit goes before it, no letter
/// follows.
fn has_word(label: &str, word: &str) -> bool {
    let mut from = 0;
    let next = || {
        let rest = label.as_bytes().get(from..)?;
        let at = from + memmem::find(rest, word.as_bytes())?;
        from = at + word.len().max(1);
        Some(at)
    };
    std::iter::from_fn(next).any(|at| {
        let before = label.get(..at).and_then(|text| text.chars().next_back());
        let after = label
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn words_stand_on_their_own() {
        for (label, word, want) in [
            ("mimir", "mimir", true),
            ("mimir-nginx", "mimir", true),
            ("my_mimir_1", "mimir", true),
            ("cortex1", "cortex", true),
            ("vectors", "vector", false),
            ("convector", "vector", false),
            ("kube-thanos-receive-default", "thanos-receive", true),
        ] {
            assert_eq!(has_word(label, word), want, "{label} {word}");
        }
    }
}

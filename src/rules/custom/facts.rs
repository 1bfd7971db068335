//! What a custom rule can name besides the node itself, and what of it is known.

use std::collections::BTreeSet;

use cel::common::types::{CelBool, CelInt};

use super::nodes::RuleNodeKind;
use super::value::{self, CelValue};
use crate::facts::deployment::MountSource;
use crate::prometheus::endpoint::Endpoint;
use crate::prometheus::{Client, ClientCredential, Config, HttpClient, KnownLabelValue as Label};
use crate::rules::{Configuration, HttpPart, RemoteWriteEntry, relabel};
use crate::yaml::{Entry as Pair, Mapping, Node};

/// A fact that a condition can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Own,
    Config,
    File,
    Effective,
    Url,
    Urls,
    Receiver,
    Issuer,
    Credentials,
    Labels,
    Mount,
    Environment,
}

const HTTP: &[RuleNodeKind] = &[
    RuleNodeKind::ScrapeConfig,
    RuleNodeKind::RemoteWrite,
    RuleNodeKind::RemoteRead,
    RuleNodeKind::Alertmanager,
    RuleNodeKind::HttpClient,
    RuleNodeKind::ServiceDiscovery,
];

const SENDS: &[RuleNodeKind] = &[RuleNodeKind::RemoteWrite, RuleNodeKind::RemoteRead];

/// Every fact by its name, with the kinds of nodes that have it; empty for all.
const FACTS: &[(Fact, &str, &[RuleNodeKind])] = &[
    (Fact::Own, "self", &[]),
    (Fact::Config, "config", &[]),
    (Fact::File, "file", &[]),
    (Fact::Effective, "effective", &[]),
    (Fact::Url, "url", SENDS),
    (Fact::Urls, "urls", HTTP),
    (Fact::Receiver, "receiver", &[RuleNodeKind::RemoteWrite]),
    (Fact::Issuer, "issuer", HTTP),
    (Fact::Credentials, "credentials", HTTP),
    (Fact::Labels, "labels", &[RuleNodeKind::ScrapeConfig]),
    (Fact::Mount, "mount", &[]),
    (Fact::Environment, "environment", &[]),
];

impl Fact {
    /// The fact of a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let row = FACTS.iter().find(|row| row.1 == name);
        row.map(|row| row.0)
    }

    /// All names.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FACTS.iter().map(|row| row.1)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        let row = FACTS.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.1)
    }

    /// Whether nodes of a kind have it.
    pub(super) fn is_of(self, kind: RuleNodeKind) -> bool {
        let row = FACTS.iter().find(|row| row.0 == self);
        row.is_some_and(|row| row.2.is_empty() || row.2.contains(&kind))
    }
}

/// What an expression takes of a fact: one of its keys, or all of it.
pub(super) type FactUse = (Fact, Option<String>);

/// What expressions take of a fact: some keys, or all of it.
#[derive(Clone, Debug)]
pub(super) enum WantedFacts<'r> {
    All,
    Keys(BTreeSet<&'r str>),
}

impl<'r> WantedFacts<'r> {
    /// What is taken of a fact in all.
    pub(super) fn of(fact: Fact, uses: impl Iterator<Item = &'r FactUse>) -> Self {
        let mut keys = BTreeSet::new();
        for (_, key) in uses.filter(|(one, _)| *one == fact) {
            match key {
                Some(key) => keys.insert(key.as_str()),
                None => return Self::All,
            };
        }
        Self::Keys(keys)
    }

    /// Whether a key is among it.
    pub(super) fn has(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Keys(keys) => keys.contains(key),
        }
    }
}

/// The keys of a URL.
pub(super) const URL: &[&str] = &["text", "scheme", "host", "port", "path", "query", "labels"];
/// The keys of a credential.
pub(super) const CREDENTIAL: &[&str] = &["kind", "key", "inline", "file"];
/// The keys of a mount.
pub(super) const MOUNT: &[&str] = &["path", "source"];
/// The keys of a file.
pub(super) const FILE: &[&str] = &["path", "template"];

/// A fact as far as it is known.
pub(super) enum KnownFact<'d> {
    /// It is this.
    Value(CelValue<'d>),
    /// It is not known: why. None where another finding says so already.
    Unknown(Option<String>),
}

/// The parts of a URL that are not known, since something fills them in later.
pub(super) type UnknownUrlParts = Vec<&'static str>;

/// A URL taken apart, and what of it is not known.
pub(super) fn url<'d>(endpoint: &Endpoint) -> (KnownFact<'d>, UnknownUrlParts) {
    if !endpoint.is_sound() {
        return (KnownFact::Unknown(None), Vec::new());
    }
    let (value, holes) = parts(endpoint);
    (KnownFact::Value(value), holes)
}

fn parts<'d>(endpoint: &Endpoint) -> (CelValue<'d>, UnknownUrlParts) {
    let mut out = vec![("text", value::text(endpoint.redacted()))];
    let mut holes = Vec::new();
    match endpoint.scheme_name() {
        Some(scheme) => out.push(("scheme", value::text(scheme))),
        None => holes.push("scheme"),
    }
    match endpoint.host_name() {
        Some(host) => {
            let labels = host.split('.').map(value::text).collect();
            out.push(("labels", value::list(labels)));
            out.push(("host", value::text(host)));
        }
        None => holes.extend(["host", "labels"]),
    }
    let usual = match endpoint.scheme_name().as_deref() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    let written = endpoint.port().filter(|port| !port.is_empty());
    let port = match written {
        Some(_) => endpoint.port_number(),
        None => usual,
    };
    match port {
        Some(port) => out.push(("port", Box::new(CelInt::from(i64::from(port))))),
        None => holes.push("port"),
    }
    if endpoint.is_templated(endpoint.path()) {
        holes.push("path");
    } else {
        out.push(("path", value::text(endpoint.slice(endpoint.path()))));
    }
    // The names of parameters, since their values can be secrets of any name.
    let names = endpoint.parameters().iter();
    let names = names.map(|parameter| value::text(endpoint.slice(parameter.name)));
    out.push(("query", value::list(names.collect())));
    (value::record(out), holes)
}

/// Everything that an HTTP client surely talks to.
pub(super) fn urls<'d>(client: Option<&Client<'_>>) -> KnownFact<'d> {
    let peers = client.map_or(&[][..], Client::peers);
    if peers.is_empty() {
        let why = "its peer is not known before Prometheus runs";
        return KnownFact::Unknown(Some(why.to_owned()));
    }
    let urls = peers.iter().map(|peer| parts(&peer.endpoint).0);
    KnownFact::Value(value::list(urls.collect()))
}

/// The labels that all series of a job get, as far as `wanted` asks for them: from external labels, static
/// targets and relabel rules. Each has the list of its values, an empty text where a target lacks it.
pub(super) fn labels<'d>(
    config: Option<Config<'_>>,
    job: Node<'_>,
    wanted: &WantedFacts<'_>,
    template: bool,
) -> KnownFact<'d> {
    let unknown = || {
        let why = "the labels of its series are not known before Prometheus runs";
        KnownFact::Unknown(Some(why.to_owned()))
    };
    let (Some(config), Some(mapping)) = (config, job.mapping()) else {
        return KnownFact::Unknown(None);
    };
    let Some(known) = relabel::labels_of_job(config, mapping, template) else {
        return unknown();
    };
    let external = config.external_labels();
    let external = |name: &str| external.and_then(|labels| labels.get(name)?.as_str());
    let of = |name: &str| match known.get(name) {
        Label::OneOf(texts) => {
            let filled = |text: String| match text.is_empty() {
                true => external(name).unwrap_or_default().to_owned(),
                false => text,
            };
            Some(texts.iter().cloned().map(filled).collect::<BTreeSet<_>>())
        }
        _ => None,
    };
    let mut names: BTreeSet<&str> = match wanted {
        WantedFacts::Keys(keys) => keys.clone(),
        WantedFacts::All if known.has_others() => return unknown(),
        WantedFacts::All => known.known().map(|(name, _)| name).collect(),
    };
    let all = config
        .external_labels()
        .filter(|_| matches!(wanted, WantedFacts::All));
    names.extend(all.into_iter().flat_map(Mapping::entries).map(Pair::name));
    let mut out = Vec::new();
    for name in names.into_iter().filter(|name| !name.starts_with("__")) {
        let Some(values) = of(name) else {
            return unknown();
        };
        if values.iter().any(|value| !value.is_empty()) {
            let values = values.into_iter().map(value::text).collect();
            out.push((name.to_owned(), value::list(values)));
        }
    }
    KnownFact::Value(value::map(out))
}

/// The environment that policy counts a file to.
pub(super) fn environment<'d>(name: Option<&str>) -> KnownFact<'d> {
    match name {
        Some(name) => KnownFact::Value(value::text(name)),
        None => KnownFact::Unknown(Some(
            "promvet.yaml does not assign an environment to the file".to_owned(),
        )),
    }
}

/// The receiver that an entry sends to.
pub(super) fn receiver<'d>(entry: &RemoteWriteEntry<'_>) -> KnownFact<'d> {
    let Some(url) = entry.sound_url() else {
        return KnownFact::Unknown(None);
    };
    match url.recognition.only() {
        Some(one) => KnownFact::Value(value::text(&*one.profile.id)),
        None => KnownFact::Unknown(Some("the receiver is not known from the URL".to_owned())),
    }
}

/// Who signed for what it talks to.
pub(super) fn issuer<'d>(
    entry: Option<&RemoteWriteEntry<'_>>,
    part: Option<&HttpPart<'_, '_>>,
) -> KnownFact<'d> {
    let known = match (entry, part) {
        (Some(entry), _) => entry.issuer(),
        (None, Some(part)) => part.issuer().map(|(_, known)| known),
        (None, None) => None,
    };
    match known {
        Some(known) => KnownFact::Value(value::text(known.issuer.word())),
        None => KnownFact::Unknown(Some(
            "the issuer of the certificate is not known; declare it under `issuers` in \
             promvet.yaml"
                .to_owned(),
        )),
    }
}

/// How a client proves who it is: what kinds of credentials, and where they are. Their values are
/// nowhere in it.
pub(super) fn credentials<'d>(node: Node<'_>) -> KnownFact<'d> {
    let Some(settings) = node.mapping() else {
        return KnownFact::Unknown(None);
    };
    let credentials = HttpClient::new(settings).credentials();
    let credentials = credentials.iter().map(credential);
    KnownFact::Value(value::list(credentials.collect()))
}

/// A list of one credential.
pub(super) fn only<'d>(found: &ClientCredential<'_>) -> CelValue<'d> {
    value::list(vec![credential(found)])
}

fn credential<'d>(one: &ClientCredential<'_>) -> CelValue<'d> {
    let key = one.key.as_str().unwrap_or("");
    let file = file_of(key, one.value);
    let mut out = vec![
        ("kind", value::text(one.kind.word())),
        ("key", value::text(key)),
        ("inline", boolean(is_inline(key, one.value))),
    ];
    out.extend(file.map(|path| ("file", value::text(path))));
    value::record(out)
}

/// What to point at in a credential: the secret in its section or the file that has it, or else its
/// key.
pub(super) fn spot<'d>(credential: &ClientCredential<'d>) -> Node<'d> {
    let Some(section) = credential.value.mapping() else {
        return credential.value;
    };
    let keys = INLINE.iter().map(|key| (*key).to_owned());
    let files = INLINE.iter().map(|key| format!("{key}_file"));
    let mut values = keys.chain(files).filter_map(|key| section.get(&key));
    values
        .find(|value| value.as_str().is_some_and(|text| !text.is_empty()))
        .unwrap_or(credential.key)
}

/// Keys of sections that hold a secret themselves.
const INLINE: &[&str] = &["password", "credentials", "client_secret", "secret_key"];

fn is_inline(key: &str, section: Node<'_>) -> bool {
    let filled = |node: Node<'_>| node.as_str().is_some_and(|text| !text.is_empty());
    match section.mapping() {
        Some(mapping) => INLINE.iter().filter_map(|key| mapping.get(key)).any(filled),
        None => !key.ends_with("_file") && key != "cert",
    }
}

fn file_of<'d>(key: &str, section: Node<'d>) -> Option<&'d str> {
    match section.mapping() {
        Some(mapping) => {
            let keys = INLINE.iter().map(|key| format!("{key}_file"));
            keys.filter_map(|key| mapping.get(&key)?.as_str()).next()
        }
        None => section.as_str().filter(|_| key.ends_with("_file")),
    }
}

/// What is mounted where the configuration runs: the path there, and the file or folder of the tree
/// that it comes from, if that is known.
pub(super) fn mount<'d>(configuration: &Configuration<'_>) -> KnownFact<'d> {
    let facts = configuration.facts;
    let unknown = || {
        let why = "no deployment in the tree runs this configuration; declare it under `mounts` in \
             promvet.yaml";
        KnownFact::Unknown(Some(why.to_owned()))
    };
    if configuration.folder.is_none() && configuration.holder.is_none() {
        return unknown();
    }
    let document = configuration.config.root().node().document();
    let runners = facts.runners(
        &facts.absolute(document.text().path()),
        configuration.holder,
    );
    let found = runners.first().map(|first| first.deployment);
    let Some(deployment) = found.or(facts.declared()) else {
        return unknown();
    };
    let mounts = deployment.mounts.iter().map(|mount| {
        let mut out = vec![("path", value::text(mount.path.as_str()))];
        if let MountSource::Tree(path) = &mount.source {
            out.push(("source", value::text(facts.relative(path))));
        }
        value::record(out)
    });
    KnownFact::Value(value::list(mounts.collect()))
}

/// What file it is: its path in the tree, and whether something renders it first.
pub(super) fn file<'d>(path: String, template: bool) -> CelValue<'d> {
    value::record(vec![
        ("path", value::text(path)),
        ("template", boolean(template)),
    ])
}

fn boolean<'d>(yes: bool) -> CelValue<'d> {
    Box::new(CelBool::from(yes))
}

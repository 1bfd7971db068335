//! One configuration with what is known about the parts that talk to others.

use std::path::Path;

use super::entry::RemoteWriteEntry;
use crate::discover::EmbeddedIn;
use crate::facts::deployment::{FeatureStatus, RunCertainty};
use crate::facts::{Facts, KnownIssuer, Requester};
use crate::finding::Evidence;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::prometheus::{Client, Config, Peer};
use crate::yaml::Document;

/// A configuration, its entries looked into.
#[derive(Debug)]
pub struct Configuration<'a> {
    /// The whole of it.
    pub config: Config<'a>,
    /// Its remote_write entries.
    pub entries: Vec<RemoteWriteEntry<'a>>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads it.
    pub templated: bool,
    /// Whether it is a template by its name or by policy, where any plain word in capitals may be a
    /// placeholder.
    pub any_word: bool,
    /// Where it is, for relative paths; none for standard input without a name.
    pub folder: Option<&'a Path>,
    /// What it is in, if it is not the whole of its file. Then it has no folder.
    pub holder: Option<&'a EmbeddedIn>,
}

impl<'a> Configuration<'a> {
    /// The configuration in a document. None if the document holds no mapping.
    #[must_use]
    pub fn new(
        document: &'a Document,
        around: ConfigContext<'a>,
        facts: &'a Facts<'a>,
    ) -> Option<Self> {
        let config = Config::new(document)?;
        let shown = document.text().path();
        let standpoint = around
            .is_named()
            .then(|| Requester::new(facts, shown, around.holder));
        let entries = config
            .remote_writes()
            .map(|write| RemoteWriteEntry::new(write, around, shown, facts, standpoint.as_ref()))
            .collect();
        let ConfigContext {
            folder,
            holder,
            templated,
            any_word,
        } = around;
        Some(Self {
            config,
            entries,
            facts,
            templated,
            any_word,
            folder,
            holder,
        })
    }
}

impl<'a> Configuration<'a> {
    /// Where it asks from, if it has a place.
    #[must_use]
    pub fn standpoint(&self) -> Option<Requester<'a>> {
        let is_named = self.folder.is_some() || self.holder.is_some();
        is_named.then(|| {
            let document = self.config.root().node().document();
            Requester::new(self.facts, document.text().path(), self.holder)
        })
    }

    /// A URL of it, taken apart, with the words that something fills in as placeholders.
    #[must_use]
    pub fn endpoint(&self, url: &str) -> Endpoint {
        let shown = self.config.root().node().document().text().path();
        Endpoint::where_filled(url, &|word| {
            self.any_word || self.facts.filled_in(word, shown, self.holder).is_some()
        })
    }

    /// The proof that `external_labels` are sent as they are written: all that run it are older than 3.0,
    /// and none has the feature that expands them (`config.Load`, 2.27 to 2.55).
    #[must_use]
    pub fn labels_are_literal(&self) -> Option<Evidence> {
        let shown = self.config.root().node().document().text().path();
        let runners = self.facts.runners(&self.facts.absolute(shown), self.holder);
        let of_each = runners.iter().map(|runner| {
            let deployment = runner.deployment;
            let is_old = deployment.release().is_some_and(|release| release < (3, 0));
            match deployment.feature("expand-external-labels") {
                FeatureStatus::Off(proof)
                    if is_old && runner.certainty != RunCertainty::Doubtful =>
                {
                    Some(proof)
                }
                _ => None,
            }
        });
        let all: Option<Vec<Evidence>> = of_each.collect();
        all?.into_iter().next()
    }

    /// Whether the file is what a template beside it becomes, by a placeholder that both have.
    #[must_use]
    pub fn is_rendered(&self, whole: &str) -> bool {
        let is_file = self.folder.is_some() && self.holder.is_none();
        let shown = self.config.root().node().document().text().path();
        is_file && self.facts.template_beside(whole, shown).is_some()
    }

    /// The proof that nothing fills in a placeholder of it, if there is one.
    #[must_use]
    pub fn never_filled(&self, whole: &str) -> Option<Vec<Evidence>> {
        let is_named = self.folder.is_some() || self.holder.is_some();
        let shown = self.config.root().node().document().text().path();
        match self.templated || !is_named {
            true => None,
            false => self.facts.never_filled(whole, shown, self.holder),
        }
    }
}

/// What a configuration is in.
#[derive(Clone, Copy, Debug)]
pub struct ConfigContext<'a> {
    /// Where it is, for relative paths; none for standard input without a name, nor for a
    /// configuration that something holds.
    pub folder: Option<&'a Path>,
    /// What holds it, if it is not the whole of its file.
    pub holder: Option<&'a EmbeddedIn>,
    /// Whether something fills in placeholders before Prometheus reads it.
    pub templated: bool,
    /// Whether it is a template by its name or by policy, where any plain word in capitals may be a
    /// placeholder. Elsewhere one is if a script of the tree names it.
    pub any_word: bool,
}

impl ConfigContext<'_> {
    /// Whether it has a place: standard input without a name has none.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.folder.is_some() || self.holder.is_some()
    }
}

/// A part of a configuration that talks HTTP.
#[derive(Debug)]
pub struct HttpPart<'e, 'a> {
    /// Its settings and whom it talks to.
    pub client: Client<'a>,
    /// The same as a remote_write entry, if it is one.
    pub entry: Option<&'e RemoteWriteEntry<'a>>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// What it is a part of.
    pub configuration: &'e Configuration<'a>,
}

/// What is at stake where a certificate is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnverifiedRisk {
    /// A credential is sent.
    pub credential: bool,
    /// It goes to a public host.
    pub outside: bool,
}

impl HttpPart<'_, '_> {
    /// A URL of this part, taken apart, with the words that something fills in as placeholders.
    #[must_use]
    pub fn endpoint(&self, url: &str) -> Endpoint {
        self.configuration.endpoint(url)
    }

    /// What is at stake if certificates are not verified; none if it surely talks plain http.
    #[must_use]
    pub fn stakes(&self) -> Option<UnverifiedRisk> {
        let peers = self.client.peers();
        let is_http = |peer: &Peer<'_>| peer.endpoint.scheme_name().as_deref() == Some("http");
        if !peers.is_empty() && peers.iter().all(is_http) {
            return None;
        }
        Some(UnverifiedRisk {
            credential: !self.client.http.sent_secrets().is_empty(),
            outside: self.outside().next().is_some(),
        })
    }

    /// Who signed for a public host that it talks to, and how that is known: the first that would
    /// verify, or else the first that is known.
    #[must_use]
    pub fn issuer(&self) -> Option<(String, KnownIssuer)> {
        let known = self.outside().filter_map(|peer| {
            let host = peer.endpoint.host_name()?;
            let known = self.facts.issuer(&host)?;
            Some((host, known))
        });
        let known: Vec<_> = known.collect();
        let trusted = known.iter().position(|(_, one)| one.issuer.is_trusted());
        known.into_iter().nth(trusted.unwrap_or(0))
    }

    /// A public host whose certificate would verify, and how that is known.
    #[must_use]
    pub fn trusted_host(&self) -> Option<(String, KnownIssuer)> {
        self.issuer().filter(|(_, known)| known.issuer.is_trusted())
    }

    /// The public hosts that it surely talks to over https.
    pub fn outside(&self) -> impl Iterator<Item = &Peer<'_>> {
        self.client.peers().iter().filter(|peer| {
            let endpoint = &peer.endpoint;
            endpoint.network() == HostNetwork::Public
                && endpoint.scheme_name().as_deref() != Some("http")
        })
    }
}

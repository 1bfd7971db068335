//! One remote_write entry with what is known about it.

use std::cell::OnceCell;
use std::path::Path;

use super::configuration::ConfigContext;
use super::prefixed::without_prefix;
use crate::discover::EmbeddedIn;
use crate::facts::opstrace::{Instance, TenantHost};
use crate::facts::receiver::{
    Cause, Credential, ReceiverCandidate, ReceiverCertainty, Recognition, ShapeFault, judge,
};
use crate::facts::{
    Facts, KnownIssuer, ReceiverRequirements, ReceiverSettings, Requester, ServiceMatch,
    Unreachable, issuer,
};
use crate::finding::{Advice, Evidence, Place, Span, is_secret_name};
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::prometheus::{self, RemoteWrite};
use crate::yaml::{Node, Scalar};

/// A remote_write entry, its URL taken apart, its receiver recognized. What several rules need is worked out once.
#[derive(Debug)]
pub struct RemoteWriteEntry<'a> {
    /// The entry.
    pub write: RemoteWrite<'a>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads the file.
    pub templated: bool,
    url: Option<EntryUrl<'a>>,
    shown: &'a str,
    folder: Option<&'a Path>,
    holder: Option<&'a EmbeddedIn>,
    any_word: bool,
    shape: OnceCell<Vec<ShapeFault>>,
    settings: OnceCell<Option<ReceiverSettings>>,
}

/// The URL of an entry.
#[derive(Debug)]
pub struct EntryUrl<'a> {
    /// The value of `url`.
    pub node: Node<'a>,
    /// The same as a scalar.
    pub scalar: Scalar<'a>,
    /// The same taken apart.
    pub endpoint: Endpoint,
    /// What of the tree answers there.
    pub answering: Vec<ServiceMatch<'a>>,
    /// Why nothing answers there, if the tree shows it.
    pub unreachable: Option<Unreachable>,
    /// Whether it is plain http to a name that looks public, and something beside the configuration has it.
    pub is_answered_here: bool,
    /// Who it is meant for.
    pub recognition: Recognition<'a>,
}

impl EntryUrl<'_> {
    /// How the receiver is known, where a container of the tree shows it.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let first = self.recognition.candidates.first();
        if first.is_none_or(|candidate| candidate.certainty != ReceiverCertainty::Image) {
            return Vec::new();
        }
        let shown = self.answering.first().map(ServiceMatch::shown);
        shown.unwrap_or_default()
    }

    /// The place in the file of a range of bytes of the URL.
    #[must_use]
    pub fn span(&self, from: usize, to: usize) -> Span {
        self.scalar.part(from, to)
    }

    /// To write another URL. There is not an edit where the new one would leave out a secret, or where
    /// the old one is an alias.
    #[must_use]
    pub fn advice(&self, right: &str, is_sure: bool) -> Advice {
        let words = format!("write `{right}`");
        let endpoint = &self.endpoint;
        let has_secret =
            endpoint.userinfo().is_some() || endpoint.secret_parameters().next().is_some();
        if has_secret || self.node.is_alias() || !endpoint.placeholders().is_empty() {
            return Advice::say(words);
        }
        let advice = Advice::replace(self.node.span(), right).text(words);
        if is_sure {
            advice.safe()
        } else {
            advice.unsafe_()
        }
    }
}

impl RemoteWriteEntry<'_> {
    /// Whether a container of the tree answers whose image is not that of a known receiver, so that the
    /// receiver is guessed by the words of the URL alone.
    #[must_use]
    pub fn is_of_another_program(&self) -> bool {
        let Some(url) = &self.url else { return false };
        let is_guess =
            |candidate: &ReceiverCandidate<'_>| candidate.certainty != ReceiverCertainty::Image;
        let mut images = url.answering.iter().filter_map(ServiceMatch::image);
        images.any(|image| !self.facts.is_receiver(image))
            && url.recognition.decisive().iter().all(is_guess)
    }
}

impl<'a> RemoteWriteEntry<'a> {
    pub(super) fn new(
        write: RemoteWrite<'a>,
        around: ConfigContext<'a>,
        shown: &'a str,
        facts: &'a Facts<'a>,
        standpoint: Option<&Requester<'a>>,
    ) -> Self {
        let url = write.url().and_then(|node| {
            let scalar = node.scalar()?;
            let endpoint = Endpoint::where_filled(scalar.text, &|word| {
                around.any_word || facts.filled_in(word, shown, around.holder).is_some()
            });
            // The proxy looks the host up, may be in another network, and may add headers.
            let host = endpoint.host_name().unwrap_or_default();
            let standpoint = standpoint.filter(|_| write.http().goes_direct(&host));
            let answering =
                standpoint.map_or_else(Vec::new, |standpoint| standpoint.answering(&endpoint));
            let recognition = facts.recognize(&endpoint, &answering);
            let is_clear = endpoint.scheme_name().as_deref() == Some("http")
                && endpoint.network() == HostNetwork::Public;
            let is_answered_here = is_clear
                && standpoint.is_some_and(|standpoint| standpoint.is_answered_here(&endpoint));
            Some(EntryUrl {
                is_answered_here,
                node,
                scalar,
                unreachable: standpoint.and_then(|standpoint| standpoint.unreachable(&endpoint)),
                endpoint,
                answering,
                recognition,
            })
        });
        Self {
            write,
            facts,
            templated: around.templated,
            url,
            shown,
            folder: around.folder,
            holder: around.holder,
            any_word: around.any_word,
            shape: OnceCell::new(),
            settings: OnceCell::new(),
        }
    }

    /// The path of its file as shown.
    #[must_use]
    pub fn shown_path(&self) -> &'a str {
        self.shown
    }

    /// What the configuration is in, if it is not the whole of its file.
    #[must_use]
    pub fn holder(&self) -> Option<&'a EmbeddedIn> {
        self.holder
    }

    /// The URL, if there is one.
    #[must_use]
    pub fn url(&self) -> Option<&EntryUrl<'a>> {
        self.url.as_ref()
    }

    /// Whether a value of the entry is still to be filled in.
    #[must_use]
    pub fn is_open(&self, text: &str) -> bool {
        let endpoint = Endpoint::where_filled(text, &|word| self.is_filled(word));
        !endpoint.placeholders().is_empty()
    }

    /// Whether something fills in a plain word.
    fn is_filled(&self, word: &str) -> bool {
        let filled = || self.facts.filled_in(word, self.shown, self.holder);
        self.any_word || filled().is_some()
    }

    /// The proof that nothing fills in a placeholder of the entry, if there is one.
    #[must_use]
    pub fn never_filled(&self, whole: &str) -> Option<Vec<Evidence>> {
        match self.templated || self.holder.is_none() && self.folder.is_none() {
            true => None,
            false => self.facts.never_filled(whole, self.shown, self.holder),
        }
    }

    /// The URL, if it can be sent to: nothing about its receiver is said of one that can't.
    #[must_use]
    pub fn sound_url(&self) -> Option<&EntryUrl<'a>> {
        self.url.as_ref().filter(|url| url.endpoint.is_sound())
    }

    /// What the receiver is set to, if it is a container of the tree that tells.
    #[must_use]
    pub fn settings(&self) -> Option<&ReceiverSettings> {
        let find = || self.facts.receiver_settings(&self.sound_url()?.answering);
        self.settings.get_or_init(find).as_ref()
    }

    /// The same of the receiver behind what routes the host, where no header is set on the way.
    #[must_use]
    pub fn settings_behind(&self) -> Option<ReceiverSettings> {
        let url = self.sound_url()?;
        let host = url.endpoint.host_name()?;
        let is_direct = self.write.http().goes_direct(&host);
        is_direct.then(|| self.facts.settings_behind(&url.answering, &url.endpoint))?
    }

    /// What is wrong with the URL for its receiver.
    #[must_use]
    pub fn shape_faults(&self) -> &[ShapeFault] {
        self.shape.get_or_init(|| {
            let Some(url) = self.sound_url() else {
                return Vec::new();
            };
            let mut faults = judge(&url.endpoint, &url.recognition);
            // What the command line of a container runs goes before what its name says.
            let runs_it = |settings: &ReceiverSettings| settings.other_part.is_none();
            if self.settings().is_some_and(runs_it) {
                faults.retain(|fault| !fault.is_by_name);
            }
            let is_changed = url
                .answering
                .iter()
                .any(|service| !service.changes.is_empty());
            let settings = self.settings();
            // A receiver of the tree whose settings are elsewhere, such as in its environment.
            let mut images = url.answering.iter().filter_map(ServiceMatch::image);
            let mut is_hidden = || images.any(|image| self.facts.is_receiver(image));
            if faults.is_empty() || settings.is_none() && !is_changed && !is_hidden() {
                return faults;
            }
            without_prefix(url, settings, faults, |text| {
                let endpoint = Endpoint::where_filled(text, &|word| self.is_filled(word));
                judge(&endpoint, &self.facts.recognize(&endpoint, &url.answering))
            })
        })
    }

    /// Whether a fault of the URL is answered with a redirect: one to https too.
    #[must_use]
    pub fn is_redirect(&self, fault: &ShapeFault) -> bool {
        let http = || {
            let url = self.sound_url();
            url.and_then(|url| url.endpoint.scheme_name()).as_deref() == Some("http")
        };
        fault.cause == Cause::Redirect || fault.cause == Cause::Scheme && http()
    }

    /// The URL, if its receiver has such a one: nothing more is reported about a URL that is to
    /// become another one anyway.
    #[must_use]
    pub fn right_url(&self) -> Option<&EntryUrl<'a>> {
        let mut faults = self.shape_faults().iter();
        self.sound_url()
            .filter(|_| faults.all(|fault| fault.is_unknown_path))
    }

    /// What its receiver wants to see, if that is known.
    #[must_use]
    pub fn demand(&self) -> Option<ReceiverRequirements<'_, 'a>> {
        ReceiverRequirements::new(&self.sound_url()?.recognition)
    }

    /// Everything secret that is sent with a request, in words, with its place: the client's
    /// credentials but for a certificate, whose key stays here; headers whose name or receiver
    /// says that they are secret; what the URL contains.
    #[must_use]
    pub fn sent_credentials(&self) -> Vec<(String, Place)> {
        let kinds = self.credentials().into_iter().filter_map(|credential| {
            let kind = Credential::from(credential.kind);
            let secret = kind != Credential::ClientCertificate;
            secret.then(|| (kind.in_sentence(), credential.key.place()))
        });
        let headers = self.write.headers().into_iter().filter_map(|header| {
            let secret = self.is_secret_header(header.name);
            secret.then(|| (format!("the header `{}`", header.name), header.key.place()))
        });
        kinds.chain(headers).chain(self.in_url()).collect()
    }

    /// Whether a header of this name is a secret: by its name, or since the receiver takes it as a
    /// credential.
    #[must_use]
    pub fn is_secret_header(&self, name: &str) -> bool {
        is_secret_name(name) || self.receiver_takes_header(name)
    }

    fn receiver_takes_header(&self, name: &str) -> bool {
        let Some(url) = self.sound_url() else {
            return false;
        };
        let takes = |kind: &Credential| matches!(kind, Credential::Header(one) if one.eq_ignore_ascii_case(name));
        url.recognition
            .decisive()
            .iter()
            .any(|candidate| candidate.profile.credentials.iter().any(takes))
    }

    fn in_url(&self) -> Option<(String, Place)> {
        let url = self.url()?;
        let endpoint = &url.endpoint;
        let userinfo = endpoint.userinfo().filter(|piece| !piece.is_empty());
        let piece = userinfo.or_else(|| {
            endpoint
                .secret_parameters()
                .find_map(|parameter| parameter.value)
        })?;
        let place = url.node.document().place(url.span(piece.start, piece.end));
        Some(("the credential in the URL".into(), place))
    }

    /// Who signed the receiver's certificate: by what is written, else by what was seen of it.
    #[must_use]
    pub fn issuer(&self) -> Option<KnownIssuer> {
        self.issuer_in_files().or_else(|| self.issuer_seen())
    }

    /// Who signed the receiver's certificate: by what the tree says of the host, by what is known
    /// of the receiver, by the `ca_file` that is configured. The first answer wins.
    #[must_use]
    pub fn issuer_in_files(&self) -> Option<KnownIssuer> {
        let url = self.url()?;
        let host = url.endpoint.host_name();
        host.and_then(|host| self.facts.issuer(&host))
            .or_else(|| issuer::by_receiver(&url.recognition))
            .or_else(|| {
                let node = self.ca_file()?;
                let path = node.as_str()?;
                let content = self.certificates(path);
                issuer::ca_file::by_ca_file(path, &node.place(), content.as_deref())
            })
    }

    /// The certificates in a file that it names, if it is in the tree.
    pub(super) fn certificates(&self, path: &str) -> Option<Vec<u8>> {
        self.facts.certificates(self.folder, path)
    }

    /// The path in `ca_file`, if one is configured.
    #[must_use]
    pub fn ca_file(&self) -> Option<Node<'a>> {
        let node = self.write.http().tls()?.get("ca_file")?;
        node.as_str().filter(|path| !path.is_empty()).map(|_| node)
    }

    /// The Opstrace instance that it sends to, as its configuration in the tree has it.
    #[must_use]
    pub fn instance(&self) -> Option<&'a Instance> {
        let host = self.sound_url()?.endpoint.host_name()?;
        self.facts.instance(TenantHost::new(&host)?)
    }

    /// The host of an Opstrace endpoint whose URL is right, and the tenant in it.
    #[must_use]
    pub fn opstrace_host(&self) -> Option<String> {
        let url = self.right_url()?;
        let demand = self.demand()?;
        let host = url.endpoint.host_name().filter(|_| demand.is_opstrace())?;
        TenantHost::new(&host).is_some().then_some(host)
    }

    /// Whether it is the endpoint of an Opstrace instance that asks for no token.
    #[must_use]
    pub fn is_open_instance(&self) -> bool {
        self.instance()
            .is_some_and(|instance| instance.open.is_some())
    }

    /// Whether credentials travel over plain http to somewhere outside.
    #[must_use]
    pub fn sends_credentials_in_the_clear(&self) -> bool {
        let Some(url) = self.sound_url() else {
            return false;
        };
        url.endpoint.scheme_name().as_deref() == Some("http")
            && url.endpoint.network() == HostNetwork::Public
            && !url.is_answered_here
            && !self.sent_credentials().is_empty()
    }

    /// The credentials of the entry's client settings.
    #[must_use]
    pub fn credentials(&self) -> Vec<prometheus::ClientCredential<'a>> {
        self.write.http().credentials()
    }
}

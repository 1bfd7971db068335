//! What is known of a receiver. The form of `rules/receivers/*.yaml`; users write the same.
//!
//! The build script includes this file, `program.rs` and `reader/`, and writes what it has read as
//! constants of these types.

use std::borrow::Cow;

use super::compiled::Lazy;
use super::program::Program;

/// A text, built in or read at run time.
pub type ProfileText = Cow<'static, str>;
/// A list, built in or read at run time.
pub type ProfileList<T> = Cow<'static, [T]>;

/// One receiver.
#[derive(Debug, PartialEq)]
pub struct Profile {
    /// The name of its file, such as `grafana-cloud-metrics`.
    pub id: ProfileText,
    /// What its makers call it.
    pub name: ProfileText,
    /// The name used in sentences.
    pub short: ProfileText,
    /// Who runs it.
    pub kind: ReceiverKind,
    /// How sure URL and credentials are.
    pub confidence: Confidence,
    /// How an endpoint is known to be meant for it; any one is enough.
    pub recognized: ProfileList<Clue>,
    /// The forms of its URL, the usual one first.
    pub urls: ProfileList<ProfileText>,
    /// What stands for the `<parts>` of the forms.
    pub parts: ProfileList<UrlPart>,
    /// What people get wrong in its URL.
    pub mistakes: ProfileList<Mistake>,
    /// The ways to authenticate that it takes; any one is enough.
    pub credentials: ProfileList<Credential>,
    /// What to say to credentials, headers and settings that it does not take.
    pub refuses: ProfileList<Refusal>,
    /// How it tells tenants apart.
    pub tenant: Tenant,
    /// Whose certificate it shows.
    pub tls: Tls,
    /// Whether it takes remote write 2.0.
    pub remote_write_2: Version2,
    /// The paths at which it answers remote reads, or `NO_READS`; empty if that is not known.
    pub remote_read: ProfileList<ProfileText>,
    /// External labels that it asks for.
    pub external_labels: ProfileList<ProfileText>,
    /// What else users should know, in sentences.
    pub notes: ProfileList<ProfileText>,
    /// The program that it runs as, where its settings are known.
    pub program: Option<Program>,
    /// URLs that are right.
    pub good: ProfileList<ProfileText>,
    /// URLs that are wrong, and words of what is reported about them.
    pub bad: ProfileList<BadExample>,
    /// Where the facts are from.
    pub sources: ProfileList<ProfileText>,
    /// Whether it is the user's own, which goes before those built in.
    pub own: bool,
    /// Its patterns, made ready when first needed.
    pub compiled: Lazy,
}

/// Who runs a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiverKind {
    /// A vendor, on the vendor's own hosts.
    Saas,
    /// The user, on any host.
    SelfHosted,
    /// The user, beside Prometheus, to pass samples on to something else.
    Adapter,
}

/// How sure the facts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One third-party source: at most a hint.
    Low,
    /// The makers leave part of it open, or several users agree.
    Medium,
    /// The makers' documentation or source code.
    High,
}

/// How an endpoint is known to be meant for a receiver: all that is given must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clue {
    /// A pattern of the whole host.
    pub host: Option<ProfileText>,
    /// A pattern of the whole path.
    pub path: Option<ProfileText>,
    /// A port, written in the URL.
    pub port: Option<u16>,
    /// A word in a label of the host, such as `mimir` in `mimir-nginx.monitoring.svc`.
    pub word: Option<ProfileText>,
    /// A pattern of a whole label of the host.
    pub label: Option<ProfileText>,
    /// The image of the container that answers, as far as the tree tells: its name without
    /// registry and tag, such as `grafana/mimir`.
    pub image: Option<ProfileText>,
    /// The beginning of the image's tag.
    pub tag: Option<ProfileText>,
    /// Whether the host must be under a domain that the tree or promvet.yaml names as one of this
    /// receiver.
    pub domain: bool,
    /// Whether a path and a port are as telling as a name.
    pub telling: bool,
}

/// A named part of a URL's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlPart {
    /// The word between the angle brackets.
    pub name: ProfileText,
    /// A regular expression for all of it.
    pub form: Option<ProfileText>,
    /// What it is, as the end of a sentence that begins with its name: `is a number`.
    pub says: ProfileText,
}

/// A mistake in a URL: all patterns that are given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistake {
    /// The name of a mistake that no receiver accepts; empty for one of a receiver.
    pub id: ProfileText,
    /// None if any scheme has the mistake.
    pub scheme: Option<ProfileText>,
    /// Patterns of the host.
    pub host: ProfileList<ProfileText>,
    /// Empty if any port has the mistake.
    pub port: ProfileList<u16>,
    /// Whether no port may be written.
    pub no_port: bool,
    /// Patterns of the path; the empty one is not a path.
    pub path: ProfileList<ProfileText>,
    /// Names of query parameters.
    pub query: ProfileList<ProfileText>,
    /// What is wrong, as a clause. `{host}`, `{path}`, `{port}` and `{parts}` stand for what was
    /// written.
    pub says: ProfileText,
    /// The URL that was meant, where it is not the receiver's usual form.
    pub suggest: Option<ProfileText>,
    /// What follows from it.
    pub cause: Cause,
    /// Receivers that it does not hold for.
    pub except: ProfileList<ProfileText>,
}

/// What a fault of a URL comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// The receiver has no such URL.
    #[default]
    Shape,
    /// Plain http where only https is served.
    Scheme,
    /// The receiver answers with a redirect, which turns the POST into a GET or costs a round trip.
    Redirect,
    /// A credential is in the query.
    Secret,
}

/// A way to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// None at all.
    None,
    /// `authorization` of type Bearer, in any spelling.
    Bearer,
    /// `basic_auth`.
    BasicAuth,
    /// `authorization` of another type.
    Authorization(ProfileText),
    /// `oauth2`.
    OAuth2,
    /// `sigv4`.
    SigV4,
    /// `azuread`.
    AzureAd,
    /// `google_iam`.
    GoogleIam,
    /// A header of this name.
    Header(ProfileText),
    /// A query parameter of this name.
    Query(ProfileText),
    /// A client certificate.
    ClientCertificate,
}

/// What a receiver does not take, and what to say to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is configured.
    pub what: Refused,
    /// What to say, as a clause.
    pub says: ProfileText,
}

/// What may be configured and not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A way to authenticate.
    Credential(Credential),
    /// A header, in any casing.
    Header(ProfileText),
    /// Something that is described in words, which no rule reads off the tables.
    Setting(ProfileText),
}

/// How a receiver tells tenants apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Where the tenant is named.
    pub place: TenantPlace,
    /// The header, parameter or part that names it.
    pub name: ProfileText,
    /// Whether it must be named.
    pub required: MustBeGiven,
    /// A regular expression for the tenant's name.
    pub form: Option<ProfileText>,
    /// What else to know.
    pub says: ProfileText,
}

/// Where a tenant is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantPlace {
    /// There are none.
    None,
    /// In the host.
    Host,
    /// In a header.
    Header,
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// By the credential itself.
    Token,
    /// By the user name of basic_auth.
    Username,
}

/// Whether something must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MustBeGiven {
    /// It must.
    Yes,
    /// It need not.
    No,
    /// It depends on how the receiver is set up.
    Depends,
}

/// Whose certificate a receiver shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// One that the public trusts: verification is never to be skipped.
    Public,
    /// Whatever its operator chose.
    Private,
    /// Another file of the tree tells.
    Depends,
}

/// Whether a receiver takes remote write 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version2 {
    /// 1.0 only.
    No,
    /// When it is switched on.
    OptIn,
    /// Both.
    Yes,
    /// 2.0 only.
    Required,
    /// No statement was found.
    Unknown,
}

/// A URL that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadExample {
    /// The URL.
    pub url: ProfileText,
    /// Words of the message that it must give.
    pub fault: ProfileText,
    /// Whether the fault shows only once policy names the receiver.
    pub named: bool,
}

/// A system that is often taken for a receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct NotReceiver {
    /// A short name.
    pub id: ProfileText,
    /// What its makers call it.
    pub name: ProfileText,
    /// How it is recognized.
    pub recognized: ProfileList<Clue>,
    /// What is known, as a message.
    pub says: ProfileText,
    /// Whether it is known to take no remote write; otherwise no statement was found.
    pub sure: bool,
}

/// A write path that tells whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPath {
    /// Its pattern.
    pub path: ProfileText,
    /// Whose it is: `the path of a Prometheus`.
    pub says: ProfileText,
}

/// In place of the paths for remote reads: it answers none.
pub(super) const NO_READS: &str = "none";

/// Headers that name a tenant for one receiver or another (Cortex and Mimir, Thanos Receive,
/// VictoriaMetrics, Promscale, CProm).
const TENANT_HEADERS: &[&str] = &[
    "X-Scope-OrgID",
    "THANOS-TENANT",
    "AccountID",
    "ProjectID",
    "TENANT",
    "instanceId",
];

/// Whether a header of this name names a tenant for one receiver or another.
#[must_use]
pub fn names_tenant(name: &str) -> bool {
    let mut all = TENANT_HEADERS.iter();
    all.any(|candidate| candidate.eq_ignore_ascii_case(name))
}

impl Credential {
    /// As the configuration spells it, for tables.
    #[must_use]
    pub fn words(&self) -> String {
        self.in_sentence().replace('`', "")
    }

    /// As the configuration spells it, for sentences.
    #[must_use]
    pub fn in_sentence(&self) -> String {
        match self {
            Self::None => "no credentials".to_owned(),
            Self::Bearer => "a bearer token".to_owned(),
            Self::BasicAuth => "`basic_auth`".to_owned(),
            Self::Authorization(kind) => format!("`authorization` of type `{kind}`"),
            Self::OAuth2 => "`oauth2`".to_owned(),
            Self::SigV4 => "`sigv4`".to_owned(),
            Self::AzureAd => "`azuread`".to_owned(),
            Self::GoogleIam => "`google_iam`".to_owned(),
            Self::Header(name) => format!("the header `{name}`"),
            Self::Query(name) => format!("the query parameter `{name}`"),
            Self::ClientCertificate => "a client certificate".to_owned(),
        }
    }
}

impl Profile {
    /// Whether it takes a way to authenticate.
    #[must_use]
    pub fn accepts(&self, credential: &Credential) -> bool {
        self.credentials.contains(credential)
    }

    /// Whether it takes samples from a client without credentials.
    #[must_use]
    pub fn accepts_anybody(&self) -> bool {
        self.accepts(&Credential::None)
    }

    /// What to say to a way to authenticate that it does not take.
    #[must_use]
    pub fn says_to_credential(&self, credential: &Credential) -> Option<&str> {
        self.refusal_sentence(|what| matches!(what, Refused::Credential(one) if one == credential))
    }

    /// What to say to a header.
    #[must_use]
    pub fn says_to_header(&self, name: &str) -> Option<&str> {
        self.refusal_sentence(
            |what| matches!(what, Refused::Header(one) if one.eq_ignore_ascii_case(name)),
        )
    }

    fn refusal_sentence(&self, is_it: impl Fn(&Refused) -> bool) -> Option<&str> {
        let found = self.refuses.iter().find(|refusal| is_it(&refusal.what))?;
        Some(&found.says)
    }

    /// How it tells tenants apart, where a header that names one for other receivers is not it:
    /// a clause about the header. None where the header may be read.
    #[must_use]
    pub fn ignores_tenant_header(&self, name: &str) -> Option<String> {
        if let Some(says) = self.says_to_header(name) {
            return Some(says.to_owned());
        }
        let tenant = &self.tenant;
        let known = names_tenant(name);
        let by_header = tenant.place == TenantPlace::Header;
        let certain = tenant.required == MustBeGiven::Yes || by_header;
        if !known || !certain || tenant.name.eq_ignore_ascii_case(name) {
            return None;
        }
        let from = match tenant.place {
            TenantPlace::None => return None,
            TenantPlace::Host => "the host".to_owned(),
            TenantPlace::Header => format!("the header {}", tenant.name),
            TenantPlace::Path => "the path".to_owned(),
            TenantPlace::Query => format!("the parameter {} of the URL", tenant.name),
            TenantPlace::Token => "the credential".to_owned(),
            TenantPlace::Username => "the user name of basic_auth".to_owned(),
        };
        Some(format!("{} takes the tenant from {from}", self.short))
    }

    /// The part of a name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&UrlPart> {
        self.parts.iter().find(|part| part.name == name)
    }
}

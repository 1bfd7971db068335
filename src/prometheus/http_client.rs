//! The HTTP client settings that remote_write shares with every other section that talks HTTP
//! (prometheus/common `config/http_config.go`).

use crate::finding::{is_secret_name, nearest};
use crate::schema::dialect::SELECTED;
use crate::yaml::{Entry, Mapping, Node};

/// HTTP client settings: the mapping in which they are.
#[derive(Clone, Copy, Debug)]
pub struct HttpClient<'d> {
    settings: Mapping<'d>,
}

/// How a client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind<'d> {
    /// `bearer_token`, `bearer_token_file`, or `authorization` of type Bearer.
    Bearer,
    /// `authorization` of another type, such as `ApiKey`.
    Authorization(&'d str),
    /// The header of that name, with a scheme that is not known.
    AnyAuthorization,
    /// `basic_auth`.
    BasicAuth,
    /// `oauth2`.
    OAuth2,
    /// `sigv4`, for AWS.
    Sigv4,
    /// `azuread`.
    AzureAd,
    /// `google_iam`.
    GoogleIam,
    /// A client certificate in `tls_config`.
    ClientCertificate,
}

impl CredentialKind<'_> {
    /// The word for it in receiver profiles.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Bearer => "bearer".into(),
            Self::Authorization(kind) => format!("authorization:{kind}"),
            Self::AnyAuthorization => "header:Authorization".into(),
            Self::BasicAuth => "basic_auth".into(),
            Self::OAuth2 => "oauth2".into(),
            Self::Sigv4 => "sigv4".into(),
            Self::AzureAd => "azuread".into(),
            Self::GoogleIam => "google_iam".into(),
            Self::ClientCertificate => "mtls".into(),
        }
    }
}

/// A credential of a client.
#[derive(Clone, Copy, Debug)]
pub struct ClientCredential<'d> {
    /// What it is.
    pub kind: CredentialKind<'d>,
    /// The key that brings it, such as `bearer_token_file`.
    pub key: Node<'d>,
    /// Its value.
    pub value: Node<'d>,
}

/// Sections that are credentials by being there.
const SECTIONS: &[(&str, CredentialKind<'static>)] = &[
    ("bearer_token", CredentialKind::Bearer),
    ("bearer_token_file", CredentialKind::Bearer),
    ("basic_auth", CredentialKind::BasicAuth),
    ("oauth2", CredentialKind::OAuth2),
    ("sigv4", CredentialKind::Sigv4),
    ("azuread", CredentialKind::AzureAd),
    ("google_iam", CredentialKind::GoogleIam),
];

impl<'d> HttpClient<'d> {
    /// The settings that are in a mapping.
    #[must_use]
    pub fn new(settings: Mapping<'d>) -> Self {
        Self { settings }
    }

    /// Whether redirects are followed, which they are by default (`config.DefaultHTTPClientConfig`).
    #[must_use]
    pub fn follows_redirects(self) -> bool {
        let written = self.settings.get("follow_redirects").and_then(Node::as_str);
        written != Some("false")
    }

    /// The credentials that are set, in the order of `SECTIONS`, `authorization` and a client
    /// certificate last.
    #[must_use]
    pub fn credentials(self) -> Vec<ClientCredential<'d>> {
        let mut out: Vec<_> = SECTIONS
            .iter()
            .filter_map(|&(key, kind)| Some(credential(self.present(key)?, kind)))
            .collect();
        if let Some(entry) = self.present("authorization")
            && self.bare_authorization().is_none()
        {
            out.push(credential(entry, authorization_kind(entry.value)));
        }
        if let Some(entry) = self.tls().and_then(TlsConfig::certificate) {
            out.push(credential(entry, CredentialKind::ClientCertificate));
        }
        out
    }

    /// The keys of what proves to the other side who the client is and goes along with every
    /// request: the credentials but for a certificate, whose key stays here, and headers with a
    /// secret name.
    #[must_use]
    pub fn sent_secrets(self) -> Vec<Node<'d>> {
        let credentials = self.credentials().into_iter();
        let sent =
            credentials.filter(|credential| credential.kind != CredentialKind::ClientCertificate);
        let headers = self.settings.get("http_headers").and_then(Node::mapping);
        let headers = headers.into_iter().flat_map(Mapping::entries);
        let secret = headers.filter(|entry| is_secret_name(entry.name()));
        sent.map(|credential| credential.key)
            .chain(secret.map(|entry| entry.key))
            .collect()
    }

    /// An `authorization` section without credentials, which authenticates no client: releases up to
    /// 2.51 send no header for it, newer ones the name of the scheme alone
    /// (`NewAuthorizationCredentialsRoundTripper`, prometheus/common `config/http_config.go`). One
    /// with any other key is left to the schema.
    #[must_use]
    pub fn bare_authorization(self) -> Option<Entry<'d>> {
        let entry = self.present("authorization")?;
        let mut keys = entry.value.mapping()?.entries();
        let is_bare = |key: Entry<'_>| match key.name() {
            "type" => true,
            // An empty one counts as none (`toSecret`, the same file).
            "credentials" => key.value.is_null() || key.value.as_str() == Some(""),
            _ => false,
        };
        keys.all(is_bare).then_some(entry)
    }

    /// Whether `http_headers` has a header with a secret.
    #[must_use]
    pub fn has_secret_header(self) -> bool {
        let headers = self.settings.get("http_headers").and_then(Node::mapping);
        let mut headers = headers.into_iter().flat_map(Mapping::entries);
        let is_set = |node: Node<'_>| node.items().next().is_some();
        headers.any(|header| {
            let mut kinds = ["secrets", "files"].iter();
            kinds.any(|kind| header.value.get(kind).is_some_and(is_set))
        })
    }

    /// The client that fetches tokens for `oauth2`: it has TLS and proxy settings of its own.
    #[must_use]
    pub fn oauth2(self) -> Option<OAuth2<'d>> {
        let settings = self.present("oauth2")?.value.mapping()?;
        Some(OAuth2 {
            http: HttpClient::new(settings),
        })
    }

    /// `proxy_url`.
    #[must_use]
    pub fn proxy_url(self) -> Option<Node<'d>> {
        let node = self.settings.get("proxy_url")?;
        node.as_str().filter(|url| !url.is_empty()).map(|_| node)
    }

    /// Whether requests go through a proxy, or may as the environment says.
    #[must_use]
    pub fn has_proxy(self) -> bool {
        let from_environment = self
            .settings
            .get("proxy_from_environment")
            .and_then(Node::scalar)
            .and_then(|scalar| scalar.as_bool());
        self.proxy_url().is_some() || from_environment == Some(true)
    }

    /// Whether requests to a host surely go through no proxy: there is none, or `no_proxy` names the
    /// host or a domain that it is in (golang.org/x/net `http/httpproxy`, `config.useProxy`).
    #[must_use]
    pub fn goes_direct(self, host: &str) -> bool {
        let list = self.settings.get("no_proxy").and_then(Node::as_str);
        let mut names = list.unwrap_or_default().split(',').map(str::trim);
        let is_excepted = |name: &str| {
            let name = name.split(':').next().unwrap_or(name);
            let domain = name.trim_start_matches('*').trim_start_matches('.');
            let rest = host.strip_suffix(domain);
            name == "*"
                || !domain.is_empty()
                    && rest.is_some_and(|rest| match rest {
                        "" => domain == name,
                        rest => rest.ends_with('.'),
                    })
        };
        !self.has_proxy() || names.any(is_excepted)
    }

    /// Whether a key is there that is not a credential, but so much like one that it is meant for it.
    #[must_use]
    pub fn misspells_a_credential(self) -> bool {
        let known = || {
            SECTIONS
                .iter()
                .map(|(key, _)| *key)
                .chain(["authorization"])
        };
        self.settings.written().any(|entry| {
            let name = entry.name();
            !known().any(|key| key == name) && nearest(name, known()).is_some()
        })
    }

    /// `tls_config`.
    #[must_use]
    pub fn tls(self) -> Option<TlsConfig<'d>> {
        Some(TlsConfig {
            settings: self.settings.get("tls_config")?.mapping()?,
        })
    }

    /// The entry of a key whose value is neither null nor an empty text: null leaves the pointer of a
    /// section nil, and `HTTPClientConfig.Validate` takes the empty text for unset.
    fn present(self, key: &str) -> Option<Entry<'d>> {
        let entry = self.settings.entry(key)?;
        match entry.value.scalar() {
            Some(scalar) if scalar.is_null() || scalar.text.is_empty() => None,
            _ => Some(entry),
        }
    }
}

fn credential<'d>(entry: Entry<'d>, kind: CredentialKind<'d>) -> ClientCredential<'d> {
    ClientCredential {
        kind,
        key: entry.key,
        value: entry.value,
    }
}

/// The type of an `authorization` section: `Bearer` unless it says otherwise.
/// `HTTPClientConfig.Validate` trims it and fills in `Bearer`; case does not count, since schemes are
/// compared without it (RFC 9110, 11.1).
fn authorization_kind(section: Node<'_>) -> CredentialKind<'_> {
    let word = section
        .get("type")
        .and_then(Node::as_str)
        .map_or("", str::trim);
    if word.is_empty() || word.eq_ignore_ascii_case("bearer") {
        CredentialKind::Bearer
    } else if word == SELECTED {
        CredentialKind::AnyAuthorization
    } else {
        CredentialKind::Authorization(word)
    }
}

/// `oauth2`.
#[derive(Clone, Copy, Debug)]
pub struct OAuth2<'d> {
    /// The settings of the requests for tokens.
    pub http: HttpClient<'d>,
}

impl<'d> OAuth2<'d> {
    /// Where tokens are fetched.
    #[must_use]
    pub fn token_url(self) -> Option<Node<'d>> {
        let node = self.http.settings.get("token_url")?;
        node.as_str().filter(|url| !url.is_empty()).map(|_| node)
    }

    /// The key of the client's secret.
    #[must_use]
    pub fn client_secret(self) -> Option<Node<'d>> {
        let mut entries = self.http.settings.entries();
        let secret = entries.find(|entry| entry.name().starts_with("client_secret"));
        secret.map(|entry| entry.key)
    }
}

/// `tls_config`.
#[derive(Clone, Copy, Debug)]
pub struct TlsConfig<'d> {
    settings: Mapping<'d>,
}

impl<'d> TlsConfig<'d> {
    /// `insecure_skip_verify`, if it is switched on.
    #[must_use]
    pub fn skips_verification(self) -> Option<Entry<'d>> {
        let entry = self.settings.entry("insecure_skip_verify")?;
        (entry.value.scalar()?.as_bool() == Some(true)).then_some(entry)
    }

    /// The authority whose certificates are trusted, from a file or inline.
    #[must_use]
    pub fn authority(self) -> Option<Entry<'d>> {
        self.first_set(&["ca_file", "ca", "ca_ref"])
    }

    /// The name that is verified in place of the host's, if one is set.
    #[must_use]
    pub fn server_name(self) -> Option<&'d str> {
        let name = self.settings.entry("server_name")?.value.as_str()?;
        (!name.is_empty()).then_some(name)
    }

    /// The first key that means something only where TLS is spoken, `insecure_skip_verify` apart.
    #[must_use]
    pub fn setting(self) -> Option<Entry<'d>> {
        self.authority()
            .or_else(|| self.certificate())
            .or_else(|| self.first_set(&["server_name", "min_version", "max_version"]))
    }

    /// The client certificate, from a file or inline.
    fn certificate(self) -> Option<Entry<'d>> {
        self.first_set(&["cert_file", "cert", "cert_ref"])
    }

    fn first_set(self, keys: &[&str]) -> Option<Entry<'d>> {
        let set = |entry: &Entry<'d>| entry.value.as_str().is_some_and(|text| !text.is_empty());
        keys.iter()
            .find_map(|key| self.settings.entry(key).filter(set))
    }

    /// Any setting.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.settings.get(key)
    }
}

//! Opstrace instance configurations: the files given to `opstrace create`, which name the tenants
//! of an instance and the issuer of its certificates (opstrace/opstrace
//! `packages/config/src/clusterconfig.ts`, `docs/references/configuration.md`).

use std::sync::Arc;

use crate::finding::{Place, Text};
use crate::needle;
use crate::policy::CertificateIssuer;
use crate::yaml::{Document, Node, parse_first, placeholder};

/// Keys that only an instance configuration has; `tenants` goes with one of them.
const TELLING_KEYS: &[&str] = &[
    "cert_issuer",
    "custom_dns_name",
    "data_api_authentication_disabled",
    "data_api_authorized_ip_ranges",
    "custom_auth0_client_id",
    "custom_auth0_domain",
    "controller_image",
    "node_count",
    "env_label",
];

/// An instance of Opstrace as its configuration describes it.
#[derive(Debug)]
pub struct Instance {
    /// The path of the file as shown.
    pub path: Arc<str>,
    /// `tenants`.
    pub tenants: Vec<String>,
    /// The key `tenants`.
    pub tenants_place: Place,
    /// Who signs its certificates.
    pub issuer: Option<CertificateIssuer>,
    /// `cert_issuer`, or the whole file's first key where it is not set.
    pub issuer_place: Place,
    /// Whether `cert_issuer` is written; if not, `letsencrypt-prod` is the default.
    pub issuer_is_set: bool,
    /// `cert_issuer` as it is written, if Opstrace does not know such an issuer.
    pub strange_issuer: Option<String>,
    /// `custom_dns_name`, in lower case, without a trailing dot.
    pub domain: Option<String>,
    /// `custom_dns_name`, if it is set.
    pub domain_place: Option<Place>,
    /// `data_api_authentication_disabled`, if it is switched on.
    pub open: Option<Place>,
    /// `data_api_authorized_ip_ranges`, if it leaves anyone out: the default lets in everybody.
    pub ranges: Option<Place>,
}

/// The tenant of an instance's own metrics, which is there without being listed.
pub const SYSTEM_TENANT: &str = "system";

/// Whether bytes may be an instance configuration: a scan that rules out everything else.
#[must_use]
pub fn may_be_instance(bytes: &[u8]) -> bool {
    needle::has("tenants", bytes) && TELLING_KEYS.iter().any(|key| needle::has(key, bytes))
}

/// Reads an instance configuration; none if the file is something else.
#[must_use]
pub fn read(text: &Arc<Text>) -> Option<Instance> {
    let document = parse_first(text).ok()?;
    let root = document.root()?;
    let mapping = root.mapping()?;
    let tenants: Vec<_> = root
        .get("tenants")?
        .items()
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect();
    if !TELLING_KEYS.iter().any(|key| mapping.get(key).is_some()) || mapping.get("kind").is_some() {
        return None;
    }
    text.recognize();
    let written = mapping
        .entry("cert_issuer")
        .filter(|entry| !entry.value.is_null());
    let issuer = written.map_or(Some(CertificateIssuer::LetsEncryptProd), |entry| {
        CertificateIssuer::from_word(entry.value.as_str()?)
    });
    let tenants_place = first_key(&document, root);
    let place = written.map_or_else(|| tenants_place.clone(), |entry| entry.value.place());
    let domain_node = root.get("custom_dns_name");
    let domain = domain_node.and_then(Node::as_str);
    let ranges = mapping.entry("data_api_authorized_ip_ranges");
    let ranges = ranges.filter(|entry| {
        let mut listed = entry.value.items().filter_map(Node::as_str).peekable();
        listed.peek().is_some() && listed.all(|range| !range.ends_with("/0"))
    });
    let open = mapping.entry("data_api_authentication_disabled");
    let open =
        open.filter(|entry| entry.value.scalar().and_then(|scalar| scalar.as_bool()) == Some(true));
    Some(Instance {
        path: Arc::clone(text.path()),
        tenants,
        tenants_place,
        issuer,
        issuer_place: place,
        issuer_is_set: written.is_some(),
        strange_issuer: written.and_then(|entry| strange_issuer(entry.value)),
        domain: domain.map(|name| name.trim_end_matches('.').to_ascii_lowercase()),
        domain_place: domain.and(domain_node).map(Node::place),
        open: open.map(|entry| entry.key.place()),
        ranges: ranges.map(|entry| entry.key.place()),
    })
}

/// The text of a `cert_issuer` that is not one of those that Opstrace knows
/// (opstrace/opstrace `docs/references/configuration.md`).
fn strange_issuer(node: Node<'_>) -> Option<String> {
    let known = [
        CertificateIssuer::LetsEncryptProd,
        CertificateIssuer::LetsEncryptStaging,
    ];
    let text = node.as_str()?;
    let is_open = placeholder::find(text).next().is_some();
    (!is_open && !known.iter().any(|issuer| issuer.word() == text)).then(|| text.to_owned())
}

/// Where a setting that is not written would be looked for: the key `tenants`.
fn first_key(document: &Document, root: Node<'_>) -> Place {
    let tenants = root.mapping().and_then(|mapping| mapping.entry("tenants"));
    tenants.map_or_else(|| document.place(root.span()), |entry| entry.key.place())
}

/// The host of an Opstrace endpoint, taken apart: `cortex.<tenant>.<rest>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantHost<'h> {
    /// The tenant.
    pub tenant: &'h str,
    /// The instance's name for names below opstrace.io, none for a separate domain.
    pub instance: Option<&'h str>,
    /// What follows the tenant.
    pub domain: &'h str,
}

impl<'h> TenantHost<'h> {
    /// Takes a host name apart; none if it does not have the form.
    #[must_use]
    pub fn new(host: &'h str) -> Option<Self> {
        let rest = host.strip_prefix("cortex.")?;
        let (tenant, domain) = rest.split_once('.')?;
        Some(Self {
            tenant,
            instance: domain.strip_suffix(".opstrace.io"),
            domain,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(source: &str) -> Option<Instance> {
        assert!(
            source.is_empty() || may_be_instance(source.as_bytes()) || !source.contains("tenants")
        );
        read(&Text::new("instance.yaml", source.as_bytes().to_vec()))
    }

    #[test]
    fn the_default_issuer_is_the_production_one() {
        let found = instance("tenants:\n  - prod\nnode_count: 3\n").unwrap();
        assert_eq!(
            (found.issuer, found.issuer_is_set),
            (Some(CertificateIssuer::LetsEncryptProd), false)
        );
        let found = instance("tenants: [a]\ncert_issuer: letsencrypt-staging\n").unwrap();
        assert_eq!(found.issuer, Some(CertificateIssuer::LetsEncryptStaging));
    }

    #[test]
    fn other_files_with_tenants_are_not_instances() {
        assert!(read(&Text::new("t", b"tenants: [a, b]\nother: 1\n".to_vec())).is_none());
        assert!(instance("kind: X\ntenants: [a]\nnode_count: 1\n").is_none());
    }

    #[test]
    fn hosts_are_taken_apart() {
        let host = TenantHost::new("cortex.default.test.opstrace.io").unwrap();
        assert_eq!(
            (host.tenant, host.instance, host.domain),
            ("default", Some("test"), "test.opstrace.io")
        );
        assert_eq!(
            TenantHost::new("cortex.a.metrics.example.com")
                .unwrap()
                .instance,
            None
        );
        assert_eq!(TenantHost::new("loki.a.b.opstrace.io"), None);
    }
}

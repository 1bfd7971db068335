//! `issuers`: who signed the certificates of hosts.

use super::form::{PolicyKey, ValueForm};
use super::pattern::Glob;
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// Who signed a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateIssuer {
    /// Let's Encrypt's production environment: trusted everywhere.
    LetsEncryptProd,
    /// Let's Encrypt's staging environment: trusted nowhere, for tests only.
    LetsEncryptStaging,
    /// Another public authority: trusted everywhere.
    Public,
    /// The test environment of another authority: trusted nowhere.
    Staging,
    /// A private authority: trusted by those who have its certificate.
    Private,
}

impl CertificateIssuer {
    /// The words of promvet.yaml and of Opstrace's `cert_issuer`.
    pub const WORDS: &[(&'static str, Self)] = &[
        ("letsencrypt-prod", Self::LetsEncryptProd),
        ("letsencrypt-staging", Self::LetsEncryptStaging),
        ("public", Self::Public),
        ("staging", Self::Staging),
        ("private", Self::Private),
    ];

    /// The issuer of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, issuer)| *issuer)
    }

    /// Whether its certificates are trusted everywhere.
    #[must_use]
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::LetsEncryptProd | Self::Public)
    }

    /// As promvet.yaml writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, issuer)| *issuer == self)
            .map_or("", |(word, _)| word)
    }
}

/// One entry of `issuers`.
#[derive(Clone, Debug)]
pub struct IssuerPolicy {
    /// Patterns over the whole host name; `*` matches any text, dots included.
    pub hosts: Vec<Glob>,
    /// Who signed for them.
    pub issuer: CertificateIssuer,
    /// Where that is written.
    pub place: Place,
}

const KEYS: &[PolicyKey] = &[
    PolicyKey::new(
        "hosts",
        "Patterns of host names; `*` matches any text, dots included.",
        ValueForm::OneOrMany(&ValueForm::Text),
    )
    .required(),
    PolicyKey::new(
        "issuer",
        "Who signed their certificates.",
        ValueForm::Words(|| {
            CertificateIssuer::WORDS
                .iter()
                .map(|(word, _)| *word)
                .collect()
        }),
    )
    .required(),
];

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "issuers",
        "Issuers of the certificates of hosts; the first entry that matches a host counts.",
        ValueForm::List(&ValueForm::Fields(KEYS)),
    ),
    read: |node, policy, wrong| {
        let items = wrong.items(node, "`issuers`").into_iter();
        policy.issuers = items.filter_map(|item| entry(item, wrong)).collect();
    },
    add: |near, far| near.issuers.extend(far.issuers.iter().cloned()),
};

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<IssuerPolicy> {
    let fields = wrong.fields(item, "an entry of `issuers`", KEYS)?;
    let hosts = wrong.hosts(fields.get("hosts")?, "`hosts`");
    let issuer = fields.get("issuer")?;
    Some(IssuerPolicy {
        hosts,
        issuer: wrong.word(issuer, "issuer", CertificateIssuer::WORDS)?,
        place: issuer.place(),
    })
}

//! What the receiver of an endpoint wants to see before it takes samples.

use super::receiver::{
    Confidence, Credential, Profile, ReceiverCandidate, ReceiverCertainty, ReceiverKind,
    Recognition, Tenant, TenantPlace, Version2,
};
use crate::prometheus::CredentialKind;

/// What the likeliest receivers of an endpoint take as credentials. Where several are as likely,
/// what any of them takes is taken.
#[derive(Debug)]
pub struct ReceiverRequirements<'r, 'p> {
    candidates: &'r [ReceiverCandidate<'p>],
}

impl<'r, 'p> ReceiverRequirements<'r, 'p> {
    /// The demand of a recognized receiver.
    #[must_use]
    pub fn new(recognition: &'r Recognition<'p>) -> Option<Self> {
        let candidates = recognition.decisive();
        (!candidates.is_empty()).then_some(Self { candidates })
    }

    /// Whether the receiver is known for sure.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.candidates
            .iter()
            .all(|candidate| candidate.certainty.is_certain())
    }

    /// Whether it takes a kind of credential.
    #[must_use]
    pub fn takes(&self, credential: &Credential) -> bool {
        self.candidates
            .iter()
            .any(|candidate| candidate.profile.accepts(credential))
    }

    /// Its name, or the names of all that it may be.
    #[must_use]
    pub fn name(&self) -> String {
        joined(
            self.candidates
                .iter()
                .map(|candidate| candidate.profile.short.to_string()),
        )
    }

    /// What it takes, in words.
    #[must_use]
    pub fn kinds(&self) -> String {
        let all = self
            .candidates
            .iter()
            .flat_map(|candidate| candidate.profile.credentials.iter());
        let mut words: Vec<String> = Vec::new();
        for word in all
            .filter(|kind| **kind != Credential::None)
            .map(Credential::in_sentence)
        {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        joined(words.into_iter())
    }

    /// Whether at least a name in the host speaks for it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.candidates
            .iter()
            .all(|candidate| candidate.certainty >= ReceiverCertainty::Word)
    }

    /// Whether it is Opstrace for sure.
    #[must_use]
    pub fn is_opstrace(&self) -> bool {
        self.is_certain() && self.all(|profile| profile.id.starts_with("opstrace"))
    }

    /// Whether it is Thanos Receive, as far as anything is known of it.
    #[must_use]
    pub fn is_thanos(&self) -> bool {
        self.all(|profile| profile.id == "thanos-receive")
    }

    /// Whether a vendor runs it, on the vendor's own hosts.
    #[must_use]
    pub fn is_saas(&self) -> bool {
        self.is_certain() && self.all(|profile| profile.kind == ReceiverKind::Saas)
    }

    /// Why it does not read a header that names a tenant, if it does not: a clause.
    #[must_use]
    pub fn ignores_tenant_header(&self, name: &str) -> Option<String> {
        let first = self.candidates.first()?;
        let why = first.profile.ignores_tenant_header(name)?;
        self.all(|profile| profile.ignores_tenant_header(name).is_some())
            .then_some(why)
    }

    /// How it tells tenants apart, if by a header that all that it may be share.
    #[must_use]
    pub fn tenant_header(&self) -> Option<&'p Tenant> {
        let tenant = &self.candidates.first()?.profile.tenant;
        let same = |profile: &Profile| {
            profile.tenant.place == TenantPlace::Header && profile.tenant.name == tenant.name
        };
        self.all(same).then_some(tenant)
    }

    /// Whether it takes remote write 2.0; unknown where its candidates differ.
    #[must_use]
    pub fn version2(&self) -> Version2 {
        let first = self
            .candidates
            .first()
            .map(|first| first.profile.remote_write_2);
        first
            .filter(|version| self.all(|profile| profile.remote_write_2 == *version))
            .unwrap_or(Version2::Unknown)
    }

    /// External labels that it asks for.
    #[must_use]
    pub fn external_labels(&self) -> Vec<&'p str> {
        match self.candidates {
            [only] => only
                .profile
                .external_labels
                .iter()
                .map(|label| &**label)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether what is known of it is so little that what follows is a hint at most.
    #[must_use]
    pub fn is_hint(&self) -> bool {
        self.candidates
            .iter()
            .any(|candidate| candidate.profile.confidence == Confidence::Low)
    }

    fn all(&self, is_so: impl Fn(&Profile) -> bool) -> bool {
        self.candidates
            .iter()
            .all(|candidate| is_so(candidate.profile))
    }

    /// What its profile says of a kind that it does not take.
    #[must_use]
    pub fn refusal_of(&self, credential: &Credential) -> Option<&str> {
        self.candidates
            .first()?
            .profile
            .says_to_credential(credential)
    }
}

/// `a`, `a or b`, `a, b or c`.
fn joined(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

impl From<CredentialKind<'_>> for Credential {
    fn from(kind: CredentialKind<'_>) -> Self {
        match kind {
            CredentialKind::Bearer => Self::Bearer,
            CredentialKind::Authorization(word) if word.eq_ignore_ascii_case("basic") => {
                Self::BasicAuth
            }
            CredentialKind::Authorization(word) => Self::Authorization(word.to_owned().into()),
            CredentialKind::AnyAuthorization => Self::Header("Authorization".to_owned().into()),
            CredentialKind::BasicAuth => Self::BasicAuth,
            CredentialKind::OAuth2 => Self::OAuth2,
            CredentialKind::Sigv4 => Self::SigV4,
            CredentialKind::AzureAd => Self::AzureAd,
            CredentialKind::GoogleIam => Self::GoogleIam,
            CredentialKind::ClientCertificate => Self::ClientCertificate,
        }
    }
}

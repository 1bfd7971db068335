//! Who signed the certificate of a host, and how that is known. The first answer wins: promvet.yaml;
//! an Opstrace instance configuration of the tree; its cert-manager manifests; what the receiver is
//! known for; the `ca_file` that is configured; what the server showed, if it was asked.

mod acme;
pub mod ca_file;
pub mod cert_manager;
mod manifest;
pub(super) mod name;
#[cfg(test)]
mod tests;
mod ways;

use super::opstrace::{Instance, TenantHost};
use super::receiver::{ReceiverCandidate, Recognition, Tls};
use crate::finding::Evidence;
use crate::policy::{CertificateIssuer, Policy};

/// An issuer with the chain of evidence for it.
#[derive(Clone, Debug)]
pub struct KnownIssuer {
    /// Who signed.
    pub issuer: CertificateIssuer,
    /// How that is known, in the order of the argument.
    pub evidence: Vec<Evidence>,
}

/// The issuer that promvet.yaml names for a host.
pub(super) fn by_policy(host: &str, policy: &Policy) -> Option<KnownIssuer> {
    let (entry, glob) = policy.issuer_of(host)?;
    let hosts = Evidence {
        place: glob.place.clone(),
        message: format!("policy: `{}` covers {host}", glob.pattern),
    };
    let issuer = Evidence {
        place: entry.place.clone(),
        message: format!("and gives its issuer as {}", entry.issuer.word()),
    };
    Some(KnownIssuer {
        issuer: entry.issuer,
        evidence: vec![hosts, issuer],
    })
}

/// The issuer that the configuration of an Opstrace instance names.
pub(super) fn by_instance(host: TenantHost<'_>, instance: &Instance) -> Option<KnownIssuer> {
    let issuer = instance.issuer?;
    let message = if instance.issuer_is_set {
        format!(
            "the Opstrace instance of {} uses the issuer {}",
            host.domain,
            issuer.word()
        )
    } else {
        format!(
            "the Opstrace instance of {} does not set cert_issuer, which makes it {}",
            host.domain,
            issuer.word()
        )
    };
    Some(KnownIssuer {
        issuer,
        evidence: vec![Evidence {
            place: instance.issuer_place.clone(),
            message,
        }],
    })
}

/// The issuer of a receiver whose certificates are known to come from a public authority. What is
/// known of a receiver is not in any file of the tree, so that there is no evidence to show.
#[must_use]
pub fn by_receiver(recognition: &Recognition<'_>) -> Option<KnownIssuer> {
    let decisive = recognition.decisive();
    let public = |candidate: &ReceiverCandidate<'_>| {
        candidate.certainty.is_certain() && candidate.profile.tls == Tls::Public
    };
    let known = !decisive.is_empty() && decisive.iter().all(public);
    known.then(|| KnownIssuer {
        issuer: CertificateIssuer::Public,
        evidence: Vec::new(),
    })
}

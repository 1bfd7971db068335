//! One endpoint, and the words for what is known of it.

use crate::finding::{Evidence, Place, Sentences, Severity};

/// One endpoint: one entry of `remote_write`.
#[derive(Clone, Debug)]
pub struct InventoryRow {
    /// The URL, or the entry where it has none.
    pub place: Place,
    /// The whole entry.
    pub entry: Place,
    /// Its path of keys, such as `remote_write[0]`.
    pub logical: String,
    /// `name`.
    pub name: Option<String>,
    /// The program that sends, if it is not Prometheus.
    pub program: Option<&'static str>,
    /// The receiver, or all that it may be; empty if nothing is known.
    pub receivers: Vec<String>,
    /// How the receiver is known, such as `host`; none if it is not.
    pub known_by: Option<&'static str>,
    /// Whether it is known for sure.
    pub certain: bool,
    /// The tenant or account that is written to.
    pub tenant: Option<String>,
    /// Where the tenant is named, such as `host` or `header X-Scope-OrgID`.
    pub tenant_in: Option<String>,
    /// Host and port as written.
    pub host: Option<String>,
    /// What sends the samples, if it is one container of the tree.
    pub sender: Option<RowHop>,
    /// What of the tree is on the way to the receiver, in the order of a request.
    pub way: Vec<RowHop>,
    /// How it proves who it is; empty if not at all.
    pub credentials: Vec<Proof>,
    /// How the connection is protected.
    pub tls: RowTls,
    /// What is dropped before sending, in words.
    pub dropped: Vec<String>,
    /// Who owns the file.
    pub owners: Vec<String>,
    /// Findings about it.
    pub findings: Figures,
    /// What about it could not be checked, in sentences.
    pub unchecked: Vec<String>,
}

/// Something of the tree that samples come from or pass.
#[derive(Clone, Debug)]
pub struct RowHop {
    /// `ingress`, `service` or `container`.
    pub kind: &'static str,
    /// For people, such as "Ingress `mimir`".
    pub name: String,
    /// Where the tree says so.
    pub proof: Evidence,
}

/// A credential without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What it is, such as `bearer token`.
    pub kind: String,
    /// Where it is from, such as `file secrets/token`.
    pub source: String,
}

/// How a connection is protected.
#[derive(Clone, Debug)]
pub struct RowTls {
    /// Whether the receiver's certificate is verified.
    pub verification: Verification,
    /// Where the trusted certificates are from, if it is not the system.
    pub ca: Option<String>,
    /// Who signed the receiver's certificate, if that is known.
    pub issuer: Option<String>,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

/// Whether a certificate is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It is.
    Verified,
    /// It is not, by `insecure_skip_verify`.
    Skipped,
    /// There is none: plain http.
    Plain,
    /// The URL does not tell.
    Unknown,
}

impl Verification {
    /// As JSON writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Skipped => "skipped",
            Self::Plain => "plain http",
            Self::Unknown => "unknown",
        }
    }
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
    /// Findings that comments or a baseline hide.
    pub suppressed: usize,
}

impl Figures {
    pub(super) fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }
}

/// As many receivers as a table or a picture names where one of them is meant. JSON and CSV name all.
const MOST_NAMED: usize = 3;

impl InventoryRow {
    /// The receivers in words.
    pub(super) fn receiver(&self) -> String {
        match self.receivers.as_slice() {
            [] => "unknown".into(),
            many if many.len() > MOST_NAMED => format!("one of {} receivers", many.len()),
            some => some.join(" or "),
        }
    }

    /// The tenant, or that the credential decides it.
    pub(super) fn tenant(&self) -> Option<String> {
        let by_credential = || {
            (self.tenant_in.as_deref() == Some("credential"))
                .then(|| "by the credential".to_owned())
        };
        let written = self.tenant.clone().map(|tenant| match tenant.is_empty() {
            true => "(empty)".to_owned(),
            false => tenant,
        });
        written.or_else(by_credential)
    }

    /// The issuer in a word.
    pub(super) fn issuer(&self) -> &str {
        match (&self.tls.issuer, self.tls.verification) {
            (Some(issuer), _) => issuer,
            (None, Verification::Plain) => "none (plain http)",
            (None, _) => "unknown",
        }
    }

    /// The way in words: "Service `mimir` at k8s/service.yaml:4, container `mimir` at …".
    pub(super) fn way(&self) -> String {
        self.hops().collect::<Vec<_>>().join(", ")
    }

    /// Each thing on the way with the place that proves it.
    pub(super) fn hops(&self) -> impl Iterator<Item = String> {
        self.way.iter().map(|hop| {
            let (path, start) = (hop.proof.place.path(), hop.proof.place.start());
            format!("{} at {path}:{}", hop.name, start.line)
        })
    }

    /// The protection in words: `verifies, CA file ca.pem, issuer private by promvet.yaml:3`.
    pub(super) fn protection(&self) -> String {
        let mut words = match self.tls.verification {
            // Nothing was verified: this is what Prometheus will do.
            Verification::Verified => "verifies",
            other => other.word(),
        }
        .to_owned();
        if let Some(ca) = &self.tls.ca {
            words.push_str(&format!(", CA {ca}"));
        }
        if let Some(issuer) = &self.tls.issuer {
            words.push_str(&format!(", issuer {issuer}"));
        }
        if let Some(proof) = self.tls.evidence.first() {
            let (path, start) = (proof.place.path(), proof.place.start());
            words.push_str(&format!(" by {path}:{}", start.line));
        }
        words
    }
}

impl Sentences for InventoryRow {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        let proofs = self
            .credentials
            .iter_mut()
            .flat_map(|proof| [&mut proof.kind, &mut proof.source]);
        let hops = self.sender.iter_mut().chain(&mut self.way);
        let hops = hops.flat_map(|hop| [&mut hop.name, &mut hop.proof.message]);
        let evidence = self.tls.evidence.iter_mut().map(|proof| &mut proof.message);
        let texts = [
            &mut self.name,
            &mut self.tenant,
            &mut self.tenant_in,
            &mut self.host,
            &mut self.tls.ca,
        ];
        let texts = texts.into_iter().flatten();
        texts
            .chain([&mut self.logical])
            .chain(&mut self.dropped)
            .chain(&mut self.unchecked)
            .chain(proofs)
            .chain(evidence)
            .chain(hops)
            .collect()
    }
}

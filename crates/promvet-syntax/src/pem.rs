//! TLS material: what a PEM file holds, whether it is what its setting asks for, and until when.
//!
//! Nothing here does cryptography: blocks are decoded (RFC 7468), and of certificates and keys
//! only the fields that matter are read (RFC 5280, RFC 8017, RFC 5915). What Go rejects is in
//! `crypto/tls.X509KeyPair` and `crypto/x509.AppendCertsFromPEM`. No message holds anything of a
//! file but the names of blocks and a certificate's subject and dates.

mod der;
mod server;

pub use server::{ServerCertificate, authorities};

use std::collections::HashMap;

use super::base64;
use der::PublicPart;
use promvet_text::{Day, Severity, work};

/// What a setting wants from its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemRole {
    /// `ca_file`: certificates to trust.
    Authorities,
    /// `cert_file`: the client's certificate, others of its chain behind it.
    Certificate,
    /// `key_file`: the private key of the client's certificate.
    Key,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialFault {
    /// How bad it is.
    pub severity: Severity,
    /// Which fault it is, in a word that does not change.
    pub kind: &'static str,
    /// A clause that can follow the name of the file.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

impl MaterialFault {
    fn error(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            kind,
            message: message.into(),
            help: None,
        }
    }

    fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }
}

/// A block of a PEM file.
struct PemBlock {
    label: String,
    /// What it holds; none if that is not base64, or if it has headers.
    content: Option<Vec<u8>>,
}

impl PemBlock {
    fn is_certificate(&self) -> bool {
        self.label == "CERTIFICATE"
    }

    fn is_key(&self) -> bool {
        self.label == "PRIVATE KEY" || self.label.ends_with(" PRIVATE KEY")
    }
}

const SWITCHED: &str = "swap the files of the certificate and of the key";

/// What is wrong with a file for its role. `now` counts the seconds since 1970.
#[must_use]
pub fn check(role: PemRole, file: &[u8], now: i64) -> Vec<MaterialFault> {
    let blocks = blocks(file);
    if blocks.is_empty() {
        return vec![MaterialFault::error(
            "not-pem",
            if looks_binary(file) {
                "is binary, not PEM, which is all that Prometheus reads; convert it from DER or \
             PKCS#12"
            } else {
                "holds no PEM block (`-----BEGIN …-----`)"
            },
        )];
    }
    match role {
        // `tls.X509KeyPair` takes the first private key of the file and skips what else is there.
        PemRole::Key => key(&blocks).into_iter().collect(),
        PemRole::Certificate | PemRole::Authorities => certificates(role, &blocks, now),
    }
}

/// Whether a certificate and a key belong to each other; none where that takes cryptography, or
/// where one of them is broken, which [`check`] tells.
#[must_use]
pub fn is_pair(certificate: &[u8], key: &[u8]) -> Option<bool> {
    let certificate = blocks(certificate)
        .into_iter()
        .find(PemBlock::is_certificate)?
        .content?;
    let key = blocks(key).into_iter().find(PemBlock::is_key)?.content?;
    match (der::certificate(&certificate)?.public?, der::key(&key)?) {
        (PublicPart::Rsa(ours), PublicPart::Rsa(theirs))
        | (PublicPart::Ec(ours), PublicPart::Ec(theirs)) => Some(ours == theirs),
        // Keys of different kinds never belong together, which needs no cryptography to tell
        // (`tls.X509KeyPair`: "private key type does not match public key type").
        _ => Some(false),
    }
}

fn key(blocks: &[PemBlock]) -> Option<MaterialFault> {
    let Some(key) = blocks.iter().find(|block| block.is_key()) else {
        let fault = MaterialFault::error(
            "no-key",
            format!("holds {}, but no private key", contents(blocks)),
        );
        let switched = blocks.iter().any(PemBlock::is_certificate);
        return Some(if switched {
            fault.help(SWITCHED)
        } else {
            fault
        });
    };
    // `tls.X509KeyPair` cannot decrypt, so that it fails for both PKCS#8 encryption and the headers
    // of OpenSSL's old form.
    if key.label == "ENCRYPTED PRIVATE KEY" || key.content.is_none() {
        let message = "holds an encrypted or damaged private key, which Prometheus cannot read";
        return Some(
            MaterialFault::error("encrypted", message)
                .help("store the key without a passphrase: Prometheus has no setting for one"),
        );
    }
    None
}

fn certificates(role: PemRole, blocks: &[PemBlock], now: i64) -> Vec<MaterialFault> {
    let mut found: Vec<_> = blocks
        .iter()
        .filter(|block| block.is_certificate())
        .collect();
    if found.is_empty() {
        let fault = MaterialFault::error(
            "no-certificate",
            format!("holds {}, but no certificate", contents(blocks)),
        );
        let switched = blocks.iter().any(PemBlock::is_key);
        return vec![if switched {
            fault.help(SWITCHED)
        } else {
            fault
        }];
    }
    if role == PemRole::Certificate {
        // Those behind the first are its chain; the other end may well do without them.
        found.truncate(1);
    }
    let read: Vec<_> = found
        .iter()
        .map(|block| block.content.as_deref().and_then(der::certificate))
        .collect();
    let usable = read
        .iter()
        .flatten()
        .any(|certificate| certificate.not_before <= now && now <= certificate.not_after);
    let faults = read.iter().filter_map(|certificate| {
        let Some(certificate) = certificate else {
            return Some(MaterialFault::error(
                "damaged",
                "holds a certificate that is damaged",
            ));
        };
        let name = match &certificate.name {
            Some(name) => format!("the certificate of {name:?}"),
            None => "a certificate".to_owned(),
        };
        let mut fault = if now > certificate.not_after {
            MaterialFault::error(
                "expired",
                format!(
                    "holds {name}, which expired on {}",
                    Day::of(certificate.not_after)
                ),
            )
        } else if now < certificate.not_before {
            MaterialFault::error(
                "not-yet-valid",
                format!(
                    "holds {name}, which is not valid before {}",
                    Day::of(certificate.not_before)
                ),
            )
        } else {
            return None;
        };
        // One old authority among good ones may be there for no one.
        if usable {
            fault.severity = Severity::Info;
        }
        Some(fault)
    });
    faults.collect()
}

fn contents(blocks: &[PemBlock]) -> String {
    let label = blocks.first().map_or("", |block| &block.label);
    let known = [
        "CERTIFICATE REQUEST",
        "PUBLIC KEY",
        "EC PARAMETERS",
        "DH PARAMETERS",
        "X509 CRL",
        "PKCS7",
    ];
    match blocks.first() {
        Some(block) if block.is_key() => "a private key".into(),
        Some(block) if block.is_certificate() => "a certificate".into(),
        // Other labels are not repeated: whatever is there may be a secret gone astray.
        _ if known.contains(&label) => format!("a block `{label}`"),
        _ => "a PEM block of another kind".into(),
    }
}

/// DER begins with a SEQUENCE whose length takes two bytes, since certificates and keys have 128 to
/// 65,535 bytes.
fn looks_binary(file: &[u8]) -> bool {
    file.starts_with(b"\x30\x82") || file.contains(&0)
}

/// The blocks of a text, as Go's `encoding/pem` finds them: broken ones are passed over. The end
/// of a block is looked for among all ends of the text by its label, so that many beginnings without
/// an end don't cost a search of the whole text each.
fn blocks(file: &[u8]) -> Vec<PemBlock> {
    let text = String::from_utf8_lossy(file);
    let text = text.as_ref();
    let ends = Ends::of(text);
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(begin) = text.get(at..).and_then(|rest| rest.find(BEGIN)) {
        work::count(begin);
        at += begin + BEGIN.len();
        let Some(label) = label_at(text, at) else {
            continue;
        };
        let from = at + label.len() + DASHES.len();
        let Some(end) = ends.next(label, from) else {
            continue;
        };
        let body = text.get(from..end).unwrap_or("");
        work::count(body.len());
        let has_headers = body.contains(':');
        let content = if has_headers {
            None
        } else {
            base64::decode_spaced(body)
        };
        blocks.push(PemBlock {
            label: label.to_owned(),
            content,
        });
        at = end + END.len() + label.len() + DASHES.len();
    }
    blocks
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The label that begins at a byte: it ends with dashes on the same line. Every beginning and every
/// end of a block has dashes, so no byte is looked at twice.
fn label_at(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let (label, _) = rest.split_once(DASHES)?;
    work::count(label.len());
    (!label.contains('\n')).then_some(label)
}

/// Where the ends of blocks are, by their labels, ascending.
struct Ends<'t>(HashMap<&'t str, Vec<usize>>);

impl<'t> Ends<'t> {
    fn of(text: &'t str) -> Self {
        let mut out: HashMap<_, Vec<_>> = HashMap::new();
        for (at, _) in text.match_indices(END) {
            if let Some(label) = label_at(text, at + END.len()) {
                out.entry(label).or_default().push(at);
            }
        }
        work::count(text.len());
        Self(out)
    }

    /// The first end for a label at a byte or behind it.
    fn next(&self, label: &str, from: usize) -> Option<usize> {
        let ends = self.0.get(label)?;
        ends.get(ends.partition_point(|end| *end < from)).copied()
    }
}

#[cfg(test)]
mod tests;

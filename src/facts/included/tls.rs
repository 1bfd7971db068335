//! Certificates and keys that TLS settings name.

use std::path::Path;

use memchr::memmem;

use super::check::at;
use super::{kind_of, locate};
use crate::facts::credential_file::Lookup;
use crate::finding::{Finding, Severity, rule};
use crate::schema::pem::{self, Role};
use crate::source::EntryKind;
use crate::yaml::{Document, Kind, Mapping, Node, placeholder};

/// A file larger than this is not a certificate; bundles of all public authorities have 0.3 MB.
const LARGEST_PEM: u64 = 4 * 1024 * 1024;

/// The key of TLS settings.
const KEY: &str = "tls_config";

const SETTINGS: [(&str, Role); 3] = [
    ("ca_file", Role::Authorities),
    ("cert_file", Role::Certificate),
    ("key_file", Role::Key),
];

/// Checks the files of every `tls_config`. Those that are not there are for others to tell.
pub(super) fn check(
    document: &Document,
    folder: Option<&Path>,
    lookup: &Lookup<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for settings in document.root().map(tls_settings).unwrap_or_default() {
        section(settings, folder, lookup, &mut findings);
    }
    findings
}

/// Every mapping under a key `tls_config`, in the order of the text.
fn tls_settings(root: Node<'_>) -> Vec<Mapping<'_>> {
    let mut found = Vec::new();
    // Only its part of a text of many documents: all of it for each would cost the square.
    let source = root.document().text().slice(root.span());
    if memmem::find(source.as_bytes(), KEY.as_bytes()).is_none() {
        return found;
    }
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        // What an alias stands for is looked at where it is written.
        if node.is_alias() {
            continue;
        }
        match node.kind() {
            Kind::Sequence(list) => open.extend(list.iter()),
            Kind::Mapping(mapping) => {
                for entry in mapping.written() {
                    found.extend(
                        entry
                            .value
                            .mapping()
                            .filter(|_| entry.name() == KEY && !entry.value.is_alias()),
                    );
                    open.push(entry.value);
                }
            }
            Kind::Scalar(_) => {}
        }
    }
    found.sort_by_key(|mapping| mapping.node().span());
    found
}

fn section(
    settings: Mapping<'_>,
    folder: Option<&Path>,
    lookup: &Lookup<'_>,
    findings: &mut Vec<Finding>,
) {
    let before = findings.len();
    let mut pair = Vec::new();
    for (key, role) in SETTINGS {
        let Some(node) = settings.get(key) else {
            continue;
        };
        let Some(content) = node.as_str().and_then(|path| read(path, folder, lookup)) else {
            continue;
        };
        // An empty file is for others to tell, as is one that is not there.
        if content.trim_ascii().is_empty() {
            continue;
        }
        if placeholder::find(&String::from_utf8_lossy(&content))
            .next()
            .is_some()
            && !content.starts_with(b"-----")
        {
            continue;
        }
        for fault in pem::check(role, &content, lookup.now) {
            let message = format!("the file {}; every connection with it fails", fault.message);
            let message = if fault.severity == Severity::Info {
                format!("the file {}", fault.message)
            } else {
                message
            };
            let finding = at(node, rule::FILES_TLS, fault.severity, message).kind(fault.kind);
            findings.push(match fault.help {
                Some(help) => finding.help(help),
                None => finding,
            });
        }
        if role != Role::Authorities {
            pair.push((node, content));
        }
    }
    let sound = findings.len() == before;
    if let [(certificate, public), (key, private)] = pair.as_slice()
        && sound
        && pem::is_pair(public, private) == Some(false)
    {
        let message = "`key_file` does not match the certificate in `cert_file`; every \
            connection fails";
        let finding = at(*key, rule::FILES_TLS, Severity::Error, message).kind("pair");
        findings.push(finding.evidence(certificate.place(), "the certificate"));
    }
}

fn read(path: &str, folder: Option<&Path>, lookup: &Lookup<'_>) -> Option<Vec<u8>> {
    let located = locate(path, folder, lookup)
        .ok()
        .filter(|_| !path.is_empty())?;
    let inside = lookup.tree.within(&located.path, &[&located.bounds]).ok()?;
    if !inside || kind_of(&located.path, lookup) != Some(EntryKind::File) {
        return None;
    }
    lookup.tree.read(&located.path, LARGEST_PEM).ok()
}

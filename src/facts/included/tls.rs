//! Certificates and keys that TLS settings name.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::check::at;
use super::{kind_of, locate, recognize};
use crate::facts::credential_file::FileLookup;
use crate::finding::{Finding, Severity, rule};
use crate::schema::pem::{self, PemRole};
use crate::source::EntryKind;
use crate::yaml::{Document, Kind, Mapping, Node, placeholder};

/// A file larger than this is not a certificate; bundles of all public authorities have 0.3 MB.
const LARGEST_PEM: u64 = 4 * 1024 * 1024;

/// The key of TLS settings.
const KEY: &str = "tls_config";

const SETTINGS: [(&str, PemRole); 3] = [
    ("ca_file", PemRole::Authorities),
    ("cert_file", PemRole::Certificate),
    ("key_file", PemRole::Key),
];

/// Checks the files of every `tls_config`. Those that are not there are for others to tell.
pub(super) fn check(
    document: &Document,
    folder: Option<&Path>,
    lookup: &FileLookup<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A file that many settings name is looked at once, and its faults are those of the first.
    let mut seen = HashMap::new();
    for settings in document.root().map(tls_settings).unwrap_or_default() {
        section(settings, folder, lookup, &mut seen, &mut findings);
    }
    findings
}

/// The files that were looked at, by their paths as written and what they are for: what they hold, and
/// whether that is sound. None for one that is not judged.
type Seen<'d> = HashMap<(&'d str, &'static str), Option<(Arc<[u8]>, bool)>>;

/// Whether a file is looked into: an empty one is for others to tell, and one with placeholders is filled
/// in later.
fn is_judged(content: &[u8]) -> bool {
    let has_placeholder = || {
        placeholder::find(&String::from_utf8_lossy(content))
            .next()
            .is_some()
    };
    !content.trim_ascii().is_empty()
        && recognize::stored_as(content).is_none()
        && (content.starts_with(b"-----") || !has_placeholder())
}

/// What is wrong with the file that a setting names.
fn faults(node: Node<'_>, role: PemRole, content: &[u8], lookup: &FileLookup<'_>) -> Vec<Finding> {
    let found = pem::check(role, content, lookup.now);
    if found.is_empty() {
        return Vec::new();
    }
    // The same for all of them: to name an item of a long list takes as long as its neighbors.
    let (path, identity) = (node.path(), node.identity());
    let faults = found.into_iter().map(|fault| {
        let message = match fault.severity {
            Severity::Info => format!("the file {}", fault.message),
            _ => format!("the file {}; every connection with it fails", fault.message),
        };
        let finding = Finding::new(rule::FILES_TLS, fault.severity, node.place(), message);
        let finding = finding
            .of_key(path.clone(), identity.clone())
            .kind(fault.kind);
        match fault.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    });
    faults.collect()
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

fn section<'d>(
    settings: Mapping<'d>,
    folder: Option<&Path>,
    lookup: &FileLookup<'_>,
    seen: &mut Seen<'d>,
    findings: &mut Vec<Finding>,
) {
    let mut sound = true;
    let mut pair = Vec::new();
    for (key, role) in SETTINGS {
        let Some(node) = settings.get(key) else {
            continue;
        };
        let Some(path) = node.as_str() else { continue };
        let known = seen.entry((path, key)).or_insert_with(|| {
            let content = read(path, folder, lookup).filter(|content| is_judged(content))?;
            let found = faults(node, role, &content, lookup);
            let is_sound = found.is_empty();
            findings.extend(found);
            Some((content.into(), is_sound))
        });
        let Some((content, is_sound)) = known else {
            continue;
        };
        sound &= *is_sound;
        if role != PemRole::Authorities {
            pair.push((node, Arc::clone(content)));
        }
    }
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

fn read(path: &str, folder: Option<&Path>, lookup: &FileLookup<'_>) -> Option<Vec<u8>> {
    let located = locate(path, folder, lookup)
        .ok()
        .filter(|_| !path.is_empty())?;
    let inside = lookup.tree.within(&located.path, &[&located.bounds]).ok()?;
    if !inside || kind_of(&located.path, lookup) != Some(EntryKind::File) {
        return None;
    }
    lookup.tree.read(&located.path, LARGEST_PEM).ok()
}

//! The certificates that a web configuration names, where its server runs (prometheus/exporter-toolkit
//! `web/tls_config.go`, `ConfigToTLSConfig`: paths count from the folder of the file).

use super::at;
use crate::facts::Facts;
use crate::facts::deployment::{AtPath, Deployment};
use crate::finding::{Finding, Severity};
use crate::schema::pem::{self, PemRole};
use crate::yaml::{Document, Node, placeholder};

const FILES: [(&str, PemRole); 3] = [
    ("cert_file", PemRole::Certificate),
    ("key_file", PemRole::Key),
    ("client_ca_file", PemRole::Authorities),
];

/// What is wrong with the files of the web configuration at a path of a container.
pub(super) fn check(
    document: &Document,
    deployment: &Deployment,
    path: &str,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    let tls = document
        .root()
        .and_then(|root| root.get("tls_server_config"));
    let Some(tls) = tls else {
        return Vec::new();
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    let mut pair = Vec::new();
    for (key, role) in FILES {
        let Some((node, name)) = tls.get(key).and_then(|node| Some((node, node.as_str()?))) else {
            continue;
        };
        if name.is_empty() || placeholder::is_open(name) {
            continue;
        }
        let whole = match name.starts_with('/') {
            true => name.to_owned(),
            false => format!("{folder}/{name}"),
        };
        match facts.look_at(deployment, &whole, document.text().path()) {
            AtPath::Unknown => {}
            AtPath::Absent(near) => found.push(absent(node, key, &whole, near)),
            AtPath::Content(content) => {
                let mut faults = faults(node, key, role, &content, facts.now());
                if !deployment.doubts.is_empty() {
                    for fault in &mut faults {
                        fault.severity = fault.severity.min(Severity::Warning);
                    }
                }
                if faults.is_empty() && role != PemRole::Authorities {
                    pair.push((node, content));
                }
                found.extend(faults);
            }
        }
    }
    if let [(_, public), (key, private)] = pair.as_slice()
        && pem::is_pair(public, private) == Some(false)
    {
        let message =
            "`key_file` does not match the certificate in `cert_file`: Prometheus does not start";
        found.push(at(key.place(), *key, message.to_owned()).kind("pair"));
    }
    found
}

fn absent(node: Node<'_>, key: &str, whole: &str, near: Option<String>) -> Finding {
    let message =
        format!("`{key}`: nothing is at `{whole}` where Prometheus runs: it does not start");
    let mut finding = at(node.place(), node, message).kind("file");
    finding.severity = Severity::Warning;
    finding.help(near.unwrap_or_else(|| "mount the file, or correct the path".to_owned()))
}

/// What is wrong with a file, empty ones left to others.
fn faults(node: Node<'_>, key: &str, role: PemRole, content: &[u8], now: i64) -> Vec<Finding> {
    let is_filled = placeholder::find(&String::from_utf8_lossy(content))
        .next()
        .is_some();
    if content.trim_ascii().is_empty() || is_filled && !content.starts_with(b"-----") {
        return Vec::new();
    }
    let faults = pem::check(role, content, now).into_iter();
    let found = faults.map(|fault| {
        let message = format!("the file of `{key}` {}", fault.message);
        let mut finding = at(node.place(), node, message).kind(fault.kind);
        finding.severity = fault.severity;
        match fault.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    });
    found.collect()
}

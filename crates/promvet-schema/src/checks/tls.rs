//! `tls_config` (prometheus/common `config.TLSConfig.Validate`).

use super::exclusive::{non_empty_entries, one_filled};
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;

const CERT: &[&str] = &["cert", "cert_file", "cert_ref"];
const KEY: &[&str] = &["key", "key_file", "key_ref"];

/// At most one source of each item.
/// Imitates `config.TLSConfig.Validate` ("at most one of ca, ca_file & ca_ref must be configured").
pub(crate) fn sources(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    one_filled(section, &["ca", "ca_file", "ca_ref"], report);
    one_filled(section, CERT, report);
    one_filled(section, KEY, report);
}

/// A client certificate comes with its key. Before 2.45.0 no one looked at load.
/// Imitates `config.TLSConfig.Validate` ("exactly one of key or key_file must be configured when a
/// client certificate is configured").
pub(crate) fn pair(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(2, 45, 0) {
        return;
    }
    let (certs, keys) = (
        non_empty_entries(section, CERT),
        non_empty_entries(section, KEY),
    );
    let (alone, has, lacks, write) = match (certs.first(), keys.first()) {
        (Some(cert), None) => (cert, "certificate", "key", "key_file"),
        (None, Some(key)) => (key, "key", "certificate", "cert_file"),
        _ => return,
    };
    report
        .at(
            Rule::MissingField,
            alone.key,
            refused(format!("the client {has} is set, but its {lacks} is not")),
        )
        .help(format!(
            "set `{write}` as well, or delete `{}`",
            alone.name()
        ));
}

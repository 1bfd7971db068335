//! `oci_sd_configs`

use super::exclusive::{non_empty_entries, one_filled};
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;
use crate::yaml::Node;

const NEEDED: &[&str] = &["tenancy", "user", "fingerprint", "key_file"];
const PASSPHRASES: &[&str] = &["key_passphrase", "key_passphrase_file"];

/// What each way to authenticate needs, and what it excludes.
/// Imitates `oci.SDConfig.UnmarshalYAML`.
pub(crate) fn authentication(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    match section.text("auth") {
        Some("api_key") => {
            for key in NEEDED {
                if section.text(key) == Some("") {
                    let message = refused(format!("`{key}` is needed with `auth: api_key`"));
                    report.missing(section, key, message);
                }
            }
            one_filled(section, PASSPHRASES, report);
        }
        Some("instance_principal") => {
            let auth = section.entry("auth");
            let unwanted = non_empty_entries(section, NEEDED)
                .into_iter()
                .chain(non_empty_entries(section, PASSPHRASES));
            for entry in unwanted {
                let message = refused(format!("`{}` is only for `auth: api_key`", entry.name()));
                let said = report.at(Rule::Conflict, entry.key, message);
                if let Some(auth) = auth {
                    said.evidence(auth.value.place(), "it is `instance_principal` here");
                }
            }
        }
        _ => {}
    }
}

/// Compartments have names, and targets are looked up again some time.
/// An empty compartment would be asked for by an empty id at each refresh, so that it is refused on
/// load.
pub(crate) fn rest(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    for item in section
        .node("compartments")
        .into_iter()
        .flat_map(Node::items)
    {
        if item.is_null() || item.as_str() == Some("") {
            let node = if item.span().is_empty() {
                section.key_or_anchor("compartments")
            } else {
                item
            };
            report
                .at(
                    Rule::InvalidValue,
                    node,
                    refused("an item of `compartments` is empty"),
                )
                .help("write the item, or delete its `-`");
        }
    }
    positive_refresh(section, report);
}

/// `refresh_interval` is above zero; only two discoveries look.
pub(crate) fn positive_refresh(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.millis("refresh_interval") == Some(0) {
        let node = section
            .non_empty("refresh_interval")
            .unwrap_or_else(|| section.key_or_anchor("refresh_interval"));
        report.at(
            Rule::InvalidValue,
            node,
            refused("`refresh_interval` must be above zero"),
        );
    }
}

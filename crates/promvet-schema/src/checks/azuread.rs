//! `remote_write[].azuread` (Prometheus `storage/remote/azuread/azuread.go`, `Validate`).

use super::exclusive::{at_most_one, present};
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::{azure, uuid};
use crate::section::Section;

const METHODS: &[&str] = &[
    "managed_identity",
    "workload_identity",
    "oauth",
    "sdk",
    "certificate",
];

/// Exactly one way to authenticate.
/// Imitates `azuread.AzureADConfig.Validate`.
pub(crate) fn one_method(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let methods = present(section, METHODS);
    if methods.is_empty() {
        report
            .at(
                Rule::MissingField,
                section.anchor,
                refused("`azuread` has no authentication method"),
            )
            .help("add one of `managed_identity`, `workload_identity`, `oauth`, `sdk` and `certificate`");
    }
    at_most_one(&methods, report);
}

/// Characters that a scope may hold.
pub(crate) fn scope(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(node) = section.non_empty("scope") else {
        return;
    };
    report.text(node, "the scope", azure::scope);
}

/// What each method has to name. A managed identity may go without an id since 3.5.0.
/// From the checks of `ClientID`, `TenantID` and so on in `azuread.AzureADConfig.Validate`.
pub(crate) fn ids(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let (needed, uuids): (&[&str], &[&str]) = match section.of.name {
        "AzureADManagedIdentityConfig" if section.at_least(3, 5, 0) => (&[], &["client_id"]),
        "AzureADManagedIdentityConfig" => (&["client_id"], &["client_id"]),
        "AzureADWorkloadIdentityConfig" => {
            (&["client_id", "tenant_id"], &["client_id", "tenant_id"])
        }
        "AzureADOAuthConfig" => (&["client_id", "client_secret", "tenant_id"], &["client_id"]),
        _ => (
            &["client_id", "tenant_id", "certificate_path"],
            &["client_id"],
        ),
    };
    for key in needed {
        if section.text(key) == Some("") {
            let message = refused(format!("`{key}` is missing"));
            report.missing(section, key, message);
        }
    }
    for key in uuids {
        if let Some(node) = section.non_empty(key) {
            report
                .text(node, &format!("`{key}`"), uuid::uuid)
                .help("a UUID looks like `00000000-0000-0000-0000-000000000000`");
        }
    }
}

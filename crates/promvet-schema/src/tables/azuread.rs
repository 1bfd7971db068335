//! `remote_write[].azuread`

use super::enums;
use crate::checks::azuread;
use crate::index::Index;
use crate::table::Type::{Bool, Enum, File, Secret, Section, Text, Uuid};
use crate::table::{Base, NullItem, Reference, Struct, key};

/// `AzureADConfig`
pub static AZUREAD: Struct = Struct {
    name: "AzureADConfig",
    fields: &[
        key("managed_identity", Section(&AZUREAD_MANAGED_IDENTITY)).since(2, 45, 0),
        key("workload_identity", Section(&AZUREAD_WORKLOAD_IDENTITY)).since(3, 7, 0),
        key("oauth", Section(&AZUREAD_OAUTH)).since(2, 48, 0),
        key("sdk", Section(&AZUREAD_SDK)).since(2, 52, 0),
        key("certificate", Section(&AZUREAD_CERTIFICATE)).since(3, 13, 0),
        key("cloud", Enum(&enums::AZUREAD_CLOUD))
            .since(2, 45, 0)
            .default("AzurePublic"),
        key("scope", Text).since(3, 9, 0),
    ],
    inline: &[],
    checks: &[azuread::one_method, azuread::scope],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AzureADManagedIdentityConfig`
pub static AZUREAD_MANAGED_IDENTITY: Struct = Struct {
    name: "AzureADManagedIdentityConfig",
    fields: &[key("client_id", Uuid).since(2, 45, 0)],
    inline: &[],
    checks: &[azuread::ids],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AzureADWorkloadIdentityConfig`
pub static AZUREAD_WORKLOAD_IDENTITY: Struct = Struct {
    name: "AzureADWorkloadIdentityConfig",
    fields: &[
        key("client_id", Uuid).since(3, 7, 0).needed("always"),
        key("tenant_id", Uuid).since(3, 7, 0).needed("always"),
        key(
            "token_file_path",
            File(Reference::Credential, Base::Process),
        )
        .since(3, 7, 0)
        .default("/var/run/secrets/azure/tokens/azure-identity-token"),
    ],
    inline: &[],
    checks: &[azuread::ids],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AzureADOAuthConfig`
pub static AZUREAD_OAUTH: Struct = Struct {
    name: "AzureADOAuthConfig",
    fields: &[
        key("client_id", Uuid).since(2, 48, 0).needed("always"),
        key("client_secret", Secret)
            .since(2, 48, 0)
            .needed("always"),
        key("tenant_id", Text).since(2, 48, 0).needed("always"),
    ],
    inline: &[],
    checks: &[azuread::ids],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AzureADSDKConfig`
pub static AZUREAD_SDK: Struct = Struct {
    name: "AzureADSDKConfig",
    fields: &[key("tenant_id", Text).since(2, 52, 0)],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AzureADCertificateConfig`
pub static AZUREAD_CERTIFICATE: Struct = Struct {
    name: "AzureADCertificateConfig",
    fields: &[
        key("client_id", Uuid).since(3, 13, 0).needed("always"),
        key("tenant_id", Text).since(3, 13, 0).needed("always"),
        key(
            "certificate_path",
            File(Reference::Certificate, Base::Process),
        )
        .since(3, 13, 0)
        .needed("always"),
        key("certificate_key_path", File(Reference::Key, Base::Process)).since(3, 13, 0),
        key("certificate_password", Secret).since(3, 13, 0),
        key("send_certificate_chain", Bool).since(3, 13, 0),
    ],
    inline: &[],
    checks: &[azuread::ids],
    null_item: NullItem::Zero,
    index: Index::new(),
};

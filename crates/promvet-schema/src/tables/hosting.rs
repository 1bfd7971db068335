//! The discoveries of hosting companies other than Amazon.

use super::enums;
use super::http_client::HTTP_CLIENT;
use crate::checks::{discovery, oci};
use crate::index::Index;
use crate::table::Type::{Any, Duration, Enum, File, Int, List, Secret, Text, UrlText};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};

/// `AzureSDConfig`
pub static AZURE_SD: Struct = Struct {
    name: "AzureSDConfig",
    fields: &[
        key("environment", Text)
            .since(2, 4, 0)
            .default("AzurePublicCloud")
            .note("names of Azure clouds, resolved at run time"),
        key("port", Int).default("80"),
        key("subscription_id", Text).required(),
        key("tenant_id", Text).needed("when authentication_method is OAuth (the default)"),
        key("client_id", Text).needed("when authentication_method is OAuth (the default)"),
        key("client_secret", Secret).needed("when authentication_method is OAuth (the default)"),
        key("refresh_interval", Duration).default("5m"),
        key(
            "authentication_method",
            Enum(&enums::AZURE_AUTHENTICATION_METHOD),
        )
        .since(2, 7, 0)
        .default("OAuth"),
        key("resource_group", Text).since(2, 35, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 31, 0)],
    checks: &[discovery::azure],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `DigitalOceanSDConfig`
pub static DIGITALOCEAN_SD: Struct = Struct {
    name: "DigitalOceanSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 20, 0)
            .default("1m"),
        key("port", Int).since(2, 20, 0).default("80"),
        key("role", Enum(&enums::DIGITALOCEAN_ROLE))
            .since(3, 12, 0)
            .default("droplets"),
        key("httpclient", Any).since(3, 12, 0).accidental().note(
            "accidental key (untagged exported field) accepted by the decoder; not meant for users",
        ),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 20, 0)],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `GCESDConfig`
pub static GCE_SD: Struct = Struct {
    name: "GCESDConfig",
    fields: &[
        key("project", Text).required(),
        key("zone", Text).required(),
        key("filter", Text),
        key("refresh_interval", Duration).default("1m"),
        key("port", Int).default("80"),
        key("tag_separator", Text).default(","),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `HetznerSDConfig`
pub static HETZNER_SD: Struct = Struct {
    name: "HetznerSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 21, 0)
            .default("1m"),
        key("port", Int).since(2, 21, 0).default("80"),
        key("role", Enum(&enums::HETZNER_ROLE))
            .since(2, 21, 0)
            .required(),
        key("label_selector", Text).since(3, 5, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 21, 0)],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `IONOSSDConfig`
pub static IONOS_SD: Struct = Struct {
    name: "IONOSSDConfig",
    fields: &[
        key("datacenter_id", Text).since(2, 36, 0).required(),
        key("refresh_interval", Duration)
            .since(2, 36, 0)
            .default("1m"),
        key("port", Int).since(2, 36, 0).default("80"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 36, 0)],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `LinodeSDConfig`
pub static LINODE_SD: Struct = Struct {
    name: "LinodeSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 28, 0)
            .default("1m"),
        key("port", Int).since(2, 28, 0).default("80"),
        key("tag_separator", Text).since(2, 28, 0).default(","),
        key("region", Text).since(2, 52, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 28, 0)],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `OVHcloudSDConfig`
pub static OVHCLOUD_SD: Struct = Struct {
    name: "OVHcloudSDConfig",
    fields: &[
        key("endpoint", Text)
            .since(2, 40, 0)
            .required()
            .default("ovh-eu"),
        key("application_key", Text).since(2, 40, 0).required(),
        key("application_secret", Secret).since(2, 40, 0).required(),
        key("consumer_key", Secret).since(2, 40, 0).required(),
        key("refresh_interval", Duration)
            .since(2, 40, 0)
            .default("1m"),
        key("service", Enum(&enums::OVHCLOUD_SERVICE))
            .since(2, 40, 0)
            .required(),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `ScalewaySDConfig`
pub static SCALEWAY_SD: Struct = Struct {
    name: "ScalewaySDConfig",
    fields: &[
        key("project_id", Text).since(2, 26, 0).required(),
        key("api_url", UrlText)
            .since(2, 26, 0)
            .default("https://api.scaleway.com"),
        key("zone", Text).since(2, 26, 0).default("fr-par-1"),
        key("access_key", Text).since(2, 26, 0).required(),
        key("secret_key", Secret)
            .since(2, 26, 0)
            .needed("exactly one of secret_key, secret_key_file"),
        key("secret_key_file", File(Reference::Credential, Base::Config))
            .since(2, 27, 0)
            .needed("exactly one of secret_key, secret_key_file"),
        key("name_filter", Text).since(2, 26, 0),
        key("tags_filter", List(&Text)).since(2, 26, 0),
        key("refresh_interval", Duration)
            .since(2, 26, 0)
            .default("1m"),
        key("port", Int).since(2, 26, 0).default("80"),
        key("role", Enum(&enums::SCALEWAY_ROLE))
            .since(2, 26, 0)
            .required(),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 26, 0)],
    checks: &[discovery::secret_key, discovery::scaleway_formats],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `STACKITSDConfig`
pub static STACKIT_SD: Struct = Struct {
    name: "STACKITSDConfig",
    fields: &[
        key("project", Text).since(3, 5, 0),
        key("refresh_interval", Duration)
            .since(3, 5, 0)
            .default("1m"),
        key("port", Int).since(3, 5, 0).default("80"),
        key("region", Text)
            .since(3, 5, 0)
            .default("eu01")
            .note("one of endpoint or region required"),
        key("endpoint", UrlText).since(3, 5, 0),
        key("service_account_key", Secret).since(3, 5, 0),
        key("private_key", Secret).since(3, 5, 0),
        key(
            "service_account_key_path",
            File(Reference::Credential, Base::Process),
        )
        .since(3, 5, 0),
        key("private_key_path", File(Reference::Key, Base::Process)).since(3, 5, 0),
        key(
            "credentials_file_path",
            File(Reference::Credential, Base::Process),
        )
        .since(3, 5, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 5, 0)],
    checks: &[discovery::stackit],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `VultrSDConfig`
pub static VULTR_SD: Struct = Struct {
    name: "VultrSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 36, 0)
            .default("1m"),
        key("port", Int).since(2, 36, 0).default("80"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 36, 0)],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `OutscaleSDConfig`
pub static OUTSCALE_SD: Struct = Struct {
    name: "OutscaleSDConfig",
    fields: &[
        key("endpoint", UrlText)
            .since(3, 12, 0)
            .note("when empty, derived from region"),
        key("region", Text).since(3, 12, 0).default("eu-west-2"),
        key("access_key", Text).since(3, 12, 0).required(),
        key("secret_key", Secret)
            .since(3, 12, 0)
            .needed("exactly one of secret_key, secret_key_file"),
        key("secret_key_file", File(Reference::Credential, Base::Config))
            .since(3, 12, 0)
            .needed("exactly one of secret_key, secret_key_file"),
        key("refresh_interval", Duration)
            .since(3, 12, 0)
            .default("1m"),
        key("port", Int).since(3, 12, 0).default("80"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 12, 0)],
    checks: &[discovery::secret_key, discovery::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `OCISDConfig`
pub static OCI_SD: Struct = Struct {
    name: "OCISDConfig",
    fields: &[
        key("auth", Enum(&enums::OCI_AUTH))
            .since(3, 14, 0)
            .default("api_key"),
        key("tenancy", Text)
            .since(3, 14, 0)
            .needed("when auth is api_key (the default)"),
        key("user", Text)
            .since(3, 14, 0)
            .needed("when auth is api_key (the default)"),
        key("fingerprint", Text)
            .since(3, 14, 0)
            .needed("when auth is api_key (the default)"),
        key("key_file", File(Reference::Key, Base::Config))
            .since(3, 14, 0)
            .needed("when auth is api_key (the default)"),
        key("key_passphrase", Secret).since(3, 14, 0),
        key(
            "key_passphrase_file",
            File(Reference::Credential, Base::Config),
        )
        .since(3, 14, 0),
        key("region", Text).since(3, 14, 0).required(),
        key("compartments", List(&Text)).since(3, 14, 0),
        key("port", Int).since(3, 14, 0).default("80"),
        key("refresh_interval", Duration)
            .since(3, 14, 0)
            .default("1m"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 14, 0)],
    checks: &[oci::authentication, oci::rest],
    null_item: NullItem::Refused,
    index: Index::new(),
};

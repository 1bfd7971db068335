//! `remote_write`

use super::azuread::AZUREAD;
use super::enums;
use super::http_client::HTTP_CLIENT;
use super::relabel::RELABEL;
use crate::checks::remote_write;
use crate::index::Index;
use crate::table::Type::{
    Bool, Duration, Enum, File, HeaderName, Int, List, Map, Secret, Section, Text, Url,
};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};

/// `RemoteWriteConfig`
pub static REMOTE_WRITE: Struct = Struct {
    name: "RemoteWriteConfig",
    fields: &[
        key("url", Url).present(),
        key("remote_timeout", Duration).default("30s"),
        key("headers", Map(&HeaderName, &Text)).since(2, 25, 0),
        key("write_relabel_configs", List(&Section(&RELABEL))),
        key("name", Text).since(2, 15, 0),
        key("send_exemplars", Bool)
            .since(2, 27, 0)
            .flag("useful only with --enable-feature=exemplar-storage"),
        key("send_native_histograms", Bool).since(2, 40, 0),
        key("round_robin_dns", Bool).since(3, 1, 0),
        key(
            "protobuf_message",
            Enum(&enums::REMOTE_WRITE_PROTOBUF_MESSAGE),
        )
        .since(2, 54, 0)
        .default("prometheus.WriteRequest"),
        key("queue_config", Section(&QUEUE)),
        key("metadata_config", Section(&METADATA)).since(2, 23, 0),
        key("sigv4", Section(&SIGV4)).since(2, 26, 0),
        key("azuread", Section(&AZUREAD)).since(2, 45, 0),
        key("google_iam", Section(&GOOGLE_IAM)).since(2, 55, 0),
    ],
    inline: &[inline(&HTTP_CLIENT)],
    checks: &[
        remote_write::one_credential,
        remote_write::headers,
        remote_write::queue_null,
    ],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `QueueConfig`
pub static QUEUE: Struct = Struct {
    name: "QueueConfig",
    fields: &[
        key("capacity", Int).default("10000"),
        key("max_shards", Int)
            .default("50")
            .note("must be > 0 (checked since see validation rules)"),
        key("min_shards", Int).since(2, 6, 0).default("1"),
        key("max_samples_per_send", Int).default("2000"),
        key("batch_send_deadline", Duration).default("5s"),
        key("min_backoff", Duration).default("30ms"),
        key("max_backoff", Duration).default("5s"),
        key("retry_on_http_429", Bool).since(2, 26, 0),
        key("sample_age_limit", Duration)
            .since(2, 50, 0)
            .default("0s"),
        key("max_retries", Int)
            .removed(2, 11, 0)
            .note("no longer in the schema"),
    ],
    inline: &[],
    checks: &[remote_write::queue],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `MetadataConfig`
pub static METADATA: Struct = Struct {
    name: "MetadataConfig",
    fields: &[
        key("send", Bool)
            .since(2, 23, 0)
            .default("true")
            .note("a null metadata_config turns this to false"),
        key("send_interval", Duration).since(2, 23, 0).default("1m"),
        key("max_samples_per_send", Int)
            .since(2, 29, 0)
            .default("2000"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `SigV4Config`
pub static SIGV4: Struct = Struct {
    name: "SigV4Config",
    fields: &[
        key("region", Text).since(2, 26, 0),
        key("access_key", Text).since(2, 26, 0),
        key("secret_key", Secret).since(2, 26, 0),
        key("profile", Text).since(2, 26, 0),
        key("role_arn", Text).since(2, 26, 0),
        key("external_id", Text).since(3, 10, 0),
        key("use_fips_sts_endpoint", Bool).since(3, 1, 0),
        key("service_name", Text).since(3, 5, 0),
    ],
    inline: &[],
    checks: &[remote_write::sigv4],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `GoogleIAMConfig`
pub static GOOGLE_IAM: Struct = Struct {
    name: "GoogleIAMConfig",
    fields: &[key(
        "credentials_file",
        File(Reference::Credential, Base::Process),
    )
    .since(2, 55, 0)],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

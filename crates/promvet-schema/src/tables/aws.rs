//! The discoveries of Amazon Web Services.

use super::enums;
use super::http_client::HTTP_CLIENT;
use crate::checks::aws;
use crate::index::Index;
use crate::table::Type::{Duration, Enum, Int, List, Secret, Section, Text};
use crate::table::{NullItem, Struct, inline, key};

/// `AWSSDConfig`
pub static AWS_SD: Struct = Struct {
    name: "AWSSDConfig",
    fields: &[
        key("role", Enum(&enums::AWS_ROLE))
            .since(3, 8, 0)
            .required(),
        key("region", Text).since(3, 8, 0),
        key("endpoint", Text).since(3, 8, 0),
        key("access_key", Text).since(3, 8, 0),
        key("secret_key", Secret).since(3, 8, 0),
        key("profile", Text).since(3, 8, 0),
        key("role_arn", Text).since(3, 8, 0),
        key("external_id", Text).since(3, 12, 0),
        key("refresh_interval", Duration)
            .since(3, 8, 0)
            .default("1m")
            .note("0 or unset takes the default of the chosen role"),
        key("port", Int)
            .since(3, 8, 0)
            .default("80")
            .note("0 or unset takes the default of the chosen role"),
        key("filters", List(&Section(&AWS_FILTER)))
            .since(3, 8, 0)
            .note("used for roles ec2 and rds only"),
        key("clusters", List(&Text))
            .since(3, 8, 0)
            .note("used for roles ecs, elasticache, msk, rds only"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 8, 0).unchecked()],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `EC2SDConfig`
pub static EC2_SD: Struct = Struct {
    name: "EC2SDConfig",
    fields: &[
        key("endpoint", Text).since(2, 4, 0),
        key("region", Text),
        key("access_key", Text),
        key("secret_key", Secret),
        key("profile", Text),
        key("role_arn", Text),
        key("external_id", Text).since(3, 12, 0),
        key("refresh_interval", Duration).default("1m"),
        key("port", Int).default("80"),
        key("filters", List(&Section(&AWS_FILTER))).since(2, 3, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 41, 0)],
    checks: &[aws::region, aws::filters],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `LightsailSDConfig`
pub static LIGHTSAIL_SD: Struct = Struct {
    name: "LightsailSDConfig",
    fields: &[
        key("endpoint", Text).since(2, 27, 0),
        key("region", Text).since(2, 27, 0),
        key("access_key", Text).since(2, 27, 0),
        key("secret_key", Secret).since(2, 27, 0),
        key("profile", Text).since(2, 27, 0),
        key("role_arn", Text).since(2, 27, 0),
        key("external_id", Text).since(3, 12, 0),
        key("refresh_interval", Duration)
            .since(2, 27, 0)
            .default("1m"),
        key("port", Int).since(2, 27, 0).default("80"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 41, 0)],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `ECSSDConfig`
pub static ECS_SD: Struct = Struct {
    name: "ECSSDConfig",
    fields: &[
        key("region", Text).since(3, 8, 0),
        key("endpoint", Text).since(3, 8, 0),
        key("access_key", Text).since(3, 8, 0),
        key("secret_key", Secret).since(3, 8, 0),
        key("profile", Text).since(3, 8, 0),
        key("role_arn", Text).since(3, 8, 0),
        key("external_id", Text).since(3, 12, 0),
        key("clusters", List(&Text)).since(3, 8, 0),
        key("port", Int).since(3, 8, 0).default("80"),
        key("refresh_interval", Duration)
            .since(3, 8, 0)
            .default("1m"),
        key("request_concurrency", Int).since(3, 8, 0).default("20"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 8, 0)],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `MSKSDConfig`
pub static MSK_SD: Struct = Struct {
    name: "MSKSDConfig",
    fields: &[
        key("region", Text).since(3, 10, 0),
        key("endpoint", Text).since(3, 10, 0),
        key("access_key", Text).since(3, 10, 0),
        key("secret_key", Secret).since(3, 10, 0),
        key("profile", Text).since(3, 10, 0),
        key("role_arn", Text).since(3, 10, 0),
        key("external_id", Text).since(3, 12, 0),
        key("clusters", List(&Text)).since(3, 10, 0),
        key("port", Int).since(3, 10, 0).default("80"),
        key("refresh_interval", Duration)
            .since(3, 10, 0)
            .default("1m"),
        key("request_concurrency", Int)
            .since(3, 10, 0)
            .default("10"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 10, 0)],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `ElasticacheSDConfig`
pub static ELASTICACHE_SD: Struct = Struct {
    name: "ElasticacheSDConfig",
    fields: &[
        key("region", Text).since(3, 11, 0),
        key("endpoint", Text).since(3, 11, 0),
        key("access_key", Text).since(3, 11, 0),
        key("secret_key", Secret).since(3, 11, 0),
        key("profile", Text).since(3, 11, 0),
        key("role_arn", Text).since(3, 11, 0),
        key("external_id", Text).since(3, 12, 0),
        key("clusters", List(&Text)).since(3, 11, 0),
        key("port", Int).since(3, 11, 0).default("80"),
        key("refresh_interval", Duration)
            .since(3, 11, 0)
            .default("1m"),
        key("request_concurrency", Int)
            .since(3, 11, 0)
            .default("10"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 11, 0)],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `RDSSDConfig`
pub static RDS_SD: Struct = Struct {
    name: "RDSSDConfig",
    fields: &[
        key("region", Text).since(3, 11, 0),
        key("endpoint", Text).since(3, 11, 0),
        key("access_key", Text).since(3, 11, 0),
        key("secret_key", Secret).since(3, 11, 0),
        key("profile", Text).since(3, 11, 0),
        key("role_arn", Text).since(3, 11, 0),
        key("external_id", Text).since(3, 12, 0),
        key("clusters", List(&Text)).since(3, 11, 0),
        key("port", Int).since(3, 11, 0).default("80"),
        key("refresh_interval", Duration)
            .since(3, 11, 0)
            .default("1m"),
        key("filters", List(&Section(&AWS_FILTER))).since(3, 13, 0),
        key("request_concurrency", Int)
            .since(3, 11, 0)
            .default("10"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(3, 11, 0)],
    checks: &[aws::region],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `AWSFilter`
pub static AWS_FILTER: Struct = Struct {
    name: "AWSFilter",
    fields: &[
        key("name", Text).since(2, 3, 0),
        key("values", List(&Text)).since(2, 3, 0).needed("non-empty inside ec2_sd_configs[].filters; not checked for rds_sd_configs or aws_sd_configs"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

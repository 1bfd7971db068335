//! `scrape_configs`, and the discoveries that they share with Alertmanagers.

use super::aws::{AWS_SD, EC2_SD, ECS_SD, ELASTICACHE_SD, LIGHTSAIL_SD, MSK_SD, RDS_SD};
use super::consul::{CONSUL_SD, NOMAD_SD};
use super::docker::{DOCKER_SD, DOCKERSWARM_SD};
use super::enums;
use super::files::{DNS_SD, FILE_SD, HTTP_SD, PUPPETDB_SD};
use super::hosting::{
    AZURE_SD, DIGITALOCEAN_SD, GCE_SD, HETZNER_SD, IONOS_SD, LINODE_SD, OCI_SD, OUTSCALE_SD,
    OVHCLOUD_SD, SCALEWAY_SD, STACKIT_SD, VULTR_SD,
};
use super::http_client::HTTP_CLIENT;
use super::kubernetes::KUBERNETES_SD;
use super::openstack::{OPENSTACK_SD, TRITON_SD};
use super::registries::{EUREKA_SD, KUMA_SD, MARATHON_SD, NERVE_SD, SERVERSET_SD, UYUNI_SD};
use super::relabel::RELABEL;
use crate::checks::{config, scrape};
use crate::index::Index;
use crate::table::Type::{
    Bool, ByteSize, Duration, Enum, File, Float, HostPort, LabelName, LabelValue, List, Map,
    Section, Text, Uint,
};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};

/// `ScrapeConfig`
pub static SCRAPE: Struct = Struct {
    name: "ScrapeConfig",
    fields: &[
        key("job_name", Text).required(),
        key("honor_labels", Bool),
        key("honor_timestamps", Bool).since(2, 9, 0).default("true"),
        key("track_timestamps_staleness", Bool).since(2, 48, 0),
        key("params", Map(&Text, &List(&Text))),
        key("scrape_interval", Duration).default("inherit:global.scrape_interval").note("0 or unset inherits global.scrape_interval"),
        key("scrape_timeout", Duration).default("inherit:global.scrape_timeout").note("0 or unset inherits min(global.scrape_timeout, job scrape_interval)"),
        key("scrape_protocols", List(&Enum(&enums::SCRAPE_PROTOCOL))).since(2, 49, 0).default("inherit:global.scrape_protocols").note("unset inherits global, else [PrometheusProto first] when native histograms are scraped, else text protocols"),
        key("fallback_scrape_protocol", Enum(&enums::FALLBACK_SCRAPE_PROTOCOL)).since(3, 0, 0),
        key("scrape_native_histograms", Bool).since(3, 8, 0).default("inherit:global.scrape_native_histograms").note("unset inherits global"),
        key("always_scrape_classic_histograms", Bool).since(3, 0, 0).default("inherit:global.always_scrape_classic_histograms").note("unset inherits global"),
        key("convert_classic_histograms_to_nhcb", Bool).since(3, 0, 0).default("inherit:global.convert_classic_histograms_to_nhcb").note("unset inherits global"),
        key("scrape_failure_log_file", File(Reference::Log, Base::Config)).since(2, 55, 0).default("inherit:global.scrape_failure_log_file").note("empty inherits global"),
        key("metrics_path", Text).default("/metrics"),
        key("scheme", Text).default("http"),
        key("enable_compression", Bool).since(2, 49, 0).default("true"),
        key("body_size_limit", ByteSize).since(2, 28, 0).default("inherit:global.body_size_limit").note("0 or unset inherits global"),
        key("sample_limit", Uint).default("inherit:global.sample_limit").note("0 or unset inherits global"),
        key("target_limit", Uint).since(2, 21, 0).default("inherit:global.target_limit").note("0 or unset inherits global"),
        key("label_limit", Uint).since(2, 27, 0).default("inherit:global.label_limit").note("0 or unset inherits global"),
        key("label_name_length_limit", Uint).since(2, 27, 0).default("inherit:global.label_name_length_limit").note("0 or unset inherits global"),
        key("label_value_length_limit", Uint).since(2, 27, 0).default("inherit:global.label_value_length_limit").note("0 or unset inherits global"),
        key("native_histogram_bucket_limit", Uint).since(2, 45, 0),
        key("native_histogram_min_bucket_factor", Float).since(2, 50, 0),
        key("keep_dropped_targets", Uint).since(2, 47, 0).default("inherit:global.keep_dropped_targets").note("0 or unset inherits global"),
        key("metric_name_validation_scheme", Enum(&enums::METRIC_NAME_VALIDATION_SCHEME)).since(2, 55, 0).default("inherit:global.metric_name_validation_scheme").note("unset inherits global"),
        key("metric_name_escaping_scheme", Enum(&enums::METRIC_NAME_ESCAPING_SCHEME)).since(3, 4, 0).default("inherit:global.metric_name_escaping_scheme").note("unset: inherits global when the job sets no validation scheme, else underscores for legacy and allow-utf-8 for utf8"),
        key("extra_scrape_metrics", Bool).since(3, 10, 0).default("inherit:global.extra_scrape_metrics").flag("global default flips to true with --enable-feature=extra-scrape-metrics").note("unset inherits global"),
        key("relabel_configs", List(&Section(&RELABEL))),
        key("metric_relabel_configs", List(&Section(&RELABEL))),
        key("scrape_classic_histograms", Bool).since(2, 45, 0).removed(3, 0, 0).deprecated(3, 0, 0, "write `always_scrape_classic_histograms`, its name since 3.0"),
    ],
    inline: &[inline(&HTTP_CLIENT), inline(&DISCOVERY)],
    checks: &[config::validation_scheme, scrape::protocols, scrape::targets],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `TargetGroup`
pub static TARGET_GROUP: Struct = Struct {
    name: "TargetGroup",
    fields: &[
        key("targets", List(&HostPort)),
        key("labels", Map(&LabelName, &LabelValue)),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// The discoveries that scrape jobs and Alertmanagers share.
pub static DISCOVERY: Struct = Struct {
    name: "service discovery",
    fields: &[
        key("aws_sd_configs", List(&Section(&AWS_SD))).since(3, 8, 0),
        key("azure_sd_configs", List(&Section(&AZURE_SD))),
        key("consul_sd_configs", List(&Section(&CONSUL_SD))),
        key("digitalocean_sd_configs", List(&Section(&DIGITALOCEAN_SD))).since(2, 20, 0),
        key("dns_sd_configs", List(&Section(&DNS_SD))),
        key("docker_sd_configs", List(&Section(&DOCKER_SD))).since(2, 27, 0),
        key("dockerswarm_sd_configs", List(&Section(&DOCKERSWARM_SD))).since(2, 20, 0),
        key("ec2_sd_configs", List(&Section(&EC2_SD))),
        key("ecs_sd_configs", List(&Section(&ECS_SD))).since(3, 8, 0),
        key("elasticache_sd_configs", List(&Section(&ELASTICACHE_SD))).since(3, 11, 0),
        key("eureka_sd_configs", List(&Section(&EUREKA_SD))).since(2, 21, 0),
        key("file_sd_configs", List(&Section(&FILE_SD))),
        key("gce_sd_configs", List(&Section(&GCE_SD))),
        key("hetzner_sd_configs", List(&Section(&HETZNER_SD))).since(2, 21, 0),
        key("http_sd_configs", List(&Section(&HTTP_SD))).since(2, 28, 0),
        key("ionos_sd_configs", List(&Section(&IONOS_SD))).since(2, 36, 0),
        key("kubernetes_sd_configs", List(&Section(&KUBERNETES_SD))),
        key("kuma_sd_configs", List(&Section(&KUMA_SD))).since(2, 29, 0),
        key("lightsail_sd_configs", List(&Section(&LIGHTSAIL_SD))).since(2, 27, 0),
        key("linode_sd_configs", List(&Section(&LINODE_SD))).since(2, 28, 0),
        key("marathon_sd_configs", List(&Section(&MARATHON_SD))),
        key("msk_sd_configs", List(&Section(&MSK_SD))).since(3, 10, 0),
        key("nerve_sd_configs", List(&Section(&NERVE_SD))),
        key("nomad_sd_configs", List(&Section(&NOMAD_SD))).since(2, 37, 0),
        key("oci_sd_configs", List(&Section(&OCI_SD))).since(3, 14, 0),
        key("openstack_sd_configs", List(&Section(&OPENSTACK_SD))),
        key("outscale_sd_configs", List(&Section(&OUTSCALE_SD))).since(3, 12, 0),
        key("ovhcloud_sd_configs", List(&Section(&OVHCLOUD_SD))).since(2, 40, 0),
        key("puppetdb_sd_configs", List(&Section(&PUPPETDB_SD))).since(2, 31, 0),
        key("rds_sd_configs", List(&Section(&RDS_SD))).since(3, 11, 0),
        key("scaleway_sd_configs", List(&Section(&SCALEWAY_SD))).since(2, 26, 0),
        key("serverset_sd_configs", List(&Section(&SERVERSET_SD))),
        key("stackit_sd_configs", List(&Section(&STACKIT_SD))).since(3, 5, 0),
        key("triton_sd_configs", List(&Section(&TRITON_SD))),
        key("uyuni_sd_configs", List(&Section(&UYUNI_SD))).since(2, 31, 0),
        key("vultr_sd_configs", List(&Section(&VULTR_SD))).since(2, 36, 0),
        key("static_configs", List(&Section(&TARGET_GROUP))),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

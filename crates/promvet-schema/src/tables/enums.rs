//! The sets of words that some keys take.

use crate::table::{By, Enum, word};
use crate::version::Version;

pub(crate) static RELABEL_ACTION: Enum = Enum {
    name: "relabel_action",
    words: &[
        word("replace"),
        word("keep"),
        word("drop"),
        word("hashmod"),
        word("labelmap"),
        word("labeldrop"),
        word("labelkeep"),
        word("lowercase").since(2, 36, 0),
        word("uppercase").since(2, 36, 0),
        word("keepequal").since(2, 41, 0),
        word("dropequal").since(2, 41, 0),
    ],
    any_case: true,
    empty: false,
    by: By::Decoder,
};

pub(crate) static KUBERNETES_ROLE: Enum = Enum {
    name: "kubernetes_role",
    words: &[
        word("node"),
        word("pod"),
        word("service"),
        word("endpoints"),
        word("endpointslice").since(2, 21, 0),
        word("ingress"),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static OPENSTACK_ROLE: Enum = Enum {
    name: "openstack_role",
    words: &[
        word("hypervisor"),
        word("instance"),
        word("loadbalancer").since(3, 2, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static OPENSTACK_AVAILABILITY: Enum = Enum {
    name: "openstack_availability",
    words: &[
        word("public").since(2, 20, 0),
        word("internal").since(2, 20, 0),
        word("admin").since(2, 20, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static HETZNER_ROLE: Enum = Enum {
    name: "hetzner_role",
    words: &[
        word("robot").since(2, 21, 0),
        word("hcloud").since(2, 21, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static SCALEWAY_ROLE: Enum = Enum {
    name: "scaleway_role",
    words: &[
        word("baremetal").since(2, 26, 0),
        word("instance").since(2, 26, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static DIGITALOCEAN_ROLE: Enum = Enum {
    name: "digitalocean_role",
    words: &[
        word("droplets").since(3, 12, 0),
        word("databases").since(3, 12, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static AWS_ROLE: Enum = Enum {
    name: "aws_role",
    words: &[
        word("ec2").since(3, 8, 0),
        word("ecs").since(3, 8, 0),
        word("elasticache").since(3, 11, 0),
        word("lightsail").since(3, 8, 0),
        word("msk").since(3, 10, 0),
        word("rds").since(3, 11, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static DOCKERSWARM_ROLE: Enum = Enum {
    name: "dockerswarm_role",
    words: &[
        word("services").since(2, 20, 0),
        word("nodes").since(2, 20, 0),
        word("tasks").since(2, 20, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static TRITON_ROLE: Enum = Enum {
    name: "triton_role",
    words: &[
        word("container").since(2, 19, 0),
        word("cn").since(2, 19, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static OVHCLOUD_SERVICE: Enum = Enum {
    name: "ovhcloud_service",
    words: &[
        word("dedicated_server").since(2, 40, 0),
        word("vps").since(2, 40, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static AZURE_AUTHENTICATION_METHOD: Enum = Enum {
    name: "azure_authentication_method",
    words: &[
        word("OAuth").since(2, 7, 0),
        word("ManagedIdentity").since(2, 7, 0),
        word("SDK").since(2, 52, 0),
        word("WorkloadIdentity").since(3, 11, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static DNS_TYPE: Enum = Enum {
    name: "dns_type",
    words: &[
        word("SRV"),
        word("A"),
        word("AAAA"),
        word("MX").since(2, 38, 0),
        word("NS").since(2, 49, 0),
    ],
    any_case: true,
    empty: false,
    by: By::Section,
};

pub(crate) static OCI_AUTH: Enum = Enum {
    name: "oci_auth",
    words: &[
        word("api_key").since(3, 14, 0),
        word("instance_principal").since(3, 14, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static ALERTMANAGER_API_VERSION: Enum = Enum {
    name: "alertmanager_api_version",
    words: &[
        word("v1").since(2, 11, 0).removed(3, 0, 0),
        word("v2").since(2, 11, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static TRACING_CLIENT_TYPE: Enum = Enum {
    name: "tracing_client_type",
    words: &[word("grpc").since(2, 34, 0), word("http").since(2, 34, 0)],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static TRACING_COMPRESSION: Enum = Enum {
    name: "tracing_compression",
    words: &[word("gzip").since(2, 34, 0)],
    any_case: false,
    empty: true,
    by: By::Section,
};

pub(crate) static SCRAPE_PROTOCOL: Enum = Enum {
    name: "scrape_protocol",
    words: &[
        word("PrometheusProto").since(2, 49, 0),
        word("PrometheusText0.0.4").since(2, 49, 0),
        word("PrometheusText1.0.0").since(3, 0, 0),
        word("OpenMetricsText0.0.1").since(2, 49, 0),
        word("OpenMetricsText1.0.0").since(2, 49, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static FALLBACK_SCRAPE_PROTOCOL: Enum = Enum {
    name: "fallback_scrape_protocol",
    words: &[
        word("PrometheusProto").since(2, 49, 0),
        word("PrometheusText0.0.4").since(2, 49, 0),
        word("PrometheusText1.0.0").since(3, 0, 0),
        word("OpenMetricsText0.0.1").since(2, 49, 0),
        word("OpenMetricsText1.0.0").since(2, 49, 0),
    ],
    any_case: false,
    empty: true,
    by: By::Section,
};

pub(crate) static METRIC_NAME_VALIDATION_SCHEME: Enum = Enum {
    name: "metric_name_validation_scheme",
    words: &[word("legacy").since(2, 55, 0), word("utf8").since(2, 55, 0)],
    any_case: false,
    empty: true,
    by: By::Check(Some(Version::new(3, 6, 0))),
};

pub(crate) static METRIC_NAME_ESCAPING_SCHEME: Enum = Enum {
    name: "metric_name_escaping_scheme",
    words: &[
        word("allow-utf-8").since(3, 4, 0),
        word("underscores").since(3, 4, 0),
        word("dots").since(3, 4, 0),
        word("values").since(3, 4, 0),
    ],
    any_case: false,
    empty: true,
    by: By::Check(None),
};

pub(crate) static OTLP_TRANSLATION_STRATEGY: Enum = Enum {
    name: "otlp_translation_strategy",
    words: &[
        word("NoUTF8EscapingWithSuffixes").since(3, 0, 0),
        word("UnderscoreEscapingWithSuffixes").since(3, 0, 0),
        word("UnderscoreEscapingWithoutSuffixes").since(3, 6, 0),
        word("NoTranslation").since(3, 4, 0),
    ],
    any_case: false,
    empty: true,
    by: By::Section,
};

pub(crate) static REMOTE_WRITE_PROTOBUF_MESSAGE: Enum = Enum {
    name: "remote_write_protobuf_message",
    words: &[
        word("prometheus.WriteRequest").since(2, 54, 0),
        word("io.prometheus.write.v2.Request").since(2, 54, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Section,
};

pub(crate) static AZUREAD_CLOUD: Enum = Enum {
    name: "azuread_cloud",
    words: &[
        word("AzureChina").since(2, 45, 0),
        word("AzureGovernment").since(2, 45, 0),
        word("AzurePublic").since(2, 45, 0),
    ],
    any_case: false,
    empty: true,
    by: By::Section,
};

pub(crate) static TLS_VERSION: Enum = Enum {
    name: "tls_version",
    words: &[
        word("TLS10").since(2, 35, 0),
        word("TLS11").since(2, 35, 0),
        word("TLS12").since(2, 35, 0),
        word("TLS13").since(2, 35, 0),
    ],
    any_case: false,
    empty: false,
    by: By::Decoder,
};

pub(crate) static CHUNK_ENCODING_FLOATS: Enum = Enum {
    name: "chunk_encoding_floats",
    words: &[word("xor").since(3, 13, 0), word("xor2").since(3, 13, 0)],
    any_case: false,
    empty: true,
    by: By::Section,
};

pub(crate) static OAUTH2_SIGNATURE_ALGORITHM: Enum = Enum {
    name: "oauth2_signature_algorithm",
    words: &[
        word("RS256").since(3, 8, 0),
        word("RS384").since(3, 8, 0),
        word("RS512").since(3, 8, 0),
    ],
    any_case: false,
    empty: true,
    by: By::Check(None),
};

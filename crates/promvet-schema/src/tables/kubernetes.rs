//! `kubernetes_sd_configs`

use super::enums;
use super::http_client::HTTP_CLIENT;
use crate::checks::kubernetes;
use crate::index::Index;
use crate::table::Type::{
    Bool, Enum, FieldSelector, File, LabelSelector, List, Section, Text, Url,
};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};
use crate::version::Version;

/// `KubernetesSDConfig`
pub static KUBERNETES_SD: Struct = Struct {
    name: "KubernetesSDConfig",
    fields: &[
        key("api_server", Url),
        key("role", Enum(&enums::KUBERNETES_ROLE)).required(),
        key("kubeconfig_file", File(Reference::Kubeconfig, Base::Config)).since(2, 28, 0),
        key("namespaces", Section(&KUBERNETES_NAMESPACES)),
        key("selectors", List(&Section(&KUBERNETES_SELECTOR))).since(2, 17, 0),
        key("attach_metadata", Section(&KUBERNETES_ATTACH_METADATA)).since(2, 35, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).later(&[("proxy_url", Version::new(2, 8, 0))])],
    checks: &[
        kubernetes::client,
        kubernetes::own_namespace,
        kubernetes::selectors,
    ],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `KubernetesNamespaces`
pub static KUBERNETES_NAMESPACES: Struct = Struct {
    name: "KubernetesNamespaces",
    fields: &[
        key("own_namespace", Bool).since(2, 33, 0),
        key("names", List(&Text)),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `KubernetesSelector`
pub static KUBERNETES_SELECTOR: Struct = Struct {
    name: "KubernetesSelector",
    fields: &[
        key("role", Enum(&enums::KUBERNETES_ROLE))
            .since(2, 17, 0)
            .required(),
        key("label", LabelSelector).since(2, 17, 0),
        key("field", FieldSelector).since(2, 17, 0),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `KubernetesAttachMetadata`
pub static KUBERNETES_ATTACH_METADATA: Struct = Struct {
    name: "KubernetesAttachMetadata",
    fields: &[
        key("node", Bool).since(2, 35, 0),
        key("namespace", Bool).since(3, 6, 0),
    ],
    inline: &[inline(&KUBERNETES_POD_METADATA).since(3, 11, 0)],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `KubernetesPodMetadata`
pub static KUBERNETES_POD_METADATA: Struct = Struct {
    name: "KubernetesPodMetadata",
    fields: &[
        key("deployment", Bool).since(3, 11, 0),
        key("job", Bool).since(3, 11, 0),
        key("cronjob", Bool).since(3, 11, 0),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

//! The keys by which a patch changes what is known of an object.

/// Keys of a workload by which another program runs in its containers, or with other settings; those of
/// resources of the Prometheus Operator included.
pub(in crate::facts) const STARTING: &[&str] = &[
    "additionalArgs",
    "args",
    "command",
    "containers",
    "enableFeatures",
    "enableRemoteWriteReceiver",
    "env",
    "envFrom",
    "externalUrl",
    "image",
    "initContainers",
    "listenLocal",
    "portName",
    "routePrefix",
    "spec",
    "tag",
    "template",
    "version",
    "volumeMounts",
    "volumes",
    "web",
];

/// Keys of a workload by which its pod gets other containers, another network or other names.
pub(in crate::facts) const AROUND: &[&str] = &[
    "containers",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostNetwork",
    "image",
    "initContainers",
    "spec",
    "template",
];

/// Keys of a workload by which a container gets another image.
pub(in crate::facts) const IMAGE: &[&str] = &["containers", "image", "spec", "template"];

/// Keys of a Service by which it leads elsewhere.
pub(in crate::facts) const LEADING: &[&str] = &[
    "clusterIP",
    "externalName",
    "port",
    "ports",
    "selector",
    "spec",
    "targetPort",
    "type",
];

/// Keys that hold a patched key, and change nothing by themselves.
pub(super) const HOLDING: &[&str] = &[
    "apiVersion",
    "containers",
    "kind",
    "metadata",
    "name",
    "namespace",
    "spec",
    "template",
];

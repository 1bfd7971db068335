//! Where a host is, as far as its name or address tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::MASK;

/// Where a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNetwork {
    /// On the machine itself.
    Loopback,
    /// Inside a cluster, a compose network or a private network.
    Internal,
    /// Anywhere else.
    Public,
    /// The host holds a placeholder, and what is written does not tell.
    Unknown,
}

/// Ends of names that are never delegated in the public DNS: Kubernetes' own, RFC 6761, RFC 6762
/// (with its appendix G), RFC 8375, ICANN's `.internal`, Consul's default `domain`.
const PRIVATE_ENDS: &[&str] = &[
    ".svc",
    ".cluster.local",
    ".local",
    ".internal",
    ".localdomain",
    ".home.arpa",
    ".lan",
    ".home",
    ".corp",
    ".intranet",
    ".private",
    ".consul",
];

/// Usual names of namespaces, none of them a top-level domain: `mimir-nginx.monitoring`.
const NAMESPACES: &[&str] = &[
    "argo",
    "argocd",
    "backend",
    "clickhouse",
    "cortex",
    "database",
    "databases",
    "default",
    "elastic",
    "elasticsearch",
    "frontend",
    "gitea",
    "gitlab",
    "grafana",
    "harbor",
    "infra",
    "ingress",
    "istio",
    "jenkins",
    "kafka",
    "keycloak",
    "logging",
    "loki",
    "longhorn",
    "metrics",
    "mimir",
    "minio",
    "mongodb",
    "monitoring",
    "mysql",
    "nats",
    "o11y",
    "observability",
    "postgres",
    "postgresql",
    "production",
    "prometheus",
    "rabbitmq",
    "redis",
    "rook",
    "staging",
    "telemetry",
    "tempo",
    "thanos",
    "traefik",
    "vault",
    "velero",
    "victoriametrics",
];

/// Where a host is whose text is as written, with each byte of a placeholder as [`MASK`].
#[must_use]
pub fn network(host: &str) -> HostNetwork {
    let lower = host.to_lowercase();
    let name = lower.strip_suffix('.').unwrap_or(&lower);
    let bare = name.trim_matches(['[', ']']);
    let bare = bare.split('%').next().unwrap_or(bare);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return of_address(address);
    }
    if name == "localhost" || name.ends_with(".localhost") {
        return HostNetwork::Loopback;
    }
    if PRIVATE_ENDS.iter().any(|end| name.ends_with(end)) {
        return HostNetwork::Internal;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    match (name.contains(MASK), last.len() == name.len()) {
        // `${host}.example.com` is public whatever comes in; `${host}` and `a.${rest}` may be anything.
        (true, _) if last.contains(MASK) || last.len() == name.len() => HostNetwork::Unknown,
        (_, true) => HostNetwork::Internal,
        _ if is_namespace(last) || is_doubled(name) => HostNetwork::Internal,
        _ => HostNetwork::Public,
    }
}

/// Whether the last label of a name does not exist in the public DNS: those are letters only, or
/// begin with `xn--`.
fn is_namespace(last: &str) -> bool {
    let ascii = last.is_ascii() && !last.starts_with("xn--");
    NAMESPACES.contains(&last)
        || ascii && last.contains(|c: char| c.is_ascii_digit() || c == '-' || c == '_')
}

/// Whether a name is that of a Service in the namespace that it has given its name: `minio.minio`.
fn is_doubled(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(service, namespace)| service == namespace)
}

fn of_address(address: IpAddr) -> HostNetwork {
    match address {
        IpAddr::V4(v4) => of_v4(v4),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| of_v6(v6), of_v4),
    }
}

fn of_v4(v4: Ipv4Addr) -> HostNetwork {
    let [first, second, ..] = v4.octets();
    // 100.64.0.0/10 is carriers' and overlay networks' own (RFC 6598).
    let shared = first == 100 && second & 0b1100_0000 == 64;
    if v4.is_loopback() || v4.is_unspecified() {
        HostNetwork::Loopback
    } else if v4.is_private() || v4.is_link_local() || shared {
        HostNetwork::Internal
    } else {
        HostNetwork::Public
    }
}

fn of_v6(v6: Ipv6Addr) -> HostNetwork {
    if v6.is_loopback() || v6.is_unspecified() {
        HostNetwork::Loopback
    } else if v6.is_unique_local() || v6.is_unicast_link_local() {
        HostNetwork::Internal
    } else {
        HostNetwork::Public
    }
}

#[cfg(test)]
mod tests {
    use super::{HostNetwork, network};

    #[test]
    fn hosts_are_placed_by_name_or_address() {
        for (want, hosts) in [
            (
                HostNetwork::Loopback,
                "localhost LOCALHOST x.localhost 127.0.0.1 127.8.8.8 [::1] 0.0.0.0 [::ffff:127.0.0.1]",
            ),
            (
                HostNetwork::Internal,
                "cortex host.docker.internal a.b.svc a.b.svc.cluster.local nas.local nas.local. a.service.consul \
                 10.0.0.1 172.16.0.1 172.31.9.9 192.168.1.1 169.254.1.1 100.64.3.4 [fd00::1] \
                 [fe80::1%25eth0] mimir-nginx.mimir m.monitoring m.kube-system m_1 minio.minio shop.shop \
                 \u{1}\u{1}.svc a-\u{1}.b-\u{1}.svc",
            ),
            (
                HostNetwork::Public,
                "example.com a.b.example.com 8.8.8.8 172.32.0.1 100.128.0.1 [2001:db8::1] \
                 cortex.svc.example.com local.example consul.example.com x.xn--p1ai \u{1}.example.com svc.io",
            ),
            (
                HostNetwork::Unknown,
                "\u{1} a\u{1} a.\u{1} a.b\u{1} 10.0.0.\u{1} \u{1}:\u{1}",
            ),
        ] {
            for host in hosts.split_whitespace() {
                assert_eq!(network(host), want, "{host:?}");
            }
        }
    }
}

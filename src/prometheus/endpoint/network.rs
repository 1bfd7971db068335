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

/// Ends of names in public zones that lead into private networks: overlay networks (Tailscale, NetBird),
/// FRITZ!Box, endpoints in a VPC (AWS PrivateLink), Azure's private zone, load balancers of Fly.io inside of
/// it, names for the machine itself.
const PRIVATE_ZONES: &[&str] = &[
    ".ts.net",
    ".tailscale.net",
    ".netbird.cloud",
    ".fritz.box",
    ".vpce.amazonaws.com",
    ".internal.cloudapp.net",
    ".localtest.me",
    ".lvh.me",
];

/// Zones that answer with the address that the name holds.
const ADDRESSES: &[&str] = &[".nip.io", ".sslip.io"];

/// Labels that a zone of an own network is called by.
const PRIVATE_LABELS: &[&str] = &[
    "corp", "int", "internal", "intern", "intra", "intranet", "lan", "priv", "private", "vpn",
];

/// The domains below which names can be public, one a line.
const TOP_LEVEL: &str = include_str!("top_level_domains.txt");

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
    if is_private_zone(name) {
        return HostNetwork::Internal;
    }
    if let Some(address) = address_in(name) {
        return of_address(address);
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    match (name.contains(MASK), last.len() == name.len()) {
        // `${host}.example.com` is public whatever comes in; `${host}` and `a.${rest}` may be anything.
        (true, _) if last.contains(MASK) || last.len() == name.len() => HostNetwork::Unknown,
        (_, true) => HostNetwork::Internal,
        _ if !is_top_level(last) || is_doubled(name) => HostNetwork::Internal,
        _ => HostNetwork::Public,
    }
}

/// Whether the name tells that it leads into a private network.
fn is_private_zone(name: &str) -> bool {
    let mut ends = PRIVATE_ENDS.iter().chain(PRIVATE_ZONES);
    if ends.any(|end| name.ends_with(end)) {
        return true;
    }
    let labels: Vec<&str> = name.split('.').collect();
    // Services of a cluster with a domain of its own: `SERVICE.NAMESPACE.svc.DOMAIN`, also below a pod.
    let of_cluster = labels.get(2) == Some(&"svc") || labels.get(3) == Some(&"svc");
    // A load balancer inside of a VPC.
    let of_vpc = name.starts_with("internal-") && name.ends_with(".elb.amazonaws.com");
    // Containers of a Swarm service.
    let of_swarm = labels.len() == 2 && name.starts_with("tasks.");
    let zone = labels.get(1..labels.len() - 1).unwrap_or_default();
    of_cluster || of_vpc || of_swarm || zone.iter().any(|label| PRIVATE_LABELS.contains(label))
}

/// The address that a name leads to by its own text: `mimir.10.0.0.5.nip.io`, `10-0-0-5.sslip.io`.
fn address_in(name: &str) -> Option<IpAddr> {
    let rest = ADDRESSES.iter().find_map(|end| name.strip_suffix(end))?;
    let parts: Vec<&str> = rest.split(['.', '-']).collect();
    let address = parts.get(parts.len().checked_sub(4)?..)?.join(".");
    address.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

/// Whether the last label of a name exists in the public DNS: the name of a namespace seldom does
/// (`minio.minio`).
fn is_top_level(last: &str) -> bool {
    let is_written_otherwise = !last.is_ascii() || last.starts_with("xn--");
    let line = format!("\n{last}\n");
    is_written_otherwise || memchr::memmem::find(TOP_LEVEL.as_bytes(), line.as_bytes()).is_some()
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
                 [fe80::1%25eth0] mimir-nginx.mimir m.monitoring m.kube-system m_1 minio.minio shop.shop tasks.app \
                 kafka-0.kafka-headless.kafka a.b.svc.k8s.example.com p-0.a.b.svc.k8s.example.com nas.fritz.box \
                 a.tail1234.ts.net mimir.internal.example.com internal-a-1.eu-west-1.elb.amazonaws.com \
                 vpce-0a.vpce.amazonaws.com mimir.10.0.0.5.nip.io a-192-168-1-9.sslip.io \
                 \u{1}\u{1}.svc a-\u{1}.b-\u{1}.svc",
            ),
            (
                HostNetwork::Public,
                "example.com a.b.example.com 8.8.8.8 172.32.0.1 100.128.0.1 [2001:db8::1] \
                 cortex.svc.example.com local.example consul.example.com x.xn--p1ai internal.example.com a.8.8.8.8.nip.io a.nip.io a.dev \
                 \u{1}.example.com svc.io",
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

//! `network/unreachable`: nothing answers at an address from the container that connects to it.

use std::cell::OnceCell;

use crate::discover::EmbeddedIn;
use crate::facts::deployment::NetworkMode;
use crate::facts::{ReachFault, Unreachable};
use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, UrlPiece};
use crate::prometheus::{Address, AddressRole, Client, ClientSection};
use crate::rules::{Configuration, RuleFindings, advice};

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    // To take each address apart takes as long as a dozen other rules.
    let standpoint = configuration.standpoint();
    let Some(standpoint) = standpoint.filter(|standpoint| standpoint.may_tell()) else {
        return;
    };
    let clients = configuration.config.clients();
    // A target without a service may be a machine that the resolver of the network knows, unless other
    // targets are services.
    let names_services = OnceCell::new();
    let are_services = || {
        let mut all = clients.iter().flat_map(Client::addresses);
        all.any(|address| {
            is_target(&address)
                && !standpoint
                    .answering(&configuration.endpoint(&address.url))
                    .is_empty()
        })
    };
    for address in clients.iter().flat_map(Client::addresses) {
        let endpoint = configuration.endpoint(&address.url);
        if let Some(found) = standpoint.unreachable(&endpoint) {
            let is_other = matches!(found.why, ReachFault::NoSuchName { is_near: false, .. });
            // Installations write addresses over names: `sed -i "s/gateway_host/$ADDRESS/" prometheus.yml`.
            if is_other && is_written_over(&endpoint, configuration) {
                continue;
            }
            let is_other = is_other && is_target(&address);
            if is_other && !names_services.get_or_init(are_services) {
                continue;
            }
            let is_hint = is_other || is_idle(&address, configuration);
            let severity = is_hint.then_some(Severity::Info);
            report(&address, &endpoint, &found, severity, out);
        }
    }
}

/// Whether a script of the tree writes something else in the place of a host.
fn is_written_over(endpoint: &Endpoint, configuration: &Configuration<'_>) -> bool {
    let shown = configuration.config.root().node().document().text().path();
    let host = endpoint.host().map(|host| endpoint.slice(host));
    host.is_some_and(|host| {
        let facts = configuration.facts;
        facts.filled_in(host, shown, configuration.holder).is_some()
    })
}

fn is_target(address: &Address<'_>) -> bool {
    address.role == AddressRole::Server(ClientSection::Scrape)
}

/// Whether nothing is ever sent there: without rules there are no alerts, and the sample file of Prometheus
/// has an Alertmanager and none.
fn is_idle(address: &Address<'_>, configuration: &Configuration<'_>) -> bool {
    let root = configuration.config.root().node();
    let has_rules = || {
        let files = root.get("rule_files");
        files.is_some_and(|files| files.items().next().is_some())
    };
    address.role == AddressRole::Server(ClientSection::Alertmanager)
        && matches!(
            configuration.holder,
            None | Some(EmbeddedIn::Object { .. } | EmbeddedIn::Compose(_))
        )
        && !has_rules()
}

fn report(
    address: &Address<'_>,
    endpoint: &Endpoint,
    found: &Unreachable,
    most: Option<Severity>,
    out: &mut RuleFindings<'_>,
) {
    let Some(scalar) = address.node.scalar() else {
        return;
    };
    let (piece, right) = correction(endpoint, &found.why);
    let (start, end) = (
        piece.start.saturating_sub(address.prefix),
        piece.end.saturating_sub(address.prefix),
    );
    let (severity, message, help) = in_words(found, address.role.consequence());
    let severity = most.map_or(severity, |most| severity.min(most));
    let span = match address.node.is_alias() {
        true => address.node.span(),
        false => scalar.part(start, end),
    };
    let mut finding = out.part(address.node, span, severity, message);
    finding.kind = kind(&found.why).into();
    finding.evidence.clone_from(&found.evidence);
    out.push(finding.help(match right {
        Some(right) => advice::part(address.node, start..end, &right, help).unsafe_(),
        None => help.into(),
    }));
}

/// The piece of a URL that is wrong, and what to write in its place, if that is known.
fn correction(endpoint: &Endpoint, why: &ReachFault) -> (UrlPiece, Option<String>) {
    let host = endpoint.host().unwrap_or_default();
    let label = |number: usize| endpoint.labels().get(number).copied().unwrap_or(host);
    // Without a port in the URL there is none to replace.
    let port = |right: Option<u16>| match endpoint.port() {
        Some(port) => (port, right.map(|right| right.to_string())),
        None => (host, None),
    };
    match why {
        ReachFault::NoSuchName { meant, .. } => (host, meant.clone()),
        ReachFault::NoSuchService { meant, .. } => (label(0), Some(meant.clone())),
        ReachFault::NoSuchNamespace { meant, .. } => (label(1), Some(meant.clone())),
        ReachFault::OtherNamespace { service, namespace } => {
            (host, Some(format!("{service}.{namespace}.svc")))
        }
        ReachFault::PublishedPort { own, .. } | ReachFault::Headless { own, .. } => {
            port(Some(*own))
        }
        ReachFault::NotOffered { meant, .. } => port(*meant),
        ReachFault::OtherAlias { service, .. } => (host, Some(service.clone())),
        ReachFault::Localhost { .. }
        | ReachFault::NoCommonNetwork { .. }
        | ReachFault::OwnMode { .. }
        | ReachFault::OtherMode { .. }
        | ReachFault::OtherDns => (host, None),
    }
}

/// The word in fingerprints.
fn kind(why: &ReachFault) -> &'static str {
    match why {
        ReachFault::NoSuchName { .. } | ReachFault::NoSuchService { .. } => "name",
        ReachFault::Localhost { .. } => "localhost",
        ReachFault::PublishedPort { .. } => "port",
        ReachFault::NoCommonNetwork { .. } | ReachFault::OtherAlias { .. } => "network",
        ReachFault::OtherNamespace { .. } | ReachFault::NoSuchNamespace { .. } => "namespace",
        ReachFault::NotOffered { .. } => "not-offered",
        ReachFault::Headless { .. } => "headless",
        ReachFault::OwnMode { .. } | ReachFault::OtherMode { .. } => "network-mode",
        ReachFault::OtherDns => "dns",
    }
}

/// Severity, message and help; `so` says what fails.
fn in_words(found: &Unreachable, so: &str) -> (Severity, String, String) {
    let from = &found.from;
    let (message, help) = match &found.why {
        ReachFault::NoSuchName { host, meant, .. } => {
            return no_such_name(from, so, host, meant.as_deref());
        }
        ReachFault::NoSuchService {
            written,
            meant,
            namespace,
        } => no_such_service(written, meant, namespace, so),
        ReachFault::NoSuchNamespace {
            service,
            written,
            meant,
        } => (
            format!("the Service `{service}` is in the namespace `{meant}`, not in `{written}`"),
            format!("write `{meant}`"),
        ),
        ReachFault::Localhost {
            written,
            port,
            meant,
            in_pod,
        } => localhost((from, written), so, *port, meant.as_deref(), *in_pod),
        ReachFault::PublishedPort {
            service,
            written,
            own,
        } => published_port(service, *written, *own),
        ReachFault::OtherNamespace { service, namespace } => other_namespace(service, namespace),
        ReachFault::NotOffered {
            service,
            written,
            offered,
            meant,
        } => not_offered(service, so, *written, offered, *meant),
        ReachFault::Headless {
            service,
            written,
            own,
        } => headless(service, *written, *own),
        ReachFault::NoCommonNetwork { service } => (
            format!("{from} and `{service}` have no network in common: {so}"),
            "add one network to `networks` of both services".to_owned(),
        ),
        ReachFault::OtherAlias {
            service,
            alias,
            network,
        } => other_alias(service, alias, network, so),
        ReachFault::OwnMode { mode, published } => own_mode(from, so, *mode, *published),
        ReachFault::OtherMode { service, mode } => other_mode(service, so, *mode),
        ReachFault::OtherDns => (
            format!("the pod does not ask the DNS of the cluster, so the name is not found: {so}"),
            "set `dnsPolicy: ClusterFirstWithHostNet` for the pod".to_owned(),
        ),
    };
    (Severity::Warning, message, help)
}

fn no_such_name(
    from: &str,
    so: &str,
    host: &str,
    meant: Option<&str>,
) -> (Severity, String, String) {
    match meant {
        Some(meant) => (
            Severity::Warning,
            format!("no service, alias or container is called `{host}`: {so}"),
            format!("write `{meant}`, or add `{host}` to the compose file"),
        ),
        None => (
            Severity::Info,
            format!("no service, alias or container of the compose file is called `{host}`"),
            format!("add the service, or name `{host}` in `extra_hosts` of {from}"),
        ),
    }
}

fn no_such_service(written: &str, meant: &str, namespace: &str, so: &str) -> (String, String) {
    let message = format!("no Service of the namespace `{namespace}` is called `{written}`: {so}");
    (message, format!("write `{meant}`"))
}

fn other_namespace(service: &str, namespace: &str) -> (String, String) {
    let message = format!(
        "the Service `{service}` is in the namespace `{namespace}`: its short name is not found here"
    );
    (message, format!("write `{service}.{namespace}.svc`"))
}

fn published_port(service: &str, written: u16, own: u16) -> (String, String) {
    let message = format!(
        "port {written} of `{service}` is the published port; the container listens on {own}"
    );
    let help = format!("write `{service}:{own}`: published ports exist only outside the network");
    (message, help)
}

fn headless(service: &str, written: u16, own: u16) -> (String, String) {
    let message = format!(
        "the Service `{service}` is headless: its port {written} is not mapped, and the pods listen on {own}"
    );
    (message, format!("write port {own}"))
}

fn other_alias(service: &str, alias: &str, network: &str, so: &str) -> (String, String) {
    let message =
        format!("the alias `{alias}` of `{service}` exists only in the network `{network}`: {so}");
    (
        message,
        format!("write `{service}`, or join the network `{network}`"),
    )
}

fn other_mode(service: &str, so: &str, mode: NetworkMode) -> (String, String) {
    let message = format!(
        "`{service}` has `network_mode: {}`, so its name does not resolve: {so}",
        mode.word()
    );
    let help = match mode {
        NetworkMode::Host => "write `host.docker.internal`, with `extra_hosts: ['host.docker.internal:host-gateway']` for this container"
            .to_owned(),
        NetworkMode::Bridge | NetworkMode::None => format!("remove `network_mode` of `{service}`"),
    };
    (message, help)
}

fn localhost(
    (from, written): (&str, &str),
    so: &str,
    port: u16,
    meant: Option<&str>,
    in_pod: bool,
) -> (String, String) {
    match meant {
        Some(meant) => (
            format!(
                "`{written}` is {from} itself, which does not listen on {port}; `{meant}` has that port"
            ),
            format!("write the name of the service, `{meant}`, and its own port"),
        ),
        None => (
            format!("`{written}` is {from} itself, where nothing listens on {port}: {so}"),
            match in_pod {
                true => "write the name of a Service".to_owned(),
                false => "write the name of the service, or `host.docker.internal` for the machine"
                    .to_owned(),
            },
        ),
    }
}

fn not_offered(
    service: &str,
    so: &str,
    written: u16,
    offered: &[u16],
    meant: Option<u16>,
) -> (String, String) {
    let listed: Vec<_> = offered.iter().map(u16::to_string).collect();
    let listed = listed.join(", ");
    let ports = if offered.len() == 1 { "port" } else { "ports" };
    let message = format!("the Service `{service}` has {ports} {listed}, not {written}: {so}");
    let help = match (meant, offered) {
        (Some(meant), _) => format!("write port {meant}, which leads to {written}"),
        (None, [only]) => format!("write port {only}"),
        _ => format!("write a port of the Service, or add {written} to it"),
    };
    (message, help)
}

fn own_mode(from: &str, so: &str, mode: NetworkMode, published: Option<u16>) -> (String, String) {
    let why = match mode {
        NetworkMode::None => "has no network",
        NetworkMode::Host => "uses the host network, where this name does not resolve",
        NetworkMode::Bridge => "is in the default bridge network, which has no DNS for containers",
    };
    let message = format!("{from} {why}: {so}");
    let help = match (mode, published) {
        (NetworkMode::Host, Some(port)) => format!("write `localhost:{port}`, the published port"),
        (NetworkMode::Host, None) => {
            "publish the port of the service, and write `localhost` with that port".to_owned()
        }
        _ => "remove `network_mode` of this container".to_owned(),
    };
    (message, help)
}

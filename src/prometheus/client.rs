//! Everything in a configuration that talks HTTP as a client, and whom it talks to.

use std::cell::OnceCell;

use super::config::Config;
use super::endpoint::Endpoint;
use super::http_client::HttpClient;
use super::static_group::StaticGroup;
use super::written_rule::WrittenRule;
use crate::yaml::{Mapping, Node};

/// A part of a configuration that talks HTTP.
#[derive(Clone, Debug)]
pub struct Client<'d> {
    /// Which part.
    pub section: ClientSection,
    /// The mapping that holds its settings.
    pub node: Node<'d>,
    /// Its settings.
    pub http: HttpClient<'d>,
    settings: Mapping<'d>,
    peers: OnceCell<Vec<Peer<'d>>>,
}

/// A part of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientSection {
    /// An entry of `remote_write`.
    RemoteWrite,
    /// An entry of `remote_read`.
    RemoteRead,
    /// An entry of `scrape_configs`.
    Scrape,
    /// An entry of `alerting.alertmanagers`.
    Alertmanager,
    /// An entry of a service discovery, such as `consul_sd_configs`.
    Discovery(&'static str),
}

/// A server that a client talks to.
#[derive(Clone, Debug)]
pub struct Peer<'d> {
    /// What names it: a URL, a target, or the client itself where it is the default.
    pub node: Node<'d>,
    /// Its address; for targets, with the scheme that is configured.
    pub endpoint: Endpoint,
}

/// A service discovery: its key, the key of its server, the scheme of a server without one, and
/// the server where none is named (Prometheus `discovery/*`; a vendor's own API has no key).
type Discovery = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const DISCOVERIES: &[Discovery] = &[
    (
        "consul_sd_configs",
        "server",
        "http",
        Some("localhost:8500"),
    ),
    (
        "digitalocean_sd_configs",
        "",
        "https",
        Some("api.digitalocean.com"),
    ),
    ("docker_sd_configs", "host", "", None),
    ("dockerswarm_sd_configs", "host", "", None),
    ("eureka_sd_configs", "server", "", None),
    ("http_sd_configs", "url", "", None),
    ("ionos_sd_configs", "", "https", Some("api.ionos.com")),
    ("kubernetes_sd_configs", "api_server", "", None),
    ("kuma_sd_configs", "server", "", None),
    ("linode_sd_configs", "", "https", Some("api.linode.com")),
    ("marathon_sd_configs", "servers", "", None),
    ("nomad_sd_configs", "server", "", None),
    ("puppetdb_sd_configs", "url", "", None),
    (
        "scaleway_sd_configs",
        "api_url",
        "https",
        Some("api.scaleway.com"),
    ),
    ("uyuni_sd_configs", "server", "", None),
    ("vultr_sd_configs", "", "https", Some("api.vultr.com")),
];

/// Secrets of a service discovery besides those of its HTTP settings, each sent with every request
/// (Prometheus `discovery/*`).
const OWN_SECRETS: &[(&str, &str)] = &[
    ("consul_sd_configs", "token"),
    ("consul_sd_configs", "password"),
    ("marathon_sd_configs", "auth_token"),
    ("marathon_sd_configs", "auth_token_file"),
    ("scaleway_sd_configs", "secret_key"),
    ("scaleway_sd_configs", "secret_key_file"),
    ("uyuni_sd_configs", "password"),
];

impl<'d> Config<'d> {
    /// Everything in it that talks HTTP. Service discoveries whose server promvet does not know are
    /// left out.
    #[must_use]
    pub fn clients(self) -> Vec<Client<'d>> {
        let mut out = Vec::new();
        for (key, section) in [
            ("remote_write", ClientSection::RemoteWrite),
            ("remote_read", ClientSection::RemoteRead),
        ] {
            let entries = self.root().get(key).into_iter().flat_map(Node::items);
            out.extend(entries.filter_map(|node| Client::new(section, node)));
        }
        let alerting = self.root().get("alerting");
        let alertmanagers = alerting.and_then(|alerting| alerting.get("alertmanagers"));
        for (list, section) in [
            (self.root().get("scrape_configs"), ClientSection::Scrape),
            (alertmanagers, ClientSection::Alertmanager),
        ] {
            for node in list.into_iter().flat_map(Node::items) {
                let Some(client) = Client::new(section, node) else {
                    continue;
                };
                discoveries(client.settings, &mut out);
                out.push(client);
            }
        }
        out
    }
}

impl<'d> Client<'d> {
    fn new(section: ClientSection, node: Node<'d>) -> Option<Self> {
        let settings = node.mapping()?;
        Some(Self {
            section,
            node,
            http: HttpClient::new(settings),
            settings,
            peers: OnceCell::new(),
        })
    }

    /// The keys of what proves to the other side who the client is: those of its HTTP settings, and
    /// those that only its service discovery has.
    #[must_use]
    pub fn sent_secrets(&self) -> Vec<Node<'d>> {
        let mut out = self.http.sent_secrets();
        if let ClientSection::Discovery(kind) = self.section {
            let own = OWN_SECRETS.iter().filter(|(one, _)| *one == kind);
            let entries = own.filter_map(|(_, key)| self.settings.entry(key));
            let set =
                entries.filter(|entry| entry.value.as_str().is_some_and(|text| !text.is_empty()));
            out.extend(set.map(|entry| entry.key));
        }
        out
    }

    /// Whether it surely speaks plain http to any target. Nothing is sure where relabeling or
    /// a discovery may set `__scheme__`, nor where the peers are not known.
    #[must_use]
    pub fn speaks_plain_http(&self) -> bool {
        match self.section {
            ClientSection::Scrape | ClientSection::Alertmanager => has_plain_scheme(self.settings),
            _ => {
                let peers = self.peers();
                let is_plain =
                    |peer: &Peer<'_>| peer.endpoint.scheme_name().as_deref() == Some("http");
                !peers.is_empty() && peers.iter().all(is_plain)
            }
        }
    }

    /// Whether settings of TLS have no effect. A proxy may be reached over TLS with them (net/http
    /// `Transport.dialConn`).
    #[must_use]
    pub fn is_never_encrypted(&self) -> bool {
        self.speaks_plain_http() && !self.http.has_proxy()
    }

    /// Whom it surely talks to.
    #[must_use]
    pub fn peers(&self) -> &[Peer<'d>] {
        self.peers.get_or_init(|| match self.section {
            ClientSection::RemoteWrite | ClientSection::RemoteRead => {
                let url = self.settings.get("url");
                let peer = url.and_then(|node| {
                    let endpoint = Endpoint::new(node.as_str()?);
                    Some(Peer { node, endpoint })
                });
                peer.into_iter().collect()
            }
            ClientSection::Scrape | ClientSection::Alertmanager => targets(self.settings),
            ClientSection::Discovery(kind) => {
                let row = DISCOVERIES.iter().find(|discovery| discovery.0 == kind);
                row.map_or_else(Vec::new, |row| servers(row, self.node))
            }
        })
    }
}

fn discoveries<'d>(owner: Mapping<'d>, out: &mut Vec<Client<'d>>) {
    for entry in owner.entries() {
        let row = || {
            DISCOVERIES
                .iter()
                .find(|discovery| discovery.0 == entry.name())
        };
        let is_one = entry.name().ends_with("_sd_configs");
        let Some(row) = is_one.then(row).flatten() else {
            continue;
        };
        let list = entry.value.items();
        out.extend(list.filter_map(|node| Client::new(ClientSection::Discovery(row.0), node)));
    }
}

fn servers<'d>(discovery: &Discovery, node: Node<'d>) -> Vec<Peer<'d>> {
    let &(_, key, scheme, default) = discovery;
    let scheme = node.get("scheme").and_then(Node::as_str).unwrap_or(scheme);
    let peer = |named: Node<'d>, text: &str| {
        let url = if scheme.is_empty() || text.contains("://") {
            text.to_owned()
        } else {
            format!("{scheme}://{text}")
        };
        Peer {
            node: named,
            endpoint: Endpoint::new(&url),
        }
    };
    let named = node.get(key).filter(|named| !named.is_null());
    match named {
        Some(list) if list.sequence().is_some() => list
            .items()
            .filter_map(|item| Some(peer(item, item.as_str()?)))
            .collect(),
        Some(one) => one
            .as_str()
            .map(|text| peer(one, text))
            .into_iter()
            .collect(),
        None => default.map(|text| peer(node, text)).into_iter().collect(),
    }
}

/// The static targets, if nothing moves them elsewhere: relabeling may write the address or the
/// scheme anew, and labels of the targets may name another scheme.
fn targets(settings: Mapping<'_>) -> Vec<Peer<'_>> {
    let scheme = settings
        .get("scheme")
        .and_then(Node::as_str)
        .unwrap_or("http");
    let rules = settings.get("relabel_configs").into_iter();
    let rules = rules.flat_map(Node::items).filter_map(WrittenRule::new);
    let rules: Vec<_> = rules.collect();
    let written = |label: &str| {
        let last = rules
            .iter()
            .rfind(|rule| rule.target_label() == Some(label));
        last.copied()
    };
    if written("__scheme__").is_some() || rules.iter().any(|rule| is_labelmap(*rule)) {
        return Vec::new();
    }
    let endpoint = |text: &str| Endpoint::new(&format!("{scheme}://{text}"));
    if let Some(rule) = written("__address__") {
        let constant = rule.replacement_node().filter(|_| is_unconditional(rule));
        let fixed = constant.and_then(|node| {
            let text = node.as_str().filter(|text| !text.contains('$'))?;
            Some(Peer {
                node,
                endpoint: endpoint(text),
            })
        });
        return fixed.into_iter().collect();
    }
    let groups = static_groups(settings).filter(|group| {
        group.label("__scheme__").is_none() && group.label("__address__").is_none()
    });
    groups
        .flat_map(StaticGroup::targets)
        .filter_map(|node| {
            Some(Peer {
                node,
                endpoint: endpoint(node.as_str()?),
            })
        })
        .collect()
}

/// Whether a job or an Alertmanager speaks plain http: `scheme` is http or missing, and nothing can
/// set `__scheme__` for a target (`scrape.PopulateLabels` fills in `scheme` where that label is
/// absent). Only discoveries whose labels are free can do so besides
/// relabeling, since a label that comes from elsewhere is called `__meta_…`.
fn has_plain_scheme(settings: Mapping<'_>) -> bool {
    let scheme = settings.get("scheme").filter(|node| !node.is_null());
    if scheme.is_some_and(|node| node.as_str() != Some("http")) {
        return false;
    }
    let is_free = settings.entries().any(|entry| {
        let name = entry.name();
        matches!(name, "file_sd_configs" | "http_sd_configs")
            || name.contains("relabel_config_files")
    });
    let is_labeled = static_groups(settings).any(|group| group.label("__scheme__").is_some());
    let rules = settings.get("relabel_configs").into_iter();
    let mut rules = rules.flat_map(Node::items).filter_map(WrittenRule::new);
    !is_free && !is_labeled && !rules.any(may_set_scheme)
}

fn static_groups(settings: Mapping<'_>) -> impl Iterator<Item = StaticGroup<'_>> {
    let groups = settings.get("static_configs").into_iter();
    groups
        .flat_map(Node::items)
        .map(|node| StaticGroup { node })
}

/// Whether a relabel rule may write `__scheme__`.
fn may_set_scheme(rule: WrittenRule<'_>) -> bool {
    if is_labelmap(rule) {
        // Names of Kubernetes begin and end with a letter or a digit, so that what is behind such a
        // prefix, up to the end, is never `__scheme__`. Labels of Docker and tags may be anything.
        let regex = rule.regex().unwrap_or_default();
        let renames = rule
            .replacement()
            .is_some_and(|text| text != "$1" && text != "${1}");
        let is_of_names = regex.starts_with("__meta_kubernetes_")
            && ["_label_", "_annotation_"]
                .iter()
                .any(|text| regex.contains(text))
            && ["(.+)", "(.*)"].iter().any(|text| regex.ends_with(text));
        return renames || !is_of_names;
    }
    rule.target_label()
        .is_some_and(|label| label == "__scheme__" || label.contains('$'))
}

fn is_labelmap(rule: WrittenRule<'_>) -> bool {
    rule.action() == "labelmap"
}

/// Whether a rule writes its replacement whatever is in its sources. Of the patterns, these two also
/// match the empty text that absent labels make.
fn is_unconditional(rule: WrittenRule<'_>) -> bool {
    let regex = rule.regex();
    rule.action() == "replace" && regex.is_none_or(|regex| matches!(regex, "(.*)" | ".*"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;
    use crate::yaml::parse_first;

    /// The section and the addresses of each client.
    fn clients(source: &str) -> Vec<(ClientSection, Vec<String>)> {
        let document = parse_first(&Text::new("p.yml", source.as_bytes().to_vec())).unwrap();
        let config = Config::new(&document).unwrap();
        let shown = |client: &Client<'_>| {
            let peers = client.peers().iter();
            peers.map(|peer| peer.endpoint.text().to_owned()).collect()
        };
        let all = config.clients();
        all.iter()
            .map(|client| (client.section, shown(client)))
            .collect()
    }

    fn scrape(rest: &str) -> Vec<String> {
        let source = format!("scrape_configs:\n- job_name: a\n{rest}");
        clients(&source)
            .pop()
            .unwrap_or_else(|| panic!("{source}"))
            .1
    }

    const STATIC: &str = "  static_configs: [{targets: ['a:1', b]}]\n";

    #[test]
    fn targets_have_the_scheme_of_their_job() {
        assert_eq!(scrape(STATIC), ["http://a:1", "http://b"]);
        let https = format!("  scheme: https\n{STATIC}");
        assert_eq!(scrape(&https), ["https://a:1", "https://b"]);
    }

    #[test]
    fn relabeled_addresses_are_known_only_where_they_are_constant() {
        for (rule, want) in [
            (
                "{target_label: __address__, replacement: 'box:9115'}",
                vec!["http://box:9115"],
            ),
            (
                "{target_label: __address__, replacement: '$1:9115'}",
                vec![],
            ),
            (
                "{target_label: __address__, regex: x, replacement: 'box:1'}",
                vec![],
            ),
            ("{target_label: __scheme__, replacement: https}", vec![]),
            ("{action: labelmap, regex: a(.*)}", vec![]),
            (
                "{target_label: job, replacement: x}",
                vec!["http://a:1", "http://b"],
            ),
        ] {
            assert_eq!(
                scrape(&format!("{STATIC}  relabel_configs: [{rule}]\n")),
                want,
                "{rule}"
            );
        }
    }

    #[test]
    fn every_section_has_its_clients() {
        let source = "\
remote_write: [{url: 'https://w/'}]
remote_read: [{url: 'https://r/'}]
alerting: {alertmanagers: [{scheme: https, static_configs: [{targets: ['am:9093']}]}]}
scrape_configs:
  - job_name: a
    consul_sd_configs: [{}, {server: 'c:1', scheme: https}]
    kubernetes_sd_configs: [{role: pod}]
    marathon_sd_configs: [{servers: ['https://m']}]
    linode_sd_configs: [{}]
";
        let discovery = ClientSection::Discovery;
        let want = [
            (ClientSection::RemoteWrite, vec!["https://w/"]),
            (ClientSection::RemoteRead, vec!["https://r/"]),
            (
                discovery("consul_sd_configs"),
                vec!["http://localhost:8500"],
            ),
            (discovery("consul_sd_configs"), vec!["https://c:1"]),
            (discovery("kubernetes_sd_configs"), vec![]),
            (discovery("marathon_sd_configs"), vec!["https://m"]),
            (
                discovery("linode_sd_configs"),
                vec!["https://api.linode.com"],
            ),
            (ClientSection::Scrape, vec![]),
            (ClientSection::Alertmanager, vec!["https://am:9093"]),
        ];
        let want = want.map(|(section, peers)| {
            (
                section,
                peers.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            )
        });
        assert_eq!(clients(source), want);
    }

    #[test]
    fn behind_a_proxy_only_the_proxy_is_an_address() {
        let source = "\
remote_read: [{url: 'http://r/', proxy_url: 'http://p:3128'}]
alerting:
  alertmanagers:
    - static_configs: [{targets: ['am:9093']}]
      oauth2: {token_url: 'https://t/', client_id: a}
scrape_configs:
  - {job_name: a, consul_sd_configs: [{}]}
  - {job_name: b, proxy_from_environment: true, static_configs: [{targets: [b]}]}
";
        let document = parse_first(&Text::new("p.yml", source.as_bytes().to_vec())).unwrap();
        let clients = Config::new(&document).unwrap().clients();
        let all = clients.iter().flat_map(Client::addresses);
        let shown: Vec<_> = all
            .map(|address| format!("{} {}", address.url, address.prefix))
            .collect();
        assert_eq!(
            shown,
            ["http://p:3128 0", "http://am:9093 7", "https://t/ 0"]
        );
    }
}

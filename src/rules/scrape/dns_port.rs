//! `scrape/dns-port`: a port beside SRV records, which name their own.

use crate::finding::{Advice, Severity};
use crate::prometheus::Config;
use crate::rules::RuleFindings;
use crate::yaml::Node;

/// `discovery/dns` takes the port from the records unless the type is A, AAAA, MX or NS; `type` is
/// `SRV` by default (`DefaultSDConfig`).
pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for section in config.jobs().chain(config.alertmanagers()) {
        let list = section.get("dns_sd_configs").into_iter();
        for item in list.flat_map(Node::items) {
            let set = |key: &str| item.get(key).filter(|node| !node.is_null());
            let Some(port) = set("port").filter(|port| port.as_str() != Some("0")) else {
                continue;
            };
            let kind = set("type").map(Node::as_str);
            let message = match kind {
                None => {
                    "`port` is ignored: the default type is `SRV`, and SRV records name their ports"
                }
                Some(Some(kind)) if kind.eq_ignore_ascii_case("srv") => {
                    "`port` is ignored: SRV records name their ports"
                }
                Some(_) => continue,
            };
            let help = match kind {
                None => "set `type: A` for plain host names, or delete `port`",
                Some(_) => "delete `port`, or set `type: A` for plain host names",
            };
            let entry = item.mapping().and_then(|map| map.entry("port"));
            // SRV records have names such as `_metrics._tcp.example.org`.
            let is_service =
                |name: Node<'_>| name.as_str().is_none_or(|name| name.starts_with('_'));
            let is_plain = !set("names").is_some_and(|names| names.items().any(is_service));
            let advice = match (kind, entry.filter(|_| is_plain)) {
                (None, Some(entry)) => Advice::insert(entry.key.span(), "type", "A")
                    .text(help)
                    .unsafe_(),
                (None, None) => Advice::remove(port.span()).text(help).unsafe_(),
                (Some(_), _) => Advice::remove(port.span()).text(help).safe(),
            };
            out.push(out.at(port, Severity::Warning, message).help(advice));
        }
    }
}

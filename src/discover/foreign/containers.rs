//! Containers of other programs that are told by their command line or environment where to send.

use super::{EmbeddedIn, Finder, RecognizedFile, flags};
use crate::schema::dialect::{KeySpelling, SENDERS, Translation};
use crate::yaml::{Node, Scalar, TranslationBuilder};

/// The variable that tells k6 where to send (grafana/xk6-output-prometheus-remote
/// `pkg/remotewrite/config.go`).
const K6: &str = "K6_PROMETHEUS_RW_SERVER_URL";

/// Flags that give Thanos Rule a `remote_write` section, as a text or as a file (thanos-io/thanos
/// `cmd/thanos/rule.go`).
const THANOS: &[&str] = &["--remote-write.config", "--remote-write.config-file"];

impl<'d> Finder<'d> {
    /// What the containers of a compose file or a manifest send.
    pub(super) fn containers(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        for container in flags::all_containers(root) {
            for key in ["environment", "env"] {
                let set = container.get(key);
                out.extend(set.and_then(url_of_k6).map(|url| self.k6(url)));
            }
            out.extend(self.thanos_rule(container));
        }
    }

    /// The one endpoint of k6. Its credentials and headers are in other variables.
    fn k6(&self, (node, scalar, from): (Node<'d>, Scalar<'d>, usize)) -> RecognizedFile {
        let mut builder = TranslationBuilder::new(self.document);
        let text = scalar.text.get(from..).unwrap_or("");
        let url = builder.part(node, scalar.part(from, scalar.text.len()), text);
        let pairs = builder.assemble(node, vec![("url", node, url)]);
        let entry = builder.mapping(node, &pairs);
        let list = builder.sequence(node, &[entry]);
        let key = builder.scalar(node, "remote_write");
        let root = builder.mapping(node, &[(key, list)]);
        let mut spelling = KeySpelling::default();
        spelling.add("url", K6);
        let found = Translation {
            document: builder.finish(root),
            findings: Vec::new(),
            spelling,
            references: Vec::new(),
            refused_forms: Vec::new(),
        };
        let why = format!("it has the variable {K6}");
        let finder = self.partly(true);
        finder.recognized(found, &SENDERS, EmbeddedIn::Part("k6"), why)
    }

    fn thanos_rule(&self, container: Node<'d>) -> Option<RecognizedFile> {
        let lists = ["entrypoint", "command", "args"].into_iter();
        let lists = lists.filter_map(|key| container.get(key));
        let flag = lists.flat_map(|list| {
            // A whole line may be one text.
            let line = list.scalar().map(|_| list);
            line.into_iter().chain(list.items())
        });
        let mut flags = flag.filter(|node| {
            let text = node.as_str().unwrap_or("");
            let mut words = text.split_whitespace();
            words.any(|word| THANOS.contains(&word.split('=').next().unwrap_or(word)))
        });
        let flag = flags.next()?;
        Some(self.unread_sender(flag, "a command line of Thanos Rule"))
    }
}

/// The URL of k6 in an environment: its node, and where it begins in that.
fn url_of_k6(set: Node<'_>) -> Option<(Node<'_>, Scalar<'_>, usize)> {
    if let Some(map) = set.mapping() {
        let node = map.entry(K6)?.value;
        return Some((node, node.scalar()?, 0));
    }
    set.items().find_map(|item| match item.scalar() {
        Some(scalar) => {
            let value = scalar.text.strip_prefix(K6)?.strip_prefix('=')?;
            Some((item, scalar, scalar.text.len() - value.len()))
        }
        None => {
            let is_it = item.get("name").and_then(Node::as_str) == Some(K6);
            let node = item.get("value").filter(|_| is_it)?;
            Some((node, node.scalar()?, 0))
        }
    })
}

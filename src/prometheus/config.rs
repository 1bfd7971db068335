//! The configuration and its remote_write entries.

use super::http_client::HttpClient;
use crate::yaml::{Document, Mapping, Node};

/// A Prometheus configuration: `prometheus.yml` or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Config<'d> {
    root: Mapping<'d>,
}

impl<'d> Config<'d> {
    /// The view of a document whose root is a mapping.
    #[must_use]
    pub fn new(document: &'d Document) -> Option<Self> {
        Some(Self {
            root: document.root()?.mapping()?,
        })
    }

    /// The root mapping.
    #[must_use]
    pub fn root(self) -> Mapping<'d> {
        self.root
    }

    /// The entries of `remote_write`, null ones left out.
    pub fn remote_writes(self) -> impl Iterator<Item = RemoteWrite<'d>> {
        let list = self
            .root
            .get("remote_write")
            .into_iter()
            .flat_map(Node::items);
        list.filter_map(|node| {
            Some(RemoteWrite {
                entry: node.mapping()?,
                node,
            })
        })
    }

    /// `global.external_labels`.
    #[must_use]
    pub fn external_labels(self) -> Option<Mapping<'d>> {
        self.root.get("global")?.get("external_labels")?.mapping()
    }

    /// The entries of `scrape_configs`.
    pub fn scrape_configs(self) -> impl Iterator<Item = Mapping<'d>> {
        let list = self.root.get("scrape_configs").into_iter();
        list.flat_map(Node::items).filter_map(Node::mapping)
    }
}

/// One entry of `remote_write`.
#[derive(Clone, Copy, Debug)]
pub struct RemoteWrite<'d> {
    node: Node<'d>,
    entry: Mapping<'d>,
}

impl<'d> RemoteWrite<'d> {
    /// The entry itself.
    #[must_use]
    pub fn node(self) -> Node<'d> {
        self.node
    }

    /// The value of `url`: a scalar that is not null.
    #[must_use]
    pub fn url(self) -> Option<Node<'d>> {
        self.entry.get("url").filter(|node| node.as_str().is_some())
    }

    /// The HTTP client settings, which are in the entry itself.
    #[must_use]
    pub fn http(self) -> HttpClient<'d> {
        HttpClient::new(self.entry)
    }

    /// What is sent along as headers, from `headers` and `http_headers`.
    #[must_use]
    pub fn headers(self) -> Vec<Header<'d>> {
        let maps = ["headers", "http_headers"]
            .into_iter()
            .filter_map(|key| self.entry.get(key)?.mapping());
        maps.flat_map(Mapping::entries)
            .map(|entry| Header {
                name: entry.name(),
                key: entry.key,
                value: entry.value,
            })
            .collect()
    }

    /// Any other setting of the entry.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entry.get(key)
    }
}

/// One header of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Header<'d> {
    /// Its name as written.
    pub name: &'d str,
    /// The key.
    pub key: Node<'d>,
    /// The value: a scalar under `headers`, a mapping under `http_headers`.
    pub value: Node<'d>,
}

//! One remote_write entry with what is known about it.

use std::cell::OnceCell;
use std::path::Path;

use crate::facts::receiver::Recognition;
use crate::facts::{Facts, FileState};
use crate::finding::Span;
use crate::prometheus::endpoint::Endpoint;
use crate::prometheus::{Credential, FileReference, RemoteWrite};
use crate::yaml::{Node, Scalar};

/// A remote_write entry, its URL taken apart, its receiver recognised, its credential files
/// looked up. What several rules need is worked out once.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The entry.
    pub write: RemoteWrite<'a>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads the file.
    pub templated: bool,
    url: Option<Url<'a>>,
    folder: Option<&'a Path>,
    files: OnceCell<Vec<(FileReference<'a>, FileState)>>,
}

/// The URL of an entry.
#[derive(Debug)]
pub struct Url<'a> {
    /// The value of `url`.
    pub node: Node<'a>,
    /// The same as a scalar.
    pub scalar: Scalar<'a>,
    /// The same taken apart.
    pub endpoint: Endpoint,
    /// Who it is meant for.
    pub recognition: Recognition<'a>,
}

impl Url<'_> {
    /// The place in the file of a range of bytes of the URL.
    #[must_use]
    pub fn span(&self, from: usize, to: usize) -> Span {
        self.scalar.part(from, to)
    }
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        write: RemoteWrite<'a>,
        facts: &'a Facts<'a>,
        folder: Option<&'a Path>,
        templated: bool,
    ) -> Self {
        let url = write.url().and_then(|node| {
            let scalar = node.scalar()?;
            let endpoint = Endpoint::new(scalar.text);
            let recognition = facts.recognise(&endpoint);
            Some(Url { node, scalar, endpoint, recognition })
        });
        Self { write, facts, templated, url, folder, files: OnceCell::new() }
    }

    /// The URL, if there is one.
    #[must_use]
    pub fn url(&self) -> Option<&Url<'a>> {
        self.url.as_ref()
    }

    /// The URL, if it can be sent to: nothing about its receiver is said of one that can't.
    #[must_use]
    pub fn sound_url(&self) -> Option<&Url<'a>> {
        self.url.as_ref().filter(|url| url.endpoint.is_sound())
    }

    /// The credentials of the entry's client settings.
    #[must_use]
    pub fn credentials(&self) -> Vec<Credential<'a>> {
        self.write.http().credentials()
    }

    /// The credential files and what is known of each.
    #[must_use]
    pub fn credential_files(&self) -> &[(FileReference<'a>, FileState)] {
        self.files.get_or_init(|| {
            let files = self.write.http().credential_files();
            files
                .map(|file| {
                    let path = file.value.as_str().unwrap_or("");
                    (file, self.facts.credential_file(self.folder, path))
                })
                .collect()
        })
    }
}

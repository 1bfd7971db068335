//! What a configuration makes Prometheus load beside itself.

use std::path::Path;
use std::sync::Arc;

use super::{FileSet, IncludeCache, Matched, Runners, SiblingFiles, find, mounted};
use crate::facts::credential_file::FileLookup;
use crate::finding::Text;
use crate::yaml::Document;

/// Something that a configuration loads.
#[derive(Debug)]
pub enum Load {
    /// Files of the tree.
    Files(Arc<FileSet>),
    /// A text that is written into a manifest or a compose file.
    Part(Arc<Text>),
}

/// What the paths and patterns of a configuration lead to; one without a folder may have files
/// `beside` it.
#[must_use]
pub fn loads(
    document: &Document,
    folder: Option<&Path>,
    beside: Option<&SiblingFiles<'_>>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
    cache: &IncludeCache,
) -> Vec<Load> {
    let mut out = Vec::new();
    for reference in find(document, folder, runners, lookup, cache) {
        let pattern = reference.node.as_str().unwrap_or("");
        let texts = beside.map_or_else(Vec::new, |beside| beside.matching(pattern));
        out.extend(texts.into_iter().map(|text| Load::Part(Arc::clone(text))));
        match reference.matched {
            Matched::Files(files) => out.push(Load::Files(files)),
            _ => out.extend(
                mounted::texts(pattern, runners, lookup)
                    .into_iter()
                    .map(|(_, text)| Load::Part(text)),
            ),
        }
    }
    out
}

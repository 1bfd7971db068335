//! The endpoint on the command line of vmalert.

use std::sync::Arc;

use super::{CommandLine, FLAGS, URL, written};
use crate::yaml::{Document, TranslationBuilder, TranslationEntry};

/// The native tree of vmalert, which has one endpoint and appends the path to its URL
/// (`app/vmalert/remotewrite/{init,client}.go`).
pub(in crate::discover) fn translate_vmalert(
    source: &Arc<Document>,
    line: &CommandLine<'_>,
) -> Option<Document> {
    let flags = written(&line.arguments);
    let keeps = flags
        .iter()
        .any(|flag| flag.name == KEEPS_PATH && flag.value != "false");
    let of = |name: &str| flags.iter().rfind(|flag| flag.name == name);
    let url = of(URL)?;
    let mut builder = TranslationBuilder::new(source);
    let mut items: Vec<TranslationEntry<'_>> = Vec::new();
    for &(name, native) in FLAGS {
        let Some(flag) = of(name).filter(|flag| !flag.value.is_empty()) else {
            continue;
        };
        let bare = flag.value.trim_end_matches('/');
        let value = match name == URL && !keeps && !bare.ends_with(APPENDED) {
            true => builder.part(flag.node, flag.span, &format!("{bare}{APPENDED}")),
            false => builder.part(flag.node, flag.span, flag.value),
        };
        items.push((native, flag.node, value));
    }
    let pairs = builder.assemble(url.node, items);
    let entry = builder.mapping(url.node, &pairs);
    let list = builder.sequence(url.node, &[entry]);
    let key = builder.scalar(url.node, "remote_write");
    let root = builder.mapping(url.node, &[(key, list)]);
    Some(builder.finish(root))
}

/// The path that vmalert appends, and the flag without which it does.
pub(super) const APPENDED: &str = "/api/v1/write";
pub(super) const KEEPS_PATH: &str = "remoteWrite.disablePathAppend";

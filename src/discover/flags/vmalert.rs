//! The endpoint on the command line of vmalert.

use std::sync::Arc;

use super::{CommandLine, FLAGS, URL, WrittenFlag, native_text, written};
use crate::finding::Place;
use crate::schema::dialect::{KeySpelling, SELECTED};
use crate::yaml::{Document, TranslatedNode, TranslationBuilder, TranslationEntry};

/// The group of flags that are the endpoint.
const GROUP: &str = "remoteWrite.";

/// Groups of flags with credentials for what vmalert asks or tells (`app/vmalert/{datasource,notifier,remoteread}/init.go`).
const OTHERS: &[&str] = &["datasource.", "notifier.", "remoteRead."];

/// The native tree of vmalert, which has one endpoint and appends the path to its URL
/// (`app/vmalert/remotewrite/{init,client}.go`). What it reads from has the place of `remote_read`, for its
/// credentials alone.
pub(in crate::discover) fn translate_vmalert(
    source: &Arc<Document>,
    line: &CommandLine<'_>,
    spelling: &mut KeySpelling,
) -> Option<Document> {
    let flags = written(&line.arguments);
    let mut builder = TranslationBuilder::new(source);
    let mut sections = Vec::new();
    let endpoint = endpoint(&mut builder, &flags);
    sections.extend(endpoint.map(|entry| ("remote_write", vec![entry])));
    let others = OTHERS.iter().filter_map(|group| {
        let given: Vec<_> = flags
            .iter()
            .filter(|flag| flag.name.starts_with(group))
            .collect();
        for flag in &given {
            let place = Place::new(source.text(), flag.span);
            spelling.add_prefixed(place, GROUP, group);
        }
        credentials(&mut builder, group, &given)
    });
    let others: Vec<TranslatedNode> = others.collect();
    if !others.is_empty() {
        sections.push(("remote_read", others));
    }
    let first = flags.first()?.node;
    let pairs: Vec<_> = sections
        .into_iter()
        .map(|(name, entries)| {
            let key = builder.scalar(first, name);
            (key, builder.sequence(first, &entries))
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let root = builder.mapping(first, &pairs);
    Some(builder.finish(root))
}

fn endpoint(
    builder: &mut TranslationBuilder,
    flags: &[WrittenFlag<'_, '_>],
) -> Option<TranslatedNode> {
    let keeps = flags
        .iter()
        .any(|flag| flag.name == KEEPS_PATH && flag.value != "false");
    let of = |name: &str| flags.iter().rfind(|flag| flag.name == name);
    let url = of(URL)?;
    let mut items: Vec<TranslationEntry<'_>> = Vec::new();
    for &(name, native) in FLAGS {
        let Some(flag) = of(name).filter(|flag| !flag.value.is_empty()) else {
            continue;
        };
        let Some(text) = native_text(native, flag.value) else {
            continue;
        };
        let bare = flag.value.trim_end_matches('/');
        let value = match name == URL && !keeps && !bare.ends_with(APPENDED) {
            true => builder.part(flag.node, flag.span, &format!("{bare}{APPENDED}")),
            false => builder.part(flag.node, flag.span, text),
        };
        items.push((native, flag.node, value));
    }
    let pairs = builder.assemble(url.node, items);
    Some(builder.mapping(url.node, &pairs))
}

/// An entry with the credentials of a group that are on the command line itself; none without one.
fn credentials(
    builder: &mut TranslationBuilder,
    group: &str,
    flags: &[&WrittenFlag<'_, '_>],
) -> Option<TranslatedNode> {
    let mut items: Vec<TranslationEntry<'_>> = Vec::new();
    for &(name, native) in FLAGS {
        let flag = flags.iter().rfind(|flag| {
            flag.name.strip_prefix(group) == name.strip_prefix(GROUP) && !flag.value.is_empty()
        });
        let Some(flag) = flag.filter(|_| OF_CREDENTIALS.contains(&native)) else {
            continue;
        };
        let value = builder.part(flag.node, flag.span, flag.value);
        items.push((native, flag.node, value));
    }
    let is_secret = |(native, ..): &TranslationEntry<'_>| SECRETS.contains(native);
    let node = items.iter().find(|item| is_secret(item))?.1;
    let mut pairs = builder.assemble(node, items);
    // Only its credentials are those of Prometheus.
    let url = builder.scalar(node, SELECTED);
    pairs.push((builder.scalar(node, "url"), url));
    Some(builder.mapping(node, &pairs))
}

/// Secrets that may be on the command line.
const SECRETS: &[&str] = &[
    "basic_auth.password",
    "bearer_token",
    "oauth2.client_secret",
];

/// What belongs to these.
const OF_CREDENTIALS: &[&str] = &[
    "basic_auth.password",
    "basic_auth.username",
    "bearer_token",
    "oauth2.client_id",
    "oauth2.client_secret",
    "oauth2.token_url",
];

/// The path that vmalert appends, and the flag without which it does.
pub(super) const APPENDED: &str = "/api/v1/write";
pub(super) const KEEPS_PATH: &str = "remoteWrite.disablePathAppend";

//! `promvet explain` and `promvet rules`.

use std::io::{self, Write};

use super::{Exit, key};
use crate::facts::receiver::Catalogue;
use crate::finding::nearest;
use crate::rules;
use crate::schema;

/// Prints the page of a rule, of a receiver (`receiver:mimir`), or of a key
/// (`remote_write.queue_config.max_shards`).
pub(super) fn explain(name: &str, out: &mut dyn Write) -> io::Result<Exit> {
    if let Some(id) = name.strip_prefix("receiver:") {
        return receiver(id, out);
    }
    if let Some(page) = rules::find(name) {
        writeln!(
            out,
            "{} ({}, {}, since {})\n",
            page.name,
            page.severity.word(),
            page.status.word(),
            page.since
        )?;
        writeln!(out, "{}", page.body().trim_end())?;
        return Ok(Exit::Clean);
    }
    let group: Vec<_> = rules::all()
        .iter()
        .filter(|page| page.group() == name)
        .collect();
    if !group.is_empty() {
        list(&group, out)?;
        return Ok(Exit::Clean);
    }
    if let Some(page) = schema::describe(name) {
        key::write(&page, out)?;
        return Ok(Exit::Clean);
    }
    let (kind, near) = if name.contains('/') {
        ("rule", rules::nearest_name(name).map(str::to_owned))
    } else if name.contains('.') {
        ("key", schema::suggest(name))
    } else {
        let rule = || rules::nearest_name(name).map(str::to_owned);
        ("rule and no key", schema::suggest(name).or_else(rule))
    };
    let near = near.map_or_else(
        || "`promvet rules` lists all rules".into(),
        |near| format!("did you mean {near}?"),
    );
    super::complain(&format!("there is no {kind} `{name}`; {near}"));
    Ok(Exit::Failed)
}

fn receiver(id: &str, out: &mut dyn Write) -> io::Result<Exit> {
    let catalogue = Catalogue::default();
    if let Some(profile) = catalogue.get(id) {
        writeln!(out, "{}", catalogue.page(profile).trim_end())?;
        return Ok(Exit::Clean);
    }
    let ids = || catalogue.profiles().map(|profile| &*profile.id);
    let near = nearest(id, ids()).map_or_else(
        || format!("known: {}", ids().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean receiver:{near}?"),
    );
    super::complain(&format!("there is no receiver `{id}`; {near}"));
    Ok(Exit::Failed)
}

/// Lists all rules.
pub(super) fn rules(out: &mut dyn Write) -> io::Result<Exit> {
    list(&rules::all().iter().collect::<Vec<_>>(), out)?;
    Ok(Exit::Clean)
}

fn list(pages: &[&rules::Page], out: &mut dyn Write) -> io::Result<()> {
    let width = pages.iter().map(|page| page.name.len()).max().unwrap_or(0);
    for page in pages {
        writeln!(
            out,
            "{:width$}  {:7}  {:10}  {:7}  {}",
            page.name,
            page.severity.word(),
            page.status.word(),
            page.since,
            page.title
        )?;
    }
    Ok(())
}

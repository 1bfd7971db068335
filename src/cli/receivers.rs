//! `promvet receivers`: the receivers that are known.

use std::io::{self, Write};

use serde::Serialize;

use super::Exit;
use super::args::ListFormat;
use crate::facts::receiver::{Catalog, Profile, ReceiverKind};
use crate::report::{JSON_VERSION, harmless_line};

/// A receiver as JSON has it.
#[derive(Serialize)]
struct JsonReceiver<'p> {
    id: &'p str,
    name: &'p str,
    kind: &'static str,
    urls: &'p [std::borrow::Cow<'static, str>],
}

/// Lists the receivers that are built in.
pub(super) fn receivers(format: ListFormat, out: &mut dyn Write) -> io::Result<Exit> {
    let catalog = Catalog::default();
    let mut all: Vec<&Profile> = catalog.profiles().collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    match format {
        ListFormat::Human => table(&all, out)?,
        ListFormat::Json => {
            let all: Vec<_> = all.iter().map(|profile| json(profile)).collect();
            let all = serde_json::json!({ "version": JSON_VERSION, "receivers": all });
            serde_json::to_writer_pretty(&mut *out, &all).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(Exit::Clean)
}

fn table(all: &[&Profile], out: &mut dyn Write) -> io::Result<()> {
    let width = all
        .iter()
        .map(|profile| profile.id.len())
        .max()
        .unwrap_or(0);
    for profile in all {
        let (id, kind, name) = (&profile.id, kind(profile), &profile.name);
        let row = format!("{id:width$}  {kind:11}  {name}");
        writeln!(out, "{}", harmless_line(&row))?;
    }
    writeln!(
        out,
        "\n`promvet explain receiver:NAME` prints what is known of one."
    )
}

fn json(profile: &Profile) -> JsonReceiver<'_> {
    JsonReceiver {
        id: &profile.id,
        name: &profile.name,
        kind: kind(profile),
        urls: &profile.urls,
    }
}

fn kind(profile: &Profile) -> &'static str {
    match profile.kind {
        ReceiverKind::Saas => "hosted",
        ReceiverKind::SelfHosted => "self-hosted",
        ReceiverKind::Adapter => "adapter",
    }
}

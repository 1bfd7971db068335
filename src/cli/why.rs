//! `promvet why`: what counts at a place, and where it comes from.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::args::ListFormat;
use super::{Exit, complain};
use crate::report::{JSON_VERSION, harmless_line, unless_closed};
use crate::run::{Explanation, WhyAt, explain};
use crate::source::{Folder, Tree as _};

/// The arguments of `why`.
#[derive(Args, Clone, Debug)]
pub(super) struct WhyArgs {
    /// A line of a configuration, such as prometheus.yml:12, or a file
    #[arg(value_name = "FILE[:LINE]")]
    place: String,
    /// A key of the file, such as global.scrape_interval or scrape_configs[api].scheme
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ListFormat,
}

#[derive(Serialize)]
struct JsonWhy<'e> {
    version: u32,
    path: &'e str,
    line: Option<usize>,
    key: &'e str,
    settings: Vec<JsonSetting<'e>>,
    note: Option<&'e str>,
    native: Option<&'e str>,
    effects: &'e [String],
}

#[derive(Serialize)]
struct JsonSetting<'e> {
    key: &'e str,
    value: &'e str,
    from: &'e str,
}

/// Says what counts there.
pub(super) fn why(args: &WhyArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let tree = Folder::here()?;
    let whole = PathBuf::from(&args.place);
    let (file, at) = match (&args.key, args.place.rsplit_once(':')) {
        (Some(key), _) => (whole, WhyAt::Key(key.clone())),
        (None, Some((file, line))) if tree.metadata(&whole).is_err() => match line.parse() {
            Ok(line) => (PathBuf::from(file), WhyAt::Line(line)),
            Err(_) => (PathBuf::from(file), WhyAt::Key(line.to_owned())),
        },
        _ if tree.metadata(&whole).is_err() => {
            complain(&format!("{}: no such file or folder", tree.shown(&whole)));
            return Ok(Exit::Failed);
        }
        _ => {
            complain("name a line, as in `prometheus.yml:12`, or a key after the file");
            return Ok(Exit::Failed);
        }
    };
    let found = match explain(&at, &file, &tree) {
        Ok(found) => found,
        Err(why) => {
            complain(&why);
            return Ok(Exit::Failed);
        }
    };
    unless_closed(match args.format {
        ListFormat::Human => human(&found, out),
        ListFormat::Json => json(&found, out),
    })?;
    Ok(Exit::Clean)
}

fn human(found: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let line = found.line.map_or(String::new(), |line| format!(":{line}"));
    let mut lines = vec![format!("{}{line}: {}", found.path, found.key)];
    let start = format!("{}.", found.key);
    let short = |key: &str| key.strip_prefix(&start).unwrap_or(key).to_owned();
    let widths = |of: fn(&str) -> usize, texts: Vec<String>| {
        texts.iter().map(|text| of(text)).max().unwrap_or(0)
    };
    let count = |text: &str| text.chars().count();
    let keys = widths(
        count,
        found.settings.iter().map(|it| short(&it.key)).collect(),
    );
    let values = found.settings.iter().map(|it| it.value.clone()).collect();
    let values = widths(count, values).min(40);
    if let [setting] = &*found.settings
        && setting.key == found.key
    {
        lines.push(format!("  value  {}", setting.value));
        lines.push(format!("  from   {}", setting.from));
    } else {
        for setting in &found.settings {
            let (key, value, from) = (short(&setting.key), &setting.value, &setting.from);
            lines.push(format!("  {key:keys$}  {value:values$}  {from}"));
        }
    }
    let native = found.native.as_ref();
    lines.extend(native.map(|key| format!("  for    `{key}` of Prometheus")));
    if let Some(page) = found.page.as_ref().filter(|_| found.settings.len() == 1) {
        lines.push(format!("  takes  {}", page.takes));
        lines.extend(page.note.map(|note| format!("  note   {note}")));
    }
    lines.extend(
        found
            .effects
            .iter()
            .map(|effect| format!("  then   {effect}")),
    );
    for line in lines {
        writeln!(out, "{}", harmless_line(&line))?;
    }
    Ok(())
}

fn json(found: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let settings = found.settings.iter().map(|setting| JsonSetting {
        key: &setting.key,
        value: &setting.value,
        from: &setting.from,
    });
    let report = JsonWhy {
        version: JSON_VERSION,
        path: &found.path,
        line: found.line,
        key: &found.key,
        settings: settings.collect(),
        note: found.page.as_ref().and_then(|page| page.note),
        native: found.native.as_deref(),
        effects: &found.effects,
    };
    serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
    writeln!(out)
}

//! What counts at a place of a configuration, and where it comes from.

use std::path::Path;
use std::sync::Arc;

mod effect;
mod find;
mod own;
mod path;
mod rule;

use super::configurations::{Answered, ask};
use super::defaults;
use crate::discover::DialectWording;
use crate::finding::{Place, Redacted, Sentences};
use crate::prometheus::Config;
use crate::schema::table::KeyDefault;
use crate::schema::{self, KeyPage};
use crate::source::Tree;
use crate::yaml::{Kind, Node};
use own::OwnSetting;
pub(in crate::run) use path::plain;

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyAt {
    /// A line, from 1.
    Line(usize),
    /// The path of a key, such as `scrape_configs[0].scrape_interval` or `scrape_configs[api]`.
    Key(String),
}

/// One setting.
#[derive(Clone, Debug)]
pub struct EffectiveSetting {
    /// The path of its key.
    pub key: String,
    /// What counts.
    pub value: String,
    /// Where that comes from.
    pub from: String,
    place: Place,
}

impl Sentences for EffectiveSetting {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        vec![&mut self.key, &mut self.value, &mut self.from]
    }
}

/// What counts at a place.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The file.
    pub path: Arc<str>,
    /// The path of the key that is explained.
    pub key: String,
    /// The same key in the words of `prometheus.yml`, where the file has others.
    pub native: Option<String>,
    /// The line that it is in, from 1; none if it is not written.
    pub line: Option<usize>,
    /// The setting, or those of the section.
    pub settings: Vec<Redacted<EffectiveSetting>>,
    /// What the key takes, and other facts about it.
    pub page: Option<KeyPage>,
    /// What it leads to, and what is found there.
    pub effects: Vec<String>,
}

/// Explains a place of a file.
///
/// # Errors
/// What is not there, in a sentence.
pub fn explain(at: &WhyAt, file: &Path, tree: &dyn Tree) -> Result<Explanation, String> {
    let answered = ask(file, tree, |config, document, recognized| {
        let spoken = recognized.spoken.as_deref();
        if let Some(found) = own::find(at, recognized) {
            let line = found.place.start().line;
            return Ok((of_own(found), Some(line..=line)));
        }
        let settings = Settings { config, spoken };
        let root = config.root().node().place();
        let found = settings.at(at).map_err(|error| root.redact(error))?;
        let lines = found.written.map(|(key, value)| {
            let last = value.place().end().line;
            key.place().start().line..=last
        });
        let explained = settings.explained(Arc::clone(document.text().path()), &found);
        Ok((explained, lines))
    });
    let (mut explained, lines) = match answered {
        Answered::Found(found) => found,
        Answered::Refused(why) => rule::embedded(at, file, tree).ok_or(why)?,
        Answered::NoConfiguration(none) => match rule::explain(at, file, tree)? {
            Some(found) => found,
            None => rule::embedded(at, file, tree).ok_or(none)?,
        },
    };
    if let Some(lines) = lines {
        explained
            .effects
            .extend(effect::findings(file, &lines, tree));
    }
    Ok(explained)
}

/// A setting that has no native counterpart.
fn of_own(found: OwnSetting) -> Explanation {
    let OwnSetting { key, value, place } = found;
    let line = place.start().line;
    Explanation {
        path: Arc::clone(place.path()),
        key: key.clone(),
        native: None,
        line: Some(line),
        settings: vec![Redacted::new(EffectiveSetting {
            key,
            value,
            from: format!("line {line}"),
            place,
        })],
        page: None,
        effects: Vec::new(),
    }
}

/// A key that may be written.
struct FoundKey<'d> {
    /// Its path with the numbers of items, in the words of `prometheus.yml`.
    path: String,
    /// The key as it is written, and its value.
    written: Option<(Node<'d>, Node<'d>)>,
    /// What holds it.
    holder: Node<'d>,
    /// Its path as it is named where it is not written, if that is another one.
    named: Option<String>,
}

struct Settings<'d> {
    config: Config<'d>,
    spoken: Option<&'d DialectWording>,
}

impl<'d> Settings<'d> {
    /// The path of a key in the words of the file.
    fn shown(&self, found: &FoundKey<'d>) -> String {
        if let Some(named) = found.named.clone().or_else(|| self.own_name(&found.path)) {
            return named;
        }
        match found.written {
            // A part of another file has the path of the part.
            Some((_, value)) if value.document().text().within().logical.is_empty() => {
                find::own_path(value)
            }
            _ => found.path.clone(),
        }
    }

    fn explained(&self, path: Arc<str>, found: &FoundKey<'d>) -> Explanation {
        let page = schema::describe(&plain(&found.path));
        let value = found.written.map(|(_, value)| value);
        let section = value.filter(|value| value.mapping().is_some());
        let settings = match (section, &page) {
            (Some(section), Some(page)) => self.of_section(found, section, page),
            _ => {
                let setting = self.setting(&found.path, value, found.holder, page.as_ref());
                vec![EffectiveSetting {
                    key: self.shown(found),
                    ..setting
                }]
            }
        };
        // A key of the path may be a secret that was written in its place.
        let redact = |text| found.holder.place().redact(text);
        let key = redact(self.shown(found));
        let native = redact(found.path.clone());
        // A URL that cannot be parsed may have its password anywhere.
        let effects = effect::of(self.config, &found.path, found.holder);
        let effects = effects.into_iter().map(redact).collect();
        Explanation {
            path,
            native: (native != key).then_some(native),
            key,
            effects,
            line: found.written.map(|(key, _)| key.place().start().line),
            settings: settings.into_iter().map(Redacted::new).collect(),
            page,
        }
    }

    /// The settings of a section: those that are written, and those that have a default.
    fn of_section(
        &self,
        found: &FoundKey<'d>,
        section: Node<'d>,
        page: &KeyPage,
    ) -> Vec<EffectiveSetting> {
        let mut out = Vec::new();
        let shown = self.shown(found);
        let below = |path: &str, key: &str| match path.is_empty() {
            true => key.to_owned(),
            false => format!("{path}.{key}"),
        };
        for key in &page.keys {
            let entry = section.mapping().and_then(|section| section.entry(key));
            let written = entry.filter(|entry| !find::is_made_up(entry.key));
            let value = written
                .map(|entry| entry.value)
                .filter(|value| !value.is_null());
            let path = below(&found.path, key);
            let page = schema::describe(&plain(&path));
            let default = page.as_ref().and_then(|page| page.default);
            if value.is_none() && default.is_none() {
                continue;
            }
            let setting = self.setting(&path, value, section, page.as_ref());
            if value.is_some() || setting.value != NOT_SET {
                let own = self.spoken.map_or(*key, |spoken| spoken.spelling.of(key));
                let key = below(&shown, own);
                out.push(EffectiveSetting { key, ..setting });
            }
        }
        out.extend(self.other_keys(found, section, page));
        out
    }

    /// The keys of a mapping whose names the user chooses, such as labels.
    fn other_keys(
        &self,
        found: &FoundKey<'d>,
        section: Node<'d>,
        page: &KeyPage,
    ) -> Vec<EffectiveSetting> {
        let Some(mapping) = section.mapping().filter(|_| page.keys.is_empty()) else {
            return Vec::new();
        };
        let entries = mapping.entries();
        entries
            .map(|entry| {
                let path = format!("{}.{}", self.shown(found), entry.name());
                self.setting(&path, Some(entry.value), section, None)
            })
            .collect()
    }

    fn setting(
        &self,
        path: &str,
        value: Option<Node<'d>>,
        holder: Node<'d>,
        page: Option<&KeyPage>,
    ) -> EffectiveSetting {
        let value = value.filter(|value| !value.is_null());
        let (value, from, place) = match value {
            Some(value) => {
                let line = value.place().start().line;
                (text_of(value), format!("line {line}"), value.place())
            }
            None => {
                let (value, from) = self.default(path, page);
                (value, from, holder.place())
            }
        };
        EffectiveSetting {
            key: path.to_owned(),
            value,
            from,
            place,
        }
    }

    /// What counts where nothing is written.
    fn default(&self, path: &str, page: Option<&KeyPage>) -> (String, String) {
        const DEFAULT: &str = "the default of Prometheus";
        if let Some((value, from)) = self.default_of_dialect(path, page) {
            return (value.to_owned(), from.to_owned());
        }
        let Some(default) = page.and_then(|page| page.default) else {
            return (NOT_SET.to_owned(), "it has no default".to_owned());
        };
        let (http2, off) = defaults::HTTP2_OF_REMOTE_WRITE;
        if plain(path) == http2 {
            let from = format!("{DEFAULT} from 3.0 on; `true` before");
            return (off.to_owned(), from);
        }
        let other = match default {
            KeyDefault::Value(value) => return (value.to_owned(), DEFAULT.to_owned()),
            KeyDefault::OfGlobal(key) => key,
        };
        let global = self.config.root().get("global");
        let written = global.and_then(|global| global.get(other));
        let other = format!("global.{other}");
        match written.filter(|node| !node.is_null()) {
            Some(node) => {
                let line = node.place().start().line;
                (text_of(node), format!("`{other}` on line {line}"))
            }
            None => {
                let default = schema::default_of(&other).unwrap_or(NOT_SET);
                let from = format!("{DEFAULT} for `{other}`, which is not set");
                (default.to_owned(), from)
            }
        }
    }
}

impl Settings<'_> {
    /// What the program that makes the configuration writes where nothing is set.
    fn default_of_dialect(
        &self,
        path: &str,
        page: Option<&KeyPage>,
    ) -> Option<(&'static str, &'static str)> {
        let dialect = self.spoken?.dialect;
        let is_of_operator = defaults::is_of_operator(dialect);
        let inherited = page?.default.and_then(KeyDefault::of_global);
        let of_jobs = OF_JOBS.iter().find(|(key, ..)| inherited == Some(key));
        if let Some((_, value, from)) = of_jobs
            && is_of_operator
            && path.starts_with("scrape_configs")
        {
            return Some((value, from));
        }
        defaults::of_program(self.spoken, &plain(path))
    }
}

/// What jobs of the Operator take over from the resource that selects them, by the key of `global`.
const OF_JOBS: &[(&str, &str, &str)] = &[
    (
        "scrape_interval",
        "30s",
        "`scrapeInterval` of the Prometheus that selects it; this is its default",
    ),
    (
        "scrape_timeout",
        "10s",
        "`scrapeTimeout` of the Prometheus that selects it; this is its default",
    ),
];

/// What is in place of a value that neither the file nor a default sets.
const NOT_SET: &str = "not set";

/// A value in a line.
fn text_of(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Scalar(scalar) => own::written(node, scalar),
        Kind::Sequence(list) => match list.len() {
            1 => "1 item".to_owned(),
            count => format!("{count} items"),
        },
        Kind::Mapping(mapping) => {
            let names: Vec<_> = mapping.entries().map(|entry| entry.name()).collect();
            names.join(", ")
        }
    }
}

/// Calls `each` for every key, the outer ones first.
fn visit<'d>(node: Node<'d>, path: &str, each: &mut dyn FnMut(&str, Node<'d>, Node<'d>, Node<'d>)) {
    match node.kind() {
        _ if node.is_alias() => {}
        Kind::Mapping(mapping) => {
            for entry in mapping.written() {
                let path = match path.is_empty() {
                    true => entry.name().to_owned(),
                    false => format!("{path}.{}", entry.name()),
                };
                each(&path, entry.key, entry.value, node);
                visit(entry.value, &path, each);
            }
        }
        Kind::Sequence(list) => {
            for (number, item) in list.iter().enumerate() {
                visit(item, &format!("{path}[{number}]"), each);
            }
        }
        Kind::Scalar(_) => {}
    }
}

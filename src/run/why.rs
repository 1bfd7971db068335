//! What counts at a place of a configuration, and where it comes from.

use std::path::Path;
use std::sync::Arc;

use super::configurations::ask;
use crate::finding::{Place, Redacted, Sentences, nearest};
use crate::prometheus::Config;
use crate::schema::{self, KeyPage};
use crate::source::Tree;
use crate::yaml::{Kind, Node};

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
    /// The line that it is in, from 1; none if it is not written.
    pub line: Option<usize>,
    /// The setting, or those of the section.
    pub settings: Vec<Redacted<EffectiveSetting>>,
    /// What the key takes, and other facts about it.
    pub page: Option<KeyPage>,
}

/// Explains a place of a file.
///
/// # Errors
/// What is not there, in a sentence.
pub fn explain(at: &WhyAt, file: &Path, tree: &dyn Tree) -> Result<Explanation, String> {
    ask(file, tree, |config, document| {
        let settings = Settings { config };
        let root = config.root().node().place();
        let found = settings.at(at).map_err(|error| root.redact(error))?;
        Ok(settings.explained(Arc::clone(document.text().path()), &found))
    })
}

/// A key that may be written.
struct FoundKey<'d> {
    /// Its path with the numbers of items.
    path: String,
    /// The key as it is written, and its value.
    written: Option<(Node<'d>, Node<'d>)>,
    /// What holds it.
    holder: Node<'d>,
}

struct Settings<'d> {
    config: Config<'d>,
}

impl<'d> Settings<'d> {
    fn at(&self, at: &WhyAt) -> Result<FoundKey<'d>, String> {
        match at {
            WhyAt::Line(line) => self.of_line(*line),
            WhyAt::Key(path) => self.of_path(path),
        }
    }

    /// The key whose value is nearest around a line: the last one that begins there or above it.
    fn of_line(&self, line: usize) -> Result<FoundKey<'d>, String> {
        let mut best: Option<FoundKey<'d>> = None;
        let line_of = |node: Node<'_>| node.place().start().line;
        visit(
            self.config.root().node(),
            "",
            &mut |path, key, value, holder| {
                let last = value.place().end().line;
                if line_of(key) <= line && (last >= line || line_of(key) == line) {
                    // Of several in one line the first is meant; of those around it the innermost. What a
                    // translation adds has the place of the whole resource.
                    let is_nearer = best.as_ref().is_none_or(|best| {
                        let begun = best.written.map_or(0, |(key, _)| line_of(key));
                        begun < line_of(key) || begun == line_of(key) && begun != line
                    });
                    if is_nearer {
                        best = Some(FoundKey {
                            path: path.to_owned(),
                            written: Some((key, value)),
                            holder,
                        });
                    }
                }
            },
        );
        best.ok_or_else(|| format!("no setting is on line {line}"))
    }

    fn of_path(&self, path: &str) -> Result<FoundKey<'d>, String> {
        let mut at = self.config.root().node();
        let mut full = String::new();
        let mut found = None;
        for part in split(path) {
            let Part { name, item } = part?;
            let mapping = at.mapping().ok_or_else(|| no_keys(&full, at))?;
            let holder = at;
            if !full.is_empty() {
                full.push('.');
            }
            full.push_str(&name);
            let entry = mapping.entry(&name);
            found = Some(FoundKey {
                path: full.clone(),
                written: entry.map(|entry| (entry.key, entry.value)),
                holder,
            });
            let Some(entry) = entry else {
                // A key of a section that is not written counts with its default.
                if schema::describe(&plain(path)).is_none() {
                    return Err(refusal(&full, mapping.entries().map(|it| it.name()), &name));
                }
                return Ok(FoundKey {
                    path: path.to_owned(),
                    written: None,
                    holder,
                });
            };
            at = entry.value;
            if let Some(item) = item {
                let (number, node) = item_of(at, &item).ok_or_else(|| no_item(&full, at, &item))?;
                full.push_str(&format!("[{number}]"));
                at = node;
                found = Some(FoundKey {
                    path: full.clone(),
                    written: Some((node, node)),
                    holder,
                });
            }
        }
        found.ok_or_else(|| "write the path of a key, such as `global.scrape_interval`".to_owned())
    }

    fn explained(&self, path: Arc<str>, found: &FoundKey<'d>) -> Explanation {
        let page = schema::describe(&plain(&found.path));
        let value = found.written.map(|(_, value)| value);
        let section = value.filter(|value| value.mapping().is_some());
        let settings = match (section, &page) {
            (Some(section), Some(page)) => self.of_section(&found.path, section, page),
            _ => vec![self.setting(&found.path, value, found.holder, page.as_ref())],
        };
        // A key of the path may be a secret that was written in its place.
        let key = found.holder.place().redact(found.path.clone());
        Explanation {
            path,
            key,
            line: found.written.map(|(key, _)| key.place().start().line),
            settings: settings.into_iter().map(Redacted::new).collect(),
            page,
        }
    }

    /// The settings of a section: those that are written, and those that have a default.
    fn of_section(&self, path: &str, section: Node<'d>, page: &KeyPage) -> Vec<EffectiveSetting> {
        let mut out = Vec::new();
        for key in &page.keys {
            let value = section.get(key).filter(|value| !value.is_null());
            let path = match path.is_empty() {
                true => (*key).to_owned(),
                false => format!("{path}.{key}"),
            };
            let page = schema::describe(&plain(&path));
            let default = page.as_ref().and_then(|page| page.default);
            if value.is_none() && default.is_none() {
                continue;
            }
            let setting = self.setting(&path, value, section, page.as_ref());
            if value.is_some() || setting.value != NOT_SET {
                out.push(setting);
            }
        }
        out
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
                let (value, from) = self.default(page);
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
    fn default(&self, page: Option<&KeyPage>) -> (String, String) {
        const DEFAULT: &str = "the default of Prometheus";
        let Some(default) = page.and_then(|page| page.default) else {
            return (NOT_SET.to_owned(), "it has no default".to_owned());
        };
        // `DefaultRemoteWriteConfig` differs from what other clients have (config/config.go, 3.0).
        if page.is_some_and(|page| page.path == "remote_write[].enable_http2") {
            let from = format!("{DEFAULT} from 3.0 on; `true` before");
            return ("false".to_owned(), from);
        }
        let Some(other) = default.strip_prefix("inherit:") else {
            return (default.to_owned(), DEFAULT.to_owned());
        };
        let mut at = Some(self.config.root().node());
        for part in other.split('.') {
            at = at.and_then(|at| at.get(part));
        }
        match at.filter(|node| !node.is_null()) {
            Some(node) => {
                let line = node.place().start().line;
                (text_of(node), format!("`{other}` on line {line}"))
            }
            None => {
                let page = schema::describe(other);
                let default = page.and_then(|page| page.default).unwrap_or(NOT_SET);
                let from = format!("{DEFAULT} for `{other}`, which is not set");
                (default.to_owned(), from)
            }
        }
    }
}

/// What is in place of a value that neither the file nor a default sets.
const NOT_SET: &str = "not set";

/// A value in a line.
fn text_of(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Scalar(scalar) => scalar.text.lines().collect::<Vec<_>>().join(" "),
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

/// A part of a path: a key, and an item of its list.
struct Part {
    name: String,
    item: Option<String>,
}

fn split(path: &str) -> impl Iterator<Item = Result<Part, String>> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut part = String::new();
    for c in path.chars() {
        match c {
            '.' if depth == 0 => parts.push(std::mem::take(&mut part)),
            c => {
                depth = match c {
                    '[' => depth + 1,
                    ']' => depth.saturating_sub(1),
                    _ => depth,
                };
                part.push(c);
            }
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| match part.split_once('[') {
        None if part.is_empty() => Err("the path of a key has an empty part".to_owned()),
        None => Ok(Part {
            name: part,
            item: None,
        }),
        Some((name, item)) => {
            let item = item.strip_suffix(']').ok_or("the `]` is missing")?;
            Ok(Part {
                name: name.to_owned(),
                item: Some(item.to_owned()),
            })
        }
    })
}

/// An item by its number, or by its job, name or URL.
fn item_of<'d>(list: Node<'d>, item: &str) -> Option<(usize, Node<'d>)> {
    let mut items = list.items().enumerate();
    match item.parse::<usize>() {
        Ok(number) => items.find(|(at, _)| *at == number),
        Err(_) => items.find(|(_, node)| {
            NAMES
                .iter()
                .any(|key| node.get(key).and_then(Node::as_str) == Some(item))
        }),
    }
}

/// What names an item of a list.
const NAMES: [&str; 3] = ["job_name", "name", "url"];

/// Why a value has no keys.
fn no_keys(full: &str, at: Node<'_>) -> String {
    match at.sequence() {
        Some(_) => format!("`{full}` is a list; name an item, as in `{full}[0]`"),
        None => format!("`{full}` has no keys below it"),
    }
}

/// Why a list lacks an item.
fn no_item(full: &str, list: Node<'_>, item: &str) -> String {
    let name = |node: Node<'_>| {
        let mut names = NAMES.iter().filter_map(|key| node.get(key)?.as_str());
        names.next().map(str::to_owned)
    };
    let names: Vec<String> = list.items().filter_map(name).collect();
    match nearest(item, names.iter().map(String::as_str)) {
        Some(near) => format!("`{full}` has no item `{item}`; did you mean `{full}[{near}]`?"),
        None => format!("`{full}` has no item `{item}`"),
    }
}

/// Why a path leads to nothing.
fn refusal<'k>(full: &str, written: impl Iterator<Item = &'k str>, name: &str) -> String {
    let near = schema::suggest(&plain(full)).filter(|near| *near != plain(full));
    let near = nearest(name, written).map(str::to_owned).or(near);
    match near {
        Some(near) => format!("`{full}` is not set; did you mean `{near}`?"),
        None => format!("`{full}` is not set"),
    }
}

/// A path without the numbers of items.
fn plain(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

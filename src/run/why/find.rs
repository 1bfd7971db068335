//! The key that a line or a path means.

use super::path::{PathPart, item_of, native_case, no_item, no_keys, plain, refusal, split};
use super::{FoundKey, Settings, WhyAt, visit};
use crate::schema;
use crate::yaml::{Mapping, Node};

/// What paths in resources and in values begin with.
const ROOTS: &[&str] = &["spec.", "prometheus.prometheusSpec.", "server."];

impl<'d> Settings<'d> {
    pub(super) fn at(&self, at: &WhyAt) -> Result<FoundKey<'d>, String> {
        match at {
            WhyAt::Line(line) => self.of_line(*line),
            WhyAt::Key(path) => {
                self.of_path(path)
                    .or_else(|refused| match self.native_of_own(path) {
                        Some(native) => self.of_path(&native),
                        None => self.of_own_path(path).ok_or(refused),
                    })
            }
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
                if !is_made_up(key)
                    && line_of(key) <= line
                    && (last >= line || line_of(key) == line)
                {
                    // Of several in one line the first is meant; of those around it the innermost. What a
                    // translation adds has the place of the whole resource.
                    let is_nearer = best.as_ref().is_none_or(|best| {
                        let begun = best.written.map_or(0, |(key, _)| line_of(key));
                        let is_same = best
                            .written
                            .is_some_and(|(other, _)| other.span() == key.span());
                        is_same || begun < line_of(key) || begun == line_of(key) && begun != line
                    });
                    if is_nearer {
                        best = Some(FoundKey {
                            path: path.to_owned(),
                            written: Some((key, value)),
                            holder,
                            named: None,
                        });
                    }
                }
            },
        );
        let begun = best
            .as_ref()
            .and_then(|best| best.written)
            .map(|(key, _)| line_of(key));
        match self.of_other_line(line) {
            Some(other) if begun.is_none_or(|begun| begun != line) => Ok(other),
            _ => best.ok_or_else(|| format!("no setting is on line {line}")),
        }
    }

    /// A key that begins on a line and is nothing to Prometheus, such as `replicas`.
    fn of_other_line(&self, line: usize) -> Option<FoundKey<'d>> {
        let source = self.config.root().node().document().source()?;
        let tops = std::iter::successors(source.root(), |node| node.parent());
        let mut found = None;
        visit(tops.last()?, "", &mut |path, key, value, holder| {
            if found.is_none() && key.place().start().line == line {
                found = Some(FoundKey {
                    path: path.to_owned(),
                    written: Some((key, value)),
                    holder,
                    named: None,
                });
            }
        });
        found
    }

    fn of_path(&self, path: &str) -> Result<FoundKey<'d>, String> {
        let mut at = self.config.root().node();
        let mut full = String::new();
        let mut found = None;
        for part in split(path) {
            let PathPart { name, item } = part?;
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
                named: None,
            });
            let Some(entry) = entry else {
                // A key of a section that is not written counts with its default.
                if schema::describe(&plain(path)).is_none() {
                    let written = mapping.entries().map(|it| it.name());
                    return Err(refusal(path, &full, written, &name));
                }
                return Ok(FoundKey {
                    path: path.to_owned(),
                    written: None,
                    holder,
                    named: None,
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
                    named: None,
                });
            }
        }
        found.ok_or_else(|| "write the path of a key, such as `global.scrape_interval`".to_owned())
    }

    /// The key with a path in the words of the file, such as `spec.remoteWrite[0].queueConfig.maxShards`. One
    /// that is not written is in the nearest section that is.
    fn of_own_path(&self, path: &str) -> Option<FoundKey<'d>> {
        let around = self.around(path);
        let length = around.as_ref().map_or(0, |(length, _)| *length);
        let rest = match &around {
            Some(_) => path.get(length..)?.trim_start_matches('.'),
            None => {
                let root = self.config.root().node().mapping()?;
                let below = root.written().find_map(|entry| {
                    let inner = entry.value.path();
                    let (own, _) = inner.rsplit_once('.')?;
                    path.strip_prefix(own)?.strip_prefix('.')
                });
                let mut roots = ROOTS.iter();
                below.or_else(|| roots.find_map(|root| path.strip_prefix(root)))?
            }
        };
        let (base, holder) = match around {
            Some((_, found)) if rest.is_empty() => return Some(found),
            Some((_, found)) => {
                let section = found.written?.1;
                section.mapping()?;
                (found.path, section)
            }
            None => (String::new(), self.config.root().node()),
        };
        let full = match base.is_empty() {
            true => self.native(rest),
            false => format!("{base}.{}", self.native(rest)),
        };
        // The Operator has the keys of `global` side by side with the others.
        let full = [full.clone(), format!("global.{full}")]
            .into_iter()
            .find(|full| schema::describe(&plain(full)).is_some())?;
        Some(FoundKey {
            path: full,
            written: None,
            holder,
            named: Some(path.to_owned()),
        })
    }

    /// A path in the words of `prometheus.yml`.
    fn native(&self, path: &str) -> String {
        let spelled = |part: &str| {
            let native = self
                .spoken
                .and_then(|spoken| spoken.spelling.native_of(part));
            native.map_or_else(|| native_case(part), str::to_owned)
        };
        let parts: Vec<_> = path.split('.').map(spelled).collect();
        parts.join(".")
    }

    /// The innermost key or item around a path in the words of the file, and how much of the path leads to it.
    fn around(&self, path: &str) -> Option<(usize, FoundKey<'d>)> {
        let mut best: Option<(usize, FoundKey<'d>)> = None;
        let mut ask = |native: String, key: Node<'d>, value: Node<'d>, holder| {
            let own = own_path(value);
            let rest = path.strip_prefix(&*own);
            // What a translation adds has the place of the section that it is in.
            let is_around = rest.is_some_and(|rest| match rest.chars().next() {
                None => true,
                Some('.') => value.mapping().is_some(),
                Some(first) => first == '[' && value.sequence().is_some(),
            });
            // Of an item and what a translation adds to it, both with its path, the item comes first.
            let is_item = key.span() == value.span();
            let is_nearer = |length: usize| length < own.len() || length == own.len() && !is_item;
            if is_around && best.as_ref().is_none_or(|(length, _)| is_nearer(*length)) {
                let found = FoundKey {
                    path: native,
                    written: Some((key, value)),
                    holder,
                    named: None,
                };
                best = Some((own.len(), found));
            }
        };
        let root = self.config.root().node();
        visit(root, "", &mut |native, key, value, holder| {
            if !is_made_up(key) {
                ask(native.to_owned(), key, value, holder);
            }
            for (number, item) in value.items().enumerate() {
                ask(format!("{native}[{number}]"), item, item, value);
            }
        });
        best
    }
}

/// Whether a key is one that a translation adds: it has the place of what it is added to.
pub(super) fn is_made_up(key: Node<'_>) -> bool {
    let written = key.document().text().slice(key.span());
    // A flag of vmagent is its key with its value.
    let is_flag = written
        .trim_start_matches(['"', '\'', '-'])
        .starts_with("remoteWrite.");
    key.document().source().is_some() && !is_flag && written.contains(':')
}

/// The path of a value in the words of the file: for what a translation joins, that of what it holds.
pub(super) fn own_path(value: Node<'_>) -> String {
    let path = value.path();
    let written = value.mapping().filter(|_| path.is_empty());
    let mut entries = written.into_iter().flat_map(Mapping::written);
    let Some(first) = entries.find(|entry| !is_made_up(entry.key)) else {
        return path;
    };
    let inner = first.value.path();
    inner
        .rsplit_once('.')
        .map_or(path, |(outer, _)| outer.to_owned())
}

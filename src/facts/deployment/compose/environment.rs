//! The variables of a service, and the `.env` file that some of them come from.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::project::{ComposeService, Project};
use crate::facts::deployment::ContainerEnvironment;
use crate::facts::deployment::Home;
use crate::facts::deployment::inside;
use crate::facts::deployment::variables::{EnvVariables, lines, sets_variables};
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide};
use crate::finding::{Place, Span, Text};
use crate::yaml::Node;

/// The largest `.env` that is read, in bytes: those that people write have some hundred lines.
const LARGEST_ENV: u64 = 64 * 1024;

/// Where the value of a text comes from.
pub(super) enum VariableSource {
    /// From the compose file itself.
    Here(String),
    /// From a line of the `.env` file beside it.
    InEnvFile(Arc<ProvidedValue>),
    /// From the user who starts the containers, or from several places.
    Elsewhere,
}

impl Project<'_> {
    /// Where the value of a text comes from: of a variable's default, from the compose file.
    pub(super) fn value(&self, text: &str) -> VariableSource {
        if !text.contains('$') {
            return VariableSource::Here(text.to_owned());
        }
        let Some(variable) = whole_variable(text.trim()) else {
            return VariableSource::Elsewhere;
        };
        match (self.in_env_file(variable), self.expand(text)) {
            (Some(written), _) => VariableSource::InEnvFile(written),
            (None, Some(default)) => VariableSource::Here(default),
            (None, None) => VariableSource::Elsewhere,
        }
    }

    /// The variables that are set for a service, by values that are in the compose file or in the
    /// `.env` file beside it.
    pub(super) fn environment(&self, service: &ComposeService<'_>) -> Vec<Arc<ProvidedValue>> {
        self.environment_over(service, self.of_env_files(service))
    }

    fn environment_over(
        &self,
        service: &ComposeService<'_>,
        of_files: Option<Vec<Arc<ProvidedValue>>>,
    ) -> Vec<Arc<ProvidedValue>> {
        let set_by = set_by(service);
        // Thousands of variables may be those of many services.
        if set_by.is_empty() {
            return of_files.unwrap_or_default();
        }
        let set: HashSet<&str> = set_by.iter().filter_map(|set| set.name()).collect();
        let mut out = of_files.unwrap_or_default();
        out.retain(|written| !set.contains(&*written.name));
        let mut own = Layered::default();
        for set in set_by {
            if let Some(name) = set.name() {
                own.remove(name);
                own.extend(self.variable(service, name, set));
            }
        }
        out.extend(own.into_written());
        out
    }

    /// All variables of a service, those without a value in the tree too.
    pub(super) fn variables(&self, service: &ComposeService<'_>) -> ContainerEnvironment {
        let of_files = self.of_env_files(service);
        let has_more = of_files.is_none();
        let written = self.environment_over(service, of_files);
        let set_by = set_by(service);
        let names: HashSet<&str> = set_by.iter().filter_map(|set| set.name()).collect();
        let all = written.iter().map(|written| &*written.name);
        let known: HashSet<&str> = all.filter(|name| names.contains(name)).collect();
        let names = set_by.iter().filter_map(|set| {
            let name = set.name()?;
            (!known.contains(name)).then(|| name.to_owned())
        });
        ContainerEnvironment {
            hidden: names.collect(),
            has_more,
            written,
        }
    }

    /// The variables of the files that a service names with `env_file`, later ones over earlier ones;
    /// none if one of the files is not in the tree.
    fn of_env_files(&self, service: &ComposeService<'_>) -> Option<Vec<Arc<ProvidedValue>>> {
        let layers = service.layers.iter();
        let mut files = Vec::new();
        for node in layers.filter_map(|layer| layer.get("env_file")) {
            if node.tag().is_some_and(|tag| tag.starts_with('!')) {
                return None;
            }
            let single = node.as_str().map(|_| node);
            for item in node.items().chain(single) {
                let path = item.as_str().or_else(|| item.get("path")?.as_str());
                let path = self.expand(path?)?;
                let path = inside::on_disk(&self.folder_for(node), &path);
                files.push(self.variables_of(&path)?);
            }
        }
        if let [only] = files.as_slice() {
            return Some(only.to_vec());
        }
        let mut out = Layered::default();
        for written in files {
            written.iter().for_each(|written| out.remove(&written.name));
            out.extend(written.iter().cloned());
        }
        Some(out.into_written())
    }

    /// The variables of a file, which many services may name; none if it is not in the tree.
    fn variables_of(&self, path: &Path) -> Option<Arc<[Arc<ProvidedValue>]>> {
        let known = self.env_files.borrow().get(path).cloned();
        known.unwrap_or_else(|| {
            let read = variables_of(self.home, path).map(|(_, written)| Arc::from(written));
            let mut files = self.env_files.borrow_mut();
            files.insert(path.to_owned(), read.clone());
            read
        })
    }

    /// One variable: the key of a mapping, or an item of a list. What it takes over from the `.env`
    /// file is there.
    fn variable(
        &self,
        service: &ComposeService<'_>,
        name: &str,
        set: VariableSetting<'_>,
    ) -> Option<Arc<ProvidedValue>> {
        let text = match set.value {
            Some(value) => value.as_str(),
            None => set.node.as_str()?.split_once('=').map(|(_, text)| text),
        };
        // Without a value, that of the shell or of the `.env` file is taken over.
        let Some(text) = text else {
            return self.in_env_file(name);
        };
        let content = match self.value(text) {
            VariableSource::Here(text) => HiddenContent::plain(&text),
            VariableSource::InEnvFile(written) => return Some(written),
            VariableSource::Elsewhere => return None,
        };
        if content.is_secret(name) {
            hide(set.value.unwrap_or(set.node));
        }
        let node = set.node;
        let place = match set.value {
            Some(_) => node.place(),
            None => {
                let scalar = node.scalar()?;
                node.document().place(scalar.part(0, name.len()))
            }
        };
        Some(Arc::new(ProvidedValue {
            noun: format!("the variable `{name}` of the service `{}`", service.name),
            name: name.to_owned(),
            place,
            logical: node.path(),
            identity: format!("services.{}.environment.{name}", service.name),
            content,
            text: None,
        }))
    }
}

/// Variables in layers: what a later one sets takes the place of what earlier ones did. By name, since
/// a service may have thousands.
#[derive(Default)]
struct Layered {
    all: Vec<Option<Arc<ProvidedValue>>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Layered {
    fn remove(&mut self, name: &str) {
        for number in self.by_name.remove(name).unwrap_or_default() {
            if let Some(slot) = self.all.get_mut(number) {
                *slot = None;
            }
        }
    }

    fn extend(&mut self, written: impl IntoIterator<Item = Arc<ProvidedValue>>) {
        for written in written {
            let numbers = self.by_name.entry(written.name.clone()).or_default();
            numbers.push(self.all.len());
            self.all.push(Some(written));
        }
    }

    fn into_written(self) -> Vec<Arc<ProvidedValue>> {
        self.all.into_iter().flatten().collect()
    }
}

/// What sets a variable: the key of a mapping with its value, or an item of a list.
#[derive(Clone, Copy)]
struct VariableSetting<'d> {
    node: Node<'d>,
    value: Option<Node<'d>>,
}

impl<'d> VariableSetting<'d> {
    fn name(self) -> Option<&'d str> {
        self.node.as_str()?.split('=').next()
    }
}

/// What sets the variables of a service, later ones over earlier ones.
fn set_by<'d>(service: &ComposeService<'d>) -> Vec<VariableSetting<'d>> {
    let mut out = Vec::new();
    let layers = service.layers.iter();
    for node in layers.filter_map(|layer| layer.get("environment")) {
        if matches!(node.tag(), Some("!reset" | "!override")) {
            out.clear();
        }
        let items = node.items();
        out.extend(items.map(|node| VariableSetting { node, value: None }));
        let entries = node.mapping().into_iter();
        let entries = entries.flat_map(|mapping| mapping.entries());
        out.extend(entries.map(|entry| VariableSetting {
            node: entry.key,
            value: Some(entry.value),
        }));
    }
    out
}

/// The `.env` of a folder, if it is in the tree. Its lines are never shown; the names of variables
/// are, if it is what docker compose takes it for.
pub(super) fn env_file(home: Home<'_>, folder: &Path) -> (EnvVariables, Vec<Arc<ProvidedValue>>) {
    variables_of(home, &folder.join(".env")).unwrap_or_default()
}

/// Files that people copy to `.env`, and fill in.
const EXAMPLES: &[&str] = &[
    ".env.dist",
    ".env.example",
    ".env.sample",
    ".env.template",
    "env.example",
    "example.env",
];

impl Project<'_> {
    /// Whether an example of the `.env` file sets a variable of a text.
    pub(super) fn is_set_by_example(&self, text: &str) -> bool {
        let examples = EXAMPLES.iter().map(|name| self.folder.join(name));
        let mut examples = examples.filter_map(|path| variables_of(self.home, &path));
        examples.any(|(_, written)| {
            written.iter().any(|written| {
                let behind = text.split_once(&format!("${{{}", written.name));
                behind.is_some_and(|(_, behind)| behind.starts_with([':', '-', '}']))
            })
        })
    }
}

/// The same of a file; none if it is not in the tree.
fn variables_of(home: Home<'_>, path: &Path) -> Option<(EnvVariables, Vec<Arc<ProvidedValue>>)> {
    if !home.holds(path) {
        return None;
    }
    let bytes = home.tree.read(path, LARGEST_ENV).ok()?;
    let text = Text::new(home.tree.shown(path), bytes);
    if sets_variables(text.content()) {
        text.recognize_words();
    }
    // One that is not in the repository is of the machine that checks it, which may be another's.
    let is_committed = home.committed.holds(home.tree, home.root, path);
    let written = lines(text.content()).map(|line| {
        let name_ends = line.at + line.name.len();
        let content = HiddenContent::plain(line.value);
        if content.is_secret(line.name) || !is_committed && !line.value.is_empty() {
            text.mark_secret(Span::new(name_ends + 1, line.end));
        }
        Arc::new(ProvidedValue {
            noun: format!("the variable `{}`", line.name),
            name: line.name.to_owned(),
            place: Place::new(&text, Span::new(line.at, name_ends)),
            logical: line.name.to_owned(),
            identity: line.name.to_owned(),
            content: match is_committed {
                true => content,
                false => content.withheld(),
            },
            text: None,
        })
    });
    let written = written.collect();
    let variables = EnvVariables::from_env_file(text.content(), is_committed);
    Some((variables, written))
}

/// The name of the variable that a text is and nothing else: `$NAME`, `${NAME}`, `${NAME:?…}`.
pub(super) fn whole_variable(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('$')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = match rest.strip_prefix('{') {
        Some(rest) => {
            let inner = rest
                .strip_suffix('}')
                .filter(|inner| !inner.contains('}'))?;
            inner.split([':', '?', '-', '+']).next()?
        }
        None => rest,
    };
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::whole_variable;

    #[test]
    fn variables_that_are_all_there_is_are_reported() {
        for (text, want) in [
            ("$A", Some("A")),
            ("${A}", Some("A")),
            ("${A:?why}", Some("A")),
            ("${A-x}", Some("A")),
            ("${A}${B}", None),
            ("$A-b", None),
            ("x${A}", None),
            ("$$A", None),
            ("${}", None),
            ("A", None),
        ] {
            assert_eq!(whole_variable(text), want, "{text}");
        }
    }
}

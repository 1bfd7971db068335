//! The templates of Helm charts in the tree, and what they read of values.

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::Facts;
use super::deployment::on_disk;
use crate::discover::manifests;
use crate::finding::{Place, Text};
use crate::yaml::{Node, parse_all, parse_first};

/// How far above a file of values its chart is looked for: `ci/test-values.yaml`.
const MOST_PARENTS: usize = 2;

/// How far below its chart a file is that a template takes: `files/prometheus/rules/a.yml`.
const MOST_ABOVE_FILE: usize = 4;

/// The most templates that are read for one key, and the largest, in bytes: kube-prometheus-stack has
/// about 150 of at most 64 KiB.
const MOST_TEMPLATES: usize = 512;
const LARGEST_TEMPLATE: u64 = 256 * 1024;

/// The largest file of values that is read for a template, in bytes: that of kube-prometheus-stack has 200 KiB.
const LARGEST_VALUES: u64 = 1024 * 1024;

/// What names bitnami in the addresses of repositories.
const BITNAMI: &str = "bitnami";

/// Whether a template takes a value for false (Go's `template.IsTrue`).
fn is_empty(value: Node<'_>) -> bool {
    match value.scalar() {
        Some(scalar) => scalar.is_null() || matches!(scalar.text, "" | "false" | "0"),
        None => {
            value.items().next().is_none()
                && value
                    .mapping()
                    .is_none_or(|map| map.entries().next().is_none())
        }
    }
}

impl Facts<'_> {
    /// Whether the values at `shown` belong to a chart of the tree with a template that names a key of
    /// theirs: a chart with templates of its own takes what keys it likes.
    #[must_use]
    pub fn is_read_by_chart(&self, shown: &str, key: &str) -> bool {
        let file = self.absolute(shown);
        let folders = file.ancestors().skip(1).take(1 + MOST_PARENTS);
        let is_chart =
            |folder: &&Path| self.files.tree.metadata(&folder.join("Chart.yaml")).is_ok();
        let mut charts = folders.into_iter().filter(is_chart);
        charts
            .next()
            .is_some_and(|chart| self.is_named_in(&chart.join("templates"), key))
    }

    /// Why files that a file of a chart names may be beside it where it is read: a template takes files of the
    /// chart (`.Files.Get`, `.Files.Glob`) for keys of an object.
    #[must_use]
    pub fn taken_by_template(&self, shown: &str) -> Option<String> {
        let file = self.absolute(shown);
        let is_template = |folder: &Path| folder.ends_with("templates");
        let mut folders = file.ancestors().skip(1).take(1 + MOST_ABOVE_FILE);
        let is_chart =
            |folder: &&Path| self.files.tree.metadata(&folder.join("Chart.yaml")).is_ok();
        let chart = folders.find(is_chart)?;
        let is_outside = !file
            .ancestors()
            .take_while(|above| *above != chart)
            .any(is_template);
        let is_taken = is_outside && self.is_named_in(&chart.join("templates"), "Files");
        is_taken.then(|| {
            "a template of the chart takes its files, and may put others beside them".to_owned()
        })
    }

    /// Whether the own values of the chart around a template leave out what rests on a path of them, and no
    /// other file beside them names its last key.
    #[must_use]
    pub fn is_left_out_by_chart(&self, shown: &str, path: &[&str]) -> bool {
        let file = self.absolute(shown);
        let is_templates =
            |folder: &&Path| folder.file_name().is_some_and(|name| name == "templates");
        let templates = file.ancestors().skip(1).find(is_templates);
        let Some(chart) = templates.and_then(Path::parent) else {
            return false;
        };
        let values = chart.join("values.yaml");
        let bytes = self.files.tree.read(&values, LARGEST_VALUES);
        let (Ok(bytes), Some(last)) = (bytes, path.last()) else {
            return false;
        };
        let shown = self.files.tree.shown(&values);
        let Ok(document) = parse_first(&Text::new(&*shown, bytes)) else {
            return false;
        };
        let value = document.root().map(|root| {
            let mut keys = path.iter();
            keys.try_fold(root, |node, key| node.get(key))
        });
        let is_left_out = value.is_some_and(|value| value.is_none_or(is_empty));
        is_left_out && (!self.is_named_beside(&shown, last) || !self.is_set_beside(&shown, path))
    }

    /// The release of a chart that the chart around the values at `shown` needs, as its lock file or its
    /// own file has it. Charts of other publishers with that name do not count.
    #[must_use]
    pub fn chart_dependency(&self, shown: &str, name: &str) -> Option<(String, Place)> {
        self.dependency(shown, |needed| {
            let is = |key: &str, is_it: &dyn Fn(&str) -> bool| {
                needed.get(key).and_then(Node::as_str).is_some_and(is_it)
            };
            is("name", &|own| own == name) && !is("repository", &|url| url.contains(BITNAMI))
        })
    }

    /// Where the chart around the values at `shown` needs bitnami's kube-prometheus, whose values are below a
    /// key.
    #[must_use]
    pub fn bitnami_chart(&self, shown: &str, key: &str) -> Option<Place> {
        let found = self.dependency(shown, |needed| is_bitnami(needed, key));
        found.map(|(_, place)| place)
    }

    /// The same of the chart that an Application or a HelmRelease in a file installs from a folder of the tree.
    #[must_use]
    pub fn installed_bitnami_chart(&self, shown: &str, key: &str) -> Option<Place> {
        let bytes = self
            .files
            .tree
            .read(&self.absolute(shown), LARGEST_TEMPLATE)
            .ok()?;
        let (documents, _) = parse_all(&Text::new(shown, bytes));
        let folders = documents.iter().flat_map(manifests).flat_map(|manifest| {
            let spec = manifest.root.get("spec");
            let template = spec.and_then(|spec| spec.get("template")?.get("spec"));
            let argo = [spec, template].into_iter().flatten().flat_map(|spec| {
                let sources = spec.get("sources").into_iter().flat_map(Node::items);
                spec.get("source").into_iter().chain(sources)
            });
            let argo = argo.filter_map(|source| source.get("path"));
            let flux = spec.and_then(|spec| spec.get("chart")?.get("spec")?.get("chart"));
            let folders = argo.chain(flux).filter_map(Node::as_str);
            folders
                .map(|folder| on_disk(&self.files.bounds, folder))
                .collect::<Vec<_>>()
        });
        let mut folders = folders.filter(|folder| folder.starts_with(&self.files.bounds));
        let is_it = |needed: &Node<'_>| is_bitnami(needed, key);
        folders
            .find_map(|folder| self.needed_in(&folder, &is_it))
            .map(|(_, place)| place)
    }

    fn dependency(
        &self,
        shown: &str,
        is_it: impl Fn(&Node<'_>) -> bool,
    ) -> Option<(String, Place)> {
        let file = self.absolute(shown);
        let mut folders = file.ancestors().skip(1).take(1 + MOST_PARENTS);
        folders.find_map(|folder| self.needed_in(folder, &is_it))
    }

    /// The release of a chart that the one in a folder needs.
    fn needed_in(
        &self,
        folder: &Path,
        is_it: &dyn Fn(&Node<'_>) -> bool,
    ) -> Option<(String, Place)> {
        let mut files = ["Chart.lock", "Chart.yaml"].iter();
        files.find_map(|name| {
            let file = folder.join(name);
            let bytes = self.files.tree.read(&file, LARGEST_TEMPLATE).ok()?;
            // A chart's own file holds names and releases, which messages quote.
            let text = Text::recognized(self.files.tree.shown(&file), bytes);
            let document = parse_first(&text).ok()?;
            let needed = document.root()?.get("dependencies")?;
            let found = needed.items().find(is_it)?;
            let version = found.get("version")?;
            Some((version.as_str()?.to_owned(), version.place()))
        })
    }

    /// Whether another YAML file of the folder of some values, which may be laid under them or over them,
    /// has a word.
    #[must_use]
    pub fn is_named_beside(&self, shown: &str, word: &str) -> bool {
        let file = self.absolute(shown);
        let folder = file.parent().map(|folder| self.files.tree.list(folder));
        let Some(Ok(files)) = folder else {
            return false;
        };
        let is_yaml = |path: &&PathBuf| {
            let extension = path.extension();
            **path != file && extension.is_some_and(|name| name == "yaml" || name == "yml")
        };
        let mut others = files.iter().filter(is_yaml).take(MOST_TEMPLATES);
        others.any(|path| {
            let content = self.files.tree.read(path, LARGEST_TEMPLATE);
            content.is_ok_and(|content| memmem::find(&content, word.as_bytes()).is_some())
        })
    }

    /// Whether another YAML file of the folder of some values may set a path of them: it does, or cannot be read.
    fn is_set_beside(&self, shown: &str, path: &[&str]) -> bool {
        let file = self.absolute(shown);
        let Some(Ok(files)) = file.parent().map(|folder| self.files.tree.list(folder)) else {
            return true;
        };
        let is_yaml = |path: &&PathBuf| {
            let extension = path.extension();
            **path != file && extension.is_some_and(|name| name == "yaml" || name == "yml")
        };
        files
            .iter()
            .filter(is_yaml)
            .take(MOST_TEMPLATES)
            .any(|other| {
                let Ok(bytes) = self.files.tree.read(other, LARGEST_VALUES) else {
                    return false;
                };
                let Ok(document) = parse_first(&Text::new(self.files.tree.shown(other), bytes))
                else {
                    return true;
                };
                let value = document.root().and_then(|root| {
                    let mut keys = path.iter();
                    keys.try_fold(root, |node, key| node.get(key))
                });
                value.is_some_and(|value| !is_empty(value))
            })
    }

    /// Whether a file in a folder, or in a folder of it, has `.key`.
    fn is_named_in(&self, templates: &Path, key: &str) -> bool {
        let tree = self.files.tree;
        let name = format!(".{key}");
        let names_it = |content: &[u8]| {
            memmem::find_iter(content, name.as_bytes()).any(|at| {
                let behind = content.get(at + name.len());
                !behind.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            })
        };
        let mut left: Vec<PathBuf> = tree.list(templates).unwrap_or_default();
        for _ in 0..MOST_TEMPLATES {
            let Some(path) = left.pop() else { return false };
            match tree.read(&path, LARGEST_TEMPLATE) {
                Ok(content) if names_it(&content) => return true,
                Ok(_) => {}
                Err(_) => left.extend(tree.list(&path).unwrap_or_default()),
            }
        }
        false
    }
}

/// Whether an entry of what a chart needs is bitnami's kube-prometheus, with its values below a key.
fn is_bitnami(needed: &Node<'_>, key: &str) -> bool {
    let text = |name: &str| needed.get(name).and_then(Node::as_str);
    let called = text("alias").or_else(|| text("name"));
    let is_its = text("repository").is_some_and(|url| url.contains(BITNAMI));
    is_its && text("name") == Some("kube-prometheus") && called == Some(key)
}

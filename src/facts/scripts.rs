//! Scripts and templates of the tree that fill in placeholders: what turns a file that promvet reads
//! into the file that Prometheus reads.
//!
//! A word in plain capitals is a placeholder only where such a script names it. A placeholder that
//! nothing in sight can fill in is sent as it is.

mod tools;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use super::old_release::OldReleases;
use super::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Place, Span, Text};
use crate::needle;
pub(crate) use tools::replaces;
use tools::tools;

/// The largest file that is taken for a script, in bytes: scripts that people write are far smaller,
/// and this bounds what is read for one placeholder.
pub(crate) const LARGEST_SCRIPT: u64 = 256 * 1024;

/// Hidden files and folders with scripts of pipelines; other hidden files are not looked at.
pub(crate) const HIDDEN: &[&str] = &[
    ".github",
    ".gitea",
    ".forgejo",
    ".gitlab",
    ".gitlab-ci.yml",
    ".circleci",
    ".buildkite",
    ".drone.yml",
    ".travis.yml",
    ".woodpecker",
    ".woodpecker.yml",
];

/// Endings of files that may be scripts, or that may hold commands.
const ENDINGS: &[&str] = &[
    "sh", "bash", "zsh", "ksh", "fish", "ps1", "bat", "cmd", "py", "rb", "pl", "mk", "mak", "make",
    "just", "yml", "yaml", "toml", "tf", "hcl", "nomad", "groovy", "j2", "tpl", "tmpl", "template",
];

/// Words of lines that only look at a file.
const CHECKS: &[&str] = &["promtool", "promvet", "lint", "#", "pint "];

/// How far from a tool the name of the file may be for the tool to work on it, in lines: the length
/// of a task of a playbook.
const NEAR: usize = 10;

/// Whether a file of this name may be a script, or may hold commands.
#[must_use]
pub(crate) fn may_be_script(path: &Path) -> bool {
    match path.extension() {
        // `Makefile`, `entrypoint`, `Jenkinsfile`.
        None => true,
        Some(ending) => {
            let known = ENDINGS.iter().any(|text| ending == *text);
            // `Makefile.common`, `Dockerfile.prometheus`.
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            known || name.starts_with("Makefile") || name.starts_with("Dockerfile")
        }
    }
}

/// Whether a text says anything as a script: any YAML may hold one, and most of it is asked nothing.
pub(crate) fn tells(content: &str) -> bool {
    is_run(content) || !tools(content).is_empty()
}

/// The scripts of a tree.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    all: Vec<Script>,
    index: WordIndex,
    old_releases: OnceLock<OldReleases>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) text: Arc<Text>,
    /// Where the tools are that fill in placeholders, in bytes.
    tools: Vec<usize>,
    /// Whether it is run by itself: neither a manifest nor a compose file.
    pub(super) is_run: bool,
}

/// A configuration, by what a script may call it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScriptedConfiguration<'r> {
    /// Its path as shown.
    pub(super) shown: &'r str,
    /// The key of a ConfigMap that it is, if it is one.
    pub(super) key: Option<&'r str>,
}

impl ScriptedConfiguration<'_> {
    fn file_name(&self) -> &str {
        let name = self.shown.rsplit('/').next().unwrap_or(self.shown);
        self.key.unwrap_or(name)
    }

    /// The name of its folder, where it has one that tells it apart.
    fn folder_name(&self) -> Option<&str> {
        let (folders, _) = self.shown.rsplit_once('/')?;
        let name = folders.rsplit('/').next()?;
        (self.key.is_none() && !matches!(name, "" | "." | "..")).then_some(name)
    }
}

impl Scripts {
    pub(super) fn new(texts: Vec<Arc<Text>>) -> Self {
        let index = WordIndex::new(WordClass::Name, texts.iter().map(|text| text.content()));
        let script = |text: Arc<Text>| Script {
            tools: tools(text.content()),
            is_run: is_run(text.content()),
            text,
        };
        Self {
            index,
            all: texts.into_iter().map(script).collect(),
            old_releases: OnceLock::new(),
        }
    }

    /// What they say of releases before 3.0.
    pub(super) fn old_releases(&self) -> &OldReleases {
        self.old_releases
            .get_or_init(|| OldReleases::new(&self.all))
    }

    /// All of them, in the order of their paths.
    pub(super) fn all(&self) -> &[Script] {
        &self.all
    }

    /// The script that fills in a placeholder of a configuration, which it names. `whole` is the
    /// placeholder as written.
    pub(super) fn filling(&self, whole: &str, file: ScriptedConfiguration<'_>) -> Option<Evidence> {
        // Words in angle brackets are for people, unless a script has them brackets and all.
        let by_name = name_of(whole);
        let word = by_name.unwrap_or(whole);
        let mut numbers = self.index.texts_with(word);
        if whole.starts_with('_') {
            // `__HOST__` is one word.
            numbers.extend(self.index.texts_with(whole));
            numbers.sort_unstable();
            numbers.dedup();
        }
        let mut scripts = numbers
            .into_iter()
            .filter_map(|number| self.all.get(number));
        scripts.find_map(|script| {
            let content = script.text.content();
            let is_itself = **script.text.path() == *file.shown;
            if is_itself || script.tools.is_empty() {
                return None;
            }
            let mut words = words_in(content, word);
            let first = words.next()?;
            let with_tool = std::iter::once(first.clone()).chain(words).find(|word| {
                script
                    .tools
                    .iter()
                    .any(|at| same_line(content, *at, word.start))
            });
            let names = || memmem::find(content.as_bytes(), file.file_name().as_bytes());
            let at = with_tool.or_else(|| names().map(|_| first))?;
            Some(evidence(&script.text, at, "this fills in the placeholder"))
        })
    }

    /// The script that fills in whatever placeholders a configuration has: a tool works on it.
    pub(super) fn rendering(&self, file: ScriptedConfiguration<'_>) -> Option<Evidence> {
        let name = file.file_name();
        let numbers = self.index.texts_with(name).into_iter();
        let mut scripts = numbers.filter_map(|number| self.all.get(number));
        scripts.find_map(|script| {
            let content = script.text.content();
            if file.key.is_none() && **script.text.path() == *file.shown {
                return None;
            }
            let names: Vec<usize> =
                memmem::find_iter(content.as_bytes(), name.as_bytes()).collect();
            let at = script.tools.iter().find(|tool| {
                let mut names = names.iter();
                names.any(|at| lines_between(content, **tool, *at) <= NEAR)
            })?;
            Some(evidence(&script.text, *at..*at, "this renders the file"))
        })
    }

    /// Where something that is run by itself names a file by its last part, or the folder of a
    /// pattern, other than to check it.
    pub(super) fn naming(&self, name: &str, shown: &str) -> Option<Place> {
        let name = match name.split_once(['*', '?', '[']) {
            Some((before, _)) => before.rsplit_once('/')?.0.rsplit('/').next()?,
            None => name.rsplit('/').next()?,
        };
        // Words such as `rw` occur anywhere, unless something is written to them.
        let is_telling = name.contains('.') || name.len() > 3;
        let mut runs = self.all.iter().filter(|script| script.is_run);
        runs.find_map(|script| {
            let content = script.text.content();
            let bytes = content.as_bytes();
            let mut found = memmem::find_iter(bytes, name.as_bytes()).filter(|at| {
                let line = line_around(content, *at);
                let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
                let is_path = |byte: Option<&u8>| !byte.is_some_and(is_name);
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                let ends = bytes.get(at + name.len());
                let as_folder = name.contains('.') || ends == Some(&b'/') || before == Some(&b'/');
                let checks = CHECKS.iter().any(|word| line.contains(word));
                let path = content.get(..*at).unwrap_or_default();
                let path =
                    path.trim_end_matches(|c: char| c.is_alphanumeric() || "/._-".contains(c));
                let is_target = path.trim_end_matches([' ', '"', '\'']).ends_with('>');
                (is_telling || is_target)
                    && is_path(before)
                    && is_path(ends)
                    && (as_folder || is_target)
                    && !checks
            });
            let at = found.next().filter(|_| **script.text.path() != *shown)?;
            Some(Place::new(&script.text, Span::new(at, at + name.len())))
        })
    }

    /// Whether something that is run by itself may fill in a placeholder: it names the placeholder,
    /// the configuration or its folder.
    pub(super) fn mentions(&self, whole: &str, file: ScriptedConfiguration<'_>) -> bool {
        self.all.iter().any(|script| {
            let content = script.text.content();
            let has = |name: &str| memmem::find(content.as_bytes(), name.as_bytes()).is_some();
            let is_itself = **script.text.path() == *file.shown;
            let is_asked = script.is_run || !script.tools.is_empty();
            is_asked
                && !is_itself
                && (name_of(whole).is_some_and(|word| words_in(content, word).next().is_some())
                    || has(file.file_name())
                    || file.folder_name().is_some_and(|folder| {
                        has(&format!("{folder}/")) || has(&format!("/{folder}"))
                    }))
        })
    }
}

/// What a script calls a placeholder: `HOST` of `${HOST:-a}`, `{HOST}`, `@HOST@` and `__HOST__`.
fn name_of(whole: &str) -> Option<&str> {
    if whole.starts_with(['<', '[']) || whole.starts_with("{{") {
        return None;
    }
    let start = whole.find(|c: char| c.is_ascii_alphanumeric())?;
    let rest = whole.get(start..)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name = rest.get(..rest.find(|c| !plain(c)).unwrap_or(rest.len()))?;
    let name = name.split(":-").next()?.trim_end_matches(['_', '-']);
    (name.len() > 1).then_some(name)
}

/// Where a word occurs as a whole; underscores around it are the marks of `__HOST__`.
fn words_in<'t>(content: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let bytes = content.as_bytes();
    let inside = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let found = memmem::find_iter(bytes, word.as_bytes()).collect::<Vec<_>>();
    found.into_iter().filter_map(move |at| {
        let end = at + word.len();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let marked = |from: usize| bytes.get(from..from + 2) == Some(b"__");
        let joined_before = before == Some(&b'_') && !(at >= 2 && marked(at - 2));
        let joined_after = bytes.get(end) == Some(&b'_') && !marked(end);
        let is_whole =
            !inside(before) && !inside(bytes.get(end)) && !joined_before && !joined_after;
        is_whole.then_some(at..end)
    })
}

/// Whether a file is run by itself, or by something outside of the tree (Flux, Argo CD): anything but
/// a compose file and a plain manifest.
fn is_run(content: &str) -> bool {
    let has = |word: &'static str| needle::has(word, content.as_bytes());
    let is_gitops = has("toolkit.fluxcd.io") || has("argoproj.io");
    let is_manifest = || begins_line(content, "apiVersion:") && begins_line(content, "kind:");
    let is_compose = || begins_line(content, "services:") && (has("image:") || has("build:"));
    is_gitops || !(is_manifest() || is_compose() || is_configuration(content))
}

/// Whether a text has sections of a configuration or of a rule file at its top level.
pub(crate) fn is_configuration(content: &str) -> bool {
    ["scrape_configs:", "remote_write:", "groups:", "rule_files:"]
        .into_iter()
        .any(|section| begins_line(content, section))
}

/// Whether a line of a text begins with a word.
fn begins_line(content: &str, word: &'static str) -> bool {
    if !needle::has(word, content.as_bytes()) {
        return false;
    }
    let mut all = memmem::find_iter(content.as_bytes(), word.as_bytes());
    all.any(|at| at == 0 || content.as_bytes().get(at - 1) == Some(&b'\n'))
}

fn evidence(text: &Arc<Text>, at: Range<usize>, message: &str) -> Evidence {
    Evidence {
        place: Place::new(text, Span::new(at.start, at.end)),
        message: message.to_owned(),
    }
}

pub(super) fn line_around(content: &str, at: usize) -> &str {
    let (before, behind) = content.split_at_checked(at).unwrap_or((content, ""));
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let to = at + behind.find('\n').unwrap_or(behind.len());
    content.get(from..to).unwrap_or_default()
}

fn same_line(content: &str, one: usize, other: usize) -> bool {
    lines_between(content, one, other) == 0
}

fn lines_between(content: &str, one: usize, other: usize) -> usize {
    let between = content.as_bytes().get(one.min(other)..one.max(other));
    memchr::memchr_iter(b'\n', between.unwrap_or_default()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: ScriptedConfiguration<'_> = ScriptedConfiguration {
        shown: "deploy/prometheus.yml",
        key: None,
    };

    fn scripts(files: &[(&str, &str)]) -> Scripts {
        let text = |(path, content): &(&str, &str)| Text::new(*path, content.as_bytes().to_vec());
        Scripts::new(files.iter().map(text).collect())
    }

    fn line(found: Option<Evidence>) -> Option<usize> {
        found.map(|hit| hit.place.start().line)
    }

    #[test]
    fn placeholders_are_called_by_their_names() {
        for (whole, want) in [
            ("${HOST}", Some("HOST")),
            ("${HOST:-a.example.com}", Some("HOST")),
            ("$(HOST)", Some("HOST")),
            ("{HOST}", Some("HOST")),
            ("@HOST@", Some("HOST")),
            ("__HOST__", Some("HOST")),
            ("HOST", Some("HOST")),
            ("<host>", None),
            ("{{ .Values.x }}", None),
            ("${-}", None),
        ] {
            assert_eq!(name_of(whole), want, "{whole}");
        }
    }

    #[test]
    fn a_tool_on_the_line_or_the_name_of_the_file_tells() {
        for (script, want) in [
            ("#!/bin/sh\nsed s/RW_URL/$1/ \"$f\"\n", Some(2)),
            ("RW_URL=x\nenvsubst < prometheus.yml\n", Some(1)),
            // Nothing says that it fills in this file.
            ("RW_URL=x\nenvsubst < loki.yml\n", None),
            ("export RW_URL=x\n", None),
            ("sed s/MY_RW_URL/x/ a\n", None),
            ("sed s/RW_URLS/x/ a\n", None),
        ] {
            let scripts = scripts(&[("run.sh", script)]);
            assert_eq!(line(scripts.filling("RW_URL", FILE)), want, "{script}");
        }
        let scripts = scripts(&[("run.sh", "sed 's|__RW_URL__|x|' a\n")]);
        assert_eq!(line(scripts.filling("__RW_URL__", FILE)), Some(1));
        let scripts = self::scripts(&[("run.sh", "sed 's/<url>/x/' a\nsed s/token/x/ a\n")]);
        assert_eq!(line(scripts.filling("<url>", FILE)), Some(1));
        assert_eq!(line(scripts.filling("<token>", FILE)), None);
    }

    #[test]
    fn a_tool_near_the_name_renders_the_file() {
        let far = format!("envsubst < a\n{}# prometheus.yml\n", "\n".repeat(20));
        for (script, want) in [
            ("x:\n\tenvsubst < prometheus.yml\n", Some(2)),
            (
                "- ansible.builtin.template:\n    src: prometheus.yml\n",
                Some(1),
            ),
            ("promtool check config prometheus.yml\n", None),
            ("the list is based on prometheus.yml\n", None),
            (&far, None),
        ] {
            let scripts = scripts(&[("Makefile", script)]);
            assert_eq!(line(scripts.rendering(FILE)), want, "{script}");
        }
    }

    #[test]
    fn what_only_runs_containers_fills_in_nothing() {
        let compose = "services:\n  p:\n    image: a\n    environment: [RW_URL]\n    volumes: [./deploy/prometheus.yml:/p]\n";
        for (name, content, want) in [
            ("compose.yaml", compose, false),
            (
                "pod.yaml",
                "apiVersion: v1\nkind: Pod\n# prometheus.yml\n",
                false,
            ),
            (
                "flux.yaml",
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./deploy/}\n",
                true,
            ),
            ("up.sh", "docker compose up\n", false),
            ("up.sh", "export RW_URL=x\n", true),
            ("up.sh", "./render deploy/prometheus.yml\n", true),
            ("up.sh", "./render deploy/\n", true),
        ] {
            let scripts = scripts(&[(name, content)]);
            assert_eq!(scripts.mentions("${RW_URL}", FILE), want, "{content}");
        }
    }
}

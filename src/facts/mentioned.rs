//! Texts of any kind that name a file which the tree lacks: what makes it, or what tells people how to. A
//! checkout without the file proves nothing then.

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::deployment::is_unit;
use super::scripts::{self, Script, line_around, may_be_script};
use super::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Place, Span, Text};

/// The largest file that is looked at, in bytes: larger ones are data.
pub(crate) const LARGEST_TEXT: u64 = 64 * 1024;

/// The most files that are looked at, those near the root first: with the largest size this bounds what is
/// read for one file that is missing. What sets up a project is near its root.
pub(crate) const MOST_TEXTS: usize = 2000;

/// Hidden files that say what people have beside a checkout, or make there.
pub(crate) const HIDDEN: &[&str] = &[
    ".dockerignore",
    ".env.dist",
    ".env.example",
    ".env.sample",
    ".env.template",
    ".mise.toml",
];

/// How names of files end that say nothing of files that a tree lacks: binary ones, and what tools write.
const SILENT: &[&str] = &[
    "CHANGELOG.md",
    "CODEOWNERS",
    "Cargo.lock",
    "HISTORY.md",
    "go.sum",
    "package-lock.json",
    ".bz2",
    ".css",
    ".csv",
    ".eot",
    ".gif",
    ".gz",
    ".ico",
    ".jar",
    ".jpeg",
    ".jpg",
    ".lock",
    ".log",
    ".map",
    ".mp4",
    ".pdf",
    ".png",
    ".prom",
    ".sarif",
    ".svg",
    ".tgz",
    ".ttf",
    ".webp",
    ".woff",
    ".woff2",
    ".xz",
    ".zip",
];

/// Endings of texts for people.
const PROSE: &[&str] = &["adoc", "html", "md", "markdown", "mdx", "org", "rst", "txt"];

/// Words of lines that only look at a file, or name it as the configuration does.
const NO_WRITERS: &[&str] = &[
    "promtool",
    "promvet",
    "lint",
    "pint ",
    "_file",
    "_File",
    "rule_files",
];

/// What the path of a folder follows at once that files are written to.
const OPTIONS: &[&str] = &[
    "-o",
    "-m",
    "-d",
    "-C",
    "out",
    "output",
    "outdir",
    "output-dir",
    "containerPath",
    "path.join(",
];

/// What the path of a folder follows in which commands are run.
const ENTERS: &[&str] = &[
    "cd ",
    "pushd ",
    "working-directory: ",
    "workdir: ",
    "chdir: ",
];

/// Keys of tasks that copy files.
const COPIES: &[&str] = &["dest", "destination"];

/// Commands whose last word is the folder that they write to.
const COMMANDS: &[&str] = &["cp ", "mv ", "rsync ", "sync ", "install "];

/// Whether a file is looked at for names that is not looked at as a script.
pub(crate) fn may_mention_files(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_silent = SILENT.iter().any(|end| name.ends_with(end));
    !is_silent && (is_unit(path) || !may_be_script(path))
}

/// The texts of a tree.
#[derive(Debug, Default)]
pub(super) struct NamingTexts {
    texts: Vec<NamingText>,
    index: WordIndex,
}

#[derive(Debug)]
struct NamingText {
    text: Arc<Text>,
    /// Whether it only deploys: there a path is what is mounted.
    deploys: bool,
    is_prose: bool,
}

/// Where a text names a file.
#[derive(Debug)]
pub(super) struct FileMention {
    pub(super) place: Place,
    /// Whether it is a text for people, or a comment.
    pub(super) is_prose: bool,
}

/// A file that a configuration names and the tree lacks.
#[derive(Debug)]
pub(super) struct LackedFile<'n> {
    /// The last part of its path; none for a pattern.
    name: Option<&'n str>,
    /// The folder that it is in, in the tree and where Prometheus runs: as many of the last parts of both as
    /// tell it apart.
    folders: Vec<String>,
    /// The folder where the tree would have it, if that is known.
    here: Option<String>,
}

impl<'n> LackedFile<'n> {
    /// `name` as the configuration at `shown` has it, and where the tree would have it, if a mount says so.
    pub(super) fn new(name: &'n str, shown: &str, place: Option<&'n str>) -> Option<Self> {
        let name = name.trim_start_matches("./");
        let fixed = name.split(['*', '?', '[']).next().unwrap_or(name);
        let (below, last) = fixed.rsplit_once('/').unwrap_or(("", fixed));
        let is_absolute = name.starts_with('/');
        let beside = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (here, last) = match place {
            Some(place) => {
                let (folder, last) = place.rsplit_once('/').unwrap_or(("", place));
                (Some(folder.to_owned()), last)
            }
            None if is_absolute => (None, last),
            None => (Some(joined(beside, below)?), last),
        };
        let there = match is_absolute {
            true => below.to_owned(),
            false => joined("etc/prometheus", below)?,
        };
        let in_tree = here.as_deref().map(|folder| tail(folder, 1));
        let mut folders: Vec<String> = in_tree.into_iter().chain([tail(&there, 2)]).collect();
        folders.retain(|folder| !folder.is_empty());
        folders.dedup();
        let name = (fixed.len() == name.len() && !last.is_empty()).then_some(last);
        (!folders.is_empty()).then_some(Self {
            name,
            folders,
            here,
        })
    }

    /// Whether commands of a text are run in the folder where the tree would have the file.
    fn is_entered(&self, content: &str) -> bool {
        let last = self
            .here
            .as_deref()
            .and_then(|here| here.rsplit('/').next());
        let Some(last) = last.filter(|last| !last.is_empty()) else {
            return false;
        };
        ENTERS.iter().any(|word| {
            let mut found = content.match_indices(word);
            found.any(|(at, _)| {
                let path = content.get(at + word.len()..).unwrap_or_default();
                let is_end = |c: char| c.is_whitespace() || "\"';&|)`".contains(c);
                let path = path.trim_start_matches(['"', '\'']).split(is_end).next();
                let path = path.unwrap_or_default().trim_end_matches('/');
                path.rsplit('/').next() == Some(last)
            })
        })
    }

    /// Whether a text is in the folder where the tree would have the file.
    fn is_beside(&self, path: &str) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let of_root = |here: &str| here.is_empty() && !folder.contains('/');
        self.here
            .as_deref()
            .is_some_and(|here| here == folder || of_root(here))
    }
}

/// A path below a folder, `..` applied; none if it leads out.
fn joined(folder: &str, below: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(below.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The last parts of a path, so many at most.
fn tail(path: &str, most: usize) -> String {
    // A folder of the root is another one than one of its name elsewhere.
    if path.rfind('/') == Some(0) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = path
        .rsplit('/')
        .filter(|part| !part.is_empty())
        .take(most)
        .collect();
    parts.reverse();
    parts.join("/")
}

impl NamingTexts {
    pub(super) fn new(scripts: &[Script], others: Vec<Arc<Text>>) -> Self {
        let scripts = scripts.iter().map(|script| NamingText {
            text: Arc::clone(&script.text),
            deploys: !script.is_run,
            is_prose: false,
        });
        let others = others.into_iter().map(|text| NamingText {
            is_prose: is_prose(Path::new(&**text.path())),
            deploys: false,
            text,
        });
        let texts: Vec<NamingText> = scripts.chain(others).collect();
        let contents = texts.iter().map(|one| one.text.content());
        let index = WordIndex::new(WordClass::Host, contents);
        Self { texts, index }
    }

    /// The program that replaces a plain word, which is none of the scripts: it has the word, and what
    /// replaces texts.
    pub(super) fn replacing(&self, word: &str) -> Option<Evidence> {
        let programs = self.texts.iter().filter(|one| !one.is_prose);
        let mut found = programs.filter_map(|one| {
            let content = one.text.content();
            let at = memmem::find(content.as_bytes(), word.as_bytes())?;
            (!may_be_script(Path::new(&**one.text.path())) && scripts::replaces(content)).then(
                || Evidence {
                    place: Place::new(&one.text, Span::new(at, at + word.len())),
                    message: "this replaces the word".to_owned(),
                },
            )
        });
        found.next()
    }

    /// Where one of them names a file, or writes to its folder; texts for people come last.
    /// `is_there` says whether the tree has a path.
    pub(super) fn naming(
        &self,
        file: &LackedFile<'_>,
        shown: &str,
        is_there: &dyn Fn(&str) -> bool,
    ) -> Option<FileMention> {
        let by_name = file.name.map(|name| self.index.texts_with(name));
        let of_name = by_name.unwrap_or_default();
        let named = of_name.iter().filter_map(|number| self.texts.get(*number));
        let named = named.filter_map(|one| one.naming(file, is_there));
        let filling = self
            .texts
            .iter()
            .filter(|one| !one.is_prose && !one.deploys);
        let filling = filling.filter_map(|one| one.filling(file));
        let mut all: Vec<FileMention> = named.chain(filling).collect();
        all.retain(|mention| **mention.place.path() != *shown);
        let written = all.iter().position(|mention| !mention.is_prose);
        (!all.is_empty()).then(|| all.swap_remove(written.unwrap_or(0)))
    }
}

impl NamingText {
    /// Where it names a file by the end of its path.
    fn naming(
        &self,
        file: &LackedFile<'_>,
        is_there: &dyn Fn(&str) -> bool,
    ) -> Option<FileMention> {
        let content = self.text.content();
        let name = file.name?;
        let mut found = memmem::find_iter(content.as_bytes(), name.as_bytes());
        found.find_map(|at| {
            let end = at + name.len();
            let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '\\');
            let behind = content.get(end..)?;
            let is_longer = behind.trim_start_matches('.').starts_with(goes_on);
            let before = content.get(..at)?;
            let line = line_around(content, at);
            if is_longer || NO_WRITERS.iter().any(|word| line.contains(word)) {
                return None;
            }
            let written = is_written_to(before);
            let folder = before.trim_end_matches(['/', '\\']);
            let is_in_folder = folder.len() < before.len()
                && (file.folders.iter().any(|of| ends_with_path(folder, of))
                    || written && folder.ends_with(['}', ')', '%']));
            let is_comment = is_comment(before);
            let is_bare = (name.contains('.') || written)
                && !is_comment
                && before.ends_with(['"', '\'', '`', ' ', '=', '>', '(', ':', '\t'])
                && (!self.is_prose && file.is_beside(self.text.path()) || file.is_entered(content));
            let is_known = (is_in_folder || is_bare) && (!self.deploys || written || is_comment);
            let is_of_tree = || {
                let path = format!("{}{name}", path_before(before));
                is_there(&path) || is_there(&beside(self.text.path(), &path))
            };
            (is_known && (written || !is_of_tree())).then(|| FileMention {
                place: Place::new(&self.text, Span::new(at, end)),
                is_prose: self.is_prose || is_comment,
            })
        })
    }

    /// Where it writes to the folder of a file, or to files of it whose names are in variables.
    fn filling(&self, file: &LackedFile<'_>) -> Option<FileMention> {
        let content = self.text.content();
        file.folders.iter().find_map(|folder| {
            let mut found = memmem::find_iter(content.as_bytes(), folder.as_bytes());
            found.find_map(|at| {
                let end = at + folder.len();
                let before = content.get(..at)?;
                let is_folder = ends_with_path(content.get(..end)?, folder);
                let line = line_around(content, at);
                let is_filled = is_folder
                    && is_destination(before, content.get(end..)?, folder)
                    && !NO_WRITERS.iter().any(|word| line.contains(word))
                    && !is_comment(before);
                is_filled.then(|| FileMention {
                    place: Place::new(&self.text, Span::new(at, end)),
                    is_prose: false,
                })
            })
        })
    }
}

/// The folders of a path that a text ends within.
fn path_before(text: &str) -> &str {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    text.get(text.trim_end_matches(is_path).len()..)
        .unwrap_or("")
}

/// A path as seen from the folder of a file.
fn beside(file: &str, path: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    joined(folder, path).unwrap_or_else(|| path.to_owned())
}

/// Whether a line runs a command by this name, and not one of another tool (`pip install`).
fn runs(command: &str, name: &str) -> bool {
    let mut found = command.match_indices(name);
    found.any(|(at, _)| {
        let before = command.get(..at).unwrap_or("").trim_end();
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_tool = name == "install " && before.ends_with(ends);
        !is_tool
            || ["sudo", "then", "do"]
                .iter()
                .any(|word| before.ends_with(word))
    })
}

/// Whether a folder between two texts is what files are written to, and not where they come from.
fn is_destination(before: &str, behind: &str, folder: &str) -> bool {
    let behind = behind.lines().next().unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let rest = behind.strip_prefix(['/', '\\']).unwrap_or(behind);
    let is_end = |c: char| c.is_whitespace() || "\"',;})]&|".contains(c);
    let is_whole = rest.is_empty() || rest.starts_with(is_end);
    let is_varied =
        rest.len() < behind.len() && (rest.starts_with("{{") || rest.starts_with(['$', '%']));
    if !is_whole && !is_varied {
        return false;
    }
    let is_path = |c: char| c.is_alphanumeric() || "./\\_-${}".contains(c);
    let ahead = before.trim_end_matches(is_path);
    let ahead = ahead.trim_end_matches([' ', '"', '\'', '=', ':']);
    // `Rollout monitoring` writes to no folder.
    let is_option = |option: &&str| {
        let before = ahead.strip_suffix(*option);
        before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
    };
    if OPTIONS.iter().any(is_option) {
        return true;
    }
    // A playbook copies some files to a folder; it fills it where their names are in variables.
    if is_varied && COPIES.iter().any(|key| ahead.ends_with(key)) {
        return true;
    }
    let command = before.rsplit([';', '&', '|']).next().unwrap_or(before);
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let mut sources = command
        .split_whitespace()
        .filter(|word| !word.contains("://"));
    let is_source = sources.any(|word| word.split(['/', '\\']).any(|part| part == last));
    let words = rest
        .split(|c: char| "\"',;})]&|".contains(c))
        .next()
        .unwrap_or_default();
    let is_last = words.split_whitespace().all(|word| word.starts_with('-'));
    COMMANDS.iter().any(|name| runs(command, name)) && is_last && is_whole && !is_source
}

/// Where a comment of a configuration names a file that belongs beside it: in quotes, since its name may be
/// any word.
pub(super) fn in_comment(text: &Arc<Text>, name: &str) -> Option<Place> {
    let content = text.content();
    let name = name.trim_start_matches("./");
    let mut found = memmem::find_iter(content.as_bytes(), name.as_bytes());
    found.find_map(|at| {
        let end = at + name.len();
        let before = content.get(..at)?;
        let quote = before.chars().next_back()?;
        let is_quoted = matches!(quote, '`' | '"' | '\'') && content.get(end..)?.starts_with(quote);
        let line = line_around(content, at);
        let is_description =
            is_comment(before) && !NO_WRITERS.iter().any(|word| line.contains(word));
        (is_quoted && is_description).then(|| Place::new(text, Span::new(at, end)))
    })
}

/// Whether a text ends with a path, or with the end of a longer one. Separators may be those of Windows.
fn ends_with_path(text: &str, path: &str) -> bool {
    let mut rest = text;
    for (number, part) in path.rsplit('/').enumerate() {
        if number > 0 {
            let shorter = rest.trim_end_matches(['/', '\\']);
            if shorter.len() == rest.len() {
                return false;
            }
            rest = shorter;
        }
        let Some(before) = rest.strip_suffix(part) else {
            return false;
        };
        rest = before;
    }
    !rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        || rest.ends_with("./")
}

/// Whether what follows a text is what a command writes to.
fn is_written_to(before: &str) -> bool {
    let is_path = |c: char| c.is_alphanumeric() || "./\\_-${}()%".contains(c);
    let before = before.trim_end_matches(is_path);
    let before = before.trim_end_matches([' ', '"', '\'']);
    before.ends_with('>') || before.ends_with("tee") || before.ends_with("-a")
}

/// Whether the end of a text is in a comment.
fn is_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before);
    let start = line.trim_start();
    start.starts_with(['#', ';', '*']) || start.starts_with("//") || line.contains(" # ")
}

fn is_prose(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending {
        Some(ending) => PROSE.contains(&&*ending.to_ascii_lowercase()),
        None => path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("README")),
    }
}

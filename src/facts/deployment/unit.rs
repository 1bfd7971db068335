//! Units of systemd and Quadlets of podman that start Prometheus. They run on a machine that promvet
//! does not see, so that nothing is known of the files there.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::arguments::{Argument, Arguments};
use super::by_path::ByPath;
use super::image::Image;
use super::model::{Deployment, Mount, MountSource, Outside, Platform, PodNetwork};
use super::user::RunAs;
use super::{programs, real};
use crate::discover::{assignments_of_unit, environment_files, started_by_unit, variable_of_unit};
use crate::finding::{Evidence, Place, Span, Text};
use crate::source::Tree;

/// Whether a file is such a unit, by its name.
pub(crate) fn is_unit(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| matches!(ending, "container" | "service"))
}

/// Whether a file is a container of podman, by its name.
pub(crate) fn is_quadlet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "container")
}

/// Whether one may start Prometheus, by its bytes.
pub(crate) fn may_start_prometheus(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    has(b"prometheus") && has(b"Exec") && (has(b"--") || has(b"EnvironmentFile="))
}

/// The Prometheus that a unit starts. `read` reads a file of variables that it names.
#[must_use]
pub(crate) fn of_unit(
    path: &Path,
    text: &Arc<Text>,
    read: &dyn Fn(&str) -> Option<Arc<Text>>,
) -> Option<Deployment> {
    let content = text.content();
    let started = started_by_unit(content, "prometheus")?;
    let at = |span: Span| Place::new(text, span);
    let word = |span: &Span| Argument {
        text: text.slice(*span).to_owned(),
        place: at(*span),
    };
    let words = started.words.iter().map(word);
    let list: Vec<Argument> = words
        .flat_map(|argument| match variable(&argument.text) {
            Some(name) => filled(text, name, read).unwrap_or_else(|| vec![argument]),
            None => vec![argument],
        })
        .collect();
    // Releases before 2.0 had other flags, with one dash.
    let is_old =
        |argument: &Argument| argument.text.starts_with('-') && !argument.text.starts_with("--");
    if list.iter().all(|item| !item.text.starts_with("--")) || list.iter().any(is_old) {
        return None;
    }
    text.recognize();
    let image = started.image.map(|span| Image {
        name: text.slice(span).to_owned(),
        place: at(span),
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let arguments = Arguments {
        list,
        replaces: true,
        for_entry_point: false,
    };
    let name = format!("the unit `{name}`");
    Some(machine(name, path, at(started.key), arguments, image))
}

/// The programs in Quadlets of podman, with what these mount (podman-systemd.unit(5), "Container units").
#[must_use]
pub(crate) fn of_quadlets(tree: &dyn Tree, root: &Path, texts: &[Arc<Text>]) -> Vec<Deployment> {
    let root = real(tree, root);
    let quadlets = texts
        .iter()
        .filter(|text| is_quadlet(text.path().as_ref().as_ref()));
    let programs = quadlets.filter_map(|text| of_quadlet(tree, text));
    let programs = programs.filter(programs::is_one);
    programs
        .map(|deployment| Deployment {
            root: root.clone(),
            ..deployment
        })
        .collect()
}

fn of_quadlet(tree: &dyn Tree, text: &Arc<Text>) -> Option<Deployment> {
    let content = text.content();
    let path = tree.absolute(Path::new(&**text.path()));
    let path = tree.resolve(&path).unwrap_or(path);
    let at = |(start, value): (usize, &str)| {
        let from = start + value.len() - value.trim_start().len();
        let span = Span::new(from, from + value.trim().len());
        Place::new(text, span)
    };
    let image = assignments_of_unit(content, "Image=").last()?;
    let image = Image {
        name: image.1.trim().to_owned(),
        place: at(image),
    };
    let last = image.repository().rsplit('/').next().unwrap_or_default();
    let started = started_by_unit(content, last.strip_suffix("-prod").unwrap_or(last));
    let words = started.into_iter().flat_map(|started| started.words);
    let list = words.map(|span| Argument {
        text: text.slice(span).to_owned(),
        place: Place::new(text, span),
    });
    let list: Vec<Argument> = list.collect();
    let arguments = Arguments {
        replaces: !list.is_empty(),
        for_entry_point: true,
        list,
    };
    let folder = path.parent()?;
    let volumes = assignments_of_unit(content, "Volume=");
    let mounts = volumes.filter_map(|volume| {
        let mut parts = volume.1.trim().split(':');
        let (from, to) = (parts.next()?, parts.next()?);
        // A relative one begins with a dot; others are volumes.
        let source = match from.starts_with('.') {
            true => MountSource::Tree(inside_tree(folder, from)),
            false if from.starts_with(['/', '%']) => {
                MountSource::Outside(Outside::Host(from.to_owned()))
            }
            false => MountSource::Outside(Outside::Volume(from.to_owned())),
        };
        Some(Mount::new(to, source, at(volume)))
    });
    let mounts: Vec<Mount> = mounts.collect();
    text.recognize();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("the unit `{name}`");
    let place = image.place.clone();
    Some(Deployment {
        prometheus: None,
        mounts,
        ..machine(name, &path, place, arguments, Some(image))
    })
}

/// A path below a folder, without `.` and `..`.
fn inside_tree(folder: &Path, path: &str) -> PathBuf {
    let mut out = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::Normal(part) => out.push(part),
            _ => {}
        }
    }
    out
}

/// The variable that a word is nothing but: systemd splits the value of `$ARGS` into words, and that of
/// `${ARGS}` not (systemd.service(5), "Command lines").
fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// The words of a variable, where the unit or a file of the tree that it reads sets it. Files go before the
/// unit itself (systemd.exec(5), `EnvironmentFile=`).
fn filled(
    text: &Arc<Text>,
    name: &str,
    read: &dyn Fn(&str) -> Option<Arc<Text>>,
) -> Option<Vec<Argument>> {
    let content = text.content();
    let files: Vec<&str> = environment_files(content).collect();
    let words = |text: &Arc<Text>, spans: Vec<Span>| -> Vec<Argument> {
        let words = spans.into_iter().map(|span| Argument {
            text: text.slice(span).to_owned(),
            place: Place::new(text, span),
        });
        words.collect()
    };
    for file in files.iter().rev() {
        // What is not in the tree may set it anew.
        let other = read(file)?;
        if let Some(spans) = assigned(other.content(), name) {
            other.recognize_words();
            return Some(words(&other, spans));
        }
    }
    Some(words(text, variable_of_unit(content, name)?))
}

/// The words of a variable in a file of variables, with lines that go on behind a backslash.
fn assigned(content: &str, name: &str) -> Option<Vec<Span>> {
    let mut from = 0;
    let mut found: Option<Vec<Span>> = None;
    let mut is_open = false;
    for line in content.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let body = line.trim_end();
        let begins = body
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('='));
        let part = match (is_open, begins) {
            (true, _) => body,
            (false, Some(value)) => {
                found = Some(Vec::new());
                value
            }
            (false, None) => continue,
        };
        is_open = part.ends_with('\\');
        let at = start + body.len() - part.len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\');
        let words = part.split(ends).filter(|word| !word.is_empty());
        let spans = words.map(|word| {
            let begin = at + word.as_ptr().addr() - part.as_ptr().addr();
            Span::new(begin, begin + word.len())
        });
        found.get_or_insert_default().extend(spans);
    }
    found
}

/// A Prometheus on a machine: the tree has its command line and no more.
pub(super) fn machine(
    name: String,
    path: &Path,
    place: Place,
    arguments: Arguments,
    image: Option<Image>,
) -> Deployment {
    let evidence = |message: &str| Evidence {
        place: place.clone(),
        message: message.to_owned(),
    };
    Deployment {
        name,
        platform: Platform::Unit,
        prometheus: Some(evidence("it starts Prometheus")),
        doubts: vec![evidence("what is on the machine is not in the tree")],
        overlays: Vec::new(),
        writers: Arc::default(),
        file: path.to_owned(),
        namespace: None,
        pod: PodNetwork::default(),
        root: PathBuf::new(),
        image,
        base: None,
        arguments,
        folder: None,
        commands: Vec::new(),
        others: Vec::new(),
        user: RunAs::default(),
        mounts: Vec::new(),
        withheld: Vec::new(),
        by_path: ByPath::default(),
        environment: Vec::new(),
        place,
    }
}

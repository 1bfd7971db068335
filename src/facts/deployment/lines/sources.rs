//! Which file of the tree is at a path that a command names: one that the command mounts, one that some
//! text copies there, one at the same path below a folder of the tree, or the one beside a unit. Of
//! several it is not known which.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use memchr::memmem;

use super::super::inside;
use super::super::model::{Deployment, MountSource};
use super::super::unit::is_unit;
use super::copies::{Copy, copies};
use super::{Bind, words};
use crate::finding::Text;
use crate::source::Tree;

/// Endings of templates, which become the file without them.
const TEMPLATES: &[&str] = &["", ".j2", ".tmpl", ".tpl", ".template"];

/// Folders of a role of Ansible that hold what its tasks copy.
const OF_ROLE: &[&str] = &["files", "templates"];

/// How many folders of a folder are looked into for a copy of the file system of a machine. Each costs
/// a look at the disk, and a repository of hosts keeps one folder for each.
const MOST_FOLDERS: usize = 200;

/// Where a job of Nomad finds its folder `local`.
const TASK_FOLDERS: &[&str] = &["${NOMAD_TASK_DIR}", "$NOMAD_TASK_DIR"];

/// What a text copies, by the number of the text.
type CopiedFrom = (usize, WrittenPath);

/// The folders below a folder that have the first part of a path.
type Holders = HashMap<(PathBuf, String), Rc<[PathBuf]>>;

/// What the texts of a tree copy where, found when the first command asks.
pub(super) struct CopySources<'t> {
    tree: &'t dyn Tree,
    root: &'t Path,
    files: &'t [(PathBuf, &'t Arc<Text>)],
    numbers: HashMap<&'t Path, usize>,
    /// What is copied, by where it is copied to.
    copies: OnceCell<HashMap<String, Vec<CopiedFrom>>>,
    /// The files that are copied to a path, by the folder of the texts that copy, or of any: a tree may
    /// have as many scripts that copy a file as scripts that start what reads it.
    by_place: HashMap<(String, Option<PathBuf>), BTreeSet<PathBuf>>,
    /// The folders below a folder that hold the first part of a path.
    holders: RefCell<Holders>,
}

impl<'t> CopySources<'t> {
    pub(super) fn new(
        tree: &'t dyn Tree,
        root: &'t Path,
        files: &'t [(PathBuf, &'t Arc<Text>)],
    ) -> Self {
        Self {
            tree,
            root,
            files,
            numbers: files
                .iter()
                .enumerate()
                .map(|(number, (file, _))| (file.as_path(), number))
                .collect(),
            copies: OnceCell::new(),
            by_place: HashMap::new(),
            holders: RefCell::default(),
        }
    }

    /// The file of the tree at a path where a command runs; none if it is not known, or if it may be
    /// one of several.
    pub(super) fn of(
        &mut self,
        deployment: &Deployment,
        binds: &[Bind],
        path: &str,
    ) -> Option<MountSource> {
        let path = plain(path)?;
        let own = &deployment.file;
        let bound = binds.iter().rev().find_map(|bind| {
            let below = inside::below(&path.text, &plain(&bind.to)?.text)?.to_owned();
            Some((bind, below))
        });
        let found = match bound {
            Some((bind, below)) => {
                let from = plain(&bind.from)?;
                let from = match below.is_empty() {
                    true => from,
                    false => WrittenPath {
                        text: format!("{}/{below}", from.text.trim_end_matches('/')),
                        ..from
                    },
                };
                let copied = self.copied(&from.text, own, true);
                match copied.is_empty() {
                    true => self.in_tree(&from, own),
                    false => copied,
                }
            }
            None if deployment.image.is_some() => self.copied(&path.text, own, true),
            None => self.on_machine(&path, own),
        };
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(file), None) => Some(MountSource::Tree(file)),
            _ => None,
        }
    }

    /// The files at a path of the machine that starts the command.
    fn on_machine(&mut self, path: &WrittenPath, own: &Path) -> BTreeSet<PathBuf> {
        let copied = self.copied(&path.text, own, false);
        if !copied.is_empty() {
            return copied;
        }
        let is_from_root = path.text.starts_with('/') && !path.is_open;
        let found = match is_from_root {
            true => self.mirrored(&path.text, own),
            false => self.in_tree(path, own),
        };
        if !found.is_empty() || !is_unit(&without_template(own)) {
            return found;
        }
        let folder = own.parent().unwrap_or(own);
        let beside = self.existing(folder, inside::name(&path.text));
        beside.into_iter().collect()
    }

    /// The files that some text copies to a path: those that the text of the command copies itself, else
    /// those of its role or folder, else any.
    fn copied(&mut self, path: &str, own: &Path, only_own: bool) -> BTreeSet<PathBuf> {
        let number = self.numbers.get(own).copied();
        let of_own = self.copied_by(path, |by| Some(by) == number);
        if only_own || !of_own.is_empty() {
            return of_own;
        }
        let near = self.copied_around(path, Some(role_of(own)));
        match near.is_empty() {
            true => self.copied_around(path, None),
            false => near,
        }
    }

    /// The files that the texts of a role or a folder copy to a path, or that any text does.
    fn copied_around(&mut self, path: &str, place: Option<&Path>) -> BTreeSet<PathBuf> {
        let asked = (path.to_owned(), place.map(Path::to_owned));
        if let Some(known) = self.by_place.get(&asked) {
            return known.clone();
        }
        let of = |number: usize| self.files.get(number).map(|(file, _)| role_of(file));
        let found = self.copied_by(path, |by| place.is_none() || of(by) == place);
        self.by_place.insert(asked, found.clone());
        found
    }

    /// The files that some of the texts copy to a path.
    fn copied_by(&self, path: &str, is_asked: impl Fn(usize) -> bool) -> BTreeSet<PathBuf> {
        let copies = self.copies.get_or_init(|| by_end(self.files));
        let here = copies.get(path).map_or(&[][..], Vec::as_slice).iter();
        let here = here.filter(|(number, _)| is_asked(*number));
        let files = here.filter_map(|(number, from)| {
            let (file, _) = self.files.get(*number)?;
            Some(self.in_tree(from, file))
        });
        files.flatten().collect()
    }

    /// The files that a text means by a path: from its own folder, from the root of the tree, from the
    /// folders of its role, or from folders that it changes to.
    fn in_tree(&self, path: &WrittenPath, own: &Path) -> BTreeSet<PathBuf> {
        if path.text.starts_with('/') && !path.is_open {
            let whole = Path::new(&path.text);
            let is_inside = whole.starts_with(self.root) && self.tree.metadata(whole).is_ok();
            return is_inside.then(|| whole.to_owned()).into_iter().collect();
        }
        let bare = path.text.trim_start_matches('/');
        let folder = own.parent().unwrap_or(own);
        let role = role_of(own);
        let mut bases = vec![folder.to_owned(), self.root.to_owned()];
        bases.extend(OF_ROLE.iter().map(|name| role.join(name)));
        let number = self.numbers.get(own);
        let text = number.and_then(|number| self.files.get(*number));
        let content = text.map_or("", |(_, text)| text.content());
        for moved in folders_in(content) {
            bases.push(inside_of(self.root, &moved));
            bases.push(inside_of(folder, &moved));
        }
        let found = bases.iter().filter_map(|base| self.existing(base, bare));
        found.collect()
    }

    /// The file at a path of a folder, itself or as a template of it.
    fn existing(&self, folder: &Path, path: &str) -> Option<PathBuf> {
        let mut files = TEMPLATES
            .iter()
            .map(|ending| inside_of(folder, &format!("{path}{ending}")));
        files.find_map(|file| {
            let real = self.tree.resolve(&file).ok()?;
            real.starts_with(self.root).then_some(real)
        })
    }

    /// The files at a path of the machine below a folder of the tree that has its file system:
    /// `files/etc/prometheus/prometheus.yml`.
    fn mirrored(&self, path: &str, own: &Path) -> BTreeSet<PathBuf> {
        let bare = path.trim_start_matches('/');
        let above = own.ancestors().skip(1);
        let above = above.take_while(|folder| folder.starts_with(self.root));
        let folders = above.flat_map(|folder| {
            let below = self.holders(folder, bare);
            let below: Vec<PathBuf> = below.iter().cloned().collect();
            std::iter::once(folder.to_owned()).chain(below)
        });
        let found = folders.filter_map(|folder| self.existing(&folder, bare));
        found.collect()
    }

    /// The folders below a folder that may hold a path: those that have its first part, looked for once.
    fn holders(&self, folder: &Path, path: &str) -> Rc<[PathBuf]> {
        // The only part may be a template.
        let first = path.split_once('/').map_or("", |(first, _)| first);
        let asked = (folder.to_owned(), first.to_owned());
        let known = self.holders.borrow().get(&asked).cloned();
        known.unwrap_or_else(|| {
            let below = self.tree.list(folder).unwrap_or_default();
            let below = below.into_iter().take(MOST_FOLDERS);
            let holds = |folder: &PathBuf| {
                first.is_empty() || self.tree.resolve(&inside_of(folder, first)).is_ok()
            };
            let found: Rc<[PathBuf]> = below.filter(holds).collect();
            self.holders.borrow_mut().insert(asked, Rc::clone(&found));
            found
        })
    }
}

/// A path as a text writes it, without the variable or the tag in front.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WrittenPath {
    text: String,
    /// Whether there was one: then it counts from a folder that is not known.
    is_open: bool,
}

/// A path without what is in front of it; none if nothing is left.
fn plain(written: &str) -> Option<WrittenPath> {
    let written = written.trim_matches(['"', '\'']);
    for folder in TASK_FOLDERS {
        if let Some(rest) = written.strip_prefix(folder) {
            return Some(WrittenPath {
                text: format!("/local{rest}"),
                is_open: false,
            });
        }
    }
    let behind = written.rfind([')', '}', '`']).map(|at| at + 1);
    let by_name = || {
        let rest = written.strip_prefix(['$', '%', '~'])?;
        Some(written.len() - rest.len() + rest.find('/')?)
    };
    let from = behind.or_else(by_name);
    let text = written.get(from.unwrap_or(0)..)?;
    let is_local = text.starts_with("local/");
    let text = match is_local {
        true => format!("/{text}"),
        false => text.trim_start_matches("./").to_owned(),
    };
    let is_path = !text.trim_matches('/').is_empty() && !text.contains(['$', '{', '<', '*']);
    is_path.then_some(WrittenPath {
        text,
        is_open: from.is_some() || is_local,
    })
}

/// What the texts of a tree copy, by where it is then: at the path itself, or under its name in the folder
/// that the path is.
fn by_end(files: &[(PathBuf, &Arc<Text>)]) -> HashMap<String, Vec<CopiedFrom>> {
    let mut out: HashMap<String, Vec<CopiedFrom>> = HashMap::new();
    for (number, (file, text)) in files.iter().enumerate() {
        for copy in copies(file, text.content()) {
            for end in ends(&copy) {
                if let Some(from) = plain(&copy.from) {
                    out.entry(end).or_default().push((number, from));
                }
            }
        }
    }
    out
}

/// The paths at which a copy may put something.
fn ends(copy: &Copy) -> Vec<String> {
    let Some(to) = plain(&copy.to) else {
        return Vec::new();
    };
    let from = plain(&copy.from).map(|from| without_template(Path::new(&from.text)));
    let name = from.as_deref().and_then(Path::file_name);
    let to = to.text.trim_end_matches('/');
    let inside = name.map(|name| format!("{to}/{}", name.to_string_lossy()));
    std::iter::once(to.to_owned()).chain(inside).collect()
}

/// A path without the ending of a template.
fn without_template(path: &Path) -> PathBuf {
    let whole = path.to_string_lossy();
    let mut endings = TEMPLATES.iter().filter(|ending| !ending.is_empty());
    let bare = endings.find_map(|ending| whole.strip_suffix(ending));
    bare.map_or_else(|| path.to_owned(), PathBuf::from)
}

/// The folder of the role or the set-up that a file belongs to: the one around `tasks` or `templates`.
fn role_of(file: &Path) -> &Path {
    const PARTS: &[&str] = &["files", "handlers", "tasks", "templates"];
    let folder = file.parent().unwrap_or(file);
    let name = folder.file_name().and_then(|name| name.to_str());
    match name.is_some_and(|name| PARTS.contains(&name)) {
        true => folder.parent().unwrap_or(folder),
        false => folder,
    }
}

/// The folders that a text changes to.
fn folders_in(content: &str) -> Vec<String> {
    const WORDS: &[&str] = &[
        "cd ",
        "pushd ",
        "WorkingDirectory=",
        "working-directory: ",
        "chdir: ",
    ];
    let found = WORDS.iter().flat_map(|word| {
        let places = memmem::find_iter(content.as_bytes(), word.as_bytes());
        places.filter_map(move |at| {
            let behind = content.get(at + word.len()..)?.lines().next()?;
            words::pieces(0, behind).into_iter().next()
        })
    });
    let named = found.filter_map(|word| plain(word.text.trim_end_matches(';')));
    named
        .map(|named| named.text.trim_start_matches('/').to_owned())
        .collect()
}

/// A path below a folder.
fn inside_of(folder: &Path, path: &str) -> PathBuf {
    super::super::on_disk(folder, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_what_is_in_front_of_them() {
        for (written, expected) in [
            ("a/b.yml", Some(("a/b.yml", false))),
            ("./b.yml", Some(("b.yml", false))),
            ("/etc/b.yml", Some(("/etc/b.yml", false))),
            ("$PWD/b.yml", Some(("/b.yml", true))),
            ("$(shell pwd)/b.yml", Some(("/b.yml", true))),
            ("{{ folder }}/b.yml", Some(("/b.yml", true))),
            ("${NOMAD_TASK_DIR}/b.yml", Some(("/local/b.yml", false))),
            ("local/b.yml", Some(("/local/b.yml", true))),
            ("$CONFIG", None),
            ("{{ config }}", None),
        ] {
            let found = plain(written);
            let found = found.as_ref().map(|path| (&*path.text, path.is_open));
            assert_eq!(found, expected, "{written}");
        }
    }
}

//! Which files of a folder are started together because something beside them says so:
//! `COMPOSE_FILE`, or the only command with `-f` that the scripts and pages around them have; and whether
//! such a command has their paths count from another folder.

use std::path::{Path, PathBuf};

use crate::facts::deployment::Home;
use crate::facts::deployment::inside::on_disk;

/// The largest script or page that is searched for commands, in bytes: people write shorter ones.
const LARGEST: u64 = 64 * 1024;

/// How many folders above are searched: the root of a repository is seldom farther.
const MOST_ABOVE: usize = 4;

/// How many scripts and pages of a folder are read: a folder with more is one of scripts, and the commands
/// for its compose files are in few of them.
const MOST_FILES: usize = 16;

/// Files with commands, by their names in lower case.
const NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "justfile",
    "taskfile.yml",
    "taskfile.yaml",
    "readme",
    "readme.md",
    "package.json",
    "procfile",
];

/// The same, and the files of variables, in which `COMPOSE_FILE` may be.
const WITH_VARIABLES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "justfile",
    "taskfile.yml",
    "taskfile.yaml",
    "readme",
    "readme.md",
    "package.json",
    "procfile",
    ".env",
    ".envrc",
];

/// The names of the files that are always started together, the first one below the others.
pub(super) fn chain(home: Home<'_>, folder: &Path, compose_file: Option<&str>) -> Vec<String> {
    if let Some(list) = compose_file {
        return split_list(list);
    }
    let mut found = Commands::default();
    for here in above(home, folder) {
        for text in scripts(home, here, NAMES) {
            found.read(&text, folder);
        }
    }
    match found.chains.as_slice() {
        [only] if !found.has_bare => only.clone(),
        _ => Vec::new(),
    }
}

/// Whether something around says that paths of the compose files of a folder count from another one:
/// from that of the first file of a command, or of `--project-directory` (docs.docker.com, `docker compose`,
/// "Use -f to specify the name and path of one or more Compose files").
pub(super) fn counts_from(home: Home<'_>, folder: &Path, base: &Path) -> bool {
    let is_base = |text: &String| {
        let joined = text.replace("\\\n", " ");
        let mut lines = joined.lines();
        lines.any(|line| {
            let mut commands = commands(line).map(Command::of);
            let listed = list_of_variable(line).map(|list| Command {
                files: list.split([':', ';']).collect(),
                ..Command::default()
            });
            commands.any(|command| command.bases_at(folder, base))
                || listed.is_some_and(|command| command.bases_at(folder, base))
        })
    };
    above(home, folder).any(|here| scripts(home, here, WITH_VARIABLES).iter().any(is_base))
}

/// A folder and those above it, as far as commands are searched for.
fn above<'p>(home: Home<'p>, folder: &'p Path) -> impl Iterator<Item = &'p Path> {
    let above = folder.ancestors().take(1 + MOST_ABOVE);
    above.take_while(move |here| here.starts_with(home.root))
}

/// `COMPOSE_FILE` (docs.docker.com, environment variables of Compose): separated by a colon, on
/// Windows by a semicolon.
fn split_list(list: &str) -> Vec<String> {
    let names = list.split([':', ';']).filter(|name| !name.is_empty());
    names.filter_map(file_name).collect()
}

fn file_name(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    Some(name.to_owned())
}

fn scripts(home: Home<'_>, folder: &Path, names: &[&str]) -> Vec<String> {
    let mut paths: Vec<PathBuf> = home.tree.list(folder).unwrap_or_default();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        names.contains(&name.as_str()) || name.ends_with(".sh")
    });
    paths.sort_unstable();
    let paths = paths.into_iter().take(MOST_FILES);
    let texts = paths.filter_map(|path| {
        let bytes = home.tree.read(&path, LARGEST).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    texts.collect()
}

/// The commands that start a folder's files.
#[derive(Default)]
struct Commands {
    chains: Vec<Vec<String>>,
    /// Whether one of them leaves the files to docker compose.
    has_bare: bool,
}

impl Commands {
    fn read(&mut self, text: &str, folder: &Path) {
        let joined = text.replace("\\\n", " ");
        for line in joined.lines() {
            for command in commands(line) {
                self.command(&Command::of(command), folder);
            }
            self.add(list_of_variable(line).map(split_list).unwrap_or_default());
        }
    }

    fn command(&mut self, command: &Command<'_>, folder: &Path) {
        if command.files.is_empty() {
            self.has_bare |= command.starts;
            return;
        }
        // A file of another folder has nothing to do with these.
        let is_here = |path: &&str| {
            let parent = Path::new(path).parent().unwrap_or(Path::new(""));
            let parent = parent.strip_prefix(".").unwrap_or(parent);
            folder.ends_with(parent)
        };
        if command.files.iter().all(is_here) {
            let files = command.files.iter();
            self.add(files.filter_map(|path| file_name(path)).collect());
        }
    }

    fn add(&mut self, chain: Vec<String>) {
        if !chain.is_empty() && !self.chains.contains(&chain) {
            self.chains.push(chain);
        }
    }
}

/// What follows `docker compose` in a line, once for each.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split("docker-compose ").skip(1);
    parts.chain(line.split("docker compose ").skip(1))
}

/// What a line sets `COMPOSE_FILE` to.
fn list_of_variable(line: &str) -> Option<&str> {
    let (_, list) = line.split_once("COMPOSE_FILE=")?;
    let list = list.trim_start_matches(['"', '\'']);
    let end = list.find(|c: char| c.is_whitespace() || "\"'`".contains(c));
    list.get(..end.unwrap_or(list.len()))
}

/// A command of docker compose.
#[derive(Default)]
struct Command<'t> {
    files: Vec<&'t str>,
    /// The folder that paths count from, if it says so.
    project: Option<&'t str>,
    /// Whether it starts or makes containers.
    starts: bool,
}

impl<'t> Command<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.split(['&', ';', '|', '`', '#']).next();
        let mut words = text.unwrap_or_default().split_whitespace();
        let bare = |path: &'t str| path.trim_matches(['"', '\'']);
        let mut out = Self::default();
        while let Some(word) = words.next() {
            let named = word
                .strip_prefix("--file=")
                .or_else(|| word.strip_prefix("-f=").filter(|rest| !rest.is_empty()));
            let path = match word {
                "-f" | "--file" => words.next(),
                _ => named,
            };
            out.files.extend(path.map(bare));
            let project = match word {
                "--project-directory" => words.next(),
                _ => word.strip_prefix("--project-directory="),
            };
            out.project = project.map(bare).or(out.project);
            let starting = ["up", "create", "run", "start", "pull", "build"];
            out.starts |= starting.contains(&word);
        }
        out
    }

    /// Whether paths in a file of `folder` that it names count from `base`.
    fn bases_at(&self, folder: &Path, base: &Path) -> bool {
        let first = self.files.first().map(|first| below_variable(first));
        let first = first.and_then(|first| first.parent());
        let project = self.project.map(below_variable).or(first);
        let named = self.files.iter().map(|path| below_variable(path));
        let mut parents = named.filter_map(Path::parent);
        let is_base = |start: &Path| {
            project.is_some_and(|project| on_disk(start, &project.to_string_lossy()) == base)
        };
        parents.any(|parent| {
            let written = parent.strip_prefix(".").unwrap_or(parent);
            let depth = written.components().count();
            // Where it is started, if that is the file.
            let start = folder.ancestors().nth(depth);
            folder.ends_with(written) && start.is_some_and(is_base)
        })
    }
}

/// A path without the variable that it begins with: `$ROOT/compose.yaml`, `${ROOT}/compose.yaml`.
fn below_variable(path: &str) -> &Path {
    let below = path.strip_prefix('$').and_then(|path| path.split_once('/'));
    Path::new(below.map_or(path, |(_, below)| below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Vec<String>>, bool) {
        let mut out = Commands::default();
        out.read(text, Path::new("/tree/deploy"));
        (out.chains, out.has_bare)
    }

    #[test]
    fn commands_name_the_files_that_they_start() {
        let chain = |names: &[&str]| vec![names.iter().map(|name| (*name).to_owned()).collect()];
        for (text, want) in [
            (
                "docker compose -f a.yml -f b.yml up -d",
                (chain(&["a.yml", "b.yml"]), false),
            ),
            (
                "\tdocker-compose -f deploy/a.yml --file=deploy/b.yml up",
                (chain(&["a.yml", "b.yml"]), false),
            ),
            (
                "docker compose -f a.yml \\\n  -f b.yml up && docker compose logs",
                (chain(&["a.yml", "b.yml"]), false),
            ),
            ("docker compose -f other/a.yml up", (Vec::new(), false)),
            ("Run `docker compose up`.", (Vec::new(), true)),
            ("docker compose logs", (Vec::new(), false)),
            (
                "export COMPOSE_FILE=\"a.yml:b.yml\"",
                (chain(&["a.yml", "b.yml"]), false),
            ),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }

    #[test]
    fn the_first_file_or_an_option_names_the_folder_that_paths_count_from() {
        let folder = Path::new("/tree/deploy/compose");
        for (text, base) in [
            (
                "-f docker-compose.yml -f compose/base.yml up",
                "/tree/deploy",
            ),
            ("-f a.yml -f ./deploy/compose/base.yml up", "/tree"),
            ("-f ../a.yml -f base.yml up", "/tree/deploy"),
            (
                "-f $R/a.yml -f \"${R}/compose/base.yml\" up",
                "/tree/deploy",
            ),
            ("-f base.yml --project-directory .. up", "/tree/deploy"),
            (
                "--project-directory=. -f compose/base.yml up",
                "/tree/deploy",
            ),
            (
                "-f compose/base.yml -f compose/more.yml up",
                "/tree/deploy/compose",
            ),
        ] {
            // The own folder is not asked for.
            let bases = ["/tree", "/tree/deploy"];
            let command = Command::of(text);
            let found = bases.map(|base| command.bases_at(folder, Path::new(base)));
            assert_eq!(found, bases.map(|other| other == base), "{text}");
        }
    }
}

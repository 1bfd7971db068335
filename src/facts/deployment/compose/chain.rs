//! Which files of a folder are started together because something beside them says so:
//! `COMPOSE_FILE`, or the only command with `-f` that the scripts and pages around them have.

use std::path::{Path, PathBuf};

use crate::facts::deployment::Home;

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

/// The names of the files that are always started together, the first one below the others.
pub(super) fn chain(home: Home<'_>, folder: &Path, compose_file: Option<&str>) -> Vec<String> {
    if let Some(list) = compose_file {
        return split_list(list);
    }
    let mut found = Commands::default();
    let mut at = Some(folder);
    for _ in 0..=MOST_ABOVE {
        let Some(here) = at.filter(|here| here.starts_with(home.root)) else {
            break;
        };
        for text in scripts(home, here) {
            found.read(&text, folder);
        }
        at = here.parent();
    }
    match found.chains.as_slice() {
        [only] if !found.has_bare => only.clone(),
        _ => Vec::new(),
    }
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

fn scripts(home: Home<'_>, folder: &Path) -> Vec<String> {
    let mut paths: Vec<PathBuf> = home.tree.list(folder).unwrap_or_default();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        NAMES.contains(&name.as_str()) || name.ends_with(".sh")
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
            let parts = line.split("docker-compose ").skip(1);
            let spaced = line.split("docker compose ").skip(1);
            for command in parts.chain(spaced) {
                self.command(command, folder);
            }
            if let Some((_, list)) = line.split_once("COMPOSE_FILE=") {
                let list = list.trim_start_matches(['"', '\'']);
                let end = list.find(|c: char| c.is_whitespace() || "\"'`".contains(c));
                self.add(split_list(
                    list.get(..end.unwrap_or(list.len())).unwrap_or(list),
                ));
            }
        }
    }

    fn command(&mut self, command: &str, folder: &Path) {
        let command = command.split(['&', ';', '|', '`', '#']).next();
        let mut words = command.unwrap_or_default().split_whitespace();
        let (mut files, mut starts) = (Vec::new(), false);
        while let Some(word) = words.next() {
            let named = word
                .strip_prefix("--file=")
                .or_else(|| word.strip_prefix("-f=").filter(|rest| !rest.is_empty()));
            let path = match word {
                "-f" | "--file" => words.next(),
                _ => named,
            };
            files.extend(path.map(|path| path.trim_matches(['"', '\''])));
            starts |= matches!(word, "up" | "create" | "run" | "start" | "pull" | "build");
        }
        if files.is_empty() {
            self.has_bare |= starts;
            return;
        }
        // A file of another folder has nothing to do with these.
        let is_here = |path: &&str| {
            let parent = Path::new(path).parent().unwrap_or(Path::new(""));
            let parent = parent.strip_prefix(".").unwrap_or(parent);
            folder.ends_with(parent)
        };
        if files.iter().all(is_here) {
            self.add(files.into_iter().filter_map(file_name).collect());
        }
    }

    fn add(&mut self, chain: Vec<String>) {
        if !chain.is_empty() && !self.chains.contains(&chain) {
            self.chains.push(chain);
        }
    }
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
}

//! Where texts copy files: commands such as `install`, tasks of Ansible, templates of Nomad.

use std::path::Path;

use super::bind;
use super::words::{self, CommandWord};

/// A file that is copied, mounted or rendered somewhere.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    /// What it is called in the tree.
    pub(super) from: String,
    /// What it becomes, or the folder that it is put in.
    pub(super) to: String,
}

/// Programs that copy files, and the instructions of a Dockerfile: the last argument is where to.
const COPIERS: &[&str] = &["ADD", "COPY", "cp", "install", "ln", "mv", "rsync", "scp"];

/// Programs that have a command `cp` for files of containers.
const ENGINES: &[&str] = &["docker", "nerdctl", "podman"];

/// Keys of tasks and blocks that name a file of the tree, and those that name where it is put:
/// `copy` and `template` of Ansible, `template` of Nomad, `volumes` and `upload` of Terraform.
const SOURCES: &[&str] = &["src", "source", "host_path", "data", "content"];
const TARGETS: &[&str] = &[
    "dest",
    "destination",
    "container_path",
    "target",
    "file",
    "path",
];

/// How many lines a task or a block has between its source and where that is put: owner, group, mode, backup
/// and a comment.
const NEAR: usize = 6;

/// The copies that a text makes.
pub(super) fn copies(path: &Path, content: &str) -> Vec<Copy> {
    let mut out: Vec<Copy> = Vec::new();
    for command in words::commands(path, content) {
        out.extend(by_command(&command));
    }
    if words::is_hcl(path) || words::is_yaml(path) {
        out.extend(by_keys(content));
    }
    if words::is_yaml(path) {
        let words = words::words_of_block(content, (0, content.len()));
        let mounts = words.iter().filter_map(|word| bind(&word.text));
        out.extend(mounts.map(|mount| Copy {
            from: mount.from,
            to: mount.to,
        }));
    }
    out
}

fn by_command(command: &[CommandWord]) -> Vec<Copy> {
    let redirected = command.iter().position(|word| word.text == ">");
    if let Some((at, to)) = redirected.and_then(|at| Some((at, command.get(at + 1)?))) {
        let before = command.get(..at).unwrap_or_default();
        return copied(before, to);
    }
    let is_copier = |(at, word): &(usize, &CommandWord)| {
        let before = at.checked_sub(1).and_then(|at| command.get(at));
        let is_engine = before.is_some_and(|word| ENGINES.contains(&word.name()));
        COPIERS.contains(&word.name()) || is_engine && word.text == "cp"
    };
    let Some((at, _)) = command.iter().enumerate().find(is_copier) else {
        return Vec::new();
    };
    let rest = command.get(at + 1..).unwrap_or_default();
    let Some((to, from)) = rest.split_last() else {
        return Vec::new();
    };
    copied(from, to)
}

fn copied(from: &[CommandWord], to: &CommandWord) -> Vec<Copy> {
    // `host:/path` of scp, `container:/path` of docker.
    let target = to
        .text
        .split_once(":/")
        .map_or(&*to.text, |(host, _)| &to.text[host.len() + 1..]);
    let files = from
        .iter()
        .filter(|word| !word.text.starts_with(['-', '<']));
    let copies = files.map(|word| Copy {
        from: word.text.clone(),
        to: target.to_owned(),
    });
    copies.collect()
}

/// Pairs of keys, each source with the nearest line that says where it is put.
fn by_keys(content: &str) -> Vec<Copy> {
    let mut from = 0;
    let lines: Vec<(usize, &str)> = content
        .split_inclusive('\n')
        .map(|line| {
            let begins = from;
            from += line.len();
            (begins, line.trim_end())
        })
        .collect();
    let of_keys = |keys: &'static [&'static str]| {
        let found = lines
            .iter()
            .enumerate()
            .filter_map(move |(at, (from, line))| {
                let (key, value) = key_of(*from, line)?;
                keys.contains(&key).then_some((at, value))
            });
        found.collect::<Vec<_>>()
    };
    let (sources, targets) = (of_keys(SOURCES), of_keys(TARGETS));
    let copies = sources.into_iter().filter_map(|(at, value)| {
        let near = targets.iter().min_by_key(|(other, _)| other.abs_diff(at));
        let (other, to) = near?;
        (other.abs_diff(at) <= NEAR).then(|| Copy {
            from: value.text,
            to: to.text.clone(),
        })
    });
    copies.collect()
}

/// The key of a line `key: value` or `key = value`, and its value; of `file("x")` the name.
fn key_of(from: usize, line: &str) -> Option<(&str, CommandWord)> {
    let bare = line.trim_start_matches([' ', '\t', '-']);
    let indent = line.len() - bare.len();
    let (key, value) = bare.split_once([':', '='])?;
    let begins = from + indent + key.len() + 1;
    let mut words = words::pieces(begins, value).into_iter();
    let mut first = words.next()?;
    if let Some((_, name)) = first.text.split_once("file(") {
        first.text = name.trim_end_matches(')').to_owned();
    }
    Some((key.trim(), first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_found_in_commands_and_tasks() {
        for (name, content, expected) in [
            (
                "a.sh",
                "sudo cp a.yml /etc/x/b.yml\n",
                ("a.yml", "/etc/x/b.yml"),
            ),
            (
                "compose.yml",
                "    volumes:\n    - ./a.yml:/etc/b.yml:ro\n",
                ("./a.yml", "/etc/b.yml"),
            ),
            (
                "Dockerfile",
                "FROM x\nCOPY a.yml /etc/b.yml\n",
                ("a.yml", "/etc/b.yml"),
            ),
            (
                "a.sh",
                "docker cp a.yml c:/etc/b.yml\n",
                ("a.yml", "/etc/b.yml"),
            ),
            (
                "a.sh",
                "envsubst < a.yml > /etc/b.yml\n",
                ("a.yml", "/etc/b.yml"),
            ),
            (
                "Makefile",
                "\tinstall -D a.yml $(D)/etc/b.yml\n",
                ("a.yml", "$(D)/etc/b.yml"),
            ),
            (
                "a.yml",
                "- copy:\n    src: a.yml\n    dest: /etc/b.yml\n",
                ("a.yml", "/etc/b.yml"),
            ),
            (
                "a.nomad",
                "template {\n  data = file(\"a.yml\")\n  destination = \"local/b.yml\"\n}\n",
                ("a.yml", "local/b.yml"),
            ),
        ] {
            let found = copies(Path::new(name), content);
            let found: Vec<_> = found.iter().map(|copy| (&*copy.from, &*copy.to)).collect();
            assert!(found.contains(&expected), "{content}: {found:?}");
        }
    }
}

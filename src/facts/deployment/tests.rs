//! Trees as teams have them, one fault at a time.

mod belong;
mod compose;
mod dockerfile;
mod hostile;
mod kubernetes;
mod network;
mod sources;

use std::path::{Path, PathBuf};

use super::*;
use crate::finding::{Evidence, Text};
use crate::source::Memory;

/// A tree of some files, and the deployments that they describe.
struct World {
    tree: Memory,
    deployments: Vec<Deployment>,
    index: Deployments,
}

fn world(files: &[(&str, &str)]) -> World {
    let mut tree = Memory::new().file("promvet.yaml", "");
    for (path, content) in files {
        tree = tree.file(path, *content);
    }
    let sources: Vec<_> = files
        .iter()
        .filter(|(path, content)| !kinds(Path::new(path), content.as_bytes()).is_empty())
        .map(|(path, content)| {
            SourceFile::new(
                tree.absolute(Path::new(path)),
                Text::new(*path, content.as_bytes().to_vec()),
            )
        })
        .collect();
    let deployments = read(&tree, &file(""), &sources);
    let index = Deployments::new(deployments.clone());
    World {
        tree,
        deployments,
        index,
    }
}

impl World {
    /// The only deployment.
    fn only(&self) -> &Deployment {
        assert_eq!(self.deployments.len(), 1, "{:#?}", self.names());
        &self.deployments[0]
    }

    fn names(&self) -> Vec<&str> {
        self.deployments
            .iter()
            .map(|deployment| deployment.name.as_str())
            .collect()
    }

    /// What becomes of a path in the only deployment, in one line.
    fn say(&self, path: &str) -> String {
        said(&self.tree, &self.only().resolve(&self.tree, path))
    }

    fn provided(&self, path: &str) -> Provided<'_> {
        match self.only().resolve(&self.tree, path) {
            ResolvedPath::Provided(found) => found,
            other => panic!("{path}: {other:?}"),
        }
    }

    /// Whether the only deployment's user may read what is at a path, by rights that are set.
    fn may_read(&self, path: &str) -> Option<bool> {
        match self.provided(path).access {
            Access::Set(rights) => self.only().user.may_read(rights),
            _ => None,
        }
    }
}

/// A resolution in one line.
fn said(tree: &Memory, resolved: &ResolvedPath<'_>) -> String {
    match resolved {
        ResolvedPath::Provided(found) => {
            let file = found
                .tree_file
                .as_ref()
                .map_or("no file".to_owned(), |file| tree.shown(file));
            let near = found
                .near
                .as_ref()
                .map_or(String::new(), |near| format!("; near: {near}"));
            let access = match found.access {
                Access::SameFile => "same file".to_owned(),
                Access::Unknown => "access unknown".to_owned(),
                Access::Set(rights) => {
                    let id = |id: Option<u32>| id.map_or("?".to_owned(), |id| id.to_string());
                    format!("{:04o} {}:{}", rights.mode, id(rights.uid), id(rights.gid))
                }
            };
            format!("{file}, {access}{near}")
        }
        ResolvedPath::NotMounted(lost) => format!(
            "not mounted; near: {}",
            lost.near.as_deref().unwrap_or("nothing")
        ),
        ResolvedPath::Declared { .. } => "declared".to_owned(),
        ResolvedPath::External { reason, .. } => format!("external: {reason}"),
        ResolvedPath::Unknown { reason, .. } => format!("unknown: {reason}"),
    }
}

/// Evidence as `path:line message`.
fn lines(evidence: &[Evidence]) -> Vec<String> {
    let line = |evidence: &Evidence| {
        format!(
            "{}:{} {}",
            evidence.place.path(),
            evidence.place.start().line,
            evidence.message
        )
    };
    evidence.iter().map(line).collect()
}

fn file(path: &str) -> PathBuf {
    Path::new("/tree").join(path)
}

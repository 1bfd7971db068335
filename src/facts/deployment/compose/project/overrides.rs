//! Which compose files are started together.

use std::collections::HashMap;
use std::path::Path;

use super::super::chain::chain;
use super::super::environment::env_file;
use super::other::{OtherService, ServicesByName, services_of};
use super::{ParsedCompose, Project, file_name, parse};
use crate::facts::deployment::scan::SourceFile;
use crate::facts::deployment::{Home, folder_of};
use crate::yaml::Mapping;

/// The names that docker compose looks for, the first that is there counts; and those of the file
/// that it lays over it (docs.docker.com, compose application model).
pub(super) const BASES: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// What is made of each project among the compose files of a folder, and `all` of the tree. A file
/// that is neither a base nor an override is one by itself, unless something says what it is started
/// with.
pub(in crate::facts::deployment::compose) fn each_project<O>(
    home: Home<'_>,
    folder: &[SourceFile],
    all: &[SourceFile],
    mut each: impl FnMut(&Project<'_>) -> O,
) -> Vec<O> {
    let files = parse(folder);
    let by_name: HashMap<&str, &ParsedCompose<'_>> = files
        .iter()
        .map(|file| (file_name(file.path), file))
        .collect();
    let beside = |names: &[&str]| names.iter().find_map(|name| by_name.get(name).copied());
    let (base, over) = (beside(BASES), beside(OVERRIDES));
    let services = services_of(&files);
    let chain = started_together(home, &files, &services);
    let is_first =
        |file: &ParsedCompose<'_>| chain.first().is_some_and(|parsed| parsed.path == file.path);
    let mut out = Vec::new();
    for file in &files {
        let name = file_name(file.path);
        let is_chain = is_first(file);
        let layers = if is_chain {
            chain.clone()
        } else if chain.iter().any(|parsed| parsed.path == file.path) {
            continue;
        } else if BASES.contains(&name) {
            if base.is_some_and(|first| first.path != file.path) {
                // docker compose ignores a second base.
                continue;
            }
            [Some(file), over].into_iter().flatten().collect()
        } else if OVERRIDES.contains(&name) && base.is_some() {
            continue;
        } else if let Some(base) = base.filter(|base| home.every && lies_over(file, base)) {
            [Some(base), over, Some(file)]
                .into_iter()
                .flatten()
                .collect()
        } else {
            vec![file]
        };
        let mut project = Project::new(home, file.path, layers, &services, all);
        project.is_chain = is_chain;
        out.push(each(&project));
    }
    out
}

/// The files that something says are started together. It is searched for only where it matters: a
/// file that docker compose does not find by itself has a service of another one.
fn started_together<'p, 'f>(
    home: Home<'_>,
    files: &'p [ParsedCompose<'f>],
    services: &ServicesByName<'_>,
) -> Vec<&'p ParsedCompose<'f>> {
    let is_known = |path: &Path| {
        let name = file_name(path);
        BASES.contains(&name) || OVERRIDES.contains(&name)
    };
    let is_shared = |all: &Vec<OtherService<'_>>| {
        all.len() > 1 && !all.iter().all(|other| is_known(other.file))
    };
    let Some(first) = files.first().filter(|_| services.values().any(is_shared)) else {
        return Vec::new();
    };
    let folder = folder_of(first.path);
    let (variables, _) = env_file(home, &folder);
    let own = variables.expand("${COMPOSE_FILE}");
    let names = chain(home, &folder, own.as_deref());
    let find = |name: &String| files.iter().find(|file| file_name(file.path) == name);
    let found: Option<Vec<_>> = names.iter().map(find).collect();
    found.filter(|found| found.len() > 1).unwrap_or_default()
}

/// Whether a file that docker compose does not find by itself changes services of the base: one of
/// them has neither an image nor a build there.
fn lies_over(file: &ParsedCompose<'_>, base: &ParsedCompose<'_>) -> bool {
    fn services<'f>(file: &'f ParsedCompose<'_>) -> Option<Mapping<'f>> {
        file.document.root()?.get("services")?.mapping()
    }
    let (Some(own), Some(of_base)) = (services(file), services(base)) else {
        return false;
    };
    own.entries().any(|entry| {
        let is_whole = ["image", "build", "extends"].iter();
        let mut is_whole = is_whole.filter_map(|key| entry.value.get(key));
        is_whole.next().is_none() && of_base.get(entry.name()).is_some()
    })
}

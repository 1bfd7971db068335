//! Scripts and variables of Ansible that start a Prometheus before 2.0, where no deployment tells.

use std::collections::HashMap;

use memchr::memmem;

use super::Facts;
use super::older;
use super::scripts::Script;
use crate::finding::{Place, Span};

/// How flags begin that only these releases have (`cmd/prometheus/config.go` of 1.8). Other programs have
/// `-config.file` with one dash too: Loki, Mimir, Promtail.
const OLD_FLAGS: &[&str] = &[" -storage.local."];

/// How images of these releases begin.
const OLD_IMAGES: &[&str] = &[
    "prom/prometheus:v0.",
    "prom/prometheus:v1.",
    "prom/prometheus:0.",
    "prom/prometheus:1.",
];

/// The image of Prometheus.
const IMAGE: &str = "prom/prometheus";

/// The variable of roles of Ansible that names the release.
const VERSION: &str = "prometheus_version:";

/// Folders of a role whose files Prometheus gets, and those that set its variables.
const OF_ROLE: &[&str] = &["templates", "files"];
const VARIABLES: &[&str] = &["defaults", "vars"];

/// What the scripts of a tree say of old releases: gathered once, since each configuration with a finding
/// asks, and a tree may have thousands of both.
#[derive(Debug, Default)]
pub(super) struct OldReleases {
    /// Where files of variables set the release of a role, and whether it is an old one, by the role.
    of_roles: HashMap<String, Vec<(Place, bool)>>,
    /// The scripts that start an old release: their numbers, and where.
    starts: Vec<(usize, usize)>,
    /// Where a file of variables sets an image of Prometheus and, beside it, the tag of an old release.
    of_images: Option<Place>,
    /// Whether one of them names a Prometheus 2.
    pub(super) names_2: bool,
}

impl OldReleases {
    pub(super) fn new(scripts: &[Script]) -> Self {
        let mut of_roles: HashMap<String, Vec<(Place, bool)>> = HashMap::new();
        for (role, release) in scripts.iter().filter_map(version) {
            of_roles.entry(role).or_default().push(release);
        }
        let numbered = scripts.iter().enumerate();
        let starts = numbered.filter_map(|(number, script)| Some((number, start(script)?)));
        Self {
            of_roles,
            starts: starts.collect(),
            of_images: scripts.iter().find_map(image),
            names_2: scripts.iter().any(older::names_2),
        }
    }
}

impl Facts<'_> {
    /// Where a script that mounts the folder of a configuration starts an old release, or the role that
    /// the configuration is in installs one.
    #[must_use]
    pub fn old_release(&self, shown: &str) -> Option<Place> {
        let folder = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
        let scripts = self.scripts();
        let old = scripts.old_releases();
        let of_role = role_of(folder, OF_ROLE).and_then(|role| old.of_roles.get(&role));
        if let Some([(first, _), ..]) = of_role.map(Vec::as_slice) {
            let mut of_role = of_role.into_iter().flatten();
            return of_role.all(|(_, is_old)| *is_old).then(|| first.clone());
        }
        let started = old.starts.iter().find_map(|(number, at)| {
            let script = scripts.all().get(*number)?;
            let is_mounted = mounts(script, folder);
            is_mounted.then(|| Place::new(&script.text, Span::new(*at, *at)))
        });
        // Which configuration the image gets is not said, so that a newer release anywhere speaks against it.
        started.or_else(|| old.of_images.clone().filter(|_| !old.names_2))
    }
}

/// Where a script starts an old release.
fn start(script: &Script) -> Option<usize> {
    let content = script.text.content();
    let signs = OLD_FLAGS.iter().chain(OLD_IMAGES);
    let found = signs.filter_map(|sign| memmem::find(content.as_bytes(), sign.as_bytes()));
    script.is_run.then_some(found.min()?)
}

/// Whether a script mounts a folder beside or below it.
fn mounts(script: &Script, folder: &str) -> bool {
    let path: &str = script.text.path();
    let own = path.rsplit_once('/').map_or("", |(own, _)| own);
    let below = folder.strip_prefix(own).unwrap_or_default();
    let below = below.trim_start_matches('/');
    !below.is_empty() && script.text.content().contains(&format!("/{below}:/"))
}

/// The folder of the role that a folder is in, by the last of the names of its parts that are among some.
fn role_of(folder: &str, parts: &[&str]) -> Option<String> {
    let mut names: Vec<&str> = folder.split('/').collect();
    let at = names.iter().rposition(|name| parts.contains(name))?;
    names.truncate(at);
    Some(names.join("/"))
}

/// Where a file of variables sets the tag of an old release for an image of Prometheus: `a_image` and
/// `a_image_tag`, or `a_tag`.
fn image(script: &Script) -> Option<Place> {
    let content = script.text.content();
    memmem::find(content.as_bytes(), IMAGE.as_bytes())?;
    let mut from = 0;
    let settings: Vec<(usize, &str, &str)> = content
        .split_inclusive('\n')
        .filter_map(|line| {
            let start = from;
            from += line.len();
            let (name, value) = line.trim_end().split_once(": ")?;
            let quotes = ['"', '\''];
            Some((start, name.trim_start(), value.trim().trim_matches(quotes)))
        })
        .collect();
    let mut images = settings.iter().filter(|(_, _, value)| *value == IMAGE);
    let (at, line) = images.find_map(|(_, name, _)| {
        let prefix = name.strip_suffix("image")?;
        let tags = [
            format!("{name}_tag"),
            format!("{name}_version"),
            format!("{prefix}tag"),
        ];
        let (at, tag, _) = settings.iter().find(|(_, other, value)| {
            tags.iter().any(|tag| tag == other) && major(value).is_some_and(|major| major < 2)
        })?;
        Some((*at, tag.len()))
    })?;
    Some(Place::new(&script.text, Span::new(at, at + line)))
}

/// The first number of a release.
fn major(release: &str) -> Option<u32> {
    let release = release.trim_start_matches('v');
    release.split('.').next()?.parse().ok()
}

/// Where a file of variables sets the release of the role that it is in, and whether it is an old one;
/// behind the role.
fn version(script: &Script) -> Option<(String, (Place, bool))> {
    let path: &str = script.text.path();
    let own = path.rsplit_once('/').map_or("", |(own, _)| own);
    let role = role_of(own, VARIABLES)?;
    let content = script.text.content();
    let mut from = 0;
    let mut lines = content.split_inclusive('\n').map(|line| {
        let start = from;
        from += line.len();
        (start, line.trim_end())
    });
    let (at, line) = lines.find(|(_, line)| line.starts_with(VERSION))?;
    let value = line.strip_prefix(VERSION)?.trim();
    let major = major(value.trim_matches(['"', '\'']))?;
    let place = Place::new(&script.text, Span::new(at, at + line.len()));
    Some((role, (place, major < 2)))
}

//! Scripts and variables of Ansible that start a Prometheus before 2.0, where no deployment tells.

use memchr::memmem;

use super::Facts;
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

/// The variable of roles of Ansible that names the release.
const VERSION: &str = "prometheus_version:";

/// Folders of a role whose files Prometheus gets, and those that set its variables.
const OF_ROLE: &[&str] = &["templates", "files"];
const VARIABLES: &[&str] = &["defaults", "vars"];

impl Facts<'_> {
    /// Where a script that mounts the folder of a configuration starts an old release, or the role that
    /// the configuration is in installs one.
    #[must_use]
    pub fn old_release(&self, shown: &str) -> Option<Place> {
        let folder = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
        let scripts = self.scripts().all();
        let mut of_role = scripts.iter().filter_map(|script| version(script, folder));
        let first = of_role.next();
        match first {
            Some((place, true)) => of_role.all(|(_, is_old)| is_old).then_some(place),
            Some((_, false)) => None,
            None => scripts.iter().find_map(|script| start(script, folder)),
        }
    }
}

/// Where a script starts an old release with a folder beside or below it.
fn start(script: &Script, folder: &str) -> Option<Place> {
    let content = script.text.content();
    let path: &str = script.text.path();
    let own = path.rsplit_once('/').map_or("", |(own, _)| own);
    let below = folder.strip_prefix(own)?.trim_start_matches('/');
    // Most folders are not below that of a script, so that few scripts are searched.
    if !script.is_run || below.is_empty() || !content.contains(&format!("/{below}:/")) {
        return None;
    }
    let signs = OLD_FLAGS.iter().chain(OLD_IMAGES);
    let at = signs
        .filter_map(|sign| memmem::find(content.as_bytes(), sign.as_bytes()))
        .min()?;
    Some(Place::new(&script.text, Span::new(at, at)))
}

/// Where a file of variables sets the release of the role that a folder is in, and whether it is an old one.
fn version(script: &Script, folder: &str) -> Option<(Place, bool)> {
    let role_of = |folder: &'_ str, parts: &[&str]| {
        let mut names: Vec<&str> = folder.split('/').collect();
        let at = names.iter().rposition(|name| parts.contains(name))?;
        names.truncate(at);
        Some(names.join("/"))
    };
    let path: &str = script.text.path();
    let own = path.rsplit_once('/').map_or("", |(own, _)| own);
    let role = role_of(own, VARIABLES)?;
    if role_of(folder, OF_ROLE)? != role {
        return None;
    }
    let content = script.text.content();
    let mut from = 0;
    let mut lines = content.split_inclusive('\n').map(|line| {
        let start = from;
        from += line.len();
        (start, line.trim_end())
    });
    let (at, line) = lines.find(|(_, line)| line.starts_with(VERSION))?;
    let value = line.strip_prefix(VERSION)?.trim();
    let major = value.trim_matches(['"', '\'']).trim_start_matches('v');
    let major: u32 = major.split('.').next()?.parse().ok()?;
    let place = Place::new(&script.text, Span::new(at, at + line.len()));
    Some((place, major < 2))
}

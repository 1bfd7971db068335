//! Near misses: what the author may have meant by a path that no mount holds.

use std::path::Path;

use super::inside;
use super::kubernetes::SERVICE_ACCOUNT;
use super::model::{Deployment, Mount, MountSource};
use super::resolve::source_noun;
use crate::finding::nearest;
use crate::source::Tree;

/// How many names of one folder or Secret are shown: a sentence with more is not read to its end.
const MOST_NAMES: usize = 12;

/// How many names of one folder are compared with what is looked for.
/// Each comparison is an edit distance, and a folder can hold any number of files.
const MOST_LISTED: usize = 1000;

/// The shortest name that is compared with others: shorter ones, such as `etc` and `tmp`, differ in
/// so few letters that all are alike.
const SHORTEST: usize = 4;

/// Two names of one folder in most images, where `/var/run` is a link to `/run` (Filesystem
/// Hierarchy Standard 3.0).
const RUN: (&str, &str) = ("/run/", "/var/run/");

/// Names as a list for people: `` `a`, `b` and `c` ``.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// For a path below /run or /var/run without a mount: a sentence if the same path below the other
/// one has a mount, since one is often a link to the other.
pub(super) fn linked_twin(deployment: &Deployment, path: &str) -> Option<String> {
    let (short, long) = RUN;
    let twin = match path.strip_prefix(long) {
        Some(rest) => format!("{short}{rest}"),
        None => format!("{long}{}", path.strip_prefix(short)?),
    };
    let mut mounts = deployment.mounts.iter();
    let mount = mounts.find(|mount| inside::below(&twin, &mount.path).is_some())?;
    Some(format!(
        "`{}` is mounted, and whether `/var/run` leads to `/run` in the image is not known",
        mount.path
    ))
}

/// For a file of the tree that is missing: another one in the same folder.
pub(super) fn in_folder(deployment: &Deployment, tree: &dyn Tree, file: &Path) -> Option<String> {
    let folder = file.parent()?;
    if is_inside(deployment, tree, file) {
        return None;
    }
    if let Some(near) = like(deployment, tree, file) {
        return Some(format!("`{}` has a `{near}`", tree.shown(folder)));
    }
    let names = names_in(deployment, tree, folder);
    let shown = listed(names.iter().map(String::as_str));
    (!names.is_empty()).then(|| format!("`{}` has {shown}", tree.shown(folder)))
}

/// A file beside a missing one that is called almost so.
fn like(deployment: &Deployment, tree: &dyn Tree, file: &Path) -> Option<String> {
    let names = names_in(deployment, tree, file.parent()?);
    let name = file.file_name()?.to_str()?;
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// For a path without a mount: a file that is beside the configuration but is not mounted with
/// it, a mounted file of the same name or spelled almost so, or a mount spelled almost so.
pub(super) fn of_path(deployment: &Deployment, tree: &dyn Tree, path: &str) -> Option<String> {
    if let Some(words) = left_out(deployment, tree, path) {
        return Some(words);
    }
    // No one means the cluster's own token who writes the path of another.
    let mounts = deployment.mounts.iter();
    let mounts = mounts.filter(|mount| mount.path != SERVICE_ACCOUNT);
    let files: Vec<_> = mounts
        .flat_map(|mount| files_of(deployment, mount, tree))
        .collect();
    let others = || files.iter().filter(|file| *file != path);
    let (folder, name) = (inside::folder(path), inside::name(path));
    if let Some(same) = others().find(|file| inside::name(file) == name) {
        return Some(format!("`{same}` is mounted"));
    }
    let beside = others().filter(|file| inside::folder(file) == folder);
    match nearest(name, beside.map(|file| inside::name(file))) {
        Some(near) => Some(format!("`{}` is mounted", inside::join(folder, near))),
        None => spelled(deployment, tree, path),
    }
}

/// A mount with one part spelled almost like that of the path.
fn spelled(deployment: &Deployment, tree: &dyn Tree, path: &str) -> Option<String> {
    let parts: Vec<_> = path.split('/').collect();
    let is_near = |mount: &&Mount| {
        let theirs: Vec<_> = mount.path.split('/').collect();
        let pairs = || {
            parts
                .iter()
                .zip(&theirs)
                .filter(|(ours, theirs)| ours != theirs)
        };
        let enough = parts.len() >= theirs.len() && pairs().count() == 1;
        enough && pairs().all(|(ours, theirs)| are_near(ours, theirs))
    };
    let mount = deployment.mounts.iter().find(is_near)?;
    let source = source_noun(mount, tree);
    Some(format!("`{}` is mounted, from {source}", mount.path))
}

/// Whether one name is a misspelling of another. Short names are all alike.
fn are_near(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= SHORTEST && nearest(a, [b]).is_some()
}

/// A file that is beside one that is mounted alone.
fn left_out(deployment: &Deployment, tree: &dyn Tree, path: &str) -> Option<String> {
    let (folder, name) = (inside::folder(path), inside::name(path));
    let mounts = deployment.mounts.iter();
    let mut beside =
        mounts.filter(|mount| inside::folder(&mount.path) == folder && mount.path != path);
    beside.find_map(|mount| match &mount.source {
        MountSource::Tree(file) => {
            let other = file.parent()?.join(name);
            let alone = !is_folder(deployment, tree, file);
            let there = alone && is_inside(deployment, tree, &other);
            there.then(|| {
                let (other, alone) = (tree.shown(&other), inside::name(&mount.path));
                format!("`{other}` exists, but only `{alone}` of its folder is mounted")
            })
        }
        MountSource::Keys(volume) => {
            let sub = mount.sub_path.as_deref()?;
            if sub == name {
                return Some(format!("`{name}` is mounted as `{}`", mount.path));
            }
            let has = volume.files().iter().any(|file| file == name);
            let volume = &volume.name;
            has.then(|| {
                format!("the volume `{volume}` has `{name}`, but `subPath` mounts only its `{sub}`")
            })
        }
        _ => None,
    })
}

/// The files that a mount is known to hold.
fn files_of(deployment: &Deployment, mount: &Mount, tree: &dyn Tree) -> Vec<String> {
    let names = match &mount.source {
        MountSource::Compose(_) => return vec![mount.path.clone()],
        MountSource::Keys(_) if mount.sub_path.is_some() => return vec![mount.path.clone()],
        MountSource::Keys(volume) => volume.files(),
        MountSource::Tree(source) => {
            if !is_folder(deployment, tree, source) {
                return vec![mount.path.clone()];
            }
            names_in(deployment, tree, source)
        }
        _ => Vec::new(),
    };
    names
        .iter()
        .map(|name| inside::join(&mount.path, name))
        .collect()
}

/// The names in a folder of the tree; none if a link leads out of it.
fn names_in(deployment: &Deployment, tree: &dyn Tree, folder: &Path) -> Vec<String> {
    if !is_inside(deployment, tree, folder) {
        return Vec::new();
    }
    let paths = tree.list(folder).unwrap_or_default();
    let names = paths
        .iter()
        .take(MOST_LISTED)
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    names.filter(|name| !name.starts_with('.')).collect()
}

/// Whether a path is a file of the tree.
pub(super) fn is_file(deployment: &Deployment, tree: &dyn Tree, path: &Path) -> bool {
    is_inside(deployment, tree, path) && tree.list(path).is_err()
}

/// Whether a path is a folder of the tree.
fn is_folder(deployment: &Deployment, tree: &dyn Tree, path: &Path) -> bool {
    is_inside(deployment, tree, path) && tree.list(path).is_ok()
}

/// Whether a path is there and is in the tree, links followed.
pub(super) fn is_inside(deployment: &Deployment, tree: &dyn Tree, path: &Path) -> bool {
    tree.within(path, &[&deployment.root]).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed() {
        for (names, want) in [
            (&[][..], "nothing"),
            (&["a"], "`a`"),
            (&["a", "b"], "`a` and `b`"),
            (&["a", "b", "c"], "`a`, `b` and `c`"),
        ] {
            assert_eq!(listed(names.iter().copied()), want);
        }
        let many: Vec<_> = (0..14).map(|n| n.to_string()).collect();
        assert!(listed(many.iter().map(String::as_str)).ends_with(" and 2 more"));
    }
}

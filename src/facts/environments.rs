//! Environments that a tree keeps side by side: what is in one says nothing of another. Names are the same in
//! all of them, and what answers to a name in one is not there for the others.

use std::path::{Component, Path};

/// Folders that hold one folder an environment.
const HOLDERS: &[&str] = &[
    "cluster",
    "clusters",
    "env",
    "environment",
    "environments",
    "envs",
    "overlays",
    "regions",
    "sites",
    "stages",
];

/// Names of environments.
const NAMES: &[&str] = &[
    "dev",
    "development",
    "int",
    "integration",
    "preprod",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "test",
    "testing",
    "uat",
];

/// How names of regions begin.
const REGIONS: &[&str] = &["af", "ap", "asia", "au", "ca", "eu", "me", "sa", "uk", "us"];

/// Whether two files are in different environments, as far as the names of their folders tell.
pub(super) fn are_apart(one: &Path, two: &Path) -> bool {
    let folders = |path: &Path| -> Vec<String> {
        let parts = path.parent().into_iter().flat_map(Path::components);
        let names = parts.filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().to_ascii_lowercase()),
            _ => None,
        });
        names.collect()
    };
    let (one, two) = (folders(one), folders(two));
    let same = one.iter().zip(&two).take_while(|(a, b)| a == b).count();
    let (Some(here), Some(there)) = (one.get(same), two.get(same)) else {
        return false;
    };
    let is_name = |name: &String| {
        let region = name.split('-').next().unwrap_or_default();
        NAMES.contains(&&**name) || REGIONS.contains(&region)
    };
    let holder = same.checked_sub(1).and_then(|at| one.get(at));
    let is_held = holder.is_some_and(|name| HOLDERS.contains(&&**name));
    // What all of them share is in a folder of its own.
    let is_shared = |name: &String| ["base", "common", "shared"].contains(&&**name);
    is_held && !is_shared(here) && !is_shared(there) || is_name(here) && is_name(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_told_by_their_folders() {
        for (one, two, expected) in [
            ("/t/clusters/eu/a.yaml", "/t/clusters/us/b.yaml", true),
            (
                "/t/clusters/eu/mon/a.yaml",
                "/t/clusters/us/mon/b.yaml",
                true,
            ),
            ("/t/overlays/prod/a.yaml", "/t/overlays/dev/b.yaml", true),
            ("/t/prod/a.yaml", "/t/dev/b.yaml", true),
            ("/t/eu-west-1/a.yaml", "/t/us/b.yaml", true),
            ("/t/clusters/eu/a.yaml", "/t/clusters/eu/b.yaml", false),
            ("/t/clusters/eu/a.yaml", "/t/base/b.yaml", false),
            ("/t/clusters/eu/a.yaml", "/t/clusters/common/b.yaml", false),
            ("/t/clusters/a.yaml", "/t/clusters/us/b.yaml", false),
            ("/t/prod/a.yaml", "/t/apps/b.yaml", false),
            ("/t/x/a.yaml", "/t/y/b.yaml", false),
        ] {
            assert_eq!(
                are_apart(Path::new(one), Path::new(two)),
                expected,
                "{one} {two}"
            );
        }
    }
}

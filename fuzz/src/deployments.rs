//! What runs a configuration: compose files, manifests of Kubernetes, Dockerfiles; and CODEOWNERS.

use std::path::{Path, PathBuf};

use promvet::facts::Owners;
use promvet::facts::deployment::{Deployment, SourceFile, network, read};
use promvet::finding::{Evidence, Text};
use promvet::source::Memory;

use super::{YAML, assert_place, within};

/// The names under which the bytes are in the tree.
const NAMES: [&str; 6] = [
    "compose.yaml",
    "compose.override.yaml",
    "k8s/manifests.yaml",
    "Dockerfile",
    "prometheus/Dockerfile",
    "CODEOWNERS",
];

/// Any bytes as every file that describes deployments: what is read is inside the files, and the
/// same bytes give the same answer.
pub fn deployments(bytes: &[u8]) {
    let root = Path::new("/tree");
    let tree = NAMES.iter().fold(Memory::new(), |tree, name| {
        tree.file(root.join(name), bytes)
    });
    let tree = tree.file("/tree/prometheus.yml", "global: {}\n");
    let files: Vec<_> = NAMES
        .iter()
        .map(|name| SourceFile::new(root.join(name), Text::new(*name, bytes.to_vec())))
        .collect();
    let found = within(bytes.len(), 8 * YAML.0, 8 * YAML.1, || {
        read(&tree, root, &files)
    });
    found.iter().for_each(deployment);
    let again = read(&tree, root, &files);
    assert_eq!(format!("{again:?}"), format!("{found:?}"), "read twice");
    let _ = network(&tree, root, &files);

    let owners = Owners::of(&tree, root);
    assert!(
        owners
            .left_out()
            .is_none_or(|why| why.contains("CODEOWNERS"))
    );
    let text = String::from_utf8_lossy(bytes);
    for name in NAMES {
        let path: PathBuf = root.join(name);
        for owner in owners.owners_of(&path) {
            assert!(
                !owner.is_empty() && !owner.contains(char::is_whitespace),
                "{owner:?}"
            );
            assert!(text.contains(owner.as_str()), "{owner:?}");
        }
    }
}

fn deployment(found: &Deployment) {
    assert_place(&found.place, &found.name);
    let evidence = found.doubts.iter().chain(&found.prometheus);
    for Evidence { place, message } in evidence {
        assert_place(place, message);
    }
    // Nothing of the tree leads out of it.
    assert!(found.file.starts_with(&found.root), "{:?}", found.file);
}

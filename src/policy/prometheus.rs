//! `prometheus`: the releases that must load the configurations.

use super::form::{PolicyKey, ValueForm};
use super::levels::LevelSet;
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::schema::Version;
use crate::yaml::Node;

/// What [`Version::parse`] reads.
pub(super) const VERSION: &str = r"^v?[0-9]+(\.[0-9]+){1,2}(-.*)?$";

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "prometheus",
        "The releases of Prometheus that must load the configurations, such as 3.5.",
        ValueForm::OneOrMany(&ValueForm::Figures(VERSION)),
    ),
    read: |node, policy, wrong| {
        policy.prometheus = releases(node, wrong);
        policy.levels.push(LevelSet {
            releases: policy.prometheus.clone(),
            ..LevelSet::default()
        });
    },
    // For files, they are among the levels, which `rules` adds.
    add: |near, far| {
        if near.prometheus.is_empty() {
            near.prometheus.clone_from(&far.prometheus);
        }
    },
};

/// The releases that are written.
pub(super) fn releases(node: Node<'_>, wrong: &mut Mistakes) -> Vec<(Version, Place)> {
    let mut out = Vec::new();
    // A number is read as it is written: `3.10` is not `3.1`.
    for (text, node) in wrong.texts(node, "`prometheus`") {
        match Version::parse(text) {
            Ok(version) => out.push((version, node.place())),
            Err(unknown) => {
                let help = "write two numbers such as `\"3.5\"`, or the exact release";
                wrong.add(node, unknown.to_string(), Some(help.into()));
            }
        }
    }
    out
}
